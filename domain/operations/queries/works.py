"""Plans of work and what they have brought: whom they are shown to, and by which clauses it is kept to its days."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from domain.customers import queries as customers
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.operations.models import ScheduledWork, WorkCheck, WorkFinding, WorkPlan, WorkPlanCheck
from domain.operations.rules.plans import PlanState
from domain.operations.rules.works import OPEN, Marks, WorkState, marks
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.kinds.operations import ScheduledWorkRules
from domain.policies.rules.scopes import Case
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member, one_of
from tenancy.rows import another
from tenancy.work import Work


def _sees_all(actor: Actor) -> bool:
    return any(actor.may(permission) for permission in (*WORKS_ON_REQUESTS, Permission.OPERATIONS_PLAN))


def visible_plans(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Plans are seen by those who work on requests, and by those who plan."""
    return true() if _sees_all(actor) else false()


def visible_works(actor: Actor, works: Any) -> ColumnElement[bool]:
    """Planned work likewise; and by who is to do it. `works` is `ScheduledWork` or an alias of it."""
    if _sees_all(actor):
        return true()
    return assigned_to_me(works) if actor.is_member else false()


def shows_work(actor: Actor, id: Any) -> ColumnElement[bool]:
    """Whether the work with an id is shown to an actor."""
    works = another(ScheduledWork)
    return select(works.id).where(works.id == id, visible_works(actor, works)).exists()


def visible_work_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """What belongs to planned work is seen with it. `parts` is their table or an alias."""
    return true() if _sees_all(actor) else shows_work(actor, parts.work_id)


def visible_findings(actor: Actor, findings: Any) -> ColumnElement[bool]:
    """Findings are seen with their work, and by who is to improve something. `findings` is their table or an alias."""
    if _sees_all(actor):
        return true()
    mine = func.coalesce(findings.responsible_id == current_member(), false()) if actor.is_member else false()
    return or_(visible_work_parts(actor, findings), mine)


def assigned_to_me(works: Any) -> ColumnElement[bool]:
    """What the acting member is to do."""
    mine: ColumnElement[bool] = func.coalesce(works.assignee_id == current_member(), false())
    return mine


def mine_to_do(works: Any) -> ColumnElement[bool]:
    """What the acting member may do: theirs, or nobody's."""
    return or_(assigned_to_me(works), works.assignee_id.is_(None))


def overdue(works: Any) -> ColumnElement[bool]:
    """Whether work should have been done by now."""
    return and_(one_of(works.state, OPEN), works.due_at <= current_instant())


def in_time(works: Any) -> ColumnElement[bool]:
    """Whether work was done on its day or before."""
    done: ColumnElement[bool] = works.state == WorkState.DONE
    return and_(done, works.closed_at < works.due_at)


def has_open_checks(works: Any) -> ColumnElement[bool]:
    """Whether something that has to be looked at was not."""
    checks = another(WorkCheck)
    unseen = (checks.work_id == works.id, checks.required, checks.checked_at.is_(None))
    return select(checks.id).where(*unseen).exists()


def labels_of_open_checks(works: Any) -> Any:
    """The same inside a statement, a line each."""
    checks = aliased(WorkCheck)
    unseen = (checks.work_id == works.id, checks.required, checks.checked_at.is_(None))
    return select(func.string_agg(checks.label, aggregate_order_by(literal("\n"), checks.position))).where(*unseen)


def improvement_open(findings: Any) -> ColumnElement[bool]:
    """Whether somebody is still to improve what a finding has shown."""
    return and_(findings.improvement != "", findings.closed_at.is_(None))


async def plan(work: Work, id: UUID, *path: str, lock: bool = False) -> WorkPlan:
    """One plan that the actor may see; refuses with `NotFound`."""
    return await work.seen(WorkPlan, id, visible_plans(work.actor, WorkPlan), *path, lock=lock)


async def scheduled_work(work: Work, id: UUID, *path: str, lock: bool = False) -> ScheduledWork:
    """Planned work that the actor may see; refuses with `NotFound`."""
    return await work.seen(ScheduledWork, id, visible_works(work.actor, ScheduledWork), *path, lock=lock)


async def finding(work: Work, id: UUID, *path: str, lock: bool = False) -> WorkFinding:
    """One finding that the actor may see; refuses with `NotFound`."""
    return await work.seen(WorkFinding, id, visible_findings(work.actor, WorkFinding), *path, lock=lock)


async def checks_of_plan(work: Work, plan_id: UUID) -> list[WorkPlanCheck]:
    """What a plan has looked at, in order."""
    own = select(WorkPlanCheck).where(WorkPlanCheck.plan_id == plan_id)
    return await work.all(own.order_by(WorkPlanCheck.position))


