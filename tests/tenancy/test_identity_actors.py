"""From a token to its actor: what it says, how long it is believed, and that it opens one company only."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from domain.consequences import settle
from tenancy import secrets
from tenancy.actor import Actor, ActorKind
from tenancy.database import platform, reading, writing
from tenancy.identity import credentials, sessions, tokens
from tenancy.identity.actors import Found, Remembered, actor_for
from tenancy.identity.door import tenant_door
from tenancy.identity.models import AccessToken, Session
from tenancy.members import Member
from tenancy.provisioning import create_tenant, set_status
from tenancy.refusals import Unauthenticated
from tenancy.tenants import Tenant, TenantStatus


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def token_of(actor: Actor, **limits: Any) -> str:
    async with writing(actor, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli", **limits)
    return token


async def session_of(actor: Actor) -> str:
    assert actor.id is not None
    opened = await sessions.open_session(actor.tenant_id, actor.id)
    assert opened is not None
    return opened.token


async def revoke(actor: Actor, token: str) -> None:
    async with writing(actor, settle=settle) as work:
        row = await work.first(select(AccessToken).where(AccessToken.hash == secrets.fingerprint(token)))
        assert row is not None
        await tokens.revoke_access_token(work, token_id=row.id)


async def set_expiry(tenant_id: UUID, **values: Any) -> None:
    async with tenant_door(tenant_id) as door:
        await door.rows(update(Session if "last_used_at" in values else AccessToken).values(**values))


async def test_a_personal_token_and_a_session_are_the_member(acme: Actor) -> None:
    assert await actor_for(f"Bearer {await token_of(acme)}", None, None) == acme
    assert await actor_for(None, await session_of(acme), None) == acme


async def test_the_header_goes_before_the_cookie(acme: Actor, globex: Actor) -> None:
    found = await actor_for(f"bearer  {await token_of(acme)} ", await session_of(globex), None)
    assert found == acme


async def test_scopes_limit_what_the_roles_allow(acme: Actor) -> None:
    token = await token_of(acme, scopes=["requests.read", "billing.read"])
    assert (await actor_for(f"Bearer {token}", None, None)).permissions == {"requests.read", "billing.read"}


async def test_a_token_opens_its_own_company_and_no_other(acme: Actor, globex: Actor) -> None:
    for token in (await token_of(acme), await session_of(acme)):
        prefix, tenant, secret = token[:4], token[4:36], token[36:]
        assert tenant == acme.tenant_id.hex
        for stranger in (globex.tenant_id, uuid4()):
            forged = f"{prefix}{stranger.hex}{secret}"
            with pytest.raises(Unauthenticated):
                await actor_for(f"Bearer {forged}", None, None)
            with pytest.raises(Unauthenticated):
                await actor_for(None, forged, None)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer zhp_",
        "Basic dXNlcjpwYXNz",
        "Bearer a.b.c",
        "Bearer ..",
        "é",
        "Bearer é",
    ],
)
async def test_what_is_no_token_is_nobody(pool: None, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        await actor_for(authorization, None, None)


async def test_a_token_is_good_in_its_place_only(acme: Actor) -> None:
    for authorization, cookie in (
        (f"Bearer {await session_of(acme)}", None),
        (None, await token_of(acme)),
        (None, None),
    ):
        with pytest.raises(Unauthenticated):
            await actor_for(authorization, cookie, None)


async def test_no_changed_character_is_overlooked(acme: Actor) -> None:
    token = await token_of(acme)
    for position in range(len(token)):
        changed = token[:position] + ("b" if token[position] == "a" else "a") + token[position + 1 :]
        for forged in (changed, token[:position], f"{token}{token[position]}"):
            with pytest.raises(Unauthenticated):
                await actor_for(f"Bearer {forged}", None, None)


async def test_only_a_hash_of_a_token_is_kept(acme: Actor) -> None:
    token = await token_of(acme)
    async with reading(acme) as work:
        rows = await work.sql("SELECT a::text AS row FROM access_tokens a")
    assert token[-43:] not in rows[0]["row"]
    assert secrets.fingerprint(token).hex() in rows[0]["row"]


async def test_revocation_is_seen_after_three_seconds_at_most(acme: Actor) -> None:
    clock = Clock()
    remembered = Remembered(clock=clock)
    token = await token_of(acme)
    await actor_for(f"Bearer {token}", None, None, remembered=remembered)
    await revoke(acme, token)
    clock.now += 2.9
    await actor_for(f"Bearer {token}", None, None, remembered=remembered)
    clock.now += 0.2
    with pytest.raises(Unauthenticated):
        await actor_for(f"Bearer {token}", None, None, remembered=remembered)


async def test_a_remembered_token_is_not_believed_beyond_its_own_end(acme: Actor) -> None:
    clock = Clock()
    remembered = Remembered(seconds=600, clock=clock)
    async with reading(acme) as work:
        now = work.opening.real_now
    token = await token_of(acme, expires_at=now + timedelta(hours=1))
    await set_expiry(acme.tenant_id, expires_at=func.now() + timedelta(seconds=120))
    await actor_for(f"Bearer {token}", None, None, remembered=remembered)
    await set_expiry(acme.tenant_id, expires_at=func.now())
    clock.now += 120.1
    with pytest.raises(Unauthenticated):
        await actor_for(f"Bearer {token}", None, None, remembered=remembered)


@pytest.mark.parametrize(
    "values",
    [
        {"last_used_at": func.now() - sessions.IDLE},
        {"last_used_at": func.now(), "expires_at": func.now()},
        {"last_used_at": func.now(), "revoked_at": func.now()},
    ],
)
async def test_a_session_ends_by_disuse_by_age_and_by_revocation(acme: Actor, values: dict[str, Any]) -> None:
    token = await session_of(acme)
    await set_expiry(acme.tenant_id, **values)
    with pytest.raises(Unauthenticated):
        await actor_for(None, token, None)


async def test_use_is_noted_and_rarely(acme: Actor) -> None:
    token = await token_of(acme)

    async def used_at() -> Any:
        await actor_for(f"Bearer {token}", None, None, remembered=Remembered())
        async with reading(acme) as work:
            return await work.value(select(AccessToken.last_used_at))

    first = await used_at()
    assert first is not None
    assert await used_at() == first
    async with tenant_door(acme.tenant_id) as door:
        await door.rows(update(AccessToken).values(last_used_at=func.now() - timedelta(minutes=11)))
    assert await used_at() > first


async def test_a_member_who_left_is_nobody(acme: Actor) -> None:
    token = await token_of(acme)
    async with writing(acme, settle=settle) as work:
        assert acme.id is not None
        (await work.get(Member, acme.id, lock=True)).active = False
    with pytest.raises(Unauthenticated):
        await actor_for(f"Bearer {token}", None, None)


async def test_the_people_of_a_suspended_company_still_come_in(acme: Actor) -> None:
    token = await token_of(acme)
    async with platform() as door:
        tenant = await door.row(select(Tenant.slug).where(Tenant.id == acme.tenant_id))
    assert tenant is not None
    await set_status(tenant["slug"], TenantStatus.SUSPENDED)
    actor = await actor_for(f"Bearer {token}", None, None)
    async with reading(actor) as work:
        assert await work.all(select(Member))
    session = await session_of(acme)
    assert await actor_for(None, session, None) == acme
    await sessions.close_session(session)
    with pytest.raises(Unauthenticated):
        await actor_for(None, session, None, remembered=Remembered())


async def test_the_end_of_a_token_is_real_time_in_a_rehearsal_too(pool: None) -> None:
    async with platform() as door:
        rows = await door.text("SELECT now() AS now")
    founding = await create_tenant(
        slug=f"c{uuid4().hex[:20]}",
        name="Rehearsal",
        zone="Asia/Shanghai",
        language="zh-Hant",
        administrator=("Admin", "Admin@Example.com"),
        permissions=["requests.read"],
        settle=settle,
        rehearsal_starts_at=rows[0]["now"] - timedelta(days=400),
        token_name="first",
    )
    actor = await actor_for(f"Bearer {founding.token}", None, None)
    assert (actor.id, actor.language) == (founding.member_id, "zh_Hant")
    token = await token_of(actor, expires_at=rows[0]["now"] + timedelta(days=1))
    assert await actor_for(f"Bearer {token}", None, None)


async def test_many_requests_at_once_ask_once_and_outlive_the_one_that_is_called_off() -> None:
    asked = 0
    actor = Actor.system(uuid4())
    remembered = Remembered()

    async def find(_: str) -> Found:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return Found(actor)

    requests = [asyncio.ensure_future(remembered.actor("t", find)) for _ in range(10)]
    await asyncio.sleep(0)
    requests[0].cancel()
    assert [await request for request in requests[1:]] == [actor] * 9
    assert asked == 1


async def test_refusals_are_not_remembered_and_others_are_not_held_up_by_them() -> None:
    remembered = Remembered()
    answers = iter([Unauthenticated(), None])

    async def find(_: str) -> Found:
        refusal = next(answers)
        if refusal is not None:
            raise refusal
        return Found(Actor(tenant_id=uuid4(), kind=ActorKind.CLIENT))

    with pytest.raises(Unauthenticated):
        await remembered.actor("t", find)
    assert (await remembered.actor("t", find)).kind is ActorKind.CLIENT


async def test_a_flood_of_tokens_fills_no_memory() -> None:
    clock = Clock()
    remembered = Remembered(most=10, clock=clock)

    async def find(_: str) -> Found:
        return Found(Actor.system(uuid4()))

    for number in range(50):
        await remembered.actor(str(number), find)
    assert len(remembered) == 10
    clock.now += 5
    await remembered.actor("one more", find)
    assert len(remembered) == 1


def test_client_ids_name_their_company() -> None:
    tenant, client = uuid4(), uuid4()
    named = credentials.read_client_name(credentials.client_name(tenant, client))
    assert named == credentials.ClientName(tenant_id=tenant, client_id=client)
    assert credentials.read_client_name(f"zhc_{tenant.hex}") is None
