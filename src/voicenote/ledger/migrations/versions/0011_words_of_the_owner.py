"""What happened, our fault and the deed in the owner's words; and how to address the customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

#: The new texts of each table; "" is not said.
_TEXTS = {
    "customers": ("greet_as", "title", "gender", "how_many", "formality"),
    "cases": ("said_back", "our_fault", "meant"),
    "amends": ("deed",),
}


def upgrade() -> None:
    """Forward. Nothing of this is known about the cases that are there."""
    for table, names in _TEXTS.items():
        for name in names:
            column = sa.Column(name, sa.Text(), nullable=False, server_default="")
            op.add_column(table, column)
    op.add_column("cases", sa.Column("failure", sa.String(length=20), nullable=True))
