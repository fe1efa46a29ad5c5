"""An answer says whether the case's owner closed it, or took it out, knowing the answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward. What was said before a case was taken out, its owner knew."""
    settled: sa.Column[bool] = sa.Column(
        "settled", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("answers", settled)
    op.execute(
        "update answers set settled = true where exists (select 1 from cases"
        " where cases.number = answers.\"case\" and cases.outcome in ('withdrawn', 'merged')"
        " and answers.at <= cases.closed_at)"
    )
