"""Quality from requests as people really move them: what was in time, what was never done, and who was satisfied."""

from datetime import date
from uuid import UUID

import pytest

from domain.consequences import settle
from domain.policies.rules.kinds import Metric
from domain.quality import commands as quality
from domain.quality import queries
from domain.quality.rules import Counted, Month, Verdict
from domain.requests import commands as requests
from tenancy.database import reading, writing
from tests.domain.quality.company import target
from tests.domain.requests.company import (
    Company,
    at,
    do,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    submit,
    under_way,
)
from tests.handbooks import publish

JUNE = Month(date(2026, 6, 1))


@pytest.fixture
async def software(pool: None) -> Company:
    """Four hours for the most urgent; 90 per cent of everything, satisfied from 4 of 5 points."""
    company = await founded()
    targets = [(f"8.{number}", target(metric, 90)) for number, metric in enumerate(Metric, start=1)]
    await publish(company.admin, *software_clauses(), *targets)
    return company


@pytest.fixture
async def service(pool: None) -> Company:
    """To the end of the next working day; half of everything, satisfied from 8 of 10 points."""
    company = await founded()
    targets = [(f"8.{number}", target(metric, 50)) for number, metric in enumerate(Metric, start=1)]
    await publish(company.admin, *service_clauses(), *targets)
    return company


async def live_a_day(company: Company) -> tuple[UUID, UUID]:
    """One request is resolved the next noon and confirmed with 5 points, another is never touched."""
    ignored = await submit(company)
    worked_on = await under_way(company)
    await go_to(company, at("Tue 2 12:00"))
    done = await do(requests.resolve, company.agent, worked_on, resolution="Restarted the proxy")
    await do(requests.confirm, company.clerk, done, score=5)
    await go_to(company, at("Wed 10 12:00"))
    return done.id, ignored.id


async def measured(company: Company) -> dict[Metric, tuple[int, int, Verdict]]:
    """The figures of the company as a whole."""
    async with writing(company.admin, settle=settle) as work:
        await quality.measure(work, period=JUNE.starts_on)
        found = await queries.holding(work, JUNE)
    return {
        result.metric: (result.numerator, result.denominator, result.verdict)
        for result in found
        if result.department_id is None
    }


async def test_the_same_day_is_late_by_one_rulebook_and_in_time_by_the_other(
    software: Company, service: Company
) -> None:
    await live_a_day(software)
    await live_a_day(service)
    assert await measured(software) == {
        Metric.RESOLVED_IN_TIME: (0, 2, Verdict.MISSED),
        Metric.RESPONSE_IN_TIME: (1, 2, Verdict.MISSED),
        Metric.SATISFACTION: (1, 1, Verdict.MET),
        Metric.WITHOUT_COMPLAINT: (1, 1, Verdict.MET),
        Metric.NOT_REOPENED: (1, 1, Verdict.MET),
        Metric.FIRST_CONTACT: (1, 1, Verdict.MET),
        Metric.RESOLVED: (1, 2, Verdict.MISSED),
    }
    assert await measured(service) == {
        Metric.RESOLVED_IN_TIME: (1, 2, Verdict.MET),
        Metric.RESPONSE_IN_TIME: (1, 2, Verdict.MET),
        Metric.SATISFACTION: (0, 1, Verdict.MISSED),
        Metric.WITHOUT_COMPLAINT: (1, 1, Verdict.MET),
        Metric.NOT_REOPENED: (1, 1, Verdict.MET),
        Metric.FIRST_CONTACT: (1, 1, Verdict.MET),
        Metric.RESOLVED: (1, 2, Verdict.MET),
    }


async def test_what_is_never_touched_counts_as_late_and_stands_in_the_evidence(service: Company) -> None:
    done, ignored = await live_a_day(service)
    await measured(service)
    async with reading(service.admin) as work:
        [result] = [
            result
            for result in await queries.holding(work, JUNE)
            if (result.metric, result.department_id) == (Metric.RESOLVED_IN_TIME, service.support_id)
        ]
        assert await queries.evidence_of(work, result.id) == {
            done: Counted.NUMERATOR,
            ignored: Counted.DENOMINATOR,
        }


async def test_what_still_runs_in_time_does_not_count_yet(service: Company) -> None:
    await submit(service)
    assert (await measured(service))[Metric.RESOLVED_IN_TIME] == (0, 0, Verdict.NO_DATA)


async def test_what_was_cancelled_in_time_never_counts(service: Company) -> None:
    request = await submit(service)
    await do(requests.cancel, service.clerk, request, reason="Came by itself")
    await go_to(service, at("Wed 10 12:00"))
    assert (await measured(service))[Metric.RESOLVED_IN_TIME] == (0, 0, Verdict.NO_DATA)


async def test_what_came_back_or_went_from_hand_to_hand_is_no_first_contact(service: Company) -> None:
    handed = await under_way(service)
    await do(requests.assign, service.dispatcher, handed, assignee_id=service.colleague.id)
    back = await under_way(service)
    for request, actor in ((handed, service.colleague), (back, service.agent)):
        await do(requests.resolve, actor, request, resolution="Done")
    await do(requests.reopen, service.clerk, back, reason="Again")
    await do(requests.resolve, service.agent, back, resolution="Done")
    for request in (handed, back):
        await do(requests.confirm, service.clerk, request, score=9)
    gone = await submit(service)
    await do(requests.cancel, service.clerk, gone, reason="Came by itself")
    found = await measured(service)
    assert found[Metric.FIRST_CONTACT] == (0, 2, Verdict.MISSED)
    assert found[Metric.NOT_REOPENED] == (1, 2, Verdict.MET)
    assert found[Metric.RESOLVED] == (2, 2, Verdict.MET)
