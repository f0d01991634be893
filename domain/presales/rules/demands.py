"""Technology that is asked for: raised, evaluated, broken down, reviewed, then handed on or refused (PS-6)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from domain.approvals.rules.obstacles import people_only
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from tenancy.refusals import Invalid, Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_TEXT, MOST_DAYS, MOST_PARTS = 200, 20_000, 100_000, 100


class DemandState(StrEnum):
    """How far a technology demand is."""

    RAISED = "raised"
    EVALUATED = "evaluated"
    IN_REVIEW = "in_review"
    # It is to become a project.
    ACCEPTED = "accepted"
    HANDED_ON = "handed_on"
    REFUSED = "refused"


class DemandMove(StrEnum):
    """What is done with a technology demand."""

    EVALUATE = "evaluate"
    BREAK_DOWN = "break_down"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    REFUSE = "refuse"
    HAND_ON = "hand_on"


_S, _M = DemandState, DemandMove
DEMANDS = Lifecycle(
    initial=_S.RAISED,
    table={
        (_S.RAISED, _M.EVALUATE): _S.EVALUATED,
        (_S.EVALUATED, _M.EVALUATE): _S.EVALUATED,
        (_S.EVALUATED, _M.BREAK_DOWN): _S.EVALUATED,
        (_S.EVALUATED, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.ACCEPT): _S.ACCEPTED,
        (_S.IN_REVIEW, _M.RETURN): _S.EVALUATED,
        **{(state, _M.REFUSE): _S.REFUSED for state in (_S.RAISED, _S.EVALUATED, _S.IN_REVIEW, _S.ACCEPTED)},
        (_S.ACCEPTED, _M.BREAK_DOWN): _S.ACCEPTED,
        (_S.ACCEPTED, _M.HAND_ON): _S.HANDED_ON,
    },
    states={
        _S.RAISED: message("Raised"),
        _S.EVALUATED: message("Evaluated"),
        _S.IN_REVIEW: message("In review"),
        _S.ACCEPTED: message("Accepted"),
        _S.HANDED_ON: message("Handed on"),
        _S.REFUSED: message("Refused"),
    },
    moves={
        _M.EVALUATE: message("Evaluate"),
        _M.BREAK_DOWN: message("Break down"),
        _M.SUBMIT: message("Submit"),
        _M.ACCEPT: message("Accept"),
        _M.RETURN: message("Return"),
        _M.REFUSE: message("Refuse"),
        _M.HAND_ON: message("Hand on"),
    },
)
# What people do; the rest follows from an approval's outcome.
DUTIES: Mapping[DemandMove, Permission] = dict.fromkeys(
    (_M.EVALUATE, _M.BREAK_DOWN, _M.SUBMIT, _M.REFUSE, _M.HAND_ON), Permission.PRESALES_QUOTE
)


class DemandObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # A chain decides on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # It is not broken down.
    NO_PARTS = "no_parts"


def refusal(obstacle: DemandObstacle, move: DemandMove, state: DemandState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case DemandObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case DemandObstacle.WRONG_STATE:
            return DEMANDS.refusal(state, move)
        case DemandObstacle.PEOPLE_ONLY:
            return people_only()
        case DemandObstacle.NO_PARTS:
            text = message("The demand is not broken down: say which parts it has before it is handed on.")
            return WrongState(text, code="NO_PARTS")


@dataclass(frozen=True)
class Task:
    """One part of what is demanded."""

    title: str
    effort_days: int


def tasks(given: Sequence[Task]) -> list[Task]:
    """The parts with their texts cleaned. Raises `Invalid` with the place of what is out of bounds."""
    if not 1 <= len(given) <= MOST_PARTS:
        raise Invalid(message("A demand has 1 to {most} parts."), {"most": MOST_PARTS}, ("parts",))
    found = []
    for place, each in enumerate(given):
        path = ("parts", str(place))
        check_effort(each.effort_days, *path, "effortDays")
        found.append(Task(one_line(each.title, MAX_TITLE, *path, "title"), each.effort_days))
    return found


def check_effort(days: int, *path: str) -> None:
    """Refuse an effort out of bounds."""
    if not 0 <= days <= MOST_DAYS:
        raise Invalid(message("The effort is 0 to {most} person-days."), {"most": MOST_DAYS}, path)


def content_digest(title: str, content: str, assessment: str, effort_days: int) -> str:
    """The fingerprint of what is decided on."""
    return hashlib.sha256(orjson.dumps([title, content, assessment, effort_days])).hexdigest()


def cleaned(text: str, *path: str) -> str:
    """A text on several lines that says something."""
    return several_lines(text, MAX_TEXT, *path)
