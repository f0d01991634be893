"""The tables of people's employment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.people.rules import State
from tenancy.models import TenantModel, references


class Resignation(TenantModel, kw_only=True, eq=False):
    """Somebody's letter of resignation, the last day that their notice leads to, and how it was decided (PE-7)."""

    __tablename__ = "resignations"
    __table_args__ = (
        references("staff_id", "staff"),
        references("submitted_by_id", "members"),
        references("approval_id", "approvals"),
        references("handbook_version_id", "handbook_versions"),
        references("waived_by_id", "members"),
        # Nobody resigns twice at once.
        Index(
            "uq_resignations_under_way",
            "tenant_id",
            "staff_id",
            unique=True,
            postgresql_where=text("state = ANY (ARRAY['submitted', 'returned', 'approved'])"),
        ),
        Index("ix_resignations_staff", "tenant_id", "staff_id"),
        Index("ix_resignations_submitted_by", "tenant_id", "submitted_by_id"),
        Index("ix_resignations_approval", "tenant_id", "approval_id"),
        Index("ix_resignations_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_resignations_waived_by", "tenant_id", "waived_by_id"),
    )

    staff_id: Mapped[UUID]
    letter_on: Mapped[date]
    # Why; may be empty, for nobody owes a reason.
    reason: Mapped[str]
    wished_on: Mapped[date | None]
    # Whether the letter was written on probation.
    on_probation: Mapped[bool]
    notice_days: Mapped[int]
    # The end of the notice by the clause; a last day before it is a waiver, asked for or granted.
    earliest_last_day_on: Mapped[date]
    last_day_on: Mapped[date]
    submitted_at: Mapped[datetime]
    # The version whose clauses hold until the end.
    handbook_version_id: Mapped[UUID]
    # Who handed it in: the person, or somebody for them; nobody when a partner's client did.
    submitted_by_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[State] = mapped_column(default=State.SUBMITTED)
    # The present or last approval; every time it is submitted again it gets a new one.
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    # When it was approved or refused.
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    # The last working moment, once leaving is approved; access ends then.
    leaves_at: Mapped[datetime | None] = mapped_column(default=None)
    # A waiver granted by hand after the approval: by whom and why.
    waived_by_id: Mapped[UUID | None] = mapped_column(default=None)
    waiver_reason: Mapped[str] = mapped_column(default="")
