"""Who makes which move: the requester, the assignee, and whoever assigns requests, in their place."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds.handling import Step
from domain.policies.rules.words import word
from domain.requests.rules.course import Window, lacking
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
    Move.TRIAGE: Duty(Permission.REQUESTS_ASSIGN),
    Move.ASSIGN: Duty(Permission.REQUESTS_ASSIGN),
    Move.HAND_OVER: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.HAND_BACK: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.DIAGNOSE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.PROPOSE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.AGREE: Duty(Permission.REQUESTS_CONFIRM, requester=True, not_by_assignee=True),
    Move.DECLINE: Duty(Permission.REQUESTS_CONFIRM, requester=True),
    Move.START: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.HOLD: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RESUME: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RESOLVE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.CONFIRM: Duty(Permission.REQUESTS_CONFIRM, requester=True, not_by_assignee=True),
    Move.CLOSE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.REOPEN: Duty(Permission.REQUESTS_CONFIRM, requester=True),
    Move.CANCEL: Duty(Permission.REQUESTS_SUBMIT, requester=True),
    Move.MERGE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RAISE: Duty(Permission.REQUESTS_WORK, assignee=True),
    Move.RETURN: Duty(Permission.REQUESTS_WORK, assignee=True),
}
# Tiers of support, from 1.
HIGHEST_TIER = 3


class Obstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    OWN_WORK = "own_work"
    WRONG_STATE = "wrong_state"
    STEP_MISSING = "step_missing"
    NOT_HANDED_OVER = "not_handed_over"
    CHILDREN_OPEN = "children_open"
    PARTS_OPEN = "parts_open"
    REPORT_MISSING = "report_missing"
    TIME_MISSING = "time_missing"
    VISITS_OPEN = "visits_open"
    HIGHEST_TIER = "highest_tier"
    LOWEST_TIER = "lowest_tier"
    WINDOW_OVER = "window_over"
    WINDOW_USED_UP = "window_used_up"


ANY_TIME = Window()
# What of a request may be unfinished, and the moves that this keeps one from unless its course's clause lets it be.
UNFINISHED: Mapping[Obstacle, tuple[Move, ...]] = {
    Obstacle.CHILDREN_OPEN: (Move.RESOLVE,),
    Obstacle.PARTS_OPEN: (Move.PROPOSE, Move.RESOLVE),
    Obstacle.REPORT_MISSING: (Move.CLOSE,),
    Obstacle.TIME_MISSING: (Move.RESOLVE,),
    Obstacle.VISITS_OPEN: (Move.RESOLVE,),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a request and of whoever acts decides on a move, besides the permission."""

    state: State
    is_requester: bool = False
    is_assignee: bool = False
    # The steps of its course that it lacks.
    missing: Collection[Step] = ()
    window: Window = ANY_TIME
    reopened_after_closing: int = 0
    at: datetime | None = None
    # Whether whoever has it has it in somebody's place.
    handed_over: bool = False
    # What of it is unfinished and by its course's clause has to be done first.
    unfinished: Collection[Obstacle] = ()
    support_tier: int = 1


def obstacles(move: Move, standing: Standing, may: Callable[[Permission], bool]) -> list[Obstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can."""
    duty = DUTIES[move]
    named = (duty.requester and standing.is_requester) or (duty.assignee and standing.is_assignee)
    found = []
    if not may(duty.permission):
        found.append(Obstacle.FORBIDDEN)
    elif not named and not may(Permission.REQUESTS_ASSIGN):
        found.append(Obstacle.NOT_YOURS)
    if duty.not_by_assignee and standing.is_assignee:
        found.append(Obstacle.OWN_WORK)
    if not LIFECYCLE.allows(standing.state, move):
        found.append(Obstacle.WRONG_STATE)
    elif lacking(move, standing.missing):
        found.append(Obstacle.STEP_MISSING)
    elif unfinished := [each for each in UNFINISHED if move in UNFINISHED[each] and each in standing.unfinished]:
        found.extend(unfinished)
    if move is Move.HAND_BACK and not standing.handed_over:
        found.append(Obstacle.NOT_HANDED_OVER)
    if move is Move.RAISE and standing.support_tier >= HIGHEST_TIER:
        found.append(Obstacle.HIGHEST_TIER)
    if move is Move.RETURN and standing.support_tier <= 1:
        found.append(Obstacle.LOWEST_TIER)
    if move is Move.REOPEN:
        if standing.at is not None and standing.window.is_over(standing.state, standing.at):
            found.append(Obstacle.WINDOW_OVER)
        if standing.window.is_used_up(standing.state, standing.reopened_after_closing):
            found.append(Obstacle.WINDOW_USED_UP)
    return found


def outside_may(permission: Permission) -> bool:
    """What a customer's person may do with the requests that they see: what requesters do."""
    return permission in (Permission.REQUESTS_SUBMIT, Permission.REQUESTS_CONFIRM)


def refusal(obstacle: Obstacle, move: Move, standing: Standing) -> Refusal:
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
            return LIFECYCLE.refusal(standing.state, move)
        case Obstacle.STEP_MISSING:
            needed = Labels(word(step) for step in lacking(move, standing.missing))
            text = message("The handbook asks for this first: {steps}.")
            return Refusal(text, {"steps": needed}, code="STEP_MISSING")
        case Obstacle.NOT_HANDED_OVER:
            return Refusal(message("Nobody has handed it over, so it is not handed back."), code="NOT_HANDED_OVER")
        case Obstacle.CHILDREN_OPEN:
            text = message("It has open children; resolve them first, or together with it.")
            return Refusal(text, code="CHILDREN_OPEN")
        case Obstacle.PARTS_OPEN:
            text = message("Co-operating departments have not done all of their parts yet.")
            return Refusal(text, code="PARTS_OPEN")
        case Obstacle.REPORT_MISSING:
            return Refusal(message("The report on the fault is still to be written."), code="REPORT_MISSING")
        case Obstacle.TIME_MISSING:
            return Refusal(message("No working time is recorded for it yet."), code="TIME_MISSING")
        case Obstacle.VISITS_OPEN:
            return Refusal(message("A visit on site is still open."), code="VISITS_OPEN")
        case Obstacle.HIGHEST_TIER:
            return Refusal(message("The highest tier of support has it already."), code="HIGHEST_TIER")
        case Obstacle.LOWEST_TIER:
            return Refusal(message("It was not raised to a higher tier, so it is not returned."), code="LOWEST_TIER")
        case Obstacle.WINDOW_OVER:
            text = message("The time in which it could be reopened is over; ask for something new instead.")
            return Refusal(text, code="WINDOW_OVER")
        case Obstacle.WINDOW_USED_UP:
            text = message(
                "Once closed it has been reopened as often as the handbook lets it; ask for something new instead."
            )
            return Refusal(text, code="WINDOW_USED_UP")
