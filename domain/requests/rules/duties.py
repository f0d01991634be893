"""Who makes which move: the requester, the assignee, and whoever assigns requests, in their place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.permissions import Permission
from domain.requests.rules.states import LIFECYCLE, Move, State
from tenancy.refusals import Forbidden, Refusal, message, missing_permission


@dataclass(frozen=True, slots=True)
class Duty:
    """Who makes a move: with `permission` those named here, and in their place whoever may assign requests too."""

    permission: Permission
    requester: bool = False
    assignee: bool = False
    # Whoever did the work does not say that it is well done, not even as the requester's substitute.
    not_by_assignee: bool = False


DUTIES: Mapping[Move, Duty] = {
    Move.ASSIGN: Duty(Permission.REQUESTS_ASSIGN),
    Move.START: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.HOLD: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RESUME: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RESOLVE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.CONFIRM: Duty(Permission.REQUESTS_CONFIRM, requester=True, not_by_assignee=True),
    Move.REOPEN: Duty(Permission.REQUESTS_CONFIRM, requester=True),
    Move.CANCEL: Duty(Permission.REQUESTS_SUBMIT, requester=True),
}


class Obstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    OWN_WORK = "own_work"
    WRONG_STATE = "wrong_state"


def obstacles(
    move: Move, state: State, may: Callable[[Permission], bool], *, is_requester: bool, is_assignee: bool
) -> list[Obstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can."""
    duty = DUTIES[move]
    named = (duty.requester and is_requester) or (duty.assignee and is_assignee)
    found = []
    if not may(duty.permission):
        found.append(Obstacle.FORBIDDEN)
    elif not named and not may(Permission.REQUESTS_ASSIGN):
        found.append(Obstacle.NOT_YOURS)
    if duty.not_by_assignee and is_assignee:
        found.append(Obstacle.OWN_WORK)
    if not LIFECYCLE.allows(state, move):
        found.append(Obstacle.WRONG_STATE)
    return found


def refusal(obstacle: Obstacle, move: Move, state: State) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(DUTIES[move].permission)
        case Obstacle.NOT_YOURS:
            text = message("This is for the requester, the assignee or whoever assigns requests.")
            return Forbidden(text, code="NOT_YOURS")
        case Obstacle.OWN_WORK:
            return Forbidden(message("Whoever did the work does not confirm it."), code="OWN_WORK")
        case Obstacle.WRONG_STATE:
            return LIFECYCLE.refusal(state, move)
