"""The one table of what a fact changes elsewhere in the same transaction; what may come later is a reaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from domain.approvals import commands as approvals
from domain.approvals.events import (
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReturned,
    ApprovalStepDue,
    ApprovalWithdrawn,
)
async def settle(work: Work) -> None:
    """Run the consequences of every fact recorded so far, and of the facts they record, oldest first."""
    done = 0
    while work.recorded:
        event = work.recorded.pop(0)
        done += 1
        if done > LONGEST_CHAIN:
            raise RuntimeError(f"consequences lead in a circle through {event.name}")
        for consequence in CONSEQUENCES.get(type(event), ()):
            await consequence(work, event)
