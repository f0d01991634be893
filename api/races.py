"""Doing the same as others at once: whoever comes second tries again, finds what the first did and is told that."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import asyncpg

from tenancy.refusals import Conflict, message

RACES = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
TRIES = 3
R = TypeVar("R")
ORIGIN: ContextVar[Mapping[str, Any]] = ContextVar("origin")
"""What a caller said beside a mutation that opens its transactions itself: `request_id` and `reason`, for each."""


async def against_others(attempt: Callable[[], Awaitable[R]]) -> R:
    """What an attempt gives, each of which is a transaction; Conflict where others keep changing the same."""
    for _ in range(TRIES):
        with suppress(*RACES):
            return await attempt()
    raise Conflict(message("Others are changing the same at this moment. Nothing was changed; try again."))
