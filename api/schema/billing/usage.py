"""Bills over what is counted, as clients see them: the periods of contracts, and what the next invoice has."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.filters import DayFilter, IdFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, part, shows
from api.results import ClauseLink, clause_link, mutation
from api.schema.billing.types import Invoice
from api.schema.contracts.rates import (
    USAGE_RECORD_ORDERS,
    ContractRate,
    UsageRecord,
    UsageRecordFilter,
    record_usage,
)
from api.schema.contracts.types import Contract
from api.schema.inputs import given
from api.schema.ledger.balances import shown
from api.schema.money import Money
from api.schema.operations.time import TimeRecord
from api.schema.presales.types import decimal_text
from domain.billing import commands, models
from domain.billing.models import Invoice as InvoiceRow
from domain.billing.queries import usage as queries
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import line_taxes, sums
from tenancy.work import Work


@shows(models.SettledItem, visible=queries.visible_items)
class SettledItem(Node):
    """One report of usage, or one record of working time, as it went on an invoice."""

    rate: ContractRate | None = one("By which rate.", "rate_id")
    usage_record: UsageRecord | None = one("What was reported; null for working time.", "usage_record_id")
    time_record: TimeRecord | None = one(
        "The working time, if you may see it; null for usage. Where it was corrected after that invoice, the next one"
        " has it again, with the difference.",
        "time_record_id",
    )
    quantity: str = computed(
        "How much was recorded: in the unit of the rate, or minutes; decimal text.",
        lambda row: decimal_text(row.quantity),
    )
    billed: str = computed(
        "How much of that is billed: the same, or minutes rounded up by the clause `payment_terms`; decimal text.",
        lambda row: decimal_text(row.billed),
    )
    late: bool = column("Whether it is of an earlier day than the billing period.")


@strawberry.enum(description="How the items of a settlement are ordered.")
class SettledItemOrder(Enum):
    """Orders of items."""

    OLDEST = "oldest"


SETTLED_ITEM_ORDERS = {SettledItemOrder.OLDEST: Order(lambda row: row.id)}


@shows(models.UsageSettlement, visible=queries.visible_settlements)
class UsageSettlement(Node):
    """A billing period of a contract that was settled. What came in late is on a later one; one by hand may have the
    days of the one before again."""

    contract: Contract | None = one("Of which contract.", "contract_id")
    position: int = column("Its place among the contract's, from 1.")
    since_on: date = column("The first day of the period.")
    until_on: date = column("The last day of the period.")
    invoice: Invoice | None = one("Its invoice, if you may see it; null where nothing was to be billed.", "invoice_id")
    settled_at: datetime = column("When it was settled.")
    counts: bool = computed(
        "Whether it counts: once its invoice is cancelled, all that was on it is to be billed again.", queries.stands
    )
    items = page("What went on its invoice, one by one.", SettledItem, on="settlement_id", orders=SETTLED_ITEM_ORDERS)


@strawberry.enum(description="How settlements of usage are ordered.")
class UsageSettlementOrder(Enum):
    """Orders of settlements."""

    NEWEST = "newest"


USAGE_SETTLEMENT_ORDERS = {UsageSettlementOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which settlements of usage to give.")
class UsageSettlementFilter:
    """Conditions on settlements."""

    contract_id: IdFilter | None = filtered("By contract.")
    invoice_id: IdFilter | None = filtered("By invoice.")
    until_on: DayFilter | None = filtered("By the last day of the period.")
    and_: "list[UsageSettlementFilter] | None" = combining("All of these hold.", "and")
    or_: "list[UsageSettlementFilter] | None" = combining("One of these holds.", "or")
    not_: "UsageSettlementFilter | None" = combining("This does not hold.", "not")


@part
class PreviewedLine:
    """What the next invoice would bill by one rate."""

    rate_code: str = strawberry.field(description="The rate's code.")
    name: str = strawberry.field(description="What is charged.")
    quantity: str = strawberry.field(description="How much, in the unit of the rate, as decimal text.")
    late_quantity: str = strawberry.field(description="How much of that is of earlier days than the period.")
    unit: str = strawberry.field(description="What one unit is.")
    unit_price: Money = strawberry.field(description="The price of one unit before tax.")
    tax_percent: str = strawberry.field(description="The tax rate in per cent, as decimal text.")
    net: Money = strawberry.field(description="What it comes to before tax.")
    tax: Money = strawberry.field(description="The tax on it, as the invoice would state it.")


@part
class InvoicePreview:
    """What the next invoice over what is counted by a contract would have, by what is known now."""

    since_on: date = strawberry.field(description="The first day of the billing period.")
    until_on: date = strawberry.field(
        description="The last day of the billing period; the night after it drafts the invoice."
    )
    lines: list[PreviewedLine] = strawberry.field(
        description="What would be billed, rate by rate; what comes to nothing or less waits."
    )
    net: Money = strawberry.field(description="All of them before tax.")
    tax: Money = strawberry.field(description="The tax on them.")
    total: Money = strawberry.field(description="What would be to be paid.")
    clause: ClauseLink | None = strawberry.field(
        description="The payment terms by which it is rounded; null where the handbook is silent."
    )


async def invoice_preview(
    info: strawberry.Info,
    contract_id: Annotated[
        UUID, strawberry.argument(description="A contract with rates; before it is signed nothing is counted yet.")
    ],
) -> InvoicePreview | None:
    """What the next invoice over what is counted by a contract would have; for `billing.read`. Null where nothing is
    counted, where nothing more comes, and for a contract that you may not see."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.preview(work, contract_id)
        return await _shown(work, found) if found is not None else None