async def checks_of(work: Work, work_id: UUID) -> list[WorkCheck]:
    """What is looked at, in order."""
    return await work.all(select(WorkCheck).where(WorkCheck.work_id == work_id).order_by(WorkCheck.position))


async def plans_due(work: Work, today: date, most: int) -> list[WorkPlan]:
    """Plans that bring work by today, locked: of two who ask at once, the second finds what the first has left."""
    due = (WorkPlan.state == PlanState.ACTIVE, WorkPlan.opens_on <= today)
    return await work.all(select(WorkPlan).where(*due).order_by(WorkPlan.id).limit(most).with_for_update())


async def days_brought(work: Work, plan_id: UUID) -> set[date]:
    """The days for which a plan has brought work."""
    rows = await work.rows(select(ScheduledWork.planned_on).where(ScheduledWork.plan_id == plan_id))
    return {row["planned_on"] for row in rows}


async def open_ids_of(work: Work, staff_id: UUID) -> list[UUID]:
    """The ids of the work that somebody still has to do, in order."""
    theirs = (ScheduledWork.assignee_id == staff_id, one_of(ScheduledWork.state, OPEN))
    return [row["id"] for row in await work.rows(select(ScheduledWork.id).where(*theirs).order_by(ScheduledWork.id))]


@dataclass(frozen=True)
class Grounds:
    """By which clauses work is kept to its days; none where the handbook is silent."""

    ruling: Ruling[ScheduledWorkRules] | None
    calendar_clause: Ruling[BusinessCalendarClause] | None

    @property
    def rules(self) -> ScheduledWorkRules:
        """What holds."""
        return self.ruling.value if self.ruling is not None else ScheduledWorkRules()

    @property
    def calendar(self) -> BusinessCalendar | None:
        """The working days; none where every day is worked."""
        return self.calendar_clause.value if self.calendar_clause is not None else None


async def grounds(work: Work, plan: WorkPlan) -> Grounds:
    """By which clauses what a plan brings now is kept to its days."""
    tier = (await customers.get(work, plan.customer_id)).tier if plan.customer_id is not None else None
    case = Case(
        department_id=plan.department_id,
        customer_tier=tier,
        service_line=plan.service_lines[0] if plan.service_lines else None,
        lines_above=tuple(plan.service_lines[1:]),
    )
    return Grounds(
        await policies.find_rule(work, ScheduledWorkRules, scope=case),
        await policies.find_rule(work, BusinessCalendarClause, scope=case),
    )


async def kept_grounds(work: Work, planned: ScheduledWork) -> Grounds:
    """The clauses under which work was opened: it keeps them."""
    version_id = planned.version_id
    if version_id is None:
        return Grounds(None, None)
    ruling, calendar = None, None
    if planned.clause_id is not None:
        ruling = await policies.rule_by_clause(
            work, ScheduledWorkRules, clause_id=planned.clause_id, version_id=version_id
        )
    if planned.calendar_clause_id is not None:
        calendar = await policies.rule_by_clause(
            work, BusinessCalendarClause, clause_id=planned.calendar_clause_id, version_id=version_id
        )
    return Grounds(ruling, calendar)


async def marks_of(work: Work, planned: ScheduledWork) -> Marks:
    """When what is told of planned work."""
    found = await kept_grounds(work, planned)
    return marks(planned.due_on, found.rules, found.calendar, work.opening.zone)


async def line_above(work: Work, planned: ScheduledWork) -> list[UUID]:
    """Who stands above planned work, the nearest first: the superiors of who does it, and the heads of the department
    and of those above it."""
    line = await organisation.line_above(work, planned.assignee_id) if planned.assignee_id is not None else []
    heads = await organisation.heads_above(work, planned.department_id)
    return [person for person in dict.fromkeys([*line, *heads]) if person != planned.assignee_id]


async def responsible(work: Work, planned: ScheduledWork) -> list[UUID]:
    """Who has to act: who is to do it, or else the head of the department."""
    if planned.assignee_id is not None:
        return [planned.assignee_id]
    head = await organisation.head_of(work, planned.department_id)
    return [head] if head is not None else []


async def plans_of(work: Work, staff_id: UUID) -> list[WorkPlan]:
    """The plans whose work somebody does, locked in order."""
    theirs = select(WorkPlan).where(WorkPlan.assignee_id == staff_id)
    return await work.all(theirs.order_by(WorkPlan.id).with_for_update())


async def findings_count(work: Work, work_id: UUID) -> int:
    """How many findings are noted."""
    found: int = await work.value(select(func.count()).select_from(WorkFinding).where(WorkFinding.work_id == work_id))
    return found


async def open_checks(work: Work, work_id: UUID) -> list[str]:
    """What has to be looked at and was not: its labels, in order."""
    return [check.label for check in await checks_of(work, work_id) if check.required and check.checked_at is None]
