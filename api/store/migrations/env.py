"""Runs the migrations on the connection that `api.store.database` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from api.store.tables import Base

connection = context.config.attributes["connection"]
# Processes that start at once migrate one after the other.
connection.execute(
    text("SELECT pg_advisory_xact_lock(734266)" if connection.dialect.name == "postgresql" else "BEGIN IMMEDIATE")
)
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
