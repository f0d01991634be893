"""Return visits as clients see them, and what can be done with one: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import and_, false, func, not_, true

from api.reading.filters import DayFilter, IdFilter, InstantFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, listed, one, part, shows
from api.schema.customers.types import Contact, Customer
from api.schema.feedback.complaints import Complaint
from api.schema.moves import blockers, codes, in_another_state, no_clause, no_instant, possible, sentence, states_of
from api.schema.organisation.types import Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.types import ServiceRequest
from domain.feedback import models
from domain.feedback.queries import visits as queries
from domain.feedback.rules import visits as rules
from domain.feedback.rules.visits import VISITS, VisitMove, VisitObstacle, VisitState
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import VisitAfter, VisitChannel
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(VisitState, name="ReturnVisitState", description="How far a return visit is.")
strawberry.enum(VisitAfter, name="ReturnVisitAfter", description="What a return visit follows.")
strawberry.enum(VisitChannel, name="ReturnVisitChannel", description="How a return visit is made.")
strawberry.enum(VisitMove, name="ReturnVisitMoveName", description="What can be done with a return visit.")
codes(VisitObstacle, name="ReturnVisitBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: VisitObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    match obstacle:
        case VisitObstacle.FORBIDDEN:
            return not_(move.permitted)
        case VisitObstacle.NOT_YOURS:
            return and_(move.permitted, not_(move.manages), not_(move.mine))
        case VisitObstacle.WRONG_STATE:
            return in_another_state(move)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(VisitObstacle(code), VisitMove(move), VisitState(state))


@part
class ReturnVisitBlocker:
    """Something that keeps you from a move."""

    code: VisitObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class ReturnVisitMove:
    """Something that is done with return visits, and whether you can do it with this one now."""

    move: VisitMove = column("What is done.")
    allowed: bool = possible(VisitObstacle, _stands)
    blockers: list[ReturnVisitBlocker] = blockers(VisitObstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    manages = actor.may(Permission.FEEDBACK_MANAGE)
    return [
        {
            "move": move,
            "states": states_of(VISITS, move),
            "permitted": manages or actor.may(rules.permission_of(move)),
            "manages": manages,
        }
        for move in VisitMove
    ]


@shows(models.ReturnVisit, visible=queries.visible)
class ReturnVisit(Node):
    """A customer is visited or called again after a request or a complaint, by the clause `return_visits`."""

    state: VisitState = column("How far it is.")
    after: VisitAfter = column("What it follows.")
    step: int = column("The n-th of the clause's days, from 1.")
    channel: VisitChannel = column("How it is made.")
    planned_on: date = column("The day on which it is to be made.")
    due_at: datetime = column("From when on it is overdue.")
    overdue: bool = computed("Whether it should have been made by now.", queries.overdue)
    customer: Customer | None = one("Who is visited.", "customer_id")
    contact: Contact | None = one("The customer's person.", "contact_id")
    request: ServiceRequest | None = one("The request it follows; null where you may not see it.", "request_id")
    complaint: Complaint | None = one("The complaint it follows; null where you may not see it.", "complaint_id")
    assignee: Staff | None = one("Who makes it: the account owner, or else the department's head.", "assignee_id")
    findings: str = column("What was found; empty before it is reported.")
    satisfied: bool | None = column("Whether the customer was satisfied; null where that was not said.")
    finding_request: ServiceRequest | None = one("The request that the findings became.", "finding_request_id")
    closed_at: datetime | None = column("When it was reported or cancelled.")
    reason: str = column("Why it was cancelled; empty otherwise, also where what it follows was reopened.")
    clause: Clause | None = one("The clause by which it was planned.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that its clause stands in.", "version_id")
    decisions = decisions(SubjectKind.VISIT)
    allowed_moves: list[ReturnVisitMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(VisitMove),
        carrying={
            "state": lambda visit: visit.state,
            "mine": lambda visit: func.coalesce(queries.assigned_to_me(visit), false()),
        },
    )


@strawberry.enum(description="How return visits are ordered.")
class ReturnVisitOrder(Enum):
    """Orders of visits."""

    DUE = "due"
    NEWEST = "newest"


RETURN_VISIT_ORDERS = {
    ReturnVisitOrder.DUE: Order(lambda row: row.due_at),
    ReturnVisitOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which return visits to give.")
class ReturnVisitFilter:
    """Conditions on visits."""

    state: WordFilter[VisitState] | None = filtered("By how far they are.")
    after: WordFilter[VisitAfter] | None = filtered("By what they follow.")
    planned_on: DayFilter | None = filtered("By their day.")
    due_at: InstantFilter | None = filtered("By when they are overdue.")
    overdue: bool | None = filtered("Whether they should have been made by now.", queries.overdue)
    customer_id: IdFilter | None = filtered("By customer.")
    request_id: IdFilter | None = filtered("By the request they follow.")
    complaint_id: IdFilter | None = filtered("By the complaint they follow.")
    assignee_id: IdFilter | None = filtered("By who makes them.")
    assigned_to_me: bool | None = filtered("Whether you make them.", queries.assigned_to_me)
    and_: "list[ReturnVisitFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ReturnVisitFilter] | None" = combining("One of these holds.", "or")
    not_: "ReturnVisitFilter | None" = combining("This does not hold.", "not")
