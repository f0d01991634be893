"""The way into the portal: invited by a clause, opened once, ended within seconds, and what it lets one act on."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from domain.consequences import settle
from domain.customers import commands
from domain.customers import queries as customers
from domain.kernel.permissions import KNOWN, Permission, PortalGrant
from domain.kernel.terms import Impact, Urgency
from domain.requests import commands as requests
from domain.requests.models import ServiceRequest
from domain.requests.rules import Audience, Channel, State
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity.actors import Remembered, actor_for
from tenancy.language import Language
from tenancy.refusals import Forbidden, NotFound, Refusal, Unauthenticated, WrongState
from tests.domain.customers.portal import accesses, contact, invited, opened, token_of, visitor, with_portal
from tests.domain.requests.company import Company, do, service_company, stored, submit, told, under_way


async def test_two_handbooks_open_the_portal_differently_and_a_third_not_at_all(pool: None) -> None:
    wide = await with_portal(opened(reach="company", invoices=True, quotations=True))
    narrow = await with_portal(opened(surveys=False))
    closed = await service_company()
    first, second = await visitor(wide), await visitor(narrow)
    assert first.kind is ActorKind.CONTACT
    assert first.permissions == {word.value for word in PortalGrant}
    assert (second.permissions, second.id) == ({"portal.use"}, narrow.contact_id)
    with pytest.raises(Refusal) as refused:
        await invited(closed, closed.contact_id)
    assert refused.value.code == "NO_CLAUSE"
    assert await accesses(closed) == []


async def test_an_invitation_opens_once_and_keeps_what_its_clause_said(pool: None) -> None:
    company = await with_portal(opened(invitation_days=3, access_days=10))
    access = await invited(company, company.contact_id)
    assert access.invitation_ends_at - access.invited_at == timedelta(days=3)
    system = Actor.system(company.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        way_in = await commands.open_portal(work, access_id=access.id)
    for _ in range(2):
        with pytest.raises(NotFound):
            async with writing(system, settle=settle) as work:
                await commands.open_portal(work, access_id=access.id)
    [stored_access] = await accesses(company)
    assert stored_access.opened_at is not None
    assert way_in.ends_at - stored_access.opened_at == timedelta(days=10)
    found = await actor_for(f"Bearer {way_in.token}", None, None, remembered=Remembered())
    assert (found.kind, found.id, found.language) == (ActorKind.CONTACT, company.contact_id, Language.EN)
    assert (await actor_for(None, way_in.token, None, remembered=Remembered())).id == company.contact_id
    names = await told(company, "customers.portal_invited", "customers.portal_opened")
    assert [name for name, _ in names] == ["customers.portal_invited", "customers.portal_opened"]


async def test_a_second_invitation_ends_the_first_and_whoever_is_expired_stays_outside(
    pool: None, owner_url: str
) -> None:
    company = await with_portal(opened())
    first, second = [await invited(company, company.contact_id) for _ in range(2)]
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(
            "UPDATE portal_accesses SET invitation_ends_at = now() - interval '1 second' WHERE id = $1", second.id
        )
        for access in (first.id, second.id, uuid4()):
            with pytest.raises(NotFound):
                async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
                    await commands.open_portal(work, access_id=access)
        token = await token_of(company, company.contact_id)
        await connection.execute("UPDATE portal_accesses SET ends_at = now() WHERE hash IS NOT NULL")
        with pytest.raises(Unauthenticated):
            await customers.visitor(token)
    finally:
        await connection.close()


async def test_an_access_is_revoked_with_its_open_invitations(pool: None) -> None:
    company = await with_portal(opened())
    token = await token_of(company, company.contact_id)
    await invited(company, company.contact_id)
    async with writing(company.admin, settle=settle) as work:
        assert await commands.revoke_access(work, contact_id=company.contact_id) == 2
        assert await commands.revoke_access(work, contact_id=company.contact_id) == 0
    with pytest.raises(Unauthenticated):
        await customers.visitor(token)
    with pytest.raises(Unauthenticated):
        await customers.visitor(token[:-1] + ("a" if token[-1] != "a" else "b"))
    assert len(await told(company, "customers.portal_revoked")) == 1
    for forbidden in (commands.invite, commands.revoke_access):
        with pytest.raises(Forbidden):
            async with writing(company.agent, settle=settle) as work:
                await forbidden(work, contact_id=company.contact_id)


def test_no_role_holds_what_the_portal_grants() -> None:
    assert not {str(word) for word in PortalGrant} & {str(word) for word in KNOWN}


async def asked(company: Company, actor: Actor, **more: object) -> ServiceRequest:
    async with writing(actor, settle=settle) as work:
        return await requests.ask_in_portal(
            work,
            **{"title": "No sound", "description": "", "impact": Impact.LOW, "urgency": Urgency.LOW, **more},
        )


async def test_a_person_asks_in_their_own_name_for_their_own_company(pool: None) -> None:
    company = await with_portal(opened())
    lin = await visitor(company)
    request = await asked(company, lin)
    assert (request.customer_id, request.contact_id, request.requester_id) == (
        company.strategic_id,
        company.contact_id,
        None,
    )
    assert (request.channel, request.state) == (Channel.PORTAL, State.NEW)
    # Not in anybody else's, whatever they know.
    with pytest.raises(NotFound):
        await submit(company, lin, contact_id=await contact(company, "Wang"))
    with pytest.raises(NotFound):
        await submit(company, lin)
    for stranger in (company.clerk, company.admin):
        with pytest.raises(Forbidden):
            await asked(company, stranger)


async def test_who_sees_a_request_answers_for_it_and_nobody_else(pool: None) -> None:
    company = await with_portal(opened())
    lin, wang = await visitor(company), await visitor(company, await contact(company, "Wang"))
    request = await under_way(company, contact_id=company.contact_id)
    request = await do(requests.propose, company.agent, request, solution="A new cable.")
    for outsider in (wang,):
        for move in (requests.agree, requests.confirm):
            with pytest.raises(NotFound):
                await do(move, outsider, request)
    with pytest.raises(WrongState):
        await do(requests.confirm, lin, request)
    for forbidden in (requests.start, requests.diagnose):
        with pytest.raises(Forbidden):
            await do(forbidden, lin, request)
    await do(requests.agree, lin, request)
    async with reading(company.admin) as work:
        rows = await work.sql(
            "SELECT move, contact_id FROM request_state_changes WHERE request_id = $1 ORDER BY position", request.id
        )
    assert (rows[-1]["move"], rows[-1]["contact_id"]) == ("agree", company.contact_id)
    await do(requests.start, company.agent, request)
    await do(requests.resolve, company.agent, request, resolution="Done.")
    await do(requests.reopen, lin, request, reason="Still nothing.")
    await do(requests.resolve, company.agent, request, resolution="Now.")
    await do(requests.confirm, lin, request, score=5)
    found = await stored(company, request)
    assert (found.state, found.satisfaction_score) == (State.CLOSED, 5)


async def test_the_reach_of_the_company_lets_colleagues_answer(pool: None) -> None:
    company = await with_portal(opened(reach="company"))
    wang = await visitor(company, await contact(company, "Wang"))
    stranger = await visitor(company, await contact(company, "Zhao", company.standard_id))
    request = await under_way(company, contact_id=company.contact_id)
    async with writing(wang, settle=settle) as work:
        said = await requests.reply_in_portal(work, request_id=request.id, text="Any news?")
    assert (said.contact_id, said.author_id, said.audience) == (wang.id, None, Audience.PUBLIC)
    with pytest.raises(NotFound):
        async with writing(stranger, settle=settle) as work:
            await requests.reply_in_portal(work, request_id=request.id, text="Any news?")
    # What one may see without the word for the portal itself is nothing.
    nobody = replace(wang, permissions=frozenset({PortalGrant.COMPANY.value, Permission.REQUESTS_READ_ALL.value}))
    with pytest.raises(NotFound):
        await do(requests.cancel, nobody, request, reason="No.")
