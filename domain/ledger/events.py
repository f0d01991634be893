"""What happens to the books."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class BooksClosed(Event, name="ledger.books_closed"):
    """Nothing is booked on this day or before it any more."""

    closing_id: UUID
    until_on: date


@dataclass(frozen=True, kw_only=True)
class BooksReopened(Event, name="ledger.books_reopened"):
    """The last closing holds no longer."""

    closing_id: UUID
    until_on: date
