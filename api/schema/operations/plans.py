"""Plans of work that comes round, as clients see them, and making them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import not_, true

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, listed, many, one, part, shows
from api.schema.catalogue.types import ServiceOffering
from api.schema.contracts.types import ContractObligation
from api.schema.customers.types import Customer
from api.schema.inputs import given, optional
from api.schema.moves import blockers, codes, in_another_state, no_clause, no_instant, possible, sentence, states_of
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.operations import commands, models
from domain.operations.queries import works as queries
from domain.operations.rules import plans as rules
from domain.operations.rules.plans import (
    PLANS,
    Check,
    CheckKind,
    PlanMove,
    PlanObstacle,
    PlanState,
    Rhythm,
    RhythmUnit,
    WorkKind,
)
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.work import Work

strawberry.enum(WorkKind, name="ScheduledWorkKind", description="What kind of work comes round.")
strawberry.enum(CheckKind, name="WorkCheckKind", description="What is written down where something is looked at.")
strawberry.enum(RhythmUnit, name="WorkRhythmUnit", description="In what the rhythm of work is counted.")
strawberry.enum(PlanState, name="WorkPlanState", description="Whether a plan brings work.")
strawberry.enum(PlanMove, name="WorkPlanMoveName", description="What is done with plans of work.")
codes(PlanObstacle, name="WorkPlanBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: PlanObstacle) -> Any:
    return not_(move.permitted) if obstacle is PlanObstacle.FORBIDDEN else in_another_state(move)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(PlanObstacle(code), PlanMove(move), PlanState(state))


@part
class WorkPlanBlocker:
    """Something that keeps you from a move."""

    code: PlanObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedWorkPlanMove:
    """Something that is done with plans of work, and whether you can do it with this one now."""

    move: PlanMove = column("What is done.")
    allowed: bool = possible(PlanObstacle, _stands)
    blockers: list[WorkPlanBlocker] = blockers(PlanObstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    permitted = actor.may(Permission.OPERATIONS_PLAN)
    return [{"move": move, "states": states_of(PLANS, move), "permitted": permitted} for move in PlanMove]


@shows(models.WorkPlanCheck, visible=queries.visible_plans)
class WorkPlanCheck(Node):
    """Something that a plan has looked at each time."""

    position: int = column("Its place, from 1.")
    label: str = column("What is looked at.")
    kind: CheckKind = column("What is written down.")
    minimum: str | None = column("The least that a number may be, as decimal text; below it deviates.")
    maximum: str | None = column("The most that a number may be, as decimal text; above it deviates.")
    unit: str = column("In what a number is measured; may be empty.")
    required: bool = column("Whether the work is done only when this was looked at.")


@shows(models.WorkPlan, visible=queries.visible_plans)
class WorkPlan(Node):
    """Work that comes round: an inspection, a security scan, a drill or a performance review. Each of its days brings
    one `ScheduledWork`; which days those are at the edges of holidays, the clause `scheduled_work` says."""

    number: str = column("Its number, such as PLN-000042.")
    kind: WorkKind = column("What kind of work it is.")
    title: str = column("What is done.")
    instructions: str = column("How; may be empty.")
    state: PlanState = column("Whether it brings work.")
    customer: Customer | None = one("For whom it is done; null for the company itself.", "customer_id")
    offering: ServiceOffering | None = one(
        "What the customer has asked for, if that is in the catalogue.", "offering_id"
    )
    department: Department | None = one("Who is responsible.", "department_id")
    assignee: Staff | None = one("Who does it; null for whoever of the department begins with it.", "assignee_id")
    obligation: ContractObligation | None = one(
        "What is owed by a contract where it is done for that; null where you may not see it.", "obligation_id"
    )
    inspection: str = column(
        "The code of the handbook's clause `inspection_schedule` by which it was made; empty for others."
    )
    rhythm_unit: RhythmUnit = column("In what its rhythm is counted.")
    every: int = column("It comes round every so many of these.")
    counted_from_on: date = column("From which day on that is counted.")
    next_on: date | None = column("The next of its days that has brought no work yet; null while it brings none.")
    opens_on: date | None = column("When that brings work.")
    lead_days: int = column("How many days before it is due work is opened.")
    last_on: date | None = column("After which day it brings no more; null is for ever.")
    checks: list[WorkPlanCheck] = many(
        "What is looked at each time, in order.",
        "plan_id",
        order=lambda there: (there.position,),
        most=rules.MOST_CHECKS,
    )
    decisions = decisions(SubjectKind.WORK_PLAN)
    allowed_moves: list[AllowedWorkPlanMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(PlanMove),
        carrying={"state": lambda plan: plan.state},
    )


@strawberry.enum(description="How plans of work are ordered.")
class WorkPlanOrder(Enum):
    """Orders of plans."""

    NEWEST = "newest"
    NUMBER = "number"


WORK_PLAN_ORDERS = {
    WorkPlanOrder.NEWEST: Order(lambda row: row.id, descending=True),
    WorkPlanOrder.NUMBER: Order(lambda row: row.number),
}


@strawberry.input(description="Which plans of work to give.")
class WorkPlanFilter:
    """Conditions on plans."""

    number: TextFilter | None = filtered("By number.")
    kind: WordFilter[WorkKind] | None = filtered("By what kind of work it is.")
    state: WordFilter[PlanState] | None = filtered("By whether they bring work.")
    customer_id: IdFilter | None = filtered("By customer; isNull: true gives those for the company itself.")
    department_id: IdFilter | None = filtered("By the responsible department.")
    assignee_id: IdFilter | None = filtered("By who does it.")
    obligation_id: IdFilter | None = filtered("By what is owed by a contract.")
    next_on: DayFilter | None = filtered("By their next day.")
    and_: "list[WorkPlanFilter] | None" = combining("All of these hold.", "and")
    or_: "list[WorkPlanFilter] | None" = combining("One of these holds.", "or")
    not_: "WorkPlanFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="Something that is looked at each time.")
class WorkCheckInput:
    """Something that is looked at each time."""

    label: str = given("What is looked at; at most 200 characters.")
    kind: CheckKind = given("What is written down.")
    minimum: str | None = optional("The least that a number may be, as decimal text.")
    maximum: str | None = optional("The most that a number may be, as decimal text.")
    unit: str = optional("In what a number is measured; at most 20 characters.", default="")
    required: bool = optional("Whether the work is done only when this was looked at.", default=True)


@strawberry.input(description="How often work comes round.")
class WorkRhythmInput:
    """How often work comes round."""

    unit: RhythmUnit = given("In what it is counted.")
    every: int = given("It comes round every so many of these, 1 to 366.")
    first_on: date = given(
        "The first day, today or later; months keep its day, or else their last. Where it falls on a day on which "
        "nobody works, the clause `scheduled_work` moves it."
    )


@strawberry.input(description="What a plan of work says.")
class WorkPlanContentInput:
    """What a plan of work says."""

    title: str = given("What is done; at most 200 characters. Empty takes the name of the named inspection.")
    instructions: str = optional("How; at most 20,000 characters.", default="")
    department_id: UUID | None = optional(
        "Who is responsible; unless named, the department of who does it or of the offering."
    )
    assignee_id: UUID | None = optional("Who does it; unless named, whoever of the department begins with it.")
    offering_id: UUID | None = optional("What of the catalogue it is; clauses for its service line hold.")
    obligation_id: UUID | None = optional("What is owed by a contract with this customer, where it is done for that.")
    lead_days: int = optional("How many days before it is due work is opened, 0 to 366.", default=7)
    last_on: date | None = optional("After which day it brings no more; none is for ever.")
    checks: list[WorkCheckInput] | None = optional("What is looked at each time, in order; at most 100.")


@strawberry.input(description="Work that is to come round.")
class CreateWorkPlanInput:
    """Work that is to come round."""

    kind: WorkKind = given("What kind of work it is.")
    content: WorkPlanContentInput = given("What the plan says.")
    customer_id: UUID | None = optional("For whom it is done; none is for the company itself.")
    rhythm: WorkRhythmInput | None = optional("How often it comes round; needed unless an inspection is named.")
    inspection: str | None = optional(
        "The code of an inspection that the handbook lays down (`inspection_schedule`): its rhythm, and its checklist "
        "where you give none."
    )


@strawberry.input(description="What a plan of work says from now on.")
class ChangeWorkPlanInput:
    """What a plan of work says from now on."""

    plan_id: UUID = given("A plan that has not ended.")
    content: WorkPlanContentInput = given("All that it says; what is left out it says no more.")
    rhythm: WorkRhythmInput | None = optional("Another rhythm; unless told it keeps its own.")


@strawberry.input(description="A plan of work.")
class WorkPlanInput:
    """A plan of work."""

    plan_id: UUID = given("The plan.")


def _content(input: WorkPlanContentInput) -> commands.Content:
    checks = [
        Check(each.label, each.kind, each.minimum, each.maximum, each.unit, each.required)
        for each in input.checks or ()
    ]
    return commands.Content(
        title=input.title,
        instructions=input.instructions,
        department_id=input.department_id,
        assignee_id=input.assignee_id,
        offering_id=input.offering_id,
        obligation_id=input.obligation_id,
        lead_days=input.lead_days,
        last_on=input.last_on,
        checks=checks,
    )


def _rhythm(input: WorkRhythmInput | None) -> Rhythm | None:
    return None if input is None else Rhythm(input.unit, input.every, input.first_on)


async def create_work_plan(work: Work, input: CreateWorkPlanInput) -> models.WorkPlan:
    """Plan work that comes round, such as a quarterly inspection of a customer's systems; what is due soon is opened at
    once, the rest each night. Needs `operations.plan`, as all that is done with plans."""
    return await commands.create_plan(
        work,
        kind=input.kind,
        content=_content(input.content),
        customer_id=input.customer_id,
        rhythm=_rhythm(input.rhythm),
        inspection=input.inspection,
    )


async def change_work_plan(work: Work, input: ChangeWorkPlanInput) -> models.WorkPlan:
    """Let a plan say something else; the work that it has brought stays as it is."""
    return await commands.change_plan(
        work, plan_id=input.plan_id, content=_content(input.content), rhythm=_rhythm(input.rhythm)
    )


async def pause_work_plan(work: Work, input: WorkPlanInput) -> models.WorkPlan:
    """Let a plan bring nothing until resumeWorkPlan."""
    return await commands.pause_plan(work, plan_id=input.plan_id)


async def resume_work_plan(work: Work, input: WorkPlanInput) -> models.WorkPlan:
    """Let a paused plan go on from today; the days that have passed meanwhile bring nothing."""
    return await commands.resume_plan(work, plan_id=input.plan_id)


async def end_work_plan(work: Work, input: WorkPlanInput) -> models.WorkPlan:
    """Let a plan bring nothing any more; what it has brought stays."""
    return await commands.end_plan(work, plan_id=input.plan_id)
