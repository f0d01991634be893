"""The tables of the books: entries, their postings, and up to which day they are closed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.ledger.rules import Account, EntryKind
from tenancy.models import TenantModel, references


class LedgerEntry(TenantModel, kw_only=True, eq=False):
    """One fact about money in the books (AR-2). Never changed; what was wrong is booked the other way round."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        references("customer_id", "customers"),
        references("invoice_id", "invoices"),
        references("payment_id", "payments"),
        Index("ix_ledger_entries_customer", "tenant_id", "customer_id", "booked_on", "id"),
        Index("ix_ledger_entries_invoice", "tenant_id", "invoice_id"),
        Index("ix_ledger_entries_payment", "tenant_id", "payment_id"),
        Index("ix_ledger_entries_booked", "tenant_id", "booked_on", "id"),
    )

    kind: Mapped[EntryKind]
    # The day on which it stands in the books.
    booked_on: Mapped[date]
    recorded_at: Mapped[datetime]
    currency: Mapped[str]
    # Whose account it is about.
    customer_id: Mapped[UUID]
    # What it is about, as far as there is such a thing.
    invoice_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]


class LedgerPosting(TenantModel, kw_only=True, eq=False):
    """One side of an entry. At the end of each transaction PostgreSQL sees that those of an entry come to nothing."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        references("entry_id", "ledger_entries"),
        Index("ix_ledger_postings_entry", "tenant_id", "entry_id"),
        Index("ix_ledger_postings_account", "tenant_id", "account"),
    )

    entry_id: Mapped[UUID]
    account: Mapped[Account]
    # Debits are above zero, credits below.
    amount_minor: Mapped[int]
    # That of the entry.
    currency: Mapped[str]


class BookClosing(TenantModel, kw_only=True, eq=False):
    """Up to which day nothing is booked any more."""

    __tablename__ = "book_closings"
    __table_args__ = (
        references("closed_by_id", "members"),
        references("reopened_by_id", "members"),
        Index("ix_book_closings_closed_by", "tenant_id", "closed_by_id"),
        Index("ix_book_closings_reopened_by", "tenant_id", "reopened_by_id"),
    )

    until_on: Mapped[date]
    closed_at: Mapped[datetime]
    # None where a partner's program did it.
    closed_by_id: Mapped[UUID | None]
    reopened_at: Mapped[datetime | None] = mapped_column(default=None)
    reopened_by_id: Mapped[UUID | None] = mapped_column(default=None)
    # Why they were opened again.
    reason: Mapped[str | None] = mapped_column(default=None)
