"""Quality measured from the records of a month, as two companies want it differently: figures, evidence, revisions."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import Metric
from domain.policies.rules.scopes import Scope
from domain.quality import commands, queries
from domain.quality.events import QualityMonthClosed, TargetMissed
from domain.quality.models import QualityResult
from domain.quality.rules import Counted, Month, Verdict
from domain.requests.models import Clock
from domain.requests.rules import ClockKind, ClockState
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import Event, JournalEntry
from tenancy.refusals import Forbidden, Invalid, Refusal
from tests.conftest import found_company
from tests.domain.quality.company import Company, founded, lay_down, pass_time, resolved, scored, target
from tests.workers.facts import found_rehearsal

JUNE = date(2026, 6, 1)
# Noon in Shanghai on the 15th, on which both rehearsal companies stand at first.
NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 7, 2, 4, tzinfo=UTC)


@pytest.fixture
async def software(pool: None) -> Company:
    """95 per cent in time and 95 satisfied, also of every department."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company, target(Metric.RESOLVED_IN_TIME, 95), target(Metric.SATISFACTION, 95))
    return company


@pytest.fixture
async def service(pool: None) -> Company:
    """80 per cent in time, of the company as a whole and from five requests on."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company, target(Metric.RESOLVED_IN_TIME, 80, minimum_sample=5, per_department=False))
    return company


async def measure(company: Company, period: date = JUNE) -> dict[tuple[Metric, UUID | None], QualityResult]:
    """The results that hold for a month after it was measured, by metric and department."""
    async with writing(company.admin, settle=settle) as work:
        await commands.measure(work, period=period)
    async with reading(company.admin) as work:
        holding = await queries.holding(work, Month.holding(period))
        return {(result.metric, result.department_id): result for result in holding}


def figures(results: dict[tuple[Metric, UUID | None], QualityResult]) -> dict[UUID | None, tuple[int, int, Verdict]]:
    """What was found of the requests resolved in time, by department."""
    return {
        department: (result.numerator, result.denominator, result.verdict)
        for (metric, department), result in results.items()
        if metric is Metric.RESOLVED_IN_TIME
    }


async def facts(actor: Actor, kind: type[Event]) -> list[Any]:
    """The facts of a kind in the journal, oldest first."""
    async with reading(actor) as work:
        entries = select(JournalEntry).where(JournalEntry.name == kind.name).order_by(JournalEntry.id)
        return [entry.event() for entry in await work.all(entries)]


async def test_the_same_records_meet_one_company_s_target_and_miss_the_other_s(
    software: Company, service: Company
) -> None:
    for company in (software, service):
        await resolved(company, *[True] * 9, False, at=NOW, department_id=company.second_line)
    strict, gentle = await measure(software), await measure(service)
    missed, no_data = (9, 10, Verdict.MISSED), (0, 0, Verdict.NO_DATA)
    assert figures(strict) == {
        None: missed,
        software.support: missed,
        software.second_line: missed,
        software.sales: no_data,
    }
    assert figures(gentle) == {None: (9, 10, Verdict.MET)}
    result = strict[Metric.RESOLVED_IN_TIME, None]
    assert (result.target_percent, result.actual_percent) == (Decimal(95), Decimal(90))


async def test_too_few_records_are_not_judged(service: Company) -> None:
    await resolved(service, False, False, False, False, at=NOW)
    assert figures(await measure(service)) == {None: (0, 4, Verdict.NO_DATA)}


async def test_satisfaction_counts_those_who_gave_a_score_in_the_month(software: Company) -> None:
    await scored(software, True, True, False, at=NOW, department_id=software.sales)
    await scored(software, False, at=NOW - timedelta(days=31))
    found = await measure(software)
    assert [
        (found[Metric.SATISFACTION, department].numerator, found[Metric.SATISFACTION, department].denominator)
        for department in (None, software.sales, software.support)
    ] == [(2, 3), (2, 3), (0, 0)]


async def test_the_month_is_that_of_the_company_s_zone_its_end_excluded(software: Company) -> None:
    july_begins_at = datetime(2026, 6, 30, 16, tzinfo=UTC)
    for at in (NOW, july_begins_at - timedelta(microseconds=1), july_begins_at):
        await resolved(software, True, at=at)
    await pass_time(software.admin, NEXT_MONTH)
    assert figures(await measure(software))[None] == (2, 2, Verdict.MET)
    assert figures(await measure(software, date(2026, 7, 31)))[None] == (1, 1, Verdict.MET)


async def test_a_target_for_answers_is_measured_by_the_clock_of_the_response(pool: None) -> None:
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company, target(Metric.RESPONSE_IN_TIME, 50))
    await resolved(company, True, False, at=NOW, kind=ClockKind.RESPONSE)
    await resolved(company, False, False, at=NOW)
    found = await measure(company)
    assert found[Metric.RESPONSE_IN_TIME, None].verdict is Verdict.MET


async def test_a_target_for_key_customers_counts_their_requests_alone(pool: None) -> None:
    company = await founded(await found_rehearsal(NOW))
    key = (target(Metric.RESOLVED_IN_TIME, 99), Scope(customer_tier=CustomerTier.KEY))
    await lay_down(company, key)
    await resolved(company, False, at=NOW)
    await resolved(company, True, True, at=NOW, tier=CustomerTier.KEY)
    [company_s] = [result for (_, department), result in (await measure(company)).items() if department is None]
    assert (company_s.customer_tier, company_s.numerator, company_s.denominator) == (CustomerTier.KEY, 2, 2)


async def test_behind_every_figure_stand_its_records(software: Company) -> None:
    good, bad = await resolved(software, True, False, at=NOW, department_id=software.second_line)
    [elsewhere] = await resolved(software, True, at=NOW, department_id=software.sales)
    found = await measure(software)
    async with reading(software.admin) as work:
        company_s = await queries.evidence_of(work, found[Metric.RESOLVED_IN_TIME, None].id)
        support_s = await queries.evidence_of(work, found[Metric.RESOLVED_IN_TIME, software.support].id)
    assert support_s == {good: Counted.NUMERATOR, bad: Counted.DENOMINATOR}
    assert company_s == {**support_s, elsewhere: Counted.NUMERATOR}


async def test_while_the_month_runs_its_results_follow_the_records(software: Company) -> None:
    await resolved(software, True, at=NOW)
    first = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    await resolved(software, False, at=NOW)
    second = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    assert second.id == first.id
    assert (second.numerator, second.denominator, second.revision, second.frozen_at) == (1, 2, 1, None)
    assert await facts(software.admin, TargetMissed) == []


async def test_what_no_target_asks_for_any_more_goes_while_the_month_runs(software: Company) -> None:
    await measure(software)
    await pass_time(software.admin, NOW + timedelta(hours=1))
    await lay_down(software, target(Metric.SATISFACTION, 90, per_department=False))
    assert list(await measure(software)) == [(Metric.SATISFACTION, None)]


async def test_a_month_that_is_over_is_frozen_cited_and_told_once(software: Company) -> None:
    await resolved(software, True, False, at=NOW)
    await measure(software)
    await pass_time(software.admin, NEXT_MONTH)
    frozen = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    assert (frozen.frozen_at, frozen.revision, frozen.verdict) == (NEXT_MONTH, 1, Verdict.MISSED)
    again = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    assert (again.id, again.measured_at) == (frozen.id, frozen.measured_at)
    async with reading(software.admin) as work:
        [decision] = await policies.decisions_about(work, Subject(SubjectKind.QUALITY_RESULT, frozen.id))
    assert (decision.decision, decision.clause_id) == ("quality.verdict", frozen.clause_id)
    assert decision.result == {"actual_percent": "50.0000", "verdict": "missed", "revision": 1}
    assert await facts(software.admin, QualityMonthClosed) == [QualityMonthClosed(starts_on=JUNE)]
    assert await facts(software.admin, TargetMissed) == [TargetMissed(result_id=frozen.id)]


async def test_a_correction_after_the_month_is_a_revision_beside_the_frozen_result(software: Company) -> None:
    [_, late] = await resolved(software, True, False, at=NOW)
    await pass_time(software.admin, NEXT_MONTH)
    frozen = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    async with writing(software.admin, settle=settle) as work:
        corrected = update(Clock).where(Clock.request_id == late)
        await work.rows(corrected.values(state=ClockState.MET, breached_at=None, stopped_at=NOW))
    revised = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    assert (revised.revision, revised.numerator, revised.verdict) == (2, 2, Verdict.MET)
    async with reading(software.admin) as work:
        before = await queries.get(work, frozen.id)
        assert (before.numerator, before.superseded_at, before.verdict) == (1, NEXT_MONTH, Verdict.MISSED)
        assert await queries.evidence_of(work, before.id) != await queries.evidence_of(work, revised.id)
    assert len(await facts(software.admin, TargetMissed)) == 1


async def test_a_month_goes_by_the_handbook_that_was_last_in_force_in_it(software: Company) -> None:
    await resolved(software, True, True, True, False, at=NOW)
    await pass_time(software.admin, NEXT_MONTH)
    await lay_down(software, target(Metric.RESOLVED_IN_TIME, 70))
    june = (await measure(software))[Metric.RESOLVED_IN_TIME, None]
    assert (june.target_percent, june.verdict) == (Decimal(95), Verdict.MISSED)


async def test_a_department_founded_after_the_month_is_no_part_of_it(software: Company) -> None:
    await pass_time(software.admin, NEXT_MONTH)
    before = await measure(software)
    async with writing(software.admin, settle=settle) as work:
        await organisation.create_department(work, name="Third line", parent_id=software.support)
    assert (await measure(software)).keys() == before.keys()


async def test_months_are_closed_when_they_are_over_and_missed_ones_made_up_for(software: Company) -> None:
    async def close() -> list[date]:
        async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
            return [month.starts_on for month in await commands.close_months(work)]

    assert await close() == [date(2026, 5, 1)]
    await pass_time(software.admin, datetime(2026, 8, 31, 16, 10, tzinfo=UTC))
    assert await close() == [date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert await close() == []


async def test_a_month_that_has_not_begun_is_not_measured(software: Company) -> None:
    for period in (date(2026, 7, 1), date(1999, 1, 1)):
        with pytest.raises(Invalid) as refused:
            await measure(software, period)
        assert refused.value.path == ("period",)


async def test_who_may_not_manage_quality_measures_nothing(software: Company) -> None:
    clerk = replace(software, admin=replace(software.admin, permissions=frozenset()))
    with pytest.raises(Forbidden):
        await measure(clerk)


async def test_a_third_company_without_targets_measures_nothing_and_sees_nothing(software: Company) -> None:
    await resolved(software, True, at=NOW)
    await measure(software)
    third = await found_company()
    with pytest.raises(Refusal) as refused:
        async with writing(third, settle=settle) as work:
            await commands.measure(work, period=work.now.date())
    assert refused.value.code == "NO_CLAUSE"
    async with reading(third) as work:
        assert await work.all(select(QualityResult)) == []


async def test_two_who_measure_at_once_take_turns(software: Company) -> None:
    await resolved(software, True, False, at=NOW)
    await pass_time(software.admin, NEXT_MONTH)
    await asyncio.gather(*(measure(software) for _ in range(3)))
    async with reading(software.admin) as work:
        assert {result.revision for result in await work.all(select(QualityResult))} == {1}
    assert len(await facts(software.admin, TargetMissed)) == 1
