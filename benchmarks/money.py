"""Dunning and payments at size: finding and taking the steps of a night, planning ladders anew, recording what came in."""

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks import companies, same_writes
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.processes import cpu_seconds, resident_mb
from benchmarks.rulebook import fill_invoices, with_ladder
from benchmarks.same_writes import Writing
from domain.billing import commands, queries
from domain.billing.commands.ladder import BATCH, review_next
from domain.billing.events import LadderReviewDue
from domain.consequences import settle
from domain.kernel.money import Money
from tenancy import claims
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.database import database, open_database, reading, writing
from workers.attempts import attempt
from workers.performing import DOING

DUNNING = "dunning"
PAYMENTS = "payments"
PARTS = (DUNNING, PAYMENTS)
RECORDING = Writing("pay", "payments", ("reference", "invoice_id"), ("", ""))
# What a payment changes of what was there before.
CHANGED = {
    "invoices": "UPDATE invoices SET paid_minor = paid_minor + 100 WHERE id = $4",
    "planned_dunning_steps": "UPDATE planned_dunning_steps SET at = at + interval '1 second' WHERE invoice_id = $4",
    "": "UPDATE agenda SET due_at = due_at + interval '1 second' WHERE subject_id = $4 AND task = 'fire'",
}
DUE_EACH = 25
TAKEN = 200

# The next step of every invoice, and its timer: due for a few, the others' hour comes tomorrow.
PLANNING = """
INSERT INTO planned_dunning_steps (tenant_id, id, invoice_id, number, name, channel, needs_approval, at)
  SELECT tenant_id, uuidv7(), id, 3, '{}', 'email', false, now() + interval '1 day' FROM invoices WHERE tenant_id = $1;
UPDATE planned_dunning_steps SET at = now() - interval '1 hour'
  WHERE id IN (SELECT id FROM planned_dunning_steps WHERE tenant_id = $1 ORDER BY id LIMIT $2);
INSERT INTO agenda (tenant_id, id, task, due_at, subject_id, key, name, payload, standing, attempts, fence, while_suspended)
  SELECT tenant_id, uuidv7(), 'fire', at, invoice_id, 'dunning:' || invoice_id, 'billing.dunning_step_due',
    jsonb_build_object('invoice_id', invoice_id, 'step_number', 3, 'run', 1), 'pending', 0, 0, false
  FROM planned_dunning_steps WHERE tenant_id = $1
"""
# What a report over the invoices would ask each night.
PLAIN = """
SELECT i.tenant_id, i.id FROM invoices i JOIN planned_dunning_steps p ON p.tenant_id = i.tenant_id AND p.invoice_id = i.id
  WHERE i.state IN ('issued', 'part_paid') AND p.at <= now() ORDER BY i.tenant_id, i.id
"""


@dataclass(frozen=True)
class Size:
    """How much there is; `--tenants` and `--invoices` say something else."""

    tenants: int = 200
    invoices: int = 5_000
    payments: int = 10_000


async def measure(figures: Figures, there: Ground, wanted: set[str], size: Size) -> None:
    """What is wanted of it, in companies of its own."""
    await open_database()
    owner = await asyncpg.connect(there.owner_url)
    try:
        actor = await companies.found("billing")
        await companies.live(owner, actor.tenant_id, 10)
        await with_ladder(actor, 4, publish=True, letters=3)
        await fill_invoices(owner, actor, size.invoices)
        # Nobody is there who would tell of what has been done so far.
        await owner.execute("DELETE FROM agenda")
        for statement in PLANNING.split(";\n"):
            await owner.execute(companies.with_values(statement, actor.tenant_id, DUE_EACH))
        if DUNNING in wanted:
            await _dunning(figures, there, owner, actor, size)
        if PAYMENTS in wanted:
            await _payments(figures, there, owner, actor, size)
    finally:
        await owner.close()
        await database.close()


@dataclass
class Spent:
    """Processor time of this process and of PostgreSQL, and seconds."""

    cpu: float = 0.0
    seconds: float = 0.0


async def _spend(there: Ground, doing: Callable[[], Awaitable[Any]]) -> Spent:
    own, other, began = time.process_time(), cpu_seconds(there.postgres.pid), time.perf_counter()
    await doing()
    seconds = time.perf_counter() - began
    return Spent(time.process_time() - own + cpu_seconds(there.postgres.pid) - other, seconds)


