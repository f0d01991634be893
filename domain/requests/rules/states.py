"""The states of a request, the moves between them, and what each state means for each clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from domain.requests.rules.clocks import Segment
from tenancy.refusals import message


class State(StrEnum):
    """Where a request stands (RQ-5, first form)."""

    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can be done with a request."""

    ASSIGN = "assign"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CANCEL = "cancel"


LIFECYCLE = Lifecycle(
    initial=State.NEW,
    table={
        (State.NEW, Move.ASSIGN): State.ASSIGNED,
        (State.NEW, Move.CANCEL): State.CANCELLED,
        (State.ASSIGNED, Move.ASSIGN): State.ASSIGNED,
        (State.ASSIGNED, Move.START): State.IN_PROGRESS,
        # What is settled in the first telephone call needs no separate start.
        (State.ASSIGNED, Move.RESOLVE): State.RESOLVED,
        (State.ASSIGNED, Move.CANCEL): State.CANCELLED,
        # Handed over, it waits until its new owner starts.
        (State.IN_PROGRESS, Move.ASSIGN): State.ASSIGNED,
        (State.IN_PROGRESS, Move.HOLD): State.ON_HOLD,
        (State.IN_PROGRESS, Move.RESOLVE): State.RESOLVED,
        (State.IN_PROGRESS, Move.CANCEL): State.CANCELLED,
        # A new owner does not end what the customer is waited for.
        (State.ON_HOLD, Move.ASSIGN): State.ON_HOLD,
        (State.ON_HOLD, Move.RESUME): State.IN_PROGRESS,
        (State.ON_HOLD, Move.RESOLVE): State.RESOLVED,
        (State.ON_HOLD, Move.CANCEL): State.CANCELLED,
        (State.RESOLVED, Move.CONFIRM): State.CLOSED,
        (State.RESOLVED, Move.REOPEN): State.ASSIGNED,
        (State.CLOSED, Move.REOPEN): State.ASSIGNED,
    },
    states={
        State.NEW: message("New"),
        State.ASSIGNED: message("Assigned"),
        State.IN_PROGRESS: message("In progress"),
        State.ON_HOLD: message("On hold"),
        State.RESOLVED: message("Resolved"),
        State.CLOSED: message("Closed"),
        State.CANCELLED: message("Cancelled"),
    },
    moves={
        Move.ASSIGN: message("Assign"),
        Move.START: message("Start work"),
        Move.HOLD: message("Put on hold"),
        Move.RESUME: message("Resume"),
        Move.RESOLVE: message("Resolve"),
        Move.CONFIRM: message("Confirm"),
        Move.REOPEN: message("Reopen"),
        Move.CANCEL: message("Cancel"),
    },
)


class Channel(StrEnum):
    """How a request came in (RQ-1)."""

    HOTLINE = "hotline"
    EMAIL = "email"
    CHAT = "chat"
    PORTAL = "portal"
    API = "api"
    ON_SITE = "on_site"


class Audience(StrEnum):
    """Who reads a message: whoever sees the request, or only those who work on it (RQ-10)."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ClockKind(StrEnum):
    """What a clock measures: the time to the first response, or to the resolution."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


class Treatment(StrEnum):
    """What a state does to a clock. A stopped clock runs on when the request is reopened, an ended one never."""

    COUNTS = "counts"
    PAUSES = "pauses"
    STOPS = "stops"
    ENDS = "ends"


TREATMENT: Mapping[ClockKind, Mapping[State, Treatment]] = {
    ClockKind.RESPONSE: {
        State.NEW: Treatment.COUNTS,
        State.ASSIGNED: Treatment.COUNTS,
        State.IN_PROGRESS: Treatment.ENDS,
        State.ON_HOLD: Treatment.ENDS,
        State.RESOLVED: Treatment.ENDS,
        State.CLOSED: Treatment.ENDS,
        State.CANCELLED: Treatment.ENDS,
    },
    ClockKind.RESOLUTION: {
        State.NEW: Treatment.COUNTS,
        State.ASSIGNED: Treatment.COUNTS,
        State.IN_PROGRESS: Treatment.COUNTS,
        State.ON_HOLD: Treatment.PAUSES,
        State.RESOLVED: Treatment.STOPS,
        State.CLOSED: Treatment.STOPS,
        State.CANCELLED: Treatment.STOPS,
    },
}


@dataclass(frozen=True, slots=True)
class Change:
    """A request entered a state at an instant, for a reason when there was one."""

    at: datetime
    state: State
    reason: str = ""


def counts(kind: ClockKind, state: State, reason: str = "") -> bool:
    """Whether a clock runs in a state. A pause that gives no reason is no pause: its time counts."""
    treatment = TREATMENT[kind][state]
    return treatment is Treatment.COUNTS or (treatment is Treatment.PAUSES and not reason.strip())


def segments_of(kind: ClockKind, changes: Sequence[Change]) -> tuple[Segment, ...]:
    """A clock's segments from the history of a request, oldest change first.

    The time for which a request was resolved before it was reopened belongs to no segment: it is neither working time
    nor a pause. A segment's reason is the pause's reason, or the state in which the clock ran.
    """
    segments = []
    for change, following in zip(changes, (*changes[1:], None), strict=True):
        treatment = TREATMENT[kind][change.state]
        if treatment is Treatment.ENDS:
            break
        ended_at = following.at if following else None
        if treatment is Treatment.STOPS or ended_at == change.at:
            continue
        running = counts(kind, change.state, change.reason)
        reason = change.state.value if running else change.reason.strip()
        segments.append(Segment(change.at, ended_at, running, reason))
    return tuple(segments)
