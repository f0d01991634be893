"""The course that a request takes: which steps a company asks for, and for how long it lets one reopen."""

from typing import Any

import pytest

from domain.consequences import settle
from domain.kernel.terms import Complexity, Impact, Priority, Urgency
from domain.policies import commands as policies
from domain.policies.rules.kinds import ClauseKind, ReopenWindow, RequestCourse
from domain.policies.rules.kinds.handling import Step
from domain.requests import commands
from domain.requests.models import ServiceRequest
from domain.requests.rules import ClockKind, State
from tenancy.database import writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.policies.handbooks import write
from tests.domain.requests.company import (
    Company,
    assigned,
    at,
    clock,
    decisions,
    do,
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

CAREFUL = RequestCourse(routine=(Step.TRIAGE,), complex=(Step.TRIAGE, Step.DIAGNOSIS, Step.SOLUTION))
THOROUGH = RequestCourse(routine=(Step.START, Step.CLOSING), complex=(Step.START, Step.CLOSING))


async def company_with(clauses: list[tuple[str, ClauseKind]], *more: tuple[str, ClauseKind]) -> Company:
    company = await founded()
    await publish(company.admin, *clauses, *more)
    return company


@pytest.fixture
async def careful(pool: None) -> Company:
    """Assesses everything, and agrees on a solution where it is complex; two days to reopen, once."""
    window = ReopenWindow(working_days=2, most_times=1)
    return await company_with(software_clauses(), ("2.5", CAREFUL), ("2.6", window))


@pytest.fixture
async def thorough(pool: None) -> Company:
    """Starts before it resolves, and closes by hand what is confirmed; no limit to reopening."""
    return await company_with(service_clauses(), ("4.5", THOROUGH))


async def refused(move: Any, actor: Any, request: ServiceRequest, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await do(move, actor, request, **given)
    return caught.value


async def triaged(company: Company, complexity: Complexity) -> ServiceRequest:
    request = await do(commands.triage, company.dispatcher, await submit(company), complexity=complexity)
    return await do(commands.assign, company.dispatcher, request, assignee_id=company.agent.id)


async def test_what_a_company_asks_for_comes_first_and_the_clause_is_named(careful: Company) -> None:
    request = await submit(careful)
    assert request.missing_steps == ["triage"]
    no = await refused(commands.assign, careful.dispatcher, request, assignee_id=careful.agent.id)
    assert no.clause is not None
    assert (no.code, no.clause.number) == ("STEP_MISSING", "2.5")
    assert (await stored(careful, request)).state is State.NEW
    request = await triaged(careful, Complexity.ROUTINE)
    assert request.missing_steps == []
    assert (await do(commands.resolve, careful.agent, request, resolution="Done")).state is State.RESOLVED


async def test_a_complex_request_is_agreed_upon_before_the_work(careful: Company) -> None:
    agent, clerk = careful.agent, careful.clerk
    request = await triaged(careful, Complexity.COMPLEX)
    assert request.missing_steps == ["diagnosis", "solution"]
    for move, given in ((commands.start, {}), (commands.resolve, {"resolution": "Done"})):
        assert (await refused(move, agent, request, **given)).code == "STEP_MISSING"
    await do(commands.diagnose, agent, request)
    await do(commands.propose, agent, request, solution="Replace the proxy")
    # Whoever proposes it does not agree to it, and neither does whoever can't see it.
    assert isinstance(await refused(commands.agree, agent, request), Forbidden)
    assert isinstance(await refused(commands.agree, careful.colleague, request), Forbidden)
    declined = await do(commands.decline, clerk, request, reason="Too dear")
    assert declined.state is State.DIAGNOSING
    await do(commands.propose, agent, request, solution="Repair the proxy")
    agreed = await do(commands.agree, clerk, request)
    assert (agreed.state, agreed.solution, agreed.missing_steps) == (State.AGREED, "Repair the proxy", [])
    await do(commands.start, agent, request)
    resolved = await do(commands.resolve, agent, request, resolution="Repaired")
    assert resolved.state is State.RESOLVED
    names = ("requests.diagnosed", "requests.solution_proposed", "requests.solution_declined")
    assert len(await told(careful, *names, "requests.solution_agreed")) == 5


async def test_the_same_request_takes_another_course_elsewhere(thorough: Company, software: Company) -> None:
    here, there = await assigned(thorough), await assigned(software)
    no = await refused(commands.resolve, thorough.agent, here, resolution="Done")
    assert no.clause is not None
    assert (no.code, no.clause.number) == ("STEP_MISSING", "4.5")
    # Without a clause the short way stays open.
    assert there.missing_steps == []
    assert (await do(commands.resolve, software.agent, there, resolution="Done")).state is State.RESOLVED
    third = await found_company()
    assert isinstance(await refused(commands.triage, third, here, complexity=Complexity.ROUTINE), NotFound)


async def test_what_is_closed_by_hand_is_confirmed_first(thorough: Company) -> None:
    request = await under_way(thorough)
    await do(commands.resolve, thorough.agent, request, resolution="Done")
    confirmed = await do(commands.confirm, thorough.clerk, request, score=9)
    assert (confirmed.state, confirmed.closed_at, confirmed.satisfied) == (State.CONFIRMED, None, True)
    assert isinstance(await refused(commands.close, thorough.clerk, request), Forbidden)
    closed = await do(commands.close, thorough.agent, request)
    assert (closed.state, closed.closed_at) == (State.CLOSED, at("Mon 1 09:00"))
    # Years later it can still be reopened: nobody limits it; and it needs to be closed again.
    await sleep_until(thorough, at("Tue 30 09:00"))
    again = await do(commands.reopen, thorough.clerk, closed, reason="Back")
    assert (again.state, again.missing_steps) == (State.ASSIGNED, ["closing"])


async def test_silence_confirms_but_does_not_close_what_is_closed_by_hand(pool: None) -> None:
    company = await company_with(software_clauses(), ("2.5", THOROUGH))
    request = await do(commands.resolve, company.agent, await under_way(company), resolution="Done")
    await go_to(company, at("Tue 9 09:00"))
    assert (await stored(company, request)).state is State.CONFIRMED


async def test_a_closed_request_is_reopened_within_its_window_only(careful: Company) -> None:
    request = await triaged(careful, Complexity.ROUTINE)
    await do(commands.resolve, careful.agent, request, resolution="Done")
    closed = await do(commands.confirm, careful.clerk, request)
    assert closed.reopens_until == at("Wed 3 09:00")
    [cited] = await decisions(careful, closed, "requests.reopen_window")
    assert cited.inputs["working_days"] == 2
    await sleep_until(careful, at("Wed 3 09:00"))
    again = await do(commands.reopen, careful.clerk, closed, reason="Back")
    assert (again.state, again.reopens_until, again.missing_steps) == (State.ASSIGNED, None, [])
    await do(commands.resolve, careful.agent, request, resolution="Done better")
    # What is not closed yet can always be reopened; a closed one just once.
    await do(commands.reopen, careful.clerk, request, reason="Not quite")
    await do(commands.resolve, careful.agent, request, resolution="Done well")
    await do(commands.confirm, careful.clerk, request)
    no = await refused(commands.reopen, careful.clerk, request, reason="Back again")
    assert no.clause is not None
    assert (no.code, no.clause.number) == ("WINDOW_USED_UP", "2.6")


async def test_going_back_before_it_is_closed_uses_up_nothing(careful: Company, thorough: Company) -> None:
    request = await triaged(careful, Complexity.ROUTINE)
    for said in ("No", "Still no", "Almost"):
        await do(commands.resolve, careful.agent, request, resolution="Done")
        back = await do(commands.reopen, careful.clerk, request, reason=said)
    assert (back.reopened_times, back.reopened_after_closing) == (3, 0)
    await do(commands.resolve, careful.agent, request, resolution="Done at last")
    await do(commands.confirm, careful.clerk, request)
    again = await do(commands.reopen, careful.clerk, request, reason="Back")
    assert (again.reopened_times, again.reopened_after_closing) == (4, 1)
    await do(commands.resolve, careful.agent, request, resolution="Done")
    await do(commands.confirm, careful.clerk, request)
    assert (await refused(commands.reopen, careful.clerk, request, reason="Back")).code == "WINDOW_USED_UP"
    assert (await stored(careful, request)).reopened_after_closing == 1
    # Nothing bounds it where the handbook is silent, and a third company finds no such request.
    free = await triaged(thorough, Complexity.ROUTINE)
    for times in (1, 2):
        await do(commands.start, thorough.agent, free)
        await do(commands.resolve, thorough.agent, free, resolution="Done")
        await do(commands.confirm, thorough.clerk, free)
        await do(commands.close, thorough.agent, free)
        assert (await do(commands.reopen, thorough.clerk, free, reason="Back")).reopened_after_closing == times
    assert (await refused(commands.reopen, await found_company(), request, reason="Mine")).code == "NOT_FOUND"


async def test_after_its_window_a_request_stays_closed(careful: Company) -> None:
    request = await triaged(careful, Complexity.ROUTINE)
    await do(commands.resolve, careful.agent, request, resolution="Done")
    await do(commands.confirm, careful.clerk, request)
    await sleep_until(careful, at("Fri 5 09:00"))
    no = await refused(commands.reopen, careful.clerk, request, reason="Back")
    assert no.clause is not None
    assert (no.code, no.clause.number) == ("WINDOW_OVER", "2.6")
    assert (await stored(careful, request)).state is State.CLOSED


async def test_an_assessment_rates_a_request_anew_and_its_clocks_go_by_that(software: Company) -> None:
    request = await submit(software, impact=Impact.LOW)
    assert (request.priority, request.due_at) == (Priority.P2, at("Mon 1 10:00"))
    rated = await do(
        commands.triage,
        software.dispatcher,
        request,
        complexity=Complexity.COMPLEX,
        category="Network",
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
    )
    assert (rated.state, rated.priority, rated.category) == (State.TRIAGED, Priority.P1, "Network")
    assert (rated.due_at, (await clock(software, request)).due_at) == (at("Mon 1 09:30"), at("Mon 1 14:00"))
    first, second = await decisions(software, request, "requests.priority")
    assert (first.result, second.result) == ({"priority": "p2"}, {"priority": "p1"})
    # The deadline that is new says what it was reckoned from.
    assert len(await decisions(software, request, "requests.deadline")) == 4


async def test_a_lower_priority_gives_more_time_and_no_pause_is_lost(software: Company) -> None:
    request = await under_way(software)
    await do(commands.put_on_hold, software.agent, request, reason="Log file")
    await go_to(software, at("Mon 1 11:00"))
    await do(commands.resume, software.agent, request)
    given = {"complexity": Complexity.ROUTINE, "impact": Impact.LOW}
    rated = await do(commands.triage, software.dispatcher, request, **given)
    # Two working days from Monday at nine, and the two hours on hold.
    assert (rated.state, rated.priority, rated.due_at) == (State.IN_PROGRESS, Priority.P2, at("Wed 3 11:00"))
    assert (await clock(software, request, ClockKind.RESPONSE)).stopped_at == at("Mon 1 09:00")


async def test_what_was_on_hold_goes_on_where_it_was_held(careful: Company) -> None:
    request = await triaged(careful, Complexity.COMPLEX)
    await do(commands.diagnose, careful.agent, request)
    await do(commands.put_on_hold, careful.agent, request, reason="Log file")
    assert (await do(commands.resume, careful.agent, request)).state is State.DIAGNOSING


@pytest.mark.parametrize("category", [" ", "x" * 101, "bell\x07"])
async def test_a_bad_assessment_changes_nothing(software: Company, category: str) -> None:
    request = await submit(software)
    with pytest.raises(Invalid) as caught:
        await do(commands.triage, software.dispatcher, request, complexity=Complexity.COMPLEX, category=category)
    assert caught.value.path == ("category",)
    kept = await stored(software, request)
    assert (kept.state, kept.complexity, kept.category) == (State.NEW, None, "")


async def test_what_is_resolved_is_assessed_no_more(software: Company) -> None:
    request = await do(commands.resolve, software.agent, await under_way(software), resolution="Done")
    with pytest.raises(WrongState):
        await do(commands.triage, software.dispatcher, request, complexity=Complexity.COMPLEX)


async def test_open_requests_follow_a_new_course_where_its_clause_says_so(software: Company) -> None:
    request = await assigned(software)
    strict = RequestCourse(routine=(Step.SOLUTION,))
    await go_to(software, at("Mon 1 09:03"))
    async with writing(software.admin, settle=settle) as work:
        version = await policies.draft_version(work, title={"en": "Handbook"}, document_number="HB-01")
        for number, value in (*software_clauses(), ("2.5", strict)):
            open_too = number == "2.5"
            await write(work, version.id, number, value.kind, value.stored(), applies_to_open_cases=open_too)
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)
    await go_to(software, at("Mon 1 09:05"))
    assert (await stored(software, request)).missing_steps == ["solution"]
    assert (await refused(commands.start, software.agent, request)).code == "STEP_MISSING"
