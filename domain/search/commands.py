"""Making the entries anew by which records are found."""

from domain.kernel.command import command
from tenancy.work import Work


@command(needs=None)
async def rebuild(work: Work) -> None:
    """Write every entry of the company anew. Triggers keep them; this is for the operator, after something has gone
    wrong beneath them."""
    await work.sql("SELECT rebuild_search_entries()")
