"""Whoever's access changes is met as changed at once by a process that hears of it, and soon by one that does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import func, update

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.identity.actors import Found, Remembered, actor_for
from tenancy.identity.door import tenant_door
from tenancy.identity.models import Session
from tenancy.identity.watch import CHANNEL, Watch
from tenancy.members import Member, MemberRole, Role
from tenancy.refusals import Unauthenticated
from tests.tenancy.test_identity_actors import Clock, revoke, session_of, token_of


async def until(reached: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if reached():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.fixture
async def remembered(app_url: str, pool: None) -> AsyncIterator[Remembered]:
    """A memory that hears. Its clock goes on by itself, a thousand times slower than ours."""
    clock = Clock()
    memory = Remembered(clock=clock)
    watching = asyncio.create_task(Watch(app_url, memory, pulse_seconds=0.02).run())
    await until(lambda: memory.heard_at == clock.now)
    yield memory
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def later(remembered: Remembered, seconds: float) -> None:
    """Let the clock go on, and the process hear itself again."""
    assert isinstance(remembered.clock, Clock)
    remembered.clock.now += seconds
    await until(lambda: remembered.heard_at == remembered.clock())


async def met(actor: Actor, token: str, remembered: Remembered) -> Actor:
    return await actor_for(f"Bearer {token}", None, None, remembered=remembered)


async def test_a_revoked_token_is_forgotten_as_soon_as_it_is_heard(acme: Actor, remembered: Remembered) -> None:
    token = await token_of(acme)
    await met(acme, token, remembered)
    await revoke(acme, token)
    await until(lambda: remembered.known(token) is None)
    with pytest.raises(Unauthenticated):
        await met(acme, token, remembered)


async def test_a_known_token_is_believed_for_a_minute_while_changes_are_heard(
    acme: Actor, remembered: Remembered
) -> None:
    token = await token_of(acme)
    await met(acme, token, remembered)
    for _ in range(5):
        await later(remembered, 11.0)
        assert remembered.known(token) == acme
    await later(remembered, 11.0)
    assert remembered.known(token) is None


async def test_other_companies_are_not_forgotten(acme: Actor, globex: Actor, remembered: Remembered) -> None:
    token = await token_of(globex)
    await met(globex, token, remembered)
    await revoke(acme, await token_of(acme))
    heard = await token_of(acme)
    await met(acme, heard, remembered)
    await revoke(acme, heard)
    await until(lambda: remembered.known(heard) is None)
    assert remembered.known(token) == globex


async def test_what_changes_while_somebody_is_looked_up_is_believed_for_three_seconds_only(
    acme: Actor, remembered: Remembered
) -> None:
    async def find(_: str) -> Found:
        remembered.forget_company(acme.tenant_id)
        return Found(acme)

    await remembered.actor("a token", find)
    assert remembered.known("a token") == acme
    await later(remembered, 3.1)
    assert remembered.known("a token") is None


async def test_without_hearing_a_token_is_believed_for_three_seconds(acme: Actor) -> None:
    clock = Clock()
    remembered = Remembered(clock=clock)
    token = await token_of(acme)
    await met(acme, token, remembered)
    clock.now += 3.1
    assert remembered.known(token) is None


async def test_what_was_known_before_the_connection_was_lost_is_not_believed_after_it(
    acme: Actor, remembered: Remembered, owner_url: str
) -> None:
    token = await token_of(acme)
    await met(acme, token, remembered)
    behind = await asyncpg.connect(owner_url)
    listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_notify%' AND pid <> $1"
    await behind.execute(listening, behind.get_server_pid())
    await behind.close()
    await until(lambda: remembered.known(token) is None)
    await later(remembered, 1.0)
    assert await met(acme, token, remembered) == acme


async def test_each_change_of_access_is_called_out_with_the_company_alone(
    acme: Actor, globex: Actor, owner_url: str
) -> None:
    heard: list[str] = []
    listening = await asyncpg.connect(owner_url)
    await listening.add_listener(CHANNEL, lambda *call: heard.append(call[3]))
    token = await token_of(acme)
    session = await session_of(acme)
    heard.clear()

    async def rename() -> None:
        async with writing(acme, settle=settle) as work:
            (await work.get(Member, acme.id or acme.tenant_id)).language = "zh_Hans"

    async def give_a_role() -> None:
        async with writing(acme, settle=settle) as work:
            role = work.add(Role(name="reader", permissions=[]))
            work.add(MemberRole(member_id=acme.id or acme.tenant_id, role_id=role.id))

    async def narrow_the_role() -> None:
        async with tenant_door(acme.tenant_id) as door:
            await door.rows(update(Role).where(Role.name == "reader").values(permissions=["requests.read"]))

    async def end_the_session() -> None:
        async with tenant_door(acme.tenant_id) as door:
            await door.rows(update(Session).values(revoked_at=func.now()))

    changes: list[Callable[[], Awaitable[None]]] = [
        rename,
        give_a_role,
        narrow_the_role,
        end_the_session,
        lambda: revoke(acme, token),
    ]
    assert session
    for change in changes:
        before = len(heard)
        await change()
        await until(lambda before=before: len(heard) > before)  # type: ignore[misc]  # a default it can't infer
    assert set(heard) == {str(acme.tenant_id)}
    await listening.close()
