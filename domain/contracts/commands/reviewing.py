"""Review: several departments and leadership by the chain for contracts, and what comes of the outcome (CT-1, CT-2)."""

from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.contracts import queries, rules
from domain.contracts.events import ContractApproved, ContractReturned, ContractSubmitted, ContractWithdrawn
from domain.contracts.models import Contract
from domain.contracts.queries import rates
from domain.contracts.rules import CONTRACTS, ContractMove, ContractState
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


@command(needs=Permission.CONTRACTS_MANAGE)
async def submit_contract(work: Work, *, contract_id: UUID) -> Contract:
    """Have a draft reviewed by the chain for contracts; where the handbook has none, it is approved at once."""
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.SUBMIT)
    work.record(ContractSubmitted(contract_id=contract.id), about=contract)
    topic = chain_topic(SubjectKind.CONTRACT)
    chain = await policies.find_rule(work, ApprovalChain, scope=queries.case_of(contract), topic=topic)
    if chain is not None:
        await _ask(work, contract, chain)
        return contract
    await _approve(work, contract, by_itself=True)
    return contract


@command(needs=Permission.CONTRACTS_MANAGE)
async def withdraw_contract(work: Work, *, contract_id: UUID) -> Contract:
    """Give up a contract that is not signed; what waits for approval is void, and so is what was approved."""
    subject = Subject(SubjectKind.CONTRACT, contract_id)
    await approvals.lock_with_subject(work, subject=subject)
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.WITHDRAW)
    await approvals.void_granted(work, contract.approval_id)
    await approvals.end_with_subject(work, subject=subject)
    work.record(ContractWithdrawn(contract_id=contract.id), about=contract)
    return contract


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved may be signed, if it says what was approved."""
    contract = await _decided(work, event)
    if contract is None:
        return
    approval = await approvals_seen.get(work, event.approval_id)
    if approval.facts.get("content") != await digest_of(work, contract):
        _give_back(work, contract)
        return
    await _approve(work, contract, by_itself=False)


async def follow_refusal(work: Work, event: ApprovalRefused) -> None:
    """What is refused is a draft again."""
    await _return(work, event)


async def follow_return(work: Work, event: ApprovalReturned) -> None:
    """What is returned is a draft again."""
    await _return(work, event)


async def follow_withdrawal(work: Work, event: ApprovalWithdrawn) -> None:
    """Whoever takes back what they asked the approvers for has a draft again."""
    await _return(work, event)


async def digest_of(work: Work, contract: Contract) -> str:
    """The fingerprint of all that a contract says: parties, texts, term, fees and their schedule."""
    texts = ("title", "own_party", "customer_party", "scope", "acceptance_standard", "liability", "currency")
    said = {
        **{name: getattr(contract, name) for name in (*texts, "net_minor", "tax_minor", "notice_days")},
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat() if contract.ends_on is not None else None,
        "quotation_id": str(contract.quotation_id) if contract.quotation_id is not None else None,
        "instalments": [
            [each.name, each.trigger.value, each.due_on.isoformat() if each.due_on else None, each.total_minor]
            for each in await queries.instalments_of(work, contract)
        ],
    }
    if contract.renewal_months is not None:
        # Contracts that don't renew keep the fingerprint that they had before there were renewals.
        said["renewal"] = [contract.renewal_months, contract.most_renewals]
    if contract.billing_months is not None:
        counted = await rates.rates_of(work, contract)
        said["rates"] = [contract.billing_months, [rates.plain(each) for each in counted]]
    return rules.content_digest(said)


async def _approve(work: Work, contract: Contract, *, by_itself: bool) -> None:
    contract.state = CONTRACTS.next(contract.state, ContractMove.APPROVE)
    contract.approved_digest = await digest_of(work, contract)
    work.record(ContractApproved(contract_id=contract.id, by_itself=by_itself), about=contract)


async def _ask(work: Work, contract: Contract, chain: Ruling[ApprovalChain]) -> None:
    requester_id = approvals_seen.requester(work, chain, "contractId")
    customer = await customers.get(work, contract.customer_id)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.CONTRACT, contract.id),
        chain=chain,
        requester_id=requester_id,
        own_of=[contract.prepared_by_id] if contract.prepared_by_id else [],
        facts={
            "contract_number": contract.number,
            "customer_id": contract.customer_id,
            "customer_name": customer.name,
            "customer_tier": contract.customer_tier,
            "account_owner_id": customer.owner_id,
            "department_id": contract.department_id,
            # Else whoever writes what is counted instead of a fee would get by without those who approve by amount.
            "amount_minor": contract.total_minor + contract.expected_minor,
            "expected_minor": contract.expected_minor,
            "currency": contract.currency,
            "starts_on": contract.starts_on,
            "ends_on": contract.ends_on,
            "notice_days": contract.notice_days,
            "from_quotation": contract.quotation_id is not None,
            "content": await digest_of(work, contract),
        },
    )
    contract.approval_id = approval.id


async def _return(work: Work, event: Outcome) -> None:
    contract = await _decided(work, event)
    if contract is not None:
        _give_back(work, contract)


def _give_back(work: Work, contract: Contract) -> None:
    contract.state = CONTRACTS.next(contract.state, ContractMove.RETURN)
    work.record(ContractReturned(contract_id=contract.id), about=contract)


async def _decided(work: Work, event: Outcome) -> Contract | None:
    """The contract that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.CONTRACT.value:
        return None
    contract = await queries.any_one(work, event.subject_id, lock=True)
    if contract.state is not ContractState.IN_REVIEW or contract.approval_id != event.approval_id:
        return None
    return contract
