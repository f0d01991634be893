"""Surveys as clients see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, InstantFilter, NumberFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, shows
from api.schema.customers.types import Contact, Customer
from api.schema.feedback.complaints import Complaint
from api.schema.feedback.moves import SurveyMove, survey_moves
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.types import ServiceRequest
from domain.feedback import models
from domain.feedback.queries import surveys as queries
from domain.feedback.rules.surveys import SurveyState
from domain.kernel.subjects import SubjectKind
from tenancy.models import current_instant

strawberry.enum(
    SurveyState,
    name="SurveyState",
    description="How far a survey is. A skipped one was not sent, because its contact had been asked a short time ago.",
)


@shows(models.Survey, visible=queries.visible)
class Survey(Node):
    """What the contact of a closed request is asked, by a link in a mail that needs no account and works once.

    The link itself is shown to nobody. The score is also the request's own, as if it had been given there.
    """

    state: SurveyState = column("How far it is.")
    request: ServiceRequest | None = one("What it is about; null where you may not see it.", "request_id")
    customer: Customer | None = one("Who is asked.", "customer_id")
    contact: Contact | None = one("The customer's person who is asked.", "contact_id")
    clause: Clause | None = one("The clause by which is asked.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that its clause stands in.", "version_id")
    planned_at: datetime = column("When it was planned: when the request was closed.")
    send_at: datetime = column("When it is to be sent by the clause.")
    sent_at: datetime | None = column("When it was sent.")
    expires_at: datetime | None = column("From when on its link works no more.")
    expired: bool = computed(
        "Whether its link has ended without an answer.", lambda row: queries.expired(row, current_instant())
    )
    reminders: int = column("How many reminders were sent.")
    answered_at: datetime | None = column("When it was answered.")
    score: int | None = column("The score, on the scale of the clause.")
    satisfied: bool | None = column("Whether that score means satisfied.")
    answers: JSON = column(
        "The answers to the clause's further questions by their codes: scores, true or false, texts; what was not "
        "answered is left out."
    )
    comment: str = column("What was said besides, such as why somebody was not satisfied.")
    follow_up_request: ServiceRequest | None = one(
        "The request that was opened because somebody was not satisfied.", "follow_up_request_id"
    )
    follow_up_complaint: Complaint | None = one(
        "The complaint that was recorded because somebody was not satisfied.", "follow_up_complaint_id"
    )
    decisions = decisions(SubjectKind.SURVEY)
    allowed_moves: list[SurveyMove] = survey_moves()


@strawberry.enum(description="How surveys are ordered.")
class SurveyOrder(Enum):
    """Orders of surveys."""

    NEWEST = "newest"
    OLDEST = "oldest"


SURVEY_ORDERS = {
    SurveyOrder.NEWEST: Order(lambda row: row.id, descending=True),
    SurveyOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which surveys to give.")
class SurveyFilter:
    """Conditions on surveys."""

    state: WordFilter[SurveyState] | None = filtered("By how far they are.")
    request_id: IdFilter | None = filtered("By request.")
    customer_id: IdFilter | None = filtered("By customer.")
    contact_id: IdFilter | None = filtered("By contact.")
    sent_at: InstantFilter | None = filtered("By when they were sent.")
    answered_at: InstantFilter | None = filtered("By when they were answered.")
    score: NumberFilter | None = filtered("By score.")
    satisfied: bool | None = filtered("Whether the score means satisfied.", lambda row: row.satisfied)
    and_: "list[SurveyFilter] | None" = combining("All of these hold.", "and")
    or_: "list[SurveyFilter] | None" = combining("One of these holds.", "or")
    not_: "SurveyFilter | None" = combining("This does not hold.", "not")
