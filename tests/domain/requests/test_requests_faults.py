"""Faults: reports that a clause asks for, what is to be done after them, and those that come again."""

from datetime import date
from typing import Any

import pytest

from domain.consequences import settle
from domain.kernel.terms import Priority
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.scopes import Scope
from domain.requests import commands, queries
from domain.requests.models import PostmortemAction, ServiceRequest
from domain.requests.rules import ProblemState, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.domain.requests.company import (
    Company,
    at,
    do,
    founded,
    go_to,
    software_clauses,
    stored,
    told,
    under_way,
)
from tests.handbooks import publish

REPORT = {
    "began_at": at("Mon 1 08:50"),
    "ended_at": None,
    "symptoms": "Nobody could sign in",
    "cause": "A certificate had run out",
    "remedy": "A new one",
    "prevention": "A reminder a month ahead",
}


async def careful() -> Company:
    """A company that wants a report on the most urgent faults."""
    company = await founded()
    wanted = RequestCourse(fault_report=True)
    await publish(company.admin, *software_clauses(), ("6.1", wanted, Scope(priority=Priority.P1)))
    return company


async def planned(company: Company, request: ServiceRequest, **given: Any) -> PostmortemAction:
    usual = {"task": "Write the reminder", "responsible_id": company.colleague.id, "due_on": date(2026, 6, 2)}
    async with writing(company.agent, settle=settle) as work:
        return await commands.plan_action(work, request_id=request.id, **{**usual, **given})


async def test_the_most_urgent_is_closed_once_the_report_is_written(software: Company, pool: None) -> None:
    company = await careful()
    urgent, other = await under_way(company), await under_way(company, urgency="low", customer_id=company.standard_id)
    for request in (urgent, other):
        await do(commands.resolve, company.agent, request, resolution="A new certificate")
    assert (await do(commands.confirm, company.clerk, urgent)).state is State.CONFIRMED
    assert (await do(commands.confirm, company.clerk, other)).state is State.CLOSED
    with pytest.raises(Refusal) as refused:
        await do(commands.close, company.agent, urgent)
    clause = refused.value.clause
    assert (refused.value.code, clause.number if clause else None) == ("REPORT_MISSING", "6.1")
    await do(commands.report_fault, company.agent, urgent, **REPORT)
    assert (await do(commands.close, company.agent, urgent)).state is State.CLOSED
    # The other company asks for none.
    elsewhere = await under_way(software)
    await do(commands.resolve, software.agent, elsewhere, resolution="Done")
    assert (await do(commands.confirm, software.clerk, elsewhere)).state is State.CLOSED
    with pytest.raises(Refusal):
        await do(commands.report_fault, software.agent, elsewhere, **REPORT)


async def test_silence_does_not_close_what_lacks_its_report(pool: None) -> None:
    company = await careful()
    request = await under_way(company)
    await do(commands.resolve, company.agent, request, resolution="Done")
    await go_to(company, at("Tue 9 18:00"))
    assert (await stored(company, request)).state is State.CONFIRMED


async def test_a_report_is_written_anew_and_says_when(software: Company, service: Company) -> None:
    request = await under_way(software)
    first = await do(commands.report_fault, software.agent, request, **REPORT)
    await go_to(software, at("Mon 1 10:00"))
    given = {**REPORT, "cause": "The clock", "ended_at": at("Mon 1 09:30")}
    again = await do(commands.report_fault, software.agent, request, **given)
    assert (again.id, again.cause, again.ended_at) == (first.id, "The clock", at("Mon 1 09:30"))
    for wrong in (
        {"symptoms": " "},
        {"prevention": "x" * 20_001},
        {"began_at": at("Mon 1 11:00")},
        {"ended_at": at("Mon 1 08:00")},
    ):
        with pytest.raises(Invalid):
            await do(commands.report_fault, software.agent, request, **{**REPORT, **wrong})
    for actor, refusal in ((software.colleague, NotFound), (service.dispatcher, NotFound), (software.clerk, Forbidden)):
        with pytest.raises(refusal):
            await do(commands.report_fault, actor, request, **REPORT)
    async with reading(software.admin) as work:
        kept = await queries.report_on(work, request.id)
        assert kept is not None
        assert kept.cause == "The clock"


async def test_whoever_is_responsible_is_reminded_until_it_is_done(software: Company) -> None:
    request = await under_way(software)
    with pytest.raises(Refusal) as refused:
        await planned(software, request)
    assert refused.value.code == "REPORT_MISSING"
    await do(commands.report_fault, software.agent, request, **REPORT)
    left = await planned(software, request)
    done = await planned(software, request)
    # The colleague has nothing else to do with the request, and sees what is theirs.
    async with writing(software.colleague, settle=settle) as work:
        finished = await commands.finish_action(work, action_id=done.id, result="Written")
    assert finished.result == "Written"
    await go_to(software, at("Fri 5 09:00"))
    reminded = [instant for _, instant in await told(software, "requests.action_reminded")]
    assert reminded == [at("Tue 2 09:00"), at("Wed 3 09:00")]

    async def finish(actor: Actor, action: PostmortemAction) -> None:
        async with writing(actor, settle=settle) as work:
            await commands.finish_action(work, action_id=action.id, result="Written")

    for actor, action, refusal in (
        (software.clerk, left, NotFound),
        (software.agent, left, Forbidden),
        (software.colleague, done, Refusal),
    ):
        with pytest.raises(refusal):
            await finish(actor, action)
    for wrong in ({"due_on": date(2026, 6, 1)}, {"task": ""}):
        with pytest.raises(Invalid):
            await planned(software, request, **wrong)
    await finish(software.dispatcher, left)


async def test_faults_that_come_again_are_one_problem(software: Company, service: Company) -> None:
    one = await under_way(software)
    async with writing(software.agent, settle=settle) as work:
        problem = await commands.open_problem(work, title="Certificates run out")
        await commands.change_problem(work, problem_id=problem.id, workaround="Restart it")
    assert problem.number == "PRB-000001"
    assert (await do(commands.file_under_problem, software.agent, one, problem_id=problem.id)).problem_id == problem.id
    async with writing(software.agent, settle=settle) as work:
        solved = await commands.solve_problem(work, problem_id=problem.id, cause="No reminder", remedy="A reminder")
    assert (solved.state, solved.workaround) == (ProblemState.SOLVED, "Restart it")
    await go_to(software, at("Tue 2 09:00"))
    again = await under_way(software)
    await do(commands.file_under_problem, software.agent, again, problem_id=problem.id)
    async with reading(software.admin) as work:
        assert (await queries.problem(work, problem.id)).state is ProblemState.OPEN
    with pytest.raises(NotFound):
        await do(commands.file_under_problem, service.dispatcher, await under_way(service), problem_id=problem.id)
    with pytest.raises(Forbidden):
        async with writing(software.clerk, settle=settle) as work:
            await commands.open_problem(work, title="Mine")
    assert (await do(commands.file_under_problem, software.agent, again, problem_id=None)).problem_id is None
