"""The tables of bank accounts, of the files read for them, and of their lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.banking.rules.lines import Form, LineState
from tenancy.models import TenantModel, references


class BankAccount(TenantModel, kw_only=True, eq=False):
    """An account of the company at a bank (AR-2), and how its bank writes CSV."""

    __tablename__ = "bank_accounts"
    __table_args__ = (UniqueConstraint("tenant_id", "number", "currency"),)

    name: Mapped[str]
    # The IBAN or the account number, without blanks.
    number: Mapped[str]
    currency: Mapped[str]
    # As `CsvForm.stored` has it; none where the bank sends camt.053 alone.
    csv_form: Mapped[dict[str, Any] | None]
    active: Mapped[bool] = mapped_column(default=True)


class BankStatement(TenantModel, kw_only=True, eq=False):
    """A file of the bank that was read (AR-2); the same content is read once for an account."""

    __tablename__ = "bank_statements"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "sha256"),
        references("account_id", "bank_accounts"),
        references("file_id", "files"),
        references("imported_by_id", "members"),
        Index("ix_bank_statements_file", "tenant_id", "file_id"),
        Index("ix_bank_statements_imported_by", "tenant_id", "imported_by_id"),
    )

    account_id: Mapped[UUID]
    # The content's digest, by which the same file is known again under any name.
    sha256: Mapped[str]
    file_id: Mapped[UUID]
    form: Mapped[Form]
    # What the bank calls it, where it says.
    reference: Mapped[str]
    imported_at: Mapped[datetime]
    # None where a partner's program did it.
    imported_by_id: Mapped[UUID | None]
    currency: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    lines: Mapped[int]
    # How many of them no earlier file had.
    new_lines: Mapped[int]
    total_minor: Mapped[int]
    # As the file tells them; none where it does not.
    opening_minor: Mapped[int | None]
    closing_minor: Mapped[int | None]


class BankLine(TenantModel, kw_only=True, eq=False):
    """A line of an account (AR-2): once, in however many files it stands."""

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "digest", "occurrence"),
        # A payment comes of one line; one that is undone gives it free.
        UniqueConstraint("tenant_id", "payment_id"),
        references("account_id", "bank_accounts"),
        references("statement_id", "bank_statements"),
        references("payment_id", "payments"),
        references("decided_by_id", "members"),
        Index("ix_bank_lines_statement", "tenant_id", "statement_id", "position"),
        Index("ix_bank_lines_decided_by", "tenant_id", "decided_by_id"),
        Index("ix_bank_lines_state", "tenant_id", "state", "id"),
        Index("ix_bank_lines_payer", "tenant_id", "payer_account"),
    )

    account_id: Mapped[UUID]
    # The file that had it first, and its place there.
    statement_id: Mapped[UUID]
    position: Mapped[int]
    # By what it is known again, and which of several such lines it is.
    digest: Mapped[str]
    occurrence: Mapped[int]
    booked_on: Mapped[date]
    value_on: Mapped[date | None]
    # What came in is above zero, what went out below.
    amount_minor: Mapped[int]
    currency: Mapped[str]
    payer_name: Mapped[str]
    payer_account: Mapped[str]
    purpose: Mapped[str]
    bank_reference: Mapped[str]
    state: Mapped[LineState] = mapped_column(default=LineState.OPEN)
    payment_id: Mapped[UUID | None] = mapped_column(default=None)
    # Whether the payment had been recorded by somebody before, and not by this line.
    linked: Mapped[bool] = mapped_column(default=False)
    # Why it is ignored.
    reason: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    # None where a program did it, or it was booked by itself.
    decided_by_id: Mapped[UUID | None] = mapped_column(default=None)
