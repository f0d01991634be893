"""Return visits in two companies that make them in different ways, and a third that sees nothing of either."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.events import ComplaintMoved
from domain.feedback.models import ReturnVisit
from domain.feedback.queries import visits as queries
from domain.feedback.rules.visits import VisitState
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import ReturnVisits
from domain.requests import commands as requests
from domain.requests import queries as requests_queries
from domain.requests.events import RequestClosed
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.domain.feedback.company import cited, limited
from tests.domain.feedback.complaining import HANDLES, SUBMITS, agreed, make
from tests.domain.requests.company import (
    Company,
    at,
    do,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    told,
    under_way,
)
from tests.handbooks import publish

VISITS = (Permission.FEEDBACK_READ, Permission.FEEDBACK_HANDLE, Permission.REQUESTS_SUBMIT)


def visiting(**value: Any) -> ReturnVisits:
    """A clause on return visits."""
    return ReturnVisits.model_validate({"after": "resolution", **value})


@pytest.fixture
async def software(pool: None) -> Company:
    """Calls two and ten days after the resolution; three days later that is overdue."""
    company = await founded()
    await publish(company.admin, *software_clauses(), ("9.2", visiting(after_days=[2, 10])))
    return company


@pytest.fixture
async def service(pool: None) -> Company:
    """Goes there a week after a complaint, and after no request."""
    company = await founded()
    clause = visiting(after="complaint", after_days=[7], channel="on_site", overdue_after_days=1)
    await publish(company.admin, *service_clauses(), ("9.3", clause))
    return company


async def closed(company: Company) -> ServiceRequest:
    """A closed request of the customer's contact, with the visits that follow it."""
    request = await under_way(company, contact_id=company.contact_id)
    await do(requests.resolve, company.agent, request, resolution="Repaired")
    request = await do(requests.confirm, company.clerk, request, score=5)
    return await planned(company, request)


async def planned(company: Company, request: ServiceRequest) -> ServiceRequest:
    """What the workers do when a request has closed."""
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.plan_visits_after_request(work, RequestClosed(request_id=request.id, change_id=request.id))
    return request


async def visits(company: Company) -> list[ReturnVisit]:
    """Every visit, by its day."""
    async with reading(company.admin) as work:
        return await work.all(select(ReturnVisit).order_by(ReturnVisit.planned_on))


async def act(move: Any, actor: Actor, visit: ReturnVisit, **given: Any) -> ReturnVisit:
    """A move by somebody; the visit as it is then."""
    async with writing(actor, settle=settle) as work:
        found: ReturnVisit = await move(work, visit_id=visit.id, **given)
        return found


async def test_visits_are_planned_by_the_company_s_own_clause(software: Company, service: Company) -> None:
    request = await closed(software)
    await closed(service)
    assert [(each.planned_on, each.step, each.assignee_id) for each in await visits(software)] == [
        (date(2026, 6, 3), 1, software.head.id),
        (date(2026, 6, 11), 2, software.head.id),
    ]
    assert await visits(service) == []
    await planned(software, request)
    first, _ = await visits(software)
    assert first.due_at == at("Sun 7 00:00")
    [decision] = await cited(software, SubjectKind.VISIT, first.id, "feedback.visit_planned")
    assert decision.result == {"planned_on": "2026-06-03"}


async def test_a_settled_complaint_is_visited_where_the_clause_wants_it(software: Company, service: Company) -> None:
    for company in (software, service):
        complaint = await agreed(company)
        await make(commands.carry_out_remedy, limited(company.agent, *HANDLES), complaint, result="We called")
        await make(commands.settle_complaint, limited(company.clerk, *SUBMITS), complaint)
        async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
            moved = ComplaintMoved(complaint_id=complaint.id, change_id=uuid4(), move="satisfy", state="satisfied")
            await commands.plan_visits_after_complaint(work, moved)
    assert await visits(software) == []
    [visit] = await visits(service)
    assert (visit.planned_on, visit.channel, visit.due_at) == (date(2026, 6, 8), "on_site", at("Wed 10 00:00"))


async def test_whom_a_complaint_is_about_does_not_ask_its_customer_how_it_went(service: Company) -> None:
    complaint = await agreed(service, about_staff_id=service.head.id)
    await make(commands.carry_out_remedy, limited(service.agent, *HANDLES), complaint, result="We called")
    await make(commands.settle_complaint, limited(service.clerk, *SUBMITS), complaint)
    async with writing(Actor.system(service.admin.tenant_id), settle=settle) as work:
        moved = ComplaintMoved(complaint_id=complaint.id, change_id=uuid4(), move="satisfy", state="satisfied")
        await commands.plan_visits_after_complaint(work, moved)
    [visit] = await visits(service)
    assert visit.assignee_id is None


