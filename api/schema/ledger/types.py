"""The books as clients see them: entries, their postings, and closings."""

from datetime import date, datetime
from enum import Enum

import strawberry
from sqlalchemy import case, func

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, shows
from api.schema.access.types import Member
from api.schema.billing.types import Invoice, Payment
from api.schema.customers.types import Customer
from api.schema.money import Money, money
from domain.ledger import models, queries
from domain.ledger.rules import Account, EntryKind


class Side(Enum):
    """The two sides of an entry."""

    DEBIT = "debit"
    CREDIT = "credit"


strawberry.enum(
    Account,
    name="LedgerAccount",
    description="The chart of accounts. CUSTOMER_CREDIT is what customers have paid beyond what was allocated.",
)
strawberry.enum(EntryKind, name="LedgerEntryKind", description="What was booked.")
strawberry.enum(Side, name="LedgerSide", description="The two sides of an entry.")


@shows(models.LedgerPosting, visible=queries.visible_postings)
class LedgerPosting(Node):
    """One side of an entry. What is debited in an entry is what is credited in it."""

    account: Account = column("The account.")
    side: Side = computed("On which side.", lambda row: case((queries.is_debit(row), "debit"), else_="credit"))
    amount: Money = money("How much, without a sign.", lambda row: func.abs(row.amount_minor))


@shows(models.LedgerEntry, visible=queries.visible)
class LedgerEntry(Node):
    """One fact about money in the books. Never changed: what was wrong is booked the other way round."""

    kind: EntryKind = column("What was booked.")
    booked_on: date = column("The day on which it stands in the books.")
    recorded_at: datetime = column("When it was booked.")
    currency: str = column("The currency of all its postings, by its code of ISO 4217.")
    postings: list[LedgerPosting] = many(
        "Its sides, debits first, the largest first.",
        "entry_id",
        order=lambda there: (there.amount_minor.desc(), there.id),
        most=10,
    )
    customer: Customer | None = one("Whose account it is about.", "customer_id")
    invoice: Invoice | None = one("The invoice it is about, where it is about one.", "invoice_id")
    payment: Payment | None = one("The payment it is about, where it is about one.", "payment_id")


@strawberry.enum(description="How entries are ordered.")
class LedgerEntryOrder(Enum):
    """Orders of entries."""

    BOOKED = "booked"
    OLDEST = "oldest"
    NEWEST = "newest"


LEDGER_ENTRY_ORDERS = {
    LedgerEntryOrder.BOOKED: Order(lambda row: row.booked_on),
    LedgerEntryOrder.OLDEST: Order(lambda row: row.recorded_at),
    LedgerEntryOrder.NEWEST: Order(lambda row: row.recorded_at, descending=True),
}


@strawberry.input(description="Which entries to give.")
class LedgerEntryFilter:
    """Conditions on entries."""

    kind: WordFilter[EntryKind] | None = filtered("By what was booked.")
    booked_on: DayFilter | None = filtered("By the day in the books.")
    currency: TextFilter | None = filtered("By currency.")
    customer_id: IdFilter | None = filtered("By whose account they are about.")
    invoice_id: IdFilter | None = filtered("By the invoice they are about.")
    payment_id: IdFilter | None = filtered("By the payment they are about.")
    and_: "list[LedgerEntryFilter] | None" = combining("All of these hold.", "and")
    or_: "list[LedgerEntryFilter] | None" = combining("One of these holds.", "or")
    not_: "LedgerEntryFilter | None" = combining("This does not hold.", "not")


@shows(models.BookClosing, visible=queries.visible_closings)
class BookClosing(Node):
    """A closing of the books: nothing is booked on its day or before it any more."""

    until_on: date = column("The last day that is closed.")
    closed_at: datetime = column("When it was closed.")
    closed_by: Member | None = one("Who closed it; none where a partner's program did.", "closed_by_id")
    reopened_at: datetime | None = column("When this closing was undone.")
    reopened_by: Member | None = one("Who undid it.", "reopened_by_id")
    reason: str | None = column("Why it was undone.")


@strawberry.enum(description="How closings are ordered.")
class BookClosingOrder(Enum):
    """Orders of closings."""

    NEWEST = "newest"
    OLDEST = "oldest"


BOOK_CLOSING_ORDERS = {
    BookClosingOrder.NEWEST: Order(lambda row: row.id, descending=True),
    BookClosingOrder.OLDEST: Order(lambda row: row.id),
}
