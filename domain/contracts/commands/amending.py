"""Writing supplementary agreements: what of a contract is to be otherwise from a day on, and their review (CT-4).

Locks are taken in one order: the contract's timers, the contract, what waits for approval, the amendment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.contracts import queries, rules
from domain.contracts.events import ContractAmendmentChanged, ContractAmendmentDrafted
from domain.contracts.models import Contract, ContractAmendment, ContractAmendmentItem
from domain.contracts.rules import CONTRACTS, ContractMove
from domain.contracts.rules import amendments as amended
from domain.contracts.rules.amendments import AMENDMENTS, AmendmentMove, AmendmentObstacle, Cause, Item, Part
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.policies import queries as policies
from tenancy.models import one_of
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work


@dataclass(frozen=True)
class Term:
    """When a contract ends from then on, and by how much notice."""

    ends_on: date | None
    notice_days: int


@dataclass(frozen=True)
class Changes:
    """What an amendment says; what is None stays as it is. `items` is the whole schedule: what it leaves out goes."""

    title: str
    cause: Cause
    reason: str
    effective_on: date
    own_party: str | None = None
    customer_party: str | None = None
    scope: str | None = None
    acceptance_standard: str | None = None
    liability: str | None = None
    term: Term | None = None
    items: Sequence[Item] | None = None
    tax_percent: Decimal | None = None

    def parts(self) -> list[str]:
        """Which parts it changes. Refuses an amendment of nothing."""
        said = {
            Part.PARTIES: self.own_party is not None or self.customer_party is not None,
            Part.SCOPE: self.scope is not None,
            Part.ACCEPTANCE: self.acceptance_standard is not None,
            Part.LIABILITY: self.liability is not None,
            Part.TERM: self.term is not None,
            Part.FEES: self.items is not None,
        }
        found = [part.value for part, is_said in said.items() if is_said]
        if not found:
            raise Invalid(message("Say what the amendment changes."), path=("effectiveOn",))
        return found

    def columns(self) -> dict[str, Any]:
        """The columns of the row besides its fees. Raises `Invalid` with the place of what is wrong."""
        lines = {"own_party": "ownParty", "customer_party": "customerParty"}
        texts = {"scope": "scope", "acceptance_standard": "acceptanceStandard", "liability": "liability"}
        found: dict[str, Any] = {name: getattr(self, name) for name in (*lines, *texts)}
        for name, path in lines.items():
            if found[name] is not None:
                found[name] = one_line(found[name], rules.MAX_NAME, path)
        for name, path in texts.items():
            if found[name] is not None:
                found[name] = several_lines(found[name], rules.MAX_TEXT, path, may_be_empty=True)
        return {
            "title": one_line(self.title, rules.MAX_TITLE, "title"),
            "cause": self.cause,
            "reason": several_lines(self.reason, rules.MAX_REASON, "reason"),
            "effective_on": self.effective_on,
            "parts": self.parts(),
            **found,
            "ends_on": self.term.ends_on if self.term is not None else None,
            "notice_days": self.term.notice_days if self.term is not None else None,
        }


@command(needs=Permission.CONTRACTS_MANAGE)
async def draft_amendment(work: Work, *, contract_id: UUID, changes: Changes) -> ContractAmendment:
    """Write a supplementary agreement to a signed contract.

    Refuses with OVERLAPS while another that changes the same is under way, with CONTRADICTED where something that was
    agreed changes the same from the same day on or a later one, with INVOICED, NOTICE_GIVEN and CONTRACT_OVER.
    """
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.AMEND)
    before = len(await queries.amendments_of(work, contract))
    if before >= amended.MOST_AMENDMENTS:
        text = message("A contract has at most {most} amendments.")
        raise Invalid(text, {"most": amended.MOST_AMENDMENTS}, ("contractId",))
    version = await policies.version_in_force(work)
    row = ContractAmendment(
        contract_id=contract.id,
        position=before + 1,
        number=f"{contract.number}-{before + 1}",
        currency=contract.currency,
        net_minor=None,
        tax_minor=None,
        total_minor=None,
        former_total_minor=contract.total_minor,
        drafted_at=work.now,
        prepared_by_id=work.actor.id if work.actor.is_member else None,
        handbook_version_id=version.id if version is not None else None,
        **changes.columns(),
    )
    work.add(row)
    await _write(work, contract, row, changes)
    work.record(ContractAmendmentDrafted(contract_id=contract.id, amendment_id=row.id), about=row)
    return row


@command(needs=Permission.CONTRACTS_MANAGE)
async def change_amendment(work: Work, *, amendment_id: UUID, changes: Changes) -> ContractAmendment:
    """Write an amendment anew that is not signed; what was approved, or was being, is void. It refuses as drafting."""
    seen = await queries.amendment(work, amendment_id, "amendmentId")
    contract = await queries.any_one(work, seen.contract_id, lock=True)
    subject = Subject(SubjectKind.AMENDMENT, amendment_id)
    await approvals.lock_with_subject(work, subject=subject)
    row = await work.get(ContractAmendment, amendment_id, lock=True)
    row.state = AMENDMENTS.next(row.state, AmendmentMove.CHANGE)
    await approvals.void_granted(work, row.approval_id)
    row.approval_id = row.approved_digest = None
    row.net_minor = row.tax_minor = row.total_minor = None
    row.former_total_minor = contract.total_minor
    for name, value in changes.columns().items():
        setattr(row, name, value)
    for item in await queries.items_of(work, row):
        work.delete(item)
    await work.flush()
    await _write(work, contract, row, changes)
    await approvals.end_with_subject(work, subject=subject)
    work.record(ContractAmendmentChanged(contract_id=contract.id, amendment_id=row.id), about=row)
    return row


def today_of(work: Work) -> date:
    """The day by the company's clocks."""
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()


