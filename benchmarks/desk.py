"""The service desk at work: its board beside the bare statement, the same questions among few and among many companies,
and the statistics of a year beside an aggregate written by hand."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from api import endpoint as endpoints
from api.endpoint import Endpoint
from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from benchmarks import companies
from benchmarks.bare import Connection, speak_json
from benchmarks.calls import Asked, planned
from benchmarks.companies import Caller, Scale
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.inside import instead, request_of, send
from benchmarks.workloads import DETAIL, Workload
from tenancy.database import database, open_database
from tenancy.quotas import Quotas

PART = "desk"
FEW = 10
ROUNDS = 40
# So that the requests of a company, of whatever number, are those of a year.
YEAR_MINUTES = 365 * 24 * 60
# What the questions here do not touch is not copied, for the sake of time.
UNTOUCHED = ("decisions", "journal_entries", "agenda", "request_state_changes", "search_entries")
# So many of each company's newest requests can be found by words: making the entries of all takes longer than the rest.
FOUND = 100

BOARD = Workload(
    "board",
    ours="""query Board {
  requests(first: 50, order: NEWEST, filter: {state: {in: [NEW, ASSIGNED, IN_PROGRESS, ON_HOLD]}}) {
    edges { cursor node { id number title state priority submittedAt dueAt overdue breached
      customer { id name tier }
      contact { name }
      requester { name }
      assignee { id member { name email } }
      secondAssignee { name }
      department { name }
      clocks { kind state dueAt breachedAt }
      messages(first: 1, order: NEWEST) { nodes { at audience text author { name } } }
      allowedMoves { move allowed }
    } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
  notifications(first: 1, filter: {readAt: {isNull: true}}) { totalCount }
}""",
    theirs="",
)
SEARCH = Workload(
    "search",
    ours="""query Search {
  search(text: "floor jams", kinds: [REQUEST], first: 20) { hits { title record { ... on ServiceRequest { number state } } } }
}""",
    theirs="",
)
CUSTOMERS = Workload("customers", ours="{ customers(first: 50) { nodes { id name tier owner { name } } } }", theirs="")
OVERDUE = Workload(
    "overdue",
    ours="{ requests(first: 50, order: DUE, filter: {overdue: true}) { nodes { number dueAt customer { name } } } }",
    theirs="",
)
STATISTICS = Workload(
    "statistics",
    ours="""query Statistics($since: Date!, $until: Date!) {
  requestStatistics(by: CUSTOMER, interval: MONTH, sinceOn: $since, untilOn: $until, first: 1000) {
    startsOn name submitted resolved firstContact reopened breached scored satisfied openAtEnd
  }
}""",
    theirs="",
)
ASKED = (BOARD, DETAIL, SEARCH, CUSTOMERS, OVERDUE, STATISTICS)

# The same figures as `STATISTICS` gives, by hand: each table is read once, and every period is a month of the calendar.
AGGREGATE = """
WITH shown AS (
  SELECT r.id, r.customer_id, r.submitted_at, r.resolved_at, r.scored_at, r.satisfied, coalesce(r.resolved_at, r.closed_at) AS ended_at
  FROM service_requests r WHERE r.tenant_id = $1 AND r.submitted_at < $3
), happened AS (
  SELECT date_trunc('month', submitted_at, 'Asia/Shanghai') AS month, customer_id, 'submitted' AS what FROM shown WHERE submitted_at >= $2
  UNION ALL SELECT date_trunc('month', resolved_at, 'Asia/Shanghai'), customer_id, 'resolved' FROM shown WHERE resolved_at >= $2
  UNION ALL SELECT date_trunc('month', resolved_at, 'Asia/Shanghai'), customer_id, 'first' FROM shown s WHERE resolved_at >= $2
    AND NOT EXISTS (SELECT FROM request_state_changes c WHERE c.tenant_id = $1 AND c.request_id = s.id
      AND c.move IN ('hand_over', 'raise', 'hold', 'reopen'))
  UNION ALL SELECT date_trunc('month', c.at, 'Asia/Shanghai'), s.customer_id, 'reopened'
    FROM request_state_changes c JOIN shown s ON s.id = c.request_id WHERE c.tenant_id = $1 AND c.move = 'reopen' AND c.at >= $2
  UNION ALL SELECT DISTINCT ON (c.request_id, 1) date_trunc('month', c.breached_at, 'Asia/Shanghai'), s.customer_id, 'breached'
    FROM clocks c JOIN shown s ON s.id = c.request_id WHERE c.tenant_id = $1 AND c.kind <> 'internal' AND c.breached_at >= $2
  UNION ALL SELECT date_trunc('month', scored_at, 'Asia/Shanghai'), customer_id, CASE WHEN satisfied THEN 'satisfied' ELSE 'scored' END
    FROM shown WHERE scored_at >= $2
  UNION ALL SELECT m, customer_id, 'open' FROM shown,
    generate_series(date_trunc('month', greatest(submitted_at, $2), 'Asia/Shanghai'), coalesce(ended_at, $3) - interval '1 month', interval '1 month') AS m
)
SELECT h.month, c.name, count(*) FILTER (WHERE what = 'submitted') AS submitted, count(*) FILTER (WHERE what = 'resolved') AS resolved,
  count(*) FILTER (WHERE what = 'first') AS first, count(*) FILTER (WHERE what = 'reopened') AS reopened,
  count(*) FILTER (WHERE what = 'breached') AS breached, count(*) FILTER (WHERE what IN ('scored', 'satisfied')) AS scored,
  count(*) FILTER (WHERE what = 'satisfied') AS satisfied, count(*) FILTER (WHERE what = 'open') AS open
FROM happened h JOIN customers c ON c.tenant_id = $1 AND c.id = h.customer_id GROUP BY h.month, c.id, c.name ORDER BY h.month, c.name
"""


async def measure(figures: Figures, there: Ground, scale: Scale) -> None:
    """Ask a company among few, then the same one among many."""
    await open_database()
    owner = await asyncpg.connect(there.owner_url)
    try:
        founder = await companies.found("desk-0")
        caller = (
            await companies.fill(
                there.owner_url, founder, Scale(1, scale.requests), every_minutes=YEAR_MINUTES // scale.requests
            )
        )[0]
        await owner.execute("SET synchronous_commit = off")
        await _populate(owner, caller, range(1, min(FEW, scale.tenants)))
        asked = await _asked(owner, caller)
        before, before_blocks = await _times(asked), await _blocks(owner, asked)
        await beside_the_statement(figures, there, asked[BOARD])
        await beside_the_aggregate(figures, there, asked[STATISTICS], before[STATISTICS])
        if scale.tenants > FEW:
            await _populate(owner, caller, range(FEW, scale.tenants))
            for workload, seconds in (await _times(asked)).items():
                figures.say(f"{workload.name}.among_few", before[workload] * 1e3, "ms")
                figures.say(f"{workload.name}.among_many", seconds * 1e3, "ms", "few", before[workload] * 1e3)
            for workload, blocks in (await _blocks(owner, asked)).items():
                figures.say(f"{workload.name}.blocks_among_many", blocks, "", "few", before_blocks[workload])
            await beside_the_statement(figures, there, asked[BOARD], among="_many")
    finally:
        await owner.close()
        await database.close()


async def _populate(owner: asyncpg.Connection, caller: Caller, numbers: range) -> None:
    """More companies beside the first, what they can be found by, and statistics for the planner."""
    await owner.execute("SET session_replication_role = replica")
    made = await companies.copy(owner, caller.actor.tenant_id, numbers, without=UNTOUCHED)
    await owner.execute("SET session_replication_role = origin")
    if numbers.start == 1:
        made = [caller.actor.tenant_id, *made]
    await owner.execute(
        "UPDATE service_requests SET title = title FROM (SELECT t, r.id FROM unnest($1::uuid[]) AS t, LATERAL (SELECT id"
        " FROM service_requests WHERE tenant_id = t ORDER BY id DESC LIMIT $2) AS r) AS newest"
        " WHERE service_requests.tenant_id = newest.t AND service_requests.id = newest.id",
        made,
        FOUND,
    )
    await owner.execute("VACUUM (ANALYZE)")
    await owner.execute("CHECKPOINT")


async def _asked(owner: asyncpg.Connection, caller: Caller) -> Mapping[Workload, Asked]:
    request = await owner.fetchval(
        "SELECT id::text FROM service_requests WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1 OFFSET 7",
        caller.actor.tenant_id,
    )
    # Twelve months of forty customers; more than five hundred rows are cut off.
    until = datetime.now(UTC).date().replace(day=1) + timedelta(days=27)
    since = until.replace(year=until.year - 1, day=1) + timedelta(days=31)
    year = {"since": since.replace(day=1).isoformat(), "until": until.isoformat()}
    variables: Mapping[Workload, dict[str, Any]] = {DETAIL: {"id": request}, STATISTICS: year}
    return {workload: Asked(caller, variables.get(workload, {}), {}) for workload in ASKED}


async def _times(asked: Mapping[Workload, Asked]) -> dict[Workload, float]:
    """The seconds of each question, asked of the API's own entry, HTTP's server left out."""
    endpoint = Endpoint()
    for workload, each in asked.items():
        answer = await Reader(SCHEMA._schema).run(Call(workload.ours, variables=each.ours), each.caller.actor)
        if answer.errors or not answer.data or b'":null' in answer.data[:40]:
            raise RuntimeError(f"{workload.name} is not answered: {answer.errors or answer.data!r}")
    with instead(endpoints, "QUOTAS", Quotas(1_000_000_000, 1)):
        return {workload: await _least(_asking(endpoint, workload, each)) for workload, each in asked.items()}


async def _blocks(owner: asyncpg.Connection, asked: Mapping[Workload, Asked]) -> dict[Workload, float]:
    """How many blocks PostgreSQL looks at for each question: unlike time, what else the machine does adds nothing."""
    counted: dict[Workload, float] = {}
    with instead(endpoints, "QUOTAS", Quotas(1_000_000_000, 1)):
        for workload, each in asked.items():
            before = await _blocks_so_far(owner)
            ask = _asking(Endpoint(), workload, each)
            for _ in range(ROUNDS):
                await ask()
            counted[workload] = (await _blocks_so_far(owner) - before) / ROUNDS
    return counted


async def _blocks_so_far(owner: asyncpg.Connection) -> int:
    # Sessions tell of their blocks when they end, which is soon after we have left them.
    await database.close()
    while await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = 'zhidu_app'"):  # noqa: ASYNC110 - PostgreSQL is asked, and nobody here could say it
        await asyncio.sleep(0.05)
    await open_database()
    looked: int = await owner.fetchval(
        "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
    )
    return looked


def _asking(endpoint: Endpoint, workload: Workload, asked: Asked) -> Callable[[], Awaitable[None]]:
    scope, body = request_of(workload, asked)

    async def ask() -> None:
        await send(endpoint, scope, body)

    return ask


async def _least(do: Callable[[], Awaitable[Any]]) -> float:
    return (await _alternately(do))[0]


async def _alternately(*ways: Callable[[], Awaitable[Any]]) -> list[float]:
    """The least seconds of each, taking turns: what others on this machine add is not ours, and never less than nothing."""
    took: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, seconds in zip(ways, took, strict=True):
            began = time.perf_counter()
            await way()
            seconds.append(time.perf_counter() - began)
    return [min(each) for each in took]


async def beside_the_statement(figures: Figures, there: Ground, asked: Asked, *, among: str = "") -> None:
    """The board through the API, and the statement that it is made of with nothing around it, in turn."""
    plan, arguments = planned(Reader(SCHEMA._schema), BOARD, asked)
    answer = await Reader(SCHEMA._schema).run(Call(BOARD.ours), asked.caller.actor)
    figures.say("board.bytes", len(answer.data or b""), "")
    connection = await _connected(there.app_url)
    try:
        with instead(endpoints, "QUOTAS", Quotas(1_000_000_000, 1)):
            bare, ours = await _alternately(
                lambda: connection.fetchval(plan.sql, *arguments), _asking(Endpoint(), BOARD, asked)
            )
    finally:
        await connection.close()
    figures.say(f"board.statement{among}", bare * 1e3, "ms")
    figures.say(f"board.answer{among}", ours * 1e3, "ms", "statement", bare * 1e3)


async def beside_the_aggregate(figures: Figures, there: Ground, asked: Asked, ours: float) -> None:
    """A year's figures by month and customer, beside the same by an aggregate that knows no permissions."""
    since, until = (datetime.fromisoformat(f"{asked.ours[name]}T00:00:00+08:00") for name in ("since", "until"))
    connection = await asyncpg.connect(there.owner_url)
    try:
        rows = await connection.fetch(AGGREGATE, asked.caller.actor.tenant_id, since, until + timedelta(days=1))
        await _agree(asked, rows)
        by_hand = await _least(
            lambda: connection.fetch(AGGREGATE, asked.caller.actor.tenant_id, since, until + timedelta(days=1))
        )
    finally:
        await connection.close()
    figures.say("statistics.by_hand", by_hand * 1e3, "ms")
    figures.say("statistics.answer", ours * 1e3, "ms", "by_hand", by_hand * 1e3)


async def _agree(asked: Asked, rows: Sequence[Any]) -> None:
    """Raise RuntimeError unless both count the same requests."""
    answer = await Reader(SCHEMA._schema).run(Call(STATISTICS.ours, variables=asked.ours), asked.caller.actor)
    told = json.loads(answer.data or b"{}").get("requestStatistics") or []
    for name in ("submitted", "resolved"):
        one, other = sum(each[name] for each in told), sum(row[name] for row in rows)
        if one != other or (not one and name == "submitted"):
            raise RuntimeError(f"the statistics count {one} {name}, by hand {other}: {answer.errors}")


async def _connected(url: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(
        url, connection_class=Connection, server_settings={"jit": "off", "TimeZone": "UTC"}
    )
    await speak_json(connection)
    return connection
