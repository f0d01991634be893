"""What can be done with a version of the handbook, and what keeps one from the rest: the commands' rules in a
statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry
from sqlalchemy import Boolean, ColumnElement, Text, Uuid, and_, cast, false, func, not_, or_, true

from api.reading.asking import asked
from api.reading.mapping import column, listed, one, part, rendered
from api.schema.moves import (
    MOVE_AND_STATE,
    blockers,
    codes,
    in_another_state,
    no_instant,
    possible,
    states_of,
    unless_suspended,
)
from domain.kernel.permissions import Permission
from domain.policies import queries
from domain.policies.rules import duties
from domain.policies.rules.duties import DUTIES, FOUND, SIGNED, Obstacle
from domain.policies.rules.versions import LIFECYCLE, Move, State
from domain.rulebook import queries as rulebook
from tenancy.actor import Actor, ActorKind
from tenancy.language import translate
from tenancy.models import current_instant, current_member

if TYPE_CHECKING:
    from api.schema.policies.types import Clause

strawberry.enum(Move, name="HandbookMoveName", description="What can be done with a version of the handbook.")
codes(Obstacle, name="HandbookBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> ColumnElement[bool]:
    """Whether an obstacle stands in the way of a listed move."""
    publishes = and_(move.move == Move.PUBLISH.value, not_(in_another_state(move)))
    signs = and_(move.signed, not_(in_another_state(move)))
    # Where a chain decides, nothing else keeps somebody from publishing by hand: nobody does that then.
    waits = and_(publishes, cast(move.chain_id, Uuid).is_not(None), not_(move.sole))
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(cast(move.permitted, Boolean))
        case Obstacle.PEOPLE_ONLY:
            submits = and_(move.move == Move.SUBMIT.value, not_(in_another_state(move)))
            asks = and_(submits, cast(move.chain_id, Uuid).is_not(None))
            return and_(or_(cast(move.signed, Boolean), asks), not_(move.by_people))
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.NOT_YOURS:
            return and_(move.move == Move.DISCARD.value, not_(or_(move.began, move.publishes)))
        case Obstacle.OWN_VERSION:
            return and_(signs, move.wrote, not_(move.alone), not_(waits))
        case Obstacle.NEEDS_APPROVAL:
            return waits
        case Obstacle.NEEDS_REVIEW:
            return and_(publishes, not_(move.reviewed), not_(move.alone), not_(waits))
        case Obstacle.TOOK_EFFECT:
            return and_(move.move == Move.WITHDRAW.value, not_(in_another_state(move)), move.took_effect)
        case _:
            concerned = or_(*(move.move == each.value for each in FOUND[obstacle]))
            here = func.strpos(cast(move.unready, Text), f",{obstacle.value},") > 0
            return and_(concerned, not_(in_another_state(move)), here)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    """What the command would say; what is found in the version says itself."""
    obstacle = Obstacle(values["code"])
    if obstacle in FOUND:
        said: str = orjson.loads(values["said"])[obstacle.value]
        return said
    found = duties.refusal(obstacle, Move(values["move"]), State(values["state"]))
    return translate(found.text, actor.language, found.values)


def _of_unready(version: Any, part: str) -> ColumnElement[Any]:
    """A part of what stands against a version, as text; empty where nothing does."""
    found = _UNREADY().op("->")(cast(version.id, Text)).op("->>")(part)
    return func.coalesce(cast(found, Text), "")


_UNREADY = asked("policies_unready", rulebook.unready)
_CHAIN = (Obstacle.NEEDS_APPROVAL, Obstacle.PEOPLE_ONLY)
# What blockers need of their move, said with its type: strawberry's own execution carries it as plain values.
_CARRIED: Mapping[str, Any] = {
    **MOVE_AND_STATE,
    "chain_id": lambda move: cast(move.chain_id, Uuid),
    "said": lambda move: cast(move.said, Text),
    "rules_id": lambda move: cast(move.rules_id, Text),
}


def _of_clause(blocker: Any, clause: Any) -> ColumnElement[bool]:
    by_chain = and_(or_(*(blocker.code == each.value for each in _CHAIN)), clause.id == cast(blocker.chain_id, Uuid))
    by_rules = and_(blocker.code == Obstacle.NEEDS_DRY_RUN.value, cast(clause.id, Text) == cast(blocker.rules_id, Text))
    return or_(by_chain, by_rules)


@part
class HandbookBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = rendered(
        "A sentence for people, in your language. Of HAS_FINDINGS it is the first finding; handbookFindings has all.",
        unless_suspended(_sentence),
        code=lambda blocker: blocker.code,
        said=lambda blocker: blocker.said,
        **MOVE_AND_STATE,
    )
    clause: Annotated["Clause", strawberry.lazy("api.schema.policies.types")] | None = one(
        "The clause that keeps you from it, where one does: the approval chain of the handbook in force, or its rules "
        "of publishing, which ask for a dry run.",
        _of_clause,
    )
    earliest_at: datetime | None = no_instant()


@part
class HandbookMove:
    """Something that is done with versions of the handbook, and whether you can do it with this one now, without
    choosing another day for its effect."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[HandbookBlocker] = blockers(Obstacle, _stands, _CARRIED)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(LIFECYCLE, move),
            "permitted": actor.may(permission),
            "publishes": actor.may(Permission.POLICIES_PUBLISH),
            "signed": move in SIGNED,
            "by_people": actor.kind is not ActorKind.CLIENT,
        }
        for move, permission in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of a version that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda version: version.state,
            "began": lambda version: func.coalesce(version.author_id == current_member(), false()),
            "wrote": lambda version: or_(
                func.coalesce(version.author_id == current_member(), false()),
                func.coalesce(version.submitter_id == current_member(), false()),
            ),
            "alone": lambda _: not_(queries.others_who_may_publish(current_member()).exists()),
            "sole": lambda _: not_(queries.other_members(current_member()).exists()),
            "reviewed": lambda version: version.reviewer_id.is_not(None),
            "took_effect": lambda version: func.coalesce(version.effective_at <= current_instant(), false()),
            "chain_id": lambda _: queries.publishing_chain_id(),
            "unready": lambda version: _of_unready(version, "codes"),
            "said": lambda version: _of_unready(version, "said"),
            "rules_id": lambda version: _of_unready(version, "clause_id"),
        },
    )
