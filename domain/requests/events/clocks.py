"""What happens on the clocks of requests."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ClockMarkDue(Event, name="requests.clock_mark_due"):
    """The timer of a request: something on one of its clocks is due."""

    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClockWarned(Event, name="requests.clock_warned"):
    """Such a part of the time is used up: the n-th warning, from 1, and its share in per cent."""

    request_id: UUID
    clock_id: UUID
    kind: str
    warning: int
    used_percent: int = 0


@dataclass(frozen=True, kw_only=True)
class ClockBreached(Event, name="requests.clock_breached"):
    request_id: UUID
    clock_id: UUID
    kind: str
    # How often by now; more than once only for a clock that begins anew.
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class RequestEscalated(Event, name="requests.escalated"):
    request_id: UUID
    clock_id: UUID
    escalation_id: UUID
    level: int


@dataclass(frozen=True, kw_only=True)
class ClockFollowedNewClause(Event, name="requests.clock_followed_new_clause"):
    """By a handbook that has taken effect, the clock of an open request goes by another clause from now on."""

    request_id: UUID
    clock_id: UUID
    old_clause_id: UUID
    new_clause_id: UUID
    old_calendar_clause_id: UUID | None = None
    new_calendar_clause_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ClockReviewDue(Event, name="requests.clock_review_due"):
    """The clocks of open requests behind this one are to be reckoned by a new handbook."""

    after_id: UUID | None
