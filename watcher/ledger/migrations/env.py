"""Alembic's entry: runs the migrations on the connection, and in the transaction, that the ledger hands over."""

from __future__ import annotations

from alembic import context

from watcher.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
