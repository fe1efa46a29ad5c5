"""Customers have signs, by which a message from an unknown address finds whom it may be from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.model.address import mark
from voicenote.model.likeness import signs_of

revision = "0013"
down_revision = "0012"

CHUNK = 1000


def upgrade() -> None:
    """Forward. Everybody who is there gets their signs."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    signs = op.create_table(
        "signs",
        sa.Column("customer", number, sa.ForeignKey("customers.number"), nullable=False),
        sa.Column("sign", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("customer", "sign"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signs_sign", "signs", ["sign"])
    connection = op.get_bind()
    people = sa.table("customers", sa.column("number"), sa.column("name"))
    addresses = sa.table("addresses", *map(sa.column, ("customer", "kind", "value")))
    query, after = sa.select(people).order_by(people.c.number).limit(CHUNK), 0
    while rows := connection.execute(query.where(people.c.number > after)).all():
        first, after = rows[0].number, rows[-1].number
        marks: dict[int, list[str]] = {}
        known = sa.select(addresses).where(addresses.c.customer.between(first, after))
        for one in connection.execute(known):
            marks.setdefault(one.customer, []).append(mark(one.value, one.kind))
        values = [
            {"customer": row.number, "sign": sign}
            for row in rows
            for sign in sorted(signs_of(row.name, marks.get(row.number, ())))
        ]
        if values:
            connection.execute(sa.insert(signs), values)
