"""A case keeps what tells its story from others; an opt-out says in what form it was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.customer_store import hash_address
from voicenote.ledger.optouts import typed_as
from voicenote.model.case import story_of

revision = "0007"
down_revision = "0006"

CHUNK = 1000


def upgrade() -> None:
    """Forward. What was typed for an opt-out is looked for in all spellings of those who are here.

    It was kept as a hash, so that nobody can read what was typed.
    """
    story = sa.Column("story", sa.String(length=32), nullable=False, server_default="")
    op.add_column("cases", story)
    op.create_index("ix_cases_ref", "cases", ["ref"])
    op.create_index("ix_cases_story", "cases", ["story"])
    form = sa.Column("form", sa.String(length=10), nullable=False, server_default="")
    op.add_column("optouts", form)
    connection = op.get_bind()
    cases = sa.table("cases", sa.column("number"), sa.column("what_happened"), sa.column("story"))
    tell = (
        sa.update(cases)
        .where(cases.c.number == sa.bindparam("case"))
        .values(story=sa.bindparam("told"))
    )
    stories = sa.select(cases.c.number, cases.c.what_happened).order_by(cases.c.number)
    after = 0
    while rows := connection.execute(stories.where(cases.c.number > after).limit(CHUNK)).all():
        after = rows[-1].number
        connection.execute(
            tell, [{"case": number, "told": story_of(text)} for number, text in rows]
        )
    _recognise(connection)


def _recognise(connection: sa.Connection) -> None:
    gone = sa.table("optouts", sa.column("address_sha256"), sa.column("at"), sa.column("form"))
    names = ("number", "email", "phone", "telegram", "whatsapp", "opted_out_at")
    people = sa.table("customers", *(sa.column(name) for name in names))
    kept = connection.execute(sa.select(gone.c.address_sha256, gone.c.at)).all()
    typed = {row[0]: row[1] for row in kept}
    if not typed:
        return
    found_here = connection.execute(sa.select(*(people.c[name] for name in names[:5]))).all()
    for number, *addresses in found_here:
        known = {one.strip().casefold() for one in addresses if one.strip()}
        marks = {hash_address(spelled) for one in known for spelled in typed_as(one)}
        if found := marks & set(typed):
            at = min(typed[one] for one in found)
            here = (people.c.number == number) & people.c.opted_out_at.is_(None)
            connection.execute(sa.update(people).where(here).values(opted_out_at=at))
