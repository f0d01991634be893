"""The relay: takes what is due from PostgreSQL, fairly, and wakes workers through the broker. Any number may run."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from tenancy import claims
from tenancy.claims import Claim, Claimed
from workers import metrics

log = structlog.get_logger(__name__)

# Looked again at once while there is work, then ever more rarely.
BUSY_SECONDS = 0.02
IDLE_SECONDS = 0.5
# After an outage: the first look and the most patient one.
TROUBLE_SECONDS = (0.5, 5.0)
# With so many messages waiting in the broker nothing more is handed out: leases would end in the queue.
HIGH_WATER = 500


class Relay:
    """One loop. `wake` sends the messages and `waiting` counts those not fetched yet; both may block and may fail."""

    def __init__(
        self,
        wake: Callable[[Sequence[Claim]], None],
        waiting: Callable[[], int],
        *,
        batch: int = claims.BATCH,
        share: int = claims.SHARE,
        lease_seconds: float = claims.LEASE_SECONDS,
    ) -> None:
        self.wake, self.waiting = wake, waiting
        self.batch, self.share, self.lease_seconds = batch, share, lease_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Hand out work until asked to stop; outages of either server are waited out."""
        pause, trouble = BUSY_SECONDS, TROUBLE_SECONDS[0]
        while not stopping.is_set():
            try:
                handed_out = await self.once()
            except Exception as problem:
                log.warning("relay.trouble", error=f"{type(problem).__name__}: {problem}", again_in_seconds=trouble)
                await _rest(stopping, trouble)
                trouble = min(trouble * 2, TROUBLE_SECONDS[1])
                continue
            trouble = TROUBLE_SECONDS[0]
            pause = BUSY_SECONDS if handed_out else min(pause * 2, IDLE_SECONDS)
            await _rest(stopping, pause)

    async def once(self) -> int:
        """Claim and hand out one batch; returns how many items. The broker is asked first, so it can be missed early.

        A message that is lost, with the broker or on the wire, is sent again when its lease ends.
        """
        room = HIGH_WATER - await asyncio.to_thread(self.waiting)
        if room <= 0:
            return 0
        claimed = await claims.claim(batch=min(self.batch, room), share=self.share, lease_seconds=self.lease_seconds)
        _count(claimed)
        if claimed.claims:
            await asyncio.to_thread(self.wake, claimed.claims)
        return len(claimed.claims)


def _count(claimed: Claimed) -> None:
    for claim in claimed.claims:
        metrics.CLAIMED.labels(claim.task).inc()
    for claim in claimed.parked:
        metrics.PARKED.labels(claim.task).inc()
        log.warning("agenda.parked", tenant=str(claim.tenant_id), item=str(claim.item_id), task=claim.task)


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
