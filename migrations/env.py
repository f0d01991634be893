"""Alembic's own entry: runs the steps on the connection that `migrations.run` opened."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from migrations.tables import METADATA


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write enumerations into a draft as their words, so that an old step doesn't follow a class that changes."""
    if kind == "type" and isinstance(item, sa.Enum):
        words = ", ".join(repr(str(word)) for word in item.enums)
        return f"sa.Enum({words}, name={item.name!r}, native_enum=False, create_constraint=True, length=40)"
    return False


connection: sa.Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True, render_item=render)
with context.begin_transaction():
    context.run_migrations()
