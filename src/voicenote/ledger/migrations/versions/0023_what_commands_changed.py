"""What each command changed is kept, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.columns import Moment

revision = "0023"
down_revision = "0022"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Each table with its key, and how to find the case of one of its rows.
_KEPT = {
    "customers": ("number", ""),
    "addresses": ("number", ""),
    "signs": ("customer,sign", ""),
    "optouts": ("address_sha256", ""),
    "cases": ("number", "number"),
    "amends": ("number", "case"),
    "scripts": ("number", "case"),
    "memos": ("number", "case"),
    "approvals": ("number", "case"),
    "touches": ("number", "case"),
    "receipts": ("number", "touch"),
    "answers": ("number", "case"),
    "lessons": ("case", "case"),
    "nudges": ("number", "case"),
    "arrivals": ("number", "case"),
    "doubts": ("number", "case"),
    "attachments": ("number", ""),
    "links": ("digest", "case"),
    "brakes": ("channel", ""),
    "meta": ("name", ""),
}
_FUNCTION = """
create function keep_changed_row() returns trigger language plpgsql as $$
declare
    was json := case when tg_op <> 'INSERT' then row_to_json(old) end;
    now json := case when tg_op <> 'DELETE' then row_to_json(new) end;
    mine json := coalesce(now, was);
    names text[] := string_to_array(tg_argv[0], ',');
    its_key json;
    held json;
    its_case bigint;
begin
    if tg_op = 'UPDATE' then
        select json_object_agg(o.key, json_build_array(o.value, n.value)) into held
        from json_each(was) o join json_each(now) n on n.key = o.key
        where o.value::text is distinct from n.value::text;
        if held is null then return null; end if;
    end if;
    select json_object_agg(key, json_build_array(value)) into its_key from json_each(mine)
    where key = any(names);
    if tg_op = 'INSERT' and tg_argv[1] <> '' then
        held := its_key;
    elsif held is null then
        select json_object_agg(key, json_build_array(value)) into held from json_each(mine);
    end if;
    its_case := case tg_argv[1]
        when '' then null
        when 'touch' then (select t."case" from touches t where t.number = (mine->>'touch')::bigint)
        else (mine->>tg_argv[1])::bigint end;
    insert into changed_rows (command, name, change, key, held, "case") values (
        current_setting('voicenote.command')::bigint, tg_table_name,
        case tg_op when 'INSERT' then '+' when 'DELETE' then '-' else '~' end,
        its_key::text, held::text, its_case);
    return null;
end $$
"""


def upgrade() -> None:
    """Forward. What commands changed before this can't be taken back any more."""
    op.create_table(
        "commands",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", Moment(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "what")),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("after", "until", "arrived")),
        sa.Column("undone_at", Moment(), nullable=True),
    )
    op.create_table(
        "changed_rows",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("command", NUMBER, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("change", sa.String(1), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "held")),
        sa.Column("case", NUMBER, nullable=True),
    )
    op.create_index("ix_changed_rows_command", "changed_rows", ["command"])
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite's triggers belong to the connection of a command
    op.execute(_FUNCTION)
    for name, (key, case) in _KEPT.items():
        only = "coalesce(current_setting('voicenote.command', true), '') <> ''"
        for event in ("insert", "update", "delete"):
            row = "old" if event == "delete" else "new"
            mine = f" and {row}.name = 'held_batches'" if name == "meta" else ""
            op.execute(
                f"create trigger kept_{event} after {event} on {name} for each row "
                f"when ({only}{mine}) execute function keep_changed_row('{key}', '{case}')"
            )
