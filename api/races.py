"""Doing the same as others at once: whoever comes second tries again, finds what the first did and is told that."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import asyncpg

from tenancy.refusals import Conflict, message

RACES = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
TRIES = 3
R = TypeVar("R")


async def against_others(attempt: Callable[[], Awaitable[R]]) -> R:
    """What an attempt gives, each of which is a transaction; Conflict where others keep changing the same."""
    for _ in range(TRIES):
        with suppress(*RACES):
            return await attempt()
    raise Conflict(message("Others are changing the same at this moment. Nothing was changed; try again."))
