"""Who gets a request by the assignment rules: two companies choose differently, everybody gets their turn, and nobody
is nobody."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import Complexity, CustomerTier, Impact, Language
from domain.organisation import commands as organisation
from domain.organisation import queries as shape
from domain.policies.rules.kinds import AssignmentRules, RequestCourse
from domain.policies.rules.kinds.intake import AssignedBy
from domain.requests import commands, queries, rules
from domain.requests.rules import Candidate, LeftOut, Wanted
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import (
    Company,
    assigned,
    at,
    decisions,
    do,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    stored,
    submit,
    told,
)
from tests.handbooks import publish


async def ruled(**rules: Any) -> Company:
    """A company with the first rulebook and such assignment rules."""
    company = await founded()
    await publish(company.admin, *software_clauses(), ("5.1", AssignmentRules.model_validate(rules)))
    return company


def ident(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


async def describe(company: Company, actor: Actor, **given: Any) -> None:
    async with writing(company.admin, settle=settle) as work:
        await organisation.describe(work, staff_id=ident(actor), **given)


async def absent(company: Company, actor: Actor) -> None:
    async with writing(company.admin, settle=settle) as work:
        day = at("Mon 1 09:00").date()
        await organisation.record_absence(work, staff_id=ident(actor), starts_on=day, ends_on=day)


async def test_two_companies_give_the_same_incident_to_different_people(pool: None) -> None:
    by_skill = await ruled(order=["skill", "rotation"], skills=["proxies"], moment="submission")
    company = await founded()
    by_duty = AssignmentRules.model_validate({"order": ["duty"], "moment": "triage", "second_responsible": True})
    await publish(company.admin, *service_clauses(), ("5.1", by_duty))
    await describe(by_skill, by_skill.colleague, skills=["proxies", "mail"])
    async with writing(company.admin, settle=settle) as work:
        for actor in (company.agent, company.head):
            await organisation.plan_duty(
                work, staff_id=ident(actor), starts_at=at("Mon 1 08:00"), ends_at=at("Mon 1 16:00")
            )
    here, there = await submit(by_skill), await submit(company)
    assert (here.assignee_id, here.state) == (by_skill.colleague.id, "assigned")
    assert (there.assignee_id, there.state) == (None, "new")
    there = await do(commands.triage, company.dispatcher, there, complexity=Complexity.ROUTINE)
    assert {there.assignee_id, there.second_assignee_id} == {company.agent.id, company.head.id}
    [decision] = await decisions(by_skill, here, "requests.assignment")
    left_out = {each["staff_id"]: each["left_out"] for each in decision.inputs["candidates"]}
    assert left_out == {
        str(by_skill.agent.id): "skill_missing",
        str(by_skill.head.id): "skill_missing",
        str(by_skill.colleague.id): None,
    }
    assert decision.result["assignee_id"] == str(by_skill.colleague.id)
    async with reading(by_skill.admin) as work:
        history = await queries.history_of(work, here.id)
    # It was the handbook, and nobody's own doing.
    assert [(change.move, change.member_id) for change in history[1:]] == [("assign", None)]
    with pytest.raises(NotFound):
        await do(commands.assign, await found_company(), here)


async def test_everybody_gets_their_turn(pool: None) -> None:
    company = await ruled(order=["rotation"], moment="submission")
    got = [(await submit(company)).assignee_id for _ in range(6)]
    assert set(got[:3]) == {company.agent.id, company.colleague.id, company.head.id}
    assert got[3:] == got[:3]
    # Who was away does not get all that they have missed.
    await absent(company, company.agent)
    without = [(await submit(company)).assignee_id for _ in range(2)]
    assert set(without) == {company.colleague.id, company.head.id}
    await go_to(company, at("Tue 2 09:00"))
    back = [(await submit(company)).assignee_id for _ in range(3)]
    assert back.count(company.agent.id) == 1


async def test_two_at_once_go_to_two_people(pool: None) -> None:
    company = await ruled(order=["load"], moment="asked")
    requests = [await submit(company) for _ in range(3)]
    moved = await asyncio.gather(*(do(commands.assign, company.dispatcher, request) for request in requests))
    assert len({request.assignee_id for request in moved}) == 3


async def test_the_load_is_weighed(pool: None) -> None:
    company = await ruled(order=["load"], weights={"p1": 5})
    # The agent has one heavy request, the head two light ones, the colleague three.
    await assigned(company)
    for actor, number in ((company.head, 2), (company.colleague, 3)):
        for _ in range(number):
            light = await submit(company, customer_id=company.standard_id, impact=Impact.LOW)
            await do(commands.assign, company.dispatcher, light, assignee_id=actor.id)
    request = await do(commands.assign, company.dispatcher, await submit(company))
    assert request.assignee_id == company.head.id


async def test_the_customers_region_is_preferred_and_not_demanded(pool: None) -> None:
    company = await ruled(order=["region", "rotation"], moment="submission")
    await describe(company, company.colleague, region="North")
    async with writing(company.admin, settle=settle) as work:
        given = {"tier": CustomerTier.KEY, "language": Language.EN, "billing_email": "x@example.com"}
        north = await customers.create_customer(work, name="Northern", region=" North ", **given)
        south = await customers.create_customer(work, name="Southern", region="South", **given)
    assert [(await submit(company, customer_id=north.id)).assignee_id for _ in range(2)] == [company.colleague.id] * 2
    assert (await submit(company, customer_id=south.id)).assignee_id != company.colleague.id


async def test_a_department_without_such_a_post_leaves_it_to_the_one_above(pool: None) -> None:
    company = await founded()
    async with writing(company.admin, settle=settle) as work:
        post = await organisation.create_post(work, name="Regional engineer")
        [boss] = [each for each in await shape.at_work(work) if each.id == company.boss.id]
        root_id = boss.department_id
        await organisation.move(
            work, staff_id=ident(company.dispatcher), department_id=root_id, post_id=post.id, superior_id=boss.id
        )
    posted = AssignmentRules.model_validate(
        {"order": ["load"], "posts": ["Regional engineer"], "department": "Support", "moment": "submission"}
    )
    await publish(company.admin, *software_clauses(), ("5.1", posted))
    request = await submit(company, department_id=company.sales_id)
    assert (request.assignee_id, request.department_id) == (company.dispatcher.id, root_id)


async def test_where_nobody_is_left_the_head_is_told_and_the_decision_says_why(pool: None) -> None:
    company = await ruled(order=["duty"], moment="submission", most_open_requests=1)
    request = await submit(company)
    assert (request.assignee_id, request.state) == (None, "new")
    assert len(await told(company, "requests.nobody_found")) == 1
    [decision] = await decisions(company, request, "requests.assignment")
    assert {each["left_out"] for each in decision.inputs["candidates"]} == {"not_on_duty"}
    assert decision.result["assignee_id"] is None
    # Somebody who assigns may still choose by hand.
    await do(commands.assign, company.dispatcher, request, assignee_id=company.agent.id)


async def test_what_is_to_be_assessed_first_is_assigned_then(pool: None) -> None:
    company = await founded()
    first = RequestCourse.model_validate({"routine": ["triage"]})
    chosen = AssignmentRules.model_validate({"order": ["rotation"], "moment": "submission"})
    await publish(company.admin, *software_clauses(), ("5.1", chosen), ("5.2", first))
    request = await submit(company)
    assert request.assignee_id is None
    await do(commands.triage, company.dispatcher, request, complexity=Complexity.ROUTINE)
    assert (await stored(company, request)).assignee_id is not None


async def test_without_rules_nobody_is_chosen(software: Company) -> None:
    request = await submit(software)
    with pytest.raises(Refusal) as refused:
        await do(commands.assign, software.dispatcher, request)
    assert (refused.value.code, refused.value.path) == ("NO_RULES", ("assigneeId",))
    with pytest.raises(Invalid):
        await do(commands.assign, software.dispatcher, request, department_id=software.support_id)
    assert (await stored(software, request)).state == "new"


async def test_the_second_has_to_act_while_the_first_is_absent(software: Company) -> None:
    request = await submit(software)
    given = {"assignee_id": software.agent.id, "second_assignee_id": software.colleague.id}
    await do(commands.assign, software.dispatcher, request, **given)

    async def responsible() -> Any:
        async with reading(software.admin) as work:
            return await queries.responsible(work, await queries.get(work, request.id))

    await absent(software, software.agent)
    assert await responsible() == [software.colleague.id]
    await absent(software, software.colleague)
    assert await responsible() == [software.agent.id, software.head.id]
    await do(commands.hand_over, software.agent, request, summary="I am away")
    assert len(await told(software, "requests.nobody_free")) == 1


async def test_absences_and_shifts_are_entered_by_who_may_and_once(software: Company, service: Company) -> None:
    day = at("Mon 1 09:00").date()

    async def enter(actor: Actor, of: Actor, days: int = 1) -> UUID:
        async with writing(actor, settle=settle) as work:
            ends_on = day + timedelta(days=days)
            return (await organisation.record_absence(work, staff_id=ident(of), starts_on=day, ends_on=ends_on)).id

    with pytest.raises(Forbidden):
        await enter(software.agent, software.colleague)
    with pytest.raises(Invalid):
        await enter(software.agent, software.agent, days=-1)
    with pytest.raises(NotFound):
        await enter(software.admin, service.agent)
    absence_id = await enter(software.agent, software.agent)
    with pytest.raises(Conflict):
        await enter(software.admin, software.agent)
    with pytest.raises(NotFound):
        async with writing(service.admin, settle=settle) as work:
            await organisation.withdraw_absence(work, absence_id=absence_id)
    async with writing(software.agent, settle=settle) as work:
        await organisation.withdraw_absence(work, absence_id=absence_id)
    await enter(software.admin, software.agent)
    hours = {"staff_id": ident(software.agent), "starts_at": at("Mon 1 08:00"), "ends_at": at("Mon 1 16:00")}
    with pytest.raises(Forbidden):
        async with writing(software.agent, settle=settle) as work:
            await organisation.plan_duty(work, **hours)
    async with writing(software.admin, settle=settle) as work:
        shift = await organisation.plan_duty(work, **hours)
    with pytest.raises(Conflict):
        async with writing(software.admin, settle=settle) as work:
            await organisation.plan_duty(work, **hours)
    async with writing(software.admin, settle=settle) as work:
        await organisation.withdraw_duty(work, shift_id=shift.id)
        with pytest.raises(Invalid):
            await organisation.describe(work, staff_id=ident(software.agent), skills=["x" * 61])


def test_a_choice_does_not_depend_on_the_order_of_those_who_are_asked() -> None:
    people = [
        Candidate(UUID(int=1), load=2, turn=1),
        Candidate(UUID(int=2), load=1, turn=3),
        Candidate(UUID(int=3), load=1, turn=2),
        Candidate(UUID(int=4), absent=True),
        Candidate(UUID(int=5), may=False),
    ]
    wanted = Wanted(order=[AssignedBy.LOAD, AssignedBy.ROTATION])
    for given in permutations(people):
        choice = rules.choose(given, wanted)
        assert (choice.first, choice.second) == (UUID(int=3), UUID(int=2))
        assert choice.left_out == {UUID(int=4): LeftOut.ABSENT, UUID(int=5): LeftOut.MAY_NOT}
    assert rules.choose([], wanted).first is None


async def test_a_complex_request_is_given_away_with_its_lead_department_where_the_handbook_wants_that(
    software: Company, pool: None
) -> None:
    leading, free = await ruled(order=["load"]), await ruled(order=["load"], lead_for_complex=False)
    for company in (leading, free, software):
        request = await submit(company, department_id=None)
        await do(commands.triage, company.dispatcher, request, complexity=Complexity.COMPLEX)
        given = {"assignee_id": company.agent.id}
        if company is not leading:
            assert (await do(commands.assign, company.dispatcher, request, **given)).state == "assigned"
            continue
        with pytest.raises(Refusal) as refused:
            await do(commands.assign, company.dispatcher, request, **given)
        clause = refused.value.clause
        assert (refused.value.code, clause.number if clause else None) == ("LEAD_MISSING", "5.1")
        assert (await stored(company, request)).assignee_id is None
        led = await do(commands.assign, company.dispatcher, request, **given, department_id=company.sales_id)
        assert led.department_id == company.sales_id
    routine = await submit(leading, department_id=None)
    await do(commands.triage, leading.dispatcher, routine, complexity=Complexity.ROUTINE)
    await do(commands.assign, leading.dispatcher, routine, assignee_id=leading.agent.id)
