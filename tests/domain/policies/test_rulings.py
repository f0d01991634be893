"""Which clause decides a case, by which version, and that the answer is kept with the case."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.organisation import commands as organisation
from domain.policies import commands, queries
from domain.policies.models import HandbookVersion
from domain.policies.rules.handbooks import Standing
from domain.policies.rules.kinds import AutoConfirm, NoticePeriod, QualityTarget
from domain.policies.rules.scopes import Dimension, Scope
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import NotFound, Refusal
from tenancy.work import Work
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force, publish

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
THIRTY_DAYS: Mapping[str, Any] = {"days": 30}


class Counting:
    """Counts the queries of a piece of work."""

    def __init__(self, work: Work) -> None:
        self.queries = 0
        self._rows = work.rows
        work.rows = self._count  # type: ignore[method-assign]  # a test looks over the work's shoulder

    async def _count(self, statement: Any) -> Any:
        self.queries += 1
        return await self._rows(statement)


async def test_two_companies_with_different_clauses_are_ruled_differently(acme: Actor, globex: Actor) -> None:
    await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    await in_force(globex, CALENDAR, ("7.2", "notice_period", {"days": 45, "probation_days": 15}))
    async with reading(acme) as work:
        ruling = await queries.rule(work, NoticePeriod)
        assert (ruling.value.days_for(True), ruling.clause.number, ruling.clause.version_number) == (30, "4.1", "1")
    async with reading(globex) as work:
        ruling = await queries.rule(work, NoticePeriod)
        assert (ruling.value.days_for(True), ruling.value.days_for(False), ruling.clause.number) == (15, 45, "7.2")


async def test_without_a_handbook_in_force_the_refusal_names_the_kind_of_clause(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        await draft(work, CALENDAR, ("4.1", "notice_period", THIRTY_DAYS))
    async with reading(acme) as work:
        with pytest.raises(Refusal) as refused:
            await queries.rule(work, NoticePeriod)
        assert refused.value.code == "NO_CLAUSE"
        assert "Notice period" in str(refused.value)
        assert await queries.find_rule(work, NoticePeriod) is None


async def test_the_most_specific_clause_wins_and_the_trace_says_why(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        company = await organisation.create_department(work, name="Company")
        support = await organisation.create_department(work, name="Support", parent_id=company.id)
        second_line = await organisation.create_department(work, name="Second line", parent_id=support.id)
        sales = await organisation.create_department(work, name="Sales", parent_id=company.id)
        await publish(
            work,
            CALENDAR,
            ("4.1", "notice_period", {"days": 30}),
            ("4.2", "notice_period", {"days": 60}, {"department_id": str(company.id)}),
            ("4.10", "notice_period", {"days": 90}, {"department_id": str(support.id)}),
            ("4.11", "notice_period", {"days": 10}, {"department_id": str(sales.id)}),
        )
        ruling = await queries.rule(work, NoticePeriod, scope=Scope(department_id=second_line.id))
    assert ruling.value.days == 90
    assert [(line.number, line.standing, line.dimension) for line in ruling.why] == [
        ("4.10", Standing.WON, None),
        ("4.2", Standing.LESS_SPECIFIC, Dimension.DEPARTMENT),
        ("4.1", Standing.LESS_SPECIFIC, Dimension.DEPARTMENT),
        ("4.11", Standing.OTHER_CASE, Dimension.DEPARTMENT),
    ]


async def test_a_clause_for_some_customers_says_nothing_of_a_case_without_a_customer(acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("3.1", "auto_confirm", {"after_working_days": 3}, {"customer_tier": "key"}))
    async with reading(acme) as work:
        assert await queries.find_rule(work, AutoConfirm) is None
        ruling = await queries.rule(work, AutoConfirm, scope=Scope(customer_tier=CustomerTier.KEY))
        assert ruling.value.after_working_days == 3


async def test_a_kind_with_topics_is_ruled_topic_by_topic(acme: Actor) -> None:
    await in_force(
        acme,
        ("8.1", "quality_target", {"metric": "satisfaction", "at_least_percent": "95"}),
        ("8.2", "quality_target", {"metric": "resolved_in_time", "at_least_percent": "90.5"}),
    )
    async with reading(acme) as work:
        assert (await queries.rule(work, QualityTarget, topic="satisfaction")).clause.number == "8.1"
        assert await queries.find_rule(work, QualityTarget, topic="response_in_time") is None
        assert [ruling.clause.number for ruling in await queries.rules_of(work, QualityTarget)] == ["8.1", "8.2"]


async def test_a_running_case_keeps_its_version_and_a_new_one_goes_by_the_version_in_force(acme: Actor) -> None:
    first = await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 60}))
    async with reading(acme) as work:
        assert (await queries.rule(work, NoticePeriod)).value.days == 60
        assert (await queries.rule(work, NoticePeriod, version_id=first)).value.days == 30
        assert (await queries.rule_for_running_case(work, NoticePeriod, pinned_version_id=first)).value.days == 30


async def test_a_clause_that_applies_to_open_cases_reaches_those_that_started_under_another(acme: Actor) -> None:
    first = await in_force(acme, CALENDAR, ("4.1", "auto_confirm", {"after_working_days": 3}))
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
        await commands.put_clause(
            work,
            version_id=version.id,
            number="4.1",
            kind="auto_confirm",
            value={"after_working_days": 6},
            title={"en": "Silence"},
            applies_to_open_cases=True,
        )
        await commands.submit_version(work, version_id=version.id)
        await commands.publish_version(work, version_id=version.id)
    async with reading(acme) as work:
        ruling = await queries.rule_for_running_case(work, AutoConfirm, pinned_version_id=first)
        assert ruling.value.after_working_days == 6


async def test_a_version_published_for_later_is_not_in_force_before_its_instant(acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    async with writing(acme, settle=settle) as work:
        later = await publish(
            work, CALENDAR, ("4.1", "notice_period", {"days": 60}), effective_at=work.now + timedelta(days=10)
        )
        assert (await queries.rule(work, NoticePeriod)).value.days == 30
    async with reading(acme) as work:
        work.now += timedelta(days=10)
        ruling = await queries.rule(work, NoticePeriod)
        assert (ruling.value.days, ruling.clause.version_id) == (60, later.id)


async def test_five_rulings_cost_one_query(acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    async with reading(acme) as work:
        await queries.rule(work, NoticePeriod)
    async with reading(acme) as work:
        counting = Counting(work)
        for _ in range(5):
            await queries.rule(work, NoticePeriod)
        assert counting.queries == 1


async def test_a_pinned_case_costs_no_query_at_all(acme: Actor) -> None:
    first = await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    async with reading(acme) as work:
        await queries.rule(work, NoticePeriod)
    async with reading(acme) as work:
        counting = Counting(work)
        await queries.rule(work, NoticePeriod, version_id=first)
        assert counting.queries == 0


async def test_a_version_that_was_not_published_after_all_is_not_remembered(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR, ("4.1", "notice_period", {"days": 30}))
        await commands.submit_version(work, version_id=version.id)
    with pytest.raises(RuntimeError):
        async with writing(acme, settle=settle) as work:
            await commands.publish_version(work, version_id=version.id)
            assert (await queries.rule(work, NoticePeriod)).value.days == 30
            raise RuntimeError("the connection is lost")
    async with writing(acme, settle=settle) as work:
        await commands.return_version(work, version_id=version.id)
        await commands.put_clause(
            work, version_id=version.id, number="4.1", kind="notice_period", value={"days": 60}, title={"en": "Notice"}
        )
        await commands.submit_version(work, version_id=version.id)
        await commands.publish_version(work, version_id=version.id)
    async with reading(acme) as work:
        assert (await queries.rule(work, NoticePeriod)).value.days == 60


async def test_another_company_s_version_rules_nothing(acme: Actor, globex: Actor) -> None:
    mine = await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    async with reading(acme) as work:
        await queries.rule(work, NoticePeriod)
    async with reading(globex) as work:
        with pytest.raises(NotFound):
            await queries.rule(work, NoticePeriod, version_id=mine)
        assert await queries.version_in_force(work) is None


async def test_a_decision_keeps_its_clause_its_inputs_and_its_trace(acme: Actor, globex: Actor) -> None:
    await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}))
    about = Subject(SubjectKind.RESIGNATION, uuid4())
    async with writing(acme, settle=settle) as work:
        ruling = await queries.rule(work, NoticePeriod)
        commands.cite(
            work,
            ruling,
            about=about,
            decision="people.last_day",
            inputs={"letter_on": work.now.date(), "staff_id": acme.id},
            result={"days": 30},
        )
    async with reading(acme) as work:
        (decision,) = await queries.decisions_about(work, about)
        version = await work.get(HandbookVersion, decision.version_id)
        assert (decision.decision, decision.clause_id, version.number) == (
            "people.last_day",
            ruling.clause.clause_id,
            1,
        )
        assert decision.inputs["staff_id"] == str(acme.id)
        assert decision.why[0]["standing"] == "won"
    async with reading(globex) as work:
        assert await queries.decisions_about(work, about) == []
