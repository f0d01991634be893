"""Tiers of support: raised with all that is known, to whom the rules choose or the region's group, and answered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from domain.policies.rules.kinds import AssignmentRules
from domain.requests import commands, queries
from domain.requests.models import Message, ServiceRequest, TierRaise
from domain.requests.rules import State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import (
    Company,
    at,
    decisions,
    do,
    founded,
    go_to,
    software_clauses,
    stored,
    told,
    under_way,
)
from tests.handbooks import publish


@dataclass(frozen=True)
class Group:
    """A group in the north, in which the dispatcher works, led by the colleague; and a customer there."""

    id: UUID
    customer_id: UUID


def ident(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


async def ruled(**given: Any) -> tuple[Company, Group]:
    """A company whose second tier are experts, of whom support has none, with a group in the north."""
    company = await founded()
    async with writing(company.admin, settle=settle) as work:
        post = await organisation.create_post(work, name="Expert")
        group = await organisation.create_department(work, name="North group")
        await organisation.appoint_head(work, department_id=group.id, staff_id=ident(company.colleague))
        await organisation.move(
            work,
            staff_id=ident(company.dispatcher),
            department_id=group.id,
            post_id=post.id,
            superior_id=ident(company.boss),
        )
        northern = await customers.create_customer(
            work,
            name="Northern",
            tier=CustomerTier.STRATEGIC,
            language=Language.EN,
            billing_email="n@example.com",
            region="North",
        )
    rules = AssignmentRules.model_validate({"order": ["load"], "higher_posts": ["Expert"], **given})
    await publish(company.admin, *software_clauses(), ("5.1", rules))
    return company, Group(group.id, northern.id)


async def raises(company: Company, request: ServiceRequest) -> list[TierRaise]:
    async with reading(company.admin) as work:
        return await work.all(select(TierRaise).where(TierRaise.request_id == request.id).order_by(TierRaise.id))


async def public(company: Company, request: ServiceRequest) -> list[str]:
    async with reading(company.clerk) as work:
        found = await work.all(select(Message).where(Message.request_id == request.id))
        return [said.text for said in found if said.audience == "public"]


async def test_a_department_without_experts_leaves_it_to_the_group_of_the_region_in_one_company_only(
    pool: None,
) -> None:
    grouped, group = await ruled(regional_groups={"North": "North group"})
    alone, other = await ruled()
    request = await under_way(grouped, customer_id=group.customer_id)
    raised = await do(commands.raise_tier, grouped.agent, request, description="The log is clean, the proxy is not")
    assert (raised.support_tier, raised.assignee_id, raised.department_id) == (2, grouped.dispatcher.id, group.id)
    assert (raised.state, raised.raised_from_id) == (State.ASSIGNED, grouped.agent.id)
    [kept] = await raises(grouped, request)
    assert (kept.description, kept.from_staff_id) == ("The log is clean, the proxy is not", grouped.agent.id)
    assert (kept.facts["title"], kept.facts["priority"], kept.from_department_id) == (
        "Nobody can sign in",
        "p1",
        grouped.support_id,
    )
    [decision] = await decisions(grouped, request, "requests.assignment")
    assert decision.inputs["support_tier"] == 2
    # The other company has no groups: nobody above its support is an expert.
    lonely = await under_way(alone, customer_id=other.customer_id)
    with pytest.raises(Refusal) as refused:
        await do(commands.raise_tier, alone.boss, lonely, description="Help")
    assert isinstance(refused.value, (Forbidden, NotFound))
    raised = await do(commands.raise_tier, alone.agent, lonely, description="Help")
    # So whoever leads the department gets it.
    assert raised.assignee_id == alone.head.id
    # Above whom there is nobody.
    with pytest.raises(Refusal) as refused:
        await do(commands.raise_tier, alone.head, lonely, description="Help")
    clause = refused.value.clause
    assert (refused.value.code, clause.number if clause else None) == ("NOBODY_FOUND", "5.1")
    with pytest.raises(NotFound):
        await do(commands.raise_tier, await found_company(), request, description="Mine")


async def test_the_leader_of_the_group_gets_what_nobody_there_can(pool: None) -> None:
    company, group = await ruled(order=["skill"], regional_groups={"North": "North group"}, skills=["proxies"])
    request = await under_way(company, customer_id=group.customer_id)
    raised = await do(commands.raise_tier, company.agent, request, description="Help")
    assert raised.assignee_id == company.colleague.id


async def test_it_comes_back_with_an_answer_to_both_where_the_handbook_wants_that(pool: None) -> None:
    strict, group = await ruled(regional_groups={"North": "North group"}, answers_requester=True)
    mild, other = await ruled(regional_groups={"North": "North group"})
    for company, customer_id in ((strict, group.customer_id), (mild, other.customer_id)):
        request = await under_way(company, customer_id=customer_id)
        await do(commands.raise_tier, company.agent, request, description="Help")
        await do(commands.start, company.dispatcher, request)
        if company is strict:
            with pytest.raises(Refusal) as refused:
                await do(commands.return_tier, company.dispatcher, request, answer="A new proxy")
            clause = refused.value.clause
            assert (refused.value.code, clause.number if clause else None) == ("ANSWER_MISSING", "5.1")
            assert (await stored(company, request)).support_tier == 2
        said = {"answer_to_requester": "It is the proxy"} if company is strict else {}
        back = await do(commands.return_tier, company.dispatcher, request, answer="A new proxy", **said)
        assert (back.support_tier, back.assignee_id, back.state) == (1, company.agent.id, State.IN_PROGRESS)
        assert (back.department_id, back.raised_from_id) == (company.support_id, None)
        [kept] = await raises(company, request)
        assert (kept.answer, kept.returned_at is None) == ("A new proxy", False)
        assert await public(company, request) == (["It is the proxy"] if company is strict else [])
        assert len(await told(company, "requests.raised", "requests.returned")) == 2


async def test_it_climbs_to_the_third_tier_and_comes_back_step_by_step(software: Company) -> None:
    request = await under_way(software)
    with pytest.raises(Refusal) as refused:
        await do(commands.return_tier, software.agent, request, answer="Nothing")
    assert refused.value.code == "LOWEST_TIER"
    # Without assignment rules somebody is named.
    with pytest.raises(Refusal) as refused:
        await do(commands.raise_tier, software.agent, request, description="Help")
    assert (refused.value.code, (await stored(software, request)).support_tier) == ("NO_RULES", 1)
    for given in ({"assignee_id": software.agent.id}, {"assignee_id": software.colleague.id, "description": " "}):
        with pytest.raises(Invalid):
            await do(commands.raise_tier, software.agent, request, **{"description": "Help", **given})
    for actor, to in ((software.agent, software.colleague), (software.colleague, software.head)):
        await do(commands.raise_tier, actor, request, description="Help", assignee_id=to.id)
    with pytest.raises(Refusal) as refused:
        await do(commands.raise_tier, software.head, request, description="Help", assignee_id=software.agent.id)
    assert refused.value.code == "HIGHEST_TIER"
    back = await do(commands.return_tier, software.head, request, answer="Done")
    assert (back.assignee_id, back.support_tier, back.raised_from_id) == (software.colleague.id, 2, software.agent.id)
    back = await do(commands.return_tier, software.colleague, request, answer="Done")
    assert (back.assignee_id, back.support_tier, back.raised_from_id) == (software.agent.id, 1, None)


async def test_whoever_has_raised_it_still_sees_it_and_gets_it_only_when_free(software: Company) -> None:
    request = await under_way(software)
    await do(commands.raise_tier, software.agent, request, description="Help", assignee_id=software.colleague.id)
    async with reading(software.agent) as work:
        assert (await queries.get(work, request.id)).assignee_id == software.colleague.id
    with pytest.raises(Refusal):
        await do(commands.resolve, software.agent, request, resolution="Done")
    async with writing(software.admin, settle=settle) as work:
        day = at("Mon 1 09:00").date()
        await organisation.record_absence(work, staff_id=ident(software.agent), starts_on=day, ends_on=day)
    stays = await do(commands.return_tier, software.colleague, request, answer="Done")
    assert (stays.assignee_id, stays.support_tier) == (software.colleague.id, 2)
    assert len(await told(software, "requests.nobody_free")) == 1
    await go_to(software, at("Tue 2 09:00"))
    assert (await do(commands.return_tier, software.colleague, request, answer="Done")).assignee_id == software.agent.id
