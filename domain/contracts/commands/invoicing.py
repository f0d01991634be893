"""What instalments fall due with, and which of them are invoiced: for whoever makes invoices of them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.contracts import queries
from domain.contracts.commands.amending import today_of
from domain.contracts.events import MilestoneCompleted
from domain.contracts.models import ContractInstalment
from domain.contracts.queries import instalments
from domain.contracts.rules import MAX_REASON
from domain.contracts.rules import instalments as rules
from domain.contracts.rules.instalments import InstalmentMove
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
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


@command(needs=Permission.CONTRACTS_MANAGE)
async def complete_milestone(
    work: Work, *, instalment_id: UUID, completed_on: date, note: str = ""
) -> ContractInstalment:
    """Say that the milestone of an instalment was reached, or what was delivered was accepted: it falls due."""
    instalment = await instalments.instalment(work, instalment_id, "instalmentId", lock=True)
    await refuse_instalment(work, instalment, InstalmentMove.COMPLETE)
    contract = await queries.any_one(work, instalment.contract_id)
    rules.check_completed(completed_on, contract.signed_on, today_of(work))
    if contract.terminated_on is not None and completed_on > contract.terminated_on:
        raise rules.refusal(rules.InstalmentObstacle.CONTRACT_OVER, InstalmentMove.COMPLETE)
    instalment.completed_on = completed_on
    instalment.completed_by_id = work.actor.id if work.actor.is_member else None
    instalment.note = several_lines(note, MAX_REASON, "note", may_be_empty=True)
    told = MilestoneCompleted(contract_id=contract.id, instalment_id=instalment.id)
    work.record(told, about=instalment)
    return instalment


async def refuse_instalment(work: Work, instalment: ContractInstalment, move: InstalmentMove) -> None:
    """Refuse what `allowedMoves` of an instalment would name besides permission."""
    for obstacle, moves in rules.HINDERS.items():
        if move not in moves:
            continue
        stands = instalments.hinders(obstacle, ContractInstalment)
        if await work.first(select(ContractInstalment).where(ContractInstalment.id == instalment.id, stands)):
            raise rules.refusal(obstacle, move)
