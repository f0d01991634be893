"""Invoices as clients see them, with what was paid, what holds them up, and how they are dunned."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import Date, Text, cast, func, literal_column

from api.reading.filters import (
    DayFilter,
    IdFilter,
    InstantFilter,
    NumberFilter,
    TextFilter,
    WordFilter,
    combining,
    filtered,
)
from api.reading.mapping import (
    Node,
    Order,
    column,
    computed,
    localized,
    made_of,
    many,
    one,
    page,
    shows,
)
from api.schema.access.types import Member
from api.schema.billing.moves import InvoiceMove, allowed_moves
from api.schema.billing.next_dunning import NextDunning, PlannedDunningStep
from api.schema.customers.types import Customer
from api.schema.money import Money, money
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.presales import types as presales  # noqa: F401  # declares OfferLineKind, which is used below
from api.schema.tenancy import types as tenancy  # noqa: F401  # declares EffectState, which is used below
from domain.billing import models, queries
from domain.billing.rules.invoices import State
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import MOST_LINES, LineKind
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.dunning import MOST_STEPS, Channel, ServiceRestriction
from domain.policies.rules.dunning import HoldKind as HoldKind
from tenancy.effects import EffectState

if TYPE_CHECKING:
    from api.schema.billing.letters import DunningCall, DunningLetter
    from api.schema.contracts.instalments import ContractInstalment
    from api.schema.contracts.types import Contract

strawberry.enum(State, name="InvoiceState", description="Where an invoice stands; overdue is no state.")
strawberry.enum(HoldKind, description="Why an invoice is not dunned for a while.")


@shows(models.InvoiceLine, visible=queries.visible_parts)
class InvoiceLine(Node):
    """One line of an invoice."""

    position: int = column("Its place on the invoice, from 1.")
    kind: LineKind = column("What it is for.")
    description: str = column("What is billed.")
    unit: str = column("What one of it is, such as “person-day”; empty for a lump sum.")
    quantity: str = computed(
        "How much of it, as decimal text.", lambda row: cast(func.trim_scale(row.quantity), Text())
    )
    unit_price: Money = money("What one costs, before discount and tax.", lambda row: row.unit_price_minor)
    discount_percent: str = computed(
        "How much is taken off, in per cent as decimal text.",
        lambda row: cast(func.trim_scale(row.discount_percent), Text()),
    )
    tax_percent: str = computed(
        "The tax rate in per cent, as decimal text.", lambda row: cast(func.trim_scale(row.tax_percent), Text())
    )
    gross: Money = money("Quantity times unit price.", lambda row: row.gross_minor)
    discount: Money = money("What is taken off that.", lambda row: row.discount_minor)
    net: Money = money("What is left, before tax.", lambda row: row.net_minor)
    tax: Money = money(
        "Its share of the tax: those of all lines come to the invoice's tax exactly.", lambda row: row.tax_minor
    )


@shows(models.InvoiceTax, visible=queries.visible_parts)
class InvoiceTax(Node):
    """What the lines of one tax rate come to."""

    tax_percent: str = computed(
        "The tax rate in per cent, as decimal text.", lambda row: cast(func.trim_scale(row.tax_percent), Text())
    )
    net: Money = money("What its lines come to before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on them.", lambda row: row.tax_minor)


@shows(models.CreditNoteTax, visible=queries.visible_note_parts)
class CreditNoteTax(Node):
    """What a credit note takes off the lines of one tax rate."""

    tax_percent: str = computed(
        "The tax rate in per cent, as decimal text.", lambda row: cast(func.trim_scale(row.tax_percent), Text())
    )
    net: Money = money("What it takes back before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax it takes back.", lambda row: row.tax_minor)


@shows(models.CreditNote, visible=queries.visible_of_customer)
class CreditNote(Node):
    """What takes an issued invoice back, or a part of it: a document of its own."""

    number: int = column("Its number, without gaps in a series of its own.")
    issued_on: date = column("The day it was issued.")
    issued_at: datetime = column("When it was issued.")
    net: Money = money("What it takes back before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax it takes back.", lambda row: row.tax_minor)
    total: Money = money("What it takes back in all.", lambda row: row.total_minor)
    taxes: list[CreditNoteTax] = many(
        "What it takes off the lines of each tax rate, the highest rate first.",
        "credit_note_id",
        order=lambda there: (there.tax_percent.desc(),),
        most=MOST_LINES,
    )
    reason: str = column("Why, in somebody's words; empty where an invoice was cancelled.")
    invoice: "Invoice | None" = one("The invoice that it takes back, or a part of it.", "invoice_id")
    customer: Customer | None = one("Who does not owe it any more.", "customer_id")


@shows(models.Allocation, visible=queries.visible_parts)
class Allocation(Node):
    """What of a payment counts for an invoice."""

    amount: Money = money("What counts for the invoice itself.", lambda row: row.amount_minor)
    charges: Money = money("What counts for the fees and the interest beside it.", lambda row: row.charges_minor)
    effective_on: date = column("From which day it counts: that on which the money came in, or of the issue if later.")
    booked_on: date = column("The day on which it stands in the books.")
    allocated_at: datetime = column("When it was allocated.")
    reversed_on: date | None = column("Since when it counts no longer, if it was taken back.")
    invoice: "Invoice | None" = one("What it counts for.", "invoice_id")
    payment: "Payment | None" = one("The payment it is a part of.", "payment_id")


@shows(models.Refund, visible=queries.visible_of_customer)
class Refund(Node):
    """Credit that was paid back to its customer."""

    amount: Money = money("How much.", lambda row: row.amount_minor)
    paid_on: date = column("The day on which it was paid.")
    reference: str = column("By what it is known again, such as the bank's number.")
    recorded_at: datetime = column("When it was recorded.")
    payment: "Payment | None" = one("The payment it was left of.", "payment_id")
    customer: Customer | None = one("Who got it.", "customer_id")


@shows(models.Payment, visible=queries.visible_of_customer)
class Payment(Node):
    """Money that has come in from a customer."""

    amount: Money = money("How much.", lambda row: row.amount_minor)
    unallocated: Money = money(
        "What of it is the customer's credit: neither allocated to an invoice nor paid back.",
        lambda row: row.unallocated_minor,
    )
    received_on: date = column("The day on which it came in.")
    booked_on: date = column("The day on which it stands in the books.")
    reference: str = column("By what it is known again, such as the bank's number.")
    recorded_at: datetime = column("When it was recorded.")
    reversed_on: date | None = column("When it was taken back because it had been recorded wrongly.")
    reversal_reason: str | None = column("Why it was taken back.")
    customer: Customer | None = one("Who paid it.", "customer_id")
    invoice: "Invoice | None" = one(
        "The one invoice that it was recorded for; none where shares of it were allocated.", "invoice_id"
    )
    allocations: list[Allocation] = many(
        "What of it counts, or counted, for which invoice, oldest first.", "payment_id"
    )
    refunds: list[Refund] = many("What of it was paid back, oldest first.", "payment_id")
    exchanges: "list[Payment]" = many("What of it is credit in other currencies, oldest first.", "exchanged_from_id")
    exchanged_from: "Payment | None" = one(
        "The payment whose credit it was, where it was exchanged into this currency.", "exchanged_from_id"
    )
    exchange_rate: str | None = column("What one unit of that one's currency was worth in this one that day.")
    exchange_difference: Money = money(
        "By how much that was worth more than it counts for, a gain; below zero a loss.",
        lambda row: row.exchange_difference_minor,
    )
    decisions = decisions(SubjectKind.PAYMENT)


@strawberry.enum(description="How payments are ordered.")
class PaymentOrder(Enum):
    """Orders of payments."""

    OLDEST = "oldest"
    NEWEST = "newest"


PAYMENT_ORDERS = {
    PaymentOrder.OLDEST: Order(lambda row: row.id),
    PaymentOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which payments to give.")
class PaymentFilter:
    """Conditions on payments."""

    customer_id: IdFilter | None = filtered("By who paid them.")
    reference: TextFilter | None = filtered("By what they are known again.")
    currency: TextFilter | None = filtered("By currency.")
    received_on: DayFilter | None = filtered("By the day on which they came in.")
    has_credit: bool | None = filtered(
        "Those of which something is left to be allocated, or the others.", lambda row: row.unallocated_minor > 0
    )
    reversed: bool | None = filtered(
        "Those that were taken back, or the others.", lambda row: row.reversed_on.is_not(None)
    )
    and_: "list[PaymentFilter] | None" = combining("All of these hold.", "and")
    or_: "list[PaymentFilter] | None" = combining("One of these holds.", "or")
    not_: "PaymentFilter | None" = combining("This does not hold.", "not")


@shows(models.Hold, visible=queries.visible_of_customer)
class Hold(Node):
    """A reason not to dun an invoice, or any of a customer's, for a while."""

    kind: HoldKind = column("Why.")
    reason: str = column("Why, in somebody's words.")
    from_on: date = column("The first day it holds.")
    until_on: date | None = column("The last day it holds; none while nobody knows.")
    released_on: date | None = column("From which day it was lifted, if it was.")
    placed_at: datetime = column("When it was placed.")
    active: bool = computed("Whether it holds today.", queries.covers_today)
    invoice: "Invoice | None" = one("The invoice it holds; none where it holds all of the customer's.", "invoice_id")
    customer: Customer | None = one("Whose invoices it holds.", "customer_id")


