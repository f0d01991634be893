"""Closing the books, and opening them again."""

from datetime import date

import strawberry

from api.schema.inputs import given
from domain.ledger import commands
from domain.ledger.models import BookClosing
from tenancy.work import Work


@strawberry.input(description="Up to when to close the books.")
class CloseBooksInput:
    """Up to when to close the books."""

    until_on: date = given("The last day that is closed, which must be over: the last of a month, as a rule.")


async def close_books(work: Work, input: CloseBooksInput) -> BookClosing:
    """Let nothing be booked on a day or before it any more. What comes in for a closed day is refused with BOOKS_CLOSED
    and can be booked on a later one."""
    return await commands.close_books(work, until_on=input.until_on)


@strawberry.input(description="Why the last closing is undone.")
class ReopenBooksInput:
    """Why the last closing is undone."""

    reason: str = given("Why, in your words; it is kept with the closing.")


async def reopen_books(work: Work, input: ReopenBooksInput) -> BookClosing:
    """Undo the last closing of the books; the one before it holds again, if there was one."""
    return await commands.reopen_books(work, reason=input.reason)
