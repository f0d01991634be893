"""Working time: recorded within each company's clause, corrected beside what it was, approved by month (RQ-9)."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.operations import commands
from domain.operations.models import TimeMonth, TimeRecord
from domain.operations.queries import time as queries
from domain.operations.queries.capacity import capacity
from domain.operations.queries.time import WorkloadBy, workload
from domain.operations.rules.time import Activity
from domain.organisation import commands as organisation
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.kinds.operations import TimeRecording
from domain.requests import commands as requests
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.operations.planning import act, brought, planned, planner, ruled, with_more
from tests.domain.requests.company import Company, assigned, at, do, sleep_until, stored, under_way

MONDAY = date(2026, 6, 1)


async def company_with(**clause: Any) -> Company:
    """A company on the fifteenth, with a clause on recording."""
    company = await ruled(("8.3", TimeRecording.model_validate(clause)))
    await sleep_until(company, at("Mon 15 12:00"))
    return company


async def record(actor: Actor, request: ServiceRequest | None = None, minutes: int = 60, **more: Any) -> TimeRecord:
    """Support on the fifteenth of June unless told otherwise."""
    usual: dict[str, Any] = {"worked_on": date(2026, 6, 15), "activity": Activity.SUPPORT}
    given = {**usual, "request_id": request.id if request is not None else None, **more}
    found: TimeRecord = await act(actor, commands.record_time, minutes=minutes, **given)
    return found


async def test_two_companies_bound_a_day_and_the_past_their_own_way(pool: None) -> None:
    strict = await company_with(most_minutes_a_day=100, back_days=2, note_needed=True)
    silent = await ruled()
    await sleep_until(silent, at("Mon 15 12:00"))
    outcomes: dict[Any, list[str]] = {}
    for company in (strict, silent):
        request, found = await assigned(company), outcomes.setdefault(company.admin.tenant_id, [])
        for given in (
            {"minutes": 60},
            {"minutes": 60, "note": "Called"},
            {"minutes": 60, "note": "Called"},
            {"minutes": 60, "note": "Called", "worked_on": date(2026, 6, 12)},
        ):
            try:
                await record(company.agent, request, **given)
                found.append("")
            except Refusal as refused:
                found.append(refused.code if refused.clause is not None else "names no clause")
        assert (await stored(company, request)).recorded_minutes == 60 * found.count("")
    assert outcomes[strict.admin.tenant_id] == ["INVALID", "", "DAY_FULL", "TOO_LATE"]
    assert outcomes[silent.admin.tenant_id] == ["", "", "", ""]
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(TimeRecord)) == []
        assert await workload(work, by=WorkloadBy.ALL, since_on=MONDAY, until_on=date(2026, 6, 30), most=5) == []


async def test_two_who_record_at_once_keep_to_the_day_together(pool: None) -> None:
    company = await company_with(most_minutes_a_day=100)
    request = await assigned(company)
    outcomes = await asyncio.gather(*(record(company.agent, request) for _ in range(3)), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.code for each in refused] == ["DAY_FULL", "DAY_FULL"]
    assert (await stored(company, request)).recorded_minutes == 60


async def test_a_correction_stands_beside_what_it_corrects(pool: None) -> None:
    company = await company_with(most_minutes_a_day=100)
    request = await assigned(company)
    first = await record(company.agent, request, 90)
    fix = {"record_id": first.id, "reason": "Counted twice"}
    correction = await act(company.agent, commands.correct_time, minutes=30, **fix)
    assert (correction.minutes, correction.corrects_id) == (-60, first.id)
    await record(company.agent, request, 70)
    with pytest.raises(Refusal) as refused:
        await act(company.agent, commands.correct_time, minutes=31, **fix)
    assert refused.value.code == "DAY_FULL"
    await act(company.agent, commands.correct_time, minutes=0, **fix)
    for wrong, path in (
        ({"minutes": 0}, ("minutes",)),
        ({"minutes": -1}, ("minutes",)),
        ({"reason": " "}, ("reason",)),
    ):
        with pytest.raises(Invalid) as invalid:
            await act(company.agent, commands.correct_time, **{"minutes": 5, **fix, **wrong})
        assert invalid.value.path == path
    with pytest.raises(Invalid):
        await act(company.agent, commands.correct_time, record_id=correction.id, minutes=5, reason="No")
    with pytest.raises(NotFound):
        await act(company.colleague, commands.correct_time, minutes=5, **fix)
    async with reading(company.admin) as work:
        assert await queries.minutes_of(work, first.id) == 0
    assert (await stored(company, request)).recorded_minutes == 70


async def test_an_approved_month_is_closed_until_it_is_taken_back(pool: None) -> None:
    company = await ruled()
    request, boss = await assigned(company), planner(company)
    first = await record(company.agent, request, worked_on=MONDAY)
    closing = {"department_id": company.support_id, "month_on": date(2026, 6, 30)}
    with pytest.raises(Invalid):
        await act(boss, commands.close_month, **closing)
    await sleep_until(company, at("Tue 30 23:59"))
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = clock_at + interval '2 days' WHERE id = $1", work.actor.tenant_id)
    with pytest.raises(Forbidden):
        await act(company.agent, commands.close_month, **closing)
    month = await act(boss, commands.close_month, **closing)
    assert month.month_on == MONDAY
    with pytest.raises(Conflict):
        await act(boss, commands.close_month, **closing)
    for command, given in (
        (commands.correct_time, {"record_id": first.id, "minutes": 5, "reason": "Less"}),
        (
            commands.record_time,
            {"request_id": request.id, "minutes": 5, "worked_on": MONDAY, "activity": Activity.TRAVEL},
        ),
    ):
        with pytest.raises(Refusal) as refused:
            await act(company.agent, command, **given)
        assert refused.value.code == "MONTH_CLOSED"
    await act(boss, commands.reopen_month, month_id=month.id, reason="A mistake")
    await act(company.agent, commands.correct_time, record_id=first.id, minutes=5, reason="Less")
    async with reading(company.admin) as work:
        assert await work.all(select(TimeMonth)) == []


async def test_a_request_is_not_resolved_without_time_where_the_clause_asks_for_it(pool: None) -> None:
    asked, free = await ruled(("8.4", RequestCourse(time_recorded=True))), await ruled()
    for company in (asked, free):
        request = await under_way(company)
        if company is asked:
            with pytest.raises(Refusal) as refused:
                await do(requests.resolve, company.agent, request, resolution="Restarted")
            assert (refused.value.code, getattr(refused.value.clause, "number", "")) == ("TIME_MISSING", "8.4")
            await record(company.agent, request, worked_on=MONDAY)
        await do(requests.resolve, company.agent, request, resolution="Restarted")


async def test_bad_records_are_refused_with_their_place(pool: None) -> None:
    company = await company_with()
    request = await assigned(company)
    [work] = await brought(company, await planned(company, date(2026, 6, 15)))
    for wrong, path in (
        ({"minutes": 0}, ("minutes",)),
        ({"minutes": 1441}, ("minutes",)),
        ({"work_id": work.id}, ("requestId",)),
        ({"request_id": None}, ("requestId",)),
        ({"worked_on": date(2026, 6, 16)}, ("workedOn",)),
        ({"note": "x" * 501}, ("note",)),
    ):
        with pytest.raises(Invalid) as invalid:
            await record(company.agent, request, **wrong)
        assert invalid.value.path == path
    with pytest.raises(Forbidden):
        await record(company.agent, request, staff_id=company.colleague.id)
    with pytest.raises(Forbidden):
        await record(company.clerk, request)
    with pytest.raises(NotFound):
        await record(company.colleague, request)
    async with reading(company.admin) as reader:
        assert await reader.all(select(TimeRecord)) == []
    theirs = await record(planner(company), request, staff_id=company.agent.id)
    assert (theirs.staff_id, theirs.recorded_by_id) == (company.agent.id, company.head.id)
    assert (await record(company.agent, work_id=work.id)).customer_id == company.standard_id


async def test_working_time_is_added_up_and_held_against_what_people_can_do(pool: None) -> None:
    company = await company_with()
    request = await assigned(company)
    await record(company.agent, request, 90, billable=True)
    await record(company.agent, request, 30, activity=Activity.TRAVEL)
    await record(planner(company), request, 45, staff_id=company.colleague.id)
    async with writing(company.admin, settle=settle) as work:
        await organisation.record_absence(
            work, staff_id=company.agent.id, starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 4)
        )
    days = {"since_on": MONDAY, "until_on": date(2026, 6, 30)}
    async with reading(with_more(planner(company), Permission.MEMBERS_READ)) as reader:
        by = {each: await workload(reader, by=each, most=9, **days) for each in WorkloadBy}
        people = {
            each.staff_id: each
            for each in await capacity(reader, since_on=MONDAY, until_on=date(2026, 6, 5), department_id=None, most=9)
        }
    [whole] = by[WorkloadBy.ALL]
    assert (whole.minutes, whole.billable_minutes, whole.people, whole.requests) == (165, 90, 2, 1)
    assert [(each.name, each.minutes) for each in by[WorkloadBy.PERSON]] == [("Agent", 120), ("Colleague", 45)]
    assert [(each.name, each.minutes) for each in by[WorkloadBy.ACTIVITY]] == [("support", 135), ("travel", 30)]
    assert [(each.name, each.minutes) for each in by[WorkloadBy.CUSTOMER]] == [("Big", 165)]
    assert [(each.name, each.minutes) for each in by[WorkloadBy.MONTH]] == [("2026-06", 165)]
    # From Monday to Friday, of which Thursday is a feast; eight hours a day.
    agent, colleague = people[company.agent.id], people[company.colleague.id]
    assert (agent.working_minutes, agent.absent_days, agent.open_requests) == (2 * 480, 2, 1)
    assert (colleague.working_minutes, colleague.absent_days, colleague.open_requests) == (4 * 480, 0, 0)
    async with reading(company.colleague) as reader:
        [own] = await workload(reader, by=WorkloadBy.ALL, most=9, **days)
        assert own.minutes == 45
        assert [each.staff_id for each in await capacity(reader, department_id=None, most=9, **days)] == [
            company.colleague.id
        ]
        with pytest.raises(Invalid):
            await workload(reader, by=WorkloadBy.ALL, since_on=date(2026, 6, 2), until_on=MONDAY, most=9)
