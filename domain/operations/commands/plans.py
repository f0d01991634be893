"""Plans of work: made, changed, paused and ended; what they bring is opened once for each of their days (RQ-12)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.contracts import queries as contracts
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.operations.commands.keeping import wait
from domain.operations.events import WorkOpened, WorkPlanChanged, WorkPlanMade, WorkPlansDue
from domain.operations.models import ScheduledWork, WorkCheck, WorkPlan, WorkPlanCheck
from domain.operations.queries import works as queries
from domain.operations.rules import plans as rules
from domain.operations.rules.plans import PLANS, Check, CheckKind, PlanMove, PlanState, Rhythm, WorkKind
from domain.operations.rules.works import marks
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies import queries as policies_seen
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.intake import InspectionSchedule
from domain.policies.rules.scopes import Case
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work

PLAN_NUMBERS, WORK_NUMBERS = "work_plans", "scheduled_works"
# How many plans bring work in one transaction, and how much each of them.
BATCH, MOST_AT_ONCE = 100, 20


@dataclass(frozen=True)
class Content:
    """What a plan says: what is done, for whom and by whom, what is looked at, and how long before its day it opens."""

    title: str
    instructions: str = ""
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    offering_id: UUID | None = None
    obligation_id: UUID | None = None
    lead_days: int = 7
    last_on: date | None = None
    checks: Sequence[Check] = field(default_factory=tuple)


@command(needs=Permission.OPERATIONS_PLAN)
async def create_plan(
    work: Work,
    *,
    kind: WorkKind,
    content: Content,
    customer_id: UUID | None = None,
    rhythm: Rhythm | None = None,
    inspection: str | None = None,
) -> WorkPlan:
    """Plan work that comes round, for a customer or for the company itself; what is due soon is opened at once.

    With the code of an `inspection` that the handbook lays down, its rhythm and checklist are taken where none are
    given, and its name where the title is empty.
    """
    today = organisation.today(work)
    tier = (await customers.get(work, customer_id, "customerId")).tier if customer_id is not None else None
    ruling = None
    if inspection is not None:
        ruling = await policies_seen.rule(work, InspectionSchedule, scope=Case(customer_tier=tier), topic=inspection)
        content = await _as_laid_down(work, content, ruling)
        rhythm = rhythm or rules.rhythm_of(ruling.value.when, today)
    if rhythm is None:
        raise Invalid(message("Say how often the work comes round, or name an inspection."), path=("rhythm",))
    if ruling is None or rhythm.from_on >= today:
        rules.check_rhythm(rhythm, today)
    plan = _new_plan(kind, rhythm, customer_id, inspection)
    await _say(work, plan, content)
    plan.number = f"PLN-{await next_number(work, PLAN_NUMBERS):06}"
    work.add(plan)
    _write_checks(work, plan, rules.checklist(content.checks))
    await _wait_from(work, plan, today)
    if ruling is not None:
        policies.cite(
            work,
            ruling,
            about=Subject(SubjectKind.WORK_PLAN, plan.id),
            decision="operations.inspection_planned",
            inputs={"inspection": inspection},
            result={"next_on": plan.next_on},
        )
    work.record(WorkPlanMade(plan_id=plan.id), about=plan)
    await _open(work, plan, today)
    return plan


def _new_plan(kind: WorkKind, rhythm: Rhythm, customer_id: UUID | None, inspection: str | None) -> WorkPlan:
    """A plan that says nothing of its content yet."""
    return WorkPlan(
        number="",
        kind=kind,
        title="",
        instructions="",
        customer_id=customer_id,
        offering_id=None,
        department_id=UUID(int=0),
        assignee_id=None,
        obligation_id=None,
        inspection=inspection or "",
        rhythm_unit=rhythm.unit,
        every=rhythm.every,
        counted_from_on=rhythm.from_on,
        next_on=None,
        opens_on=None,
        lead_days=0,
        last_on=None,
        service_lines=[],
    )


@command(needs=Permission.OPERATIONS_PLAN)
async def change_plan(work: Work, *, plan_id: UUID, content: Content, rhythm: Rhythm | None = None) -> WorkPlan:
    """Let a plan say something else; what it has brought stays as it is. A new rhythm counts from its own first day."""
    plan = await _begin(work, plan_id, PlanMove.CHANGE)
    today = organisation.today(work)
    if rhythm is not None:
        rules.check_rhythm(rhythm, today)
        plan.rhythm_unit, plan.every, plan.counted_from_on = rhythm.unit, rhythm.every, rhythm.from_on
    await _say(work, plan, content)
    checks = rules.checklist(content.checks)
    for row in await queries.checks_of_plan(work, plan.id):
        work.delete(row)
    await work.flush()
    _write_checks(work, plan, checks)
    await _wait_from(work, plan, today)
    work.record(WorkPlanChanged(plan_id=plan.id), about=plan)
    await _open(work, plan, today)
    return plan


@command(needs=Permission.OPERATIONS_PLAN)
async def pause_plan(work: Work, *, plan_id: UUID) -> WorkPlan:
    """Let a plan bring nothing for a while."""
    return await _turn(work, plan_id, PlanMove.PAUSE)


@command(needs=Permission.OPERATIONS_PLAN)
async def resume_plan(work: Work, *, plan_id: UUID) -> WorkPlan:
    """Let a plan go on from today; the days that have passed meanwhile bring nothing."""
    return await _turn(work, plan_id, PlanMove.RESUME)


@command(needs=Permission.OPERATIONS_PLAN)
async def end_plan(work: Work, *, plan_id: UUID) -> WorkPlan:
    """Let a plan bring nothing any more; what it has brought stays."""
    return await _turn(work, plan_id, PlanMove.END)


async def open_due(work: Work) -> None:
    """Open what plans bring by today, once for each of their days however many do this at once."""
    today = organisation.today(work)
    due = await queries.plans_due(work, today, BATCH)
    for plan in due:
        await _open(work, plan, today)
    if len(due) == BATCH or any(plan.opens_on is not None and plan.opens_on <= today for plan in due):
        work.schedule(work.now, WorkPlansDue(), about=due[-1].id, key="operations:plans")


async def open_more(work: Work, event: WorkPlansDue) -> None:
    """What was left over of many plans."""
    await open_due(work)


async def _begin(work: Work, plan_id: UUID, move: PlanMove) -> WorkPlan:
    plan = await queries.plan(work, plan_id, "planId", lock=True)
    plan.state = PLANS.next(plan.state, move)
    return plan


async def _turn(work: Work, plan_id: UUID, move: PlanMove) -> WorkPlan:
    plan = await _begin(work, plan_id, move)
    today = organisation.today(work)
    await _wait_from(work, plan, today)
    work.record(WorkPlanChanged(plan_id=plan.id), about=plan)
    if plan.state is PlanState.ACTIVE:
        await _open(work, plan, today)
    return plan


async def _as_laid_down(work: Work, content: Content, ruling: Ruling[InspectionSchedule]) -> Content:
    """The content with the clause's name and checklist, in the company's language, where it says none itself."""
    language, clause = (await organisation.company(work)).language, ruling.value
    checks = content.checks or [Check(each.in_language(language), CheckKind.YES_NO) for each in clause.checklist]
    return replace(content, title=content.title.strip() or clause.name.in_language(language), checks=checks)


async def _say(work: Work, plan: WorkPlan, content: Content) -> None:
    """Write into a plan what it says; the department is that of who does it, or that of the offering, unless named."""
    rules.check_lead(content.lead_days)
    department_id, lines = content.department_id, []
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    if content.offering_id is not None:
        offered = await catalogue.offered(work, content.offering_id, "offeringId")
        department_id, lines = department_id or offered.department_id, list(offered.lines)
    if content.assignee_id is not None:
        assignee = await organisation.staff(work, content.assignee_id, "assigneeId")
        if assignee.left_on is not None:
            raise Invalid(message("This person has left the company and gets no work."), path=("assigneeId",))
        department_id = department_id or assignee.department_id
    if department_id is None:
        raise Invalid(message("Say which department or who does the work."), path=("departmentId",))
    if content.obligation_id is not None:
        owed = await contracts.obligation(work, content.obligation_id, "obligationId")
        if (await contracts.any_one(work, owed.contract_id)).customer_id != plan.customer_id:
            text = message("This is owed by a contract with another customer.")
            raise Invalid(text, path=("obligationId",))
    if content.last_on is not None and content.last_on < organisation.today(work):
        raise Invalid(message("The last day has passed."), path=("lastOn",))
    plan.title = one_line(content.title, rules.MAX_TITLE, "title")
    plan.instructions = several_lines(content.instructions, rules.MAX_TEXT, "instructions", may_be_empty=True)
    plan.department_id, plan.assignee_id = department_id, content.assignee_id
    plan.offering_id, plan.service_lines = content.offering_id, lines
    plan.obligation_id, plan.lead_days, plan.last_on = content.obligation_id, content.lead_days, content.last_on


def _write_checks(work: Work, plan: WorkPlan, checks: Sequence[Check]) -> None:
    for position, each in enumerate(checks, start=1):
        work.add(WorkPlanCheck(plan_id=plan.id, position=position, **asdict(each)))


async def _wait_from(work: Work, plan: WorkPlan, day: date) -> None:
    """Say which of its days from `day` on brings work next, and when; after its last one it is at its end."""
    plan.next_on = plan.opens_on = None
    if plan.state is not PlanState.ACTIVE:
        return
    brought, rhythm = await queries.days_brought(work, plan.id), _rhythm(plan)
    planned_on = rhythm.next_from(max(day, plan.counted_from_on))
    while planned_on in brought:
        planned_on = rhythm.next_from(planned_on + timedelta(days=1))
    if plan.last_on is not None and planned_on > plan.last_on:
        plan.state = PLANS.next(plan.state, PlanMove.END)
        return
    found = await queries.grounds(work, plan)
    due_on = rules.due_day(planned_on, found.rules.on_closed_day, found.calendar)
    plan.next_on, plan.opens_on = planned_on, due_on - timedelta(days=plan.lead_days)


def _rhythm(plan: WorkPlan) -> Rhythm:
    return Rhythm(plan.rhythm_unit, plan.every, plan.counted_from_on)


async def _open(work: Work, plan: WorkPlan, today: date) -> None:
    """Open what a locked plan brings by today."""
    for _ in range(MOST_AT_ONCE):
        if plan.next_on is None or plan.opens_on is None or plan.opens_on > today:
            return
        await _open_one(work, plan, plan.next_on)
        await _wait_from(work, plan, plan.next_on + timedelta(days=1))


async def _open_one(work: Work, plan: WorkPlan, planned_on: date) -> None:
    found = await queries.grounds(work, plan)
    due_on = rules.due_day(planned_on, found.rules.on_closed_day, found.calendar)
    when = marks(due_on, found.rules, found.calendar, work.opening.zone)
    version = found.ruling or found.calendar_clause
    planned = work.add(
        ScheduledWork(
            number=f"WRK-{await next_number(work, WORK_NUMBERS):06}",
            plan_id=plan.id,
            kind=plan.kind,
            title=plan.title,
            instructions=plan.instructions,
            customer_id=plan.customer_id,
            department_id=plan.department_id,
            assignee_id=plan.assignee_id,
            planned_on=planned_on,
            due_on=due_on,
            due_at=when.due_at,
            opened_at=work.now,
            clause_id=found.ruling.clause.clause_id if found.ruling is not None else None,
            version_id=version.clause.version_id if version is not None else None,
            calendar_clause_id=found.calendar_clause.clause.clause_id if found.calendar_clause is not None else None,
            # Who learns of it on the day of the reminder or later is not reminded besides.
            reminded_at=work.now if when.remind_at <= work.now else None,
        )
    )
    for check in await queries.checks_of_plan(work, plan.id):
        columns = ("position", "label", "kind", "minimum", "maximum", "unit", "required")
        work.add(WorkCheck(work_id=planned.id, **{name: getattr(check, name) for name in columns}))
    if found.ruling is not None:
        policies.cite(
            work,
            found.ruling,
            about=Subject(SubjectKind.SCHEDULED_WORK, planned.id),
            decision="operations.work_planned",
            inputs={"planned_on": planned_on},
            result={"due_on": due_on},
        )
    work.record(WorkOpened(work_id=planned.id), about=planned)
    wait(work, planned, when.next_at(reminded=planned.reminded_at is not None, levels=0, begun=False))
