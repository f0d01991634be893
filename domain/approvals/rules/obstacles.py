"""What people do with an approval, and what keeps one from it: the sentences are those of the commands."""

from dataclasses import dataclass
from enum import StrEnum

from domain.approvals.rules.states import TASK_LIFECYCLE, TaskMove, TaskState
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from tenancy.refusals import ClauseReference, Conflict, Forbidden, Refusal, WrongState, message


class Act(StrEnum):
    """What people do with an approval by hand."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    RETURN_TO_STEP = "return_to_step"
    TRANSFER = "transfer"
    ADD_APPROVER = "add_approver"
    REASSIGN = "reassign"
    GO_ON = "go_on"
    RESOLVE_AGAIN = "resolve_again"
    WITHDRAW = "withdraw"
    URGE = "urge"
    COMMENT = "comment"
    ATTACH = "attach"


class Obstacle(StrEnum):
    """Why somebody can't do it now."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    NOT_YOURS = "not_yours"
    # Who stands in for somebody has a seat of their own in the step.
    TWO_VOICES = "two_voices"
    # Somebody else decides first, whom its holder has asked, or beside whom they were asked.
    HELD = "held"
    # They were asked to decide beside somebody, and ask nobody further.
    ADDED_SEAT = "added_seat"
    TOO_SOON = "too_soon"
    # Every seat that waits is vacant: only an administrator can help there.
    NOBODY_TO_URGE = "nobody_to_urge"
    NOT_STUCK = "not_stuck"
    OWN_REQUEST = "own_request"
    OWN_MATTER = "own_matter"
    CONDITION_FAILED = "condition_failed"
    NO_EARLIER_STEP = "no_earlier_step"


class Place(StrEnum):
    """Where one has to sit for it."""

    # In a seat that waits, one's own or that of somebody who is away.
    SEAT = "seat"
    OWN_SEAT = "own_seat"
    # In a seat of one's own, or in that of somebody away where the step lets stand-ins pass it on.
    PASSABLE_SEAT = "passable_seat"
    REQUESTER = "requester"
    # Where it can't be judged whether a step is taken, and wherever a seat is vacant; not in one's own matter.
    STOP = "stop"
    VACANCY = "vacancy"
    # Wherever nobody has decided yet, whoever sits there; not where it can't be judged if the step is taken, nor in
    # one's own matter.
    ANY_SEAT = "any_seat"
    ANYWHERE = "anywhere"


@dataclass(frozen=True)
class Duty:
    """What an act needs: a permission if any, a place, and that something still waits."""

    place: Place
    permission: Permission | None = None
    only_waiting: bool = True
    # Whoever has this permission does it from any place.
    instead: Permission | None = None


DUTIES = {
    Act.APPROVE: Duty(Place.SEAT, Permission.APPROVALS_DECIDE),
    Act.REJECT: Duty(Place.SEAT, Permission.APPROVALS_DECIDE),
    Act.RETURN: Duty(Place.SEAT, Permission.APPROVALS_DECIDE),
    Act.RETURN_TO_STEP: Duty(Place.SEAT, Permission.APPROVALS_DECIDE),
    Act.TRANSFER: Duty(Place.PASSABLE_SEAT, Permission.APPROVALS_DECIDE),
    Act.ADD_APPROVER: Duty(Place.OWN_SEAT, Permission.APPROVALS_DECIDE),
    Act.REASSIGN: Duty(Place.ANY_SEAT, Permission.APPROVALS_ADMINISTER),
    Act.GO_ON: Duty(Place.STOP, Permission.APPROVALS_ADMINISTER),
    Act.RESOLVE_AGAIN: Duty(Place.VACANCY, Permission.APPROVALS_ADMINISTER),
    Act.WITHDRAW: Duty(Place.REQUESTER, instead=Permission.APPROVALS_ADMINISTER),
    Act.URGE: Duty(Place.REQUESTER),
    Act.COMMENT: Duty(Place.ANYWHERE, only_waiting=False),
    Act.ATTACH: Duty(Place.ANYWHERE),
}

