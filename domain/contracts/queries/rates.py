"""What contracts charge by what is counted: their rates, what was reported, and which periods are over."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, literal_column, select

from domain.contracts.models import Contract, ContractRate, UsageRecord
from domain.contracts.rules import ContractState
from domain.contracts.rules.rates import Period, next_period
from tenancy.models import current_day, day_of, one_of
from tenancy.work import Work

# What comes in later than that after a contract has ended, nobody is told of.
MOST_DAYS_LATE = 366


async def rates_of(work: Work, contract: Contract) -> list[ContractRate]:
    """Its rates in order."""
    own = select(ContractRate).where(ContractRate.contract_id == contract.id)
    return await work.all(own.order_by(ContractRate.position))


def plain(rate: ContractRate) -> list[object]:
    """A rate as JSON, from which the fingerprint of what is approved is made."""
    quantities = (rate.tax_percent, rate.expected_quantity)
    words = [rate.code, rate.name, rate.basis.value, rate.activities, rate.kind.value, rate.unit]
    return [*words, rate.unit_price_minor, *(f"{each.normalize():f}" for each in quantities)]


def last_day_of(work: Work, contract: Contract) -> date | None:
    """The last day on which something is counted; None while it runs without an end."""
    ended = contract.terminated_on or contract.ends_on
    if contract.state is ContractState.COMPLETED and contract.ended_at is not None:
        done = contract.ended_at.astimezone(ZoneInfo(work.opening.zone)).date()
        return done if ended is None else min(done, ended)
    return ended


def next_period_of(work: Work, contract: Contract) -> Period | None:
    """The period that is billed next; None for a contract without rates, and once its last day is settled."""
    if contract.billing_months is None:
        return None
    return next_period(
        contract.starts_on, contract.settled_until_on, contract.billing_months, last_day_of(work, contract)
    )


def has_period_over(contracts: Any) -> ColumnElement[bool]:
    """Whether a billing period of a signed contract is over and not settled."""
    since = func.coalesce(
        cast(contracts.settled_until_on + literal_column("interval '1 day'"), Date), contracts.starts_on
    )
    months = contracts.billing_months * literal_column("interval '1 month'")
    full = cast(func.date_trunc("month", since) + months - literal_column("interval '1 day'"), Date)
    done = case((contracts.state == ContractState.COMPLETED, day_of(contracts.ended_at)))
    ends = func.least(func.coalesce(contracts.terminated_on, contracts.ends_on), done)
    return and_(
        contracts.billing_months.is_not(None),
        contracts.signed_on.is_not(None),
        since <= func.coalesce(ends, since),
        func.least(full, ends) < current_day(),
    )


def is_settled_to_its_end(contracts: Any) -> ColumnElement[bool]:
    """Whether the last billing period of a contract that has ended within a year is settled."""
    done = case((contracts.state == ContractState.COMPLETED, day_of(contracts.ended_at)))
    ends = func.least(func.coalesce(contracts.terminated_on, contracts.ends_on), done)
    return and_(
        contracts.billing_months.is_not(None),
        contracts.settled_until_on >= ends,
        ends > current_day() - MOST_DAYS_LATE,
    )


async def counted_of(work: Work, customer_id: UUID, *, lock: bool = False) -> list[Contract]:
    """The signed contracts of a customer with rates, by number; under their locks, so that no two bill the same."""
    own = select(Contract).where(
        Contract.customer_id == customer_id, Contract.billing_months.is_not(None), Contract.signed_on.is_not(None)
    )
    own = own.order_by(Contract.number, Contract.id)
    return await work.all(own.with_for_update() if lock else own)


async def with_periods_over(work: Work) -> list[UUID]:
    """All contracts of which a billing period is over and not settled."""
    found = select(Contract.id).where(has_period_over(Contract)).order_by(Contract.id)
    return [row["id"] for row in await work.rows(found)]


async def reported(work: Work, contract: Contract, source_references: list[str]) -> dict[str, UsageRecord]:
    """What was reported under these ids before."""
    own = select(UsageRecord).where(
        UsageRecord.contract_id == contract.id, one_of(UsageRecord.source_reference, source_references)
    )
    return {row.source_reference: row for row in await work.all(own)}
