"""What a record says that can be done with it, held against what the mutations answer: each is tried and undone."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, get_type_hints
from uuid import UUID

from api.reading import mapping
from api.schema import SCHEMA
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.language import translate
from tenancy.refusals import Refusal
from tests.api.conftest import Ask

Tries = Mapping[str, tuple[str, Mapping[str, Any]]]
"""By which mutation each move is made, with what is said beside the record."""


class Undo(Exception):
    """Takes back what was tried."""


class Done(Refusal):
    """Takes back one of several, which was done."""


async def said(ask: Ask, actor: Actor, kind: str, id: UUID) -> dict[str, list[str]]:
    """The blockers' sentences of every move, as the record tells them to somebody."""
    moves = "allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {moves} }} }} }}"
    found = await ask.planned(actor, document, id=str(id))
    assert found["node"] is not None, "they don't see it"
    for move in found["node"]["allowedMoves"]:
        assert move["allowed"] is (not move["blockers"]), move
    return {
        move["move"]: [blocker["message"] for blocker in move["blockers"]] for move in found["node"]["allowedMoves"]
    }


async def done(actor: Actor, mutation: str, given: Mapping[str, Any]) -> str | None:
    """What a mutation refuses, in the actor's language; None when it is possible. Nothing is kept of it."""
    return (await _each_done(actor, {"": (mutation, given)}))[""]


async def _each_done(actor: Actor, tries: Tries) -> dict[str, str | None]:
    """The same of several, none of which sees anything of another."""
    root = SCHEMA._schema.mutation_type
    assert root is not None
    found: dict[str, str | None] = {}
    with suppress(Undo):
        async with writing(actor, settle=settle) as work:
            for move, (mutation, given) in tries.items():
                write = root.fields[mutation].extensions["strawberry-definition"].metadata[mapping.WRITE]
                kind = get_type_hints(write.function)["input"]
                try:
                    async with work.attempting():
                        await write.function(work, input=kind(**given))
                        raise Done("")
                except Done:
                    found[move] = None
                except Refusal as refusal:
                    found[move] = translate(refusal.text, actor.language, refusal.values)
            raise Undo
    return found


async def agree(ask: Ask, kind: str, id: UUID, tries: Tries, *actors: Actor, but: tuple[str, ...] = ()) -> None:
    """Every move that the record tells of is possible exactly when its mutation does it, for everybody; what is not is
    refused for one of the reasons that were told. `but` names moves that this state has no input for."""
    for actor in actors:
        told = await said(ask, actor, kind, id)
        assert set(told) == set(tries), "a move has come that nobody tries here"
        tried = {move: each for move, each in tries.items() if move not in but}
        for move, refused in (await _each_done(actor, tried)).items():
            about = (kind, move, told[move], refused)
            assert (refused is None) is (not told[move]), about
            assert refused is None or refused in told[move], about
