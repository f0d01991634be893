"""One process's connections to PostgreSQL: opened when they are needed, at most so many, handed out one at a time.

The driver's own pool spends more on giving a connection back than a small query costs: 25 of 41 microseconds.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import asyncpg

# A connection keeps what it has prepared; in the end it makes room for a new one that keeps nothing yet.
LIFETIME_SECONDS = 3_600.0
# How long the server may take to let go of a statement that was called off.
ENDING_SECONDS = 10.0


class Uncertain(Exception):
    """The database was lost at the moment when everything was to be kept: nobody knows whether it was."""


class TenantConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg carries no types
    """A connection on which nothing outlives a transaction, so giving it back needs no reset: a test proves it."""

    __slots__ = ("opened_at",)

    async def _cancel(self, *waiters: Any) -> None:
        # The driver waits for the server's word as long as for any statement, and a rollback waits behind it. A server
        # that stands still never gives it.
        async with asyncio.timeout(ENDING_SECONDS) as limit:
            await super()._cancel(*waiters)
        if limit.expired():
            self.terminate()


class Connections:
    """The connections of one process; `options` are those of `asyncpg.connect`, `prepare` makes a new one ready.

    With `most_seconds` nobody waits longer than that for one: TimeoutError.
    """

    def __init__(
        self,
        url: str,
        size: int,
        prepare: Callable[[asyncpg.Connection], Awaitable[None]],
        *,
        most_seconds: float | None = None,
        **options: Any,
    ) -> None:
        self.url, self.size, self.most_seconds = url, size, most_seconds
        self._prepare, self._options = prepare, options
        # Those that are open or being opened, those that are out, and those that wait to be used. Of these the one that
        # was used last is used next: what it needs is in the processor's caches.
        self._count = 0
        self._out: set[TenantConnection] = set()
        self._idle: list[TenantConnection] = []
        self._waiting: deque[asyncio.Future[TenantConnection | None]] = deque()
        self._all_back: asyncio.Future[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    def acquire(self) -> "Lease":
        """`async with connections.acquire() as connection:`; waits for one if all are out."""
        return Lease(self)

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a statement."""
        async with self.acquire() as connection:
            found: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
            return found

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        """The first value of a statement."""
        # Every read comes this way, so it goes without the steps of a block.
        connection = self._at_hand() or await self.take()
        try:
            found = await connection.fetchval(sql, *arguments)
        except BaseException as fault:
            self.give_back(connection, sound=_leaves_sound(type(fault)))
            raise
        self.give_back(connection, sound=True)
        return found

    async def close(self) -> None:
        """Close them all, those that are out as soon as they are given back; nobody gets another."""
        self._closed = True
        while self._waiting:
            self._offer(None)
        if self._out:
            self._all_back = asyncio.get_running_loop().create_future()
            await self._all_back
        while self._idle:
            await self._idle.pop().close()
        await asyncio.gather(*self._ending)

    async def take(self) -> TenantConnection:
        """A connection, which must be given back; RuntimeError when they are closed."""
        connection = self._at_hand()
        if connection is not None:
            return connection
        async with asyncio.timeout(self.most_seconds):
            while not self._closed:
                connection = self._at_hand()
                if connection is not None:
                    return connection
                connection = await self._another()
                if connection is not None and self._goes_out(connection):
                    return connection
        raise RuntimeError("the database is not open")

    def _at_hand(self) -> TenantConnection | None:
        """The one of those that wait to be used which was used last, if there are any."""
        while self._idle and not self._closed:
            connection = self._idle.pop()
            if self._goes_out(connection):
                return connection
        return None

    def _goes_out(self, connection: TenantConnection) -> bool:
        """Take note that a connection is used from now on, or is no more."""
        if connection.is_closed():
            self._count -= 1
            return False
        self._out.add(connection)
        return True

    async def _another(self) -> TenantConnection | None:
        """A new connection if there may be one more, else the next that is given back; None: look again."""
        if self._count < self.size:
            return await self._open()
        waiter: asyncio.Future[TenantConnection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                # It was handed over at the very moment when it was not wanted any more.
                self._offer(waiter.result())
            raise

    async def _open(self) -> TenantConnection:
        self._count += 1
        connection: TenantConnection | None = None
        try:
            connection = await asyncpg.connect(self.url, connection_class=TenantConnection, **self._options)
            await self._prepare(connection)
        except BaseException:
            if connection is not None:
                connection.terminate()
            self._count -= 1
            # Somebody who waits may try in our place.
            self._offer(None)
            raise
        connection.opened_at = time.monotonic()
        return connection

    def give_back(self, connection: TenantConnection, *, sound: bool) -> None:
        """Hand it to whoever waits the longest; one that is in the middle of something is ended instead."""
        self._out.discard(connection)
        outlived = time.monotonic() - connection.opened_at > LIFETIME_SECONDS
        if sound and not (outlived or self._closed or connection.is_closed() or connection.is_in_transaction()):
            self._offer(connection)
        else:
            ending = asyncio.ensure_future(self._end(connection))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        if self._all_back is not None and not self._out:
            self._all_back.set_result(None)

    async def _end(self, connection: TenantConnection) -> None:
        # What fails here is cut off by the driver.
        with contextlib.suppress(Exception):
            await connection.close(timeout=ENDING_SECONDS)
        self._count -= 1
        self._offer(None)

    def _offer(self, connection: TenantConnection | None) -> None:
        """Give a connection, or the chance to open one, to whoever waits the longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is not None:
            self._idle.append(connection)


class Lease:
    """The right to a connection, from the beginning of a block to its end."""

    __slots__ = ("_connection", "_connections")

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def __aenter__(self) -> TenantConnection:
        self._connection = await self._connections.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._connections.give_back(self._connection, sound=kind is None or _leaves_sound(kind))


def _leaves_sound(fault: type[BaseException]) -> bool:
    """Whether a connection can be used after a fault: a statement that was called off may still run on the server."""
    return issubclass(fault, Exception) and not issubclass(fault, TimeoutError | Uncertain)
