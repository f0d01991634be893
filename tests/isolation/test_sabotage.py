"""Layer 7: faults sown on purpose. A check that stays green on one of them checks nothing."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tenancy.database import Database
from tests.isolation import catalog, declarations, faults, proof, sql_walk
from tests.isolation.catalog import RULES, Catalog, declared, findings
from tests.isolation.companies import tables
from tests.isolation.conftest import Ground, created


@pytest.fixture(scope="module")
async def looking(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """The superuser in a copy, in which every change is undone."""
    async with created(ground.server, "spoiled", ground.name):
        connection = await asyncpg.connect(dataclasses.replace(ground, name="spoiled").url)
        yield connection
        await connection.close()


async def spoiled(connection: asyncpg.Connection, sql: str) -> Catalog:
    """What the catalogue says with a fault in it, which is undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(sql.replace("{database}", "spoiled"))
        return await catalog.read(connection)
    finally:
        await transaction.rollback()


@pytest.mark.parametrize("fault", sorted(faults.CATALOG))
async def test_the_catalogue_check_notices(looking: asyncpg.Connection, fault: str) -> None:
    sql, rule = faults.CATALOG[fault]
    found = findings(await spoiled(looking, sql), declared()) - findings(await catalog.read(looking), declared())
    assert rule.__name__ in {finding.rule for finding in found}


async def test_the_catalogue_check_notices_what_no_sql_can_do(looking: asyncpg.Connection) -> None:
    now = await catalog.read(looking)
    for number, mended in ((140022, False), (150013, False), (150014, True), (170005, False), (180000, True)):
        old = Catalog({**now.rows, "versions": [{"number": number}]})
        assert bool(list(catalog.version_is_mended(old, declared()))) is not mended
    known = declared()
    careless = dataclasses.replace(known, platform=known.platform | {"salaries"})
    assert "salaries" in set(catalog.platform_tables_are_named(now, careless)) - declarations.PLATFORM.keys()


def test_every_rule_of_the_catalogue_is_made_to_notice() -> None:
    tried = {rule for _, rule in faults.CATALOG.values()}
    assert set(RULES) - tried == {catalog.version_is_mended, catalog.platform_tables_are_named}


async def test_an_exception_that_is_not_needed_any_more_is_noticed(looking: asyncpg.Connection) -> None:
    mended = findings(await spoiled(looking, "DROP POLICY claim_look ON agenda"), declared())
    with pytest.raises(AssertionError, match="excuses what is in order"):
        declarations.agree(mended, declarations.CATALOG)


async def spoil(copy: Ground, sql: str) -> None:
    """Sow a fault that stays."""
    connection = await asyncpg.connect(copy.url)
    await connection.execute(sql)
    await connection.close()


@pytest.mark.parametrize("fault", sorted(faults.SQL))
async def test_the_walk_in_sql_notices(copy: Ground, fault: str) -> None:
    sql, name = faults.SQL[fault]
    await spoil(copy, sql)
    product = Database(copy.app_url, 1)
    try:
        await product.open()
        async with product.pool.acquire() as connection:
            table = next(table for table in tables() if table.name == name)
            assert await sql_walk.walk(connection, table, copy.acme, copy.globex) != []
    finally:
        await product.close()


async def test_a_lenient_policy_is_noticed_without_a_company(copy: Ground) -> None:
    await spoil(copy, faults.policy("posts", faults.LENIENT))
    connection = await asyncpg.connect(copy.app_url)
    table = next(table for table in tables() if table.name == "posts")
    assert "SELECT FROM posts does not fail without a company" in await sql_walk.without_tenant(connection, table)
    await connection.close()


async def test_pgrls_notices(copy: Ground, tmp_path: Path) -> None:
    for sql, _, _ in faults.PROOF.values():
        await spoil(copy, sql)
    verdicts = {mode: proof.verify(copy.url, mode) for mode in declarations.UNPROVEN}
    for fault, (_, mode, policy) in faults.PROOF.items():
        assert verdicts[mode][policy] != "isolated", fault
    found = proof.lint(copy.url, tmp_path) - declarations.lint_exceptions(declared()).keys()
    assert {("SEC008", "members.tenant"), ("SEC020", "roles.tenant")} <= found
