"""Deadlines, warnings, breaches and escalation as two companies lay them down; the tests are named for what users of
other systems found broken."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.catalogue import commands as catalogue
from domain.consequences import settle
from domain.customers.models import Customer
from domain.organisation import commands as organisation
from domain.organisation.models import Department
from domain.policies import commands as policies
from domain.policies.models import Decision
from domain.policies.rules.kinds import BusinessCalendarClause, ServiceLevel
from domain.requests import commands, queries
from domain.requests.events import ClockMarkDue
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Audience, ClockKind, ClockState
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Refusal
from tests.domain.policies import handbooks
from tests.domain.requests.company import (
    SOFTWARE_CALENDAR,
    SOFTWARE_LEVEL,
    Company,
    assigned,
    at,
    clock,
    decisions,
    do,
    escalations,
    founded,
    go_to,
    service_clauses,
    sleep_until,
    software_clauses,
    stored,
    submit,
    told,
    under_way,
)
from tests.handbooks import publish

MOMENT = timedelta(microseconds=1)
WHAT_COMES = ("requests.clock_warned", "requests.clock_breached", "requests.escalated")


async def timers(company: Company) -> list[AgendaItem]:
    """Every timer of a company."""
    async with reading(company.admin) as work:
        return await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE).order_by(AgendaItem.due_at))


async def test_two_companies_rate_and_time_the_same_request_differently(software: Company, service: Company) -> None:
    here, there = await submit(software), await submit(service)
    assert (here.priority, there.priority) == ("p1", "p2")
    assert (here.number, there.number) == ("REQ-000001", "REQ-000001")
    dues = [
        (await clock(company, request, kind)).due_at
        for company, request in ((software, here), (service, there))
        for kind in (ClockKind.RESPONSE, ClockKind.RESOLUTION)
    ]
    assert dues == [at("Mon 1 09:30"), at("Mon 1 14:00"), at("Mon 1 11:00"), at("Tue 2 17:00")]
    assert (here.due_at, there.due_at) == (at("Mon 1 09:30"), at("Mon 1 11:00"))


async def test_a_feast_is_not_worked_and_its_make_up_saturday_is(software: Company, service: Company) -> None:
    await go_to(software, at("Wed 3 17:00"))
    await go_to(service, at("Wed 3 17:00"))
    # Two working days here: Friday and the make-up Saturday; end of the next working day there: Thursday.
    here = await submit(software, urgency="low", impact="low")
    there = await submit(service)
    assert (await clock(software, here)).due_at == at("Sat 6 17:00")
    assert (await clock(service, there)).due_at == at("Thu 4 17:00")


async def test_the_priority_and_every_deadline_cite_their_clause_and_what_they_were_made_of(software: Company) -> None:
    request = await submit(software)
    [rated] = await decisions(software, request, "requests.priority")
    assert rated.inputs == {
        "customer_tier": "strategic",
        "impact": "high",
        "urgency": "high",
        "department_id": str(software.support_id),
    }
    assert rated.result == {"priority": "p1"}
    response, resolution = await decisions(software, request, "requests.deadline")
    assert response.result == {"due_at": "2026-06-01T01:30:00Z"}
    assert resolution.inputs == {
        "clock": "resolution",
        "priority": "p1",
        "target": {"working_minutes": 240},
        "started_at": "2026-06-01T01:00:00Z",
        "calendar_clause": "1.1",
        "allowed_minutes": 240,
        "counted_minutes": {"new": 0},
        "excluded_minutes": {},
    }


async def test_a_priority_without_targets_has_no_limit_and_no_clock(service: Company, software: Company) -> None:
    request = await submit(service, impact="low")
    async with reading(service.admin) as work:
        [only] = await queries.clocks_of(work, request.id)
    assert (request.priority, only.kind) == ("p4", ClockKind.RESOLUTION)
    [timer] = await timers(service)
    assert only.due_at == at("Sat 6 17:00")
    assert timer.due_at == only.due_at + MOMENT


async def test_warnings_breach_and_levels_come_in_order_each_once(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Tue 2 12:00"))
    assert await told(software, *WHAT_COMES) == [
        ("requests.clock_warned", at("Mon 1 11:00")),
        ("requests.clock_warned", at("Mon 1 12:00")),
        ("requests.escalated", at("Mon 1 13:45")),
        # The first instant at which the deadline has passed.
        ("requests.clock_breached", at("Mon 1 14:00") + MOMENT),
        ("requests.escalated", at("Mon 1 15:00")),
    ]
    resolution = await clock(software, request)
    assert (resolution.state, resolution.breached_at) == (ClockState.BREACHED, at("Mon 1 14:00"))
    assert await timers(software) == []


async def test_no_level_is_skipped_when_nobody_was_awake_and_the_breach_keeps_its_instant(software: Company) -> None:
    request = await under_way(software)
    await sleep_until(software, at("Tue 2 11:00"))
    await go_to(software, at("Tue 2 11:00"))
    assert [name for name, _ in await told(software, *WHAT_COMES)] == [
        "requests.clock_warned",
        "requests.clock_warned",
        "requests.escalated",
        "requests.clock_breached",
        "requests.escalated",
    ]
    assert (await clock(software, request)).breached_at == at("Mon 1 14:00")
    assert [(level.level, level.due_at, level.at) for level in await escalations(software, request)] == [
        (1, at("Mon 1 13:45"), at("Tue 2 11:00")),
        (2, at("Mon 1 15:00"), at("Tue 2 11:00")),
    ]


async def test_a_timer_that_fires_twice_or_too_early_repeats_nothing(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 11:30"))
    before = await told(software, *WHAT_COMES)
    for _ in range(3):
        async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
            work.record(ClockMarkDue(request_id=request.id))
    assert await told(software, *WHAT_COMES) == before
    [timer] = await timers(software)
    assert timer.due_at == at("Mon 1 12:00")


async def test_each_level_goes_to_the_next_superior_and_then_to_the_line_of_the_head(
    software: Company, service: Company
) -> None:
    request = await under_way(software)
    unassigned = await submit(service)
    for company in (software, service):
        await go_to(company, at("Wed 3 12:00"))
    levels = await escalations(software, request)
    assert [level.escalated_to_id for level in levels] == [software.head.id, software.boss.id]
    # Nobody has it there, so the head of the department is told, once for each clock.
    levels = await escalations(service, unassigned)
    assert [level.escalated_to_id for level in levels] == [service.head.id, service.head.id]
    [first, second] = await decisions(software, request, "requests.escalation")
    assert (first.inputs["superior_level"], first.result["escalated_to_id"]) == (1, str(software.head.id))
    assert second.inputs["level"] == 2


async def test_what_nobody_has_goes_to_the_head_first_and_then_to_who_stands_above_them(software: Company) -> None:
    request = await submit(software)
    await go_to(software, at("Mon 1 11:00"))
    levels = await escalations(software, request)
    assert [level.escalated_to_id for level in levels] == [software.head.id, software.boss.id]


async def test_what_no_department_has_goes_to_the_one_that_answers_for_what_it_asks_for(software: Company) -> None:
    request = await submit(software)
    async with writing(software.admin, settle=settle) as work:
        line = await catalogue.create_line(work, code="help", name={"en": "Help"})
        offering = await catalogue.create_offering(
            work,
            line_id=line.id,
            code="desk",
            name={"en": "Desk"},
            price_basis="fixed",
            department_id=software.support_id,
        )
        loose = await work.get(ServiceRequest, request.id, lock=True)
        loose.department_id, loose.intake_department_id, loose.offering_id = None, None, offering.id
    async with reading(software.admin) as work:
        loose = await work.get(ServiceRequest, request.id)
        assert await queries.line_above(work, loose) == [software.head.id, software.boss.id]


async def test_nobody_below_the_assignee_stands_above_their_request(software: Company) -> None:
    request = await submit(software)
    request = await do(commands.assign, software.dispatcher, request, assignee_id=software.boss.id)
    async with reading(software.admin) as work:
        # The head of support, whose request it was, is one of the boss's own people.
        assert await queries.line_above(work, request) == []
        assert await queries.escalated_to(work, request, 1) is None
    async with writing(software.admin, settle=settle) as work:
        customer = await work.get(Customer, software.strategic_id, lock=True)
        customer.owner_id = software.clerk.id
        assert await queries.line_above(work, request) == []


async def test_where_no_department_is_known_the_account_owner_s_line_is_told_and_else_the_company_s_head(
    software: Company,
) -> None:
    request = await submit(software, department_id=None)
    async with writing(software.admin, settle=settle) as work:
        assert await queries.line_above(work, request) == []
        root = await work.first(select(Department).where(Department.parent_id.is_(None)))
        assert root is not None
        assert software.boss.id is not None
        await organisation.appoint_head(work, department_id=root.id, staff_id=software.boss.id)
        assert await queries.line_above(work, request) == [software.boss.id]
        customer = await work.get(Customer, software.strategic_id, lock=True)
        customer.owner_id = software.colleague.id
        assert await queries.line_above(work, request) == [software.colleague.id, software.head.id, software.boss.id]


async def test_a_superior_who_has_left_is_passed_over(software: Company) -> None:
    request = await under_way(software)
    async with writing(software.admin, settle=settle) as work:
        assert software.head.id is not None
        await organisation.release(work, staff_id=software.head.id, left_on=at("Mon 1 09:00").date())
    await go_to(software, at("Mon 1 13:45"))
    [level] = await escalations(software, request)
    assert level.escalated_to_id == software.boss.id


async def test_a_request_on_hold_is_not_violated_while_it_waits(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 10:00"))
    held = await do(commands.put_on_hold, software.agent, request, reason="The customer looks for the log")
    assert (held.due_at, await timers(software)) == (None, [])
    await go_to(software, at("Mon 15 10:00"))
    assert await told(software, *WHAT_COMES) == []
    resolution = await clock(software, request)
    assert (resolution.state, resolution.due_at, resolution.breached_at) == (ClockState.PAUSED, None, None)


async def test_a_pause_over_the_weekend_moves_the_deadline_by_its_working_time(software: Company) -> None:
    await go_to(software, at("Fri 12 16:00"))
    request = await under_way(software)
    await go_to(software, at("Fri 12 17:00"))
    await do(commands.put_on_hold, software.agent, request, reason="Waiting for the customer")
    await go_to(software, at("Mon 15 10:00"))
    resumed = await do(commands.resume, software.agent, request)
    assert resumed.due_at == (await clock(software, request)).due_at == at("Mon 15 14:00")
    last = (await decisions(software, request, "requests.deadline"))[-1]
    assert last.inputs["excluded_minutes"] == {"Waiting for the customer": 120}
    await go_to(software, at("Mon 15 15:00"))
    assert [instant for name, instant in await told(software, *WHAT_COMES) if name != "requests.escalated"] == [
        at("Mon 15 11:00"),
        at("Mon 15 12:00"),
        at("Mon 15 14:00") + MOMENT,
    ]


async def test_a_target_in_days_does_not_gain_a_paused_weekend(software: Company) -> None:
    await go_to(software, at("Thu 11 10:00"))
    request = await under_way(software, impact="low")
    await go_to(software, at("Fri 12 17:00"))
    await do(commands.put_on_hold, software.agent, request, reason="Spare part")
    await go_to(software, at("Mon 15 10:00"))
    resumed = await do(commands.resume, software.agent, request)
    # Of two days, 15 hours were used until Friday evening; one is left.
    assert resumed.due_at == at("Mon 15 12:00")


async def test_handing_over_what_is_on_hold_keeps_the_pause(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 10:00"))
    await do(commands.put_on_hold, software.agent, request, reason="Customer")
    await go_to(software, at("Mon 1 11:00"))
    assert software.colleague.id is not None
    await do(commands.assign, software.dispatcher, request, assignee_id=software.colleague.id)
    await go_to(software, at("Tue 2 09:00"))
    resumed = await do(commands.resume, software.colleague, request)
    assert resumed.due_at == at("Tue 2 12:00")


async def test_the_first_response_is_measured_by_its_own_clock(software: Company) -> None:
    request = await assigned(software)
    await go_to(software, at("Mon 1 09:31"))
    await do(commands.start, software.agent, request)
    response, resolution = [await clock(software, request, kind) for kind in (ClockKind.RESPONSE, ClockKind.RESOLUTION)]
    assert (response.state, response.breached_at) == (ClockState.BREACHED, at("Mon 1 09:30"))
    assert response.stopped_at == at("Mon 1 09:31")
    assert (resolution.state, resolution.due_at) == (ClockState.RUNNING, at("Mon 1 14:00"))


async def test_a_breach_does_not_depend_on_the_worker_who_would_have_noticed_it(software: Company) -> None:
    request = await under_way(software)
    await sleep_until(software, at("Mon 1 14:01"))
    await do(commands.resolve, software.agent, request, resolution="Restarted")
    assert (await clock(software, request)).state is ClockState.BREACHED
    assert [name for name, _ in await told(software, *WHAT_COMES)] == [
        "requests.clock_warned",
        "requests.clock_warned",
        "requests.escalated",
        "requests.clock_breached",
    ]
    [breach] = await decisions(software, request, "requests.breach")
    assert breach.inputs["counted_minutes"] == {"in_progress": 241}


async def test_a_resolved_request_is_not_escalated_any_further(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 14:30"))
    await do(commands.resolve, software.agent, request, resolution="Restarted")
    await go_to(software, at("Tue 2 18:00"))
    assert [level.level for level in await escalations(software, request)] == [1]


async def test_the_time_a_reopened_request_was_resolved_is_neither_used_nor_a_pause(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 11:30"))
    await do(commands.resolve, software.agent, request, resolution="Restarted")
    await go_to(software, at("Tue 2 10:00"))
    reopened = await do(commands.reopen, software.clerk, request, reason="It came back")
    resolution = await clock(software, request)
    assert reopened.due_at == resolution.due_at == at("Tue 2 11:30")
    assert (resolution.state, resolution.stopped_at) == (ClockState.RUNNING, None)
    last = (await decisions(software, request, "requests.deadline"))[-1]
    assert (last.inputs["excluded_minutes"], last.inputs["counted_minutes"]) == (
        {},
        {"in_progress": 150, "assigned": 0},
    )
    await go_to(software, at("Tue 2 11:30"))
    # The warning at half the time had come before; it does not come again.
    assert await told(software, "requests.clock_warned") == [
        ("requests.clock_warned", at("Mon 1 11:00")),
        ("requests.clock_warned", at("Tue 2 10:30")),
    ]


async def test_a_met_response_stays_met_when_the_request_is_reopened_or_cancelled(software: Company) -> None:
    request = await under_way(software)
    await do(commands.resolve, software.agent, request, resolution="Restarted")
    await do(commands.reopen, software.clerk, request, reason="It came back")
    await go_to(software, at("Mon 1 13:00"))
    await do(commands.cancel, software.clerk, request, reason="We live with it")
    response, resolution = [await clock(software, request, kind) for kind in (ClockKind.RESPONSE, ClockKind.RESOLUTION)]
    assert (response.state, resolution.state) == (ClockState.MET, ClockState.VOID)
    assert await timers(software) == []


async def test_a_new_handbook_does_not_move_a_running_deadline_unless_it_says_so(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 09:10"))
    await publish(software.admin, *software_clauses(level=_level(resolution_minutes=60)))
    await go_to(software, at("Mon 1 10:30"))
    assert await told(software, *WHAT_COMES) == []
    assert (await clock(software, request)).due_at == at("Mon 1 14:00")
    later = await submit(software)
    assert (await clock(software, later)).due_at == at("Mon 1 11:30")


def _level(resolution_minutes: int) -> ServiceLevel:
    targets = {"p1": {"resolution": {"working_minutes": resolution_minutes}}}
    return ServiceLevel.model_validate({**SOFTWARE_LEVEL.stored(), "targets": targets})


async def adopt(company: Company, level: ServiceLevel, calendar: BusinessCalendarClause = SOFTWARE_CALENDAR) -> None:
    """A new version whose calendar and service level hold for open cases too."""
    async with writing(company.admin, settle=settle) as work:
        version = await handbooks.draft(work)
        for number, value in software_clauses(level=level):
            chosen = calendar if number == "1.1" else value
            open_too = number in ("1.1", "2.2")
            await handbooks.write(
                work, version.id, number, chosen.kind, chosen.stored(), applies_to_open_cases=open_too
            )
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)
    async with reading(company.admin) as work:
        now = work.now
    await go_to(company, now)


async def test_a_clock_that_follows_a_new_handbook_notes_both_clauses(software: Company) -> None:
    request = await under_way(software)
    old = (await clock(software, request)).clause_id
    await go_to(software, at("Mon 1 09:05"))
    await adopt(software, _level(resolution_minutes=480))
    new = (await clock(software, request)).clause_id
    assert new != old
    # A version that says nothing of open cases leaves the request to the version that it was submitted under.
    await go_to(software, at("Mon 1 09:10"))
    await publish(software.admin, *software_clauses(level=_level(resolution_minutes=60)))
    await go_to(software, at("Mon 1 09:30"))
    async with reading(software.admin) as work:
        notes = select(JournalEntry).where(JournalEntry.name == "requests.clock_followed_new_clause")
        found = await work.all(notes.order_by(JournalEntry.id))
    told_of = [(note.payload["old_clause_id"], note.payload["new_clause_id"]) for note in found]
    assert told_of == [(str(old), str(new)), (str(new), str(old))]
    assert {(note.subject_kind, note.subject_id) for note in found} == {("service_requests", request.id)}


async def notes(company: Company, request: ServiceRequest) -> list[str]:
    async with reading(company.admin) as work:
        said = await work.all(select(Message).where(Message.request_id == request.id).order_by(Message.id))
    assert {(each.audience, each.author_id) for each in said} <= {(Audience.INTERNAL, None)}
    return [each.text for each in said]


async def reckoned(company: Company, request: ServiceRequest) -> list[Decision]:
    found = await decisions(company, request, "requests.deadline")
    return [each for each in found if each.inputs["clock"] == ClockKind.RESOLUTION]


async def test_what_follows_a_new_version_is_told_so_though_its_deadline_stays_and_only_once(
    software: Company, service: Company
) -> None:
    request, other = await under_way(software), await under_way(service)
    [begun] = await reckoned(software, request)
    due_at = (await clock(software, request)).due_at
    await go_to(software, at("Mon 1 09:05"))
    # The same time, and a warning earlier: nothing of the deadline is new.
    earlier = ServiceLevel.model_validate({**SOFTWARE_LEVEL.stored(), "warning_fractions": ["0.25"]})
    await adopt(software, earlier)
    followed = await clock(software, request)
    assert (followed.due_at, followed.clause_id != begun.clause_id) == (due_at, True)
    kept = await reckoned(software, request)
    assert [each.clause_id for each in kept] == [begun.clause_id, followed.clause_id]
    assert [each.result for each in kept] == [begun.result, begun.result]
    [noted] = await notes(software, request)
    by = "by clause 2.2 of version 2 of the handbook, and by the calendar of clause 1.1 of version 1"
    assert noted == f"From now on this goes {by}: resolution."
    # A version that says the very same of it leaves it where it is, and what comes cites what was told.
    await go_to(software, at("Mon 1 09:06"))
    await adopt(software, earlier)
    await adopt(software, earlier)
    await go_to(software, at("Mon 1 18:00"))
    assert await notes(software, request) == [noted]
    assert (await clock(software, request)).clause_id == followed.clause_id
    assert len(await reckoned(software, request)) == 2
    [warned] = await decisions(software, request, "requests.warning")
    assert warned.clause_id == followed.clause_id
    # Whoever's handbook says nothing of open cases is told nothing, and a third has nothing.
    await publish(service.admin, *service_clauses())
    await go_to(service, at("Mon 1 10:00"))
    assert (await notes(service, other), await notes(await founded(), request)) == ([], [])


async def test_the_pause_is_kept_when_a_new_service_level_takes_hold_of_open_requests(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 10:00"))
    await do(commands.put_on_hold, software.agent, request, reason="Customer")
    await go_to(software, at("Mon 1 15:00"))
    await adopt(software, _level(resolution_minutes=480))
    await go_to(software, at("Tue 2 09:00"))
    resumed = await do(commands.resume, software.agent, request)
    # Eight hours, of which one was used before the pause.
    assert resumed.due_at == at("Tue 2 17:00")


async def test_a_feast_published_later_moves_open_deadlines_and_their_timer(software: Company) -> None:
    await go_to(software, at("Tue 2 17:00"))
    request = await under_way(software, impact="low")
    assert (await clock(software, request)).due_at == at("Fri 5 17:00")
    feast = SOFTWARE_CALENDAR.model_dump(mode="json") | {"holidays": ["2026-06-03", "2026-06-04"]}
    await adopt(software, SOFTWARE_LEVEL, BusinessCalendarClause.model_validate(feast))
    assert (await clock(software, request)).due_at == (await stored(software, request)).due_at == at("Sat 6 17:00")
    [timer] = await timers(software)
    assert timer.due_at > at("Fri 5 09:00")


async def test_a_priority_that_is_promised_nothing_any_more_is_not_escalated(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 09:10"))
    nothing = ServiceLevel.model_validate({"targets": {"p4": {"resolution": {"working_days": 9}}}})
    await adopt(software, nothing)
    resolution = await clock(software, request)
    assert (resolution.state, resolution.due_at, await timers(software)) == (ClockState.VOID, None, [])
    # What had been met before stays met.
    assert (await clock(software, request, ClockKind.RESPONSE)).state is ClockState.MET


async def test_a_service_level_that_held_open_requests_lets_them_go_with_the_next_handbook(software: Company) -> None:
    request = await under_way(software)
    await go_to(software, at("Mon 1 09:10"))
    await adopt(software, _level(resolution_minutes=480))
    assert (await clock(software, request)).due_at == at("Mon 1 18:00")
    await go_to(software, at("Mon 1 09:20"))
    await publish(software.admin, *software_clauses(level=_level(resolution_minutes=60)))
    await go_to(software, at("Mon 1 09:20"))
    # What it was promised at its intake holds again.
    assert (await clock(software, request)).due_at == (await stored(software, request)).due_at == at("Mon 1 14:00")


async def test_a_response_that_was_given_before_one_was_promised_is_not_judged(software: Company) -> None:
    answered = await assigned(software, customer_id=software.standard_id, impact="low")
    await go_to(software, at("Mon 1 17:00"))
    await do(commands.start, software.agent, answered)
    waiting = await submit(software, customer_id=software.standard_id, impact="low")
    targets = {"p3": {"response": {"working_minutes": 30}, "resolution": {"working_days": 3}}}
    await adopt(software, ServiceLevel.model_validate({"targets": targets}))
    async with reading(software.admin) as work:
        assert [clock.kind for clock in await queries.clocks_of(work, answered.id)] == [ClockKind.RESOLUTION]
        assert [clock.kind for clock in await queries.clocks_of(work, waiting.id)] == [
            ClockKind.RESPONSE,
            ClockKind.RESOLUTION,
        ]


async def test_a_move_that_began_earlier_but_came_later_does_not_turn_time_back(software: Company) -> None:
    request = await assigned(software)
    async with writing(software.agent, settle=settle) as work:
        work.now = at("Mon 1 10:00")
        await commands.start(work, request_id=request.id)
    async with writing(software.agent, settle=settle) as work:
        work.now = at("Mon 1 09:59")
        await commands.put_on_hold(work, request_id=request.id, reason="Customer")
    async with reading(software.admin) as work:
        assert [change.at for change in await queries.history_of(work, request.id)][-2:] == [at("Mon 1 10:00")] * 2


async def test_without_a_handbook_nothing_is_rated(pool: None) -> None:
    company = await founded()
    with pytest.raises(Refusal) as refused:
        await submit(company)
    assert refused.value.code == "NO_CLAUSE"
