"""A case closed after an opt-out says so: it isn't one that brought no answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Forward. Whoever opted out by the time their case was closed; what was told then stays."""
    case, person, address, optout, history = (
        sa.table(name, *map(sa.column, columns.split()))
        for name, columns in {
            "cases": "number customer outcome closed_at",
            "customers": "number opted_out_at",
            "addresses": "customer sha256 since",
            "optouts": "address_sha256 at",
            "history": "case event at",
        }.items()
    )
    theirs = case.alias()
    gone = (
        sa.exists().where(
            person.c.number == case.c.customer, person.c.opted_out_at <= case.c.closed_at
        )
        | sa.exists().where(
            address.c.customer == case.c.customer,
            optout.c.address_sha256 == address.c.sha256,
            optout.c.at <= case.c.closed_at,
            address.c.since <= case.c.closed_at,
        )
        | sa.exists().where(
            theirs.c.customer == case.c.customer,
            history.c.case == theirs.c.number,
            history.c.event == "customer_opted_out",
            history.c.at <= case.c.closed_at,
        )
    )
    silent = case.update().where(case.c.outcome == "no-answer", gone)
    op.execute(silent.values(outcome="opted-out"))
