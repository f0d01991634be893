"""Review and signature of supplementary agreements, and what comes of them (CT-4)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.contracts import queries, rules
from domain.contracts.commands.amending import digest_of, refuse_obstacles, today_of
from domain.contracts.commands.running import keep_going
from domain.contracts.commands.versions import agree
from domain.contracts.events import (
    ContractAmendmentApproved,
    ContractAmendmentReturned,
    ContractAmendmentSigned,
    ContractAmendmentSubmitted,
    ContractAmendmentWithdrawn,
)
from domain.contracts.models import Contract, ContractAmendment, ContractAmendmentItem, ContractInstalment
from domain.contracts.rules import amendments as amended
from domain.contracts.rules.amendments import (
    AMENDMENTS,
    COLUMNS,
    AmendmentMove,
    AmendmentState,
    Origin,
    Part,
    Version,
)
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from tenancy.outbox import lock_timers
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

_SHARE = Decimal("1E-12")


@command(needs=Permission.CONTRACTS_MANAGE)
async def submit_amendment(work: Work, *, amendment_id: UUID) -> ContractAmendment:
    """Have a draft reviewed by the chain for amendments; where the handbook has none, it is approved at once."""
    seen = await queries.amendment(work, amendment_id, "amendmentId")
    contract = await queries.any_one(work, seen.contract_id, lock=True)
    row = await work.get(ContractAmendment, amendment_id, lock=True)
    row.state = AMENDMENTS.next(row.state, AmendmentMove.SUBMIT)
    await refuse_obstacles(work, row, AmendmentMove.SUBMIT, "amendmentId")
    work.record(ContractAmendmentSubmitted(contract_id=contract.id, amendment_id=row.id), about=row)
    topic = chain_topic(SubjectKind.AMENDMENT)
    chain = await policies.find_rule(work, ApprovalChain, scope=queries.case_of(contract), topic=topic)
    if chain is None:
        await _approve(work, row, by_itself=True)
    else:
        await _ask(work, contract, row, chain)
    return row


@command(needs=Permission.CONTRACTS_MANAGE)
async def withdraw_amendment(work: Work, *, amendment_id: UUID) -> ContractAmendment:
    """Give up an amendment that is not signed; what waits for approval is void, and so is what was approved."""
    await queries.amendment(work, amendment_id, "amendmentId")
    subject = Subject(SubjectKind.AMENDMENT, amendment_id)
    await approvals.lock_with_subject(work, subject=subject)
    row = await work.get(ContractAmendment, amendment_id, lock=True)
    row.state = AMENDMENTS.next(row.state, AmendmentMove.WITHDRAW)
    await approvals.void_granted(work, row.approval_id)
    await approvals.end_with_subject(work, subject=subject)
    work.record(ContractAmendmentWithdrawn(contract_id=row.contract_id, amendment_id=row.id), about=row)
    return row


@command(needs=Permission.CONTRACTS_SIGN)
async def sign_amendment(
    work: Work, *, amendment_id: UUID, signed_on: date, own_signatory: str, customer_signatory: str
) -> ContractAmendment:
    """Record that both parties have signed what was approved. Fees and schedule hold at once, the rest from its day on.

    Refuses what drafting refuses, for what has happened since.
    """
    seen = await queries.amendment(work, amendment_id, "amendmentId")
    await lock_timers(work, seen.contract_id)
    contract = await queries.any_one(work, seen.contract_id, lock=True)
    row = await work.get(ContractAmendment, amendment_id, lock=True)
    row.state = AMENDMENTS.next(row.state, AmendmentMove.SIGN)
    await work.all(select(ContractInstalment).where(ContractInstalment.contract_id == contract.id).with_for_update())
    await refuse_obstacles(work, row, AmendmentMove.SIGN, "amendmentId")
    if row.approved_digest != await digest_of(work, row):
        raise Conflict(message("The amendment says something else than what was approved."), path=("amendmentId",))
    today = today_of(work)
    if signed_on > today:
        raise Invalid(message("An amendment cannot have been signed in the future."), path=("signedOn",))
    row.signed_on, row.signed_at = signed_on, work.now
    row.own_signatory = one_line(own_signatory, rules.MAX_NAME, "ownSignatory")
    row.customer_signatory = one_line(customer_signatory, rules.MAX_NAME, "customerSignatory")
    if Part.FEES.value in row.parts:
        await _follow_schedule(work, contract, row)
    current = max(today, contract.starts_on)
    changes = [Version(row.effective_on, _values(row, [part for part in Part if part is not Part.FEES]))]
    if Part.FEES.value in row.parts:
        fees = Version(amended.fees_from(row.effective_on, current), _values(row, [Part.FEES]))
        changes = [fees, *changes] if changes[0].values else [fees]
    await agree(work, contract, changes, Origin.AMENDMENT, amendment=row)
    work.record(ContractAmendmentSigned(contract_id=contract.id, amendment_id=row.id), about=row)
    await keep_going(work, contract)
    return row


async def follow_amendment_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved may be signed, if it says what was approved."""
    row = await _decided(work, event)
    if row is None:
        return
    approval = await approvals_seen.get(work, event.approval_id)
    if approval.facts.get("content") != await digest_of(work, row):
        _give_back(work, row)
        return
    await _approve(work, row, by_itself=False)


