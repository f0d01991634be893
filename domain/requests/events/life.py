"""What happens to a request from its intake to its end, and what is said about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class RequestSubmitted(Event, name="requests.submitted"):
    request_id: UUID
    priority: str


@dataclass(frozen=True, kw_only=True)
class RequestTriaged(Event, name="requests.triaged"):
    request_id: UUID
    change_id: UUID
    priority: str


@dataclass(frozen=True, kw_only=True)
class RequestRatedAgain(Event, name="requests.rated_again"):
    """What it is about has become better or worse, and the matrix gives it another priority."""

    request_id: UUID
    notice_id: UUID
    priority: str


@dataclass(frozen=True, kw_only=True)
class RequestAssigned(Event, name="requests.assigned"):
    request_id: UUID
    change_id: UUID
    assignee_id: UUID


@dataclass(frozen=True, kw_only=True)
class NobodyFound(Event, name="requests.nobody_found"):
    """The assignment rules have found nobody who could get it; whoever leads the department is told."""

    request_id: UUID
    notice_id: UUID
    department_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestHandedOver(Event, name="requests.handed_over"):
    """The first responsible gives it to the second."""

    request_id: UUID
    change_id: UUID
    from_id: UUID
    to_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestHandedBack(Event, name="requests.handed_back"):
    """The second responsible is done with it, and the first has it again."""

    request_id: UUID
    change_id: UUID
    from_id: UUID
    to_id: UUID


@dataclass(frozen=True, kw_only=True)
class NobodyFree(Event, name="requests.nobody_free"):
    """Neither of those who are responsible is free, so somebody above has to see to it."""

    request_id: UUID
    notice_id: UUID
    manager_id: UUID | None
    summary: str


@dataclass(frozen=True, kw_only=True)
class RequestDiagnosed(Event, name="requests.diagnosed"):
    """Somebody looks for the cause."""

    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionProposed(Event, name="requests.solution_proposed"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionAgreed(Event, name="requests.solution_agreed"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionDeclined(Event, name="requests.solution_declined"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestStarted(Event, name="requests.started"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestHeld(Event, name="requests.held"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldEndDue(Event, name="requests.hold_end_due"):
    """The timer of a request on hold: it was expected to go on by now."""

    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldOverran(Event, name="requests.hold_overran"):
    """What a request waits for has taken longer than was expected."""

    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostponementAsked(Event, name="requests.postponement_asked"):
    """The assignee asks the requester to wait."""

    request_id: UUID
    notice_id: UUID
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class PostponementAgreed(Event, name="requests.postponement_agreed"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostponementDeclined(Event, name="requests.postponement_declined"):
    request_id: UUID
    notice_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestResumed(Event, name="requests.resumed"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestResolved(Event, name="requests.resolved"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestConfirmed(Event, name="requests.confirmed"):
    """The requester is content, or has said nothing for so long that the handbook takes it for that (`by_itself`)."""

    request_id: UUID
    change_id: UUID
    by_itself: bool
    satisfaction_score: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestClosed(Event, name="requests.closed"):
    """It is over: at once with its confirmation, or by hand after that where the handbook says so."""

    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestReopened(Event, name="requests.reopened"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestCancelled(Event, name="requests.cancelled"):
    request_id: UUID
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestCommented(Event, name="requests.commented"):
    request_id: UUID
    message_id: UUID
    audience: str


@dataclass(frozen=True, kw_only=True)
class RequestFileAttached(Event, name="requests.file_attached"):
    """A file was put at the request, or at a message about it."""

    request_id: UUID
    attachment_id: UUID
    file_id: UUID
    message_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestFileRemoved(Event, name="requests.file_removed"):
    """A file was taken away again by who had attached it."""

    request_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConfirmationFollowedNewClause(Event, name="requests.confirmation_followed_new_clause"):
    """By a handbook that has taken effect, a resolved request closes by itself at another instant."""

    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConfirmationReviewDue(Event, name="requests.confirmation_review_due"):
    """When resolved requests behind this one close by themselves is to be reckoned by a new handbook."""

    after_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ConfirmationDue(Event, name="requests.confirmation_due"):
    """The timer of a resolved request: its requester has been silent for long enough."""

    request_id: UUID
