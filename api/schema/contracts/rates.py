"""What contracts charge by what is counted, as clients see it: rates, usage, and reporting it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.reading.filters import DayFilter, IdFilter, TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, shows
from api.schema.access.types import Member
from api.schema.inputs import given, optional
from api.schema.money import Money, MoneyInput, money
from api.schema.presales.types import LineKind, decimal_text
from api.schema.terms import Activity
from domain.contracts import commands, models, queries
from domain.contracts.commands.metering import Reported
from domain.contracts.rules.rates import Rate, RateBasis, rate
from tenancy.work import Work

if TYPE_CHECKING:
    from api.schema.contracts.types import Contract

strawberry.enum(RateBasis, name="ContractRateBasis", description="What a rate of a contract counts.")


@shows(models.ContractRate, visible=queries.visible_parts)
class ContractRate(Node):
    """What one unit of usage, or an hour of working time, costs by a contract, on top of its fixed fees."""

    position: int = column("Its place among the contract's rates, from 1.")
    code: str = column("By which `recordUsage` names it.")
    name: str = column("What is charged, as invoices say it.")
    basis: RateBasis = column("What is counted.")
    activities: list[str] = column(
        "For TIME: which kinds of work it is for, in lower case; empty for all that no other rate of the contract has."
    )
    kind: LineKind = column("What the lines of invoices are for.")
    unit: str = column("What one unit is; `h` for working time.")
    unit_price: Money = money("The price of one unit before tax.", lambda row: row.unit_price_minor)
    tax_percent: str = computed("The tax rate in per cent, as decimal text.", lambda row: decimal_text(row.tax_percent))
    expected_quantity: str = computed(
        "How much is expected over the term, as decimal text; approvals by amount count it.",
        lambda row: decimal_text(row.expected_quantity),
    )


@shows(models.UsageRecord, visible=queries.visible_parts)
class UsageRecord(Node):
    """What was used by a contract, as it was reported. It never changes: what was too much is taken back by another
    record, of less than nothing."""

    contract: Annotated["Contract", strawberry.lazy("api.schema.contracts.types")] | None = one(
        "By which contract.", "contract_id"
    )
    rate: ContractRate | None = one("By which rate it is billed.", "rate_id")
    source_reference: str = column("By what the program that counts knows it; once in a contract.")
    used_on: date = column("The day on which it was used, in the company's zone.")
    quantity: str = computed(
        "How much, in the unit of the rate, as decimal text; below zero it takes back.",
        lambda row: decimal_text(row.quantity),
    )
    note: str = column("What there is to say about it; empty for nothing.")
    recorded_at: datetime = column("When it was reported.")
    recorded_by: Member | None = one("Who has reported it; null for a program.", "recorded_by_id")


@strawberry.enum(description="How reports of usage are ordered.")
class UsageRecordOrder(Enum):
    """Orders of usage."""

    LATEST = "latest"
    NEWEST = "newest"


USAGE_RECORD_ORDERS = {
    UsageRecordOrder.LATEST: Order(lambda row: row.used_on, descending=True),
    UsageRecordOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which reports of usage to give.")
class UsageRecordFilter:
    """Conditions on usage."""

    contract_id: IdFilter | None = filtered("By contract.")
    rate_id: IdFilter | None = filtered("By rate.")
    source_reference: TextFilter | None = filtered("By what the program that counts knows them by.")
    used_on: DayFilter | None = filtered("By the day of the usage.")
    and_: "list[UsageRecordFilter] | None" = combining("All of these hold.", "and")
    or_: "list[UsageRecordFilter] | None" = combining("One of these holds.", "or")
    not_: "UsageRecordFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="What one unit of usage, or an hour of working time, costs.")
class ContractRateInput:
    """What one unit of usage, or an hour of working time, costs."""

    code: str = given("By which usage names it: 1 to 40 of a–z, 0–9, `_`, `.`, `-`; once in a contract.")
    name: str = given("What is charged, as invoices say it; at most 200 characters.")
    basis: RateBasis = given("What is counted.")
    unit_price: MoneyInput = given("The price of one unit before tax, in the contract's currency.")
    tax_percent: str = optional("The tax rate in per cent, as decimal text.", default="0")
    expected_quantity: str = given(
        "How much is expected over the term, as decimal text; of a contract without an end over its first year."
        " Approvals by amount count it."
    )
    unit: str = optional("What one unit is, such as `GB`; for USAGE alone, which needs it.", default="")
    kind: LineKind = optional("What the lines of invoices are for.", default=LineKind.OTHER)
    activities: list[Activity] | None = optional(
        "For TIME: which kinds of work it is for; unless told, all that no other rate of the contract names."
    )


def read_rates(given_: Sequence[ContractRateInput] | None) -> list[Rate]:
    """The rates as the commands take them."""
    found = []
    for place, each in enumerate(given_ or ()):
        path = ("rates", str(place))
        each.unit_price.value(*path, "unitPrice")
        found.append(
            rate(
                each.unit_price.currency,
                each.code,
                each.name,
                each.basis,
                unit_price=each.unit_price.amount,
                tax_percent=each.tax_percent,
                unit=each.unit,
                expected=each.expected_quantity,
                kind=each.kind,
                activities=each.activities or (),
                path=path,
            )
        )
    return found


@strawberry.input(description="Something that was used.")
class UsageInput:
    """Something that was used."""

    source_reference: str = given(
        "By what you know it, such as its id with you; at most 200 characters. Sent again, it is kept once."
    )
    rate_code: str = given("The rate it is billed by: the `code` of one of the contract's rates for USAGE.")
    used_on: date = given("The day on which it was used, within the contract's term and today at the latest.")
    quantity: str = given(
        "How much, in the unit of the rate, as decimal text with up to three decimals; below zero it takes back what"
        " was reported too much."
    )
    note: str = optional("What there is to say about it; at most 500 characters.", default="")


@strawberry.input(description="What was used by a contract.")
class RecordUsageInput:
    """What was used by a contract."""

    contract_id: UUID = given("A signed contract with rates, which you can see.")
    records: list[UsageInput] = given("What was used: 1 to 200 records, of which all are kept or none.")


async def record_usage(work: Work, input: RecordUsageInput) -> list[UUID]:
    """Report usage that a contract charges for; for programs that count, with `contracts.meter`. Sending the same again
    does no harm: a `sourceReference` that is there already is kept once, and refused with SAID_OTHERWISE where rate,
    day or quantity differ. What comes after the invoice of its period goes on the next one; what comes later than the
    clause `payment_terms` lets it is refused with PERIOD_CLOSED, naming the clause."""
    reports = [
        Reported(each.source_reference, each.rate_code, each.used_on, each.quantity, each.note)
        for each in input.records
    ]
    kept = await commands.record_usage(work, contract_id=input.contract_id, reports=reports)
    return [row.id for row in kept]