async def _shown(work: Work, found: queries.Preview) -> InvoicePreview:
    currency, codes = found.contract.currency, await queries.codes_of(work, found.contract)
    lines = [charge.line(charge.rate.name) for charge in found.charges]
    rounding = found.terms.value.tax_rounding if found.terms is not None else TaxRounding.PER_LINE
    totals = sums(lines, currency, rounding) if any(line.amount.net.minor for line in lines) else None
    taxes = line_taxes(lines, totals, rounding) if totals is not None else [line.amount.tax for line in lines]
    clause = found.terms.clause if found.terms is not None else None
    return InvoicePreview(
        since_on=found.period.since_on,
        until_on=found.period.until_on,
        lines=[
            PreviewedLine(
                rate_code=codes[charge.rate.id],
                name=charge.rate.name,
                quantity=f"{charge.quantity.normalize():f}",
                late_quantity=f"{charge.late.normalize():f}",
                unit=charge.rate.unit,
                unit_price=shown(charge.rate.unit_price.minor, currency),
                tax_percent=f"{charge.rate.tax_percent.normalize():f}",
                net=shown(line.amount.net.minor, currency),
                tax=shown(tax.minor, currency),
            )
            for charge, line, tax in zip(found.charges, lines, taxes, strict=True)
        ],
        net=shown(totals.net.minor if totals is not None else 0, currency),
        tax=shown(totals.tax.minor if totals is not None else 0, currency),
        total=shown(totals.total.minor if totals is not None else 0, currency),
        clause=clause_link(clause, work.actor.language) if clause is not None else None,
    )


@strawberry.type(description="What can be asked of bills over what is counted.")
class UsageQuery:
    """The part of the root that is about bills over what is counted."""

    usage_records = page(
        "What was reported that contracts charge for, of the contracts that you see.",
        UsageRecord,
        orders=USAGE_RECORD_ORDERS,
        filter=UsageRecordFilter,
    )
    usage_settlements = page(
        "The billing periods of contracts that were settled, of the contracts that you see; for `billing.read`.",
        UsageSettlement,
        orders=USAGE_SETTLEMENT_ORDERS,
        filter=UsageSettlementFilter,
    )
    invoice_preview: InvoicePreview | None = strawberry.field(
        resolver=invoice_preview,
        description="What the next invoice over what is counted by a contract would have; for `billing.read`. Null"
        " where nothing is counted, where nothing more comes, and for a contract that you may not see.",
    )


@strawberry.input(description="A contract whose usage is to be billed.")
class DraftUsageInvoiceInput:
    """A contract whose usage is to be billed."""

    contract_id: UUID = given("A signed contract with rates.")


async def draft_usage_invoice(work: Work, input: DraftUsageInvoiceInput) -> InvoiceRow:
    """Draft the invoice over usage and working time by hand. Otherwise the night after each billing period does so. By
    hand also what came in late after the last period, and what a cancelled invoice gave back. NOTHING_TO_BILL where no
    period is over and nothing came in since. `invoicePreview` tells beforehand what it would have."""
    return await commands.settle_usage(work, contract_id=input.contract_id)


@strawberry.type(description="What can be changed about bills over what is counted.")
class UsageMutation:
    """Usage, and the bills over it."""

    record_usage = mutation(
        record_usage,
        values={"record_ids": (list[UUID], "The records, in the order of the input, also those that were there.")},
    )
    draft_usage_invoice = mutation(draft_usage_invoice, invoice=Invoice)
