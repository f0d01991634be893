"""Evaluations of inquiries as clients see them, and writing them: how difficult, how risky, go or no go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, not_, true

from api.reading.asking import asked
from api.reading.mapping import Node, column, listed, one, part, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.inputs import given
from api.schema.moves import (
    MOVE_AND_CHAIN,
    blockers,
    chain_among,
    chain_clause,
    codes,
    in_another_state,
    no_instant,
    only_people,
    possible,
    sentence,
    states_of,
)
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from domain.kernel.subjects import SubjectKind
from domain.presales import commands, models
from domain.presales.queries import evaluations as queries
from domain.presales.queries.submitting import evaluations_for_people
from domain.presales.rules import evaluations as rules
from domain.presales.rules.evaluations import (
    DUTIES,
    EVALUATIONS,
    EvaluationMove,
    EvaluationObstacle,
    EvaluationState,
    Findings,
)
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.work import Work

strawberry.enum(
    EvaluationState, name="InquiryEvaluationState", description="How far an evaluation is, and what was decided."
)
strawberry.enum(EvaluationMove, name="InquiryEvaluationMoveName", description="What is done with evaluations.")
codes(
    EvaluationObstacle,
    name="InquiryEvaluationBlockerCode",
    description="Why something is not possible for you now.",
)


_FOR_PEOPLE = asked("evaluations_for_people", evaluations_for_people)


def _stands(move: Any, obstacle: EvaluationObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    match obstacle:
        case EvaluationObstacle.FORBIDDEN:
            return not_(move.permitted)
        case EvaluationObstacle.WRONG_STATE:
            return in_another_state(move)
        case EvaluationObstacle.PEOPLE_ONLY:
            return only_people(move, EvaluationMove.SUBMIT)
        case EvaluationObstacle.INQUIRY_OVER:
            return and_(not_(in_another_state(move)), move.over)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(EvaluationObstacle(code), EvaluationMove(move), EvaluationState(state))


@part
class InquiryEvaluationBlocker:
    """Something that keeps you from a move."""

    code: EvaluationObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = chain_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedInquiryEvaluationMove:
    """Something that is done with evaluations, and whether you can do it with this one now."""

    move: EvaluationMove = column("What is done.")
    allowed: bool = possible(EvaluationObstacle, _stands)
    blockers: list[InquiryEvaluationBlocker] = blockers(EvaluationObstacle, _stands, MOVE_AND_CHAIN)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(EVALUATIONS, move), "permitted": actor.may(permission)}
        for move, permission in DUTIES.items()
    ]


@shows(models.InquiryEvaluation, visible=queries.visible)
class InquiryEvaluation(Node):
    """What it would take to do what an inquiry asks for, and whether something is offered at all. Of all evaluations
    of an inquiry one at most is not SUPERSEDED."""

    inquiry_id: UUID = column("Of which inquiry.")
    number: int = column("Which of the inquiry's evaluations it is, from 1.")
    state: EvaluationState = column("How far it is; GO and NO_GO are what was decided.")
    difficulty: int = column("How difficult it is, in points of the clause's scale, from 1.")
    risk: int = column("How risky it is, in points of the same scale.")
    effort_days: int = column("How many person-days it takes.")
    rationale: str = column("Why.")
    go: bool = column("Whether it is recommended to offer something.")
    is_complex: bool = column("Whether it counts as complex by the clause `inquiry_evaluation`.")
    drafted_at: datetime = column("When it was begun.")
    prepared_by: Member | None = one("Who has written it; null for a program.", "prepared_by_id")
    approval: Approval | None = one("The last approval it was submitted to; null where none is needed.", "approval_id")
    decided_at: datetime | None = column("When it was decided to go or not; null before.")
    decisions = decisions(SubjectKind.EVALUATION)
    allowed_moves: list[AllowedInquiryEvaluationMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(EvaluationMove),
        carrying={"state": lambda row: row.state, "chain_id": chain_among(_FOR_PEOPLE), "over": queries.is_over_for},
    )


@strawberry.input(description="What an evaluation says.")
class EvaluationFindingsInput:
    """What an evaluation says."""

    difficulty: int = given(
        "How difficult it is, in points: from 1 to what the clause `inquiry_evaluation` says, or 5."
    )
    risk: int = given("How risky it is, in points of the same scale.")
    effort_days: int = given("How many person-days it takes.")
    rationale: str = given("Why.")
    go: bool = given("Whether it is recommended to offer something.")

    def findings(self) -> Findings:
        """The findings as the command takes them."""
        return Findings(
            difficulty=self.difficulty,
            risk=self.risk,
            effort_days=self.effort_days,
            rationale=self.rationale,
            go=self.go,
        )


@strawberry.input(description="A new evaluation.")
class DraftInquiryEvaluationInput:
    """A new evaluation."""

    inquiry_id: UUID = given("An inquiry that was contacted, without an evaluation under way.")
    findings: EvaluationFindingsInput = given("What it says.")


async def draft_inquiry_evaluation(work: Work, input: DraftInquiryEvaluationInput) -> models.InquiryEvaluation:
    """Evaluate an inquiry. Needs `presales.quote`. One that was decided before is SUPERSEDED at once. Then
    submitInquiryEvaluation."""
    return await commands.draft_evaluation(work, inquiry_id=input.inquiry_id, findings=input.findings.findings())


@strawberry.input(description="What a draft of an evaluation says from now on.")
class ChangeInquiryEvaluationInput:
    """What a draft of an evaluation says from now on."""

    evaluation_id: UUID = given("The draft.")
    findings: EvaluationFindingsInput = given("What it says; this replaces all that it said.")


async def change_inquiry_evaluation(work: Work, input: ChangeInquiryEvaluationInput) -> models.InquiryEvaluation:
    """Write a draft of an evaluation anew."""
    return await commands.change_evaluation(work, evaluation_id=input.evaluation_id, findings=input.findings.findings())


@strawberry.input(description="An evaluation to be decided.")
class SubmitInquiryEvaluationInput:
    """An evaluation to be decided."""

    evaluation_id: UUID = given("The draft.")


async def submit_inquiry_evaluation(work: Work, input: SubmitInquiryEvaluationInput) -> models.InquiryEvaluation:
    """Have go or no go decided by the approval chain for `inquiry_evaluations`; where the handbook has none it is
    decided as recommended, at once. Who refuses a recommended go decides NO_GO; a refused no-go is a draft again."""
    return await commands.submit_evaluation(work, evaluation_id=input.evaluation_id)
