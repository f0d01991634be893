"""Inquiries as clients see them, and what can be done with one: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Uuid, and_, cast, not_, or_, true

from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, listed, many, one, part, shows
from api.schema.access.types import Member
from api.schema.catalogue.types import ServiceLine
from api.schema.customers.types import Contact, Customer
from api.schema.moves import (
    MOVE_AND_STATE,
    blockers,
    codes,
    in_another_state,
    no_clause,
    no_instant,
    possible,
    sentence,
    states_of,
)
from api.schema.organisation.types import Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.presales.evaluations import InquiryEvaluation
from api.schema.presales.solutions import Solution
from domain.kernel.subjects import SubjectKind
from domain.presales import models
from domain.presales.queries import inquiries as queries
from domain.presales.rules import inquiries as rules
from domain.presales.rules import requirements as needed
from domain.presales.rules.evaluations import MOST_EVALUATIONS, EvaluationState
from domain.presales.rules.inquiries import DUTIES, INQUIRIES, InquiryMove, InquiryObstacle, InquiryState
from domain.presales.rules.requirements import (
    REQUIREMENTS,
    RequirementsMove,
    RequirementsObstacle,
    RequirementsState,
)
from domain.presales.rules.requirements import NeedMethod as NeedMethod
from domain.presales.rules.solutions import SolutionState
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(InquiryState, description="How far an inquiry is.")
strawberry.enum(InquiryMove, name="InquiryMoveName", description="What is done with inquiries.")
codes(InquiryObstacle, name="InquiryBlockerCode", description="Why something is not possible for you now.")

strawberry.enum(NeedMethod, name="InquiryNeedMethod", description="How a need was found out.")
strawberry.enum(RequirementsState, description="How far a version of the requirements is.")
strawberry.enum(RequirementsMove, name="RequirementsMoveName", description="What is done with requirements.")
codes(RequirementsObstacle, name="RequirementsBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: InquiryObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    match obstacle:
        case InquiryObstacle.FORBIDDEN:
            return not_(move.permitted)
        case InquiryObstacle.WRONG_STATE:
            return in_another_state(move)
        case InquiryObstacle.NO_GO:
            to_qualify = and_(move.move == InquiryMove.QUALIFY.value, move.waits_for_go)
            to_offer = and_(move.move == InquiryMove.DRAFT_SOLUTION.value, move.stopped)
            return and_(not_(in_another_state(move)), or_(to_qualify, to_offer))


def _ruled_by(blocker: Any, clause: Any) -> Any:
    return and_(blocker.code == InquiryObstacle.NO_GO.value, clause.id == cast(blocker.clause_id, Uuid))


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(InquiryObstacle(code), InquiryMove(move), InquiryState(state))


@part
class InquiryBlocker:
    """Something that keeps you from a move."""

    code: InquiryObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one("The clause that keeps you from it, where one does.", _ruled_by)
    earliest_at: datetime | None = no_instant()


@part
class AllowedInquiryMove:
    """Something that is done with inquiries, and whether you can do it with this one now."""

    move: InquiryMove = column("What is done.")
    allowed: bool = possible(InquiryObstacle, _stands)
    blockers: list[InquiryBlocker] = blockers(
        InquiryObstacle, _stands, {**MOVE_AND_STATE, "clause_id": lambda move: cast(move.clause_id, Uuid)}
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(INQUIRIES, move), "permitted": actor.may(permission)}
        for move, permission in DUTIES.items()
    ]


def _stands_for_requirements(move: Any, obstacle: RequirementsObstacle) -> Any:
    """Whether an obstacle stands in the way of a move with requirements; its inquiry has to go on, too."""
    match obstacle:
        case RequirementsObstacle.FORBIDDEN:
            return not_(move.permitted)
        case RequirementsObstacle.WRONG_STATE:
            return in_another_state(move)
        case RequirementsObstacle.INQUIRY_OVER:
            return and_(not_(in_another_state(move)), move.over)


def _requirements_refusal(code: str, move: str, state: str) -> Refusal:
    return needed.refusal(RequirementsObstacle(code), RequirementsMove(move), RequirementsState(state))


@part
class RequirementsBlocker:
    """Something that keeps you from a move."""

    code: RequirementsObstacle = column("A word for programs.")
    message: str = sentence(_requirements_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedRequirementsMove:
    """Something that is done with requirements, and whether you can do it with this version now."""

    move: RequirementsMove = column("What is done.")
    allowed: bool = possible(RequirementsObstacle, _stands_for_requirements)
    blockers: list[RequirementsBlocker] = blockers(RequirementsObstacle, _stands_for_requirements)


def _requirements_moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(REQUIREMENTS, move), "permitted": actor.may(permission)}
        for move, permission in needed.DUTIES.items()
    ]


@shows(models.InquiryNeed, visible=queries.visible_parts)
class InquiryNeed(Node):
    """What an interview, a questionnaire or a demonstration has shown."""

    inquiry: "Inquiry | None" = one("Of which inquiry.", "inquiry_id")
    method: NeedMethod = column("How it was found out.")
    held_on: date = column("On which day.")
    participants: str = column("Who was there, on both sides.")
    findings: str = column("What the customer needs by that.")
    recorded_at: datetime = column("When it was written down.")
    recorded_by: Member | None = one("Who has written it down; null for a program.", "recorded_by_id")


@shows(models.RequirementsDocument, visible=queries.visible_parts)
class RequirementsDocument(Node):
    """One version of what a customer needs. Of all versions for an inquiry one at most is not SUPERSEDED."""

    inquiry: "Inquiry | None" = one("For which inquiry.", "inquiry_id")
    version: int = column("Which version it is, from 1.")
    state: RequirementsState = column("How far it is.")
    title: str = column("What it is about.")
    content: str = column("What is required.")
    reason: str = column("Why there is this version; empty for the first.")
    drafted_at: datetime = column("When it was begun.")
    prepared_by: Member | None = one("Who has begun it; null for a program.", "prepared_by_id")
    contact: Contact | None = one("Who of the customer got the link to it; null before it is sent.", "contact_id")
    sent_at: datetime | None = column("When the link was sent; null before.")
    answered_at: datetime | None = column("When it was confirmed, or changes were asked for; null before.")
    by_link: bool = column("Whether it was answered by the link; else somebody recorded what the customer said.")
    confirmed_by: str = column("Who has answered for the customer; empty before.")
    confirmed_on: date | None = column("On which day it was confirmed; null before.")
    comment: str = column("What was said with it.")
    digest: str | None = column("The fingerprint of what was sent and confirmed (SHA-256); null before.")
    allowed_moves: list[AllowedRequirementsMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _requirements_moves,
        lambda *_: true(),
        most=len(RequirementsMove),
        carrying={"state": lambda row: row.state, "over": queries.is_over_for},
    )


@shows(models.Inquiry, visible=queries.visible)
class Inquiry(Node):
    """What a customer wants to know or have, before anything is offered."""

    number: str = column("Its number, such as INQ-000042.")
    state: InquiryState = column("How far it is.")
    customer: Customer | None = one("Who asks.", "customer_id")
    contact: Contact | None = one("The customer's person.", "contact_id")
    service_line: ServiceLine | None = one("What kind of service it is about.", "service_line_id")
    assignee: Staff | None = one("Who deals with it; the account owner unless somebody was told.", "assignee_id")
    title: str = column("What it is about.")
    content: str = column("What the customer said.")
    received_at: datetime = column("When it was registered.")
    due_at: datetime | None = column("Until when somebody gets in touch; null where no clause says.")
    overdue: bool = computed("Whether somebody should have been in touch by now.", queries.overdue)
    contacted_at: datetime | None = column("When presales was in touch first.")
    breached_at: datetime | None = column("When the time was up without a contact, if it was.")
    needs: str = column("What the customer needs, as far as it was found out.")
    need_records: list[InquiryNeed] = many(
        "What interviews, questionnaires and demonstrations have shown, in the order of days.",
        "inquiry_id",
        order=lambda there: (there.held_on, there.id),
        most=needed.MOST_NEEDS,
    )
    requirements: RequirementsDocument | None = one(
        "The version of the requirements that counts; null before there is one.",
        lambda here, there: and_(there.inquiry_id == here.id, there.state != RequirementsState.SUPERSEDED),
    )
    requirements_versions: list[RequirementsDocument] = many(
        "All versions of the requirements, the first one first.",
        "inquiry_id",
        order=lambda there: (there.version,),
        most=needed.MOST_VERSIONS,
    )
    needs_go: bool = column("Whether it is qualified only once it was decided to go, by the clause on evaluation.")
    evaluation: InquiryEvaluation | None = one(
        "The evaluation that counts; null before there is one.",
        lambda here, there: and_(there.inquiry_id == here.id, there.state != EvaluationState.SUPERSEDED),
    )
    evaluations: list[InquiryEvaluation] = many(
        "All evaluations, the first one first.",
        "inquiry_id",
        order=lambda there: (there.number,),
        most=MOST_EVALUATIONS,
    )
    evaluation_clause: Clause | None = one(
        "The clause on evaluation in force when it was registered; null where there was none.", "evaluation_clause_id"
    )
    solution: Solution | None = one(
        "The version of the solution that counts; null before there is one.",
        lambda here, there: and_(there.inquiry_id == here.id, there.state != SolutionState.SUPERSEDED),
    )
    reason: str = column("Why it was refused; empty otherwise.")
    closed_at: datetime | None = column("When it was qualified or refused.")
    clause: Clause | None = one("The clause that gives the time; null where there is none.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that clause stands in.", "version_id")
    decisions = decisions(SubjectKind.INQUIRY)
    allowed_moves: list[AllowedInquiryMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(InquiryMove),
        carrying={
            "state": lambda row: row.state,
            "waits_for_go": queries.waits_for_go,
            "stopped": queries.is_stopped,
            "clause_id": lambda row: row.evaluation_clause_id,
        },
    )


@strawberry.enum(description="How inquiries are ordered.")
class InquiryOrder(Enum):
    """Orders of inquiries."""

    NEWEST = "newest"
    OLDEST = "oldest"


INQUIRY_ORDERS = {
    InquiryOrder.NEWEST: Order(lambda row: row.id, descending=True),
    InquiryOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which inquiries to give.")
class InquiryFilter:
    """Conditions on inquiries."""

    number: TextFilter | None = filtered("By number.")
    state: WordFilter[InquiryState] | None = filtered("By how far they are.")
    customer_id: IdFilter | None = filtered("By customer.")
    assignee_id: IdFilter | None = filtered("By who deals with them.")
    due_at: InstantFilter | None = filtered("By until when somebody gets in touch.")
    overdue: bool | None = filtered("Those where somebody should have been in touch, or the others.", queries.overdue)
    and_: "list[InquiryFilter] | None" = combining("All of these hold.", "and")
    or_: "list[InquiryFilter] | None" = combining("One of these holds.", "or")
    not_: "InquiryFilter | None" = combining("This does not hold.", "not")
