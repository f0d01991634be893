"""Reporting usage that a contract charges for: once for each id, however often it is sent (AR-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.contracts import queries
from domain.contracts.commands.amending import today_of
from domain.contracts.events import UsageRecorded
from domain.contracts.models import Contract, ContractRate, UsageRecord
from domain.contracts.queries import rates as rates_seen
from domain.contracts.rules import rates as rules
from domain.contracts.rules.rates import MAX_NOTE, MAX_REFERENCE, MOST_REPORTED, RateBasis
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line
from domain.policies import queries as policies
from domain.policies.rules.kinds import PaymentTerms
from tenancy.refusals import Invalid, WrongState, message
from tenancy.work import Work


@dataclass(frozen=True)
class Reported:
    """What somebody reports: how much, as decimal text, by which rate, and on which day it was used."""

    source_reference: str
    rate_code: str
    used_on: date
    quantity: str
    note: str = ""


@command(needs=Permission.CONTRACTS_METER)
async def record_usage(work: Work, *, contract_id: UUID, reports: Sequence[Reported]) -> list[UsageRecord]:
    """Keep what was used by a contract; all of it or, naming the first that is at fault, nothing.

    What was reported before under the same reference is not kept twice. Refuses with SAID_OTHERWISE where it said
    something else, and with PERIOD_CLOSED, naming the clause, what comes too late after its period.
    """
    if not 1 <= len(reports) <= MOST_REPORTED:
        raise Invalid(message("There are 1 to {most} records."), {"most": MOST_REPORTED}, ("records",))
    # Who reports at the same time waits here, and so finds what the other has kept.
    contract = await queries.get(work, contract_id, "contractId", lock=True)
    if contract.signed_on is None or contract.billing_months is None:
        text = message("Nothing is counted by this contract: it is not signed, or has no rates.")
        raise WrongState(text, path=("contractId",), code="NOTHING_COUNTED")
    by_code = {rate.code: rate for rate in await rates_seen.rates_of(work, contract)}
    kept = await rates_seen.reported(work, contract, [" ".join(each.source_reference.split()) for each in reports])
    found = []
    for place, report in enumerate(reports):
        record = await _read(work, contract, by_code, report, ("records", str(place)))
        before = kept.get(record.source_reference)
        if before is not None:
            _refuse_other_content(before, record, ("records", str(place), "sourceReference"))
            found.append(before)
            continue
        await _refuse_closed(work, contract, record.used_on, ("records", str(place), "usedOn"))
        kept[record.source_reference] = work.add(record)
        work.record(UsageRecorded(contract_id=contract.id, record_id=record.id), about=record)
        found.append(record)
    return found


async def _read(
    work: Work, contract: Contract, by_code: dict[str, ContractRate], report: Reported, path: tuple[str, ...]
) -> UsageRecord:
    rate = by_code.get(report.rate_code)
    if rate is None or rate.basis is not RateBasis.USAGE:
        known = ", ".join(code for code, each in by_code.items() if each.basis is RateBasis.USAGE)
        text = message("The contract has no rate “{code}” for usage; it has: {known}.")
        raise Invalid(text, {"code": report.rate_code[:40], "known": known or "–"}, (*path, "rateCode"))
    last_day = rates_seen.last_day_of(work, contract)
    if report.used_on > today_of(work):
        raise Invalid(message("Usage is reported once it has been."), {}, (*path, "usedOn"))
    if report.used_on < contract.starts_on or (last_day is not None and report.used_on > last_day):
        raise Invalid(message("The day lies within the term of the contract."), {}, (*path, "usedOn"))
    return UsageRecord(
        contract_id=contract.id,
        rate_id=rate.id,
        source_reference=one_line(report.source_reference, MAX_REFERENCE, *path, "sourceReference"),
        used_on=report.used_on,
        quantity=rules.check_quantity(report.quantity, (*path, "quantity")),
        note=one_line(report.note, MAX_NOTE, *path, "note", may_be_empty=True),
        recorded_at=work.now,
        recorded_by_id=work.actor.id if work.actor.is_member else None,
    )


def _refuse_other_content(before: UsageRecord, again: UsageRecord, path: tuple[str, ...]) -> None:
    said: list[tuple[UUID, date, Decimal]] = [(each.rate_id, each.used_on, each.quantity) for each in (before, again)]
    if said[0] != said[1]:
        raise rules.refuse_other_content(again.source_reference, path)


async def _refuse_closed(work: Work, contract: Contract, used_on: date, path: tuple[str, ...]) -> None:
    """Refuse what comes later after its billing period than the payment terms let it; no clause, no bound."""
    terms = await policies.find_rule(work, PaymentTerms, scope=queries.case_of(contract))
    days = terms.value.usage_late_days if terms is not None else None
    if terms is None or days is None:
        return
    assert contract.billing_months is not None
    last_day = rates_seen.last_day_of(work, contract)
    period = rules.period_of(used_on, contract.starts_on, contract.billing_months, last_day)
    if today_of(work) > period.until_on + timedelta(days=days):
        refusal = rules.refuse_too_late(period, days, path)
        refusal.clause = terms.clause
        raise refusal
