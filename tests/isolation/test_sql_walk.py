"""Layer 3: each command on each table, in one company's session, with another company's rows."""

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Table

from tenancy.database import Database
from tests.isolation import declarations, sql_walk
from tests.isolation.companies import SETS, tables
from tests.isolation.conftest import Ground

GUARDED = [table for table in tables() if "tenant_id" in table.c and table.name != "accounts"]


@pytest.fixture(scope="module")
async def intruding(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the application's role, with the statistics in place that it must not see."""
    looking = await asyncpg.connect(ground.url)
    await looking.execute("ANALYZE")
    await looking.close()
    product = Database(ground.app_url, 1)
    await product.open()
    async with product.pool.acquire() as connection:
        yield connection
    await product.close()


@pytest.mark.parametrize("table", GUARDED, ids=lambda table: table.name)
async def test_foreign_rows_are_as_if_they_were_not_there(
    intruding: asyncpg.Connection, ground: Ground, table: Table
) -> None:
    assert await sql_walk.walk(intruding, table, ground.acme, ground.globex) == []


@pytest.mark.parametrize("table", GUARDED, ids=lambda table: table.name)
async def test_whoever_is_in_no_company_is_told_nothing(
    ground: Ground, intruding: asyncpg.Connection, table: Table
) -> None:
    fresh = await asyncpg.connect(ground.app_url)
    assert await sql_walk.without_tenant(fresh, table) == []
    await fresh.close()
    # The setting is empty, not unknown, once a transaction has had it.
    async with intruding.transaction():
        await intruding.execute("SELECT set_config('app.tenant', $1, true)", str(ground.acme.tenant_id))
    assert await sql_walk.without_tenant(intruding, table) == []


async def test_a_company_that_destroys_all_it_can_destroys_its_own(
    ground: Ground, intruding: asyncpg.Connection
) -> None:
    async def enter(tenant_id: UUID) -> None:
        await intruding.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))

    async def count() -> dict[str, int]:
        return {table.name: await intruding.fetchval(f"SELECT count(*) FROM {table.name}") for table in GUARDED}

    transaction = intruding.transaction()
    await transaction.start()
    await enter(ground.acme.tenant_id)
    before = await count()
    # Each record that is found by words has an entry beside those of the sets.
    sets = {table.name: SETS for table in GUARDED} | {"search_entries": SETS * (1 + len(declarations.FOUND))}
    assert before == sets, "each table has rows to lose"
    await enter(ground.globex.tenant_id)
    for table in reversed(GUARDED):
        for sql in (f"UPDATE {table.name} SET id = id", f"DELETE FROM {table.name}"):
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError):
                async with intruding.transaction():
                    await intruding.execute(sql)
    # All is gone that could go, so the others' rows were in danger: what is left only grows or is held by what is left.
    left = {name for name, rows in (await count()).items() if rows}
    held = {
        key.referred_table.name
        for table in GUARDED
        if table.name in left
        for key in table.foreign_key_constraints
        if key.referred_table is not table
    }
    growing = {name for name in left if not await intruding.fetchval("SELECT has_table_privilege($1, 'DELETE')", name)}
    assert left == growing | (left & held)
    await enter(ground.acme.tenant_id)
    assert await count() == before
    await transaction.rollback()
