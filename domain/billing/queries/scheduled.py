"""Instalments of contracts that are to be invoiced, and what of a contract's fees is invoiced and paid."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from domain.billing.models import Invoice
from domain.billing.queries.invoices import payable_minor
from domain.billing.rules.invoices import State
from domain.contracts.models import Contract, ContractInstalment
from domain.contracts.queries import instalments
from tenancy.work import Work


async def due_instalments(work: Work, *, contract_id: UUID | None, most: int) -> list[ContractInstalment]:
    """Instalments that have fallen due and never had an invoice, of one contract or of all, under their locks.

    Who waits for a lock here looks at the row again, so that of two who draft at once one does.
    """
    had = select(Invoice.id).where(Invoice.instalment_id == ContractInstalment.id)
    found = select(ContractInstalment).where(
        ContractInstalment.contract_id == Contract.id,
        ContractInstalment.invoiced_at.is_(None),
        instalments.is_to_be_invoiced(ContractInstalment, Contract),
        ~had.exists(),
    )
    if contract_id is not None:
        found = found.where(Contract.id == contract_id)
    return await work.all(found.order_by(ContractInstalment.id).limit(most).with_for_update(of=ContractInstalment))


def is_of_instalment(invoices: Any, there: Any) -> ColumnElement[bool]:
    """Whether an invoice is that of an instalment; a cancelled one is not any more."""
    return and_(invoices.instalment_id == there.id, invoices.state != State.CANCELLED)


def invoiced_minor(contracts: Any) -> Any:
    """What was invoiced of a contract, less what was credited; drafts do not count."""
    return _sum(contracts, payable_minor)


def paid_minor(contracts: Any) -> Any:
    """What has come in for a contract's invoices, without fees and interest."""
    return _sum(contracts, lambda invoices: func.least(invoices.paid_minor, payable_minor(invoices)))


def _sum(contracts: Any, amount: Any) -> Any:
    invoices = aliased(Invoice)
    counted = or_(*(invoices.state == each for each in (State.ISSUED, State.PART_PAID, State.PAID, State.WRITTEN_OFF)))
    found = select(func.coalesce(cast(func.sum(amount(invoices)), BigInteger()), 0))
    return found.where(invoices.contract_id == contracts.id, counted).correlate_except(invoices).scalar_subquery()
