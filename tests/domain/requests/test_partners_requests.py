"""A partner's program sees what it has submitted itself, and of that what is meant for the other side (RQ-10)."""

import pytest
from sqlalchemy import select

from domain.kernel.permissions import Permission
from domain.requests import commands, queries
from domain.requests.models import Clock, Message, ServiceRequest, StateChange
from domain.requests.rules import Audience
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.refusals import NotFound
from tests.domain.requests.company import ASKS, Company, do, program, submit


async def numbers(actor: Actor) -> list[str]:
    """The numbers of all requests that somebody sees, oldest first."""
    async with reading(actor) as work:
        seen = select(ServiceRequest).where(queries.visible(actor, ServiceRequest)).order_by(ServiceRequest.id)
        return [request.number for request in await work.all(seen)]


async def parts(actor: Actor, table: type[Clock] | type[StateChange]) -> int:
    async with reading(actor) as work:
        return len(await work.all(select(table).where(queries.visible_parts(actor, table))))


async def test_each_program_sees_its_own_requests_and_no_other_s(software: Company, service: Company) -> None:
    one, other, elsewhere = (
        await program(software, *ASKS),
        await program(software, *ASKS),
        await program(service, *ASKS),
    )
    first = await submit(software, actor=one)
    second = await submit(software, actor=other)
    await submit(software)
    theirs = await submit(service, actor=elsewhere)
    assert [await numbers(actor) for actor in (one, other, elsewhere)] == [
        [first.number],
        [second.number],
        [theirs.number],
    ]
    assert len(await numbers(software.dispatcher)) == 3
    assert (await parts(one, Clock), await parts(one, StateChange)) == (2, 1)
    for actor, request in ((one, second), (other, first), (elsewhere, first), (one, theirs)):
        async with reading(actor) as work:
            with pytest.raises(NotFound):
                await queries.get(work, request.id)
    async with reading(one) as work:
        assert (await queries.get(work, first.id)).submitting_client_id == one.id


async def test_a_program_without_the_permission_sees_not_even_its_own(software: Company) -> None:
    blind = await program(software, Permission.REQUESTS_SUBMIT, Permission.CUSTOMERS_READ)
    await submit(software, actor=blind)
    assert await numbers(blind) == []


async def test_a_program_that_may_read_all_sees_all(software: Company) -> None:
    reader = await program(software, *ASKS, Permission.REQUESTS_READ_ALL)
    await submit(software)
    await submit(software, actor=await program(software, *ASKS))
    assert len(await numbers(reader)) == 2


async def test_a_member_s_request_is_no_program_s_and_the_other_way_round(software: Company) -> None:
    partner = await program(software, *ASKS)
    request = await submit(software, actor=partner)
    assert await numbers(software.clerk) == []
    own = await submit(software)
    assert (request.requester_id, own.submitting_client_id) == (None, None)
    assert await numbers(software.clerk) == [own.number]


async def test_internal_notes_are_not_for_the_program_that_submitted(software: Company) -> None:
    # Also where it may do more than a partner should.
    for more in ((), (Permission.REQUESTS_WORK,)):
        partner = await program(software, *ASKS, *more)
        request = await submit(software, actor=partner)
        await do(commands.comment, software.dispatcher, request, text="We look into it.")
        await do(commands.comment, software.dispatcher, request, text="Their proxy again…", audience=Audience.INTERNAL)
        async with reading(partner) as work:
            seen = await work.all(select(Message).where(queries.visible_messages(partner, Message)))
        assert [message.text for message in seen] == ["We look into it."]
