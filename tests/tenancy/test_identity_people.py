"""Who lets whom in: those who may manage roles, tokens and sessions, and nobody grants what they lack."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity import clients, people, sessions, tokens
from tenancy.identity.actors import Remembered, actor_for
from tenancy.identity.models import AccessToken
from tenancy.journal import JournalEntry
from tenancy.members import Member, Role
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from tests.locks import is_done_or_waits


async def add_member(admin: Actor, *permissions: str, email: str | None = None) -> Actor:
    """A member whose one role has these permissions."""
    async with writing(admin, settle=settle) as work:
        roles = []
        if permissions:
            roles = [(await people.create_role(work, name=f"role {uuid4()}", permissions=permissions)).id]
        member = await people.create_member(
            work, name="Li Na", email=email or f"{uuid4()}@example.com", language="zh-CN", role_ids=roles
        )
    return Actor(tenant_id=admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=frozenset(permissions))


def id_of(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


async def test_a_member_is_let_in_with_the_roles_given(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(acme, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli", member_id=clerk.id)
    found = await actor_for(f"Bearer {token}", None, None)
    assert (found.id, found.permissions, found.language) == (clerk.id, {"requests.read"}, "zh_Hans")


async def test_one_address_is_one_member_of_a_company_and_may_be_another_of_another(acme: Actor, globex: Actor) -> None:
    email = f"{uuid4()}@example.com"
    await add_member(acme, email=email)
    with pytest.raises(Conflict):
        await add_member(acme, email=f" {email.upper()} ")
    await add_member(globex, email=email)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.com", "a@example.com\nBcc: x@y.z", f"{'a' * 250}@b.cc"]
)
async def test_what_is_no_address_is_refused(acme: Actor, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        async with writing(acme, settle=settle) as work:
            await people.create_member(work, name="Li Na", email=email, language="en")
    assert refused.value.path == ("email",)


async def test_nobody_grants_what_they_do_not_hold(acme: Actor) -> None:
    manager = await add_member(acme, "members.manage", "access.manage", "requests.read")
    clerk = await add_member(acme, "requests.read")
    director = await add_member(acme, "billing.read")
    async with writing(acme, settle=settle) as work:
        strong = await people.create_role(work, name="bookkeeper", permissions=["billing.read"])
    async with reading(acme) as work:
        held = await work.first(select(Role).where(Role.permissions == ["requests.read"]))
        assert held is not None

    for command in (
        lambda work: people.create_role(work, name="x", permissions=["billing.read"]),
        lambda work: people.change_role(work, role_id=held.id, name="x", permissions=["requests.read", "billing.read"]),
        lambda work: people.change_role(work, role_id=strong.id, name="x", permissions=["requests.read"]),
        lambda work: people.set_roles(work, member_id=id_of(clerk), role_ids=[strong.id]),
        lambda work: people.set_roles(work, member_id=id_of(director), role_ids=[]),
        lambda work: people.create_member(work, name="x", email="x@example.com", language="en", role_ids=[strong.id]),
        lambda work: people.set_password(work, member_id=id_of(director), password="a new password"),
        lambda work: tokens.create_access_token(work, name="x", member_id=director.id),
        lambda work: tokens.create_access_token(work, name="x", scopes=["billing.read"]),
        lambda work: clients.create_client(work, name="x", scopes=["billing.read"]),
    ):
        with pytest.raises(Forbidden, match=r"billing\.read"):
            async with writing(manager, settle=settle) as work:
                await command(work)


async def test_without_the_permission_nothing_is_managed(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    for command in (
        lambda work: people.create_role(work, name="x", permissions=["requests.read"]),
        lambda work: people.create_member(work, name="x", email="x@example.com", language="en"),
        lambda work: people.set_roles(work, member_id=id_of(clerk), role_ids=[]),
        lambda work: people.deactivate_member(work, member_id=id_of(acme)),
        lambda work: people.set_password(work, member_id=id_of(acme), password="a new password"),
        lambda work: tokens.create_access_token(work, name="x", member_id=acme.id),
        lambda work: clients.create_client(work, name="x", scopes=["requests.read"]),
        lambda work: clients.disable_client(work, client_id=uuid4()),
    ):
        with pytest.raises(Forbidden):
            async with writing(clerk, settle=settle) as work:
                await command(work)


async def test_roles_are_replaced_and_take_effect_on_what_tokens_allow(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(clerk, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli")
    async with writing(acme, settle=settle) as work:
        role = await people.create_role(work, name=f"r{uuid4()}", permissions=["billing.read", "quality.read"])
        await people.set_roles(work, member_id=id_of(clerk), role_ids=[role.id, role.id])
    found = await actor_for(f"Bearer {token}", None, None)
    assert found.permissions == {"billing.read", "quality.read"}
    async with writing(acme, settle=settle) as work:
        await people.change_role(work, role_id=role.id, name="narrow", permissions=["quality.read"])
    found = await actor_for(f"Bearer {token}", None, None, remembered=Remembered())
    assert found.permissions == {"quality.read"}


async def test_somebody_always_manages_access(acme: Actor) -> None:
    with pytest.raises(Conflict):
        async with writing(acme, settle=settle) as work:
            await people.set_roles(work, member_id=id_of(acme), role_ids=[])
    async with reading(acme) as work:
        administrator = await work.first(select(Role).where(Role.name == "administrator"))
        assert administrator is not None
    with pytest.raises(Conflict):
        async with writing(acme, settle=settle) as work:
            await people.change_role(
                work, role_id=administrator.id, name="administrator", permissions=["requests.read"]
            )
    second = await add_member(acme, "access.manage", "members.manage")
    with pytest.raises(Conflict):
        async with writing(acme, settle=settle) as work:
            await people.deactivate_member(work, member_id=id_of(acme))
    async with writing(second, settle=settle) as work:
        await people.deactivate_member(work, member_id=id_of(acme))


async def test_a_deactivated_member_is_shut_out_and_old_tokens_stay_ended_afterwards(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(clerk, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli")
    session = await sessions.open_session(clerk.tenant_id, id_of(clerk))
    assert session is not None
    async with writing(acme, settle=settle) as work:
        await people.deactivate_member(work, member_id=id_of(clerk))
    assert await sessions.open_session(clerk.tenant_id, id_of(clerk)) is None
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await actor_for(f"Bearer {token}", None, None)
        with pytest.raises(Unauthenticated):
            await actor_for(None, session.token, None)
        async with writing(acme, settle=settle) as work:
            await people.activate_member(work, member_id=id_of(clerk))
    with pytest.raises(Conflict):
        async with writing(acme, settle=settle) as work:
            await people.deactivate_member(work, member_id=id_of(clerk))
            await tokens.create_access_token(work, name="late", member_id=clerk.id)


async def test_a_limited_token_makes_no_wider_one(acme: Actor) -> None:
    limited = replace(acme, permissions=frozenset({"requests.read"}))
    with pytest.raises(Forbidden):
        async with writing(limited, settle=settle) as work:
            await tokens.create_access_token(work, name="all")
    async with writing(limited, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="some", scopes=["requests.read"])
    assert (await actor_for(f"Bearer {token}", None, None)).permissions == {"requests.read"}


async def test_a_token_made_for_another_grows_with_their_roles_where_its_maker_may_do_all(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(acme, settle=settle) as work:
        row, token = await tokens.create_access_token(work, name="cli", member_id=clerk.id)
        assert row.scopes is None
        role = await people.create_role(work, name=f"r{uuid4()}", permissions=["requests.read", "billing.read"])
        await people.set_roles(work, member_id=id_of(clerk), role_ids=[role.id])
    assert (await actor_for(f"Bearer {token}", None, None)).permissions == {"requests.read", "billing.read"}


async def test_a_token_made_for_another_does_not_grow_beyond_what_its_maker_may_do(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    manager = await add_member(acme, "access.manage", "requests.read")
    async with writing(manager, settle=settle) as work:
        row, token = await tokens.create_access_token(work, name="cli", member_id=clerk.id)
        assert row.scopes == ["requests.read"]
    async with writing(acme, settle=settle) as work:
        role = await people.create_role(work, name=f"r{uuid4()}", permissions=["requests.read", "billing.read"])
        await people.set_roles(work, member_id=id_of(clerk), role_ids=[role.id])
    assert (await actor_for(f"Bearer {token}", None, None)).permissions == {"requests.read"}


async def test_others_tokens_and_sessions_are_not_there_for_those_who_do_not_manage_access(
    acme: Actor, globex: Actor
) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(acme, settle=settle) as work:
        row, _ = await tokens.create_access_token(work, name="cli")
    session = await sessions.open_session(acme.tenant_id, id_of(acme))
    assert session is not None
    async with reading(acme) as work:
        (listed,) = await sessions.list_sessions(work)
    for stranger in (clerk, globex):
        for command in (
            lambda work: tokens.revoke_access_token(work, token_id=row.id),
            lambda work: tokens.revoke_access_token(work, token_id=uuid4()),
            lambda work: sessions.revoke_session(work, session_id=listed.id),
            lambda work: sessions.revoke_session(work, session_id=uuid4()),
        ):
            with pytest.raises(NotFound):
                async with writing(stranger, settle=settle) as work:
                    await command(work)
    for viewer, visible in ((clerk, 0), (acme, 1), (globex, 0)):
        async with reading(viewer) as work:
            assert len(await work.all(select(AccessToken).where(tokens.visible(viewer)))) == visible
    with pytest.raises(NotFound):
        async with reading(clerk) as work:
            await sessions.list_sessions(work, member_id=acme.id)


async def test_a_member_ends_their_own_tokens_and_sessions(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    opened = [await sessions.open_session(clerk.tenant_id, id_of(clerk), user_agent="Firefox") for _ in range(3)]
    async with writing(clerk, settle=settle) as work:
        row, token = await tokens.create_access_token(work, name="cli")
        listed = await sessions.list_sessions(work)
        assert [each.user_agent for each in listed] == ["Firefox"] * 3
        await sessions.revoke_session(work, session_id=listed[0].id)
        assert await sessions.revoke_sessions(work) == 2
        await tokens.revoke_access_token(work, token_id=row.id)
        await tokens.revoke_access_token(work, token_id=row.id)
    with pytest.raises(Unauthenticated):
        await actor_for(f"Bearer {token}", None, None)
    for session in opened:
        assert session is not None
        with pytest.raises(Unauthenticated):
            await actor_for(None, session.token, None)


async def test_a_token_ends_in_the_future_and_its_instant_has_a_zone(acme: Actor) -> None:
    async with reading(acme) as work:
        now = work.opening.real_now
    for expires_at in (now - timedelta(seconds=1), datetime(2990, 1, 1)):  # noqa: DTZ001  # a naive instant is the case
        with pytest.raises(Invalid):
            async with writing(acme, settle=settle) as work:
                await tokens.create_access_token(work, name="cli", expires_at=expires_at)


async def test_a_clients_own_actor_names_whom_a_token_is_for(acme: Actor) -> None:
    client = Actor(tenant_id=acme.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=acme.permissions)
    with pytest.raises(Invalid):
        async with writing(client, settle=settle) as work:
            await tokens.create_access_token(work, name="cli")


async def test_of_two_who_take_everything_from_each_other_at_once_one_keeps_it(acme: Actor, owner_url: str) -> None:
    rival = await add_member(acme, *acme.permissions)

    async def depose() -> None:
        async with writing(rival, settle=settle) as work:
            await people.set_roles(work, member_id=id_of(acme), role_ids=[])

    async with writing(acme, settle=settle) as work:
        await people.set_roles(work, member_id=id_of(rival), role_ids=[])
        deposing = asyncio.create_task(depose())
        await is_done_or_waits(deposing, owner_url)
    with pytest.raises(Conflict):
        await deposing


async def test_the_journal_tells_all_of_it_and_keeps_no_secret(acme: Actor) -> None:
    clerk = await add_member(acme, "requests.read")
    async with writing(acme, settle=settle) as work:
        await people.set_password(work, member_id=id_of(clerk), password="correct horse")
        row, token = await tokens.create_access_token(work, name="cli", member_id=clerk.id)
        await tokens.revoke_access_token(work, token_id=row.id)
        client, _, secret = await clients.create_client(work, name="erp", scopes=["requests.read"])
    async with writing(acme, settle=settle) as work:
        _, rotated = await clients.rotate_client_secret(work, client_id=client.id)
        await clients.disable_client(work, client_id=client.id)
        await people.deactivate_member(work, member_id=id_of(clerk))
    async with reading(acme) as work:
        entries = await work.all(select(JournalEntry).order_by(JournalEntry.id))
        kept = orjson.dumps([[e.payload, e.changes] for e in entries], default=str).decode()
        member = await work.get(Member, id_of(clerk))
    assert [entry.name.removeprefix("identity.") for entry in entries] == [
        "role_created",
        "member_created",
        "password_changed",
        "access_token_created",
        "access_token_revoked",
        "client_created",
        "client_secret_rotated",
        "client_disabled",
        "member_deactivated",
    ]
    assert entries[-1].changes == {"active": [True, False]}
    assert all(entry.event().name == entry.name for entry in entries)
    assert not any(word in kept for word in (token, secret, rotated, "argon2", "hash", "correct horse"))
    assert not member.active
