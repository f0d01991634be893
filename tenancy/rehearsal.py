"""The clock of a rehearsal tenant: it is told where to go, and a worker brings it there timer by timer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.journal import Event
from tenancy.models import one_of
from tenancy.refusals import Invalid, Refusal, message
from tenancy.tenants import Tenant
from tenancy.work import Work

# A year of daily sweeps and a leap day; who wants more goes on from there.
FARTHEST = timedelta(days=366)
CLOCK_KEY = "clock"


@dataclass(frozen=True, kw_only=True)
class ClockAdvanced(Event, name="rehearsal.clock_advanced"):
    """Somebody set a later target for the tenant's clock."""

    target_at: datetime


@dataclass(frozen=True)
class Clock:
    """Where a rehearsal clock stands and where it is going."""

    at: datetime
    target_at: datetime


async def read_clock(work: Work, *, lock: bool = False) -> Clock | None:
    """The tenant's own clock; None for a tenant that lives on real time. Lock it before any agenda item."""
    statement = select(Tenant.clock_at, Tenant.clock_target_at).where(
        Tenant.id == work.actor.tenant_id, Tenant.rehearsal
    )
    rows = await work.rows(statement.with_for_update() if lock else statement)
    return Clock(rows[0]["clock_at"], rows[0]["clock_target_at"]) if rows else None


async def advance_clock(work: Work, *, to: datetime) -> Clock:
    """Send the clock to `to`; on the way every timer fires in order. Needs `clock.advance`.

    Refuses with NOT_A_REHEARSAL, and with `Invalid` for an instant without zone, one that is not ahead of the clock's
    present target, or one more than 366 days ahead of it.
    """
    work.actor.require("clock.advance")
    clock = await read_clock(work, lock=True)
    if clock is None:
        raise Refusal(
            message("This company lives on real time; only a rehearsal's clock can be advanced."),
            code="NOT_A_REHEARSAL",
        )
    if to.tzinfo is None:
        raise Invalid(message("An instant needs its zone, as in 2026-03-02T09:00:00+08:00."), path=("to",))
    to = to.astimezone(UTC)
    if to <= clock.target_at:
        raise Invalid(
            message("The clock only goes forward: it is at {clock} or on its way there."),
            {"clock": clock.target_at.astimezone(ZoneInfo(work.opening.zone))},
            path=("to",),
        )
    if to - clock.target_at > FARTHEST:
        raise Invalid(message("Advance by {days} days at most, then again."), {"days": FARTHEST.days}, path=("to",))
    await work.sql("UPDATE tenants SET clock_target_at = $2 WHERE id = $1", work.actor.tenant_id, to)
    await _let_it_run(work)
    work.record(ClockAdvanced(target_at=to))
    return Clock(clock.at, to)


async def _let_it_run(work: Work) -> None:
    running = await work.first(select(AgendaItem).where(AgendaItem.key == CLOCK_KEY).with_for_update())
    if running is None:
        work.add(
            AgendaItem(task=Task.ADVANCE, due_at=work.opening.real_now, subject_id=work.actor.tenant_id, key=CLOCK_KEY)
        )
    elif running.standing is not Standing.PENDING:
        running.standing, running.attempts, running.leased_until = Standing.PENDING, 0, None


async def settled(work: Work) -> bool:
    """Whether the clock has arrived and nothing is left to deliver, send or run; always so far as a tenant is at rest.

    What is parked waits for a person and does not count.
    """
    clock = await read_clock(work)
    if clock is not None and clock.at < clock.target_at:
        return False
    leading_on = one_of(AgendaItem.task, [Task.DELIVER, Task.SEND, Task.RUN, Task.ADVANCE])
    waiting = select(exists().where(AgendaItem.standing == Standing.PENDING, leading_on))
    return not await work.value(waiting)
