"""The table of solutions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.presales.rules.solutions import SolutionState
from tenancy.models import TenantModel, references


class Solution(TenantModel, kw_only=True, eq=False):
    """One version of how what an inquiry asks for is to be done (PS-3)."""

    __tablename__ = "solutions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "inquiry_id", "version"),
        # Whatever two people do at once, one version counts.
        Index(
            "uq_solutions_live",
            "tenant_id",
            "inquiry_id",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        references("inquiry_id", "inquiries"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("department_id", "departments"),
        references("prepared_by_id", "members"),
        references("clause_id", "clauses"),
        references("handbook_version_id", "handbook_versions"),
        references("approval_id", "approvals"),
        Index("ix_solutions_number", "tenant_id", "number", "version"),
        Index("ix_solutions_customer", "tenant_id", "customer_id", "id"),
        Index("ix_solutions_contact", "tenant_id", "contact_id"),
        Index("ix_solutions_department", "tenant_id", "department_id"),
        Index("ix_solutions_prepared_by", "tenant_id", "prepared_by_id", "id"),
        Index("ix_solutions_clause", "tenant_id", "clause_id"),
        Index("ix_solutions_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_solutions_approval", "tenant_id", "approval_id"),
        Index("ix_solutions_state", "tenant_id", "state", "id"),
    )

    # Such as SOL-000042, the same for all versions; the figures are the company's own.
    number: Mapped[str]
    version: Mapped[int]
    inquiry_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    # The department of who prepared it, whose head may have to agree.
    department_id: Mapped[UUID | None]
    prepared_by_id: Mapped[UUID | None]
    title: Mapped[str]
    functions: Mapped[str]
    architecture: Mapped[str]
    plan: Mapped[str]
    expected_effect: Mapped[str]
    budget_minor: Mapped[int]
    currency: Mapped[str]
    # Why there is this version; empty for the first.
    reason: Mapped[str]
    drafted_at: Mapped[datetime]
    state: Mapped[SolutionState] = mapped_column(default=SolutionState.DRAFT)
    # From its submission on: whether it counts as complex, and whether experts review it, by which clause.
    is_complex: Mapped[bool] = mapped_column(default=False)
    expert_review: Mapped[bool] = mapped_column(default=False)
    clause_id: Mapped[UUID | None] = mapped_column(default=None)
    handbook_version_id: Mapped[UUID | None] = mapped_column(default=None)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    # What a review has found where it was returned.
    findings: Mapped[str] = mapped_column(default="")
    # The customer's person who got the link, and the fingerprint of what they were shown.
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    digest: Mapped[str | None] = mapped_column(default=None)
    # Who answered for the customer, and what they said with it.
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
