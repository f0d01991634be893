"""The tables of contracts: what was agreed and amended, fees and rates, usage, the checklist, and copies."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.contracts.rules import ContractState, ObligationState, Party, Trigger
from domain.contracts.rules.amendments import AmendmentState, Cause, Origin
from domain.contracts.rules.rates import RateBasis
from domain.kernel.lines import LineKind
from domain.kernel.terms import CustomerTier
from tenancy.models import TenantModel, references


class Contract(TenantModel, kw_only=True, eq=False):
    """What was agreed with a customer (CT-1)."""

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        # An accepted quotation becomes one contract, unless that is withdrawn.
        Index(
            "uq_contracts_quotation",
            "tenant_id",
            "quotation_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_contracts_quotation", "tenant_id", "quotation_id"),
        references("quotation_id", "quotations"),
        references("customer_id", "customers"),
        references("department_id", "departments"),
        references("service_line_id", "service_lines"),
        references("prepared_by_id", "members"),
        references("handbook_version_id", "handbook_versions"),
        references("checklist_clause_id", "clauses"),
        references("reminder_clause_id", "clauses"),
        references("renewal_clause_id", "clauses"),
        references("approval_id", "approvals"),
        Index("ix_contracts_customer", "tenant_id", "customer_id", "id"),
        Index("ix_contracts_department", "tenant_id", "department_id", "id"),
        Index("ix_contracts_service_line", "tenant_id", "service_line_id"),
        Index("ix_contracts_prepared_by", "tenant_id", "prepared_by_id", "id"),
        Index("ix_contracts_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_contracts_checklist_clause", "tenant_id", "checklist_clause_id"),
        Index("ix_contracts_reminder_clause", "tenant_id", "reminder_clause_id"),
        Index("ix_contracts_renewal_clause", "tenant_id", "renewal_clause_id"),
        Index("ix_contracts_approval", "tenant_id", "approval_id"),
        Index("ix_contracts_state", "tenant_id", "state", "id"),
        Index("ix_contracts_ends", "tenant_id", "ends_on", "id"),
        # Those that are billed by what is counted.
        Index("ix_contracts_counted", "tenant_id", "customer_id", postgresql_where=text("billing_months IS NOT NULL")),
    )

    # Such as CON-000042; the figures are the company's own.
    number: Mapped[str]
    quotation_id: Mapped[UUID | None]
    customer_id: Mapped[UUID]
    customer_tier: Mapped[CustomerTier]
    service_line_id: Mapped[UUID | None]
    service_lines: Mapped[list[str]]
    # Who carries it out, and whose head reviews it.
    department_id: Mapped[UUID | None]
    prepared_by_id: Mapped[UUID | None]
    # The version in force when it was drafted, and what it says of checks, copies and reminders.
    handbook_version_id: Mapped[UUID | None]
    checklist_clause_id: Mapped[UUID | None]
    reminder_clause_id: Mapped[UUID | None]
    title: Mapped[str]
    # Both parties as they stand in the contract.
    own_party: Mapped[str]
    customer_party: Mapped[str]
    scope: Mapped[str]
    acceptance_standard: Mapped[str]
    liability: Mapped[str]
    currency: Mapped[str]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    starts_on: Mapped[date]
    # None where it runs until somebody ends it.
    ends_on: Mapped[date | None]
    # How many calendar days ahead of its last day somebody who ends it says so.
    notice_days: Mapped[int]
    drafted_at: Mapped[datetime]
    # By how many months it renews unless notice is given in time, and how often at most; None for not at all, and for
    # as often as nobody gives notice. The clause is that which said so, if one did.
    renewal_months: Mapped[int | None] = mapped_column(default=None)
    most_renewals: Mapped[int | None] = mapped_column(default=None)
    renewal_clause_id: Mapped[UUID | None] = mapped_column(default=None)
    renewals: Mapped[int] = mapped_column(default=0)
    # What usage and working time are expected to come to over the term, tax included; by how many calendar months
    # they are billed, None where nothing is counted; and until which day that was done.
    expected_minor: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    billing_months: Mapped[int | None] = mapped_column(default=None)
    settled_until_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[ContractState] = mapped_column(default=ContractState.DRAFT)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    # The fingerprint of what was approved, and so of what is signed.
    approved_digest: Mapped[str | None] = mapped_column(default=None)
    signed_on: Mapped[date | None] = mapped_column(default=None)
    own_signatory: Mapped[str] = mapped_column(default="")
    customer_signatory: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(default=None)
    # How many reminders of its end were given.
    reminders: Mapped[int] = mapped_column(default=0)
    copies_reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    # Its last day, once notice of its end was given; and why.
    terminated_on: Mapped[date | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ContractInstalment(TenantModel, kw_only=True, eq=False):
    """One part of a contract's fees, and with what it falls due."""

    __tablename__ = "contract_instalments"
    __table_args__ = (
        UniqueConstraint("tenant_id", "contract_id", "position"),
        references("contract_id", "contracts"),
        references("added_by_id", "contract_amendments"),
        references("dropped_by_id", "contract_amendments"),
        references("completed_by_id", "members"),
        Index("ix_contract_instalments_completed_by", "tenant_id", "completed_by_id"),
        Index("ix_contract_instalments_added_by", "tenant_id", "added_by_id"),
        Index("ix_contract_instalments_dropped_by", "tenant_id", "dropped_by_id"),
    )

    contract_id: Mapped[UUID]
    # Never given twice, so that one that is added comes last; ids stay when an amendment changes what it says.
    position: Mapped[int]
    # In three languages.
    name: Mapped[dict[str, Any]]
    trigger: Mapped[Trigger]
    share_percent: Mapped[Decimal] = mapped_column(Numeric(16, 12))
    due_on: Mapped[date | None]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    currency: Mapped[str]
    # The amendments that brought it, and that took it away: then it counts no more, and is not invoiced.
    added_by_id: Mapped[UUID | None] = mapped_column(default=None)
    dropped_by_id: Mapped[UUID | None] = mapped_column(default=None)
    # When its milestone was reached, or what was delivered accepted; by whom that was said, and what with it.
    completed_on: Mapped[date | None] = mapped_column(default=None)
    completed_by_id: Mapped[UUID | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(default="")
    # While it is invoiced, no amendment changes it.
    invoiced_at: Mapped[datetime | None] = mapped_column(default=None)


class ContractRate(TenantModel, kw_only=True, eq=False):
    """What one unit of usage, or an hour of working time, costs by a contract."""

    __tablename__ = "contract_rates"
    __table_args__ = (UniqueConstraint("tenant_id", "contract_id", "code"), references("contract_id", "contracts"))

    contract_id: Mapped[UUID]
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    basis: Mapped[RateBasis]
    # Words of `Activity`; none: all working time that no other rate names.
    activities: Mapped[list[str]]
    kind: Mapped[LineKind]
    unit: Mapped[str]
    unit_price_minor: Mapped[int]
    currency: Mapped[str]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(8, 4))
    expected_quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))


