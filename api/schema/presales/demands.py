"""Technology demands as clients see them, and what is done with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, not_, true

from api.reading.asking import asked
from api.reading.filters import IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, listed, many, one, part, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.inputs import given, optional
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
from api.schema.organisation.types import Department
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from api.schema.presales.inquiries import Inquiry
from domain.kernel.subjects import SubjectKind
from domain.presales import commands, models
from domain.presales.queries import demands as queries
from domain.presales.queries.submitting import demands_for_people
from domain.presales.rules import demands as rules
from domain.presales.rules.demands import DEMANDS, DUTIES, DemandMove, DemandObstacle, DemandState, Task
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.work import Work

strawberry.enum(DemandState, name="TechnologyDemandState", description="How far a technology demand is.")
strawberry.enum(DemandMove, name="TechnologyDemandMoveName", description="What is done with technology demands.")
codes(
    DemandObstacle,
    name="TechnologyDemandBlockerCode",
    description="Why something is not possible for you now.",
)


_FOR_PEOPLE = asked("demands_for_people", demands_for_people)


def _stands(move: Any, obstacle: DemandObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    match obstacle:
        case DemandObstacle.FORBIDDEN:
            return not_(move.permitted)
        case DemandObstacle.WRONG_STATE:
            return in_another_state(move)
        case DemandObstacle.PEOPLE_ONLY:
            return only_people(move, DemandMove.SUBMIT)
        case DemandObstacle.NO_PARTS:
            return and_(move.move == DemandMove.HAND_ON.value, not_(in_another_state(move)), move.no_parts)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(DemandObstacle(code), DemandMove(move), DemandState(state))


@part
class TechnologyDemandBlocker:
    """Something that keeps you from a move."""

    code: DemandObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = chain_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedTechnologyDemandMove:
    """Something that is done with technology demands, and whether you can do it with this one now."""

    move: DemandMove = column("What is done.")
    allowed: bool = possible(DemandObstacle, _stands)
    blockers: list[TechnologyDemandBlocker] = blockers(DemandObstacle, _stands, MOVE_AND_CHAIN)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(DEMANDS, move), "permitted": actor.may(permission)}
        for move, permission in DUTIES.items()
    ]


@shows(models.TechnologyDemandPart, visible=queries.visible_parts)
class TechnologyDemandPart(Node):
    """One part of what is demanded."""

    position: int = column("Its place, from 1.")
    title: str = column("What is to be done.")
    effort_days: int = column("How many person-days it takes.")


@shows(models.TechnologyDemand, visible=queries.visible)
class TechnologyDemand(Node):
    """Technology that is asked for and not there yet."""

    number: str = column("Its number, such as TEC-000042.")
    state: DemandState = column("How far it is; ACCEPTED is what is to become a project.")
    inquiry: Inquiry | None = one("The inquiry it comes of, if you may see it.", "inquiry_id")
    department: Department | None = one("The department of who raised it; its head may have to agree.", "department_id")
    title: str = column("What it is about.")
    content: str = column("What is asked for.")
    raised_at: datetime = column("When it was raised.")
    raised_by: Member | None = one("Who has raised it; null for a program.", "raised_by_id")
    assessment: str = column("What it would take and what it is good for; empty before it is evaluated.")
    effort_days: int = column("How many person-days it takes by that.")
    parts: list[TechnologyDemandPart] = many(
        "Of which parts it consists.", "demand_id", order=lambda there: (there.position,), most=rules.MOST_PARTS
    )
    approval: Approval | None = one("The last approval it was submitted to; null where none is needed.", "approval_id")
    reason: str = column("Why it was refused by hand; where the chain has refused it, `approval` says why.")
    project: str = column("Which project it became; empty before it is handed on.")
    closed_at: datetime | None = column("When it was handed on or refused.")
    decisions = decisions(SubjectKind.DEMAND)
    allowed_moves: list[AllowedTechnologyDemandMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(DemandMove),
        carrying={
            "state": lambda row: row.state,
            "chain_id": chain_among(_FOR_PEOPLE),
            "no_parts": queries.has_no_parts,
        },
    )


@strawberry.enum(description="How technology demands are ordered.")
class TechnologyDemandOrder(Enum):
    """Orders of demands."""

    NEWEST = "newest"
    OLDEST = "oldest"


TECHNOLOGY_DEMAND_ORDERS = {
    TechnologyDemandOrder.NEWEST: Order(lambda row: row.id, descending=True),
    TechnologyDemandOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which technology demands to give.")
class TechnologyDemandFilter:
    """Conditions on demands."""

    number: TextFilter | None = filtered("By number.")
    state: WordFilter[DemandState] | None = filtered("By how far they are.")
    inquiry_id: IdFilter | None = filtered("By the inquiry they come of.")
    department_id: IdFilter | None = filtered("By the department of who raised them.")
    and_: "list[TechnologyDemandFilter] | None" = combining("All of these hold.", "and")
    or_: "list[TechnologyDemandFilter] | None" = combining("One of these holds.", "or")
    not_: "TechnologyDemandFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="Technology that is asked for.")
class RaiseTechnologyDemandInput:
    """Technology that is asked for."""

    title: str = given("What it is about; at most 200 characters.")
    content: str = given("What is asked for.")
    inquiry_id: UUID | None = optional("The inquiry it comes of.")


async def raise_technology_demand(work: Work, input: RaiseTechnologyDemandInput) -> models.TechnologyDemand:
    """Write down what technology is asked for and not there yet. Needs `presales.quote`, as all that is done with
    demands. Then evaluateTechnologyDemand, breakDownTechnologyDemand and submitTechnologyDemand."""
    return await commands.raise_demand(work, title=input.title, content=input.content, inquiry_id=input.inquiry_id)


@strawberry.input(description="What a demand would take.")
class EvaluateTechnologyDemandInput:
    """What a demand would take."""

    demand_id: UUID = given("A demand that is raised or evaluated.")
    assessment: str = given("What it would take and what it is good for.")
    effort_days: int = given("How many person-days it takes.")


async def evaluate_technology_demand(work: Work, input: EvaluateTechnologyDemandInput) -> models.TechnologyDemand:
    """Say what a demand would take; said again, it replaces what was said."""
    return await commands.evaluate_demand(
        work, demand_id=input.demand_id, assessment=input.assessment, effort_days=input.effort_days
    )


@strawberry.input(description="One part of a demand.")
class TechnologyDemandPartInput:
    """One part of a demand."""

    title: str = given("What is to be done; at most 200 characters.")
    effort_days: int = given("How many person-days it takes.")


@strawberry.input(description="Of which parts a demand consists.")
class BreakDownTechnologyDemandInput:
    """Of which parts a demand consists."""

    demand_id: UUID = given("A demand that is evaluated or accepted.")
    parts: list[TechnologyDemandPartInput] = given("All of its parts, 1 to 100; they replace those that it had.")


async def break_down_technology_demand(work: Work, input: BreakDownTechnologyDemandInput) -> models.TechnologyDemand:
    """Say of which parts a demand consists."""
    parts = [Task(each.title, each.effort_days) for each in input.parts]
    return await commands.break_down_demand(work, demand_id=input.demand_id, parts=parts)


@strawberry.input(description="A demand to be reviewed.")
class SubmitTechnologyDemandInput:
    """A demand to be reviewed."""

    demand_id: UUID = given("A demand that is evaluated.")


async def submit_technology_demand(work: Work, input: SubmitTechnologyDemandInput) -> models.TechnologyDemand:
    """Have a demand reviewed by the approval chain for `technology_demands`; where the handbook has none it is ACCEPTED
    at once."""
    return await commands.submit_demand(work, demand_id=input.demand_id)


@strawberry.input(description="A demand that will not be done.")
class RefuseTechnologyDemandInput:
    """A demand that will not be done."""

    demand_id: UUID = given("A demand that is neither handed on nor refused.")
    reason: str = given("Why.")


async def refuse_technology_demand(work: Work, input: RefuseTechnologyDemandInput) -> models.TechnologyDemand:
    """Say that a demand will not be done, and why; what waits for approval is void."""
    return await commands.refuse_demand(work, demand_id=input.demand_id, reason=input.reason)


@strawberry.input(description="A demand that became a project.")
class HandOnTechnologyDemandInput:
    """A demand that became a project."""

    demand_id: UUID = given("An accepted demand that is broken down.")
    project: str = given("Which project; at most 200 characters.")


async def hand_on_technology_demand(work: Work, input: HandOnTechnologyDemandInput) -> models.TechnologyDemand:
    """Say which project an accepted demand became. The error NO_PARTS says that it is not broken down."""
    return await commands.hand_on_demand(work, demand_id=input.demand_id, project=input.project)
