"""The history of the tables: one line, and at its end exactly the tables that the classes declare."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.run import heads
from migrations.tables import METADATA


def test_the_history_is_one_line() -> None:
    assert len(heads()) == 1


def test_migrated_tables_are_the_declared_ones(owner_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async def compare() -> list[object]:
        engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(differences)
        finally:
            await engine.dispose()

    assert asyncio.run(compare()) == []
