"""Planned work as clients see it, and doing it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, not_, true

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, listed, many, one, part, rendered, shows
from api.schema.access.types import Member
from api.schema.customers.types import Customer
from api.schema.files.types import Attachment, File, attached
from api.schema.inputs import given, optional
from api.schema.moves import (
    MOVE_AND_STATE,
    blockers,
    codes,
    in_another_state,
    no_clause,
    no_instant,
    possible,
    states_of,
    unless_suspended,
)
from api.schema.operations.plans import WorkPlan
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.types import ServiceRequest
from api.schema.terms import Impact, Urgency
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.operations import commands, models
from domain.operations.queries import works as queries
from domain.operations.rules import works as rules
from domain.operations.rules.plans import MOST_CHECKS, CheckKind, WorkKind
from domain.operations.rules.works import BY_HAND, WORKS, Answer, WorkMove, WorkObstacle, WorkState
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.work import Work

strawberry.enum(WorkState, name="ScheduledWorkState", description="How far planned work is.")
strawberry.enum(WorkMove, name="ScheduledWorkMoveName", description="What is done with planned work.")
codes(WorkObstacle, name="ScheduledWorkBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: WorkObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    match obstacle:
        case WorkObstacle.FORBIDDEN:
            return not_(move.permitted)
        case WorkObstacle.NOT_YOURS:
            return and_(move.permitted, not_(move.plans), not_(move.mine))
        case WorkObstacle.WRONG_STATE:
            return in_another_state(move)
        case WorkObstacle.CHECKS_OPEN:
            return and_(move.move == WorkMove.FINISH.value, not_(in_another_state(move)), move.checks_open)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    code, move, state = WorkObstacle(values["code"]), WorkMove(values["move"]), WorkState(values["state"])
    found = rules.refusal(code, move, state, (values["open_checks"] or "").splitlines())
    return translate(found.text, actor.language, found.values)


_CARRIED: Mapping[str, Any] = {**MOVE_AND_STATE, "open_checks": lambda row: row.open_checks}


@part
class ScheduledWorkBlocker:
    """Something that keeps you from a move."""

    code: WorkObstacle = column("A word for programs.")
    message: str = rendered(
        "A sentence for people, in your language; CHECKS_OPEN names the first of the checks.",
        unless_suspended(_sentence),
        code=lambda blocker: blocker.code,
        **_CARRIED,
    )
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedScheduledWorkMove:
    """Something that is done with planned work, and whether you can do it with this now."""

    move: WorkMove = column("What is done.")
    allowed: bool = possible(WorkObstacle, _stands)
    blockers: list[ScheduledWorkBlocker] = blockers(WorkObstacle, _stands, _CARRIED)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    plans = actor.may(Permission.OPERATIONS_PLAN)
    return [
        {
            "move": move,
            "states": states_of(WORKS, move),
            "permitted": plans or actor.may(rules.permission_of(move)),
            "plans": plans,
        }
        for move in BY_HAND
    ]


@shows(models.WorkCheck, visible=queries.visible_work_parts)
class WorkCheck(Node):
    """Something that is looked at, and what was found there: one of `text`, `number`, `yes` and `file`."""

    position: int = column("Its place, from 1.")
    label: str = column("What is looked at.")
    kind: CheckKind = column("What is written down.")
    minimum: str | None = column("The least that a number may be, as decimal text.")
    maximum: str | None = column("The most that a number may be, as decimal text.")
    unit: str = column("In what a number is measured; may be empty.")
    required: bool = column("Whether the work is done only when this was looked at.")
    text: str | None = column("What was found, of the kind TEXT.")
    number: str | None = column("What was measured, as decimal text, of the kind NUMBER.")
    yes: bool | None = column("Whether it is as it should be, of the kind YES_NO.")
    file: File | None = one("The photograph or file, of the kind FILE; it is among the work's attachments.", "file_id")
    deviates: bool | None = column("Whether a number is beyond its limits, or the answer is no; null where untold.")
    checked_at: datetime | None = column("When it was looked at last; null before that.")
    checked_by: Member | None = one("Who did; null for a program.", "checked_by_id")


@shows(models.WorkFinding, visible=queries.visible_findings)
class WorkFinding(Node):
    """Something that planned work has brought to light: noted, or become a request or an improvement."""

    text: str = column("What was found.")
    found_at: datetime = column("When.")
    found_by: Member | None = one("Who has noted it; null for a program.", "found_by_id")
    work: "ScheduledWork | None" = one("The work that has shown it.", "work_id")
    check: WorkCheck | None = one("Where on its checklist; null where that was not said.", "check_id")
    request: ServiceRequest | None = one("The request that it became, if you may see it.", "request_id")
    improvement: str = column("What is to be improved; empty where nothing is.")
    responsible: Staff | None = one("Who improves it.", "responsible_id")
    improve_by_on: date | None = column("By which day.")
    result: str = column("What came of that; empty before it is closed.")
    closed_at: datetime | None = column("When the improvement was closed.")


@shows(models.ScheduledWork, visible=queries.visible_works)
class ScheduledWork(Node):
    """Work that a plan has brought for one of its days."""

    number: str = column("Its number, such as WRK-000042.")
    kind: WorkKind = column("What kind of work it is.")
    title: str = column("What is done, as the plan said when it brought it.")
    instructions: str = column("How; may be empty.")
    state: WorkState = column("How far it is; MISSED is what nobody had begun when the clause gave it up.")
    plan: WorkPlan | None = one("The plan that has brought it.", "plan_id")
    customer: Customer | None = one("For whom it is done; null for the company itself.", "customer_id")
    department: Department | None = one("Who is responsible.", "department_id")
    assignee: Staff | None = one("Who does it; null until somebody of the department begins with it.", "assignee_id")
    planned_on: date = column("The day of the plan.")
    due_on: date = column("The day by which it is due: moved off days on which nobody works, or by hand.")
    due_at: datetime = column("From when on it is overdue: the end of that day.")
    overdue: bool = computed("Whether it should have been done by now.", queries.overdue)
    in_time: bool = computed("Whether it was done by its day.", queries.in_time)
    opened_at: datetime = column("When the plan has brought it.")
    reminded_at: datetime | None = column("When somebody was reminded of it.")
    levels: int = column("How many superiors were told that it is overdue.")
    started_at: datetime | None = column("When somebody began with it.")
    closed_at: datetime | None = column("When it was done, missed or cancelled.")
    report: str = column("What whoever did it says of the whole.")
    reason: str = column("Why it was postponed last, or cancelled.")
    checks: list[WorkCheck] = many(
        "What is looked at, in order, and what was found there.",
        "work_id",
        order=lambda there: (there.position,),
        most=MOST_CHECKS,
    )
    findings: list[WorkFinding] = many(
        "What it has brought to light, oldest first.", "work_id", most=rules.MOST_FINDINGS
    )
    attachments: list[Attachment] = attached(SubjectKind.SCHEDULED_WORK)
    clause: Clause | None = one("The clause that keeps it to its day; null where the handbook is silent.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that its clauses stand in.", "version_id")
    decisions = decisions(SubjectKind.SCHEDULED_WORK)
    allowed_moves: list[AllowedScheduledWorkMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(BY_HAND),
        carrying={
            "state": lambda row: row.state,
            "mine": queries.mine_to_do,
            "checks_open": queries.has_open_checks,
            "open_checks": queries.labels_of_open_checks,
        },
    )


@strawberry.enum(description="How planned work is ordered.")
class ScheduledWorkOrder(Enum):
    """Orders of planned work."""

    DUE = "due"
    NEWEST = "newest"


SCHEDULED_WORK_ORDERS = {
    ScheduledWorkOrder.DUE: Order(lambda row: row.due_on),
    ScheduledWorkOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which planned work to give.")
class ScheduledWorkFilter:
    """Conditions on planned work."""

    number: TextFilter | None = filtered("By number.")
    kind: WordFilter[WorkKind] | None = filtered("By what kind of work it is.")
    state: WordFilter[WorkState] | None = filtered("By how far it is.")
    plan_id: IdFilter | None = filtered("By the plan that has brought it.")
    customer_id: IdFilter | None = filtered("By customer; isNull: true gives that for the company itself.")
    department_id: IdFilter | None = filtered("By the responsible department.")
    assignee_id: IdFilter | None = filtered("By who does it.")
    assigned_to_me: bool | None = filtered("Whether you do it.", queries.assigned_to_me)
    due_on: DayFilter | None = filtered("By the day by which it is due.")
    overdue: bool | None = filtered("Whether it should have been done by now.", queries.overdue)
    and_: "list[ScheduledWorkFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ScheduledWorkFilter] | None" = combining("One of these holds.", "or")
    not_: "ScheduledWorkFilter | None" = combining("This does not hold.", "not")


@strawberry.enum(description="How findings of planned work are ordered.")
class WorkFindingOrder(Enum):
    """Orders of findings."""

    NEWEST = "newest"


WORK_FINDING_ORDERS = {WorkFindingOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which findings of planned work to give.")
class WorkFindingFilter:
    """Conditions on findings."""

    work_id: IdFilter | None = filtered("By the work that has shown them.")
    request_id: IdFilter | None = filtered("By the request that they became.")
    responsible_id: IdFilter | None = filtered("By who is to improve it.")
    improvement_open: bool | None = filtered("Whether somebody is still to improve it.", queries.improvement_open)
    and_: "list[WorkFindingFilter] | None" = combining("All of these hold.", "and")
    or_: "list[WorkFindingFilter] | None" = combining("One of these holds.", "or")
    not_: "WorkFindingFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="Who is to do planned work.")
class AssignScheduledWorkInput:
    """Who is to do planned work."""

    work_id: UUID = given("Work that is planned or in progress.")
    assignee_id: UUID = given("Who of the staff does it.")


async def assign_scheduled_work(work: Work, input: AssignScheduledWorkInput) -> models.ScheduledWork:
    """Let somebody else do planned work. Needs `operations.plan`."""
    return await commands.assign_work(work, work_id=input.work_id, assignee_id=input.assignee_id)


@strawberry.input(description="Another day for planned work.")
class PostponeScheduledWorkInput:
    """Another day for planned work."""

    work_id: UUID = given("Work that nobody has begun.")
    due_on: date = given("The day by which it is due, today or later, at most 1,095 days ahead; it is not moved again.")
    reason: str = given("Why, in a line of at most 500 characters.")


async def postpone_scheduled_work(work: Work, input: PostponeScheduledWorkInput) -> models.ScheduledWork:
    """Let planned work be due on another day; the plan keeps its days. Needs `operations.plan`."""
    return await commands.postpone_work(work, work_id=input.work_id, due_on=input.due_on, reason=input.reason)


@strawberry.input(description="Planned work that is begun.")
class StartScheduledWorkInput:
    """Planned work that is begun."""

    work_id: UUID = given("Work that nobody has begun.")


async def start_scheduled_work(work: Work, input: StartScheduledWorkInput) -> models.ScheduledWork:
    """Begin with planned work; with what nobody was to do, you become who does it. For who is to do it with
    `requests.work`, or with `operations.plan`; so are recordWorkChecks, addWorkFinding and finishScheduledWork."""
    return await commands.start_work(work, work_id=input.work_id)


@strawberry.input(
    description="What was found where something is looked at: the one of the four that its kind asks for."
)
class WorkAnswerInput:
    """What was found where something is looked at."""

    check_id: UUID = given("Where on the checklist.")
    text: str | None = optional("Of the kind TEXT; at most 2,000 characters.")
    number: str | None = optional("Of the kind NUMBER, as decimal text.")
    yes: bool | None = optional("Of the kind YES_NO: whether it is as it should be.")
    file_id: UUID | None = optional("Of the kind FILE: a file of yours from `POST /files`; it is attached to the work.")


@strawberry.input(description="What was found on a checklist.")
class RecordWorkChecksInput:
    """What was found on a checklist."""

    work_id: UUID = given("Work that is in progress.")
    answers: list[WorkAnswerInput] = given("What was found; answered again, the last answer counts.")


async def record_work_checks(work: Work, input: RecordWorkChecksInput) -> models.ScheduledWork:
    """Write down what was found where something is looked at; all of it is kept, or on an error nothing."""
    answers = [Answer(each.check_id, each.text, each.number, each.yes, each.file_id) for each in input.answers]
    return await commands.record_checks(work, work_id=input.work_id, answers=answers)


@strawberry.input(description="Something that planned work has brought to light.")
class AddWorkFindingInput:
    """Something that planned work has brought to light."""

    work_id: UUID = given("Work that is in progress.")
    text: str = given("What was found; at most 2,000 characters.")
    check_id: UUID | None = optional("Where on its checklist.")
    request_title: str | None = optional("With a title it becomes a new request; that needs `requests.submit`.")
    customer_id: UUID | None = optional("Whose request; unless named, the customer for whom the work is done.")
    impact: Impact = optional("Of that request: how much of the customer's work stands still.", default=Impact.MEDIUM)
    urgency: Urgency = optional("Of that request: how soon it hurts.", default=Urgency.MEDIUM)
    improvement: str | None = optional("What is to be improved, in a line of at most 500 characters.")
    responsible_id: UUID | None = optional("Who of the staff improves it; needed with an improvement.")
    improve_by_on: date | None = optional("By which day; needed with an improvement.")


async def add_work_finding(work: Work, input: AddWorkFindingInput) -> models.WorkFinding:
    """Note what planned work has brought to light; it can become a request, and an improvement that somebody makes by a
    day. The findings behind a request: `workFindings(filter: {requestId: …})`."""
    return await commands.add_finding(
        work,
        work_id=input.work_id,
        text=input.text,
        check_id=input.check_id,
        request_title=input.request_title,
        customer_id=input.customer_id,
        impact=input.impact,
        urgency=input.urgency,
        improvement=input.improvement,
        responsible_id=input.responsible_id,
        improve_by_on=input.improve_by_on,
    )


@strawberry.input(description="What came of an improvement.")
class CloseWorkImprovementInput:
    """What came of an improvement."""

    finding_id: UUID = given("A finding whose improvement is open.")
    result: str = given("What came of it; at most 2,000 characters.")


async def close_work_improvement(work: Work, input: CloseWorkImprovementInput) -> models.WorkFinding:
    """Say what came of an improvement. For who was to make it, or with `operations.plan`."""
    return await commands.close_improvement(work, finding_id=input.finding_id, result=input.result)


@strawberry.input(description="Planned work that is done.")
class FinishScheduledWorkInput:
    """Planned work that is done."""

    work_id: UUID = given("Work that is in progress, with all required checks.")
    report: str = optional("What there is to say of the whole; at most 20,000 characters.", default="")


async def finish_scheduled_work(work: Work, input: FinishScheduledWorkInput) -> models.ScheduledWork:
    """Say that planned work is done. The error CHECKS_OPEN names what has to be looked at and was not."""
    return await commands.finish_work(work, work_id=input.work_id, report=input.report)


@strawberry.input(description="Planned work that is not done.")
class CancelScheduledWorkInput:
    """Planned work that is not done."""

    work_id: UUID = given("Work that is planned or in progress.")
    reason: str = given("Why not, in a line of at most 500 characters.")


async def cancel_scheduled_work(work: Work, input: CancelScheduledWorkInput) -> models.ScheduledWork:
    """Say why planned work is not done; the plan goes on. Needs `operations.plan`."""
    return await commands.cancel_work(work, work_id=input.work_id, reason=input.reason)
