"""What can be done with a contract, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Uuid, and_, cast, not_, or_, true

from api.reading.asking import asked
from api.reading.mapping import column, listed, one, part
from api.schema.moves import (
    MOVE_AND_CHAIN,
    blockers,
    chain_among,
    codes,
    in_another_state,
    no_instant,
    only_people,
    possible,
    sentence,
    states_of,
)
from api.schema.policies.types import Clause
from domain.contracts import queries, rules
from domain.contracts.queries.submitting import contracts_for_people
from domain.contracts.rules import CONTRACTS, DUTIES, ContractMove, ContractObstacle, ContractState
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(ContractMove, name="ContractMoveName", description="What is done with contracts.")
codes(ContractObstacle, name="ContractBlockerCode", description="Why something is not possible for you now.")


_FOR_PEOPLE = asked("contracts_for_people", contracts_for_people)


def _stands(move: Any, obstacle: ContractObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as the commands have it."""
    here = not_(in_another_state(move))
    match obstacle:
        case ContractObstacle.FORBIDDEN:
            return not_(move.permitted)
        case ContractObstacle.WRONG_STATE:
            return in_another_state(move)
        case ContractObstacle.PEOPLE_ONLY:
            return only_people(move, ContractMove.SUBMIT)
        case ContractObstacle.CHECKS_OPEN:
            return and_(move.move == ContractMove.SIGN.value, here, move.open_checks)
        case ContractObstacle.NOTICE_GIVEN:
            return and_(move.move == ContractMove.TERMINATE.value, here, move.notice_given)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(ContractObstacle(code), ContractMove(move), ContractState(state))


def _ruled_by(blocker: Any, clause: Any) -> Any:
    by_checklist = and_(blocker.code == ContractObstacle.CHECKS_OPEN.value, clause.id == cast(blocker.clause_id, Uuid))
    by_chain = and_(blocker.code == ContractObstacle.PEOPLE_ONLY.value, clause.id == cast(blocker.chain_id, Uuid))
    return or_(by_checklist, by_chain)


@part
class ContractBlocker:
    """Something that keeps you from a move."""

    code: ContractObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one("The clause that keeps you from it, where one does.", _ruled_by)
    earliest_at: datetime | None = no_instant()


@part
class AllowedContractMove:
    """Something that people do with contracts, and whether you can do it with this one now."""

    move: ContractMove = column("What is done.")
    allowed: bool = possible(ContractObstacle, _stands)
    blockers: list[ContractBlocker] = blockers(
        ContractObstacle, _stands, {**MOVE_AND_CHAIN, "clause_id": lambda move: cast(move.clause_id, Uuid)}
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(CONTRACTS, move), "permitted": actor.may(permission)}
        for move, permission in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of a contract that tells what people can do with it."""
    return listed(
        "Everything that people do with contracts, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(ContractMove),
        carrying={
            "state": lambda contract: contract.state,
            "open_checks": queries.has_open_checks,
            "notice_given": lambda contract: contract.terminated_on.is_not(None),
            "clause_id": lambda contract: contract.checklist_clause_id,
            "chain_id": chain_among(_FOR_PEOPLE),
        },
    )
