"""What happens to canned answers."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class CannedAnswerMade(Event, name="requests.canned_answer_made"):
    """The journal keeps what it says."""

    answer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CannedAnswerChanged(Event, name="requests.canned_answer_changed"):
    """The journal keeps what it said before, and what it says now."""

    answer_id: UUID
