"""What programs are kept from submitting, since a chain decides on it."""

from sqlalchemy import select

from domain.approvals import queries as approvals
from domain.contracts.models import Contract, ContractAmendment
from domain.contracts.queries import case_of
from domain.contracts.rules import ContractState
from domain.contracts.rules.amendments import AmendmentState
from domain.kernel.subjects import SubjectKind
from tenancy.models import one_of
from tenancy.work import Work


async def contracts_for_people(work: Work) -> dict[str, str]:
    """By which clauses a program submits none of these drafts, by their ids; nothing for people."""
    if work.actor.is_member:
        return {}
    newest = select(Contract).where(Contract.state == ContractState.DRAFT).order_by(Contract.id.desc())
    drafts = await work.all(newest.limit(approvals.MOST_WATCHED))
    return await approvals.kept_from(work, SubjectKind.CONTRACT, {each.id: case_of(each) for each in drafts})


async def amendments_for_people(work: Work) -> dict[str, str]:
    """As `contracts_for_people`, of supplementary agreements."""
    if work.actor.is_member:
        return {}
    newest = select(ContractAmendment).where(ContractAmendment.state == AmendmentState.DRAFT)
    drafts = await work.all(newest.order_by(ContractAmendment.id.desc()).limit(approvals.MOST_WATCHED))
    concerned = select(Contract).where(one_of(Contract.id, {each.contract_id for each in drafts}))
    scopes = {contract.id: case_of(contract) for contract in await work.all(concerned)}
    cases = {each.id: scopes[each.contract_id] for each in drafts}
    return await approvals.kept_from(work, SubjectKind.AMENDMENT, cases)
