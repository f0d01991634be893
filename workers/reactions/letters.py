"""What a customer's people are written about their request: on which occasion which fact tells them (NT-1)."""

from collections.abc import Mapping

from domain.mail import commands
from domain.policies.rules.kinds import Occasion
from domain.requests.events import (
    RequestAssigned,
    RequestCancelled,
    RequestClosed,
    RequestHeld,
    RequestReopened,
    RequestResolved,
    RequestSubmitted,
    SolutionProposed,
)
from tenancy.journal import Event
from tenancy.work import Work

Told = (
    RequestAssigned
    | RequestCancelled
    | RequestClosed
    | RequestHeld
    | RequestReopened
    | RequestResolved
    | SolutionProposed
)

OCCASIONS: Mapping[type[Event], Occasion] = {
    RequestAssigned: Occasion.ASSIGNED,
    SolutionProposed: Occasion.SOLUTION_PROPOSED,
    RequestHeld: Occasion.HELD,
    RequestResolved: Occasion.RESOLVED,
    RequestReopened: Occasion.REOPENED,
    RequestClosed: Occasion.CLOSED,
    RequestCancelled: Occasion.CANCELLED,
}


async def write_of_the_intake(work: Work, event: RequestSubmitted) -> None:
    """Whoever asked by telephone, in the portal or through a program has it in writing."""
    await commands.write_about(work, occasion=Occasion.SUBMITTED, request_id=event.request_id)


async def write_of_a_move(work: Work, event: Told) -> None:
    """The customer's people hear of what has happened to their request, unless they have done it themselves."""
    occasion = OCCASIONS[type(event)]
    await commands.write_about(work, occasion=occasion, request_id=event.request_id, change_id=event.change_id)
