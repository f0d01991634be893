"""Who leaves the company is out of it at once, with every session and token; what they have elsewhere stays theirs."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.organisation import commands
from domain.organisation.models import Staff
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity import accounts, people, sessions, tokens
from tenancy.identity.actors import Remembered, actor_for
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.refusals import Conflict, Unauthenticated

PASSWORD = "correct horse"
LAST_DAY = date(2026, 1, 31)


async def engaged(company: Actor, email: str, *permissions: Permission) -> Actor:
    """A colleague with a password of this company."""
    async with writing(company, settle=settle) as work:
        role = await people.create_role(work, name=f"role {uuid4()}", permissions=permissions or ["requests.read"])
        member = await people.create_member(
            work, name="Li Na", email=email, language="en", role_ids=[role.id], password=PASSWORD
        )
        department = await commands.create_department(work, name=f"Department {uuid4()}")
        post = await commands.create_post(work, name=f"Post {uuid4()}")
        await commands.engage(
            work, member_id=member.id, department_id=department.id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
    words = frozenset(str(permission) for permission in permissions) or frozenset({"requests.read"})
    return Actor(tenant_id=company.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=words)


async def release(company: Actor, person: Actor) -> None:
    async with writing(company, settle=settle) as work:
        await commands.release(work, staff_id=id_of(person), left_on=LAST_DAY)


def id_of(person: Actor) -> UUID:
    assert person.id is not None
    return person.id


async def test_whoever_has_left_is_refused_with_every_token_and_session(acme: Actor) -> None:
    person = await engaged(acme, f"{uuid4()}@example.com")
    async with writing(person, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli")
    session = await sessions.open_session(acme.tenant_id, id_of(person))
    assert session is not None
    # Another process remembers whom it has just let in, for three seconds at most.
    remembered = Remembered()
    assert (await actor_for(f"Bearer {token}", None, None, remembered=remembered)).id == person.id
    await release(acme, person)
    for header, cookie in ((f"Bearer {token}", None), (None, session.token)):
        with pytest.raises(Unauthenticated):
            await actor_for(header, cookie, None, remembered=Remembered())
    # Let in again they sign in anew: what was ended stays ended.
    async with writing(acme, settle=settle) as work:
        await people.activate_member(work, member_id=id_of(person))
    for header, cookie in ((f"Bearer {token}", None), (None, session.token)):
        with pytest.raises(Unauthenticated):
            await actor_for(header, cookie, None, remembered=Remembered())


async def test_leaving_one_company_touches_nothing_in_another(acme: Actor, globex: Actor) -> None:
    email = f"{uuid4()}@example.com"
    here, there = await engaged(acme, email), await engaged(globex, email)
    async with writing(there, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli")
    async with reading(globex) as work:
        [row] = await work.sql("SELECT slug FROM tenants WHERE id = $1", globex.tenant_id)
    await accounts.sign_in(email, PASSWORD, company=row["slug"])
    # The company that they were signed in to last is the one they leave.
    async with reading(acme) as work:
        [row] = await work.sql("SELECT slug FROM tenants WHERE id = $1", acme.tenant_id)
    await accounts.sign_in(email, PASSWORD, company=row["slug"])
    await release(acme, here)
    assert (await actor_for(f"Bearer {token}", None, None, remembered=Remembered())).id == there.id
    opened = await accounts.sign_in(email, PASSWORD)
    assert (opened.tenant_id, opened.member_id) == (globex.tenant_id, there.id)


async def test_leaving_is_one_fact_of_the_company_and_one_of_its_access(acme: Actor) -> None:
    person = await engaged(acme, f"{uuid4()}@example.com")
    await release(acme, person)
    async with reading(acme) as work:
        entries = await work.all(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(2))
    assert {entry.name for entry in entries} == {"organisation.staff_left", "identity.member_deactivated"}


async def test_the_last_who_manages_access_hands_that_over_before_leaving(acme: Actor) -> None:
    second = await engaged(acme, f"{uuid4()}@example.com", Permission.ACCESS_MANAGE, Permission.MEMBERS_MANAGE)
    async with writing(second, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli")
        await people.deactivate_member(work, member_id=id_of(acme))
    with pytest.raises(Conflict, match="give it to somebody else first"):
        await release(Actor.system(acme.tenant_id), second)
    # Nothing of it has happened.
    assert (await actor_for(f"Bearer {token}", None, None, remembered=Remembered())).id == second.id
    async with reading(acme) as work:
        assert (await work.get(Member, id_of(second))).active
        assert (await work.get(Staff, id_of(second))).left_on is None
