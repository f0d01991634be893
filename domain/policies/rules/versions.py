"""The life of a version of the handbook: its states, the moves between them, and when it is in force."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from tenancy.refusals import ClauseReference, Invalid, message

# Nobody lays down today what holds in a decade, and the calendar's end is no day to reckon from.
FURTHEST_YEARS = 5


class State(StrEnum):
    """How far a version has come; whether a published one is in force follows from the instant."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    # Taken back before its effect. It stays as it was published, and may be copied into a new draft.
    WITHDRAWN = "withdrawn"
    # A draft that nobody goes on with. It stays readable, and may be copied into a new one.
    DISCARDED = "discarded"


class Move(StrEnum):
    """What can be done with a version."""

    EDIT = "edit"
    SUBMIT = "submit"
    DISCARD = "discard"
    REVIEW = "review"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class SignedAs(StrEnum):
    """What somebody put their name to a version for."""

    REVIEWER = "reviewer"
    APPROVER = "approver"


class Why(StrEnum):
    """Why a version in review became a draft again."""

    BY_HAND = "by_hand"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    # It is not what was approved, or could not work any more.
    VOID = "void"


LIFECYCLE = Lifecycle(
    initial=State.DRAFT,
    table={
        (State.DRAFT, Move.EDIT): State.DRAFT,
        (State.DRAFT, Move.SUBMIT): State.IN_REVIEW,
        (State.DRAFT, Move.DISCARD): State.DISCARDED,
        # What is reviewed doesn't change under the reviewer's eyes.
        (State.IN_REVIEW, Move.REVIEW): State.IN_REVIEW,
        (State.IN_REVIEW, Move.RETURN): State.DRAFT,
        (State.IN_REVIEW, Move.PUBLISH): State.PUBLISHED,
        (State.PUBLISHED, Move.WITHDRAW): State.WITHDRAWN,
    },
    states={
        State.DRAFT: message("Draft"),
        State.IN_REVIEW: message("In review"),
        State.PUBLISHED: message("Published"),
        State.WITHDRAWN: message("Withdrawn"),
        State.DISCARDED: message("Discarded"),
    },
    moves={
        Move.EDIT: message("Edit"),
        Move.SUBMIT: message("Submit for review"),
        Move.DISCARD: message("Discard"),
        Move.REVIEW: message("Confirm as reviewed"),
        Move.RETURN: message("Return for changes"),
        Move.PUBLISH: message("Publish"),
        Move.WITHDRAW: message("Withdraw before its effect"),
    },
)


class Control(StrEnum):
    """The control status of a document (PO-2), as readers see it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


def control(state: State, effective_at: datetime | None, next_effective_at: datetime | None, now: datetime) -> Control:
    """The status of a version at an instant, given when the version that takes its place does so, if one does."""
    if state is not State.PUBLISHED or effective_at is None:
        return Control(state.value)
    if effective_at > now:
        return Control.APPROVED
    return Control.SUPERSEDED if next_effective_at is not None and next_effective_at <= now else Control.IN_FORCE


def check_effective(
    effective_at: datetime | None, now: datetime, least_days: int = 0, clause: ClauseReference | None = None
) -> datetime:
    """From when a version that is issued now is in force; as soon as possible when nothing is said.

    Refuses the past, what is sooner than `least_days` times 24 hours from now, which is what `clause` lays down, and
    what is more than five years ahead.
    """
    earliest = now + timedelta(days=least_days)
    if effective_at is None:
        return earliest
    if effective_at.tzinfo is None:
        raise Invalid(message("An instant needs its offset from UTC, such as +08:00."), path=("effectiveAt",))
    if effective_at < now:
        text = message("A version can't take effect before it is issued: what has been decided stays decided.")
        raise Invalid(text, path=("effectiveAt",))
    if effective_at < earliest:
        text = message("A version takes effect at the earliest {days} days after it is issued.")
        too_early = Invalid(text, {"days": least_days}, path=("effectiveAt",), clause=clause)
        too_early.earliest_at = earliest
        raise too_early
    if effective_at > now + timedelta(days=max(366 * FURTHEST_YEARS, least_days)):
        text = message("A version takes effect at most {years} years ahead.")
        raise Invalid(text, {"years": FURTHEST_YEARS}, path=("effectiveAt",))
    return effective_at
