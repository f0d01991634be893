"""The agenda of all companies together: what a claim costs when few and when many items are due, and what it costs to
find the few timers that are due among few and among many."""

import time
from collections.abc import Awaitable, Callable

import asyncpg

from benchmarks.figures import Figures
from benchmarks.ground import Ground

PART = "agenda"
TENANTS = 50
TENANT = (
    "INSERT INTO tenants (id, slug, name, zone, language, created_at, status, rehearsal)"
    " SELECT uuidv7(), 'agenda-' || n, 'Agenda', 'Asia/Shanghai', 'en', now(), 'active', false"
    " FROM generate_series(1, $1::int) AS n"
)
FILL = (
    "INSERT INTO agenda (tenant_id, id, task, due_at, subject_id, standing, attempts, fence)"
    " SELECT t.id, uuidv7(), 'deliver', now() - interval '1 second' * (n % 1000), uuidv7(), 'pending', 0, 0"
    " FROM generate_series(1, $1::int) AS n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place,"
    " count(*) OVER () AS many FROM tenants) AS t ON t.place = n % t.many"
)


# Timers of which the first are due and the others are far from it.
TIMERS = (
    "INSERT INTO agenda (tenant_id, id, task, due_at, subject_id, key, name, payload, standing, attempts, fence)"
    " SELECT t.id, uuidv7(), 'fire', now() + CASE WHEN n <= $2 THEN interval '-1 second' * (n % 1000) ELSE interval"
    " '30 days' + interval '1 second' * n END, uuidv7(), 'timer:' || n, 'requests.clock_mark_due', '{}', 'pending', 0, 0"
    " FROM generate_series($3::int, $1::int) AS n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place,"
    " count(*) OVER () AS many FROM tenants) AS t ON t.place = n % t.many"
)
DUE_TIMERS = 1_000
CLAIM = "SELECT * FROM claim_agenda(200, 32, 30)"
ROUNDS, CLAIMS = 5, 5


async def measure(figures: Figures, there: Ground, *, quick: bool) -> None:
    """How long a claim takes when few and when many items are due in all companies together, and how long it takes to
    find a thousand timers that are due among few and among many that are not."""
    few, many = (1_000, 20_000) if quick else (10_000, 1_000_000)
    owner = await asyncpg.connect(there.owner_url)
    try:
        await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await owner.execute(TENANT, TENANTS)
        await owner.execute("TRUNCATE agenda")
        await owner.execute(FILL, few)
        before = await _calmly(owner, _claiming)
        figures.say("claim.of_few", before, "ms")
        await owner.execute(FILL, many - few)
        figures.say("claim.of_many", await _calmly(owner, _claiming), "ms", "few", before)
        await owner.execute("TRUNCATE agenda")
        await owner.execute(TIMERS, few, DUE_TIMERS, 1)
        before = await _calmly(owner, _sweeping)
        figures.say("sweep.of_few", before, "ms")
        await owner.execute(TIMERS, many, DUE_TIMERS, few + 1)
        figures.say("sweep.of_many", await _calmly(owner, _sweeping), "ms", "few", before)
    finally:
        await owner.close()


async def _calmly(owner: asyncpg.Connection, measured: Callable[[asyncpg.Connection], Awaitable[float]]) -> float:
    """The least milliseconds of several rounds, each begun when nothing is left of what was done before it."""
    took = []
    for _ in range(ROUNDS):
        await owner.execute("VACUUM (ANALYZE) agenda")
        await owner.execute("CHECKPOINT")
        took.append(await measured(owner))
    return min(took) * 1e3


async def _sweeping(owner: asyncpg.Connection) -> float:
    """Claim all that is due, as often as it takes, and roll it back."""
    transaction = owner.transaction()
    await transaction.start()
    began, found = time.perf_counter(), 0
    while claimed := len(await owner.fetch(CLAIM)):
        found += claimed
    took = time.perf_counter() - began
    await transaction.rollback()
    assert found == DUE_TIMERS, found
    return took


async def _claiming(owner: asyncpg.Connection) -> float:
    """The least of a few claims, each rolled back."""
    took = []
    for _ in range(CLAIMS):
        transaction = owner.transaction()
        await transaction.start()
        began = time.perf_counter()
        assert len(await owner.fetch(CLAIM)) == 200
        took.append(time.perf_counter() - began)
        await transaction.rollback()
    return min(took)
