"""Reports of the books, each of which is one statement: a customer's account, what is overdue, what is to come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from domain.billing import queries as billing
from domain.billing.commands.invoices import today_of
from domain.billing.models import Hold, Invoice, Payment
from domain.customers.models import Customer
from domain.ledger import rules
from domain.ledger.models import LedgerEntry, LedgerPosting
from domain.ledger.queries.accounts import visible
from domain.ledger.rules import Account, EntryKind
from domain.policies.rules.dunning import HoldKind
from tenancy.models import one_of
from tenancy.work import Work

ALLOCATING = (EntryKind.ALLOCATION, EntryKind.ALLOCATION_REVERSAL)


@dataclass(frozen=True)
class StatementLine:
    """An entry that changes what a customer owes: more above zero, less below, in minor units."""

    entry_id: UUID
    booked_on: date
    kind: EntryKind
    invoice_number: int | None
    payment_reference: str | None
    minor: int
    balance_minor: int


@dataclass(frozen=True)
class Statement:
    """A customer's account in one currency: what they owed before a period and after it, and what came between."""

    currency: str
    opening_minor: int
    closing_minor: int
    lines: tuple[StatementLine, ...]


async def statements(work: Work, *, customer_id: UUID, since_on: date, until_on: date) -> list[Statement]:
    """A customer's account in a period of at most a year, in each currency that it has been kept in.

    What is owed of invoices counts, less what the customer has as credit. Refuses a longer period.
    """
    rules.check_period(since_on, until_on)
    counted = or_(LedgerPosting.account == Account.RECEIVABLES, LedgerPosting.account == Account.CUSTOMER_CREDIT)
    effect = cast(func.sum(LedgerPosting.amount_minor), BigInteger())
    changed = (
        select(LedgerEntry.id, LedgerEntry.currency, LedgerEntry.booked_on, effect.label("minor"))
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.customer_id == customer_id, LedgerEntry.booked_on <= until_on, counted)
        .where(visible(work.actor, LedgerEntry))
        .group_by(LedgerEntry.id, LedgerEntry.currency, LedgerEntry.booked_on, LedgerEntry.kind)
        # What an allocation moves from credit to an invoice changes nothing; what it takes for charges does.
        .having(or_(func.sum(LedgerPosting.amount_minor) != 0, not_(one_of(LedgerEntry.kind, ALLOCATING))))
        .cte("changed")
    )
    running = func.sum(changed.c.minor).over(
        partition_by=changed.c.currency, order_by=(changed.c.booked_on, changed.c.id)
    )
    balanced = select(changed, cast(running, BigInteger()).label("balance_minor")).cte("balanced")
    last_before = aliased(balanced)
    opening = (
        select(last_before.c.balance_minor)
        .where(last_before.c.currency == balanced.c.currency, last_before.c.booked_on < since_on)
        .order_by(last_before.c.booked_on.desc(), last_before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # One row at least for each currency: what was booked last before the period, else what is in it.
    first = func.row_number().over(
        partition_by=balanced.c.currency, order_by=(balanced.c.booked_on.desc(), balanced.c.id.desc())
    )
    shown = select(balanced, first.label("from_last"), func.coalesce(opening, 0).label("opening_minor")).cte("shown")
    found = (
        select(shown, LedgerEntry.kind, Invoice.number, Payment.reference)
        .join(LedgerEntry, LedgerEntry.id == shown.c.id)
        .outerjoin(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .outerjoin(Payment, Payment.id == LedgerEntry.payment_id)
        .where(or_(shown.c.booked_on >= since_on, shown.c.from_last == 1))
        .order_by(shown.c.currency, shown.c.booked_on, shown.c.id)
    )
    by_currency: dict[str, list[Any]] = {}
    for row in await work.rows(found):
        by_currency.setdefault(row["currency"], []).append(row)
    return [_statement(currency, rows, since_on) for currency, rows in by_currency.items()]


def _statement(currency: str, rows: Sequence[Any], since_on: date) -> Statement:
    lines = tuple(
        StatementLine(
            row["id"],
            row["booked_on"],
            EntryKind(row["kind"]),
            row["number"],
            row["reference"],
            row["minor"],
            row["balance_minor"],
        )
        for row in rows
        if row["booked_on"] >= since_on
    )
    return Statement(currency, rows[0]["opening_minor"], rows[-1]["balance_minor"], lines)


@dataclass(frozen=True)
class Aged:
    """What is owed by one customer, or by all where none is named, in one currency, by how late it is.

    The first of `minor` is not due yet; each that follows is late by more than the bound before and at most its own.
    """

    customer_id: UUID | None
    customer_name: str | None
    currency: str
    minor: tuple[int, ...]


async def ageing(
    work: Work, *, on: date | None, bounds: Sequence[int], customer_id: UUID | None = None, most: int = 100
) -> list[Aged]:
    """What was owed at the end of a day by the books, by how many days it was late: of all, then of those who owe most.

    Refuses bounds that do not rise, and too many of them.
    """
    rules.check_bounds(bounds)
    on = on or today_of(work)
    owed = (
        select(LedgerEntry.invoice_id, cast(func.sum(LedgerPosting.amount_minor), BigInteger()).label("minor"))
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerPosting.account == Account.RECEIVABLES, LedgerEntry.booked_on <= on)
        .group_by(LedgerEntry.invoice_id)
        .having(func.sum(LedgerPosting.amount_minor) != 0)
        .cte("owed")
    )
    starts = cast(literal([1, *(bound + 1 for bound in bounds)], ARRAY(Integer())), ARRAY(Integer()))
    bucket = func.width_bucket(cast(literal(on, Date()) - Invoice.due_on, Integer()), starts)
    late = (
        select(Invoice.customer_id, Invoice.currency, bucket.label("bucket"), owed.c.minor)
        .join(owed, owed.c.invoice_id == Invoice.id)
        .where(billing.visible(work.actor, Invoice))
    )
    if customer_id is not None:
        late = late.where(Invoice.customer_id == customer_id)
    rows = late.cte("late")
    sums = [
        cast(func.coalesce(func.sum(case((rows.c.bucket == place, rows.c.minor), else_=0)), 0), BigInteger())
        for place in range(rules.MOST_BOUNDS + 2)
    ]
    whole = func.grouping(rows.c.customer_id)
    grouped = (
        select(
            rows.c.customer_id,
            func.max(Customer.name).label("name"),
            rows.c.currency,
            whole.label("whole"),
            *(each.label(f"minor_{place}") for place, each in enumerate(sums)),
        )
        .join(Customer, Customer.id == rows.c.customer_id)
        .group_by(func.grouping_sets(tuple_(rows.c.currency), tuple_(rows.c.customer_id, rows.c.currency)))
        .order_by(whole.desc(), func.sum(rows.c.minor).desc(), rows.c.customer_id, rows.c.currency)
        .limit(most)
    )
    return [
        Aged(
            None if row["whole"] else row["customer_id"],
            None if row["whole"] else row["name"],
            row["currency"],
            tuple(row[f"minor_{place}"] for place in range(len(bounds) + 2)),
        )
        for row in await work.rows(grouped)
    ]


@dataclass(frozen=True)
class Expected:
    """What is expected to come in, in one currency: in a week counted from today, or none for what is late already."""

    currency: str
    # None is overdue; as many as were asked for is everything after them.
    week: int | None
    minor: int
    invoices: int


async def forecast(work: Work, *, weeks: int) -> list[Expected]:
    """What open invoices are expected to bring, by weeks from today: on their due date, or when the customer promised.

    Refuses no weeks and more than a year of them.
    """
    rules.check_weeks(weeks)
    today = literal(today_of(work), Date())
    promise = aliased(Hold)
    promised = (
        select(func.max(promise.until_on))
        .where(
            billing.is_about(promise, Invoice), promise.kind == HoldKind.PROMISE_TO_PAY, billing.covers_today(promise)
        )
        .correlate(Invoice)
        .scalar_subquery()
    )
    expected_on = func.greatest(Invoice.due_on, promised)
    week: ColumnElement[int | None] = case(
        (expected_on < today, None), else_=func.least(cast(expected_on - today, Integer()) // 7, weeks)
    )
    coming = (
        select(Invoice.currency, week.label("week"), billing.outstanding_minor(Invoice).label("minor"))
        .where(and_(billing.is_open(Invoice), billing.visible(work.actor, Invoice)))
        .cte("coming")
    )
    found = (
        select(
            coming.c.currency,
            coming.c.week,
            cast(func.sum(coming.c.minor), BigInteger()).label("minor"),
            func.count().label("invoices"),
        )
        .group_by(coming.c.currency, coming.c.week)
        .order_by(coming.c.currency, coming.c.week.nulls_first())
    )
    return [Expected(row["currency"], row["week"], row["minor"], row["invoices"]) for row in await work.rows(found)]


def week_of(today: date, week: int) -> tuple[date, date]:
    """The first and the last day of a week counted from today."""
    first = today + timedelta(days=7 * week)
    return first, first + timedelta(days=6)
