"""The tables of how requests stand to each other, whose turn it was, and what departments do together."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.requests.rules import (
    HelpState,
    LinkKind,
    PartState,
)
from tenancy.models import TenantModel, references


class RequestLink(TenantModel, kw_only=True, eq=False):
    """How one request stands to another; of what merely relates, the earlier one is the first."""

    __tablename__ = "request_links"
    __table_args__ = (
        UniqueConstraint("tenant_id", "from_id", "to_id", "kind"),
        references("from_id", "service_requests"),
        references("to_id", "service_requests"),
        Index("ix_request_links_to", "tenant_id", "to_id"),
    )

    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    kind: Mapped[LinkKind]
    at: Mapped[datetime]


class AssignmentTurn(TenantModel, kw_only=True, eq=False):
    """When it was last somebody's turn to get a request by the assignment rules: turns are numbered."""

    __tablename__ = "assignment_turns"
    __table_args__ = (
        UniqueConstraint("tenant_id", "staff_id"),
        references("staff_id", "staff"),
    )

    staff_id: Mapped[UUID]
    turn: Mapped[int]


class RequestPart(TenantModel, kw_only=True, eq=False):
    """What a department that co-operates with the leading one does for a request (RQ-3)."""

    __tablename__ = "request_parts"
    __table_args__ = (
        references("request_id", "service_requests"),
        references("department_id", "departments"),
        references("assignee_id", "staff"),
        Index("ix_request_parts_request", "tenant_id", "request_id", "id"),
        Index("ix_request_parts_department", "tenant_id", "department_id"),
        Index("ix_request_parts_assignee", "tenant_id", "assignee_id"),
    )

    request_id: Mapped[UUID]
    department_id: Mapped[UUID]
    task: Mapped[str]
    at: Mapped[datetime]
    # Who in the department does it; none until somebody is named.
    assignee_id: Mapped[UUID | None] = mapped_column(default=None)
    # By the internal target of the request's service level, unless another instant was agreed; none is no limit.
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[PartState] = mapped_column(default=PartState.OPEN, server_default="open")
    # What came of it, or why it is not needed any more.
    result: Mapped[str] = mapped_column(default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it was found to be late; it stays so.
    late_at: Mapped[datetime | None] = mapped_column(default=None)


class TierRaise(TenantModel, kw_only=True, eq=False):
    """Somebody has raised a request to the next tier of support, with all they know of it (RQ-7)."""

    __tablename__ = "tier_raises"
    __table_args__ = (
        references("request_id", "service_requests"),
        references("from_staff_id", "staff"),
        references("to_staff_id", "staff"),
        references("from_department_id", "departments"),
        references("to_department_id", "departments"),
        Index("ix_tier_raises_request", "tenant_id", "request_id", "id"),
        Index("ix_tier_raises_from_staff", "tenant_id", "from_staff_id"),
        Index("ix_tier_raises_to_staff", "tenant_id", "to_staff_id"),
        Index("ix_tier_raises_from_department", "tenant_id", "from_department_id"),
        Index("ix_tier_raises_to_department", "tenant_id", "to_department_id"),
    )

    request_id: Mapped[UUID]
    # The tier that has got it.
    tier: Mapped[int]
    from_staff_id: Mapped[UUID | None]
    to_staff_id: Mapped[UUID]
    from_department_id: Mapped[UUID | None]
    to_department_id: Mapped[UUID | None]
    description: Mapped[str]
    # What was known of the request then.
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    # What the higher tier has found out, for whoever gets it back; empty until it is returned.
    answer: Mapped[str] = mapped_column(default="", server_default="")
    returned_at: Mapped[datetime | None] = mapped_column(default=None)


class RequestHelper(TenantModel, kw_only=True, eq=False):
    """Somebody beside the two who are responsible helps with a request, or was asked to be let help (RQ-4)."""

    __tablename__ = "request_helpers"
    __table_args__ = (
        references("request_id", "service_requests"),
        references("staff_id", "staff"),
        references("approval_id", "approvals"),
        Index("ix_request_helpers_request", "tenant_id", "request_id", "staff_id"),
        Index("ix_request_helpers_staff", "tenant_id", "staff_id"),
        Index("ix_request_helpers_approval", "tenant_id", "approval_id"),
    )

    request_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    reason: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[HelpState]
    # What decides on it; none where the handbook has no chain for it.
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
