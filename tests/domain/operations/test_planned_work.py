"""Work that comes round: each day of a plan brings it once, moved and told of by each company's own clause (RQ-12)."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.operations import commands
from domain.operations.commands import Content
from domain.operations.models import ScheduledWork, WorkCheck, WorkFinding, WorkPlan
from domain.operations.queries import works as queries
from domain.operations.queries.figures import WorkGrouping, work_figures
from domain.operations.rules.plans import Check, CheckKind, PlanState, Rhythm, RhythmUnit, WorkKind, rhythm_of
from domain.operations.rules.works import Answer, WorkState
from domain.policies import queries as policies
from domain.policies.rules.kinds.intake import InspectionSchedule
from domain.policies.rules.values import Recurrence
from domain.requests.models import ServiceRequest
from tenancy.database import reading
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.operations.planning import act, brought, nightly, planned, planner, ruled, with_more
from tests.domain.requests.company import Company, at, go_to, told

FEAST = date(2026, 6, 4)
rhythms = st.builds(
    Rhythm, st.sampled_from(RhythmUnit), st.integers(1, 40), st.dates(date(2024, 1, 1), date(2030, 12, 31))
)


@given(rhythms, st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_the_next_day_of_a_rhythm_is_the_first_that_has_not_passed(rhythm: Rhythm, day: date) -> None:
    found = rhythm.next_from(day)
    days = [rhythm.day(number) for number in range(200)]
    assert days == sorted(set(days))
    if day <= days[-1]:
        assert found == next(each for each in days if each >= day)


def test_months_keep_their_day_where_they_have_it() -> None:
    rhythm = Rhythm(RhythmUnit.MONTH, 1, date(2026, 1, 31))
    assert [rhythm.day(number) for number in range(4)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_a_clause_s_rhythm_begins_with_its_period() -> None:
    today = date(2026, 6, 1)
    for when, day in (
        ({"every": "daily"}, date(2026, 6, 1)),
        ({"every": "weekly", "weekday": "wednesday"}, date(2026, 6, 3)),
        ({"every": "monthly", "day": 5}, date(2026, 6, 5)),
        ({"every": "quarterly", "day": 31}, date(2026, 7, 31)),
        ({"every": "yearly", "day": 2}, date(2027, 1, 2)),
    ):
        assert rhythm_of(Recurrence.model_validate(when), today).next_from(today) == day


async def test_two_companies_move_days_off_their_own_way_and_a_third_sees_nothing(pool: None) -> None:
    before = await ruled(on_closed_day="before", remind_working_days=0)
    silent = await ruled()
    days = {}
    for company in (before, silent):
        plan = await planned(company, FEAST, lead_days=7)
        [work] = await brought(company, plan)
        days[company.admin.tenant_id] = (work.planned_on, work.due_on)
        async with reading(company.admin) as reader:
            about = Subject(SubjectKind.SCHEDULED_WORK, work.id)
            cited = [each.decision for each in await policies.decisions_about(reader, about)]
        assert cited == (["operations.work_planned"] if company is before else [])
    assert days[before.admin.tenant_id] == (FEAST, date(2026, 6, 3))
    assert days[silent.admin.tenant_id] == (FEAST, date(2026, 6, 5))
    third = await found_company()
    async with reading(third) as reader:
        assert await reader.all(select(ScheduledWork)) == []
        assert await reader.all(select(WorkPlan)) == []
        with pytest.raises(NotFound):
            await queries.plan(reader, plan.id)


async def test_each_day_brings_work_once_however_many_open_it(pool: None) -> None:
    company = await ruled()
    plan = await planned(company, date(2026, 6, 9))
    assert await brought(company, plan) == []
    await go_to(company, at("Tue 9 00:10"))
    await asyncio.gather(*(nightly(company) for _ in range(5)))
    [first] = await brought(company, plan)
    assert (first.number, first.planned_on, first.assignee_id) == ("WRK-000001", date(2026, 6, 9), company.agent.id)
    # What was missed while nothing ran is made up for, each day once.
    await go_to(company, at("Tue 30 08:00"))
    for _ in range(2):
        await nightly(company)
    assert [each.planned_on.day for each in await brought(company, plan)] == [9, 16, 23, 30]


async def test_a_plan_ends_after_its_last_day_and_rests_while_it_is_paused(pool: None) -> None:
    company = await ruled()
    plan = await planned(company, date(2026, 6, 2), last_on=date(2026, 6, 16), lead_days=1)
    boss = planner(company)
    assert (await act(boss, commands.pause_plan, plan_id=plan.id)).next_on is None
    await go_to(company, at("Mon 15 08:00"))
    await nightly(company)
    assert [each.planned_on.day for each in await brought(company, plan)] == [2]
    resumed = await act(boss, commands.resume_plan, plan_id=plan.id)
    assert [each.planned_on.day for each in await brought(company, plan)] == [2, 16]
    assert (resumed.state, resumed.next_on) == (PlanState.ENDED, None)
    with pytest.raises(WrongState):
        await act(boss, commands.resume_plan, plan_id=plan.id)


async def test_work_is_reminded_of_told_upwards_and_missed_by_the_clause(pool: None) -> None:
    strict = await ruled(remind_working_days=2, escalate_after_working_days=[1, 2], missed_after_working_days=3)
    mild = await ruled(escalate_after_working_days=[])
    found = {}
    for company in (strict, mild):
        plan = await planned(company, date(2026, 6, 10), every=9, lead_days=30)
        await go_to(company, at("Tue 30 12:00"))
        [work] = await brought(company, plan)
        names = ("operations.work_reminded", "operations.work_escalated", "operations.work_missed")
        found[company.admin.tenant_id] = (work.state, work.levels, await told(company, *names))
    reminded, escalated, missed = "operations.work_reminded", "operations.work_escalated", "operations.work_missed"
    assert found[strict.admin.tenant_id] == (
        WorkState.MISSED,
        2,
        [
            (reminded, at("Mon 8 09:00")),
            (escalated, at("Thu 11 09:00")),
            (escalated, at("Fri 12 09:00")),
            (missed, at("Tue 16 00:00")),
        ],
    )
    assert found[mild.admin.tenant_id] == (WorkState.PLANNED, 0, [(reminded, at("Tue 9 09:00"))])


async def test_what_is_begun_is_not_missed(pool: None) -> None:
    company = await ruled(missed_after_working_days=1)
    [work] = await brought(company, await planned(company, date(2026, 6, 1), every=9))
    await act(company.agent, commands.start_work, work_id=work.id)
    await go_to(company, at("Mon 15 12:00"))
    async with reading(company.admin) as reader:
        assert (await queries.scheduled_work(reader, work.id)).state is WorkState.IN_PROGRESS


async def under_way(company: Company, **more: Any) -> tuple[ScheduledWork, list[WorkCheck]]:
    [work] = await brought(company, await planned(company, date(2026, 6, 1), **more))
    await act(company.agent, commands.start_work, work_id=work.id)
    async with reading(company.admin) as reader:
        return work, await queries.checks_of(reader, work.id)


async def test_a_checklist_is_filled_in_and_what_deviates_is_known(pool: None) -> None:
    company = await ruled()
    work, (backups, space, remarks) = await under_way(company)
    with pytest.raises(WrongState) as refused:
        await act(company.agent, commands.finish_work, work_id=work.id)
    assert refused.value.code == "CHECKS_OPEN"
    assert list(refused.value.values["checks"]) == [backups.label, space.label]
    answers = [Answer(backups.id, yes=True), Answer(space.id, number="19.5")]
    await act(company.agent, commands.record_checks, work_id=work.id, answers=answers)
    async with reading(company.admin) as reader:
        checks = await queries.checks_of(reader, work.id)
    assert [(check.deviates, check.checked_by_id) for check in checks] == [
        (False, company.agent.id),
        (True, company.agent.id),
        (None, None),
    ]
    for wrong, path in (
        (Answer(space.id, yes=True), ("answers", "0", "yes")),
        (Answer(space.id), ("answers", "0", "number")),
        (Answer(space.id, number="much"), ("answers", "0", "number")),
        (Answer(remarks.id, text=" "), ("answers", "0", "text")),
    ):
        with pytest.raises(Invalid) as invalid:
            await act(company.agent, commands.record_checks, work_id=work.id, answers=[wrong])
        assert invalid.value.path == path
    with pytest.raises(NotFound):
        await act(company.agent, commands.record_checks, work_id=work.id, answers=[Answer(uuid4(), yes=True)])
    done = await act(company.agent, commands.finish_work, work_id=work.id, report="Full soon.")
    assert (done.state, done.report) == (WorkState.DONE, "Full soon.")
    with pytest.raises(WrongState):
        await act(planner(company), commands.cancel_work, work_id=work.id, reason="Late")


async def test_findings_become_requests_and_improvements(pool: None) -> None:
    company = await ruled()
    work, (_, space, _) = await under_way(company)
    asks = with_more(company.agent, Permission.REQUESTS_SUBMIT)
    finding = await act(
        asks,
        commands.add_finding,
        work_id=work.id,
        text="The disk is nearly full.",
        check_id=space.id,
        request_title="Enlarge the disk",
        improvement="Warn earlier",
        responsible_id=company.colleague.id,
        improve_by_on=date(2026, 6, 20),
    )
    async with reading(company.admin) as reader:
        [request] = await reader.all(select(ServiceRequest))
    assert (request.id, request.customer_id) == (finding.request_id, company.standard_id)
    with pytest.raises(Forbidden):
        await act(company.agent, commands.close_improvement, finding_id=finding.id, result="Done")
    closed = await act(company.colleague, commands.close_improvement, finding_id=finding.id, result="At 70 %.")
    assert closed.closed_at is not None
    with pytest.raises(WrongState):
        await act(company.colleague, commands.close_improvement, finding_id=finding.id, result="Again")
    for wrong, path in (
        ({"responsible_id": company.agent.id}, ("improvement",)),
        ({"improvement": "Warn"}, ("responsibleId",)),
        ({"improvement": "Warn", "responsible_id": company.agent.id}, ("improveByOn",)),
        (
            {"improvement": "Warn", "responsible_id": company.agent.id, "improve_by_on": date(2026, 5, 1)},
            ("improveByOn",),
        ),
    ):
        with pytest.raises(Invalid) as invalid:
            await act(asks, commands.add_finding, work_id=work.id, text="Something", **wrong)
        assert invalid.value.path == path
    with pytest.raises(Forbidden):
        await act(company.agent, commands.add_finding, work_id=work.id, text="Full", request_title="Enlarge")
    async with reading(company.admin) as reader:
        assert len(await reader.all(select(WorkFinding))) == 1


async def test_only_who_is_to_do_it_does_it_and_who_begins_with_what_is_nobodys_becomes_that(pool: None) -> None:
    company = await ruled()
    [work] = await brought(company, await planned(company, date(2026, 6, 1)))
    with pytest.raises(Forbidden) as refused:
        await act(company.colleague, commands.start_work, work_id=work.id)
    assert refused.value.code == "NOT_YOURS"
    with pytest.raises(NotFound):
        await act(company.clerk, commands.start_work, work_id=work.id)
    with pytest.raises(Forbidden):
        await act(company.agent, commands.cancel_work, work_id=work.id, reason="No time")
    given: dict[str, Any] = {"assignee_id": None, "department_id": company.support_id}
    [free] = await brought(company, await planned(company, date(2026, 6, 1), **given))
    begun = await act(company.colleague, commands.start_work, work_id=free.id)
    assert begun.assignee_id == company.colleague.id
    moved = await act(planner(company), commands.postpone_work, work_id=work.id, due_on=date(2026, 6, 7), reason="Fair")
    # A day that somebody has named is not moved, though nobody works on it.
    assert (moved.due_on, moved.due_at) == (date(2026, 6, 7), at("Mon 8 00:00"))
    with pytest.raises(Invalid):
        await act(
            planner(company), commands.postpone_work, work_id=work.id, due_on=date(2026, 5, 7), reason="Backwards"
        )


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"title": " "}, ("title",)),
        ({"lead_days": 400}, ("leadDays",)),
        ({"assignee_id": None}, ("departmentId",)),
        ({"last_on": date(2026, 5, 1)}, ("lastOn",)),
        ({"checks": [Check("A", CheckKind.TEXT, minimum="1")]}, ("checks", "0", "minimum")),
        ({"checks": [Check("A", CheckKind.NUMBER, "5", "1")]}, ("checks", "0", "maximum")),
        ({"checks": [Check("A", CheckKind.TEXT)] * 101}, ("checks",)),
        ({"every": 0}, ("every",)),
        ({"first_on": date(2026, 5, 31)}, ("firstOn",)),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused_with_its_place(pool: None, wrong: Any, path: Any) -> None:
    company = await ruled()
    with pytest.raises(Invalid) as refused:
        await planned(company, **{"first_on": date(2026, 6, 1), **wrong})
    assert refused.value.path == path
    async with reading(company.admin) as reader:
        assert await reader.all(select(WorkPlan)) == []


async def test_a_plan_can_be_made_by_the_inspection_that_the_handbook_lays_down(pool: None) -> None:
    written = {
        "code": "rooms",
        "name": {"en": "Inspection of server rooms"},
        "when": {"every": "monthly", "day": 5},
        "checklist": [{"en": "Backups"}, {"en": "Disk space"}],
    }
    company = await ruled(("8.2", InspectionSchedule.model_validate(written)))
    content = Content(title="", department_id=company.support_id)
    given = {"kind": WorkKind.INSPECTION, "content": content, "customer_id": company.standard_id}
    plan = await act(planner(company), commands.create_plan, inspection="rooms", **given)
    assert (plan.title, plan.next_on) == ("Inspection of server rooms", date(2026, 7, 5))
    [work] = await brought(company, plan)
    assert (work.planned_on, work.assignee_id) == (date(2026, 6, 5), None)
    async with reading(company.admin) as reader:
        assert [check.label for check in await queries.checks_of(reader, work.id)] == ["Backups", "Disk space"]
    with pytest.raises(Refusal) as refused:
        await act(planner(company), commands.create_plan, inspection="cellars", **given)
    assert refused.value.code == "NO_CLAUSE"
    with pytest.raises(Invalid):
        await act(planner(company), commands.create_plan, **given)
    with pytest.raises(Forbidden):
        await act(company.agent, commands.create_plan, inspection="rooms", **given)


async def test_what_became_of_planned_work_is_counted_in_one_statement(pool: None) -> None:
    company = await ruled(missed_after_working_days=1, escalate_after_working_days=[])
    work, checks = await under_way(company, every=9)
    answers = [Answer(checks[0].id, yes=False), Answer(checks[1].id, number="30")]
    await act(company.agent, commands.record_checks, work_id=work.id, answers=answers)
    await act(company.agent, commands.finish_work, work_id=work.id)
    await planned(company, date(2026, 6, 2), every=9, lead_days=3)
    await go_to(company, at("Wed 10 12:00"))
    since, until = date(2026, 6, 1), date(2026, 6, 30)
    async with reading(planner(company)) as reader:
        [whole] = await work_figures(reader, by=WorkGrouping.ALL, since_on=since, until_on=until, most=9)
        groups = {by: await work_figures(reader, by=by, since_on=since, until_on=until, most=9) for by in WorkGrouping}
        none = await work_figures(
            reader, by=WorkGrouping.ALL, since_on=until, until_on=until + timedelta(days=1), most=9
        )
        with pytest.raises(Invalid):
            await work_figures(reader, by=WorkGrouping.ALL, since_on=until, until_on=since, most=9)
    assert (whole.due, whole.done, whole.in_time, whole.missed, whole.open, whole.deviations) == (2, 1, 1, 1, 0, 1)
    assert none == []
    assert [(each.name, each.due) for each in groups[WorkGrouping.CUSTOMER]] == [("Small", 2)]
    assert [(each.name, each.due) for each in groups[WorkGrouping.KIND]] == [("inspection", 2)]
    assert len(groups[WorkGrouping.PLAN]) == 2
    async with reading(company.clerk) as reader:
        assert await work_figures(reader, by=WorkGrouping.ALL, since_on=since, until_on=until, most=9) == []
