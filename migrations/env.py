"""Alembic's own entry: runs the steps on the connection that `migrations.run` opened."""

from alembic import context
from sqlalchemy import Connection

from migrations.tables import METADATA

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
