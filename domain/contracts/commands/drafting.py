"""Writing a contract: from an accepted quotation or directly, and changing what it says before it is signed (CT-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.approvals import commands as approvals
from domain.catalogue import queries as catalogue
from domain.contracts import queries, rules
from domain.contracts.commands.amending import today_of
from domain.contracts.commands.renewing import set_renewal
from domain.contracts.commands.reviewing import digest_of
from domain.contracts.events import ContractChanged, ContractCheckSettled, ContractDrafted
from domain.contracts.models import Contract, ContractCheck, ContractInstalment, ContractRate
from domain.contracts.queries import rates as rates_seen
from domain.contracts.rules import CONTRACTS, ContractMove, Instalment
from domain.contracts.rules.rates import Rate, check_billing_months, expected_total
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.kinds import ContractChecklist, ExpiryReminders, PaymentTerms
from domain.policies.rules.kinds.assets import Expiring
from domain.policies.rules.kinds.money import ContractText
from domain.presales.queries import quotations
from tenancy.numbers import next_number
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

NUMBERS = "contracts"


@dataclass(frozen=True)
class Wording:
    """What a contract says besides its fees; texts are cleaned and checked when it is written."""

    title: str
    own_party: str
    customer_party: str
    starts_on: date
    ends_on: date | None = None
    notice_days: int = 0
    scope: str = ""
    acceptance_standard: str = ""
    liability: str = ""
    # By how many months it renews; 0 for not at all, None for as the clause says.
    renewal_months: int | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of the row. Raises `Invalid` with the place of what is wrong."""
        rules.check_term(self.starts_on, self.ends_on, self.notice_days)
        rules.check_renewal(self.renewal_months)
        long = {"scope": "scope", "acceptance_standard": "acceptanceStandard", "liability": "liability"}
        return {
            "title": one_line(self.title, rules.MAX_TITLE, "title"),
            "own_party": one_line(self.own_party, rules.MAX_NAME, "ownParty"),
            "customer_party": one_line(self.customer_party, rules.MAX_NAME, "customerParty"),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "notice_days": self.notice_days,
            **{
                name: several_lines(getattr(self, name), rules.MAX_TEXT, path, may_be_empty=True)
                for name, path in long.items()
            },
        }


@dataclass(frozen=True)
class Fees:
    """What a contract costs; without instalments they are those of the clause on payment. What is counted is billed by
    its rates on top, every `billing_months`."""

    net: Money
    tax: Money
    instalments: Sequence[Instalment] | None = None
    rates: Sequence[Rate] = ()
    billing_months: int = 1


@command(needs=Permission.CONTRACTS_MANAGE)
async def draft_contract(
    work: Work,
    *,
    customer_id: UUID | None,
    quotation_id: UUID | None,
    wording: Wording,
    fees: Fees | None,
    instalments: Sequence[Instalment] | None = None,
    rates: Sequence[Rate] = (),
    billing_months: int = 1,
    department_id: UUID | None = None,
    service_line_id: UUID | None = None,
) -> Contract:
    """Write a contract for a customer with its fees, or from an accepted quotation, whose customer and price it has.

    Refuses what says otherwise than the quotation, a term that is over, and one that would renew at once. The
    checklist, the reminders and, unless told, the schedule are those of the clauses in force now.
    """
    columns = wording.columns()
    quotation = await _accepted(work, quotation_id) if quotation_id is not None else None
    if quotation is not None:
        _refuse_otherwise(quotation, customer_id, service_line_id, fees)
        customer_id, service_line_id = quotation.customer_id, quotation.service_line_id
        fees = Fees(quotation.net, quotation.tax, instalments, rates, billing_months)
        department_id = department_id or quotation.department_id
    if customer_id is None or fees is None:
        text = message("Say with whom and for which fees, or name an accepted quotation.")
        raise Invalid(text, path=("customerId",))
    customer = await customers.get(work, customer_id, "customerId")
    if not customer.active:
        raise Invalid(message("This customer is inactive and gets no new contracts."), path=("customerId",))
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    version = await policies.version_in_force(work)
    contract = Contract(
        number="",
        quotation_id=quotation.id if quotation is not None else None,
        customer_id=customer_id,
        customer_tier=customer.tier,
        service_line_id=service_line_id,
        service_lines=await catalogue.line_codes(work, service_line_id, "serviceLineId") if service_line_id else [],
        department_id=department_id,
        prepared_by_id=work.actor.id if work.actor.is_member else None,
        handbook_version_id=version.id if version is not None else None,
        checklist_clause_id=None,
        reminder_clause_id=None,
        drafted_at=work.now,
        **columns,
        **_amounts(fees),
    )
    contract.number = f"CON-{await next_number(work, NUMBERS):06}"
    work.add(contract)
    await _by_clauses(work, contract)
    await _renewing(work, contract, wording)
    await _schedule(work, contract, fees)
    _price(work, contract, fees)
    work.record(ContractDrafted(contract_id=contract.id), about=contract)
    return contract


