"""The first and the second who are responsible for a request: handing it over and back, and what if neither is free."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.organisation import commands as organisation
from domain.requests import commands, queries
from domain.requests.models import ServiceRequest, StateChange
from domain.requests.rules import Move, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import ASKS, Company, at, do, go_to, program, stored, submit, told


async def shared(company: Company, asker: Actor | None = None) -> ServiceRequest:
    """A request on which the agent works, and for which the colleague stands in."""
    request = await submit(company, actor=asker)
    given = {"assignee_id": company.agent.id, "second_assignee_id": company.colleague.id}
    await do(commands.assign, company.dispatcher, request, **given)
    return await do(commands.start, company.agent, request)


async def leaves(company: Company, actor: Actor) -> None:
    assert actor.id is not None
    async with writing(company.admin, settle=settle) as work:
        await organisation.release(work, staff_id=actor.id, left_on=at("Mon 1 09:00").date())


async def test_the_second_takes_it_on_and_gives_it_back_with_a_summary(software: Company) -> None:
    request = await shared(software)
    over = await do(commands.hand_over, software.agent, request, summary="The log is in the folder")
    assert (over.assignee_id, over.handed_over_from_id) == (software.colleague.id, software.agent.id)
    # Nothing else changes: it is worked on, and its time runs on.
    assert (over.state, over.due_at) == (State.IN_PROGRESS, request.due_at)
    with pytest.raises(Forbidden):
        await do(commands.resolve, software.agent, request, resolution="Done")
    back = await do(commands.hand_back, software.colleague, request, summary="Restarted it twice")
    assert (back.assignee_id, back.handed_over_from_id) == (software.agent.id, None)
    assert back.second_assignee_id == software.colleague.id
    async with reading(software.admin) as work:
        history = await queries.history_of(work, request.id)
    assert [(change.move, change.reason) for change in history[-2:]] == [
        ("hand_over", "The log is in the folder"),
        ("hand_back", "Restarted it twice"),
    ]
    await go_to(software, at("Mon 1 14:01"))
    assert len(await told(software, "requests.clock_breached")) == 1


async def test_the_second_sees_it_and_so_does_whoever_handed_it_over(software: Company) -> None:
    request = await shared(software)

    async def seen_by(actor: Actor) -> int:
        async with reading(actor) as work:
            return len(await work.all(select(ServiceRequest).where(queries.visible(actor, ServiceRequest))))

    assert await seen_by(software.colleague) == 1
    await do(commands.hand_over, software.agent, request, summary="Please")
    assert (await seen_by(software.agent), await seen_by(await found_company())) == (1, 0)


async def test_the_summary_is_for_those_who_work_on_it_and_not_for_the_other_side(
    software: Company, service: Company
) -> None:
    partner = await program(software, *ASKS)
    theirs, own = await shared(software, partner), await shared(software)
    for request in (theirs, own):
        await do(commands.hand_over, software.agent, request, summary="They have not paid; be brief")
        await do(commands.hand_back, software.colleague, request, summary="I was")

    async def hands(actor: Actor, request: ServiceRequest) -> list[str]:
        async with reading(actor) as work:
            seen = select(StateChange).where(queries.visible_changes(actor, StateChange))
            mine = seen.where(StateChange.request_id == request.id).order_by(StateChange.position)
            changes = await work.all(mine)
        return [change.reason for change in changes if change.move in (Move.HAND_OVER, Move.HAND_BACK)]

    both = ["They have not paid; be brief", "I was"]
    assert [await hands(actor, own) for actor in (software.agent, software.colleague, software.dispatcher)] == [
        both
    ] * 3
    assert [await hands(software.clerk, own), await hands(partner, theirs)] == [[], []]
    assert await hands(service.dispatcher, own) == []
    async with reading(partner) as work:
        seen = select(StateChange).where(queries.visible_changes(partner, StateChange)).order_by(StateChange.position)
        assert [change.move for change in await work.all(seen)] == [None, Move.ASSIGN, Move.START]


async def test_where_neither_is_free_whoever_stands_above_is_told_and_it_stays(software: Company) -> None:
    alone = await submit(software)
    await do(commands.assign, software.dispatcher, alone, assignee_id=software.agent.id)
    both = await shared(software)
    await leaves(software, software.colleague)
    for request in (alone, both):
        kept = await do(commands.hand_over, software.agent, request, summary="I am on the road")
        assert kept.assignee_id == software.agent.id
    async with reading(software.admin) as work:
        entries = select(JournalEntry).where(JournalEntry.name == "requests.nobody_free")
        managers = {entry.payload["manager_id"] for entry in await work.all(entries)}
    assert managers == {str(software.head.id)}


async def test_when_the_first_has_left_the_second_has_to_act(software: Company) -> None:
    request = await shared(software)
    async with reading(software.admin) as work:
        assert await queries.responsible(work, request) == [software.agent.id]
    await leaves(software, software.agent)
    async with reading(software.admin) as work:
        assert await queries.responsible(work, request) == [software.colleague.id]


async def test_what_was_not_handed_over_is_not_handed_back(software: Company) -> None:
    request = await shared(software)
    with pytest.raises(Refusal) as refused:
        await do(commands.hand_back, software.agent, request, summary="Here")
    assert refused.value.code == "NOT_HANDED_OVER"
    await do(commands.hand_over, software.agent, request, summary="Please")
    # Whoever assigns it anew has decided who has it.
    await do(commands.assign, software.dispatcher, request, assignee_id=software.head.id)
    assert (await stored(software, request)).handed_over_from_id is None


@pytest.mark.parametrize("summary", ["", " ", "bell\x07", "x" * 20_001])
async def test_a_hand_over_says_something(software: Company, summary: str) -> None:
    request = await shared(software)
    with pytest.raises(Invalid) as refused:
        await do(commands.hand_over, software.agent, request, summary=summary)
    assert refused.value.path == ("summary",)
    assert (await stored(software, request)).assignee_id == software.agent.id


async def test_the_first_and_the_second_are_two_people_who_work_here(software: Company, service: Company) -> None:
    request = await submit(software)

    async def refused(**given: Any) -> Refusal:
        with pytest.raises(Refusal) as caught:
            await do(commands.assign, software.dispatcher, request, assignee_id=software.agent.id, **given)
        return caught.value

    assert (await refused(second_assignee_id=software.agent.id)).path == ("secondAssigneeId",)
    stranger = await refused(second_assignee_id=service.agent.id)
    assert isinstance(stranger, NotFound)
    assert stranger.path == ("secondAssigneeId",)
    await leaves(software, software.colleague)
    assert (await refused(second_assignee_id=software.colleague.id)).path == ("secondAssigneeId",)
    assert (await stored(software, request)).assignee_id is None
