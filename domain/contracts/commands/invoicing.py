"""Which instalments are invoiced: for whoever makes invoices of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from domain.contracts.models import ContractInstalment
from tenancy.models import one_of
from tenancy.work import Work


async def mark_invoiced(work: Work, instalment_ids: Collection[UUID], *, invoiced: bool = True) -> None:
    """Keep amendments from changing instalments, or let them again when an invoice is given back.

    Rows are locked as a signature locks them, so an amendment and an invoice of one instalment never cross.
    """
    if not instalment_ids:
        return
    rows = select(ContractInstalment).where(one_of(ContractInstalment.id, instalment_ids))
    for row in await work.all(rows.order_by(ContractInstalment.id).with_for_update()):
        row.invoiced_at = work.now if invoiced else None