@shows(models.DunningStep, visible=queries.visible_parts)
class DunningStep(Node):
    """A step of the ladder that was taken."""

    number: int = column("Its number on the ladder.")
    name: str = localized("What the handbook calls it, in your language.", "name")
    channel: Channel = column("How it reached the customer, or who took over.")
    planned_at: datetime = column("When it was to be taken.")
    taken_at: datetime = column("When it was taken.")
    days_overdue: int = column("How many days the invoice was late.")
    outstanding: Money = money("What was outstanding of the invoice itself.", lambda row: row.outstanding_minor)
    fee: Money = money("The fee that this step asked for.", lambda row: row.fee_minor)
    interest: Money = money("All interest since the due date that was asked for.", lambda row: row.interest_minor)
    letter_subject: str | None = computed(
        "The subject of its letter, where it is one and written.", lambda row: queries.letter_of(row, "subject")
    )
    letter_text: str | None = computed(
        "The text of its letter, as it was written to the customer.", lambda row: queries.letter_of(row, "text")
    )
    letter: Annotated["DunningLetter", strawberry.lazy("api.schema.billing.letters")] | None = one(
        "Its letter, where that is joint with other invoices or goes by post.", "letter_id"
    )
    calls: list[Annotated["DunningCall", strawberry.lazy("api.schema.billing.letters")]] = many(
        "What came of the calls that it asked for, oldest first.", "step_id", most=20
    )
    awaits_call: bool = computed("Whether its call is still to be made.", queries.awaits_call)
    letter_state: EffectState | None = computed(
        "How far its mail has come; none where there is no mail.", queries.letter_state
    )
    letter_sent_at: datetime | None = computed("When its mail left.", queries.letter_sent_at)
    withdrawn_at: datetime | None = column("When it was stopped before its letter had left: it does not count.")
    restricts: ServiceRestriction | None = column("What becomes of the customer's new requests from it on.")
    approved_by: Member | None = one("Who approved it, where the ladder wants that.", "approver_id")
    clause: Clause | None = one("The clause it followed.", "clause_id")
    invoice: "Invoice | None" = one("The invoice it is about.", "invoice_id")
    decisions = decisions(SubjectKind.DUNNING)