NOT_YOURS = {
    Act.WITHDRAW: message("Only the requester takes a request back."),
    Act.URGE: message("Only the requester asks for haste."),
}


def people_only(clause: ClauseReference | None = None, *path: str) -> Refusal:
    """What a program hears that does what a chain is to decide on: nobody could be asked back, told or kept apart."""
    text = message("This needs an approval, and only people ask for one.")
    return Forbidden(text, path=path, clause=clause, code="PEOPLE_ONLY")


def refusal(act: Act, obstacle: Obstacle, hours: int = 0) -> Refusal:
    """What the command says to it; `hours` is how often haste may be asked for."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            text = message("This needs the permission “{permission}”.")
            return Forbidden(text, {"permission": DUTIES[act].permission})
        case Obstacle.WRONG_STATE if act is Act.ATTACH:
            return WrongState(message("It is decided; who decided would not have seen this."))
        case Obstacle.WRONG_STATE:
            return WrongState(message("Nothing waits to be decided any more."))
        case Obstacle.NOT_YOURS:
            text = NOT_YOURS.get(act, message("This is for somebody else to decide."))
            return Forbidden(text, code="NOT_YOURS")
        case Obstacle.TWO_VOICES:
            text = message("You decide in this step yourself; nobody has two voices in it.")
            return Conflict(text, code="TWO_VOICES")
        case Obstacle.HELD:
            text = message("Somebody else decides first; this seat waits until they have.")
            return WrongState(text, code="HELD")
        case Obstacle.ADDED_SEAT:
            text = message("You were asked to decide beside somebody else; they ask further people.")
            return Conflict(text, code="ADDED_SEAT")
        case Obstacle.NOBODY_TO_URGE:
            text = message("Nobody sits there who could be asked for haste; an administrator sees to it.")
            return WrongState(text, code="NOBODY_TO_URGE")
        case Obstacle.NOT_STUCK:
            text = message("Nothing has stopped here that would need an administrator.")
            return WrongState(text, code="NOT_STUCK")
        case Obstacle.CONDITION_FAILED:
            text = message("It can't be judged whether this step is taken. Say first whether it is.")
            return WrongState(text, code="CONDITION_FAILED")
        case Obstacle.OWN_REQUEST:
            return Forbidden(message("Nobody decides on their own request."), code="OWN_REQUEST")
        case Obstacle.OWN_MATTER:
            return Forbidden(message("Nobody decides on their own matter."), code="OWN_MATTER")
        case Obstacle.TOO_SOON:
            text = message("You have asked for haste already; that is possible again after {hours} h.")
            return WrongState(text, {"hours": hours}, code="TOO_SOON")
        case Obstacle.NO_EARLIER_STEP:
            text = message("No earlier step was decided: return it to its requester.")
            return WrongState(text, code="NO_EARLIER_STEP")


# What is tried in a seat, as its own states know it, and what it is called where they have no word of its own.
_IN_SEAT = {
    Act.APPROVE: TaskMove.APPROVE,
    Act.REJECT: TaskMove.REJECT,
    Act.RETURN: TaskMove.RETURN,
    Act.RETURN_TO_STEP: TaskMove.RETURN,
}
_CALLED = {
    Act.RETURN_TO_STEP: message("Return to an earlier step"),
    Act.REASSIGN: message("Give the seat to somebody else"),
    Act.ADD_APPROVER: message("Ask somebody to decide beside you"),
}


def ended(act: Act, state: TaskState) -> WrongState:
    """What whoever tries it hears of a seat that doesn't wait: which move it was, and what became of the seat."""
    found = TASK_LIFECYCLE.refusal(state, _IN_SEAT.get(act, TaskMove.TRANSFER))
    if act in _CALLED:
        found.values = {**found.values, "move": Labels((_CALLED[act],))}
    return found
