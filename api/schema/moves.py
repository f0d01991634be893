"""The moves that a record offers: which are possible for the caller now, and what keeps them from the others.

A module says when each obstacle stands in the way, inside the statement that reads the record; its commands refuse by
the same rules.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, DateTime, Text, Uuid, and_, case, cast, false, func, not_, null, or_
from strawberry.types.enum import EnumValue

from api.reading.mapping import computed, listed, one, rendered
from domain.kernel.lifecycle import Lifecycle
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.refusals import SUSPENDED, Refusal
from tenancy.tenants import is_suspended

LIKELY_BLOCKERS = 2
"""As how many a move's blockers count: few moves have more at a time, and a board asks for those of fifty rows."""
Stands = Callable[[Any, Any], ColumnElement[bool]]
"""Whether an obstacle stands in the way of a listed move."""
MOVE_AND_STATE: Mapping[str, Callable[[Any], Any]] = {"move": lambda row: row.move, "state": lambda row: row.state}


TENANT_SUSPENDED = "tenant_suspended"
"""The obstacle of every move of every record while the company only reads and exports: mutations answer it first."""


def codes(obstacles: type[StrEnum], *, name: str, description: str) -> None:
    """Show a record's obstacles, and before them what the whole company may stand under."""
    strawberry.enum(obstacles, name=name, description=description)
    suspended = EnumValue(
        TENANT_SUSPENDED.upper(),
        TENANT_SUSPENDED,
        description="The company is suspended or closing: everything can be read and exported, nothing changed.",
    )
    declared: Any = obstacles
    declared.__strawberry_definition__.values.insert(0, suspended)


def possible(obstacles: type[StrEnum], stands: Stands) -> Any:
    """The field that tells whether nothing stands in the way of a move."""
    return computed(
        "Whether you can do it now.",
        lambda move: not_(or_(is_suspended(), *(stands(move, obstacle) for obstacle in obstacles))),
    )


def blockers(
    obstacles: type[StrEnum], stands: Stands, carrying: Mapping[str, Callable[[Any], Any]] = MOVE_AND_STATE
) -> Any:
    """The field that lists what does; `carrying` is what a blocker's sentence needs of its move."""

    def blocks(move: Any, blocker: Any) -> ColumnElement[bool]:
        found = ((blocker.code == each.value, stands(move, each)) for each in obstacles)
        return case((blocker.code == TENANT_SUSPENDED, is_suspended()), *found, else_=false())

    return listed(
        "What keeps you from it; nothing when you can do it.",
        lambda _: [{"code": code} for code in (TENANT_SUSPENDED, *obstacles)],
        blocks,
        most=len(obstacles) + 1,
        carrying=carrying,
        counts=LIKELY_BLOCKERS,
    )


def unless_suspended(said: Callable[[Mapping[str, Any], Actor], str]) -> Callable[[Mapping[str, Any], Actor], str]:
    """What a blocker says: of the company's suspension what its mutations answer, of the rest what `said` does."""
    return lambda values, actor: (
        translate(SUSPENDED, actor.language) if values["code"] == TENANT_SUSPENDED else said(values, actor)
    )


def sentence(refusal: Callable[[str, str, str], Refusal]) -> Any:
    """The field of a blocker that says what the command would; `refusal` makes it of code, move and state."""

    def said(values: Mapping[str, Any], actor: Actor) -> str:
        found = refusal(values["code"], values["move"], values["state"])
        return translate(found.text, actor.language, found.values)

    return rendered(
        "A sentence for people, in your language.",
        unless_suspended(said),
        code=lambda blocker: blocker.code,
        **MOVE_AND_STATE,
    )


PEOPLE_ONLY = "people_only"
"""The obstacle of what only people submit, since a chain decides on it; each record's obstacles have this word."""
MOVE_AND_CHAIN: Mapping[str, Callable[[Any], Any]] = {
    **MOVE_AND_STATE,
    "chain_id": lambda move: cast(move.chain_id, Uuid),
}


def chain_among(answers: Callable[[], Any]) -> Callable[[Any], Any]:
    """Of a record, the clause that keeps a program from submitting it; `answers` has them by the records' ids."""
    return lambda record: cast(answers().op("->>")(cast(record.id, Text)), Uuid)


def only_people(move: Any, submits: StrEnum) -> ColumnElement[bool]:
    """Whether a listed move is that of submitting the record, which a program is kept from."""
    found: ColumnElement[bool] = and_(move.move == submits.value, cast(move.chain_id, Uuid).is_not(None))
    return and_(found, not_(in_another_state(move)))


def chain_clause() -> Any:
    """The field of a blocker that names the chain which only people ask."""
    return one(
        "The clause that keeps you from it, where one does: the chain that decides on it, or what has it reviewed.",
        lambda blocker, clause: and_(blocker.code == PEOPLE_ONLY, clause.id == cast(blocker.chain_id, Uuid)),
    )


def no_clause() -> Any:
    """The field of a blocker that would name its clause, of moves that no clause rules."""
    return one("The clause that keeps you from it: null, since none rules these moves.", lambda _, __: false())


def no_instant() -> Any:
    """The field of a blocker that would tell when a move is possible, of moves that never wait for time alone."""
    return computed(
        "When it will be possible: null, since time alone keeps you from none of these moves.",
        lambda _: cast(null(), DateTime(timezone=True)),
    )


def states_of(lifecycle: Lifecycle[Any, Any], move: StrEnum) -> str:
    """The states that allow a move, as one value of a listed move: its `states`."""
    return "".join(f",{state.value}," for state, possible_move in lifecycle.table if possible_move is move)


def in_another_state(move: Any) -> ColumnElement[bool]:
    """Whether the record's `state` is none of the move's `states`."""
    return func.strpos(move.states, func.concat(",", move.state, ",")) == 0
