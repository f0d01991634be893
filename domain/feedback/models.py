"""The tables of feedback: surveys, complaints, their clocks and their course, return visits."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.feedback.rules.complaints import ComplaintClockKind, ComplaintMove, ComplaintState
from domain.feedback.rules.surveys import SurveyState
from domain.feedback.rules.visits import VisitState
from domain.kernel.terms import CustomerTier
from domain.policies.rules.kinds import VisitAfter, VisitChannel
from domain.requests.rules import Channel, ClockState
from tenancy.models import TenantModel, references


class Survey(TenantModel, kw_only=True, eq=False):
    """What the contact of a closed request is asked, by the clause that was in force for it (CP-3).

    The link that answers it is signed and stands nowhere.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "round"),
        references("request_id", "service_requests"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        references("follow_up_request_id", "service_requests"),
        references("follow_up_complaint_id", "complaints"),
        Index("ix_surveys_customer", "tenant_id", "customer_id", "id"),
        Index("ix_surveys_contact", "tenant_id", "contact_id", "sent_at"),
        Index("ix_surveys_clause", "tenant_id", "clause_id"),
        Index("ix_surveys_version", "tenant_id", "version_id"),
        Index("ix_surveys_follow_up_request", "tenant_id", "follow_up_request_id"),
        Index("ix_surveys_follow_up_complaint", "tenant_id", "follow_up_complaint_id"),
        Index("ix_surveys_answered", "tenant_id", "answered_at", "id"),
    )

    request_id: Mapped[UUID]
    # How often the request had been reopened: each closing is asked about once.
    round: Mapped[int]
    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    # By its clause it is not sent to whom another one was sent in so many days before.
    rest_days: Mapped[int]
    planned_at: Mapped[datetime]
    send_at: Mapped[datetime]
    state: Mapped[SurveyState] = mapped_column(default=SurveyState.PLANNED)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    reminders: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    score: Mapped[int | None] = mapped_column(default=None)
    satisfied: Mapped[bool | None] = mapped_column(default=None)
    # By the codes of the further questions.
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default=text("'{}'"))
    comment: Mapped[str] = mapped_column(default="")
    # The request that was opened, or the complaint that was recorded, because somebody was not satisfied.
    follow_up_request_id: Mapped[UUID | None] = mapped_column(default=None)
    follow_up_complaint_id: Mapped[UUID | None] = mapped_column(default=None)


