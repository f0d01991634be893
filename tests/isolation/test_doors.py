"""Every door to the database leaves its connection as it found it, also when what happens inside goes wrong."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Insert, func, insert
from uuid_utils.compat import uuid7

from domain.consequences import settle
from tenancy import database as doors
from tenancy.database import database
from tenancy.tenants import Tenant, TenantStatus
from tenancy.work import Work
from tests.isolation import callers
from tests.isolation.conftest import Ground, housed
from tests.isolation.declarations import agree
from tests.isolation.sessions import left_behind

Door = Callable[[Ground], AbstractAsyncContextManager[Any]]
DOORS: dict[str, Door] = {
    "reading": lambda ground: doors.reading(ground.acme.administrator()),
    "writing": lambda ground: doors.writing(ground.acme.administrator(), settle=settle),
    "founding": lambda _: doors.founding(*_new_company(), settle=settle),
    "platform": lambda _: doors.platform(),
    "archiving": lambda ground: doors.archiving(ground.acme.tenant_id),
    "restoring": lambda _: doors.restoring(uuid7(), keep=False),
}


def _new_company() -> tuple[Insert, UUID]:
    id = uuid7()
    values = {"name": "New", "zone": "UTC", "language": "en", "created_at": func.now(), "rehearsal": False}
    return insert(Tenant).values(id=id, slug=f"n{id.hex}", status=TenantStatus.ACTIVE, **values), id


def test_every_door_is_here() -> None:
    there = {
        name
        for name, door in vars(doors).items()
        if inspect.isasyncgenfunction(getattr(door, "__wrapped__", None))
        and door.__module__ == doors.__name__
        and not name.startswith("_")
    }
    assert there == DOORS.keys()


def test_whoever_opens_a_door_to_more_than_one_company_is_named() -> None:
    agree(callers.door_callers(), callers.DOORS)


def test_whoever_asks_the_platform_s_tables_is_named() -> None:
    agree(callers.platform_askers(), callers.PLATFORM_TABLES)


class Mishap(Exception):
    """Something goes wrong in the middle of it."""


async def go(door: Door, ground: Ground, accident: str) -> None:
    async with door(ground) as opened:
        if accident == "a mishap":
            raise Mishap
        if accident == "an error of the database":
            rows = opened[1] if isinstance(opened, tuple) else opened
            await (rows.sql if isinstance(rows, Work) else rows.text)("SELECT 1 / 0")
        if accident == "a cancellation":
            await asyncio.sleep(60)


@pytest.fixture(scope="module")
async def dwelling(pool: None, ground: Ground) -> AsyncIterator[Ground]:
    """The product's doors, with a single connection behind all of them."""
    async with housed(ground, 1):
        yield ground


@pytest.mark.parametrize("accident", ["nothing", "a mishap", "an error of the database", "a cancellation"])
@pytest.mark.parametrize("door", sorted(DOORS))
async def test_a_door_leaves_nothing_behind(dwelling: Ground, door: str, accident: str) -> None:
    task = asyncio.create_task(go(DOORS[door], dwelling, accident))
    if accident == "a cancellation":
        await asyncio.sleep(0.02)
        task.cancel()
    try:
        await task
    except (Mishap, asyncpg.DivisionByZeroError, asyncio.CancelledError):
        assert accident != "nothing"
    else:
        assert accident == "nothing"
    # There is one connection, so this is the one that was used, or a new one in its place.
    async with database.pool.acquire() as connection:
        assert await left_behind(connection) == []


SETTING = "set_config('app.tenant', $1, true)"


@pytest.mark.parametrize(
    ("happens", "sql"),
    [
        ("nothing", f"SELECT convert_to({SETTING}, 'UTF8')"),
        ("an error", f"SELECT convert_to((1 / (length({SETTING}) - 36))::text, 'UTF8')"),
        ("a cancellation", f"SELECT convert_to({SETTING} || pg_sleep(60)::text, 'UTF8')"),
    ],
)
async def test_a_statement_that_sets_its_own_tenant_leaves_nothing_behind(
    dwelling: Ground, happens: str, sql: str
) -> None:
    task = asyncio.create_task(doors.answer(sql, [str(dwelling.acme.tenant_id)]))
    if happens == "a cancellation":
        await asyncio.sleep(0.02)
        task.cancel()
    result = (await asyncio.gather(task, return_exceptions=True))[0]
    expected = {"nothing": bytes, "an error": asyncpg.DivisionByZeroError, "a cancellation": asyncio.CancelledError}
    assert isinstance(result, expected[happens])
    async with database.pool.acquire() as connection:
        assert await left_behind(connection) == []
