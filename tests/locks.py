"""Transactions that meet: a test goes on when one of them has ended, or waits for the other."""

import asyncio
from typing import Any

import asyncpg


async def is_done_or_waits(task: asyncio.Task[Any], owner_url: str) -> None:
    """Until a task has ended, or some transaction waits for a lock of PostgreSQL."""
    behind = await asyncpg.connect(owner_url)
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not task.done() and not await behind.fetchval(waiting):  # noqa: ASYNC110  # a server tells of no change
        await asyncio.sleep(0.01)
    await behind.close()
