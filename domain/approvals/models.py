"""The tables of approvals: one row for what is being decided, one for each seat in each of its steps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from tenancy.models import TenantModel, references


class Approval(TenantModel, kw_only=True, eq=False):
    """Something is asked for and goes through the steps of the chain it started with."""

    __tablename__ = "approvals"
    __table_args__ = (
        references("requester_id", "members"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        Index("ix_approvals_requester", "tenant_id", "requester_id", "id"),
        Index("ix_approvals_clause", "tenant_id", "clause_id"),
        Index("ix_approvals_version", "tenant_id", "version_id"),
        Index("ix_approvals_subject", "tenant_id", "subject_kind", "subject_id", "id"),
        # The same thing is not asked twice at once.
        Index(
            "uq_approvals_waiting",
            "tenant_id",
            "subject_kind",
            "subject_id",
            "purpose",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    # A word of `SubjectKind`, not checked by the table: kinds are added without a migration here.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    # Tells apart several things that may be asked about one record; empty where there is only one.
    purpose: Mapped[str]
    requester_id: Mapped[UUID]
    # The chain's value as it was when the approval was opened, so that a new handbook doesn't rewrite its course.
    chain: Mapped[dict[str, Any]]
    # What the approvers are shown and the chain's conditions are judged by.
    facts: Mapped[dict[str, Any]]
    digest: Mapped[str]
    opened_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.WAITING)
    # The index of the step it has reached.
    step: Mapped[int] = mapped_column(default=0)
    step_due_at: Mapped[datetime | None] = mapped_column(default=None)
    # How often the step's time was up; a timer of an earlier turn is out of date.
    turn: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    # The clause the chain came from; none for a chain that was given by hand.
    clause_id: Mapped[UUID | None] = mapped_column(default=None)
    version_id: Mapped[UUID | None] = mapped_column(default=None)
    # Who gets a copy of the outcome.
    informed_ids: Mapped[list[UUID]] = mapped_column(default_factory=list)


class ApprovalTask(TenantModel, kw_only=True, eq=False):
    """A seat in a step: who decides there, why they, and what they decided."""

    __tablename__ = "approval_tasks"
    __table_args__ = (
        references("approval_id", "approvals"),
        references("assignee_id", "members"),
        references("instead_of_id", "members"),
        Index("ix_approval_tasks_approval", "tenant_id", "approval_id", "id"),
        Index("ix_approval_tasks_assignee", "tenant_id", "assignee_id", "state", "id"),
        Index("ix_approval_tasks_instead_of", "tenant_id", "instead_of_id"),
    )

    approval_id: Mapped[UUID]
    step: Mapped[int]
    # The chain's words for who decides here: {"by": "post", "value": "HR director"}.
    named_by: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    # Nobody: the seat is vacant and waits for an administrator, or it was skipped.
    assignee_id: Mapped[UUID | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.WAITING)
    # Why this person, where the chain's words alone don't lead to them.
    seat_reason: Mapped[SeatReason | None] = mapped_column(default=None)
    # From whom the seat came, when it was transferred or escalated.
    instead_of_id: Mapped[UUID | None] = mapped_column(default=None)
    # When it stopped waiting.
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it did so without its holder's doing; nothing for a decision by their own hand.
    end_reason: Mapped[EndReason | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(default="")
