"""What is to be billed by what is counted: usage and working time that no invoice has, and what the next one has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, any_, case, cast, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from domain.billing.models import Invoice, SettledItem, UsageSettlement
from domain.billing.rules import usage as rules
from domain.billing.rules.invoices import State
from domain.billing.rules.usage import Charge, Claimant, Priced, Used, Worked
from domain.contracts import queries as contracts
from domain.contracts.models import Contract, ContractObligation, UsageRecord
from domain.contracts.queries import rates as rates_seen
from domain.contracts.rules.rates import Period, RateBasis
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.operations.models import ScheduledWork, TimeRecord, WorkPlan
from domain.operations.queries.time import minutes_now, month_closed
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.money import PaymentTerms
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.refusals import missing_permission
from tenancy.rows import another
from tenancy.work import Work


def visible_settlements(actor: Actor, settlements: Any) -> ColumnElement[bool]:
    """Settlements are seen with their contract, by whoever reads invoices."""
    return contracts.visible_parts(actor, settlements) if actor.may(Permission.BILLING_READ) else false()


def visible_items(actor: Actor, items: Any) -> ColumnElement[bool]:
    """Items are seen with their settlement."""
    found = another(UsageSettlement)
    return select(found.id).where(found.id == items.settlement_id, visible_settlements(actor, found)).exists()


def stands(settlements: Any) -> ColumnElement[bool]:
    """Whether what was settled counts: the invoice of a settlement is not cancelled."""
    invoices = another(Invoice)
    gone = select(invoices.id).where(invoices.id == settlements.invoice_id, invoices.state == State.CANCELLED)
    return ~gone.exists()


def priced(row: Any) -> Priced:
    """A stored rate as the rules know it."""
    return Priced(
        id=row.id,
        name=row.name,
        basis=row.basis,
        activities=tuple(row.activities),
        kind=row.kind,
        unit=row.unit,
        unit_price=Money(row.unit_price_minor, row.currency),
        tax_percent=row.tax_percent,
    )


async def claimants(work: Work, customer_id: UUID, *, lock: bool = False) -> list[Claimant]:
    """The contracts of a customer that charge for what is counted."""
    return [
        Claimant(
            id=contract.id,
            starts_on=contract.starts_on,
            last_day_on=rates_seen.last_day_of(work, contract),
            service_line=contract.service_lines[0] if contract.service_lines else None,
            rates=[priced(row) for row in await rates_seen.rates_of(work, contract)],
        )
        for contract in await rates_seen.counted_of(work, customer_id, lock=lock)
    ]


async def last_settlement(work: Work, contract_id: UUID) -> UsageSettlement | None:
    """The settlement of a contract that came last."""
    own = select(UsageSettlement).where(UsageSettlement.contract_id == contract_id)
    return await work.first(own.order_by(UsageSettlement.position.desc()).limit(1))


async def used(work: Work, contract_id: UUID, until_on: date) -> list[Used]:
    """What was reported up to a day and is on no invoice."""
    settled = (
        select(SettledItem.id)
        .join(UsageSettlement, UsageSettlement.id == SettledItem.settlement_id)
        .where(SettledItem.usage_record_id == UsageRecord.id, stands(UsageSettlement))
    )
    open_ = (
        select(UsageRecord.id, UsageRecord.rate_id, UsageRecord.used_on, UsageRecord.quantity)
        .where(UsageRecord.contract_id == contract_id, UsageRecord.used_on <= until_on, ~settled.exists())
        .order_by(UsageRecord.used_on, UsageRecord.id)
    )
    return [Used(row["id"], row["rate_id"], row["used_on"], row["quantity"]) for row in await work.rows(open_)]


async def worked(
    work: Work, customer_id: UUID, claimant: Claimant, until_on: date, *, approved_only: bool
) -> list[Worked]:
    """Billable working time for a customer up to a day that a contract may charge for, of which not all is on an
    invoice as it is recorded now. What none of its rates is for is not even read: it would be at every settlement."""
    now = cast(minutes_now(TimeRecord), SettledItem.quantity.type)
    settled = _settled(SettledItem.quantity)
    plain = cast(ServiceRequest.service_lines, ARRAY(Text()))
    lines = func.coalesce(case((TimeRecord.request_id.is_not(None), plain), else_=WorkPlan.service_lines), [])
    found = (
        select(
            TimeRecord.id,
            TimeRecord.worked_on,
            cast(TimeRecord.activity, Text()).label("activity"),
            now.label("minutes"),
            settled.label("settled"),
            _settled(SettledItem.billed).label("billed"),
            lines.label("lines"),
            ContractObligation.contract_id.label("owed_by"),
        )
        .select_from(TimeRecord)
        .outerjoin(ServiceRequest, ServiceRequest.id == TimeRecord.request_id)
        .outerjoin(ScheduledWork, ScheduledWork.id == TimeRecord.work_id)
        .outerjoin(WorkPlan, WorkPlan.id == ScheduledWork.plan_id)
        .outerjoin(ContractObligation, ContractObligation.id == WorkPlan.obligation_id)
        .where(
            TimeRecord.customer_id == customer_id,
            TimeRecord.corrects_id.is_(None),
            TimeRecord.billable.is_(True),
            TimeRecord.worked_on >= claimant.starts_on,
            TimeRecord.worked_on <= min(until_on, claimant.last_day_on or until_on),
            _charged_for(claimant, ContractObligation.contract_id, lines),
            now != settled,
            month_closed(TimeRecord) if approved_only else true(),
        )
        .order_by(TimeRecord.worked_on, TimeRecord.id)
    )
    return [
        Worked(
            record_id=row["id"],
            worked_on=row["worked_on"],
            activity=row["activity"],
            minutes=int(row["minutes"]),
            service_lines=row["lines"],
            owed_by=row["owed_by"],
            settled_minutes=int(row["settled"]),
            billed_minutes=int(row["billed"]),
        )
        for row in await work.rows(found)
    ]


def _charged_for(claimant: Claimant, owed_by: Any, lines: Any) -> ColumnElement[bool]:
    """What a contract's rates may be for, as far as a statement tells: by the kind of work, by which contract owes it,
    and by its service lines. `rules.charged_by` has the last word."""
    timed = [rate for rate in claimant.rates if rate.basis is RateBasis.TIME]
    named = sorted({activity for rate in timed for activity in rate.activities})
    every = any(not rate.activities for rate in timed)
    of_kind = true() if every else cast(TimeRecord.activity, Text()) == any_(literal(named, ARRAY(Text())))
    asked = true() if claimant.service_line is None else literal(claimant.service_line, Text()) == any_(lines)
    return and_(of_kind, or_(owed_by == claimant.id, and_(owed_by.is_(None), asked)))


def _settled(column: Any) -> Any:
    """What settlements that stand have of a record of working time, inside a statement."""
    return (
        select(func.coalesce(func.sum(column), 0))
        .join(UsageSettlement, UsageSettlement.id == SettledItem.settlement_id)
        .where(SettledItem.time_record_id == TimeRecord.id, stands(UsageSettlement))
        .correlate(TimeRecord)
        .scalar_subquery()
    )


async def terms_of(work: Work, contract: Contract) -> Ruling[PaymentTerms] | None:
    """The payment terms that a contract is billed by now."""
    return await policies.find_rule(work, PaymentTerms, scope=contracts.case_of(contract))


async def charges_of(
    work: Work, contract: Contract, everyone: Sequence[Claimant], period: Period, terms: PaymentTerms | None
) -> list[Charge]:
    """What a contract would bill for a period, with what came in late for earlier ones; nothing before it is signed."""
    own = next((each for each in everyone if each.id == contract.id), None)
    if own is None:
        return []
    theirs: list[Worked] = []
    if any(rate.basis is RateBasis.TIME for rate in own.rates):
        approved_only = terms is not None and terms.approved_time_only
        records = await worked(work, contract.customer_id, own, period.until_on, approved_only=approved_only)
        theirs = [each for each in records if (to := rules.charged_by(each, everyone)) is not None and to.id == own.id]
    return rules.charges(own.rates, await used(work, contract.id, period.until_on), theirs, period, terms)


async def codes_of(work: Work, contract: Contract) -> dict[UUID, str]:
    """The codes of a contract's rates by their ids."""
    return {rate.id: rate.code for rate in await rates_seen.rates_of(work, contract)}


