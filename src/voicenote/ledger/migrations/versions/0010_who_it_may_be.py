"""Two numbers of one telephone count as one; what fits nobody holds whom it may be from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.customer_store import hash_address
from voicenote.model.address import NUMBERS, mark

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Forward. Opt-outs of numbers that nobody has yet are recognised in either form."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "doubts",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("arrival", number, sa.ForeignKey("arrivals.number"), nullable=False),
        sa.Column("case", number, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False, server_default=""),
    )
    op.create_index("ix_doubts_arrival", "doubts", ["arrival"])
    op.create_index("ix_doubts_case", "doubts", ["case"])
    _hash_twins(op.get_bind())


def _hash_twins(connection: sa.Connection) -> None:
    names = ("number", "kind", "value", "sha256")
    table = sa.table("addresses", *map(sa.column, names))
    optouts = sa.table("optouts", *map(sa.column, ("address_sha256", "at", "form")))
    where = table.c.kind.in_(NUMBERS)
    for row in connection.execute(sa.select(table).where(where)).all():
        new = hash_address(mark(row.value))
        if new == row.sha256:
            continue
        connection.execute(sa.update(table).where(table.c.number == row.number).values(sha256=new))
        gone = sa.select(optouts).where(optouts.c.address_sha256 == row.sha256)
        there = sa.select(optouts.c.form).where(optouts.c.address_sha256 == new)
        old = connection.execute(gone).first()
        if old is not None and connection.execute(there).first() is None:
            values = {"address_sha256": new, "at": old.at, "form": old.form}
            connection.execute(sa.insert(optouts).values(**values))
