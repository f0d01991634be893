"""The tables of quotations and of their lines."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import LineKind
from domain.kernel.terms import CustomerTier
from domain.presales.rules.quotations import QuotationState
from tenancy.models import TenantModel, references


class Quotation(TenantModel, kw_only=True, eq=False):
    """One version of what a customer is offered (PS-4)."""

    __tablename__ = "quotations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", "version"),
        # Whatever two people do at once, one version of a quotation counts.
        Index(
            "uq_quotations_live",
            "tenant_id",
            "number",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("department_id", "departments"),
        references("service_line_id", "service_lines"),
        references("prepared_by_id", "members"),
        references("previous_id", "quotations"),
        references("solution_id", "solutions"),
        references("handbook_version_id", "handbook_versions"),
        references("clause_id", "clauses"),
        references("approval_id", "approvals"),
        Index("ix_quotations_customer", "tenant_id", "customer_id", "id"),
        Index("ix_quotations_contact", "tenant_id", "contact_id"),
        Index("ix_quotations_department", "tenant_id", "department_id"),
        Index("ix_quotations_service_line", "tenant_id", "service_line_id"),
        Index("ix_quotations_prepared_by", "tenant_id", "prepared_by_id", "id"),
        Index("ix_quotations_previous", "tenant_id", "previous_id"),
        Index("ix_quotations_solution", "tenant_id", "solution_id"),
        Index("ix_quotations_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_quotations_clause", "tenant_id", "clause_id"),
        Index("ix_quotations_approval", "tenant_id", "approval_id"),
        Index("ix_quotations_state", "tenant_id", "state", "id"),
    )

    # Such as QUO-000042, the same for all versions; the figures are the company's own.
    number: Mapped[str]
    version: Mapped[int]
    previous_id: Mapped[UUID | None]
    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    # Importance and service lines by which clauses are found, the nearest line first.
    customer_tier: Mapped[CustomerTier]
    service_line_id: Mapped[UUID | None]
    service_lines: Mapped[list[str]]
    # The department of who prepared it, whose head may have to agree.
    department_id: Mapped[UUID | None]
    prepared_by_id: Mapped[UUID | None]
    title: Mapped[str]
    # What else holds: delivery, conditions, what is not included.
    terms: Mapped[str]
    currency: Mapped[str]
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    # What the limit is held against, in per cent.
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    # How the tax was rounded, by the clause in force when it was written.
    tax_rounding: Mapped[TaxRounding]
    wished_valid_days: Mapped[int | None]
    # The solution that it offers.
    solution_id: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    state: Mapped[QuotationState] = mapped_column(default=QuotationState.DRAFT)
    # From its submission on: the handbook and the discount limit it goes by; none where the handbook is silent.
    handbook_version_id: Mapped[UUID | None] = mapped_column(default=None)
    clause_id: Mapped[UUID | None] = mapped_column(default=None)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    valid_days: Mapped[int | None] = mapped_column(default=None)
    # Whether it is sent only once the customer has confirmed its solution, by the same clause.
    needs_solution: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # The last day on which it can be accepted.
    valid_until_on: Mapped[date | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    # Who answered for the customer, and what they said with it.
    answered_by: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")


class QuotationLine(TenantModel, kw_only=True, eq=False):
    """One line of a quotation, with what it comes to."""

    __tablename__ = "quotation_lines"
    __table_args__ = (
        UniqueConstraint("tenant_id", "quotation_id", "position"),
        references("quotation_id", "quotations"),
    )

    quotation_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[LineKind]
    description: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    unit_price_minor: Mapped[int]
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    currency: Mapped[str]
