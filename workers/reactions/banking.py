"""What follows the facts of the module banking: lines that the clause has booked by themselves."""

from domain.banking import commands as banking
from domain.banking.events import BankLineRecognised
from tenancy.work import Work


async def book_by_itself(work: Work, event: BankLineRecognised) -> None:
    """A line that is just what one invoice asks for is booked without anybody's confirmation."""
    await banking.book_by_itself(work, event)