class UsageRecord(TenantModel, kw_only=True, eq=False):
    """What was used by a contract, as a program or somebody reported it; never changed."""

    __tablename__ = "usage_records"
    __table_args__ = (
        # Whatever is sent again is kept once.
        UniqueConstraint("tenant_id", "contract_id", "source_reference"),
        references("contract_id", "contracts"),
        references("rate_id", "contract_rates"),
        references("recorded_by_id", "members"),
        Index("ix_usage_records_used", "tenant_id", "contract_id", "used_on", "id"),
        Index("ix_usage_records_rate", "tenant_id", "rate_id"),
        Index("ix_usage_records_recorded_by", "tenant_id", "recorded_by_id"),
    )

    contract_id: Mapped[UUID]
    rate_id: Mapped[UUID]
    source_reference: Mapped[str]
    used_on: Mapped[date]
    # Below zero it takes back what was reported too much.
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    # None for programs.
    recorded_by_id: Mapped[UUID | None]


class ContractCheck(TenantModel, kw_only=True, eq=False):
    """One item of the clause's checklist, and whether the contract settles it."""

    __tablename__ = "contract_checks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "contract_id", "position"),
        references("contract_id", "contracts"),
        references("settled_by_id", "members"),
        Index("ix_contract_checks_settled_by", "tenant_id", "settled_by_id"),
    )

    contract_id: Mapped[UUID]
    position: Mapped[int]
    # In three languages, as the clause has it.
    item: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_by_id: Mapped[UUID | None] = mapped_column(default=None)


class ContractCopy(TenantModel, kw_only=True, eq=False):
    """The copy of a signed contract that a department gets, and confirms."""

    __tablename__ = "contract_copies"
    __table_args__ = (
        UniqueConstraint("tenant_id", "contract_id", "department_id"),
        references("contract_id", "contracts"),
        references("department_id", "departments"),
        references("confirmed_by_id", "members"),
        Index("ix_contract_copies_department", "tenant_id", "department_id", "id"),
        Index("ix_contract_copies_confirmed_by", "tenant_id", "confirmed_by_id"),
    )

    contract_id: Mapped[UUID]
    department_id: Mapped[UUID]
    sent_at: Mapped[datetime]
    # The last day on which its confirmation is in time.
    due_on: Mapped[date]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    confirmed_by_id: Mapped[UUID | None] = mapped_column(default=None)


