"""What can be asked of the books."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.ledger.balances import LedgerBalance, ledger_balances
from api.schema.ledger.reports import (
    AccountStatement,
    Ageing,
    ExpectedCash,
    account_statements,
    ageing,
    cash_forecast,
)
from api.schema.ledger.types import (
    BOOK_CLOSING_ORDERS,
    LEDGER_ENTRY_ORDERS,
    BookClosing,
    LedgerEntry,
    LedgerEntryFilter,
)


@strawberry.type(description="What can be asked of the books.")
class LedgerQuery:
    """The part of the root that is about the books."""

    ledger_entry = by_id("One entry of the books.", LedgerEntry)
    ledger_entries = page(
        "The books: every fact about money, with its postings.",
        LedgerEntry,
        orders=LEDGER_ENTRY_ORDERS,
        filter=LedgerEntryFilter,
    )
    ledger_balances: list[LedgerBalance] = strawberry.field(
        resolver=ledger_balances,
        description="What is on each account in each currency: of all, or of one customer, now or by the end of a day.",
    )
    account_statements: list[AccountStatement] = strawberry.field(
        resolver=account_statements,
        description="A customer's account in a period: what was owed before it, what came, and what is owed after it.",
    )
    ageing: list[Ageing] = strawberry.field(
        resolver=ageing,
        description="What is owed by how late it is, today or at the end of an earlier day: in all, and who owes most.",
    )
    cash_forecast: list[ExpectedCash] = strawberry.field(
        resolver=cash_forecast,
        description="What open invoices are expected to bring, week by week; what is overdue comes first.",
    )
    book_closings = page(
        "Up to which days the books were closed; the last that was not undone holds.",
        BookClosing,
        orders=BOOK_CLOSING_ORDERS,
    )
