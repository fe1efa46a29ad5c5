"""A customer's addresses have rows of their own: any kind, and several of one."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.columns import Moment
from voicenote.ledger.customer_store import hash_address
from voicenote.model.address import mark

revision = "0009"
down_revision = "0008"

KINDS = ("email", "phone", "telegram", "whatsapp")
CHUNK = 1000
#: Of a customer without any case, which no command makes.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Forward. An address was known since the first case of its customer, at the latest."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    addresses = op.create_table(
        "addresses",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("customer", number, sa.ForeignKey("customers.number"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("since", Moment(), nullable=False),
    )
    op.create_index("ix_addresses_customer", "addresses", ["customer"])
    op.create_index("ix_addresses_sha256", "addresses", ["sha256"])
    _copy(op.get_bind(), addresses)
    op.drop_index("ix_customers_email", "customers")
    op.drop_index("ix_customers_phone", "customers")
    for kind in KINDS:
        op.drop_column("customers", kind)


def _copy(connection: sa.Connection, addresses: sa.Table) -> None:
    people = sa.table("customers", sa.column("number"), *(sa.column(kind) for kind in KINDS))
    cases = sa.table("cases", sa.column("customer"), sa.column("added_at", Moment()))
    first = sa.select(sa.func.min(cases.c.added_at)).where(cases.c.customer == people.c.number)
    query = sa.select(people, first.scalar_subquery().label("since")).order_by(people.c.number)
    after = 0
    while rows := connection.execute(query.where(people.c.number > after).limit(CHUNK)).all():
        after = rows[-1].number
        values = [
            {
                "customer": row.number,
                "kind": kind,
                "value": row._mapping[kind],
                "typed": "",
                "sha256": hash_address(mark(row._mapping[kind], kind)),
                "since": row.since or LONG_AGO,
            }
            for row in rows
            for kind in KINDS
            if row._mapping[kind]
        ]
        if values:
            connection.execute(sa.insert(addresses), values)
