"""Calling out that something changed, on the tenant's channel; nobody relies on hearing it."""

import time

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from tenancy.channels import Change, changes

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 1.0
# Without a broker, work goes on and is silent for a while instead of waiting for each call.
SILENT_SECONDS = 5.0


class Voice:
    """A line to the broker's channels."""

    def __init__(self, url: str) -> None:
        # Whoever finds both connections taken waits for one.
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url,
            max_connections=2,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
        self._client = redis.asyncio.Redis.from_pool(pool)
        self._silent_until = 0.0

    async def call(self, channel: str, message: bytes) -> None:
        """Publish once; a failure is forgotten."""
        if time.monotonic() < self._silent_until:
            return
        try:
            await self._client.publish(channel, message)
        except (RedisError, OSError) as problem:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            log.warning("live.silent", error=str(problem))

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


_voices: list[Voice] = []


async def open_voice(url: str) -> None:
    """From here on this process calls out what it delivers."""
    await close_voice()
    _voices.append(Voice(url))


async def close_voice() -> None:
    """Be silent."""
    while _voices:
        await _voices.pop().close()


async def announce(change: Change) -> None:
    """Tell the tenant's listeners of a delivered fact."""
    for voice in _voices:
        await voice.call(changes(change.tenant_id), change.dump())
