"""Return visits: their states and moves, who makes them, and their days (CP-2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from tenancy.refusals import Forbidden, Refusal, message, missing_permission

MAX_FINDINGS, MAX_REASON, MAX_TITLE = 20_000, 500, 200
# When whoever makes a visit is reminded of it on its day, by the clocks of the company's zone.
REMINDED_AT = time(9)


class VisitState(StrEnum):
    """How far a visit is."""

    PLANNED = "planned"
    MADE = "made"
    CANCELLED = "cancelled"


class VisitMove(StrEnum):
    """What is done with a visit."""

    ASSIGN = "assign"
    POSTPONE = "postpone"
    REPORT = "report"
    CANCEL = "cancel"


VISITS = Lifecycle(
    initial=VisitState.PLANNED,
    table={
        (VisitState.PLANNED, VisitMove.ASSIGN): VisitState.PLANNED,
        (VisitState.PLANNED, VisitMove.POSTPONE): VisitState.PLANNED,
        (VisitState.PLANNED, VisitMove.REPORT): VisitState.MADE,
        (VisitState.PLANNED, VisitMove.CANCEL): VisitState.CANCELLED,
    },
    states={
        VisitState.PLANNED: message("Planned"),
        VisitState.MADE: message("Visit made"),
        VisitState.CANCELLED: message("Cancelled"),
    },
    moves={
        VisitMove.ASSIGN: message("Assign"),
        VisitMove.POSTPONE: message("Postpone"),
        VisitMove.REPORT: message("Report"),
        VisitMove.CANCEL: message("Cancel"),
    },
)
# What whoever makes the visit does themselves; the rest is for whoever manages feedback.
BY_ASSIGNEE = (VisitMove.POSTPONE, VisitMove.REPORT)


class VisitObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    WRONG_STATE = "wrong_state"


def permission_of(move: VisitMove) -> Permission:
    """What a move needs at least."""
    return Permission.FEEDBACK_HANDLE if move in BY_ASSIGNEE else Permission.FEEDBACK_MANAGE


def obstacles(
    move: VisitMove, state: VisitState, may: Callable[[Permission], bool], *, is_assignee: bool
) -> list[VisitObstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can."""
    manages = may(Permission.FEEDBACK_MANAGE)
    permitted = manages or may(permission_of(move))
    found = {
        VisitObstacle.FORBIDDEN: not permitted,
        VisitObstacle.NOT_YOURS: permitted and not manages and not is_assignee,
        VisitObstacle.WRONG_STATE: not VISITS.allows(state, move),
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def refusal(obstacle: VisitObstacle, move: VisitMove, state: VisitState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case VisitObstacle.FORBIDDEN:
            return missing_permission(permission_of(move))
        case VisitObstacle.NOT_YOURS:
            text = message("This is for whoever makes the visit, or whoever manages feedback.")
            return Forbidden(text, code="NOT_YOURS")
        case VisitObstacle.WRONG_STATE:
            return VISITS.refusal(state, move)


def reminded_at(planned_on: date, zone: str) -> datetime:
    """When whoever makes a visit is reminded of it, in UTC."""
    return datetime.combine(planned_on, REMINDED_AT, ZoneInfo(zone)).astimezone(UTC)


def due_at(planned_on: date, overdue_after_days: int, zone: str) -> datetime:
    """From when on a visit is overdue: the beginning of the day behind its last, in UTC."""
    last = planned_on + timedelta(days=overdue_after_days + 1)
    return datetime.combine(last, time(), ZoneInfo(zone)).astimezone(UTC)
