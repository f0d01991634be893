"""Invoices over what is counted: one for each period of a contract, with what came in late for earlier ones (AR-1).

Locks are taken in one order: the contracts of the customer that count something, then the settlement.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.billing.commands import invoices
from domain.billing.events import UsageSettled, UsageSettlementDue
from domain.billing.models import Invoice, SettledItem, UsageSettlement
from domain.billing.queries import usage as queries
from domain.billing.rules import usage as rules
from domain.billing.rules.usage import Charge, Claimant
from domain.contracts import queries as contracts
from domain.contracts.models import Contract
from domain.contracts.queries import rates as rates_seen
from domain.contracts.rules.rates import Period
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding
from domain.kernel.command import command
from domain.kernel.lines import Line, sums
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies.commands import cite
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.money import PaymentTerms
from tenancy.language import Language, translate
from tenancy.refusals import WrongState, message
from tenancy.work import Work


async def settle_due(work: Work) -> None:
    """Have every contract settled of which a billing period is over, each in a transaction of its own."""
    for contract_id in await rates_seen.with_periods_over(work):
        _go_on(work, contract_id)


async def settle_next(work: Work, event: UsageSettlementDue) -> None:
    """Settle the first period of a contract that is over, and then the next. Twice or early does nothing."""
    contract = await contracts.any_one(work, event.contract_id)
    everyone = await queries.claimants(work, contract.customer_id, lock=True)
    period = _period_over(work, contract)
    if period is None:
        return
    await _settle(work, contract, everyone, period)
    if _period_over(work, contract) is not None:
        _go_on(work, contract.id)


@command(needs=Permission.BILLING_INVOICE)
async def settle_usage(work: Work, *, contract_id: UUID) -> Invoice:
    """Draft by hand what the sweep would: the invoices of periods that are over, up to the first that has anything; and
    if there is none, what came in late, or was given back by a cancelled invoice, since the last one.

    Refuses with NOTHING_TO_BILL where there is neither.
    """
    contract = await contracts.get(work, contract_id, "contractId")
    everyone = await queries.claimants(work, contract.customer_id, lock=True)
    invoice = None
    while invoice is None and (period := _period_over(work, contract)) is not None:
        invoice = await _settle(work, contract, everyone, period)
    last = await queries.last_settlement(work, contract.id)
    if invoice is None and last is not None:
        invoice = await _settle(work, contract, everyone, Period(last.since_on, last.until_on))
    if invoice is None:
        text = message("Nothing is to be billed: no period is over, or nothing was counted in it.")
        raise WrongState(text, path=("contractId",), code="NOTHING_TO_BILL")
    return invoice


def _go_on(work: Work, contract_id: UUID) -> None:
    # Under an id that is no record's, so that nobody who ends the contract's timers ends this one.
    due = UsageSettlementDue(contract_id=contract_id)
    work.schedule(work.now, due, about=work.new_id(), key=f"usage:{contract_id}")


def _period_over(work: Work, contract: Contract) -> Period | None:
    """The next period of a signed contract, if it is over."""
    period = rates_seen.next_period_of(work, contract) if contract.signed_on is not None else None
    return period if period is not None and period.until_on < organisation.today(work) else None


async def _settle(work: Work, contract: Contract, everyone: Sequence[Claimant], period: Period) -> Invoice | None:
    """One settlement, with its invoice if anything is to be billed."""
    terms = await queries.terms_of(work, contract)
    found = await queries.charges_of(work, contract, everyone, period, terms.value if terms is not None else None)
    invoice = await _draft(work, contract, found, period, terms)
    last = await queries.last_settlement(work, contract.id)
    again = last is not None and last.until_on == period.until_on
    if invoice is None and again:
        return None
    settlement = work.add(
        UsageSettlement(
            contract_id=contract.id,
            position=last.position + 1 if last is not None else 1,
            since_on=period.since_on,
            until_on=period.until_on,
            invoice_id=invoice.id if invoice is not None else None,
            settled_at=work.now,
        )
    )
    for item in (item for charge in found if invoice is not None for item in charge.items):
        work.add(
            SettledItem(
                settlement_id=settlement.id,
                rate_id=item.rate_id,
                usage_record_id=item.usage_record_id,
                time_record_id=item.time_record_id,
                quantity=item.quantity,
                billed=item.billed,
                late=item.late,
            )
        )
    contract.settled_until_on = period.until_on
    work.record(UsageSettled(contract_id=contract.id, settlement_id=settlement.id), about=settlement)
    return invoice


async def _draft(
    work: Work, contract: Contract, found: Sequence[Charge], period: Period, terms: Ruling[PaymentTerms] | None
) -> Invoice | None:
    customer = await customers.get(work, contract.customer_id)
    lines = [_line(contract, charge, period, customer.language) for charge in found]
    rounding = terms.value.tax_rounding if terms is not None else TaxRounding.PER_LINE
    if not any(line.amount.net.minor for line in lines):
        return None
    invoice = invoices.add(
        work,
        customer_id=contract.customer_id,
        currency=contract.currency,
        lines=lines,
        found=sums(lines, contract.currency, rounding),
        rounding=rounding,
        contract_id=contract.id,
    )
    if terms is not None:
        cite(
            work,
            terms,
            about=Subject(SubjectKind.INVOICE, invoice.id),
            decision="billing.usage",
            inputs={
                "since_on": period.since_on,
                "until_on": period.until_on,
                "time_unit_minutes": terms.value.time_unit_minutes,
                "time_rounding": terms.value.time_rounding,
                "approved_time_only": terms.value.approved_time_only,
            },
            result={"billed": dict(rules.as_inputs(found)), "tax_rounding": rounding},
        )
    return invoice


def _line(contract: Contract, charge: Charge, period: Period, language: Language) -> Line:
    text = message("{number} {name}, {since_on} to {until_on}")
    if charge.late:
        text = message("{number} {name}, {since_on} to {until_on}; {late} {unit} of it is of earlier days")
    values = {
        "number": contract.number,
        "name": charge.rate.name,
        "since_on": period.since_on,
        "until_on": period.until_on,
        "late": f"{charge.late.normalize():f}",
        "unit": charge.rate.unit,
    }
    return charge.line(translate(text, language, values))
