"""The states of a request, the moves between them, and what each state means for each clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from domain.requests.rules.clocks import Segment
from tenancy.refusals import message


class State(StrEnum):
    """Where a request stands (RQ-5)."""

    NEW = "new"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    DIAGNOSING = "diagnosing"
    PROPOSED = "proposed"
    AGREED = "agreed"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can be done with a request."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    DIAGNOSE = "diagnose"
    PROPOSE = "propose"
    AGREE = "agree"
    DECLINE = "decline"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


LIFECYCLE = Lifecycle(
    initial=State.NEW,
    table={
        (State.NEW, Move.TRIAGE): State.TRIAGED,
        (State.NEW, Move.ASSIGN): State.ASSIGNED,
        (State.NEW, Move.CANCEL): State.CANCELLED,
        (State.TRIAGED, Move.TRIAGE): State.TRIAGED,
        (State.TRIAGED, Move.ASSIGN): State.ASSIGNED,
        (State.TRIAGED, Move.CANCEL): State.CANCELLED,
        # Assessed anew, it stays where it is.
        (State.ASSIGNED, Move.TRIAGE): State.ASSIGNED,
        (State.ASSIGNED, Move.ASSIGN): State.ASSIGNED,
        (State.ASSIGNED, Move.DIAGNOSE): State.DIAGNOSING,
        (State.ASSIGNED, Move.START): State.IN_PROGRESS,
        # What is settled in the first telephone call needs no separate start.
        (State.ASSIGNED, Move.RESOLVE): State.RESOLVED,
        (State.ASSIGNED, Move.CANCEL): State.CANCELLED,
        (State.DIAGNOSING, Move.TRIAGE): State.DIAGNOSING,
        (State.DIAGNOSING, Move.ASSIGN): State.ASSIGNED,
        (State.DIAGNOSING, Move.PROPOSE): State.PROPOSED,
        (State.DIAGNOSING, Move.START): State.IN_PROGRESS,
        (State.DIAGNOSING, Move.HOLD): State.ON_HOLD,
        (State.DIAGNOSING, Move.RESOLVE): State.RESOLVED,
        (State.DIAGNOSING, Move.CANCEL): State.CANCELLED,
        # A new owner does not take back what was proposed or agreed.
        (State.PROPOSED, Move.ASSIGN): State.PROPOSED,
        (State.PROPOSED, Move.PROPOSE): State.PROPOSED,
        (State.PROPOSED, Move.AGREE): State.AGREED,
        (State.PROPOSED, Move.DECLINE): State.DIAGNOSING,
        (State.PROPOSED, Move.CANCEL): State.CANCELLED,
        (State.AGREED, Move.ASSIGN): State.AGREED,
        (State.AGREED, Move.PROPOSE): State.PROPOSED,
        (State.AGREED, Move.START): State.IN_PROGRESS,
        (State.AGREED, Move.HOLD): State.ON_HOLD,
        (State.AGREED, Move.RESOLVE): State.RESOLVED,
        (State.AGREED, Move.CANCEL): State.CANCELLED,
        (State.IN_PROGRESS, Move.TRIAGE): State.IN_PROGRESS,
        # Handed over, it waits until its new owner starts.
        (State.IN_PROGRESS, Move.ASSIGN): State.ASSIGNED,
        (State.IN_PROGRESS, Move.DIAGNOSE): State.DIAGNOSING,
        (State.IN_PROGRESS, Move.PROPOSE): State.PROPOSED,
        (State.IN_PROGRESS, Move.HOLD): State.ON_HOLD,
        (State.IN_PROGRESS, Move.RESOLVE): State.RESOLVED,
        (State.IN_PROGRESS, Move.CANCEL): State.CANCELLED,
        # A new owner does not end what the customer is waited for.
        (State.ON_HOLD, Move.ASSIGN): State.ON_HOLD,
        # Or into what it was held in: see `resumed`.
        (State.ON_HOLD, Move.RESUME): State.IN_PROGRESS,
        (State.ON_HOLD, Move.RESOLVE): State.RESOLVED,
        (State.ON_HOLD, Move.CANCEL): State.CANCELLED,
        (State.RESOLVED, Move.CONFIRM): State.CONFIRMED,
        (State.RESOLVED, Move.REOPEN): State.ASSIGNED,
        (State.CONFIRMED, Move.CLOSE): State.CLOSED,
        (State.CONFIRMED, Move.REOPEN): State.ASSIGNED,
        (State.CLOSED, Move.REOPEN): State.ASSIGNED,
    },
    states={
        State.NEW: message("New"),
        State.TRIAGED: message("Triaged"),
        State.ASSIGNED: message("Assigned"),
        State.DIAGNOSING: message("Diagnosing"),
        State.PROPOSED: message("Solution proposed"),
        State.AGREED: message("Solution agreed"),
        State.IN_PROGRESS: message("In progress"),
        State.ON_HOLD: message("On hold"),
        State.RESOLVED: message("Resolved"),
        State.CONFIRMED: message("Confirmed"),
        State.CLOSED: message("Closed"),
        State.CANCELLED: message("Cancelled"),
    },
    moves={
        Move.TRIAGE: message("Triage"),
        Move.ASSIGN: message("Assign"),
        Move.DIAGNOSE: message("Diagnose"),
        Move.PROPOSE: message("Propose a solution"),
        Move.AGREE: message("Agree to the solution"),
        Move.DECLINE: message("Decline the solution"),
        Move.START: message("Start work"),
        Move.HOLD: message("Put on hold"),
        Move.RESUME: message("Resume"),
        Move.RESOLVE: message("Resolve"),
        Move.CONFIRM: message("Confirm"),
        Move.CLOSE: message("Close"),
        Move.REOPEN: message("Reopen"),
        Move.CANCEL: message("Cancel"),
    },
)


def resumed(states: Sequence[State]) -> State:
    """The state that a request on hold goes on in, by the states it was in so far: the last in which it was not."""
    return next(state for state in reversed(states) if state is not State.ON_HOLD)


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
        State.TRIAGED: Treatment.COUNTS,
        State.ASSIGNED: Treatment.COUNTS,
        State.DIAGNOSING: Treatment.ENDS,
        State.PROPOSED: Treatment.ENDS,
        State.AGREED: Treatment.ENDS,
        State.IN_PROGRESS: Treatment.ENDS,
        State.ON_HOLD: Treatment.ENDS,
        State.RESOLVED: Treatment.ENDS,
        State.CONFIRMED: Treatment.ENDS,
        State.CLOSED: Treatment.ENDS,
        State.CANCELLED: Treatment.ENDS,
    },
    ClockKind.RESOLUTION: {
        State.NEW: Treatment.COUNTS,
        State.TRIAGED: Treatment.COUNTS,
        State.ASSIGNED: Treatment.COUNTS,
        State.DIAGNOSING: Treatment.COUNTS,
        State.PROPOSED: Treatment.COUNTS,
        State.AGREED: Treatment.COUNTS,
        State.IN_PROGRESS: Treatment.COUNTS,
        State.ON_HOLD: Treatment.PAUSES,
        State.RESOLVED: Treatment.STOPS,
        State.CONFIRMED: Treatment.STOPS,
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
