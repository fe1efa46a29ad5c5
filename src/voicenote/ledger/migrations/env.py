"""Alembic's entry point: runs the migrations on the connection that `ledger.migrate` passes."""

from __future__ import annotations

from alembic import context

from voicenote.ledger import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.meta.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