@dataclass(frozen=True)
class Preview:
    """What the next invoice of a contract would have, by what is known."""

    contract: Contract
    period: Period
    charges: list[Charge]
    terms: Ruling[PaymentTerms] | None


async def preview(work: Work, contract_id: UUID) -> Preview | None:
    """What would be billed next; None for a contract that the actor may not see, that counts nothing or is settled.

    Refuses those who may not read invoices.
    """
    if not work.actor.may(Permission.BILLING_READ):
        raise missing_permission(Permission.BILLING_READ)
    contract = await work.first(
        select(Contract).where(Contract.id == contract_id, contracts.visible(work.actor, Contract))
    )
    if contract is None:
        return None
    period = rates_seen.next_period_of(work, contract)
    last = await last_settlement(work, contract.id)
    if period is None and last is not None:
        # What came in after the last period can be billed by hand.
        period = Period(last.since_on, last.until_on)
    if period is None:
        return None
    terms = await terms_of(work, contract)
    everyone = await claimants(work, contract.customer_id)
    found = await charges_of(work, contract, everyone, period, terms.value if terms is not None else None)
    return Preview(contract, period, found, terms)


@dataclass(frozen=True)
class Late:
    """What came in after a contract's last period was settled, and would be billed by hand."""

    contract: Contract
    # Of which settlement it is too late.
    settlement: UsageSettlement
    net: Money


async def late_ones(work: Work) -> list[Late]:
    """The contracts that have ended of which something came in late and is on no invoice, by number."""
    ended = select(Contract).where(rates_seen.is_settled_to_its_end(Contract)).order_by(Contract.number, Contract.id)
    found = []
    for contract in await work.all(ended):
        last = await last_settlement(work, contract.id)
        if last is None:
            continue
        terms, everyone = await terms_of(work, contract), await claimants(work, contract.customer_id)
        period = Period(last.since_on, last.until_on)
        charged = await charges_of(work, contract, everyone, period, terms.value if terms is not None else None)
        net = Money.total((charge.line(charge.rate.name).amount.net for charge in charged), contract.currency)
        if net.minor:
            found.append(Late(contract, last, net))
    return found
