"""The tables of dunning: what holds it up, what is planned, what was done, and the letters and calls of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.policies.rules.dunning import CallOutcome, Channel, HoldKind, ServiceRestriction
from tenancy.models import TenantModel, references


class Hold(TenantModel, kw_only=True, eq=False):
    """A reason not to dun an invoice, or any of a customer's, for a while (AR-4)."""

    __tablename__ = "holds"
    __table_args__ = (
        references("customer_id", "customers"),
        references("invoice_id", "invoices"),
        Index("ix_holds_customer", "tenant_id", "customer_id"),
        Index("ix_holds_invoice", "tenant_id", "invoice_id"),
    )

    customer_id: Mapped[UUID]
    # None holds every invoice of the customer.
    invoice_id: Mapped[UUID | None]
    kind: Mapped[HoldKind]
    from_on: Mapped[date]
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    until_on: Mapped[date | None] = mapped_column(default=None)
    released_on: Mapped[date | None] = mapped_column(default=None)


class PlannedStep(TenantModel, kw_only=True, eq=False):
    """A step of the ladder that is still to come; the rows go as the steps are taken and when the invoice is paid."""

    __tablename__ = "planned_dunning_steps"
    __table_args__ = (UniqueConstraint("tenant_id", "invoice_id", "number"), references("invoice_id", "invoices"))

    invoice_id: Mapped[UUID]
    number: Mapped[int]
    # In three languages, as the clause has it.
    name: Mapped[dict[str, Any]]
    channel: Mapped[Channel]
    needs_approval: Mapped[bool]
    # None while a hold without end stands before it.
    at: Mapped[datetime | None]


class DunningStep(TenantModel, kw_only=True, eq=False):
    """A step of the ladder that was taken: when, what it asked for, and by which clause (AR-3)."""

    __tablename__ = "dunning_steps"
    __table_args__ = (
        UniqueConstraint("tenant_id", "invoice_id", "run", "number"),
        # Whatever the run, a step that was not stopped before it left is never taken again.
        Index(
            "uq_dunning_steps_standing",
            "tenant_id",
            "invoice_id",
            "number",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        references("invoice_id", "invoices"),
        references("clause_id", "clauses"),
        references("approver_id", "members"),
        references("letter_id", "dunning_letters"),
        Index("ix_dunning_steps_clause", "tenant_id", "clause_id"),
        Index("ix_dunning_steps_approver", "tenant_id", "approver_id"),
        Index("ix_dunning_steps_letter", "tenant_id", "letter_id"),
    )

    invoice_id: Mapped[UUID]
    run: Mapped[int]
    number: Mapped[int]
    name: Mapped[dict[str, Any]]
    channel: Mapped[Channel]
    planned_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    days_overdue: Mapped[int]
    currency: Mapped[str]
    # What was outstanding of the invoice itself that day.
    outstanding_minor: Mapped[int]
    # What this step adds.
    fee_minor: Mapped[int]
    # All interest since the due date that has been asked for so far.
    interest_minor: Mapped[int]
    clause_id: Mapped[UUID]
    # The letter's key in the ledger of effects; none where no mail is sent.
    effect_key: Mapped[str | None] = mapped_column(default=None)
    # The letter's own record, where it goes by post or is about several invoices.
    letter_id: Mapped[UUID | None] = mapped_column(default=None)
    # The letter, where the step is one and has none of its own record.
    letter_subject: Mapped[str | None] = mapped_column(default=None)
    letter_text: Mapped[str | None] = mapped_column(default=None)
    # What becomes of new requests of the customer from this step on.
    restricts: Mapped[ServiceRestriction | None] = mapped_column(default=None)
    # Who approved it, where the ladder wants that.
    approver_id: Mapped[UUID | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class DunningLetter(TenantModel, kw_only=True, eq=False):
    """A letter to a customer about steps of one or more invoices: one to be posted, or one that is joint (AR-3).

    Steps join it until it is written. What is paid or held before it has left is taken out of it.
    """

    __tablename__ = "dunning_letters"
    __table_args__ = (
        references("customer_id", "customers"),
        references("posted_by_id", "members"),
        Index("ix_dunning_letters_customer", "tenant_id", "customer_id", "id"),
        Index("ix_dunning_letters_posted_by", "tenant_id", "posted_by_id"),
    )

    customer_id: Mapped[UUID]
    channel: Mapped[Channel]
    opened_at: Mapped[datetime]
    # When it is to be written; steps that are taken until then join it.
    writes_at: Mapped[datetime]
    written_at: Mapped[datetime | None] = mapped_column(default=None)
    subject: Mapped[str | None] = mapped_column(default=None)
    text: Mapped[str | None] = mapped_column(default=None)
    # What is set as its PDF, written out in the customer's language.
    paper: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    # Its key in the ledger of effects, one for ever; none where it is posted.
    effect_key: Mapped[str | None] = mapped_column(default=None)
    posted_at: Mapped[datetime | None] = mapped_column(default=None)
    posted_by_id: Mapped[UUID | None] = mapped_column(default=None)
    # When nothing was left for it to be about, before it had left.
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class DunningCall(TenantModel, kw_only=True, eq=False):
    """What came of a telephone call because of an overdue invoice (AR-3, AR-4). Never changed."""

    __tablename__ = "dunning_calls"
    __table_args__ = (
        references("step_id", "dunning_steps"),
        references("called_by_id", "members"),
        references("hold_id", "holds"),
        Index("ix_dunning_calls_step", "tenant_id", "step_id"),
        Index("ix_dunning_calls_called_by", "tenant_id", "called_by_id"),
        Index("ix_dunning_calls_hold", "tenant_id", "hold_id"),
    )

    step_id: Mapped[UUID]
    outcome: Mapped[CallOutcome]
    note: Mapped[str]
    called_at: Mapped[datetime]
    called_by_id: Mapped[UUID | None]
    # The hold that a promise or a dispute has placed.
    hold_id: Mapped[UUID | None]
