"""What happens to surveys."""

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
    """A new request was opened because its contact was not satisfied."""

    survey_id: UUID
    request_id: UUID
    follow_up_request_id: UUID
