"""Statistics of requests: what came in, was resolved, reopened, late and left open, by group and by period."""

from datetime import date
from typing import Any

import pytest

from domain.consequences import settle
from domain.kernel.terms import Complexity
from domain.requests import commands, queries
from domain.requests.queries import Counted, GroupedBy, Interval
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Invalid
from tests.conftest import found_company
from tests.domain.requests.company import Company, assigned, at, do, go_to, submit, under_way

JUNE = {"since_on": date(2026, 6, 1), "until_on": date(2026, 6, 30)}


async def counted(actor: Actor, by: GroupedBy, **given: Any) -> list[Counted]:
    async with reading(actor) as work:
        return await queries.statistics(work, **{"by": by, "interval": None, "most": 100, **JUNE, **given})


async def a_month(company: Company) -> None:
    """One resolved by the first who had it, one by the second and reopened, one left alone in the second week."""
    quick = await under_way(company)
    await do(commands.resolve, company.agent, quick, resolution="Done")
    await do(commands.confirm, company.clerk, quick, score=5)
    handed = await assigned(company, customer_id=company.standard_id)
    await do(commands.assign, company.dispatcher, handed, assignee_id=company.colleague.id)
    await do(commands.resolve, company.colleague, handed, resolution="Done")
    await do(commands.reopen, company.clerk, handed, reason="Again")
    await do(commands.resolve, company.colleague, handed, resolution="Done")
    await go_to(company, at("Mon 8 09:00"))
    left = await submit(company)
    await do(commands.triage, company.dispatcher, left, complexity=Complexity.ROUTINE, category="Network")
    await go_to(company, at("Tue 9 18:00"))


async def test_what_came_in_and_what_became_of_it_is_counted_for_each_customer(
    software: Company, service: Company
) -> None:
    await a_month(software)
    [whole] = await counted(software.dispatcher, GroupedBy.ALL)
    assert (whole.submitted, whole.resolved, whole.first_contact, whole.reopened) == (3, 2, 1, 1)
    assert (whole.scored, whole.satisfied, whole.open_at_end) == (1, 1, 1)
    # The one that was left alone is late.
    assert whole.breached == 1
    big, small = await counted(software.dispatcher, GroupedBy.CUSTOMER)
    assert (big.name, big.submitted, big.first_contact, big.open_at_end) == ("Big", 2, 1, 1)
    assert (small.name, small.submitted, small.reopened, small.open_at_end) == ("Small", 1, 1, 0)
    assert len(small.request_ids) == 1
    by_category = await counted(software.dispatcher, GroupedBy.CATEGORY)
    assert {each.name: each.submitted for each in by_category} == {None: 2, "Network": 1}
    # Nothing of one company is counted in another, and nobody counts what they don't see.
    for actor in (service.dispatcher, await found_company()):
        assert await counted(actor, GroupedBy.ALL) == []
    [own] = await counted(software.colleague, GroupedBy.ALL)
    assert own.submitted == 1
    for by in GroupedBy:
        assert sum(each.submitted for each in await counted(software.dispatcher, by)) == 3


async def test_a_trend_tells_weeks_apart_and_carries_the_backlog_on(software: Company) -> None:
    await a_month(software)
    weeks = await counted(software.dispatcher, GroupedBy.ALL, interval=Interval.WEEK)
    assert [(week.starts_on.day, week.ends_on.day) for week in weeks] == [(1, 7), (8, 14), (15, 21), (22, 28), (29, 30)]
    assert [week.submitted for week in weeks] == [2, 1, 0, 0, 0]
    assert [week.resolved for week in weeks] == [2, 0, 0, 0, 0]
    assert [week.open_at_end for week in weeks] == [0, 1, 1, 1, 1]
    months = await counted(
        software.dispatcher,
        GroupedBy.ALL,
        interval=Interval.MONTH,
        since_on=date(2026, 5, 20),
        until_on=date(2026, 7, 2),
    )
    assert [(month.starts_on, month.submitted) for month in months] == [(date(2026, 6, 1), 3), (date(2026, 7, 1), 0)]


async def test_a_cause_has_the_requests_that_are_filed_under_it(software: Company) -> None:
    request = await under_way(software)
    await under_way(software)
    async with writing(software.agent, settle=settle) as work:
        problem = await commands.open_problem(work, title="Certificates")
        await commands.file_under_problem(work, request_id=request.id, problem_id=problem.id)
    found = {each.name: each for each in await counted(software.dispatcher, GroupedBy.CAUSE)}
    assert found["Certificates"].request_ids == (request.id,)
    assert (found["Certificates"].id, found[None].submitted) == (problem.id, 1)


async def test_a_time_that_is_none_is_refused(software: Company) -> None:
    for since, until in ((date(2026, 6, 2), date(2026, 6, 1)), (date(2020, 1, 1), date(2026, 1, 1))):
        with pytest.raises(Invalid) as refused:
            await counted(software.dispatcher, GroupedBy.ALL, since_on=since, until_on=until)
        assert refused.value.path == ("untilOn",)
