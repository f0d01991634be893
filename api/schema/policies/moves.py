"""What can be done with a version of the handbook, and what keeps one from the rest: the commands' rules in a
statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import Boolean, ColumnElement, Uuid, and_, cast, false, func, not_, or_, true

from api.reading.mapping import column, listed, one, part
from api.schema.moves import MOVE_AND_STATE, blockers, in_another_state, no_instant, possible, sentence, states_of
from domain.kernel.permissions import Permission
from domain.policies import queries
from domain.policies.rules import duties
from domain.policies.rules.duties import DUTIES, SIGNED, Obstacle
from domain.policies.rules.versions import LIFECYCLE, Move, State
from tenancy.actor import Actor, ActorKind
from tenancy.models import current_instant, current_member
from tenancy.refusals import Refusal

if TYPE_CHECKING:
    from api.schema.policies.types import Clause

strawberry.enum(Move, name="HandbookMoveName", description="What can be done with a version of the handbook.")
strawberry.enum(Obstacle, name="HandbookBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> ColumnElement[bool]:
    """Whether an obstacle stands in the way of a listed move."""
    publishes = and_(move.move == Move.PUBLISH.value, not_(in_another_state(move)))
    signs = and_(move.signed, not_(in_another_state(move)))
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(cast(move.permitted, Boolean))
        case Obstacle.PEOPLE_ONLY:
            return and_(move.signed, not_(move.by_people))
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.NOT_YOURS:
            return and_(move.move == Move.DISCARD.value, not_(or_(move.began, move.publishes)))
        case Obstacle.OWN_VERSION:
            return and_(signs, move.wrote, not_(move.alone))
        case Obstacle.NEEDS_APPROVAL:
            return and_(publishes, cast(move.chain_id, Uuid).is_not(None), not_(move.sole))
        case Obstacle.NEEDS_REVIEW:
            return and_(publishes, not_(move.reviewed), not_(move.alone))
        case Obstacle.TOOK_EFFECT:
            return and_(move.move == Move.WITHDRAW.value, not_(in_another_state(move)), move.took_effect)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return duties.refusal(Obstacle(code), Move(move), State(state))


@part
class HandbookBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Annotated["Clause", strawberry.lazy("api.schema.policies.types")] | None = one(
        "The clause that keeps you from it, where one does: the approval chain of the handbook in force.",
        lambda blocker, clause: and_(
            blocker.code == Obstacle.NEEDS_APPROVAL.value, clause.id == cast(blocker.chain_id, Uuid)
        ),
    )
    earliest_at: datetime | None = no_instant()


@part
class HandbookMove:
    """Something that is done with versions of the handbook, and whether you can do it with this one now. What its
    clauses, its base or a dry run that is asked for say against it is found when it is submitted or published;
    handbookFindings tells of the clauses."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[HandbookBlocker] = blockers(
        Obstacle, _stands, {**MOVE_AND_STATE, "chain_id": lambda move: cast(move.chain_id, Uuid)}
    )


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
        },
    )