@shows(models.Invoice, visible=queries.visible)
class Invoice(Node):
    """What a customer is asked to pay."""

    number: int | None = column("Its number, without gaps in the order of issue; none while it is a draft.")
    state: State = column("Where it stands.")
    customer: Customer | None = one("Who owes it.", "customer_id")
    contract: Annotated["Contract", strawberry.lazy("api.schema.contracts.types")] | None = one(
        "The contract whose schedule asks for it, if you may see it; null where it was written freely.", "contract_id"
    )
    instalment: Annotated["ContractInstalment", strawberry.lazy("api.schema.contracts.instalments")] | None = one(
        "Which part of that contract's fees it is.", "instalment_id"
    )
    currency: str = column("The currency it is in, by its code of ISO 4217.")
    net: Money = money("What its lines come to before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on them.", lambda row: row.tax_minor)
    total: Money = money("What it amounts to.", lambda row: row.total_minor)
    paid: Money = money(
        "All that has come in, what was paid on fees and interest included.", lambda row: row.paid_minor
    )
    outstanding: Money = money(
        "What is owed of the invoice itself, without what was credited: nothing before the issue, and once it is paid"
        " or cancelled.",
        queries.outstanding_minor,
    )
    charges: Money = money(
        "The fees and the interest that letters have asked for, paid or not. They are owed beside the invoice itself,"
        " and are no part of total and outstanding.",
        queries.charges_minor,
    )
    charges_outstanding: Money = money(
        "What is still owed of the charges, also once the invoice itself is paid: what comes in counts for the invoice"
        " first. Nobody is dunned for them alone. Nothing once it is cancelled.",
        queries.charges_outstanding_minor,
    )
    drafted_at: datetime = column("When it was written.")
    issued_on: date | None = column("The day it was issued.")
    due_on: date | None = column("The last day on which payment is in time.")
    overdue: bool = computed("Whether it is late today.", queries.is_overdue)
    days_overdue: int = computed("How many days it is late today.", queries.days_overdue)
    handbook_version: HandbookVersion | None = one(
        "The handbook that was in force at the issue, and holds for it but where a later one says that it applies to "
        "open cases: the decisions of the invoice say by which ladder it is dunned.",
        "handbook_version_id",
    )
    lines: list[InvoiceLine] = many(
        "What is billed.", "invoice_id", order=lambda there: (there.position,), most=MOST_LINES
    )
    tax_rounding: TaxRounding = column(
        "How the tax was rounded, by the payment terms of the handbook; by a contract's schedule it is what that says,"
        " rate by rate."
    )
    taxes: list[InvoiceTax] = many(
        "What the lines of each tax rate come to, the highest rate first; together they are net and tax.",
        "invoice_id",
        order=lambda there: (there.tax_percent.desc(),),
        most=MOST_LINES,
    )
    payments = page(
        "The payments of which a part counts for it; its allocations tell which part.",
        Payment,
        on=lambda here, there: queries.counts_for(there, here),
        orders=PAYMENT_ORDERS,
    )
    allocations: list[Allocation] = many("What counts, or counted, for it, oldest first.", "invoice_id", most=100)
    credited: Money = money("What credit notes have taken back of it.", lambda row: row.credited_minor)
    credit_notes: list[CreditNote] = many("What takes it back, or parts of it, oldest first.", "invoice_id")
    holds: list[Hold] = many(
        "Every hold on it, its own and its customer's, oldest first.",
        lambda here, there: queries.is_about(there, here),
        most=20,
    )
    next_dunning: NextDunning = made_of("Whether the next step of the ladder may be taken now; if not, why and when.")
    planned_dunning: list[PlannedDunningStep] = many(
        "The steps that are still to come.", "invoice_id", order=lambda there: (there.number,), most=MOST_STEPS
    )
    dunning_steps: list[DunningStep] = many("The steps that were taken, oldest first.", "invoice_id", most=30)
    decisions = decisions(SubjectKind.INVOICE)
    allowed_moves: list[InvoiceMove] = allowed_moves()


