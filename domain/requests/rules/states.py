"""The states of a request, the moves between them, how it came in and who reads what is said about it."""

from collections.abc import Sequence
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
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
    MERGED = "merged"


class Move(StrEnum):
    """What can be done with a request."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    HAND_OVER = "hand_over"
    HAND_BACK = "hand_back"
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
    MERGE = "merge"
    RAISE = "raise"
    RETURN = "return"


LIFECYCLE = Lifecycle(
    initial=State.NEW,
    table={
        (State.NEW, Move.TRIAGE): State.TRIAGED,
        (State.NEW, Move.ASSIGN): State.ASSIGNED,
        (State.NEW, Move.CANCEL): State.CANCELLED,
        (State.NEW, Move.MERGE): State.MERGED,
        (State.TRIAGED, Move.TRIAGE): State.TRIAGED,
        (State.TRIAGED, Move.ASSIGN): State.ASSIGNED,
        (State.TRIAGED, Move.CANCEL): State.CANCELLED,
        (State.TRIAGED, Move.MERGE): State.MERGED,
        # Assessed anew, it stays where it is.
        (State.ASSIGNED, Move.TRIAGE): State.ASSIGNED,
        (State.ASSIGNED, Move.ASSIGN): State.ASSIGNED,
        (State.ASSIGNED, Move.HAND_OVER): State.ASSIGNED,
        (State.ASSIGNED, Move.HAND_BACK): State.ASSIGNED,
        (State.ASSIGNED, Move.RAISE): State.ASSIGNED,
        (State.ASSIGNED, Move.RETURN): State.ASSIGNED,
        (State.ASSIGNED, Move.DIAGNOSE): State.DIAGNOSING,
        (State.ASSIGNED, Move.START): State.IN_PROGRESS,
        # What is settled in the first telephone call needs no separate start.
        (State.ASSIGNED, Move.RESOLVE): State.RESOLVED,
        (State.ASSIGNED, Move.CANCEL): State.CANCELLED,
        (State.ASSIGNED, Move.MERGE): State.MERGED,
        (State.DIAGNOSING, Move.TRIAGE): State.DIAGNOSING,
        (State.DIAGNOSING, Move.ASSIGN): State.ASSIGNED,
        (State.DIAGNOSING, Move.HAND_OVER): State.DIAGNOSING,
        (State.DIAGNOSING, Move.HAND_BACK): State.DIAGNOSING,
        # Raised, it waits until whoever gets it begins.
        (State.DIAGNOSING, Move.RAISE): State.ASSIGNED,
        (State.DIAGNOSING, Move.RETURN): State.DIAGNOSING,
        (State.DIAGNOSING, Move.PROPOSE): State.PROPOSED,
        (State.DIAGNOSING, Move.START): State.IN_PROGRESS,
        (State.DIAGNOSING, Move.HOLD): State.ON_HOLD,
        (State.DIAGNOSING, Move.RESOLVE): State.RESOLVED,
        (State.DIAGNOSING, Move.CANCEL): State.CANCELLED,
        (State.DIAGNOSING, Move.MERGE): State.MERGED,
        # A new owner does not take back what was proposed or agreed.
        (State.PROPOSED, Move.ASSIGN): State.PROPOSED,
        (State.PROPOSED, Move.PROPOSE): State.PROPOSED,
        (State.PROPOSED, Move.AGREE): State.AGREED,
        (State.PROPOSED, Move.DECLINE): State.DIAGNOSING,
        (State.PROPOSED, Move.CANCEL): State.CANCELLED,
        (State.PROPOSED, Move.MERGE): State.MERGED,
        (State.AGREED, Move.ASSIGN): State.AGREED,
        (State.AGREED, Move.HAND_OVER): State.AGREED,
        (State.AGREED, Move.HAND_BACK): State.AGREED,
        (State.AGREED, Move.RAISE): State.AGREED,
        (State.AGREED, Move.RETURN): State.AGREED,
        (State.AGREED, Move.PROPOSE): State.PROPOSED,
        (State.AGREED, Move.START): State.IN_PROGRESS,
        (State.AGREED, Move.HOLD): State.ON_HOLD,
        (State.AGREED, Move.RESOLVE): State.RESOLVED,
        (State.AGREED, Move.CANCEL): State.CANCELLED,
        (State.AGREED, Move.MERGE): State.MERGED,
        (State.IN_PROGRESS, Move.TRIAGE): State.IN_PROGRESS,
        # Handed over, it waits until its new owner starts.
        (State.IN_PROGRESS, Move.ASSIGN): State.ASSIGNED,
        (State.IN_PROGRESS, Move.HAND_OVER): State.IN_PROGRESS,
        (State.IN_PROGRESS, Move.HAND_BACK): State.IN_PROGRESS,
        (State.IN_PROGRESS, Move.RAISE): State.ASSIGNED,
        (State.IN_PROGRESS, Move.RETURN): State.IN_PROGRESS,
        (State.IN_PROGRESS, Move.DIAGNOSE): State.DIAGNOSING,
        (State.IN_PROGRESS, Move.PROPOSE): State.PROPOSED,
        (State.IN_PROGRESS, Move.HOLD): State.ON_HOLD,
        (State.IN_PROGRESS, Move.RESOLVE): State.RESOLVED,
        (State.IN_PROGRESS, Move.CANCEL): State.CANCELLED,
        (State.IN_PROGRESS, Move.MERGE): State.MERGED,
        # A new owner does not end what the customer is waited for.
        (State.ON_HOLD, Move.ASSIGN): State.ON_HOLD,
        # Or into what it was held in: see `resumed`.
        (State.ON_HOLD, Move.RESUME): State.IN_PROGRESS,
        (State.ON_HOLD, Move.RESOLVE): State.RESOLVED,
        (State.ON_HOLD, Move.CANCEL): State.CANCELLED,
        (State.ON_HOLD, Move.MERGE): State.MERGED,
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
        State.MERGED: message("Merged"),
    },
    moves={
        Move.TRIAGE: message("Triage"),
        Move.ASSIGN: message("Assign"),
        Move.HAND_OVER: message("Hand over"),
        Move.HAND_BACK: message("Hand back"),
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
        Move.MERGE: message("Merge into another"),
        Move.RAISE: message("Raise to the next tier"),
        Move.RETURN: message("Return to the tier below"),
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


class LinkKind(StrEnum):
    """How one request stands to another."""

    RELATES_TO = "relates_to"
    DUPLICATES = "duplicates"
    CAUSED_BY = "caused_by"
    # What came of a message about another request; made by splitting alone.
    SPLIT_FROM = "split_from"


class PartState(StrEnum):
    """How far a co-operating department's part in a request is."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class ProblemState(StrEnum):
    """Whether the cause of recurring faults is still to be removed."""

    OPEN = "open"
    SOLVED = "solved"


class HelpState(StrEnum):
    """Whether somebody beside the two who are responsible helps with a request (RQ-4)."""

    ASKED = "asked"
    HELPING = "helping"
    REFUSED = "refused"
    ENDED = "ended"
