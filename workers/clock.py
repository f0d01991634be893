"""Bringing a rehearsal tenant's clock to its target: what is due by then happens on the way, in order, once.

All state is in PostgreSQL and each step is one transaction under the lock of the tenant's row, so a kill -9 anywhere
leaves a clock that the next worker carries on, and two workers at once could only take turns.
"""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import and_, or_, select

from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.claims import Claim, claim_of
from tenancy.outbox import lock_timers
from tenancy.rehearsal import read_clock
from tenancy.work import Work
from workers import sweeps
from workers.attempts import ATTEMPTS, attempt, describe, hold, is_passing, renewed, working
from workers.delivery import deliver, record
from workers.effects import send
from workers.jobs import run

log = structlog.get_logger(__name__)

# What follows from each timer happens before the next one fires; letters leave, and archives are written, while the
# clock shows their hour.
ON_THE_WAY = {Task.DELIVER: deliver, Task.SEND: send, Task.RUN: run}
BATCH = 20
# Another worker is busy with something that must happen first.
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class _Arrived:
    """The clock is at its target, and the errand is off the agenda."""


@dataclass(frozen=True)
class _Wait:
    """Something that happened has not been followed yet."""


@dataclass(frozen=True)
class _Fire:
    """The clock stands at the hour of this timer."""

    timer: AgendaItem


async def advance(claim: Claim, _: AgendaItem) -> None:
    """Bring the clock of the claim's tenant to its target."""
    await sweeps.ensure(claim.tenant_id)
    async with renewed(claim):
        while True:
            due = await claim_of(claim.tenant_id, ON_THE_WAY, batch=BATCH)
            for each in due.claims:
                await attempt(each, ON_THE_WAY)
            match await _step(claim):
                case _Arrived():
                    return
                case _Fire(timer):
                    await _fire(claim, timer)
                case _Wait() if not due.claims:
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _step(claim: Claim) -> _Arrived | _Wait | _Fire:
    async with working(claim) as work:
        clock = await read_clock(work, lock=True)
        held = await hold(work, claim)
        assert clock is not None
        if await _something_to_follow(work):
            return _Wait()
        timer = await _next_timer(work)
        if timer is None or timer.due_at > clock.target_at:
            await _set_clock(work, clock.target_at)
            work.delete(held)
            return _Arrived()
        # This errand is well if it gets this far; a timer that ends its workers is parked in its stead.
        held.attempts = 1
        if timer.attempts >= ATTEMPTS:
            timer.standing = Standing.PARKED
            timer.error = timer.error or "it ended its worker"
            return _Wait()
        timer.attempts += 1
        await _set_clock(work, max(clock.at, timer.due_at))
        return _Fire(timer)


async def _something_to_follow(work: Work) -> bool:
    """Whether the clock has to stand still: for facts until they are followed or parked, for letters and jobs unless
    they wait for another try, since a receiver that is away must not stop the clock."""
    leaving = and_(
        or_(AgendaItem.task == Task.SEND, AgendaItem.task == Task.RUN), AgendaItem.due_at <= work.opening.real_now
    )
    waiting = select(AgendaItem.id).where(
        AgendaItem.standing == Standing.PENDING, or_(AgendaItem.task == Task.DELIVER, leaving)
    )
    return await work.value(waiting.limit(1)) is not None


async def _next_timer(work: Work) -> AgendaItem | None:
    timers = select(AgendaItem).where(AgendaItem.task == Task.FIRE, AgendaItem.standing == Standing.PENDING)
    return await work.first(timers.order_by(AgendaItem.due_at, AgendaItem.id).limit(1).with_for_update())


async def _set_clock(work: Work, at: object) -> None:
    await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", work.actor.tenant_id, at)


async def _fire(claim: Claim, timer: AgendaItem) -> None:
    """Record the timer's fact at the hour that the clock shows; what goes wrong is kept with it and tried again."""
    try:
        async with working(claim) as work:
            await lock_timers(work, timer.subject_id)
            item = await work.find(AgendaItem, timer.id, lock=True)
            if item is not None and item.standing is Standing.PENDING and item.due_at <= work.now:
                record(work, item)
    except Exception as problem:
        if is_passing(problem):
            raise
        log.warning("clock.timer_failed", tenant=str(claim.tenant_id), item=str(timer.id), exc_info=problem)
        async with working(claim) as work:
            item = await work.find(AgendaItem, timer.id, lock=True)
            if item is not None:
                item.error = describe(problem)
