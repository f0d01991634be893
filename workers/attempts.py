"""One attempt at an agenda item: begun under its fence, and ended by being done, put off or parked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

import asyncpg
import structlog
from sqlalchemy import Table, func, update

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.claims import Claim
from tenancy.connections import Uncertain
from tenancy.database import writing
from tenancy.refusals import Refusal, Unavailable
from tenancy.statements import build
from tenancy.tenants import TenantStatus
from tenancy.work import Work
from workers import metrics


class Ending(StrEnum):
    """How an attempt ended that has kept itself what came of it; one that is to be repeated is still on the agenda."""

    DONE = "done"
    FAILED = "failed"
    AGAIN = "again"


# What gives no ending has been done.
Doing = Callable[[Claim, AgendaItem], Awaitable[Ending | None]]

log = structlog.get_logger(__name__)

# After this many the item is parked; the claim parks one that ended its workers as often.
ATTEMPTS = 3
# How long to wait after the first, the second … attempt that failed.
BACKOFF_SECONDS = (5.0, 30.0)
# The wait for something that will pass and is not the item's fault: it is repeated without being counted.
PASSING_SECONDS = 10.0
# How long one attempt may take before the item is handed to another worker; a long one renews its lease.
LEASE_SECONDS = {Task.DELIVER: 40.0, Task.FIRE: 40.0, Task.SEND: 50.0, Task.ADVANCE: 30.0, Task.RUN: 30.0}
ERROR_CHARACTERS = 1000


class Outdated(Exception):
    """The item is done, or another worker has it: this one stops, and what it has begun is rolled back."""


class NotYet(Exception):
    """The item has to wait for something that is no failure of its own."""

    def __init__(self, seconds: float, why: str | None = None) -> None:
        super().__init__(why or "")
        self.seconds, self.why = seconds, why


async def attempt(claim: Claim, doing: Mapping[Task, Doing]) -> None:
    """Attempt one item. What goes wrong is kept with the item; only the loss of the database raises."""
    item = await begin(claim)
    if item is None:
        return
    claim = replace(claim, while_suspended=item.while_suspended)
    try:
        ending = await doing[item.task](claim, item) or Ending.DONE
    except Outdated:
        log.info("agenda.outdated", item=str(claim.item_id), task=claim.task)
    except Exception as problem:
        await put_off(claim, problem)
    else:
        if ending is not Ending.AGAIN:
            metrics.DONE.labels(item.task, ending).inc()


async def begin(claim: Claim) -> AgendaItem | None:
    """Count the attempt, for good, before anything is tried; None when there is nothing to do (any more, or now)."""
    lease = timedelta(seconds=LEASE_SECONDS[claim.task])
    table = AgendaItem.__table__
    assert isinstance(table, Table)
    counted = (
        update(table)
        .where(table.c.id == claim.item_id, table.c.fence == claim.fence, table.c.standing == Standing.PENDING)
        .values(attempts=table.c.attempts + 1, leased_until=func.now() + lease)
        # The count must outlive this process, not the machine: the commit need not wait for the disk.
        .returning(*table.c, func.set_config("synchronous_commit", "off", True).label("fast"))
    )
    try:
        # The item may be one that goes on while its company is suspended; of any other nothing is counted then.
        async with working(replace(claim, while_suspended=True)) as work:
            active = work.opening.status == TenantStatus.ACTIVE
            rows = await work.rows(counted if active else counted.where(table.c.while_suspended))
            lags = not work.opening.rehearsal
    except Refusal as refusal:
        if refusal.code == "TENANT_GONE":
            return None
        raise
    if not rows:
        log.info("agenda.outdated", item=str(claim.item_id), task=claim.task)
        return None
    item = build(AgendaItem, {name: value for name, value in rows[0].items() if name != "fast"})
    if item.attempts == 1 and lags and item.leased_until is not None:
        metrics.LAG.labels(item.task).observe(max(0.0, (item.leased_until - lease - item.due_at).total_seconds()))
    return item


@asynccontextmanager
async def working(claim: Claim) -> AsyncIterator[Work]:
    """A transaction of the system in the claim's tenant."""
    system = Actor.system(claim.tenant_id)
    async with writing(system, settle=settle, while_suspended=claim.while_suspended) as work:
        yield work


