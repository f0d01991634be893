"""The tables of invoices, of credit notes, and of who is billed."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.rules.invoices import State
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import LineKind
from domain.kernel.terms import CustomerTier
from tenancy.models import TenantModel, references


class Invoice(TenantModel, kw_only=True, eq=False):
    """What a customer is asked to pay (AR-1). It has its number, days and handbook from the moment it is issued."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        # Whatever several people do at once, no more is credited than was billed.
        # Whatever several sweeps do at once, an instalment has one invoice; a cancelled one gives it free.
        Index(
            "uq_invoices_instalment",
            "tenant_id",
            "instalment_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        CheckConstraint("credited_minor BETWEEN 0 AND total_minor", name="credited"),
        references("customer_id", "customers"),
        references("handbook_version_id", "handbook_versions"),
        references("ladder_clause_id", "clauses"),
        references("contract_id", "contracts"),
        references("instalment_id", "contract_instalments"),
        Index("ix_invoices_contract", "tenant_id", "contract_id"),
        Index("ix_invoices_instalment", "tenant_id", "instalment_id"),
        Index("ix_invoices_customer", "tenant_id", "customer_id"),
        Index("ix_invoices_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_invoices_ladder_clause", "tenant_id", "ladder_clause_id"),
        Index("ix_invoices_due", "tenant_id", "due_on", "id"),
    )

    customer_id: Mapped[UUID]
    currency: Mapped[str]
    drafted_at: Mapped[datetime]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    # How the tax was rounded, by the clause in force when it was written.
    tax_rounding: Mapped[TaxRounding] = mapped_column(default=TaxRounding.PER_LINE)
    # The contract whose schedule asks for it, and which part of that; none where it was written freely.
    contract_id: Mapped[UUID | None] = mapped_column(default=None)
    instalment_id: Mapped[UUID | None] = mapped_column(default=None)
    # What credit notes have taken back.
    credited_minor: Mapped[int] = mapped_column(default=0)
    # All that has come in, what was paid on fees and interest included.
    paid_minor: Mapped[int] = mapped_column(default=0)
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    # Without gaps in the company, in the order of issue.
    number: Mapped[int | None] = mapped_column(default=None)
    issued_on: Mapped[date | None] = mapped_column(default=None)
    due_on: Mapped[date | None] = mapped_column(default=None)
    # The customer's importance at the issue: a later change of it does not change the ladder.
    customer_tier: Mapped[CustomerTier | None] = mapped_column(default=None)
    handbook_version_id: Mapped[UUID | None] = mapped_column(default=None)
    # The ladder it is dunned by at present; none where the handbook is silent.
    ladder_clause_id: Mapped[UUID | None] = mapped_column(default=None)
    # What the ladder's days are counted from; payments of a part may move it.
    base_on: Mapped[date | None] = mapped_column(default=None)
    # No step comes on this day or before.
    base_after_on: Mapped[date | None] = mapped_column(default=None)
    # Raised when a letter is stopped before it left, so that it may be written anew under a key of its own.
    run: Mapped[int] = mapped_column(default=1)


class InvoiceLine(TenantModel, kw_only=True, eq=False):
    """One line of an invoice, with what it comes to."""

    __tablename__ = "invoice_lines"
    __table_args__ = (UniqueConstraint("tenant_id", "invoice_id", "position"), references("invoice_id", "invoices"))

    invoice_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[LineKind]
    description: Mapped[str]
    # What one is; empty for a lump sum.
    unit: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    unit_price_minor: Mapped[int]
    # In per cent of quantity times price.
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    # In per cent of the net amount.
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    # Before the discount, the discount, and what is left.
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    net_minor: Mapped[int]
    # Its share of the tax: those of all lines come to the invoice's tax.
    tax_minor: Mapped[int]
    currency: Mapped[str]


class InvoiceTax(TenantModel, kw_only=True, eq=False):
    """What the lines of one tax rate come to on an invoice."""

    __tablename__ = "invoice_taxes"
    __table_args__ = (UniqueConstraint("tenant_id", "invoice_id", "tax_percent"), references("invoice_id", "invoices"))

    invoice_id: Mapped[UUID]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    currency: Mapped[str]


class BillingParty(TenantModel, kw_only=True, eq=False):
    """Who the company, or a customer, is by law from a day on: what e-invoices state. What was said before is kept."""

    __tablename__ = "billing_parties"
    __table_args__ = (
        references("customer_id", "customers"),
        references("recorded_by_id", "members"),
        Index("ix_billing_parties_customer", "tenant_id", "customer_id", "id"),
        Index("ix_billing_parties_recorded_by", "tenant_id", "recorded_by_id"),
    )

    # None for the company itself.
    customer_id: Mapped[UUID | None]
    since_on: Mapped[date]
    legal_name: Mapped[str]
    street: Mapped[str]
    additional_street: Mapped[str]
    city: Mapped[str]
    postal_code: Mapped[str]
    subdivision: Mapped[str]
    # The country's code of ISO 3166-1.
    country: Mapped[str]
    tax_number: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]


class CreditNote(TenantModel, kw_only=True, eq=False):
    """What takes an issued invoice back, or a part of it: a document of its own (AR-1). Never changed."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("invoice_id", "invoices"),
        references("customer_id", "customers"),
        Index("ix_credit_notes_invoice", "tenant_id", "invoice_id"),
        Index("ix_credit_notes_customer", "tenant_id", "customer_id"),
    )

    invoice_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    # Without gaps in the company, in a series of their own.
    number: Mapped[int]
    currency: Mapped[str]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    # Why, in somebody's words; empty where an invoice was cancelled.
    reason: Mapped[str]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]


class CreditNoteTax(TenantModel, kw_only=True, eq=False):
    """What a credit note takes off the lines of one tax rate."""

    __tablename__ = "credit_note_taxes"
    __table_args__ = (
        UniqueConstraint("tenant_id", "credit_note_id", "tax_percent"),
        references("credit_note_id", "credit_notes"),
    )

    credit_note_id: Mapped[UUID]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    currency: Mapped[str]
