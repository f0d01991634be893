"""The reader sets the tenant in the statement that reads: whatever plan PostgreSQL chooses, the setting comes first."""

from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

from tenancy import database
from tenancy.database import Database
from tenancy.identity import actors
from tenancy.identity.actors import actor_for
from tests.isolation.conftest import Ground, housed
from tests.isolation.graphql_cases import cases
from tests.isolation.graphql_walk import Walker
from tests.isolation.statements import Listener, Statement, disagreements

PLANNERS: Mapping[str, Mapping[str, str]] = {
    "custom plans": {"plan_cache_mode": "force_custom_plan"},
    "generic plans": {"plan_cache_mode": "force_generic_plan"},
    "no nested loops": {"enable_nestloop": "off"},
    "no hashes": {"enable_hashjoin": "off", "enable_hashagg": "off"},
    "no merges, no sorts": {"enable_mergejoin": "off", "enable_sort": "off", "enable_incremental_sort": "off"},
    "no indexes": {"enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_bitmapscan": "off"},
    "nothing but indexes": {"enable_seqscan": "off"},
    "nothing remembered": {"enable_material": "off", "enable_memoize": "off"},
    "in parallel": {
        "debug_parallel_query": "on",
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
        "min_parallel_table_scan_size": "0",
        "min_parallel_index_scan_size": "0",
        "max_parallel_workers_per_gather": "4",
    },
}


@pytest.fixture(scope="module")
async def statements(pool: None, ground: Ground, walker: Walker) -> list[tuple[Statement, Statement]]:
    """Each statement that the walk's questions and tokens become: as the intruder sent it, and as the victim did."""
    pairs: dict[str, tuple[Statement, Statement]] = {}
    listener = Listener()

    def heard() -> None:
        assert all(found is not None for _, _, found in listener.said)
        if len(listener.said) == 2:
            pairs[listener.said[0][0]] = (listener.said[0], listener.said[1])
        listener.said.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "look", listener)
        patch.setattr(actors, "look", listener)
        async with housed(ground, 2):
            for company in (ground.globex, ground.acme):
                assert (await actor_for(f"Bearer {company.token()}", None, None)).tenant_id == company.tenant_id
            heard()
            for case in cases():
                if not case.changes:
                    foreign, _ = await case.probes(ground.acme, walker.ask)
                    listener.said.clear()
                    for company in (ground.globex, ground.acme):
                        await walker.answer(walker.planned, company.administrator(), case, company, foreign)
                    heard()
    assert len(pairs) > 100
    assert any("access_tokens" in sql for sql in pairs)
    return list(pairs.values())


@pytest.fixture
async def connection(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the product that has never known a tenant."""
    product = Database(ground.app_url, 1)
    await product.open()
    async with product.pool.acquire() as opened:
        yield opened
    await product.close()


@pytest.mark.parametrize("planner", ["custom plans", "generic plans"])
async def test_one_plan_serves_one_company_after_the_other(
    connection: asyncpg.Connection, statements: list[tuple[Statement, Statement]], planner: str
) -> None:
    for name, value in PLANNERS[planner].items():
        await connection.execute(f"SET {name} = {value}")
    assert await disagreements(connection, statements) == []


@pytest.mark.parametrize("planner", sorted(PLANNERS))
async def test_whatever_the_plan_the_company_comes_first(
    connection: asyncpg.Connection, statements: list[tuple[Statement, Statement]], ground: Ground, planner: str
) -> None:
    """Were anything read before the tenant is set, it would be read in the company that stands in the session."""
    for name, value in PLANNERS[planner].items():
        await connection.execute(f"SET {name} = {value}")
    await connection.execute(f"SET app.tenant = '{ground.acme.tenant_id}'")
    await connection.execute(f"SET app.member = '{ground.acme.id('members')}'")
    assert await disagreements(connection, [(intruding,) for intruding, _ in statements]) == []
