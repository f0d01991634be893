"""The history of the tables: one line, and at its end exactly the tables that the classes declare."""

import asyncio

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.run import heads, upgrade
from migrations.tables import METADATA


def test_the_history_is_one_line() -> None:
    assert len(heads()) == 1


def test_the_application_s_password_is_taken_to_the_letter(owner_url: str, app_url: str) -> None:
    async def comes_in(password: str) -> bool:
        try:
            connection = await asyncpg.connect(app_url, password=password)
        except asyncpg.InvalidPasswordError:
            return False
        await connection.close()
        return True

    password = r"it's :secret \ %s"
    try:
        upgrade(owner_url, app_password=password)
        assert asyncio.run(comes_in(password))
        assert not asyncio.run(comes_in("app"))
    finally:
        upgrade(owner_url, app_password="app")


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
