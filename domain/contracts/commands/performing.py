"""What both sides owe by a contract: obligations and milestones, reminded of until they are done (CT-3).

Locks are taken in one order: the obligation's timers, then the obligation.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from domain.contracts import queries, rules
from domain.contracts.events import (
    ContractObligationAdded,
    ContractObligationClosed,
    ContractObligationMarkDue,
    ContractObligationReminded,
)
from domain.contracts.models import Contract, ContractObligation
from domain.contracts.rules import ObligationState, Party
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from tenancy.outbox import lock_timers
from tenancy.refusals import Forbidden, Invalid, WrongState, message
from tenancy.work import Work


@command(needs=Permission.CONTRACTS_MANAGE)
async def add_obligation(
    work: Work,
    *,
    contract_id: UUID,
    title: str,
    party: Party,
    due_on: date,
    remind_days: int = 7,
    responsible_id: UUID | None = None,
) -> ContractObligation:
    """Write down what one side owes by a day. Refuses for a contract that is over, and for days outside its term."""
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    if contract.state in rules.OVER:
        raise WrongState(message("The contract is over: nothing more is owed by it."), path=("contractId",))
    if due_on < contract.starts_on or (contract.ends_on is not None and due_on > contract.ends_on):
        raise Invalid(message("The day lies within the term of the contract."), path=("dueOn",))
    if not 0 <= remind_days <= rules.MOST_REMIND_DAYS:
        text = message("A reminder comes 0 to {most} days before.")
        raise Invalid(text, {"most": rules.MOST_REMIND_DAYS}, ("remindDays",))
    if len(await queries.obligations_of(work, contract)) >= rules.MOST_OBLIGATIONS:
        text = message("A contract has at most {most} obligations.")
        raise Invalid(text, {"most": rules.MOST_OBLIGATIONS}, ("contractId",))
    if responsible_id is not None:
        person = await organisation.staff(work, responsible_id, "responsibleId")
        if person.left_on is not None:
            raise Invalid(message("This person has left the company."), path=("responsibleId",))
    obligation = work.add(
        ContractObligation(
            contract_id=contract.id,
            title=one_line(title, rules.MAX_TITLE, "title"),
            party=party,
            due_on=due_on,
            remind_days=remind_days,
            responsible_id=responsible_id,
        )
    )
    added = ContractObligationAdded(contract_id=contract.id, obligation_id=obligation.id)
    work.record(added, about=obligation)
    await _wait(work, obligation, contract)
    return obligation


@command(needs=None)
async def close_obligation(work: Work, *, obligation_id: UUID, fulfilled: bool, note: str = "") -> ContractObligation:
    """Say that an obligation is fulfilled, or is not insisted on any more: for who is responsible for it, or with
    `contracts.manage`."""
    timers = await lock_timers(work, obligation_id)
    obligation = await queries.obligation(work, obligation_id, "obligationId", lock=True)
    mine = work.actor.is_member and obligation.responsible_id == work.actor.id
    if not mine and not work.actor.may(Permission.CONTRACTS_MANAGE):
        text = message("This is for whoever is responsible for it, or whoever manages contracts.")
        raise Forbidden(text, path=("obligationId",), code="NOT_YOURS")
    if obligation.state is not ObligationState.OPEN:
        raise WrongState(message("This obligation is closed already."), path=("obligationId",))
    obligation.state = ObligationState.FULFILLED if fulfilled else ObligationState.WAIVED
    obligation.note = several_lines(note, rules.MAX_REASON, "note", may_be_empty=fulfilled)
    obligation.closed_at = work.now
    for timer in timers:
        work.delete(timer)
    closed = ContractObligationClosed(
        contract_id=obligation.contract_id, obligation_id=obligation.id, fulfilled=fulfilled
    )
    work.record(closed, about=obligation)
    return obligation


async def remind_of_obligation(work: Work, event: ContractObligationMarkDue) -> None:
    """Its timer has fired: remind of it before its day, and once when that has passed. Late or early does no harm."""
    await lock_timers(work, event.obligation_id)
    obligation = await work.get(ContractObligation, event.obligation_id, lock=True)
    contract = await queries.any_one(work, obligation.contract_id)
    if obligation.state is not ObligationState.OPEN or contract.state in rules.OVER:
        return
    overdue = await _overdue_at(work, obligation, contract) <= work.now
    if overdue and obligation.overdue_told_at is None:
        obligation.overdue_told_at = work.now
        obligation.reminded_at = obligation.reminded_at or work.now
    elif not overdue and obligation.reminded_at is None and await _reminded_at(work, obligation, contract) <= work.now:
        obligation.reminded_at = work.now
    else:
        await _wait(work, obligation, contract)
        return
    reminded = ContractObligationReminded(contract_id=contract.id, obligation_id=obligation.id, overdue=overdue)
    work.record(reminded, about=obligation)
    await _wait(work, obligation, contract)


async def _wait(work: Work, obligation: ContractObligation, contract: Contract) -> None:
    """Set the timer for what comes next; nothing once its day has been told to have passed."""
    if obligation.overdue_told_at is not None:
        return
    told_at = _overdue_at if obligation.reminded_at else _reminded_at
    due = ContractObligationMarkDue(obligation_id=obligation.id)
    at = await told_at(work, obligation, contract)
    work.schedule(at, due, about=obligation.id, key=f"obligation:{obligation.id}")


async def _reminded_at(work: Work, obligation: ContractObligation, contract: Contract) -> datetime:
    day = obligation.due_on - timedelta(days=obligation.remind_days)
    return await policies.told_ahead(work, day, queries.case_of(contract))


async def _overdue_at(work: Work, obligation: ContractObligation, contract: Contract) -> datetime:
    return await policies.told_afterwards(work, obligation.due_on + timedelta(days=1), queries.case_of(contract))
