"""A worker or a scheduler for the tests: the real one, with bells to follow and leases that end soon."""

import asyncio
import os
import sys
from typing import Any, cast

from tenancy.config import settings
from tenancy.work import Work
from tests.workers.facts import BellRang, leave_a_mark
from workers import attempts
from workers.app import run_scheduler, run_worker
from workers.reactions import REACTIONS

# A bell with this number makes its worker wait long enough to be killed, the first time.
SLEEPER = 1000
# A bell with this number ends whoever follows it.
POISON = 2000
POISONED = 9
LEASE_SECONDS = 1.5


async def wait_to_be_killed(work: Work, event: BellRang) -> None:
    """Sleep inside the transaction, once."""
    asleep = settings().data / "asleep"
    if event.number == SLEEPER and not asleep.exists():
        await work.flush()
        asleep.touch()
        await asyncio.sleep(60)


async def end_the_process(work: Work, event: BellRang) -> None:
    """As a bug below Python would."""
    if event.number == POISON:
        os._exit(POISONED)


def main() -> int:
    """Run a `worker` or a `scheduler`, as the first argument says, by the usual environment until asked to stop."""
    for task in attempts.LEASE_SECONDS:
        attempts.LEASE_SECONDS[task] = LEASE_SECONDS
    cast(dict[Any, Any], REACTIONS)[BellRang] = [leave_a_mark, wait_to_be_killed, end_the_process]
    return run_worker() if sys.argv[1] == "worker" else run_scheduler(lease_seconds=LEASE_SECONDS)
