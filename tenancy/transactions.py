"""A tenant's transaction, which begins with the first statement that needs more than itself, and may not need to."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from tenancy.actor import Actor
from tenancy.connections import Uncertain
from tenancy.storing import SETTINGS, ReadBack, Statement

# After which nobody knows whether PostgreSQL carried a statement out; all else that it says means that it did not. The
# driver's internal error is what a connection says that breaks in the middle of an answer.
UNHEARD = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
    OSError,
)


class Transaction:
    """What one piece of work says to PostgreSQL: all of it is kept, or nothing.

    Under READ COMMITTED each statement sees what is committed when it begins, so reading before the transaction does
    is no different from reading in it. A work that only adds rows therefore is a single statement, which sets the
    tenant itself: three exchanges with the server fewer, for what people do most.
    """

    __slots__ = ("_begin_with", "_begun", "_connection", "_settings")

    def __init__(self, connection: asyncpg.Connection, actor: Actor, begin: str = "BEGIN") -> None:
        self._connection, self._settings = connection, actor.settings
        self._begin_with, self._begun = begin, False

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a statement."""
        if not self._begun:
            await self._begin()
        found: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        return found

    async def store(self, statement: Statement) -> None:
        """Carry out a statement that writes."""
        if not self._begun:
            await self._begin()
        await self._connection.execute(statement.sql(), *statement.arguments)

    async def finish(self, statements: list[Statement], back: ReadBack | None = None) -> None:
        """Carry out the last statements, and keep everything; raises `Uncertain` where nobody heard how that ended.

        What is to be read back is, where the statement is the only one and leaves it to be read.
        """
        if not self._begun and not statements:
            return
        if not self._begun and len(statements) == 1 and statements[0].only_adds:
            if back is not None and back.fits(statements[0]):
                back.found = await self._keep(
                    self._connection.fetchval, *statements[0].alone_read(self._settings, back)
                )
            else:
                await self._keep(self._connection.execute, *statements[0].alone(self._settings))
            return
        for statement in statements:
            await self.store(statement)
        ended = await self._keep(self._connection.execute, "COMMIT")
        if ended != "COMMIT":
            # PostgreSQL answers so where somebody passed over the failure of a statement.
            raise RuntimeError("a statement had failed, so nothing of the transaction was kept")

    async def _keep(self, carry_out: Callable[..., Awaitable[Any]], sql: str, *arguments: Any) -> Any:
        if self._connection.is_closed():
            # Lost before, so nothing is kept.
            raise asyncpg.ConnectionDoesNotExistError("connection was closed before the end of the transaction")
        try:
            return await carry_out(sql, *arguments)
        except UNHEARD as problem:
            raise Uncertain(f"lost while the transaction was kept: {problem}") from problem

    async def undo(self) -> None:
        """Keep nothing. A connection on which that can't be said is not used again."""
        if self._begun:
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._connection.execute("ROLLBACK")

    async def _begin(self) -> None:
        set_all = ", ".join(
            f"set_config('app.{name}', {_literal(value)}, true)"
            for name, value in zip(SETTINGS, self._settings, strict=False)
        )
        await self._connection.execute(f"{self._begin_with}; SELECT {set_all}")
        self._begun = True


def _literal(value: str) -> str:
    # Ids and languages have neither; the statement that begins takes no arguments, so nothing is left to that.
    if "'" in value or "\\" in value:
        raise ValueError("a setting of a tenant holds neither quotes nor backslashes")
    return f"'{value}'"
