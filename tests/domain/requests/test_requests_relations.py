"""Requests among each other: submitted twice, merged, split, linked, and parents with their parts."""

import asyncio
from typing import Any

import pytest

from domain.consequences import settle
from domain.policies.rules.kinds import RequestCourse
from domain.requests import commands, queries
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Audience, ClockState, LinkKind, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.requests.company import (
    ASKS,
    Company,
    assigned,
    clock,
    do,
    founded,
    program,
    software_clauses,
    stored,
    submit,
    told,
    under_way,
)
from tests.handbooks import publish


async def say(actor: Actor, request: ServiceRequest, text: str, audience: Audience = Audience.PUBLIC) -> Message:
    async with writing(actor, settle=settle) as work:
        return await commands.comment(work, request_id=request.id, text=text, audience=audience)


async def thread(company: Company, request: ServiceRequest) -> list[str]:
    async with reading(company.admin) as work:
        return [said.text for said in await queries.thread_of(work, request.id)]


async def refused(move: Any, actor: Actor, request: ServiceRequest, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await do(move, actor, request, **given)
    return caught.value


# Submitted twice


async def test_whoever_submits_the_same_again_is_given_the_first_request(software: Company, service: Company) -> None:
    one, other = await program(software, *ASKS), await program(software, *ASKS)
    first = await submit(software, one, source_reference=" T-17 ")
    again = await submit(software, one, source_reference="T-17", title="Sent once more")
    assert (again.id, again.title) == (first.id, "Nobody can sign in")
    elsewhere = [
        await submit(software, other, source_reference="T-17"),
        await submit(software, source_reference="T-17"),
        await submit(service, source_reference="T-17"),
    ]
    assert len({first.id, *(request.id for request in elsewhere)}) == 4
    assert len(await told(software, "requests.submitted")) == 3
    with pytest.raises(Invalid):
        await submit(software, one, source_reference=" ")


async def test_the_same_sent_twice_at_once_is_one_request(software: Company) -> None:
    partner = await program(software, *ASKS)
    sent = await asyncio.gather(*(submit(software, partner, source_reference="T-18") for _ in range(3)))
    assert len({request.id for request in sent}) == 1


# Merged


async def test_a_merged_request_goes_on_as_the_other(software: Company) -> None:
    source, target = await under_way(software), await under_way(software)
    child = await submit(software)
    await do(commands.choose_parent, software.dispatcher, child, parent_id=source.id)
    await say(software.clerk, source, "It is the proxy")
    await say(software.clerk, target, "Nothing works")
    merged = await do(commands.merge, software.agent, source, target_id=target.id)
    assert (merged.state, merged.merged_into_id) == (State.MERGED, target.id)
    # It was neither kept nor missed.
    assert (await clock(software, source)).state is ClockState.VOID
    await say(software.clerk, source, "And the mail")
    assert await thread(software, target) == ["It is the proxy", "Nothing works", "And the mail"]
    assert (await stored(software, child)).parent_id == target.id
    again = await do(commands.merge, software.agent, source, target_id=target.id)
    assert again.state is State.MERGED
    assert len(await told(software, "requests.merged")) == 1
    assert isinstance(await refused(commands.resolve, software.agent, source, resolution="Done"), WrongState)
    # What was merged into the source follows it.
    third = await under_way(software)
    await do(commands.merge, software.agent, target, target_id=third.id)
    assert len(await thread(software, third)) == 3


async def test_nothing_is_merged_where_it_does_not_belong(software: Company, service: Company) -> None:
    source, target = await assigned(software), await assigned(software)
    merge, agent = commands.merge, software.agent
    assert (await refused(merge, agent, source, target_id=source.id)).path == ("targetId",)
    foreign = await submit(service)
    assert isinstance(await refused(merge, agent, source, target_id=foreign.id), NotFound)
    others = await assigned(software, customer_id=software.standard_id)
    assert isinstance(await refused(merge, agent, source, target_id=others.id), Invalid)
    await do(commands.resolve, agent, target, resolution="Done")
    assert (await refused(merge, software.dispatcher, source, target_id=target.id)).code == "TARGET_OVER"
    theirs = await submit(software)
    assert isinstance(await refused(merge, software.colleague, source, target_id=theirs.id), NotFound)
    assert (await stored(software, source)).state is State.ASSIGNED


async def test_two_that_are_merged_into_each_other_at_once_end_as_one(software: Company) -> None:
    one, other = await assigned(software), await assigned(software)
    met = await asyncio.gather(
        do(commands.merge, software.agent, one, target_id=other.id),
        do(commands.merge, software.agent, other, target_id=one.id),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refusal) for each in met) == 1
    states = [(await stored(software, each)).state for each in (one, other)]
    assert sorted(states) == [State.ASSIGNED, State.MERGED]


# Split


