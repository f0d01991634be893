"""The tables of money that came in: what of it counts for which invoice, and what was paid back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class Payment(TenantModel, kw_only=True, eq=False):
    """Money that has come in from a customer (AR-2), known again by its reference."""

    __tablename__ = "payments"
    __table_args__ = (
        # A payment that was taken back gives its reference free.
        Index(
            "uq_payments_reference", "tenant_id", "reference", unique=True, postgresql_where=text("reversed_on IS NULL")
        ),
        # Whatever several people do at once, no more is allocated than came in.
        CheckConstraint("unallocated_minor BETWEEN 0 AND amount_minor", name="unallocated"),
        references("customer_id", "customers"),
        references("invoice_id", "invoices"),
        references("exchanged_from_id", "payments"),
        Index("ix_payments_exchanged_from", "tenant_id", "exchanged_from_id"),
        Index("ix_payments_customer", "tenant_id", "customer_id"),
        Index("ix_payments_invoice", "tenant_id", "invoice_id"),
    )

    customer_id: Mapped[UUID]
    # The one invoice that it was recorded for; none where it is allocated by itself.
    invoice_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    # What of it is the customer's credit: neither allocated to an invoice nor refunded.
    unallocated_minor: Mapped[int]
    currency: Mapped[str]
    received_on: Mapped[date]
    # The day on which it stands in the books.
    booked_on: Mapped[date]
    reference: Mapped[str]
    recorded_at: Mapped[datetime]
    # When it was found to have been recorded wrongly, and why.
    reversed_on: Mapped[date | None] = mapped_column(default=None)
    reversal_reason: Mapped[str | None] = mapped_column(default=None)
    # Where it is a part of another payment's credit that was exchanged: of which, and how much in that one's currency.
    exchanged_from_id: Mapped[UUID | None] = mapped_column(default=None)
    exchanged_minor: Mapped[int | None] = mapped_column(default=None)
    # What one unit of that currency was worth in this one on that day, as decimal text.
    exchange_rate: Mapped[str | None] = mapped_column(default=None)
    # By how much what came of it by the rate is above what it counts for: a gain; below zero a loss.
    exchange_difference_minor: Mapped[int] = mapped_column(default=0)


class Allocation(TenantModel, kw_only=True, eq=False):
    """What of a customer's money counts for an invoice (AR-2)."""

    __tablename__ = "allocations"
    __table_args__ = (
        references("invoice_id", "invoices"),
        references("payment_id", "payments"),
        Index("ix_allocations_invoice", "tenant_id", "invoice_id"),
        Index("ix_allocations_payment", "tenant_id", "payment_id"),
    )

    invoice_id: Mapped[UUID]
    payment_id: Mapped[UUID]
    # For the invoice itself.
    amount_minor: Mapped[int]
    # For the fees and the interest that its letters have asked for.
    charges_minor: Mapped[int]
    currency: Mapped[str]
    # From when the invoice counts as paid to this extent: the day on which the money came in.
    effective_on: Mapped[date]
    # The day on which it stands in the books.
    booked_on: Mapped[date]
    allocated_at: Mapped[datetime]
    reversed_on: Mapped[date | None] = mapped_column(default=None)


class Refund(TenantModel, kw_only=True, eq=False):
    """Credit of a customer that was paid back to them, known again by its reference."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        references("payment_id", "payments"),
        references("customer_id", "customers"),
        Index("ix_refunds_payment", "tenant_id", "payment_id"),
        Index("ix_refunds_customer", "tenant_id", "customer_id"),
    )

    payment_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    paid_on: Mapped[date]
    reference: Mapped[str]
    recorded_at: Mapped[datetime]