@command(needs=Permission.CONTRACTS_MANAGE)
async def change_contract(
    work: Work,
    *,
    contract_id: UUID,
    wording: Wording,
    fees: Fees | None,
    instalments: Sequence[Instalment] | None,
    rates: Sequence[Rate] = (),
    billing_months: int = 1,
) -> Contract:
    """Write a contract that is not signed anew. What was approved, or was being, is void; what comes of a quotation
    keeps its price. Items of the checklist are open again that stand for what is changed. Without instalments the
    schedule is that of the clause on payment; rates are given anew."""
    subject = Subject(SubjectKind.CONTRACT, contract_id)
    await approvals.lock_with_subject(work, subject=subject)
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    contract.state = CONTRACTS.next(contract.state, ContractMove.CHANGE)
    await approvals.void_granted(work, contract.approval_id)
    contract.approval_id = contract.approved_digest = None
    before = {part: getattr(contract, part.value) for part in ContractText}
    said = await digest_of(work, contract)
    for name, value in wording.columns().items():
        setattr(contract, name, value)
    await _renewing(work, contract, wording)
    if contract.quotation_id is not None:
        if fees is not None:
            text = message("This contract comes of a quotation and has its price: make a new version of that.")
            raise Invalid(text, path=("net",))
        fees = Fees(Money(contract.net_minor, contract.currency), Money(contract.tax_minor, contract.currency))
    elif fees is None:
        raise Invalid(message("Say which fees the contract has."), path=("net",))
    fees = Fees(fees.net, fees.tax, instalments, rates, billing_months)
    for name, value in _amounts(fees).items():
        setattr(contract, name, value)
    for row in (*await queries.instalments_of(work, contract), *await rates_seen.rates_of(work, contract)):
        work.delete(row)
    await work.flush()
    await _schedule(work, contract, fees)
    _price(work, contract, fees)
    if await digest_of(work, contract) != said:
        changed = {part for part, text in before.items() if getattr(contract, part.value) != text}
        await _open_again(work, contract, changed)
    await approvals.end_with_subject(work, subject=subject)
    work.record(ContractChanged(contract_id=contract.id), about=contract)
    return contract


async def _accepted(work: Work, quotation_id: UUID) -> quotations.Accepted:
    quotation = await quotations.accepted(work, quotation_id, "quotationId")
    if await queries.of_quotation(work, quotation_id) is not None:
        raise Conflict(message("This quotation has become a contract already."), path=("quotationId",))
    return quotation


def _refuse_otherwise(
    quotation: quotations.Accepted, customer_id: UUID | None, service_line_id: UUID | None, fees: Fees | None
) -> None:
    """Refuse what is given beside a quotation and contradicts it."""
    given = {
        "customerId": (customer_id, quotation.customer_id),
        "serviceLineId": (service_line_id, quotation.service_line_id),
        "net": (fees.net if fees is not None else None, quotation.net),
        "taxPercent": (fees.tax if fees is not None else None, quotation.tax),
    }
    for path, (wished, offered) in given.items():
        if wished is not None and wished != offered:
            text = message("The quotation says otherwise: leave this out, or make a new version of the quotation.")
            raise Invalid(text, path=(path,))


async def _renewing(work: Work, contract: Contract, wording: Wording) -> None:
    """By how much it renews, if that leaves a day on which notice can be given."""
    await set_renewal(work, contract, wording.renewal_months)
    renews = contract.renewal_months is not None
    rules.check_new_term(contract.starts_on, contract.ends_on, contract.notice_days, today_of(work), renews=renews)


