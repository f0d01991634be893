"""Who is called by name in an internal note, and who can be (RQ-10)."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications.models import Notification
from domain.requests import commands, queries
from domain.requests.events import RequestCommented
from domain.requests.models import Mention, Message
from domain.requests.rules import Audience
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Refusal
from tests.conftest import found_company
from tests.domain.requests.company import Company, assigned, do, software_company
from workers.reactions import requests as reactions


async def note(actor: Actor, request: Any, mentioned: list[Any], audience: Audience = Audience.INTERNAL) -> Message:
    async with writing(actor, settle=settle) as work:
        return await commands.comment(
            work, request_id=request.id, text="Please look", audience=audience, mention_ids=mentioned
        )


async def refused(company: Company, request: Any, *mentioned: Any, **more: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refusal) as caught:
        await note(company.agent, request, list(mentioned), **more)
    return caught.value.code, caught.value.path


async def test_only_who_reads_the_note_is_mentioned_and_told(pool: None) -> None:
    company, third = await software_company(), await found_company()
    request = await assigned(company)
    # The head of the department and the dispatcher see it; a colleague does not yet, and its requester never does.
    said = await note(company.agent, request, [company.head.id, company.dispatcher.id, company.head.id])
    for nobody in (company.colleague.id, company.clerk.id, company.boss.id, third.id):
        assert await refused(company, request, company.head.id, nobody) == ("DOES_NOT_READ", ("mentionIds", "1"))
    assert await refused(company, request, company.head.id, audience=Audience.PUBLIC) == ("INVALID", ("mentionIds",))
    await do(commands.ask_for_help, company.agent, request, staff_id=company.colleague.id, reason="Two are needed")
    helped = await note(company.agent, request, [company.colleague.id, company.agent.id])
    async with reading(company.admin) as work:
        kept = await work.all(select(Mention))
        assert len(await work.all(select(Message))) == 2
    assert {(each.message_id, each.member_id) for each in kept} == {
        (said.id, company.head.id),
        (said.id, company.dispatcher.id),
        (helped.id, company.colleague.id),
        (helped.id, company.agent.id),
    }
    async with reading(third) as work:
        assert await work.all(select(Mention)) == []
    await _told_once(company, helped)


async def _told_once(company: Company, said: Message) -> None:
    """Whoever is mentioned is told that, and not besides that something was said; the writer is told nothing."""
    event = RequestCommented(request_id=said.request_id, message_id=said.id, audience=Audience.INTERNAL)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await reactions.tell_the_other_side_of_a_message(work, event)
        await reactions.tell_the_other_side_of_a_message(work, event)
    async with reading(company.admin) as work:
        told = await work.all(select(Notification).where(Notification.key.contains(str(said.id))))
        assert await queries.mentioned_in(work, said.id) == {company.colleague.id, company.agent.id}
    assert [(each.member_id, each.blanks["name"]) for each in told] == [(company.colleague.id, "Agent")]
