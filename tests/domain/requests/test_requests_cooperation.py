"""Co-operating departments do their parts for a request that another one leads."""

from typing import Any

import pytest

from domain.consequences import settle
from domain.policies.rules.kinds import RequestCourse, ServiceLevel
from domain.requests import commands, queries
from domain.requests.models import RequestPart, ServiceRequest
from domain.requests.rules import PartState, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import (
    SOFTWARE_LEVEL,
    Company,
    at,
    decisions,
    do,
    founded,
    go_to,
    software_clauses,
    told,
    under_way,
)
from tests.handbooks import publish


async def acted(move: Any, actor: Actor, part: RequestPart, **given: Any) -> RequestPart:
    async with writing(actor, settle=settle) as work:
        found: RequestPart = await move(work, part_id=part.id, **given)
        return found


async def asked(company: Company, request: ServiceRequest, **given: Any) -> RequestPart:
    """The agent asks another department for something."""
    async with writing(company.agent, settle=settle) as work:
        usual = {"department_id": company.sales_id, "task": "Ask the customer for the contract"}
        return await commands.add_part(work, request_id=request.id, **{**usual, **given})


async def agreed_inside(**course: Any) -> Company:
    """A company that has agreed inside to do urgent things within an hour."""
    company = await founded()
    level = ServiceLevel.model_validate(
        SOFTWARE_LEVEL.stored()
        | {
            "targets": {
                **SOFTWARE_LEVEL.stored()["targets"],
                "p1": {"resolution": {"working_minutes": 240}, "internal": {"working_minutes": 60}},
            }
        }
    )
    await publish(company.admin, *software_clauses(level=level), ("6.1", RequestCourse.model_validate(course)))
    return company


async def test_a_part_is_due_by_what_is_agreed_inside_the_company(pool: None) -> None:
    company = await agreed_inside()
    request = await under_way(company)
    part = await asked(company, request)
    assert (part.due_at, part.state) == (at("Mon 1 10:00"), PartState.OPEN)
    [decision] = await decisions(company, request, "requests.part_deadline")
    assert decision.inputs["target"] == {"working_minutes": 60}
    await go_to(company, at("Mon 1 10:00"))
    assert len(await told(company, "requests.part_late")) == 1
    async with reading(company.admin) as work:
        assert (await queries.part(work, part.id)).late_at == at("Mon 1 10:00")
    assert (await asked(company, request, due_at=at("Mon 1 17:00"))).due_at == at("Mon 1 17:00")


async def test_the_lead_waits_for_the_parts_unless_the_clause_lets_it_go_on(software: Company, pool: None) -> None:
    strict, liberal = await agreed_inside(), await agreed_inside(open_parts_allowed=True)
    for company, clause in ((software, None), (strict, "6.1")):
        request = await under_way(company)
        part = await asked(company, request, assignee_id=company.colleague.id)
        for move, given in ((commands.resolve, {"resolution": "Done"}), (commands.propose, {"solution": "Do it"})):
            with pytest.raises(Refusal) as refused:
                await do(move, company.agent, request, **given)
            found = refused.value.clause
            assert (refused.value.code, found.number if found else None) == ("PARTS_OPEN", clause)
        done = await acted(commands.finish_part, company.colleague, part, result="It is in the folder")
        assert (done.state, done.result) == (PartState.DONE, "It is in the folder")
        assert (await do(commands.resolve, company.agent, request, resolution="Done")).state is State.RESOLVED
    request = await under_way(liberal)
    await asked(liberal, request)
    assert (await do(commands.propose, liberal.agent, request, solution="Do it")).state is State.PROPOSED


async def test_a_part_that_is_not_needed_any_more_keeps_nobody(software: Company) -> None:
    request = await under_way(software)
    part = await asked(software, request)
    assert (await acted(commands.withdraw_part, software.agent, part, reason="Found it")).state is PartState.WITHDRAWN
    with pytest.raises(Refusal) as refused:
        await acted(commands.finish_part, software.dispatcher, part, result="Too late")
    assert refused.value.code == "WRONG_STATE"
    await do(commands.resolve, software.agent, request, resolution="Done")
    with pytest.raises(Refusal):
        await asked(software, request)


async def test_whoever_does_a_part_sees_the_request_and_whoever_asked_does_not_see_the_part(software: Company) -> None:
    request = await under_way(software)

    part = await asked(software, request, department_id=software.support_id, assignee_id=software.colleague.id)

    async def shown(actor: Actor) -> tuple[bool, bool]:
        async with reading(actor) as work:
            try:
                await queries.get(work, request.id)
                seen = True
            except NotFound:
                seen = False
            try:
                await queries.part(work, part.id)
            except NotFound:
                return seen, False
            return seen, True

    assert await shown(software.colleague) == (True, True)
    assert await shown(software.head) == (True, True)
    assert await shown(software.clerk) == (True, False)
    assert await shown(await found_company()) == (False, False)


async def test_parts_are_dealt_with_by_who_does_them_and_who_leads(software: Company, service: Company) -> None:
    request = await under_way(software)
    part = await asked(software, request, department_id=software.support_id)
    for actor, refusal in ((software.colleague, NotFound), (service.dispatcher, NotFound), (software.clerk, Forbidden)):
        with pytest.raises(refusal):
            await acted(commands.finish_part, actor, part, result="Done")
    # The head of the department says who does it.
    given = await acted(commands.assign_part, software.head, part, assignee_id=software.colleague.id)
    assert given.assignee_id == software.colleague.id
    with pytest.raises(Forbidden):
        await acted(commands.withdraw_part, software.colleague, part, reason="No time")
    with pytest.raises(NotFound):
        await acted(commands.assign_part, software.head, part, assignee_id=service.agent.id)
    for wrong in ({"task": " "}, {"due_at": at("Mon 1 08:00")}, {"task": "x" * 20_001}):
        with pytest.raises(Invalid):
            await asked(software, request, **wrong)
    with pytest.raises(NotFound):
        await asked(software, request, department_id=service.support_id)
    await acted(commands.finish_part, software.head, part, result="Done")