async def _open_again(work: Work, contract: Contract, changed: set[ContractText]) -> None:
    """Items of the checklist that stand for what the contract says otherwise now are settled no more."""
    clause = await queries.checklist_of(work, contract)
    for check in await queries.checks_of(work, contract):
        texts = rules.settled_in(clause.value, check.position) if clause is not None else ()
        if check.settled_at is None or (texts and not changed.intersection(texts)):
            continue
        check.settled_at = check.settled_by_id = None
        work.record(ContractCheckSettled(contract_id=contract.id, check_id=check.id, settled=False), about=check)


def _amounts(fees: Fees) -> dict[str, Any]:
    if fees.net.minor or fees.tax.minor or not fees.rates:
        rules.check_fee(fees.net, fees.tax)
    elif fees.instalments:
        raise Invalid(message("There are no fixed fees that could be paid in instalments."), path=("instalments",))
    expected = expected_total(fees.rates, fees.net.currency)
    check_billing_months(fees.billing_months)
    return {
        "expected_minor": expected.minor,
        "billing_months": fees.billing_months if fees.rates else None,
        "currency": fees.net.currency,
        "net_minor": fees.net.minor,
        "tax_minor": fees.tax.minor,
        "total_minor": (fees.net + fees.tax).minor,
    }


async def _by_clauses(work: Work, contract: Contract) -> None:
    """The clauses that the contract goes by from now on, and the checklist of one."""
    scope = queries.case_of(contract)
    checklist = await policies.find_rule(work, ContractChecklist, scope=scope)
    reminders = await policies.find_rule(work, ExpiryReminders, scope=scope, topic=Expiring.CONTRACT.value)
    contract.reminder_clause_id = reminders.clause.clause_id if reminders is not None else None
    if checklist is None:
        return
    contract.checklist_clause_id = checklist.clause.clause_id
    for position, item in enumerate(checklist.value.items, start=1):
        work.add(
            ContractCheck(contract_id=contract.id, position=position, item=item.model_dump(exclude={"settled_in"}))
        )
    policies_commands.cite(
        work,
        checklist,
        about=Subject(SubjectKind.CONTRACT, contract.id),
        decision="contracts.checklist",
        inputs={"drafted_at": contract.drafted_at},
        result={"items": len(checklist.value.items)},
    )


def _price(work: Work, contract: Contract, fees: Fees) -> None:
    for position, each in enumerate(fees.rates, start=1):
        work.add(
            ContractRate(
                contract_id=contract.id,
                position=position,
                code=each.code,
                name=each.line.description,
                basis=each.basis,
                activities=[activity.value for activity in each.activities],
                kind=each.line.kind,
                unit=each.line.unit,
                unit_price_minor=each.line.amount.unit_price.minor,
                currency=contract.currency,
                tax_percent=each.line.amount.tax_percent,
                expected_quantity=each.expected,
            )
        )


async def _schedule(work: Work, contract: Contract, fees: Fees) -> None:
    if not fees.net.minor:
        return
    instalments = fees.instalments
    if instalments is None:
        terms = await policies.find_rule(work, PaymentTerms, scope=queries.case_of(contract))
        instalments = rules.usual_instalments(terms.value if terms is not None else None)
        if terms is not None and terms.value.instalments:
            policies_commands.cite(
                work,
                terms,
                about=Subject(SubjectKind.CONTRACT, contract.id),
                decision="contracts.schedule",
                inputs={"total_minor": contract.total_minor, "currency": contract.currency},
                result={"shares": [each.share_percent for each in instalments]},
            )
    for position, fee in enumerate(rules.fees(instalments, fees.net, fees.tax), start=1):
        work.add(
            ContractInstalment(
                contract_id=contract.id,
                position=position,
                name=dict(fee.instalment.name),
                trigger=fee.instalment.trigger,
                share_percent=fee.instalment.share_percent,
                due_on=fee.instalment.due_on,
                net_minor=fee.net.minor,
                tax_minor=fee.tax.minor,
                total_minor=(fee.net + fee.tax).minor,
                currency=contract.currency,
            )
        )