def test_a_sample_is_a_share_of_the_cases_and_never_changes() -> None:
    clause = visiting(after_days=[1], sample_percent="20")
    cases = [uuid4() for _ in range(2000)]
    chosen = {case for case in cases if clause.chooses(case)}
    assert 200 < len(chosen) < 600
    assert chosen == {case for case in cases if clause.chooses(case)}
    assert all(visiting(after_days=[1]).chooses(case) for case in cases)


async def test_who_makes_a_visit_is_reminded_on_its_day_and_when_it_is_overdue(software: Company) -> None:
    await closed(software)
    await go_to(software, at("Mon 8 12:00"))
    # It is overdue from Sunday on, and told of when work begins again.
    assert await told(software, "feedback.visit_reminded") == [
        ("feedback.visit_reminded", at("Wed 3 09:00")),
        ("feedback.visit_reminded", at("Mon 8 09:00")),
    ]


async def test_findings_become_a_request(software: Company) -> None:
    await closed(software)
    first, second = await visits(software)
    head = limited(software.head, *VISITS)
    done = await act(
        commands.report_visit, head, first, findings="The printer is slow", satisfied=False, request_title="Printer"
    )
    assert (done.state, done.satisfied) == (VisitState.MADE, False)
    assert done.finding_request_id is not None
    async with reading(software.admin) as work:
        opened = await requests_queries.get(work, done.finding_request_id)
    assert (opened.title, opened.description, opened.contact_id) == (
        "Printer",
        "The printer is slow",
        software.contact_id,
    )
    plain = await act(commands.report_visit, head, second, findings="All is well", satisfied=True)
    assert plain.finding_request_id is None
    await go_to(software, at("Tue 30 09:00"))
    assert await told(software, "feedback.visit_reminded") == []


async def test_a_visit_can_be_postponed_and_given_to_somebody_else(software: Company) -> None:
    await closed(software)
    first, _ = await visits(software)
    moved = await act(commands.postpone_visit, limited(software.head, *VISITS), first, planned_on=date(2026, 6, 5))
    assert (moved.planned_on, moved.due_at) == (date(2026, 6, 5), at("Tue 9 00:00"))
    with pytest.raises(Invalid) as refused:
        await act(commands.postpone_visit, software.admin, first, planned_on=date(2026, 5, 31))
    assert refused.value.path == ("plannedOn",)
    with pytest.raises(Forbidden):
        await act(commands.assign_visit, limited(software.head, *VISITS), first, assignee_id=software.agent.id)
    given = await act(commands.assign_visit, software.admin, first, assignee_id=software.agent.id)
    assert given.assignee_id == software.agent.id
    with pytest.raises(NotFound):
        await act(commands.report_visit, limited(software.head, *VISITS), first, findings="x")


async def test_a_cancelled_visit_is_over(software: Company) -> None:
    await closed(software)
    first, _ = await visits(software)
    cancelled = await act(commands.cancel_visit, software.admin, first, reason="They moved away")
    assert (cancelled.state, cancelled.reason) == (VisitState.CANCELLED, "They moved away")
    with pytest.raises(WrongState):
        await act(commands.report_visit, software.admin, first, findings="x")


async def test_what_is_open_again_is_visited_when_it_closes_anew(software: Company) -> None:
    request = await closed(software)
    request = await do(requests.reopen, software.clerk, request, reason="Not yet")
    assert {each.state for each in await visits(software)} == {VisitState.CANCELLED}
    await go_to(software, at("Fri 5 09:00"))
    await do(requests.start, software.agent, request)
    await do(requests.resolve, software.agent, request, resolution="Really")
    await planned(software, await do(requests.confirm, software.clerk, request, score=5))
    assert [(each.state, each.planned_on) for each in await visits(software)] == [
        (VisitState.PLANNED, date(2026, 6, 7)),
        (VisitState.PLANNED, date(2026, 6, 15)),
    ]


async def test_what_somebody_has_cancelled_stays_so_when_it_closes_anew(software: Company) -> None:
    request = await closed(software)
    first, _ = await visits(software)
    await act(commands.cancel_visit, software.admin, first, reason="They want no calls")
    await do(requests.reopen, software.clerk, request, reason="Not yet")
    await do(requests.start, software.agent, request)
    await do(requests.resolve, software.agent, request, resolution="Really")
    await planned(software, await do(requests.confirm, software.clerk, request, score=5))
    assert [(each.state, each.reason) for each in await visits(software)] == [
        (VisitState.CANCELLED, "They want no calls"),
        (VisitState.PLANNED, ""),
    ]


async def test_another_company_sees_and_changes_nothing(software: Company, service: Company) -> None:
    await closed(software)
    first, _ = await visits(software)
    with pytest.raises(NotFound):
        await act(commands.cancel_visit, service.admin, first, reason="x")
    async with reading(limited(software.agent, *VISITS)) as work:
        seen = select(ReturnVisit).where(queries.visible(work.actor, ReturnVisit))
        assert await work.all(seen) == []
