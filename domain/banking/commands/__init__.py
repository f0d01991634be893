"""Banking: accounts set up, files read, and their lines booked, ignored and opened again."""

from domain.banking.commands.accounts import change_account, create_account
from domain.banking.commands.booking import (
    book_by_itself,
    book_line,
    book_suggested,
    ignore_line,
    link_line,
    reopen_line,
    reopen_line_of_payment,
)
from domain.banking.commands.importing import detach, discard_statement, import_statement

__all__ = [
    "book_by_itself",
    "book_line",
    "book_suggested",
    "change_account",
    "create_account",
    "detach",
    "discard_statement",
    "ignore_line",
    "import_statement",
    "link_line",
    "reopen_line",
    "reopen_line_of_payment",
]
