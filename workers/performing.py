"""Who does what: the table of tasks, and which of them may take long and so run beside the worker's threads."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from tenancy.agenda import Task
from tenancy.claims import Claim
from workers import clock, delivery, effects, jobs
from workers.attempts import Doing, attempt, describe

log = structlog.get_logger(__name__)

DOING: Mapping[Task, Doing] = {
    Task.DELIVER: delivery.deliver,
    Task.FIRE: delivery.fire,
    Task.SEND: effects.send,
    Task.ADVANCE: clock.advance,
    Task.RUN: jobs.run,
}
# How many of a task may run at once in a process, and how many of those for one tenant: a receiver that lets us wait
# keeps its own tenant's other letters waiting, a long export its own tenant's other jobs, and nobody else's.
LONG = {Task.SEND: (32, 4), Task.ADVANCE: (4, 1), Task.RUN: (3, 1)}


class Performer:
    """Performs claims inside one event loop."""

    def __init__(self) -> None:
        self._all = {task: asyncio.Semaphore(most) for task, (most, _) in LONG.items()}
        self._own: dict[tuple[Task, UUID], asyncio.Semaphore] = {}
        self._running: dict[asyncio.Task[None], tuple[Task, UUID]] = {}

    async def perform(self, claim: Claim) -> None:
        """Attempt an item to its end; one of a long task is only begun, so that no thread waits for it.

        What is begun and lost with the process is handed out again when its lease ends.
        """
        place = (claim.task, claim.tenant_id)
        if claim.task is Task.RUN and (self._all[Task.RUN].locked() or place in self._running.values()):
            # A job may take so long that whatever waited here would be handed out again and again meanwhile. Another
            # process may be free; else it comes again when its lease ends.
            return
        if claim.task in LONG:
            own = self._own.setdefault(place, asyncio.Semaphore(LONG[claim.task][1]))
            running = asyncio.create_task(self._long(claim, own))
            self._running[running] = place
            running.add_done_callback(self._ended)
        else:
            await self._attempt(claim)

    async def _long(self, claim: Claim, own: asyncio.Semaphore) -> None:
        async with own, self._all[claim.task]:
            await self._attempt(claim)

    async def _attempt(self, claim: Claim) -> None:
        try:
            await attempt(claim, DOING)
        except Exception as problem:
            # The database is away, so nothing could be written down; the item comes again when its lease ends.
            log.warning("agenda.lost", item=str(claim.item_id), task=claim.task, error=describe(problem))

    def _ended(self, task: asyncio.Task[None]) -> None:
        place = self._running.pop(task)
        if place not in self._running.values():
            self._own.pop(place, None)

    async def finish(self, seconds: float) -> None:
        """Let what runs come to its end for so long, then stop it; its leases hand it to another worker."""
        if self._running:
            await asyncio.wait(list(self._running), timeout=seconds)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
