"""The checklist, the signature of what was approved, and the departments' copies with their confirmation (CT-2)."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.contracts import queries, rules
from domain.contracts.commands.reviewing import digest_of
from domain.contracts.commands.running import keep_going
from domain.contracts.commands.versions import agree_first
from domain.contracts.events import ContractCheckSettled, ContractCopyConfirmed, ContractSigned
from domain.contracts.models import Contract, ContractCheck, ContractCopy
from domain.contracts.rules import CONTRACTS, ContractMove, ContractObstacle
from domain.kernel.command import command
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import commands as policies_commands
from domain.policies.rules.words import word
from tenancy.outbox import lock_timers
from tenancy.refusals import Conflict, Forbidden, Invalid, message
from tenancy.work import Work


@command(needs=Permission.CONTRACTS_MANAGE)
async def settle_check(work: Work, *, check_id: UUID, settled: bool, note: str = "") -> ContractCheck:
    """Say that the contract settles an item of the checklist, and where, or that it does not (any more).

    Refuses with NOTHING_SAID while a text is empty that the clause names for it.
    """
    check = await work.seen(ContractCheck, check_id, queries.visible_parts(work.actor, ContractCheck), "checkId")
    contract = await queries.any_one(work, check.contract_id, lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.SETTLE)
    if settled:
        await _refuse_unsaid(work, contract, check)
    check.note = several_lines(note, rules.MAX_REASON, "note", may_be_empty=True)
    check.settled_at = work.now if settled else None
    check.settled_by_id = work.actor.id if settled and work.actor.is_member else None
    told = ContractCheckSettled(contract_id=contract.id, check_id=check.id, settled=settled)
    work.record(told, about=check)
    return check


async def _refuse_unsaid(work: Work, contract: Contract, check: ContractCheck) -> None:
    clause = await queries.checklist_of(work, contract)
    assert clause is not None
    empty = [part for part in rules.settled_in(clause.value, check.position) if not getattr(contract, part.value)]
    if empty:
        text = message("Nothing is said in the contract about {texts}, so it does not settle this item.")
        values = {"texts": Labels(word(part) for part in empty)}
        raise Invalid(text, values, ("checkId",), code="NOTHING_SAID", clause=clause.clause)


@command(needs=Permission.CONTRACTS_SIGN)
async def sign_contract(
    work: Work, *, contract_id: UUID, signed_on: date, own_signatory: str, customer_signatory: str
) -> Contract:
    """Record that both parties have signed what was approved; copies go to the departments that the clause names.

    Refuses with CHECKS_OPEN, naming the clause, while the checklist is open. From its first day on it is in force.
    """
    await lock_timers(work, contract_id)
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    state = CONTRACTS.next(contract.state, ContractMove.SIGN)
    checklist = await queries.checklist_of(work, contract)
    if any(check.settled_at is None for check in await queries.checks_of(work, contract)):
        refusal = rules.refusal(ContractObstacle.CHECKS_OPEN, ContractMove.SIGN, contract.state)
        refusal.clause = checklist.clause if checklist is not None else None
        raise refusal
    if contract.approved_digest != await digest_of(work, contract):
        raise Conflict(message("The contract says something else than what was approved."), path=("contractId",))
    zone = ZoneInfo(work.opening.zone)
    today = work.now.astimezone(zone).date()
    rules.check_signed(signed_on, contract.drafted_at.astimezone(zone).date(), contract.starts_on, today)
    contract.state, contract.signed_on, contract.signed_at = state, signed_on, work.now
    contract.own_signatory = one_line(own_signatory, rules.MAX_NAME, "ownSignatory")
    contract.customer_signatory = one_line(customer_signatory, rules.MAX_NAME, "customerSignatory")
    if checklist is not None:
        await _distribute(work, contract, today)
    await agree_first(work, contract)
    work.record(ContractSigned(contract_id=contract.id), about=contract)
    await keep_going(work, contract)
    return contract


async def _distribute(work: Work, contract: Contract, today: date) -> None:
    """A copy for each department that the clause names; names that no department has (any more) are kept as such."""
    checklist = await queries.checklist_of(work, contract)
    assert checklist is not None
    due_on = today + timedelta(days=checklist.value.confirm_copy_within_days)
    copied, unknown = [], []
    for name in dict.fromkeys(checklist.value.copies_to):
        department = await organisation.department_named(work, name)
        if department is None:
            unknown.append(name)
            continue
        copied.append(name)
        work.add(ContractCopy(contract_id=contract.id, department_id=department.id, sent_at=work.now, due_on=due_on))
    policies_commands.cite(
        work,
        checklist,
        about=Subject(SubjectKind.CONTRACT, contract.id),
        decision="contracts.copies",
        inputs={"copies_to": checklist.value.copies_to, "within_days": checklist.value.confirm_copy_within_days},
        result={"departments": copied, "unknown": unknown, "due_on": due_on},
    )


@command(needs=None)
async def confirm_copy(work: Work, *, copy_id: UUID) -> ContractCopy:
    """Confirm, for one's own department, that its copy has arrived; with `contracts.manage` for any. Twice is once."""
    copy = await work.seen(ContractCopy, copy_id, queries.visible_parts(work.actor, ContractCopy), "copyId", lock=True)
    own = await work.first(
        select(ContractCopy).where(ContractCopy.id == copy.id, queries.mine_to_confirm(ContractCopy))
    )
    if own is None and not work.actor.may(Permission.CONTRACTS_MANAGE):
        text = message("The copy is confirmed by somebody of the department that got it.")
        raise Forbidden(text, path=("copyId",), code="NOT_YOURS")
    if copy.confirmed_at is None:
        copy.confirmed_at = work.now
        copy.confirmed_by_id = work.actor.id if work.actor.is_member else None
        work.record(ContractCopyConfirmed(contract_id=copy.contract_id, copy_id=copy.id), about=copy)
    return copy
