"""Solutions as clients see them: versions, reviews, what the customer said, and what can be done with one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Uuid, and_, cast, not_, or_, true

from api.reading.asking import asked
from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, by_id, column, listed, many, one, page, part, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.customers.types import Contact, Customer
from api.schema.money import Money, money
from api.schema.moves import (
    MOVE_AND_CHAIN,
    PEOPLE_ONLY,
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
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from domain.kernel.subjects import SubjectKind
from domain.presales import models
from domain.presales.queries import inquiries
from domain.presales.queries import solutions as queries
from domain.presales.queries.submitting import solutions_for_people
from domain.presales.rules import solutions as rules
from domain.presales.rules.solutions import DUTIES, SOLUTIONS, SolutionMove, SolutionObstacle, SolutionState
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(SolutionState, description="How far a version of a solution is.")
strawberry.enum(SolutionMove, name="SolutionMoveName", description="What is done with solutions.")
codes(SolutionObstacle, name="SolutionBlockerCode", description="Why something is not possible for you now.")

_FOR_PEOPLE = asked("solutions_for_people", solutions_for_people)


def _stands(move: Any, obstacle: SolutionObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move; an answer is taken whatever became of the inquiry."""
    match obstacle:
        case SolutionObstacle.FORBIDDEN:
            return not_(move.permitted)
        case SolutionObstacle.WRONG_STATE:
            return in_another_state(move)
        case SolutionObstacle.NO_GO:
            return and_(move.needs_inquiry, not_(in_another_state(move)), move.stopped)
        case SolutionObstacle.PEOPLE_ONLY:
            return only_people(move, SolutionMove.SUBMIT)
        case SolutionObstacle.INQUIRY_OVER:
            return and_(move.needs_inquiry, not_(in_another_state(move)), move.over)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(SolutionObstacle(code), SolutionMove(move), SolutionState(state))


def _ruled_by(blocker: Any, clause: Any) -> Any:
    return or_(
        and_(blocker.code == PEOPLE_ONLY, clause.id == cast(blocker.chain_id, Uuid)),
        and_(blocker.code == SolutionObstacle.NO_GO.value, clause.id == cast(blocker.go_clause_id, Uuid)),
    )


@part
class SolutionBlocker:
    """Something that keeps you from a move."""

    code: SolutionObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does: the chain that decides on it, what has it reviewed, or the"
        " one on evaluation that wants a go.",
        _ruled_by,
    )
    earliest_at: datetime | None = no_instant()


@part
class AllowedSolutionMove:
    """Something that people do with solutions, and whether you can do it with this one now."""

    move: SolutionMove = column("What is done.")
    allowed: bool = possible(SolutionObstacle, _stands)
    blockers: list[SolutionBlocker] = blockers(
        SolutionObstacle,
        _stands,
        {**MOVE_AND_CHAIN, "go_clause_id": lambda move: cast(move.go_clause_id, Uuid)},
    )


_WITHOUT_INQUIRY = (SolutionMove.CONFIRM, SolutionMove.OBJECT, SolutionMove.WITHDRAW)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(SOLUTIONS, move),
            "permitted": actor.may(permission),
            "needs_inquiry": move not in _WITHOUT_INQUIRY,
        }
        for move, permission in DUTIES.items()
    ]


@shows(models.Solution, visible=queries.visible)
class Solution(Node):
    """One version of how what an inquiry asks for is to be done. Of all versions for an inquiry one at most is not
    SUPERSEDED."""

    number: str = column("Its number, such as SOL-000042, the same for all its versions.")
    version: int = column("Which version it is, from 1.")
    state: SolutionState = column("How far it is.")
    inquiry_id: UUID = column("For which inquiry.")
    customer: Customer | None = one("Whom it is for.", "customer_id")
    prepared_by: Member | None = one("Who has written this version; null for a program.", "prepared_by_id")
    title: str = column("What it is about.")
    functions: str = column("What it will do.")
    architecture: str = column("How it is built.")
    plan: str = column("How it is carried out, and by when.")
    expected_effect: str = column("What the customer gains by it.")
    budget: Money = money("What it costs, before anything is offered.", lambda row: row.budget_minor)
    reason: str = column("Why there is this version; empty for the first.")
    drafted_at: datetime = column("When this version was begun.")
    versions: "list[Solution]" = many(
        "All versions for its inquiry, the first one first.",
        lambda here, there: there.inquiry_id == here.inquiry_id,
        order=lambda there: (there.version,),
        most=rules.MOST_VERSIONS,
    )
    is_complex: bool = column("Whether it counted as complex when it was submitted, by the inquiry's evaluation.")
    expert_review: bool = column("Whether experts review it, by the clause `expert_review`; false for a draft.")
    clause: Clause | None = one("The clause on expert review it was judged by; null where there is none.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that clause stands in.", "handbook_version_id")
    approval: Approval | None = one(
        "The last review it was submitted to, with what everybody said; null where none is needed.", "approval_id"
    )
    findings: str = column("What the review has found where it was returned; empty otherwise.")
    contact: Contact | None = one("The customer's person who got the link; null before it is sent.", "contact_id")
    sent_at: datetime | None = column("When it was sent.")
    digest: str | None = column("The fingerprint of what the customer was shown (SHA-256); null before it is sent.")
    answered_at: datetime | None = column("When the customer answered.")
    answered_by: str = column("Who answered for the customer; empty before.")
    comment: str = column("What was said with the answer.")
    decisions = decisions(SubjectKind.SOLUTION)
    allowed_moves: list[AllowedSolutionMove] = listed(
        "Everything that people do with solutions, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(SolutionMove),
        carrying={
            "state": lambda row: row.state,
            "chain_id": chain_among(_FOR_PEOPLE),
            "over": inquiries.is_over_for,
            "stopped": inquiries.is_stopped_for,
            "go_clause_id": inquiries.evaluation_clause_of,
        },
    )


@strawberry.enum(description="How solutions are ordered.")
class SolutionOrder(Enum):
    """Orders of solutions."""

    NEWEST = "newest"
    OLDEST = "oldest"


SOLUTION_ORDERS = {
    SolutionOrder.NEWEST: Order(lambda row: row.id, descending=True),
    SolutionOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which solutions to give.")
class SolutionFilter:
    """Conditions on solutions."""

    number: TextFilter | None = filtered("By number.")
    state: WordFilter[SolutionState] | None = filtered("By how far they are.")
    inquiry_id: IdFilter | None = filtered("By inquiry.")
    customer_id: IdFilter | None = filtered("By customer.")
    prepared_by_id: IdFilter | None = filtered("By who has written them.")
    expert_review: bool | None = filtered("Those that experts review, or the others.", lambda row: row.expert_review)
    sent_at: InstantFilter | None = filtered("By when they were sent.")
    and_: "list[SolutionFilter] | None" = combining("All of these hold.", "and")
    or_: "list[SolutionFilter] | None" = combining("One of these holds.", "or")
    not_: "SolutionFilter | None" = combining("This does not hold.", "not")


@strawberry.type(description="What can be asked of solutions.")
class SolutionQuery:
    """The part of the root that is about solutions."""

    solution = by_id("One version of a solution.", Solution)
    solutions = page(
        "Solutions, each version for itself: those for your inquiries, those you have written or decide on, and all of"
        " them with `presales.read`.",
        Solution,
        orders=SOLUTION_ORDERS,
        filter=SolutionFilter,
    )
