"""Following facts: each reaction to a journal entry runs once in effect, each timer records its fact once, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select, tuple_

from domain import facts
from domain.approvals import queries as approvals
from domain.notifications import commands as notifications
from domain.notifications import queries as endpoints
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.channels import Change
from tenancy.claims import Claim
from tenancy.database import reading
from tenancy.deliveries import Delivery
from tenancy.journal import Event, JournalEntry
from tenancy.outbox import lock_timers
from tenancy.timetable import SweepDue
from tenancy.work import Work
from workers import live, sweeps
from workers.attempts import NotYet, Outdated, hold, working
from workers.reactions import REACTIONS, Reaction, name_of

# Shorter than the lease of these tasks, so that an attempt has ended before the next one begins.
STEP_SECONDS = 30.0
# A timer whose elder is under way lets it go first.
AFTER_YOU_SECONDS = 0.25
# A fact that only a newer version knows waits for a worker of that version.
STRANGE_SECONDS = 30.0


@dataclass(frozen=True)
class _Step:
    """One thing that follows a fact."""

    name: str
    run: Callable[[Work], Awaitable[None]]


async def deliver(claim: Claim, item: AgendaItem) -> None:
    """Run what follows a fact, each reaction in its own transaction; the last one closes the item in the same.

    One that fails doesn't keep the others from running; it alone is repeated. Raises the first failure.
    """
    entry, steps = await _read(claim, item)
    failures: list[Exception] = []
    for number, step in enumerate(steps, start=1):
        try:
            async with asyncio.timeout(STEP_SECONDS), working(claim) as work:
                held = await hold(work, claim)
                await step.run(work)
                if number < len(steps) or failures:
                    work.add(Delivery(entry_id=entry.id, reaction=step.name))
                else:
                    work.delete(held)
                    for row in await work.all(select(Delivery).where(Delivery.entry_id == entry.id)):
                        work.delete(row)
        except Outdated:
            raise
        except Exception as problem:
            problem.add_note(f"(in {step.name} after {entry.name})")
            failures.append(problem)
    if failures:
        raise failures[0]
    case_id = approvals.case_of_fact(entry)
    await live.announce(Change(claim.tenant_id, entry.id, entry.name, entry.subject_kind, entry.subject_id, case_id))


async def _read(claim: Claim, item: AgendaItem) -> tuple[JournalEntry, list[_Step]]:
    """The fact, and what still follows it: at least a step that only closes the item."""
    async with reading(Actor.system(claim.tenant_id)) as work:
        entry = await work.get(JournalEntry, item.subject_id)
        event = load(entry.name, entry.payload)
        steps = [
            _Step(name_of(reaction), partial(_react, reaction, event)) for reaction in REACTIONS.get(type(event), ())
        ]
        if await endpoints.that_ask_for(work, entry.name):
            steps.append(_Step("webhooks", partial(_tell, entry)))
        rows = await work.rows(select(Delivery.reaction).where(Delivery.entry_id == entry.id))
    done = {row["reaction"] for row in rows}
    return entry, [step for step in steps if step.name not in done] or [_Step("nothing", _rest)]


async def _react(reaction: Reaction, event: Event, work: Work) -> None:
    await reaction(work, event)


async def _tell(entry: JournalEntry, work: Work) -> None:
    await notifications.plan_webhooks(work, entry)


async def _rest(work: Work) -> None:
    """Nothing follows (any more)."""


def load(name: str, payload: dict[str, object]) -> Event:
    """A stored fact; raises `NotYet` when this version of the product doesn't know its name."""
    if not facts.is_known(name):
        raise NotYet(STRANGE_SECONDS, f"“{name}” is unknown to this version")
    return Event.load(name, payload)


async def fire(claim: Claim, due: AgendaItem) -> None:
    """Record the fact of a timer whose hour has come, and forget the timer, in one transaction."""
    async with asyncio.timeout(STEP_SECONDS), working(claim) as work:
        # All timers of the record, in the order in which everybody locks them who may move them: whoever held the later
        # one alone would wait for somebody who holds the earlier, and who waits for this one.
        await lock_timers(work, due.subject_id)
        item = await hold(work, claim)
        if item.due_at > work.now:
            # It was moved after it was claimed.
            item.leased_until, item.attempts = None, 0
        elif await _has_elder(work, item):
            raise NotYet(AFTER_YOU_SECONDS)
        else:
            record(work, item)


def record(work: Work, item: AgendaItem) -> None:
    """Let the fact of a timer happen now; a sweep plans its next slot at once, so no failure ends the series."""
    assert item.name is not None
    event = load(item.name, item.payload or {})
    work.delete(item)
    work.record(event)
    if isinstance(event, SweepDue):
        sweeps.plan_next(work, event)


async def _has_elder(work: Work, item: AgendaItem) -> bool:
    """Whether another timer of the same record was due earlier and still waits to fire."""
    elder = select(AgendaItem.id).where(
        AgendaItem.subject_id == item.subject_id,
        AgendaItem.task == Task.FIRE,
        AgendaItem.standing == Standing.PENDING,
        tuple_(AgendaItem.due_at, AgendaItem.id) < tuple_(item.due_at, item.id),
    )
    return await work.value(elder.limit(1)) is not None
