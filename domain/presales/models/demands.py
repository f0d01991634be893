"""The tables of technology demands and of their parts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.presales.rules.demands import DemandState
from tenancy.models import TenantModel, references


class TechnologyDemand(TenantModel, kw_only=True, eq=False):
    """Technology that is asked for and not there yet (PS-6)."""

    __tablename__ = "technology_demands"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("inquiry_id", "inquiries"),
        references("department_id", "departments"),
        references("raised_by_id", "members"),
        references("approval_id", "approvals"),
        Index("ix_technology_demands_inquiry", "tenant_id", "inquiry_id"),
        Index("ix_technology_demands_department", "tenant_id", "department_id"),
        Index("ix_technology_demands_raised_by", "tenant_id", "raised_by_id", "id"),
        Index("ix_technology_demands_approval", "tenant_id", "approval_id"),
        Index("ix_technology_demands_state", "tenant_id", "state", "id"),
    )

    # Such as TEC-000042; the figures are the company's own.
    number: Mapped[str]
    inquiry_id: Mapped[UUID | None]
    # The department of who raised it, whose head may have to agree.
    department_id: Mapped[UUID | None]
    title: Mapped[str]
    content: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[UUID | None]
    state: Mapped[DemandState] = mapped_column(default=DemandState.RAISED)
    assessment: Mapped[str] = mapped_column(default="")
    effort_days: Mapped[int] = mapped_column(default=0)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    # Why it was refused by hand, or which project it became.
    reason: Mapped[str] = mapped_column(default="")
    project: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class TechnologyDemandPart(TenantModel, kw_only=True, eq=False):
    """One part of what is demanded."""

    __tablename__ = "technology_demand_parts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "demand_id", "position"),
        references("demand_id", "technology_demands"),
    )

    demand_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]
    effort_days: Mapped[int]
