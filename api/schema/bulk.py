"""Doing the same to several records: each has a transaction and an outcome, so that one keeps no other back."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from api.races import ORIGIN, against_others
from api.results import problem
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work

MOST_AT_ONCE = 100


async def each(
    actor: Actor, ids: Sequence[UUID], act: Callable[[Work, UUID], Awaitable[Any]], *path: str
) -> list[SimpleNamespace]:
    """What became of each record, in the order given and once each: its `id`, and the `errors` why it was refused.

    Raises `Invalid`, with the path of the ids, for more than `MOST_AT_ONCE` of them.
    """
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(message("At most {most} are done in one go."), {"most": MOST_AT_ONCE}, path)
    outcomes = []
    for id in dict.fromkeys(ids):
        errors = []
        try:
            await against_others(partial(_one, actor, id, act))
        except Refusal as refusal:
            errors = [problem(refusal, actor.language)]
        outcomes.append(SimpleNamespace(id=id, errors=errors))
    return outcomes


async def _one(actor: Actor, id: UUID, act: Callable[[Work, UUID], Awaitable[Any]]) -> None:
    # What one's consequences refuse leaves nothing behind of it, and all of the others.
    async with writing(actor, settle=settle, **ORIGIN.get({})) as work:
        await act(work, id)
