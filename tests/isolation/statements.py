"""Hearing the statements that set their tenant themselves, and asking them again under other circumstances."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tenancy.connections import TenantConnection
from tests.isolation.graphql_walk import THIS_MOMENT
from tests.isolation.sessions import left_behind

Statement = tuple[str, tuple[Any, ...]]
"""The text and its arguments."""
METHODS = ("fetch", "fetchrow", "fetchval")


@contextmanager
def hearing() -> Iterator[list[Statement]]:
    """Every statement on the product's connections that sets a tenant and reads."""
    said: list[Statement] = []

    def listening(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def listened(connection: asyncpg.Connection, sql: str, *arguments: Any, **more: Any) -> Any:
            if "set_config" in sql and "FROM" in sql:
                said.append((sql, arguments))
            return await method(connection, sql, *arguments, **more)

        return listened

    with pytest.MonkeyPatch.context() as patch:
        for name in METHODS:
            patch.setattr(TenantConnection, name, listening(getattr(TenantConnection, name)))
        yield said


async def answers(connection: asyncpg.Connection, statements: Iterable[Statement]) -> list[bytes]:
    """What the statements answer, one after the other, without what is different at any moment."""
    return [await _answer(connection, *statement) for statement in statements]


async def disagreements(
    connection: asyncpg.Connection, statements: Iterable[Statement], expected: Iterable[bytes]
) -> list[str]:
    """Where statements answer anything else than they should, or leave anything behind."""
    before = await left_behind(connection)
    statements = list(statements)
    found = await answers(connection, statements)
    wrong = [
        f"{here!r} instead of {there!r}: {sql}"
        for here, there, (sql, _) in zip(found, expected, statements, strict=True)
        if here != there
    ]
    if (after := await left_behind(connection)) != before:
        wrong.append(f"left behind: {after}")
    return wrong


async def _answer(connection: asyncpg.Connection, sql: str, arguments: tuple[Any, ...]) -> bytes:
    try:
        rows = await connection.fetch(sql, *arguments)
    except asyncpg.PostgresError as refused:
        return f"{type(refused).__name__}: {refused}".encode()
    return THIS_MOMENT.sub(b"", b"\n".join(_text(value) for row in rows for value in row))


def _text(value: Any) -> bytes:
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return value if isinstance(value, bytes) else repr(value).encode()
