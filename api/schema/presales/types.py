"""Quotations as clients see them: versions, lines, amounts, and what can be done with one."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Text, cast, func

from api.reading.filters import DayFilter, IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.catalogue.types import ServiceLine
from api.schema.customers.types import Contact, Customer
from api.schema.money import Money, money
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.presales.moves import AllowedQuotationMove, allowed_moves
from api.schema.presales.solutions import Solution
from domain.kernel.amounts import TaxRounding as TaxRounding
from domain.kernel.lines import MOST_LINES
from domain.kernel.lines import LineKind as LineKind
from domain.kernel.subjects import SubjectKind
from domain.presales import models
from domain.presales.queries import quotations as queries
from domain.presales.rules.quotations import QuotationState

strawberry.enum(QuotationState, description="How far a version of a quotation is.")
strawberry.enum(LineKind, name="OfferLineKind", description="What a line of a quotation or a contract is for.")
strawberry.enum(
    TaxRounding,
    description="Where the tax of a quotation or an invoice is rounded to the currency's smallest unit.",
)


def decimal_text(value: Any) -> Any:
    """A decimal as text, without zeros that say nothing."""
    return cast(func.trim_scale(value), Text())


@shows(models.QuotationLine, visible=queries.visible_lines)
class QuotationLine(Node):
    """One line of a quotation."""

    position: int = column("Its place, from 1.")
    kind: LineKind = column("What it is for.")
    description: str = column("What is offered.")
    unit: str = column("What one of it is, such as “person-day”; empty for a lump sum.")
    quantity: str = computed("How much of it, as decimal text.", lambda row: decimal_text(row.quantity))
    unit_price: Money = money("What one costs, before discount and tax.", lambda row: row.unit_price_minor)
    discount_percent: str = computed(
        "How much is taken off, in per cent as decimal text.", lambda row: decimal_text(row.discount_percent)
    )
    tax_percent: str = computed("The tax rate in per cent, as decimal text.", lambda row: decimal_text(row.tax_percent))
    gross: Money = money("Quantity times unit price.", lambda row: row.gross_minor)
    discount: Money = money("What is taken off that.", lambda row: row.discount_minor)
    net: Money = money("What is left, before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on it.", lambda row: row.tax_minor)


@shows(models.Quotation, visible=queries.visible)
class Quotation(Node):
    """One version of what a customer is offered. Of all versions with a number one at most is not SUPERSEDED."""

    number: str = column("Its number, such as QUO-000042, the same for all its versions.")
    version: int = column("Which version it is, from 1.")
    state: QuotationState = column("How far it is.")
    customer: Customer | None = one("Whom it is for.", "customer_id")
    contact: Contact | None = one("The customer's person who gets the link.", "contact_id")
    service_line: ServiceLine | None = one("What kind of service it is about; clauses may differ.", "service_line_id")
    prepared_by: Member | None = one("Who has written this version; null for a program.", "prepared_by_id")
    title: str = column("What it is about.")
    terms: str = column("What else holds: delivery, conditions, what is not included.")
    solution: Solution | None = one("The solution that it offers; null where it names none.", "solution_id")
    needs_solution: bool = column(
        "Whether it is sent only once the customer has confirmed its solution, by the clause; false for a draft."
    )
    currency: str = column("The currency it is in, by its code of ISO 4217.")
    lines: list[QuotationLine] = many(
        "What is offered.", "quotation_id", order=lambda there: (there.position,), most=MOST_LINES
    )
    gross: Money = money("What its lines come to before discounts and tax.", lambda row: row.gross_minor)
    discount: Money = money("What is taken off.", lambda row: row.discount_minor)
    discount_percent: str = computed(
        "The discount on the whole in per cent, as decimal text: what the clause's limit is held against.",
        lambda row: decimal_text(row.discount_percent),
    )
    net: Money = money("What is left, before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax.", lambda row: row.tax_minor)
    tax_rounding: TaxRounding = column("How the tax was rounded, by the payment terms of the handbook.")
    total: Money = money("What the customer would pay.", lambda row: row.total_minor)
    drafted_at: datetime = column("When this version was begun.")
    valid_days: int | None = column("For how many calendar days it holds once it is sent; null for a draft.")
    sent_at: datetime | None = column("When it was sent.")
    valid_until_on: date | None = column("The last day on which it can be accepted; null before it is sent.")
    expired: bool = computed("Whether it holds no more.", queries.expired)
    answered_at: datetime | None = column("When the customer answered.")
    answered_by: str = column("Who answered for the customer; empty before.")
    comment: str = column("What was said with the answer.")
    previous: "Quotation | None" = one("The version before, if you may see it.", "previous_id")
    versions: "list[Quotation]" = many(
        "All versions with its number, the first one first.",
        lambda here, there: there.number == here.number,
        order=lambda there: (there.version,),
    )
    approval: Approval | None = one("The approval of its discount; null where none was needed.", "approval_id")
    clause: Clause | None = one("The discount limit it was judged by; null where there is none.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that clause stands in.", "handbook_version_id")
    decisions = decisions(SubjectKind.QUOTATION)
    allowed_moves: list[AllowedQuotationMove] = allowed_moves()


@strawberry.enum(description="How quotations are ordered.")
class QuotationOrder(Enum):
    """Orders of quotations."""

    NEWEST = "newest"
    OLDEST = "oldest"


QUOTATION_ORDERS = {
    QuotationOrder.NEWEST: Order(lambda row: row.id, descending=True),
    QuotationOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which quotations to give.")
class QuotationFilter:
    """Conditions on quotations."""

    number: TextFilter | None = filtered("By number.")
    state: WordFilter[QuotationState] | None = filtered("By how far they are.")
    customer_id: IdFilter | None = filtered("By customer.")
    prepared_by_id: IdFilter | None = filtered("By who has written them.")
    currency: TextFilter | None = filtered("By currency.")
    sent_at: InstantFilter | None = filtered("By when they were sent.")
    valid_until_on: DayFilter | None = filtered("By the last day on which they can be accepted.")
    expired: bool | None = filtered("Those that hold no more, or the others.", queries.expired)
    and_: "list[QuotationFilter] | None" = combining("All of these hold.", "and")
    or_: "list[QuotationFilter] | None" = combining("One of these holds.", "or")
    not_: "QuotationFilter | None" = combining("This does not hold.", "not")
