"""The first schema, and the guard that keeps history as it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "customers",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("say_as", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("telegram", sa.Text(), nullable=False),
        sa.Column("whatsapp", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_email"), "customers", ["email"], unique=False)
    op.create_index(op.f("ix_customers_phone"), "customers", ["phone"], unique=False)
    op.create_table(
        "history",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("case", NUMBER, nullable=True),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_case"), "history", ["case"], unique=False)
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "optouts",
        sa.Column("address_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_sha256", name=op.f("pk_optouts")),
    )
    op.create_table(
        "cases",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=200), nullable=False),
        sa.Column("customer", NUMBER, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("abusive", sa.Boolean(), nullable=False),
        sa.Column("involved", sa.JSON(), nullable=False),
        sa.Column("what_happened", sa.Text(), nullable=False),
        sa.Column("bothered_most", sa.Text(), nullable=False),
        sa.Column("feeling", sa.Text(), nullable=False),
        sa.Column("at_stake", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("finding_reason", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("harm_amount", sa.String(length=40), nullable=True),
        sa.Column("harm_currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["customer"], ["customers.number"], name=op.f("fk_cases_customer")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_cases_source_ref")),
    )
    op.create_index(op.f("ix_cases_batch"), "cases", ["batch"], unique=False)
    op.create_index(op.f("ix_cases_customer"), "cases", ["customer"], unique=False)
    op.create_index(op.f("ix_cases_stage"), "cases", ["stage"], unique=False)
    op.create_table(
        "amends",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("value_amount", sa.String(length=40), nullable=True),
        sa.Column("value_currency", sa.String(length=3), nullable=True),
        sa.Column("target", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_amends_case")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_amends")),
        sa.UniqueConstraint("case", "k", name=op.f("uq_amends_case_k")),
    )
    op.create_index(op.f("ix_amends_case"), "amends", ["case"], unique=False)
    op.create_table(
        "answers",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_answers_case")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_case"), "answers", ["case"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("script_sha256", sa.String(length=64), nullable=False),
        sa.Column("memo_sha256", sa.String(length=64), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_approvals_case")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_case"), "approvals", ["case"], unique=False)
    op.create_table(
        "lessons",
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("prevention", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_lessons_case")),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_lessons")),
    )
    op.create_table(
        "nudges",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_nudges_case")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_nudges")),
        sa.UniqueConstraint("key", name=op.f("uq_nudges_key")),
    )
    op.create_index(op.f("ix_nudges_case"), "nudges", ["case"], unique=False)
    op.create_table(
        "scripts",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_scripts_case")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_scripts")),
    )
    op.create_index(op.f("ix_scripts_case"), "scripts", ["case"], unique=False)
    op.create_table(
        "memos",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("script", NUMBER, nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("captions", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_memos_case")),
        sa.ForeignKeyConstraint(["script"], ["scripts.number"], name=op.f("fk_memos_script")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_memos")),
    )
    op.create_index(op.f("ix_memos_case"), "memos", ["case"], unique=False)
    op.create_index(op.f("ix_memos_script"), "memos", ["script"], unique=False)
    op.create_table(
        "touches",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("too_late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unless", sa.String(length=40), nullable=False),
        sa.Column("amends", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("memo", NUMBER, nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name=op.f("fk_touches_case")),
        sa.ForeignKeyConstraint(["memo"], ["memos.number"], name=op.f("fk_touches_memo")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_touches")),
        sa.UniqueConstraint("key", name=op.f("uq_touches_key")),
    )
    op.create_index(op.f("ix_touches_case"), "touches", ["case"], unique=False)
    op.create_index("ix_touches_state_due_at", "touches", ["state", "due_at"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("touch", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["touch"], ["touches.number"], name=op.f("fk_receipts_touch")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_touch"), "receipts", ["touch"], unique=False)

    guard_history()


def guard_history() -> None:
    """Nothing deletes history, and nothing rewrites when, what and of which case it tells."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create trigger history_is_kept before delete on history "
            "begin select raise(abort, 'history is never deleted'); end"
        )
        op.execute(
            'create trigger history_is_fixed before update of number, at, event, "case" on history '
            "begin select raise(abort, 'history is never rewritten'); end"
        )
        return
    op.execute(
        "create function history_is_kept() returns trigger language plpgsql as "
        "$$ begin raise exception 'history is never rewritten'; end $$"
    )
    op.execute(
        'create trigger history_is_kept before delete or update of number, at, event, "case" '
        "on history for each row execute function history_is_kept()"
    )
