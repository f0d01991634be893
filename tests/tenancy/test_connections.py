"""A process has so many connections and no more, whatever becomes of those who use them."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tenancy.connections import Connections

WHO = "SELECT pg_backend_pid()"


async def _nothing(_: asyncpg.Connection) -> None:
    """New connections are good as they are."""


@pytest.fixture
async def two(app_url: str) -> AsyncIterator[Connections]:
    """At most two connections."""
    connections = Connections(app_url, 2, _nothing)
    yield connections
    await connections.close()


async def test_there_are_never_more_than_so_many_and_everybody_gets_a_turn(two: Connections) -> None:
    seen: list[int] = []
    out = 0

    async def use() -> None:
        nonlocal out
        async with two.acquire() as connection:
            out += 1
            assert out <= 2
            seen.append(await connection.fetchval(WHO))
            await asyncio.sleep(0)
            out -= 1

    await asyncio.gather(*(use() for _ in range(20)))
    assert len(seen) == 20
    assert len(set(seen)) == 2


async def test_whoever_is_called_off_while_waiting_loses_nobody_a_connection(two: Connections) -> None:
    async with two.acquire(), two.acquire():
        waiting = [asyncio.ensure_future(two.fetchval(WHO)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
    # The next in line has been handed one just now, and is called off before it can take it.
    waiting[1].cancel()
    assert await asyncio.wait_for(waiting[2], 60)
    for called_off in waiting[:2]:
        with pytest.raises(asyncio.CancelledError):
            await called_off
    async with two.acquire() as one, two.acquire() as other:
        assert await one.fetchval(WHO) != await other.fetchval(WHO)


async def test_a_statement_that_is_called_off_ends_on_the_server_too(two: Connections) -> None:
    slow = asyncio.ensure_future(two.fetchval("SELECT pg_sleep(600) -- called off"))
    await asyncio.sleep(0.1)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    async with asyncio.timeout(60):
        while await two.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%-- called ' || 'off'"):
            continue


async def test_a_connection_that_was_lost_is_replaced(two: Connections, owner_url: str) -> None:
    lost = await two.fetchval(WHO)
    keeper = await asyncpg.connect(owner_url)
    await keeper.execute("SELECT pg_terminate_backend($1, 5000)", lost)
    await keeper.close()
    async with asyncio.timeout(60):
        while True:
            try:
                assert await two.fetchval(WHO) != lost
                break
            except asyncpg.PostgresError:
                # Its end had not arrived here yet.
                continue


async def test_a_failed_statement_leaves_the_connection_to_the_next(two: Connections) -> None:
    before = await two.fetchval(WHO)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await two.fetchval("SELECT 1 / 0")
    assert await two.fetchval(WHO) == before


async def test_an_open_transaction_goes_with_its_connection(two: Connections) -> None:
    async with two.acquire() as connection:
        left = await connection.fetchval(WHO)
        await connection.execute("BEGIN")
    assert await two.fetchval(WHO) != left


async def test_an_address_where_nobody_answers_is_said_each_time() -> None:
    nowhere = Connections("postgresql://nobody@127.0.0.1:1/nothing", 1, _nothing)
    for _ in range(2):
        with pytest.raises(OSError):
            await nowhere.fetchval("SELECT 1")
    await nowhere.close()


async def test_closing_waits_for_who_is_at_work_and_refuses_the_others(app_url: str) -> None:
    connections = Connections(app_url, 1, _nothing)
    async with connections.acquire() as connection:
        waiting = asyncio.ensure_future(connections.fetchval("SELECT 1"))
        closing = asyncio.ensure_future(connections.close())
        await asyncio.sleep(0)
        assert await connection.fetchval("SELECT 2") == 2
        assert not closing.done()
    await closing
    with pytest.raises(RuntimeError):
        await waiting
    with pytest.raises(RuntimeError):
        await connections.fetchval("SELECT 1")