class ContractObligation(TenantModel, kw_only=True, eq=False):
    """Something that one side owes the other by a day, a milestone among it (CT-3)."""

    __tablename__ = "contract_obligations"
    __table_args__ = (
        references("contract_id", "contracts"),
        references("responsible_id", "staff"),
        Index("ix_contract_obligations_contract", "tenant_id", "contract_id", "due_on"),
        Index("ix_contract_obligations_responsible", "tenant_id", "responsible_id"),
        Index("ix_contract_obligations_due", "tenant_id", "due_on", "id"),
    )

    contract_id: Mapped[UUID]
    title: Mapped[str]
    party: Mapped[Party]
    # The last day on which it is in time.
    due_on: Mapped[date]
    # How many calendar days before it somebody is reminded.
    remind_days: Mapped[int]
    # Who sees to it; else who wrote the contract and who looks after the customer.
    responsible_id: Mapped[UUID | None]
    state: Mapped[ObligationState] = mapped_column(default=ObligationState.OPEN)
    note: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it was told of that its day has passed.
    overdue_told_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class ContractAmendment(TenantModel, kw_only=True, eq=False):
    """A supplementary agreement: what of a contract is to be otherwise, and from which day on (CT-4)."""

    __tablename__ = "contract_amendments"
    __table_args__ = (
        UniqueConstraint("tenant_id", "contract_id", "position"),
        references("contract_id", "contracts"),
        references("prepared_by_id", "members"),
        references("handbook_version_id", "handbook_versions"),
        references("approval_id", "approvals"),
        Index("ix_contract_amendments_prepared_by", "tenant_id", "prepared_by_id"),
        Index("ix_contract_amendments_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_contract_amendments_approval", "tenant_id", "approval_id"),
        Index("ix_contract_amendments_state", "tenant_id", "state", "id"),
    )

    contract_id: Mapped[UUID]
    # Its place among the contract's, and its number made of both: CON-000042-2.
    position: Mapped[int]
    number: Mapped[str]
    title: Mapped[str]
    cause: Mapped[Cause]
    reason: Mapped[str]
    effective_on: Mapped[date]
    # What it changes, as words of `Part`; of all that follows what is None stays as it is.
    parts: Mapped[list[str]]
    own_party: Mapped[str | None]
    customer_party: Mapped[str | None]
    scope: Mapped[str | None]
    acceptance_standard: Mapped[str | None]
    liability: Mapped[str | None]
    # The new term, where that is among the parts: without a last day it runs until somebody ends it.
    ends_on: Mapped[date | None]
    notice_days: Mapped[int | None]
    currency: Mapped[str]
    # The fees after it, and what they were when it was written; the whole new schedule stands in its items.
    net_minor: Mapped[int | None]
    tax_minor: Mapped[int | None]
    total_minor: Mapped[int | None]
    former_total_minor: Mapped[int]
    drafted_at: Mapped[datetime]
    prepared_by_id: Mapped[UUID | None]
    handbook_version_id: Mapped[UUID | None]
    state: Mapped[AmendmentState] = mapped_column(default=AmendmentState.DRAFT)
    approval_id: Mapped[UUID | None] = mapped_column(default=None)
    # The fingerprint of what was approved, and so of what is signed.
    approved_digest: Mapped[str | None] = mapped_column(default=None)
    signed_on: Mapped[date | None] = mapped_column(default=None)
    own_signatory: Mapped[str] = mapped_column(default="")
    customer_signatory: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(default=None)


class ContractAmendmentItem(TenantModel, kw_only=True, eq=False):
    """An instalment as it is after an amendment: one of the contract's, or a new one."""

    __tablename__ = "contract_amendment_items"
    __table_args__ = (
        UniqueConstraint("tenant_id", "amendment_id", "position"),
        references("amendment_id", "contract_amendments"),
        references("instalment_id", "contract_instalments"),
        Index("ix_contract_amendment_items_instalment", "tenant_id", "instalment_id"),
    )

    amendment_id: Mapped[UUID]
    position: Mapped[int]
    # None for a new one, until the amendment is signed.
    instalment_id: Mapped[UUID | None]
    # Whether it differs from what the contract has.
    changed: Mapped[bool]
    # In three languages.
    name: Mapped[dict[str, Any]]
    trigger: Mapped[Trigger]
    due_on: Mapped[date | None]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    currency: Mapped[str]


class ContractTerms(TenantModel, kw_only=True, eq=False):
    """What holds of a contract from a day on, as it was known from an instant on; only ever added to."""

    __tablename__ = "contract_terms"
    __table_args__ = (
        references("contract_id", "contracts"),
        references("amendment_id", "contract_amendments"),
        Index("ix_contract_terms_contract", "tenant_id", "contract_id", "effective_on", "id"),
        Index("ix_contract_terms_amendment", "tenant_id", "amendment_id"),
    )

    contract_id: Mapped[UUID]
    # None for what the contract itself says, and for what a renewal brings.
    amendment_id: Mapped[UUID | None]
    origin: Mapped[Origin]
    effective_on: Mapped[date]
    agreed_at: Mapped[datetime]
    # What it changes from that day on; nothing where it is what holds later anyway, with an earlier change in it.
    parts: Mapped[list[str]]
    own_party: Mapped[str]
    customer_party: Mapped[str]
    scope: Mapped[str]
    acceptance_standard: Mapped[str]
    liability: Mapped[str]
    ends_on: Mapped[date | None]
    notice_days: Mapped[int]
    currency: Mapped[str]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
