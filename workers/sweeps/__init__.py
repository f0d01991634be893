"""The timetable: what is done in every tenant at its hours, once a slot however many schedulers run.

A sweep is a timer with the key `sweep:NAME`, which plans its next slot as it fires; so it follows the tenant's zone,
and a rehearsal tenant's own clock. A new one is a line in `TIMETABLE` and a function in one file for each module.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.database import writing
from tenancy.timetable import SweepDue, next_slot
from tenancy.work import Work
from workers.sweeps import billing, files, idempotency, notifications, operations, quality, rulebook


@dataclass(frozen=True)
class Sweep:
    """When, as cron in the tenant's zone, and what. `run` gets the slot and works inside one transaction."""

    cron: str
    run: Callable[[Work, datetime], Awaitable[None]]


TIMETABLE: Mapping[str, Sweep] = {
    "billing.draft_due": Sweep("20 1 * * *", billing.draft_due),
    "operations.open_due": Sweep("5 0 * * *", operations.open_due),
    "quality.close_months": Sweep("10 0 1 * *", quality.close_months),
    "rulebook.tell_of_the_last_holidays": Sweep("40 8 * * *", rulebook.tell_of_the_last_holidays),
    "files.forget_unattached": Sweep("10 4 * * *", files.forget_unattached),
    "files.tidy": Sweep("30 4 * * 0", files.tidy),
    "idempotency.forget_old": Sweep("40 3 * * *", idempotency.forget_old),
    "notifications.forget_old": Sweep("20 3 * * *", notifications.forget_old),
}


async def ensure(tenant_id: UUID) -> None:
    """Plan every sweep of the timetable that a tenant has not planned; a planned one stays as it is."""
    async with writing(Actor.system(tenant_id), settle=settle) as work:
        rows = await work.rows(select(AgendaItem.key).where(AgendaItem.key.startswith("sweep:")))
        planned = {row["key"] for row in rows}
        for name in TIMETABLE:
            if _key(name) not in planned:
                _plan(work, name)


def plan_next(work: Work, event: SweepDue) -> None:
    """Plan the slot after this one, or after now when slots were missed: they are made up for once, not each."""
    # A sweep that a newer version gave up simply ends here.
    if event.sweep in TIMETABLE:
        _plan(work, event.sweep)


def _plan(work: Work, name: str) -> None:
    slot = next_slot(TIMETABLE[name].cron, work.opening.zone, work.now)
    work.schedule(slot, SweepDue(sweep=name, slot_at=slot), about=uuid5(work.actor.tenant_id, name), key=_key(name))


def _key(name: str) -> str:
    return f"sweep:{name}"


async def run(work: Work, event: SweepDue) -> None:
    """The reaction to a slot: do the sweep."""
    sweep = TIMETABLE.get(event.sweep)
    if sweep is not None:
        await sweep.run(work, event.slot_at)