async def test_a_message_becomes_a_request_with_time_of_its_own(software: Company) -> None:
    origin = await under_way(software)
    said = await say(software.clerk, origin, "And the printer is on fire")
    async with writing(software.agent, settle=settle) as work:
        made = await commands.split(work, message_id=said.id, title="Printer on fire")
    assert (made.description, made.requester_id) == ("And the printer is on fire", software.clerk.id)
    assert (made.state, made.customer_id) == (State.NEW, origin.customer_id)
    assert (await clock(software, made)).started_at == made.submitted_at
    async with reading(software.admin) as work:
        assert await queries.find_link(work, made.id, origin.id, LinkKind.SPLIT_FROM) is not None
    note = await say(software.agent, origin, "They are annoying", Audience.INTERNAL)

    async def split(actor: Actor, **given: Any) -> None:
        async with writing(actor, settle=settle) as work:
            await commands.split(work, message_id=note.id, title="Other", **given)

    with pytest.raises(Invalid) as kept:
        await split(software.agent)
    assert kept.value.path == ("description",)
    with pytest.raises(Forbidden):
        await split(software.clerk)
    with pytest.raises(NotFound):
        await split(software.colleague)
    await split(software.agent, description="Something else")


# Linked


async def test_links_are_written_down_once_and_taken_away(software: Company, service: Company) -> None:
    one, other = await assigned(software), await assigned(software)

    async def link(kind: LinkKind, first: ServiceRequest = one, second: ServiceRequest = other) -> Any:
        async with writing(software.agent, settle=settle) as work:
            return await commands.link(work, request_id=first.id, other_id=second.id, kind=kind)

    related = await link(LinkKind.RELATES_TO)
    assert (await link(LinkKind.RELATES_TO, other, one)).id == related.id
    caused = await link(LinkKind.CAUSED_BY)
    assert (await link(LinkKind.CAUSED_BY, other, one)).id != caused.id
    for given in ((LinkKind.DUPLICATES, one, one), (LinkKind.SPLIT_FROM, one, other)):
        with pytest.raises(Invalid):
            await link(*given)
    with pytest.raises(NotFound):
        await link(LinkKind.DUPLICATES, one, await submit(service))
    with pytest.raises(NotFound):
        async with writing(service.dispatcher, settle=settle) as work:
            await commands.unlink(work, link_id=related.id)
    async with writing(software.agent, settle=settle) as work:
        await commands.unlink(work, link_id=caused.id)
    assert len(await told(software, "requests.linked", "requests.unlinked")) == 4


# Parents and their parts


async def family(company: Company) -> tuple[ServiceRequest, ServiceRequest]:
    """A request of the agent's, and its part, which the colleague has."""
    parent, child = await under_way(company), await submit(company)
    await do(commands.choose_parent, company.dispatcher, child, parent_id=parent.id)
    return parent, await do(commands.assign, company.dispatcher, child, assignee_id=company.colleague.id)


async def test_a_parent_waits_for_its_parts_unless_the_clause_lets_them_be(software: Company) -> None:
    liberal = await founded()
    lets = RequestCourse(open_children_allowed=True)
    await publish(liberal.admin, *software_clauses(), ("6.1", lets))
    strict = await founded()
    await publish(strict.admin, *software_clauses(), ("6.1", RequestCourse()))
    for company, clause in ((software, None), (strict, "6.1")):
        parent, child = await family(company)
        found = await refused(commands.resolve, company.agent, parent, resolution="Done")
        assert (found.code, found.clause.number if found.clause else None) == ("CHILDREN_OPEN", clause)
        await do(commands.resolve, company.colleague, child, resolution="Done")
        assert (await do(commands.resolve, company.agent, parent, resolution="Done")).state is State.RESOLVED
    parent, _ = await family(liberal)
    assert (await do(commands.resolve, liberal.agent, parent, resolution="Done")).state is State.RESOLVED


async def test_parts_are_resolved_together_with_their_parent(software: Company) -> None:
    parent, child = await family(software)
    lost = await submit(software)
    await do(commands.choose_parent, software.dispatcher, lost, parent_id=parent.id)
    given = {"resolution": "Restarted it", "with_children": True}
    found = await refused(commands.resolve, software.agent, parent, **given)
    # Nobody has it yet, so it can't be resolved, and then nothing is.
    assert (found.code, found.path) == ("CHILD_STANDS", ("withChildren",))
    assert (await stored(software, child)).state is State.ASSIGNED
    await do(commands.choose_parent, software.dispatcher, lost, parent_id=None)
    await do(commands.resolve, software.agent, parent, **given)
    assert [(await stored(software, each)).resolution for each in (parent, child, lost)] == [
        "Restarted it",
        "Restarted it",
        "",
    ]


async def test_there_are_no_circles_among_parents(software: Company, service: Company) -> None:
    parent, child = await family(software)
    third = await assigned(software)
    choose = commands.choose_parent
    for request, of in ((parent, parent), (parent, child), (third, child), (parent, third)):
        with pytest.raises(Invalid):
            await do(choose, software.dispatcher, request, parent_id=of.id)
    with pytest.raises(NotFound):
        await do(choose, software.dispatcher, third, parent_id=(await submit(service)).id)
    with pytest.raises((Forbidden, NotFound)):
        await do(choose, software.colleague, third, parent_id=parent.id)
    await do(commands.cancel, software.dispatcher, third, reason="Not needed")
    assert (
        await refused(choose, software.dispatcher, await submit(software), parent_id=third.id)
    ).code == "PARENT_OVER"