async def _dunning(figures: Figures, there: Ground, owner: asyncpg.Connection, actor: Actor, size: Size) -> None:
    await companies.copy(owner, actor.tenant_id, range(1, size.tenants))
    await owner.execute("VACUUM (ANALYZE)")
    await owner.execute("CHECKPOINT")
    due = size.tenants * DUE_EACH
    before = resident_mb(os.getpid())

    async def plainly() -> None:
        assert len(await owner.fetch(PLAIN)) == due

    async def ours() -> None:
        found = 0
        while batch := (await claims.claim()).claims:
            found += len(batch)
        assert found == due

    await plainly()
    plain = await _spend(there, plainly)
    claimed = await _spend(there, ours)
    figures.say("dunning.open_invoices", size.tenants * size.invoices, "")
    figures.say("dunning.finding_plain", plain.cpu * 1e3, "ms")
    figures.say("dunning.finding", claimed.cpu * 1e3, "ms", "plain SQL", plain.cpu * 1e3)

    await owner.execute("UPDATE agenda SET leased_until = NULL")
    took = await _spend(there, lambda: _take(actor, min(TAKEN, DUE_EACH)))
    figures.say("dunning.step_cpu", took.cpu / min(TAKEN, DUE_EACH) * 1e3, "ms")
    anew = await _spend(there, lambda: _plan_anew(actor, size))
    listed = await _spend(there, lambda: _list(owner, actor.tenant_id))
    figures.say("dunning.anew_per_second", size.invoices / anew.seconds, "1/s")
    figures.say("dunning.anew_cpu", anew.cpu / size.invoices * 1e6, "us", "plain SQL", listed.cpu / size.invoices * 1e6)
    figures.say("dunning.memory_growth", resident_mb(os.getpid()) - before, "MB")


async def _take(actor: Actor, steps: int) -> None:
    """Take what is due of a company, one step after the other, as a worker does."""
    left = steps
    while left:
        found = (await claims.claim_of(actor.tenant_id, [Task.FIRE], batch=left)).claims
        assert found
        for claim in found:
            await attempt(claim, DOING)
        left -= len(found)


async def _plan_anew(actor: Actor, size: Size) -> None:
    """Plan every open invoice of a company anew, batch by batch, as when a handbook takes effect."""
    system = Actor.system(actor.tenant_id)
    async with reading(system) as work:
        ids = await queries.open_ids(work, after_id=None, most=size.invoices)
    assert len(ids) == size.invoices
    for after_id in (None, *ids[BATCH - 1 :: BATCH]):
        async with writing(system, settle=settle) as work:
            await review_next(work, LadderReviewDue(after_id=after_id))


async def _list(owner: asyncpg.Connection, tenant_id: UUID) -> None:
    open_ = "SELECT * FROM invoices WHERE tenant_id = $1 AND state IN ('issued', 'part_paid') ORDER BY id"
    assert await owner.fetch(open_, tenant_id)


async def _payments(figures: Figures, there: Ground, owner: asyncpg.Connection, actor: Actor, size: Size) -> None:
    rows = await owner.fetch("SELECT id FROM invoices WHERE tenant_id = $1 ORDER BY id", actor.tenant_id)
    ids: list[UUID] = [row["id"] for row in rows]
    today = datetime.now(UTC).date()

    async def ours(count: int, name: str) -> None:
        for number in range(count):
            async with writing(actor, settle=settle) as work:
                await commands.record_payment(
                    work,
                    invoice_id=ids[number % len(ids)],
                    amount=Money.of("1", "CNY"),
                    received_on=today,
                    reference=f"{name}-{number}",
                )

    await ours(20, "WARM")
    assert actor.id is not None
    sampled = await same_writes.sample(owner, RECORDING, actor.tenant_id, actor.id)
    written = [row for row in sampled.rows if row.values.get("task") != "fire"]
    same = same_writes.inserting(replace(sampled, rows=written), CHANGED)
    app = await asyncpg.connect(there.app_url)

    async def bare(count: int) -> None:
        for number in range(count):
            async with app.transaction():
                await app.execute("SELECT set_config('app.tenant', $1, true)", str(actor.tenant_id))
                await app.execute(same, actor.tenant_id, actor.id, f"BARE-{number}", ids[number % len(ids)])

    try:
        theirs = await _spend(there, lambda: bare(size.payments))
        spent = await _spend(there, lambda: ours(size.payments, "OURS"))
    finally:
        await app.close()
    figures.say("payments.bare_per_second", size.payments / theirs.seconds, "1/s")
    rate = size.payments / spent.seconds
    figures.say("payments.per_second", rate, "1/s", "bare", size.payments / theirs.seconds)
    figures.say("payments.cpu", spent.cpu / size.payments * 1e3, "ms", "bare", theirs.cpu / size.payments * 1e3)
