"""Hears at once when somebody's access changes, so that a process may believe a known token for longer."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog

from tenancy.identity.actors import ACTORS, Remembered

CHANNEL = "zhidu_access"
PULSE = "pulse:"
PULSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Watch:
    """One connection that listens to the triggers on members, roles, tokens, sessions and clients.

    It also calls itself, again and again: only a call that was heard proves that the others would be. Where it is
    not heard, behind a pooler of transactions or while the server is away, tokens are believed for three seconds.
    """

    def __init__(self, url: str, remembered: Remembered = ACTORS, pulse_seconds: float = PULSE_SECONDS) -> None:
        self.url, self.remembered, self.pulse_seconds = url, remembered, pulse_seconds
        self._own = f"{PULSE}{uuid4()}:"

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew."""
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                log.warning("access.unheard", error=str(problem))
            await asyncio.sleep(self.pulse_seconds)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self.url, command_timeout=10 * self.pulse_seconds, server_settings={"application_name": "zhidu"}
        )
        try:
            await connection.add_listener(CHANNEL, self._heard)
            # What has changed before now was not heard.
            self.remembered.forget_all()
            while True:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{self._own}{self.remembered.clock()}")
                await asyncio.sleep(self.pulse_seconds)
        finally:
            connection.terminate()

    def _heard(self, _: Any, __: int, ___: str, said: str) -> None:
        if said.startswith(self._own):
            self.remembered.hears(float(said.removeprefix(self._own)))
        elif not said.startswith(PULSE):
            self.remembered.forget_company(UUID(said))


_watching: asyncio.Task[None] | None = None


def open_watch(url: str) -> None:
    """Begin to listen in this process."""
    global _watching  # one for each process, as its memory is
    _watching = asyncio.create_task(Watch(url).run())


async def close_watch() -> None:
    """Listen no more."""
    if _watching is not None:
        _watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await _watching
