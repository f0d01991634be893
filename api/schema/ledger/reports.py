"""Reports of the books: a customer's account, what is overdue, and what is to come in."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.schema.ledger import types as ledger  # noqa: F401  # declares LedgerEntryKind, which is used below
from api.schema.ledger.balances import shown
from api.schema.money import Money
from domain.billing.commands.invoices import today_of
from domain.ledger import queries
from domain.ledger.queries.reports import week_of
from domain.ledger.rules import EntryKind
from tenancy.work import Work

USUAL_BOUNDS = (30, 60, 90)


@part
class StatementLine:
    """Something that changed what a customer owes."""

    booked_on: date = strawberry.field(description="The day in the books.")
    kind: EntryKind = strawberry.field(
        description="What was booked. An ALLOCATION changes what is owed only by the fees and interest it pays."
    )
    invoice_number: int | None = strawberry.field(description="The invoice it is about, where it is about one.")
    payment_reference: str | None = strawberry.field(description="The payment it is about, where it is about one.")
    amount: Money = strawberry.field(description="What is owed more, or less where it is below zero.")
    balance: Money = strawberry.field(description="What is owed after it; below zero is the customer's credit.")


@part
class AccountStatement:
    """A customer's account in one currency."""

    currency: str = strawberry.field(description="The currency, by its code of ISO 4217.")
    opening: Money = strawberry.field(description="What was owed before the period; below zero is credit.")
    closing: Money = strawberry.field(description="What is owed at its end.")
    lines: list[StatementLine] = strawberry.field(description="What came between, in the order of the books.")


async def account_statements(
    info: strawberry.Info,
    customer_id: Annotated[UUID, strawberry.argument(description="The customer.")],
    since_on: Annotated[date, strawberry.argument(description="The first day of the period.")],
    until_on: Annotated[date, strawberry.argument(description="The last day of the period, at most a year later.")],
) -> list[AccountStatement]:
    """A customer's account in a period, in each currency that it was kept in."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.statements(work, customer_id=customer_id, since_on=since_on, until_on=until_on)
    return [
        AccountStatement(
            currency=each.currency,
            opening=shown(each.opening_minor, each.currency),
            closing=shown(each.closing_minor, each.currency),
            lines=[
                StatementLine(
                    booked_on=line.booked_on,
                    kind=line.kind,
                    invoice_number=line.invoice_number,
                    payment_reference=line.payment_reference,
                    amount=shown(line.minor, each.currency),
                    balance=shown(line.balance_minor, each.currency),
                )
                for line in each.lines
            ],
        )
        for each in found
    ]


@part
class AgeingBucket:
    """What is late by so many days."""

    from_days: int | None = strawberry.field(description="Late by at least so many days; none where it is not due yet.")
    until_days: int | None = strawberry.field(description="Late by at most so many days; none where there is no bound.")
    amount: Money = strawberry.field(description="How much.")


@part
class Ageing:
    """What is owed in one currency, by how late it is."""

    customer_id: UUID | None = strawberry.field(description="By whom; none where it is what all owe together.")
    customer_name: str | None = strawberry.field(description="What they are called.")
    currency: str = strawberry.field(description="The currency, by its code of ISO 4217.")
    total: Money = strawberry.field(description="All that is owed.")
    buckets: list[AgeingBucket] = strawberry.field(
        description="What is not due yet, then what is late, the latest last."
    )


async def ageing(
    info: strawberry.Info,
    on: Annotated[date | None, strawberry.argument(description="At the end of which day; today unless told.")] = None,
    bounds: Annotated[
        list[int] | None,
        strawberry.argument(description="Up to how many days late each bucket goes: 30, 60 and 90 unless told."),
    ] = None,
    customer_id: Annotated[UUID | None, strawberry.argument(description="Of this customer alone.")] = None,
    first: Annotated[
        int, strawberry.argument(description="How many of those who owe most to give, up to 200, with the totals.")
    ] = 100,
) -> list[Ageing]:
    """What was owed at the end of a day by the books, by how late it was: the totals of all, then who owes most."""
    work: Work = info.context.work
    edges: Sequence[int] = USUAL_BOUNDS if bounds is None else bounds
    async with info.context.lock:
        found = await queries.ageing(work, on=on, bounds=edges, customer_id=customer_id, most=max(1, min(first, 200)))
    starts: list[int | None] = [None, 1, *(edge + 1 for edge in edges)]
    ends: list[int | None] = [0, *edges, None]
    return [
        Ageing(
            customer_id=each.customer_id,
            customer_name=each.customer_name,
            currency=each.currency,
            total=shown(sum(each.minor), each.currency),
            buckets=[
                AgeingBucket(from_days=start, until_days=end, amount=shown(minor, each.currency))
                for start, end, minor in zip(starts, ends, each.minor, strict=True)
            ],
        )
        for each in found
    ]


@part
class ExpectedCash:
    """What is expected to come in, in one currency."""

    currency: str = strawberry.field(description="The currency, by its code of ISO 4217.")
    from_on: date | None = strawberry.field(description="The first day of the week; none for what is overdue.")
    until_on: date | None = strawberry.field(
        description="The last day of the week; none for what is overdue, and for all that comes after the last week."
    )
    amount: Money = strawberry.field(description="How much is outstanding of the invoices.")
    invoice_count: int = strawberry.field(description="Of how many invoices.")


async def cash_forecast(
    info: strawberry.Info,
    weeks: Annotated[int, strawberry.argument(description="How many weeks ahead, up to 53.")] = 13,
) -> list[ExpectedCash]:
    """What open invoices are expected to bring, by weeks from today: on the due date, or when it was promised."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.forecast(work, weeks=weeks)
    today = today_of(work)
    answer = []
    for each in found:
        from_on, until_on = week_of(today, each.week) if each.week is not None else (None, None)
        answer.append(
            ExpectedCash(
                currency=each.currency,
                from_on=from_on,
                until_on=None if each.week == weeks else until_on,
                amount=shown(each.minor, each.currency),
                invoice_count=each.invoices,
            )
        )
    return answer
