"""The books asked: who sees what, what is on the accounts, and the reports made of them."""

from domain.ledger.queries.accounts import (
    Balance,
    balances,
    entries_of,
    is_debit,
    last_closing,
    postings_of,
    visible,
    visible_closings,
    visible_postings,
)
from domain.ledger.queries.reports import Aged, Expected, Statement, StatementLine, ageing, forecast, statements

__all__ = [
    "Aged",
    "Balance",
    "Expected",
    "Statement",
    "StatementLine",
    "ageing",
    "balances",
    "entries_of",
    "forecast",
    "is_debit",
    "last_closing",
    "postings_of",
    "statements",
    "visible",
    "visible_closings",
    "visible_postings",
]
