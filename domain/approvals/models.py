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
    # The index of the step it has reached; of branches side by side, that of the first step that waits.
    step: Mapped[int] = mapped_column(default=0)
    # When the time of the next step that waits is up.
    step_due_at: Mapped[datetime | None] = mapped_column(default=None)
    # How often it was returned to an earlier step; what was decided there before counts no more.
    round: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    # The clause the chain came from; none for a chain that was given by hand.
    clause_id: Mapped[UUID | None] = mapped_column(default=None)
    version_id: Mapped[UUID | None] = mapped_column(default=None)
    # When its requester last asked for haste.
    urged_at: Mapped[datetime | None] = mapped_column(default=None)
    # For whom it is their own matter beside the requester: they have no seat in it and stand in for nobody.
    own_of_ids: Mapped[list[UUID]] = mapped_column(default_factory=list, server_default=text("'{}'"))
    # Who gets a copy of the outcome.
    informed_ids: Mapped[list[UUID]] = mapped_column(default_factory=list)


class ApprovalTask(TenantModel, kw_only=True, eq=False):
    """A seat in a step: who decides there, why they, and what they decided."""

    __tablename__ = "approval_tasks"
    __table_args__ = (
        references("approval_id", "approvals"),
        references("assignee_id", "members"),
        references("instead_of_id", "members"),
        references("anchor_id", "approval_tasks"),
        Index("ix_approval_tasks_approval", "tenant_id", "approval_id", "id"),
        Index("ix_approval_tasks_assignee", "tenant_id", "assignee_id", "state", "id"),
        Index("ix_approval_tasks_instead_of", "tenant_id", "instead_of_id"),
        Index("ix_approval_tasks_anchor", "tenant_id", "anchor_id"),
    )

    approval_id: Mapped[UUID]
    step: Mapped[int]
    # The chain's words for who decides here: {"by": "post", "value": "HR director"}.
    named_by: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    # Nobody: the seat is vacant and waits for an administrator, or it was skipped.
    assignee_id: Mapped[UUID | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.WAITING)
    round: Mapped[int] = mapped_column(default=0)
    # When the time of its step is up, and how often it was; a timer of an earlier turn is out of date.
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    turn: Mapped[int] = mapped_column(default=0)
    # Why this person, where the chain's words alone don't lead to them.
    seat_reason: Mapped[SeatReason | None] = mapped_column(default=None)
    # From whom the seat came, when it was transferred or escalated; for whom they decided, when somebody was away.
    instead_of_id: Mapped[UUID | None] = mapped_column(default=None)
    # The seat whose holder asked for this one beside their own: the two have one voice.
    anchor_id: Mapped[UUID | None] = mapped_column(default=None)
    # When it stopped waiting.
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it did so without its holder's doing; nothing for a decision by their own hand.
    end_reason: Mapped[EndReason | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(default="")
    # What stops the case here, where a condition can't be judged: the condition, a word of `Failure`,
    # and the fact that is missing.
    problem: Mapped[dict[str, Any] | None] = mapped_column(default=None)


class ApprovalDelegation(TenantModel, kw_only=True, eq=False):
    """Somebody decides for somebody else who is away, from an instant until another; it ends by itself."""

    __tablename__ = "approval_delegations"
    __table_args__ = (
        references("delegator_id", "members"),
        references("delegate_id", "members"),
        Index("ix_approval_delegations_delegator", "tenant_id", "delegator_id", "ends_at"),
        Index("ix_approval_delegations_delegate", "tenant_id", "delegate_id", "ends_at"),
    )

    delegator_id: Mapped[UUID]
    delegate_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    # The first instant at which it no longer holds; that of ending it early when somebody did.
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
