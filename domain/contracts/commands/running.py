"""What time and people do with a signed contract: taking effect, reminders, notice of its end, completion (CT-3).

One timer stands for whatever comes next. Locks are taken in one order: the contract's timers, then the contract.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from domain.contracts import queries, rules
from domain.contracts.commands.amending import today_of, void_amendments
from domain.contracts.commands.renewing import next_renewal_at, renew
from domain.contracts.commands.versions import next_day, take_effect
from domain.contracts.events import (
    ContractAmendmentWithdrawn,
    ContractCopiesLate,
    ContractEnded,
    ContractMarkDue,
    ContractNoticeGiven,
    ContractRunningOut,
    ContractTookEffect,
)
from domain.contracts.models import Contract
from domain.contracts.rules import CONTRACTS, ContractMove, ContractObstacle, ContractState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import several_lines
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from tenancy.outbox import lock_timers
from tenancy.work import Work

_RUNNING = (ContractState.SIGNED, ContractState.IN_FORCE)


async def keep_term(work: Work, event: ContractMarkDue) -> None:
    """The contract's timer has fired: do what is due by now. One that is late, early or outdated does no harm."""
    await lock_timers(work, event.contract_id)
    contract = await queries.any_one(work, event.contract_id, lock=True)
    await keep_going(work, contract)


async def keep_going(work: Work, contract: Contract) -> None:
    """Do everything that is due of a signed contract by now, and set the timer for what comes next."""
    if contract.state not in _RUNNING:
        return
    zone = work.opening.zone
    if contract.state is ContractState.SIGNED and rules.begins_at(contract.starts_on, zone) <= work.now:
        contract.state = CONTRACTS.next(contract.state, ContractMove.COMMENCE)
        work.record(ContractTookEffect(contract_id=contract.id), about=contract)
    await take_effect(work, contract, today_of(work))
    await renew(work, contract)
    await _remind_of_copies(work, contract)
    await _remind_of_end(work, contract)
    last_day = _last_day(contract)
    if last_day is not None and rules.begins_at(last_day + timedelta(days=1), zone) <= work.now:
        terminated = contract.terminated_on is not None
        await _end(work, contract, ContractMove.END if terminated else ContractMove.EXPIRE)
        return
    at = await _next_at(work, contract)
    if at is not None:
        work.schedule(at, ContractMarkDue(contract_id=contract.id), about=contract.id, key=f"contract:{contract.id}")


@command(needs=Permission.CONTRACTS_MANAGE)
async def complete_contract(work: Work, *, contract_id: UUID) -> Contract:
    """Say that both sides have done what they owed, which ends the contract before its term."""
    timers = await lock_timers(work, contract_id)
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    await _end(work, contract, ContractMove.COMPLETE)
    for timer in timers:
        work.delete(timer)
    return contract


@command(needs=Permission.CONTRACTS_SIGN)
async def terminate_contract(
    work: Work, *, contract_id: UUID, last_day_on: date, reason: str, agreed: bool = False
) -> Contract:
    """Give, or note, notice of a contract's end with a last day, which is kept to by itself.

    The notice that the contract itself lays down is kept unless both sides `agreed` on an earlier day.
    """
    await lock_timers(work, contract_id)
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.TERMINATE)
    if contract.terminated_on is not None:
        raise rules.refusal(ContractObstacle.NOTICE_GIVEN, ContractMove.TERMINATE, contract.state)
    rules.check_last_day(last_day_on, today_of(work), contract.notice_days, contract.ends_on, agreed=agreed)
    contract.terminated_on = last_day_on
    contract.reason = several_lines(reason, rules.MAX_REASON, "reason")
    work.record(ContractNoticeGiven(contract_id=contract.id), about=contract)
    await keep_going(work, contract)
    return contract


async def _end(work: Work, contract: Contract, move: ContractMove) -> None:
    contract.state = CONTRACTS.next(contract.state, move)
    contract.ended_at = work.now
    work.record(ContractEnded(contract_id=contract.id, state=contract.state.value), about=contract)
    for row in await void_amendments(work, contract):
        work.record(ContractAmendmentWithdrawn(contract_id=contract.id, amendment_id=row.id), about=row)


def _last_day(contract: Contract) -> date | None:
    return contract.terminated_on or contract.ends_on


async def _remind_of_copies(work: Work, contract: Contract) -> None:
    if contract.copies_reminded_at is not None:
        return
    late_since = await _copies_late_at(work, contract)
    if late_since is not None and late_since <= work.now:
        contract.copies_reminded_at = work.now
        work.record(ContractCopiesLate(contract_id=contract.id), about=contract)


async def _copies_late_at(work: Work, contract: Contract) -> datetime | None:
    """When somebody is told that copies are late which nobody has confirmed yet."""
    open_until = [copy.due_on for copy in await queries.copies_of(work, contract) if copy.confirmed_at is None]
    if not open_until:
        return None
    return await policies.told_afterwards(work, min(open_until) + timedelta(days=1), queries.case_of(contract))


async def _reminders_at(work: Work, contract: Contract) -> list[datetime]:
    """When somebody is reminded of its end, by the clause; nothing once notice was given."""
    clause = await queries.reminders_of(work, contract)
    if clause is None or contract.ends_on is None or contract.terminated_on is not None:
        return []
    last = contract.ends_on
    if rules.renews(contract.renewal_months, contract.most_renewals, contract.renewals):
        # What matters is until when notice can be given.
        last = rules.last_safe_day(contract.ends_on, contract.notice_days)
    days = rules.reminder_days(last, clause.value.days_before)
    return [await policies.told_ahead(work, day, queries.case_of(contract)) for day in days]


async def _remind_of_end(work: Work, contract: Contract) -> None:
    marks = await _reminders_at(work, contract)
    passed = sum(mark <= work.now for mark in marks)
    if contract.state is not ContractState.IN_FORCE or passed <= contract.reminders:
        return
    # Whatever was missed while nobody was awake is one reminder.
    contract.reminders = passed
    clause = await queries.reminders_of(work, contract)
    assert clause is not None
    policies_commands.cite(
        work,
        clause,
        about=Subject(SubjectKind.CONTRACT, contract.id),
        decision="contracts.expiry_reminder",
        inputs={"ends_on": contract.ends_on, "days_before": clause.value.days_before},
        result={"reminder": passed},
    )
    work.record(ContractRunningOut(contract_id=contract.id, reminder=passed), about=contract)


async def _next_at(work: Work, contract: Contract) -> datetime | None:
    """When the next thing is due; nothing where it runs until somebody ends it."""
    zone, found = work.opening.zone, [*await _reminders_at(work, contract)]
    if contract.state is ContractState.SIGNED:
        found.append(rules.begins_at(contract.starts_on, zone))
    if contract.copies_reminded_at is None and (late_at := await _copies_late_at(work, contract)) is not None:
        found.append(late_at)
    if (changes_on := await next_day(work, contract, today_of(work))) is not None:
        found.append(rules.begins_at(changes_on, zone))
    if (renews_at := await next_renewal_at(work, contract)) is not None:
        found.append(renews_at)
    if (last_day := _last_day(contract)) is not None:
        found.append(rules.begins_at(last_day + timedelta(days=1), zone))
    return min((at for at in found if at > work.now), default=None)
