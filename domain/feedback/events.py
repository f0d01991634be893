"""What happens to surveys, complaints and return visits."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class SurveyPlanned(Event, name="feedback.survey_planned"):
    survey_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyStepDue(Event, name="feedback.survey_step_due"):
    """The timer of a survey: it is to be sent, a reminder is due, or its link ends."""

    survey_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveySent(Event, name="feedback.survey_sent"):
    survey_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveySkipped(Event, name="feedback.survey_skipped"):
    """Its contact was asked a short time ago."""

    survey_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyReminded(Event, name="feedback.survey_reminded"):
    """The n-th reminder, from 1."""

    survey_id: UUID
    reminder: int


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event, name="feedback.survey_answered"):
    survey_id: UUID
    request_id: UUID
    score: int
    satisfied: bool


@dataclass(frozen=True, kw_only=True)
class SurveyExpired(Event, name="feedback.survey_expired"):
    survey_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyWithdrawn(Event, name="feedback.survey_withdrawn"):
    """Somebody took it back, or its request was reopened (`by_itself`)."""

    survey_id: UUID
    request_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class SurveyFollowedUp(Event, name="feedback.survey_followed_up"):
    """A request was opened, or a complaint recorded, under this number because its contact was not satisfied."""

    survey_id: UUID
    request_id: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class ComplaintReceived(Event, name="feedback.complaint_received"):
    complaint_id: UUID


@dataclass(frozen=True, kw_only=True)
class ComplaintAssigned(Event, name="feedback.complaint_assigned"):
    """By hand; or because whoever had it has left (`left_id`), and then to nobody where nobody stands above."""

    complaint_id: UUID
    change_id: UUID
    handler_id: UUID | None
    left_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintMoved(Event, name="feedback.complaint_moved"):
    """A complaint entered another state by a move."""

    complaint_id: UUID
    change_id: UUID
    move: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ComplaintMarkDue(Event, name="feedback.complaint_mark_due"):
    """The timer of a complaint: something on one of its clocks is due."""

    complaint_id: UUID


@dataclass(frozen=True, kw_only=True)
class ComplaintFollowedNewClause(Event, name="feedback.complaint_followed_new_clause"):
    """By a handbook that has taken effect, a clock of an open complaint goes by another clause from now on."""

    complaint_id: UUID
    clock_id: UUID
    old_clause_id: UUID
    new_clause_id: UUID


@dataclass(frozen=True, kw_only=True)
class ComplaintReviewDue(Event, name="feedback.complaint_review_due"):
    """The clocks of open complaints behind this one are to be reckoned by a new handbook."""

    after_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ComplaintWarned(Event, name="feedback.complaint_warned"):
    """The n-th warning, from 1, on one of its clocks."""

    complaint_id: UUID
    clock_id: UUID
    warning: int


@dataclass(frozen=True, kw_only=True)
class ComplaintBreached(Event, name="feedback.complaint_breached"):
    complaint_id: UUID
    clock_id: UUID


@dataclass(frozen=True, kw_only=True)
class ComplaintEscalated(Event, name="feedback.complaint_escalated"):
    """Somebody above has taken a complaint over: because it is late, or because its customer wants that; nobody where
    nobody stands above."""

    complaint_id: UUID
    clock_id: UUID | None
    escalated_to_id: UUID | None
    # Older facts have none.
    notice_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class VisitPlanned(Event, name="feedback.visit_planned"):
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class VisitAssigned(Event, name="feedback.visit_assigned"):
    """By hand; or because whoever was to make it has left (`left_id`), and then to nobody where nobody stands above."""

    visit_id: UUID
    assignee_id: UUID | None
    notice_id: UUID
    left_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class VisitStepDue(Event, name="feedback.visit_step_due"):
    """The timer of a visit: its day has come, or it is overdue."""

    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class VisitReminded(Event, name="feedback.visit_reminded"):
    """Its day has come, or it is `overdue`."""

    visit_id: UUID
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class VisitPostponed(Event, name="feedback.visit_postponed"):
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class VisitReported(Event, name="feedback.visit_reported"):
    visit_id: UUID
    finding_request_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class VisitCancelled(Event, name="feedback.visit_cancelled"):
    """By hand, or because what it follows was reopened (`by_itself`)."""

    visit_id: UUID
    by_itself: bool