async def hold(work: Work, claim: Claim) -> AgendaItem:
    """The item, locked until the end of this transaction; raises `Outdated` when it is not this worker's any more."""
    item = await work.find(AgendaItem, claim.item_id, lock=True)
    if item is None or item.fence != claim.fence or item.standing is not Standing.PENDING:
        raise Outdated
    return item


async def put_off(claim: Claim, problem: Exception) -> None:
    """Keep what went wrong, and let the item wait or park it."""
    try:
        async with working(claim) as work:
            item = await hold(work, claim)
            judge(work, item, problem)
            standing, attempts = item.standing, item.attempts
    except Outdated:
        return
    if isinstance(problem, NotYet):
        return
    (metrics.PARKED if standing is Standing.PARKED else metrics.FAILED).labels(claim.task).inc()
    log.warning(
        "agenda.parked" if standing is Standing.PARKED else "agenda.failed",
        tenant=str(claim.tenant_id),
        item=str(claim.item_id),
        task=claim.task,
        attempts=attempts,
        exc_info=problem,
    )


def judge(work: Work, item: AgendaItem, problem: Exception) -> None:
    """Decide what becomes of an item whose attempt failed: again after a wait, or parked."""
    if isinstance(problem, NotYet):
        item.attempts -= 1
        item.error = problem.why or item.error
        _wait(work, item, problem.seconds)
        return
    item.error = describe(problem)
    if is_passing(problem):
        item.attempts -= 1
        _wait(work, item, PASSING_SECONDS)
    elif item.attempts >= ATTEMPTS:
        item.standing, item.leased_until = Standing.PARKED, None
    else:
        _wait(work, item, BACKOFF_SECONDS[item.attempts - 1])


def _wait(work: Work, item: AgendaItem, seconds: float) -> None:
    until = work.opening.real_now + timedelta(seconds=seconds)
    if item.task is Task.FIRE:
        # A timer's hour is a fact of the tenant's own clock and stays; its lease makes it wait.
        item.leased_until = until
    else:
        item.due_at, item.leased_until = until, None


def is_passing(problem: BaseException) -> bool:
    """Whether it is the surroundings that failed: a lost connection, a lock, something that says it is not there."""
    return isinstance(
        problem,
        Unavailable
        | OSError
        | Uncertain
        | asyncpg.InterfaceError
        | asyncpg.PostgresConnectionError
        | asyncpg.OperatorInterventionError
        | asyncpg.InsufficientResourcesError
        | asyncpg.TransactionRollbackError
        | asyncpg.LockNotAvailableError,
    ) and not isinstance(problem, TimeoutError)


def describe(problem: BaseException) -> str:
    """What went wrong in a line, for the tenant's administrator."""
    notes = getattr(problem, "__notes__", [])
    return " ".join([f"{type(problem).__name__}: {problem}", *notes])[:ERROR_CHARACTERS]


@asynccontextmanager
async def renewed(claim: Claim) -> AsyncIterator[None]:
    """Keep the lease while a long attempt runs; it runs out soon after the process dies."""
    renewing = asyncio.create_task(_renew(claim))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(claim: Claim) -> None:
    lease = LEASE_SECONDS[claim.task]
    while True:
        await asyncio.sleep(lease / 3)
        try:
            async with working(claim) as work:
                item = await hold(work, claim)
                item.leased_until = work.opening.real_now + timedelta(seconds=lease)
        except Outdated:
            return
        except Exception as problem:
            log.warning("agenda.lease_not_renewed", item=str(claim.item_id), error=describe(problem))