@strawberry.enum(description="How invoices are ordered.")
class InvoiceOrder(Enum):
    """Orders of invoices."""

    NEWEST = "newest"
    DUE = "due"


# Drafts have no due date and come last. Not the last of Python's days: the driver takes that for infinity, and a cursor
# to a draft would lead behind all of them.
_NEVER = literal_column("date '9999-12-30'", Date())
INVOICE_ORDERS = {
    InvoiceOrder.NEWEST: Order(lambda row: row.id, descending=True),
    InvoiceOrder.DUE: Order(lambda row: func.coalesce(row.due_on, _NEVER)),
}


@strawberry.input(description="Which invoices to give.")
class InvoiceFilter:
    """Conditions on invoices."""

    number: NumberFilter | None = filtered("By number.")
    state: WordFilter[State] | None = filtered("By where they stand.")
    customer_id: IdFilter | None = filtered("By who owes them.")
    contract_id: IdFilter | None = filtered("By the contract whose schedule asks for them.")
    currency: TextFilter | None = filtered("By currency.")
    issued_on: DayFilter | None = filtered("By the day of issue.")
    due_on: DayFilter | None = filtered("By the due date.")
    overdue: bool | None = filtered("Those that are late today, or the others.", queries.is_overdue)
    next_dunning_at: InstantFilter | None = filtered("By when their next step is to be taken.", queries.next_at)
    and_: "list[InvoiceFilter] | None" = combining("All of these hold.", "and")
    or_: "list[InvoiceFilter] | None" = combining("One of these holds.", "or")
    not_: "InvoiceFilter | None" = combining("This does not hold.", "not")