async def follow_amendment_return(work: Work, event: ApprovalRefused | ApprovalReturned | ApprovalWithdrawn) -> None:
    """What is refused, returned or taken back is a draft again."""
    row = await _decided(work, event)
    if row is not None:
        _give_back(work, row)


def _values(row: ContractAmendment, parts: list[Part]) -> dict[str, Any]:
    """What an amendment lays down in some of the parts that it changes."""
    found: dict[str, Any] = {}
    for part in parts:
        if part.value not in row.parts:
            continue
        given = {name: getattr(row, name) for name in COLUMNS[part]}
        # One party may stay as it is; an end of None is a contract without one.
        found |= given if part is Part.TERM else {name: value for name, value in given.items() if value is not None}
    return found


async def _follow_schedule(work: Work, contract: Contract, row: ContractAmendment) -> None:
    """The contract's instalments as the amendment has them; those that there are keep their ids."""
    there = {each.id: each for each in await queries.instalments_of(work, contract)}
    highest = select(func.max(ContractInstalment.position)).where(ContractInstalment.contract_id == contract.id)
    last = int(await work.value(highest) or 0)
    items = await queries.items_of(work, row)
    for instalment in there.values():
        if instalment.id not in {item.instalment_id for item in items}:
            instalment.dropped_by_id = row.id
    assert row.net_minor is not None
    for item in items:
        share = min(Decimal(100), (Decimal(item.net_minor) * 100 / row.net_minor).quantize(_SHARE))
        if item.instalment_id is None:
            last += 1
            item.instalment_id = work.add(_added(contract, row, item, last, share)).id
            continue
        instalment = there[item.instalment_id]
        instalment.name, instalment.trigger, instalment.due_on = item.name, item.trigger, item.due_on
        instalment.net_minor, instalment.tax_minor = item.net_minor, item.tax_minor
        instalment.total_minor, instalment.share_percent = item.total_minor, share


def _added(
    contract: Contract, row: ContractAmendment, item: ContractAmendmentItem, position: int, share: Decimal
) -> ContractInstalment:
    return ContractInstalment(
        contract_id=contract.id,
        position=position,
        name=item.name,
        trigger=item.trigger,
        share_percent=share,
        due_on=item.due_on,
        net_minor=item.net_minor,
        tax_minor=item.tax_minor,
        total_minor=item.total_minor,
        currency=contract.currency,
        added_by_id=row.id,
    )


async def _approve(work: Work, row: ContractAmendment, *, by_itself: bool) -> None:
    row.state = AMENDMENTS.next(row.state, AmendmentMove.APPROVE)
    row.approved_digest = await digest_of(work, row)
    approved = ContractAmendmentApproved(contract_id=row.contract_id, amendment_id=row.id, by_itself=by_itself)
    work.record(approved, about=row)


async def _ask(work: Work, contract: Contract, row: ContractAmendment, chain: Ruling[ApprovalChain]) -> None:
    requester_id = approvals_seen.requester(work, chain, "amendmentId")
    customer = await customers.get(work, contract.customer_id)
    amount = row.total_minor if row.total_minor is not None else contract.total_minor
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.AMENDMENT, row.id),
        chain=chain,
        requester_id=requester_id,
        own_of=[row.prepared_by_id] if row.prepared_by_id else [],
        facts={
            "amendment_number": row.number,
            "contract_number": contract.number,
            "customer_id": contract.customer_id,
            "customer_name": customer.name,
            "customer_tier": contract.customer_tier,
            "account_owner_id": customer.owner_id,
            "department_id": contract.department_id,
            "amount_minor": amount,
            "difference_minor": amount - contract.total_minor,
            "currency": contract.currency,
            "effective_on": row.effective_on,
            "ends_on": row.ends_on if Part.TERM.value in row.parts else contract.ends_on,
            "cause": row.cause,
            "reason": row.reason,
            "changed_parts": ", ".join(row.parts),
            "content": await digest_of(work, row),
        },
    )
    row.approval_id = approval.id


def _give_back(work: Work, row: ContractAmendment) -> None:
    row.state = AMENDMENTS.next(row.state, AmendmentMove.RETURN)
    work.record(ContractAmendmentReturned(contract_id=row.contract_id, amendment_id=row.id), about=row)


async def _decided(
    work: Work, event: ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn
) -> ContractAmendment | None:
    """The amendment that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.AMENDMENT.value:
        return None
    row = await work.get(ContractAmendment, event.subject_id, lock=True)
    if row.state is not AmendmentState.IN_REVIEW or row.approval_id != event.approval_id:
        return None
    return row
