"""The tables of what is billed by what is counted: a contract's periods, and what went on the invoice of each."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class UsageSettlement(TenantModel, kw_only=True, eq=False):
    """A billing period of a contract that was settled, or what came in late for one (AR-1)."""

    __tablename__ = "usage_settlements"
    __table_args__ = (
        # Whatever several sweeps do at once, each comes once.
        UniqueConstraint("tenant_id", "contract_id", "position"),
        references("contract_id", "contracts"),
        references("invoice_id", "invoices"),
        Index("ix_usage_settlements_invoice", "tenant_id", "invoice_id"),
    )

    contract_id: Mapped[UUID]
    # From 1, in the order in which they were settled.
    position: Mapped[int]
    since_on: Mapped[date]
    until_on: Mapped[date]
    # None where nothing was to be billed.
    invoice_id: Mapped[UUID | None]
    settled_at: Mapped[datetime]


class SettledItem(TenantModel, kw_only=True, eq=False):
    """One report of usage, or one record of working time, on the invoice of a settlement."""

    __tablename__ = "settled_items"
    __table_args__ = (
        UniqueConstraint("tenant_id", "settlement_id", "usage_record_id"),
        UniqueConstraint("tenant_id", "settlement_id", "time_record_id"),
        references("settlement_id", "usage_settlements"),
        references("rate_id", "contract_rates"),
        references("usage_record_id", "usage_records"),
        references("time_record_id", "time_records"),
        Index("ix_settled_items_rate", "tenant_id", "rate_id"),
        Index("ix_settled_items_usage_record", "tenant_id", "usage_record_id"),
        Index("ix_settled_items_time_record", "tenant_id", "time_record_id"),
    )

    settlement_id: Mapped[UUID]
    rate_id: Mapped[UUID]
    # One of these two. Working time comes again where it was corrected since, with the difference.
    usage_record_id: Mapped[UUID | None]
    time_record_id: Mapped[UUID | None]
    # What was reported, or the minutes with their corrections.
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    # As it is billed, in the unit of the rate: working time in minutes rounded up where the terms say so.
    billed: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    # Whether it is of an earlier day than the period.
    late: Mapped[bool]
