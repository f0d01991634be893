"""Doing the same to several records: each has a transaction and an outcome, so that one keeps no other back."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg

from api.results import problem
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Conflict, Invalid, Refusal, message
from tenancy.work import Work

MOST_AT_ONCE = 100
# As of single mutations: who comes second tries again.
RACES = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
TRIES = 3


async def each(
    actor: Actor, ids: Sequence[UUID], act: Callable[[Work, UUID], Awaitable[Any]], *path: str
) -> list[SimpleNamespace]:
    """What became of each record, in the order given and once each: its `id`, and the `error` why it was refused.

    Raises `Invalid`, with the path of the ids, for more than `MOST_AT_ONCE` of them.
    """
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(message("At most {most} are done in one go."), {"most": MOST_AT_ONCE}, path)
    outcomes = []
    for id in dict.fromkeys(ids):
        error = None
        try:
            await _one(actor, id, act)
        except Refusal as refusal:
            error = problem(refusal, actor.language)
        outcomes.append(SimpleNamespace(id=id, error=error))
    return outcomes


async def _one(actor: Actor, id: UUID, act: Callable[[Work, UUID], Awaitable[Any]]) -> None:
    for _ in range(TRIES):
        with suppress(*RACES):
            # What one's consequences refuse leaves nothing behind of it, and all of the others.
            async with writing(actor, settle=settle) as work:
                await act(work, id)
            return
    raise Conflict(message("Others are changing the same at this moment. Nothing was changed; try again."))