async def refuse_obstacles(work: Work, row: ContractAmendment, move: AmendmentMove, *path: str) -> None:
    """Refuse what `allowedMoves` would name besides permission and state."""
    conditions = {
        AmendmentObstacle.CONTRACT_OVER: queries.is_stopped,
        AmendmentObstacle.NOTICE_GIVEN: queries.meets_notice,
        AmendmentObstacle.CONTRADICTED: queries.is_contradicted,
        AmendmentObstacle.INVOICED: queries.meets_invoice,
    }
    for obstacle, condition in conditions.items():
        if await queries.stands(work, row, condition(ContractAmendment)):
            refusal = amended.refusal(obstacle, move, row.state)
            refusal.path = path
            raise refusal


async def _write(work: Work, contract: Contract, row: ContractAmendment, changes: Changes) -> None:
    """The new schedule, if there is one, and whether all of it can be agreed."""
    if changes.term is not None:
        own = (contract.starts_on, contract.renewal_months is not None)
        term = (changes.term.ends_on, changes.term.notice_days)
        amended.check_new_term(own, row.effective_on, *term, today_of(work))
    new_schedule = changes.items is not None and await _schedule(work, contract, row, changes)
    if not new_schedule:
        await _refuse_nothing(work, contract, row)
    if CONTRACTS.allows(contract.state, ContractMove.AMEND):
        amended.check_day(row.effective_on, contract.starts_on, contract.terminated_on or contract.ends_on)
    await refuse_obstacles(work, row, AmendmentMove.CHANGE)
    for rival in await queries.rivals_of(work, row):
        text = message("Amendment {number} is under way and changes the same: sign it or withdraw it first.")
        raise Conflict(text, {"number": rival.number}, path=("contractId",), code="OVERLAPS")


async def _refuse_nothing(work: Work, contract: Contract, row: ContractAmendment) -> None:
    """Refuse what holds already on the day on which it would take effect."""
    holds = await queries.terms_as_of(work, contract.id, row.effective_on) or contract
    names = [name for part in row.parts if part != Part.FEES.value for name in amended.COLUMNS[Part(part)]]
    said, before = ({name: getattr(each, name) for name in names} for each in (row, holds))
    if amended.changes_nothing(said, before):
        text = message("The contract says all of this already on {day}: an amendment changes something.")
        raise Invalid(text, {"day": row.effective_on}, code="UNCHANGED")


async def _schedule(work: Work, contract: Contract, row: ContractAmendment, changes: Changes) -> bool:
    """The schedule that it lays down; returns whether that is another one than before."""
    assert changes.items is not None
    existing = queries.as_planned(await queries.instalments_of(work, contract))
    planned = amended.plan(changes.items, existing, contract.currency, changes.tax_percent)
    row.net_minor = Money.total((each.net for each in planned), contract.currency).minor
    row.tax_minor = Money.total((each.tax for each in planned), contract.currency).minor
    row.total_minor = row.net_minor + row.tax_minor
    touched = amended.touched(planned, existing)
    for position, each in enumerate(planned, start=1):
        work.add(
            ContractAmendmentItem(
                amendment_id=row.id,
                position=position,
                instalment_id=each.instalment_id,
                changed=each.instalment_id is None or each.instalment_id in touched,
                name=dict(each.name),
                trigger=each.trigger,
                due_on=each.due_on,
                net_minor=each.net.minor,
                tax_minor=each.tax.minor,
                total_minor=each.total.minor,
                currency=contract.currency,
            )
        )
    return bool(touched) or any(each.instalment_id is None for each in planned)


async def digest_of(work: Work, row: ContractAmendment) -> str:
    """The fingerprint of all that an amendment says, and of the contract that it is to."""
    contract = await queries.any_one(work, row.contract_id)
    texts = ("number", "title", "own_party", "customer_party", "scope", "acceptance_standard", "liability", "parts")
    said = {
        **{
            name: getattr(row, name) for name in (*texts, "notice_days", "net_minor", "tax_minor", "currency", "reason")
        },
        "contract": contract.approved_digest,
        "cause": row.cause.value,
        "effective_on": row.effective_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on is not None else None,
        "items": [
            [
                str(each.instalment_id) if each.instalment_id is not None else None,
                each.name,
                each.trigger.value,
                each.due_on.isoformat() if each.due_on is not None else None,
                each.net_minor,
                each.tax_minor,
            ]
            for each in await queries.items_of(work, row)
        ],
    }
    return rules.content_digest(said)


async def void_amendments(work: Work, contract: Contract) -> list[ContractAmendment]:
    """The contract is over: what is under way to amend it is void, and what waits for approval with it."""
    under_way = select(ContractAmendment.id).where(
        ContractAmendment.contract_id == contract.id,
        one_of(ContractAmendment.state, list(amended.UNDER_WAY)),
    )
    found = []
    for record in await work.rows(under_way.order_by(ContractAmendment.position)):
        subject = Subject(SubjectKind.AMENDMENT, record["id"])
        await approvals.lock_with_subject(work, subject=subject)
        row = await work.get(ContractAmendment, record["id"], lock=True)
        row.state = AMENDMENTS.next(row.state, AmendmentMove.WITHDRAW)
        await approvals.void_granted(work, row.approval_id)
        await approvals.end_with_subject(work, subject=subject)
        found.append(row)
    return found
