"""The tables of inquiries, and of what is found out, required and judged about them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.presales.rules.evaluations import EvaluationState
from domain.presales.rules.inquiries import InquiryState
from domain.presales.rules.requirements import NeedMethod, RequirementsState
from tenancy.models import TenantModel, references


class Inquiry(TenantModel, kw_only=True, eq=False):
    """What a customer wants to know or have, before anything is offered (PS-1)."""

    __tablename__ = "inquiries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("service_line_id", "service_lines"),
        references("assignee_id", "staff"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        Index("ix_inquiries_customer", "tenant_id", "customer_id", "id"),
        Index("ix_inquiries_contact", "tenant_id", "contact_id"),
        Index("ix_inquiries_service_line", "tenant_id", "service_line_id"),
        Index("ix_inquiries_assignee", "tenant_id", "assignee_id", "id"),
        Index("ix_inquiries_clause", "tenant_id", "clause_id"),
        Index("ix_inquiries_version", "tenant_id", "version_id"),
        references("evaluation_clause_id", "clauses"),
        references("evaluation_version_id", "handbook_versions"),
        Index("ix_inquiries_evaluation_clause", "tenant_id", "evaluation_clause_id"),
        Index("ix_inquiries_evaluation_version", "tenant_id", "evaluation_version_id"),
        Index("ix_inquiries_due", "tenant_id", "due_at", "id"),
    )

    # Such as INQ-000042; the figures are the company's own.
    number: Mapped[str]
    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    service_line_id: Mapped[UUID | None]
    title: Mapped[str]
    content: Mapped[str]
    received_at: Mapped[datetime]
    assignee_id: Mapped[UUID | None]
    # Until when presales gets in touch, by which clause; none where the handbook was silent.
    due_at: Mapped[datetime | None]
    clause_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None]
    state: Mapped[InquiryState] = mapped_column(default=InquiryState.RECEIVED)
    contacted_at: Mapped[datetime | None] = mapped_column(default=None)
    breached_at: Mapped[datetime | None] = mapped_column(default=None)
    # What was found out about the customer's needs.
    needs: Mapped[str] = mapped_column(default="")
    # The clause on evaluation in force when it was registered, and whether it is qualified only with a go.
    evaluation_clause_id: Mapped[UUID | None] = mapped_column(default=None)
    evaluation_version_id: Mapped[UUID | None] = mapped_column(default=None)
    needs_go: Mapped[bool] = mapped_column(default=False)
    # Why it is refused.
    reason: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class InquiryNeed(TenantModel, kw_only=True, eq=False):
    """What an interview, a questionnaire or a demonstration has shown (PS-1)."""

    __tablename__ = "inquiry_needs"
    __table_args__ = (
        references("inquiry_id", "inquiries"),
        references("recorded_by_id", "members"),
        Index("ix_inquiry_needs_inquiry", "tenant_id", "inquiry_id", "held_on", "id"),
        Index("ix_inquiry_needs_recorded_by", "tenant_id", "recorded_by_id"),
    )

    inquiry_id: Mapped[UUID]
    method: Mapped[NeedMethod]
    held_on: Mapped[date]
    # Who was there, on both sides.
    participants: Mapped[str]
    findings: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]


class RequirementsDocument(TenantModel, kw_only=True, eq=False):
    """One version of what a customer needs (PS-1)."""

    __tablename__ = "requirements_documents"
    __table_args__ = (
        UniqueConstraint("tenant_id", "inquiry_id", "version"),
        # Whatever two people do at once, one version counts.
        Index(
            "uq_requirements_documents_live",
            "tenant_id",
            "inquiry_id",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        references("inquiry_id", "inquiries"),
        references("prepared_by_id", "members"),
        references("contact_id", "contacts"),
        Index("ix_requirements_documents_prepared_by", "tenant_id", "prepared_by_id"),
        Index("ix_requirements_documents_contact", "tenant_id", "contact_id"),
    )

    inquiry_id: Mapped[UUID]
    version: Mapped[int]
    title: Mapped[str]
    content: Mapped[str]
    # Why there is this version; empty for the first.
    reason: Mapped[str]
    drafted_at: Mapped[datetime]
    prepared_by_id: Mapped[UUID | None]
    state: Mapped[RequirementsState] = mapped_column(default=RequirementsState.DRAFT)
    # To whom it was sent, and when.
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it was answered, and whether by the link; else somebody recorded what the customer said.
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    by_link: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Who answered for the customer, what they said with it, and the fingerprint of what they were shown.
    confirmed_by: Mapped[str] = mapped_column(default="")
    confirmed_on: Mapped[date | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(default="")
    digest: Mapped[str | None] = mapped_column(default=None)


class InquiryEvaluation(TenantModel, kw_only=True, eq=False):
    """How difficult, laborious and risky it would be, and whether something is offered at all (PS-2)."""

    __tablename__ = "inquiry_evaluations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "inquiry_id", "number"),
        # Whatever two people do at once, one evaluation counts.
        Index(
            "uq_inquiry_evaluations_live",
            "tenant_id",
            "inquiry_id",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        references("inquiry_id", "inquiries"),
        references("prepared_by_id", "members"),
        references("approval_id", "approvals"),
        Index("ix_inquiry_evaluations_prepared_by", "tenant_id", "prepared_by_id"),
        Index("ix_inquiry_evaluations_approval", "tenant_id", "approval_id"),
    )

    inquiry_id: Mapped[UUID]
    # Which of the inquiry's evaluations it is, from 1.
    number: Mapped[int]
    # Points of the clause's scale, from 1.
    difficulty: Mapped[int]
    risk: Mapped[int]
    effort_days: Mapped[int]
    rationale: Mapped[str]
    # What is recommended.
    go: Mapped[bool]
    is_complex: Mapped[bool]
    drafted_at: Mapped[datetime]
    prepared_by_id: Mapped[UUID | None]
    state: Mapped[EvaluationState] = mapped_column(default=EvaluationState.DRAFT)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