class Complaint(TenantModel, kw_only=True, eq=False):
    """What somebody was not content with, and how that is put right (CP-1)."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("request_id", "service_requests"),
        references("department_id", "departments"),
        references("about_staff_id", "staff"),
        references("recorded_by_id", "members"),
        references("submitting_client_id", "oauth_clients"),
        references("handler_id", "staff"),
        references("escalated_to_id", "staff"),
        references("handbook_version_id", "handbook_versions"),
        Index("ix_complaints_customer", "tenant_id", "customer_id", "id"),
        Index("ix_complaints_contact", "tenant_id", "contact_id"),
        Index("ix_complaints_request", "tenant_id", "request_id"),
        Index("ix_complaints_department", "tenant_id", "department_id", "id"),
        Index("ix_complaints_about_staff", "tenant_id", "about_staff_id"),
        Index("ix_complaints_recorded_by", "tenant_id", "recorded_by_id"),
        Index("ix_complaints_submitting_client", "tenant_id", "submitting_client_id"),
        Index("ix_complaints_handler", "tenant_id", "handler_id", "id"),
        Index("ix_complaints_escalated_to", "tenant_id", "escalated_to_id"),
        Index("ix_complaints_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_complaints_state", "tenant_id", "state", "id"),
        Index("ix_complaints_due", "tenant_id", "due_at", "id"),
    )

    # Such as CMP-000042; the figures are the company's own.
    number: Mapped[str]
    customer_id: Mapped[UUID]
    # Without a contact it is the complaint of whoever recorded it.
    contact_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    department_id: Mapped[UUID | None]
    # Whom it is about; they neither deal with it nor see it among their own.
    about_staff_id: Mapped[UUID | None]
    recorded_by_id: Mapped[UUID | None]
    submitting_client_id: Mapped[UUID | None]
    title: Mapped[str]
    description: Mapped[str]
    channel: Mapped[Channel]
    customer_tier: Mapped[CustomerTier]
    # The codes of the request's service line and of those above that, the nearest first.
    service_lines: Mapped[list[str]]
    received_at: Mapped[datetime]
    # The version that was in force then; none where there was no handbook.
    handbook_version_id: Mapped[UUID | None]
    handler_id: Mapped[UUID | None] = mapped_column(default=None)
    escalated_to_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[ComplaintState] = mapped_column(default=ComplaintState.RECEIVED)
    # The earliest deadline of its running clocks; it lies in the past when it has been missed.
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    proposal: Mapped[str] = mapped_column(default="")
    # What the customer was told at the end.
    result: Mapped[str] = mapped_column(default="")
    cause: Mapped[str] = mapped_column(default="")
    # What is to keep it from happening again.
    improvement: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class ComplaintClock(TenantModel, kw_only=True, eq=False):
    """What of a complaint is measured, against which target, and how that stands."""

    __tablename__ = "complaint_clocks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "complaint_id", "kind"),
        references("complaint_id", "complaints"),
        references("clause_id", "clauses"),
        references("calendar_clause_id", "clauses"),
        Index("ix_complaint_clocks_clause", "tenant_id", "clause_id"),
        Index("ix_complaint_clocks_calendar_clause", "tenant_id", "calendar_clause_id"),
    )

    complaint_id: Mapped[UUID]
    kind: Mapped[ComplaintClockKind]
    started_at: Mapped[datetime]
    target: Mapped[dict[str, Any]]
    clause_id: Mapped[UUID]
    calendar_clause_id: Mapped[UUID]
    state: Mapped[ClockState] = mapped_column(default=ClockState.RUNNING)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)
    breached_at: Mapped[datetime | None] = mapped_column(default=None)
    warnings: Mapped[int] = mapped_column(default=0)
    levels: Mapped[int] = mapped_column(default=0)

    @property
    def is_broken(self) -> bool:
        """Whether its time has run out: what was promised then, no later clause moves."""
        return self.breached_at is not None


class ComplaintChange(TenantModel, kw_only=True, eq=False):
    """A complaint entered a state, or entered it anew; never changed."""

    __tablename__ = "complaint_changes"
    __table_args__ = (
        UniqueConstraint("tenant_id", "complaint_id", "position"),
        references("complaint_id", "complaints"),
        references("member_id", "members"),
        Index("ix_complaint_changes_member", "tenant_id", "member_id"),
    )

    complaint_id: Mapped[UUID]
    # From 1, in the order in which they happened.
    position: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[ComplaintState]
    # None for the receipt.
    move: Mapped[ComplaintMove | None]
    # What was said with it: to the customer, or why.
    text: Mapped[str]
    # Who made the move; none for the system and for clients.
    member_id: Mapped[UUID | None]


class ReturnVisit(TenantModel, kw_only=True, eq=False):
    """A customer is visited or called again, and what was found (CP-2)."""

    __tablename__ = "return_visits"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "step"),
        UniqueConstraint("tenant_id", "complaint_id", "step"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("request_id", "service_requests"),
        references("complaint_id", "complaints"),
        references("assignee_id", "staff"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        references("finding_request_id", "service_requests"),
        Index("ix_return_visits_customer", "tenant_id", "customer_id", "id"),
        Index("ix_return_visits_contact", "tenant_id", "contact_id"),
        Index("ix_return_visits_complaint", "tenant_id", "complaint_id"),
        Index("ix_return_visits_assignee", "tenant_id", "assignee_id", "id"),
        Index("ix_return_visits_clause", "tenant_id", "clause_id"),
        Index("ix_return_visits_version", "tenant_id", "version_id"),
        Index("ix_return_visits_finding_request", "tenant_id", "finding_request_id"),
        Index("ix_return_visits_state", "tenant_id", "state", "due_at", "id"),
    )

    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    # What it follows: a request, or a complaint.
    request_id: Mapped[UUID | None]
    complaint_id: Mapped[UUID | None]
    after: Mapped[VisitAfter]
    # The n-th of the clause's days, from 1.
    step: Mapped[int]
    channel: Mapped[VisitChannel]
    planned_on: Mapped[date]
    # From when on it is overdue.
    due_at: Mapped[datetime]
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    assignee_id: Mapped[UUID | None]
    state: Mapped[VisitState] = mapped_column(default=VisitState.PLANNED)
    # How many reminders were given: on its day, and when it became overdue.
    reminders: Mapped[int] = mapped_column(default=0)
    findings: Mapped[str] = mapped_column(default="")
    satisfied: Mapped[bool | None] = mapped_column(default=None)
    # The request that the findings became.
    finding_request_id: Mapped[UUID | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it is cancelled.
    reason: Mapped[str] = mapped_column(default="")
