"""Hearing the statements that set their tenant themselves, and asking them again under other circumstances."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from tenancy.database import look
from tests.isolation.graphql_walk import THIS_MOMENT
from tests.isolation.sessions import left_behind

Statement = tuple[str, tuple[Any, ...], Any]
"""The text, the arguments, and what it answered."""


class Listener:
    """Hears every statement that sets its tenant itself."""

    def __init__(self) -> None:
        self.said: list[Statement] = []

    async def __call__(self, sql: str, arguments: Sequence[Any]) -> Any:
        """Carry it out, and remember it with what it answered."""
        found: Any = None
        try:
            found = await look(sql, arguments)
        finally:
            self.said.append((sql, tuple(arguments), found))
        return found


async def disagreements(connection: asyncpg.Connection, groups: Iterable[Iterable[Statement]]) -> list[str]:
    """Where the statements answer anything else than they did, or leave anything behind."""
    before = await left_behind(connection)
    wrong = []
    for group in groups:
        # One after the other, so that what was prepared for one company answers the other.
        for sql, arguments, expected in group:
            try:
                found = await connection.fetchval(sql, *arguments)
            except asyncpg.PostgresError as problem:
                found = problem
            if _lasting(found) != _lasting(expected):
                wrong.append(f"{found!r} instead of {expected!r}: {sql}")
    if await left_behind(connection) != before:
        wrong.append(f"left behind: {await left_behind(connection)}")
    return wrong


def _lasting(found: Any) -> bytes:
    """What of an answer is the same at any moment."""
    return THIS_MOMENT.sub(b"", found if isinstance(found, bytes) else repr(found).encode())
