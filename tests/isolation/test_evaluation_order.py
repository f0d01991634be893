"""The reader sets the tenant in the statement that reads: whatever plan PostgreSQL chooses, the setting comes first."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import Database, database, writing
from tenancy.identity.actors import Remembered, actor_for
from tenancy.members import Role
from tenancy.statements import state_of
from tenancy.storing import ReadBack, storing
from tests.isolation.companies import Company
from tests.isolation.conftest import Ground, housed
from tests.isolation.graphql_cases import Case, cases
from tests.isolation.graphql_walk import Walker
from tests.isolation.statements import Statement, answers, disagreements, hearing

# Its first test asks everything that can be asked, which may take minutes where much else is going on.
pytestmark = pytest.mark.timeout(900)

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


@dataclass(frozen=True)
class Heard:
    """One text, as the intruder sent it and as the victim did, and what each is answered."""

    intruding: Statement
    owning: Statement
    expected: tuple[bytes, bytes]


@pytest.fixture(scope="module")
async def heard(pool: None, ground: Ground, walker: Walker) -> list[Heard]:
    """Each statement that reads and sets its tenant itself: of works that begin, of tokens, of the walk's questions."""
    pairs: dict[str, tuple[Statement, Statement]] = {}
    companies = (ground.globex, ground.acme)
    with hearing() as said:

        async def statements_of(company: Company, act: Callable[[Company], Awaitable[Any]]) -> dict[str, Statement]:
            said.clear()
            await act(company)
            return {statement[0]: statement for statement in said}

        async def compare(act: Callable[[Company], Awaitable[Any]]) -> None:
            # Whoever does not find a record asks nothing further about it, so the one may say what the other does not.
            intruding, owning = [await statements_of(company, act) for company in companies]
            pairs.update({sql: (intruding[sql], owning[sql]) for sql in intruding if sql in owning})

        async with housed(ground, 2):
            await compare(lambda company: actor_for(f"Bearer {company.token()}", None, None, remembered=Remembered()))
            await compare(_begun)
            for case in cases():
                if not case.changes:
                    foreign, _ = await case.probes(ground.acme, partial(walker.ask, ground.acme.administrator()))
                    await compare(partial(_asked, walker, case, foreign))
            async with database.pool.acquire() as connection:
                expected = await answers(connection, [statement for pair in pairs.values() for statement in pair])
    assert len(pairs) > 100
    for word in ("access_tokens", "t.rehearsal", "r1_customers"):
        assert any(word in sql for sql in pairs), f"no statement about {word} was heard"
    return [Heard(*pair, (expected[2 * place], expected[2 * place + 1])) for place, pair in enumerate(pairs.values())]


async def _begun(company: Company) -> None:
    async with writing(company.administrator(), settle=settle):
        pass


async def _asked(walker: Walker, case: Case, foreign: Any, company: Company) -> None:
    await walker.answer(walker.planned, company.administrator(), case, company, foreign)


@pytest.fixture
async def connection(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the product that has never known a tenant."""
    product = Database(ground.app_url, 1)
    await product.open()
    async with product.pool.acquire() as opened:
        yield opened
    await product.close()


@pytest.mark.parametrize("planner", sorted(PLANNERS))
async def test_whatever_the_plan_what_is_added_alone_is_the_companys(
    connection: asyncpg.Connection, ground: Ground, planner: str
) -> None:
    """A statement that is a whole transaction adds its rows to the company that it sets, not to the session's."""
    for name, value in PLANNERS[planner].items():
        await connection.execute(f"SET {name} = {value}")
    await connection.execute(f"SET app.tenant = '{ground.acme.tenant_id}'")
    globex = ground.globex.administrator()
    for turn in range(6):
        rows = [Role(name=f"role {uuid4()}", permissions=[]) for _ in range(2)]
        entry = AgendaItem(task=Task.DELIVER, due_at=datetime.now(UTC), subject_id=uuid4(), key=f"key {uuid4()}")
        for row in (*rows, entry):
            row.id = uuid4()
        [statement] = storing({row: state_of(row) for row in (*rows, entry)}, [], [])
        async with connection.transaction():
            if turn % 2:
                await connection.execute(*statement.alone(globex.settings))
            else:
                back = _reading_back(globex)
                assert back.fits(statement)
                assert await connection.fetchval(*statement.alone_read(globex.settings, back)) == globex.tenant_id
            # The setting lasts until the end of the transaction, and shows what is the company's.
            kept = await connection.fetch(
                "SELECT tenant_id FROM roles WHERE id = ANY($1) UNION ALL SELECT tenant_id FROM agenda WHERE id = $2",
                [row.id for row in rows],
                entry.id,
            )
    assert [row["tenant_id"] for row in kept] == [globex.tenant_id] * 3


def _reading_back(actor: Actor) -> ReadBack:
    """Whose a row is that the statement adds, with something that stood there before, as a payload asks for it."""
    sql = (
        "WITH context AS MATERIALIZED (SELECT set_config('app.tenant', $1, true) AS tenant)"
        " SELECT (SELECT r.tenant_id FROM added_roles r, members m WHERE r.tenant_id = m.tenant_id"
        " AND context.tenant IS NOT NULL LIMIT 1) FROM context"
    )
    return ReadBack(sql, actor.settings[:1], rows=[])


@pytest.mark.parametrize("planner", sorted(PLANNERS))
async def test_whatever_the_plan_the_company_comes_first(
    connection: asyncpg.Connection, heard: list[Heard], ground: Ground, planner: str
) -> None:
    """Were anything read before the tenant is set, it would be read in the company that stands in the session. Where
    plans are kept, one serves both companies, one after the other."""
    for name, value in PLANNERS[planner].items():
        await connection.execute(f"SET {name} = {value}")
    await connection.execute(f"SET app.tenant = '{ground.acme.tenant_id}'")
    await connection.execute(f"SET app.member = '{ground.acme.id('members')}'")
    turns = 2 if "plan_cache_mode" in PLANNERS[planner] else 1
    statements = [statement for each in heard for statement in (each.intruding, each.owning)[:turns]]
    expected = [answer for each in heard for answer in each.expected[:turns]]
    assert await disagreements(connection, statements, expected) == []
