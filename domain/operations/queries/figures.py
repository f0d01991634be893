"""What became of planned work in a time, by what it has in common, in one statement (RQ-12)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, and_, cast, func, null, select
from sqlalchemy.orm import aliased

from domain.customers.models import Customer
from domain.kernel.permissions import Permission
from domain.operations.models import ScheduledWork, WorkCheck, WorkFinding, WorkPlan
from domain.operations.queries.works import in_time, overdue, visible_works
from domain.operations.rules.works import OPEN, WorkState
from domain.organisation.models import Department
from tenancy.members import Member
from tenancy.models import one_of
from tenancy.refusals import Invalid, message
from tenancy.work import Work

LONGEST = timedelta(days=1830)


class WorkGrouping(StrEnum):
    """What planned work that is counted together has in common."""

    ALL = "all"
    KIND = "kind"
    CUSTOMER = "customer"
    DEPARTMENT = "department"
    ASSIGNEE = "assignee"
    PLAN = "plan"


@dataclass(frozen=True)
class WorkCounted:
    """What became of the work of a group."""

    id: UUID | None
    name: str | None
    due: int
    done: int
    in_time: int
    missed: int
    cancelled: int
    open: int
    overdue: int
    deviations: int
    findings: int


async def work_figures(work: Work, *, by: WorkGrouping, since_on: date, until_on: date, most: int) -> list[WorkCounted]:
    """The planned work that the actor sees and that was due on these days, both included, the largest groups first."""
    if until_on < since_on:
        raise Invalid(message("This ends before it begins."), path=("untilOn",))
    if until_on - since_on > LONGEST:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST.days}, path=("untilOn",))
    planned, check, finding = aliased(ScheduledWork), aliased(WorkCheck), aliased(WorkFinding)
    id_, name, keys = _group(work, by, planned)
    deviations = select(func.count()).where(check.work_id == planned.id, check.deviates.is_(True)).scalar_subquery()
    findings = select(func.count()).where(finding.work_id == planned.id).scalar_subquery()

    def count(*conditions: Any) -> Any:
        return func.count().filter(and_(*conditions))

    figures = (
        func.count().label("due"),
        count(planned.state == WorkState.DONE).label("done"),
        count(in_time(planned)).label("in_time"),
        count(planned.state == WorkState.MISSED).label("missed"),
        count(planned.state == WorkState.CANCELLED).label("cancelled"),
        count(one_of(planned.state, OPEN)).label("open"),
        count(overdue(planned)).label("overdue"),
        func.coalesce(func.sum(deviations), 0).label("deviations"),
        func.coalesce(func.sum(findings), 0).label("findings"),
    )
    rows = (
        select(id_.label("id"), name.label("name"), *figures)
        .where(visible_works(work.actor, planned), planned.due_on >= since_on, planned.due_on <= until_on)
        .group_by(*keys)
        .order_by(func.count().desc(), name.asc().nulls_last(), id_)
        .limit(most)
    )
    return [_counted(row) for row in await work.rows(rows) if row["due"]]


def _counted(row: Any) -> WorkCounted:
    figures = ("due", "done", "in_time", "missed", "cancelled", "open", "overdue", "deviations", "findings")
    return WorkCounted(id=row["id"], name=row["name"], **{figure: int(row[figure]) for figure in figures})


def _group(work: Work, by: WorkGrouping, planned: Any) -> tuple[Any, Any, list[Any]]:
    """What a group is known by, what it is called as far as the actor may know, and the columns that make it."""
    nothing, nameless, may = cast(null(), Uuid()), cast(null(), Text()), work.actor.may

    def called(id_: Any, table: Any, column: Any, known: bool) -> tuple[Any, Any, list[Any]]:
        return id_, select(column).where(table.id == id_).scalar_subquery() if known else nameless, [id_]

    match by:
        case WorkGrouping.ALL:
            return nothing, nameless, []
        case WorkGrouping.KIND:
            return nothing, cast(planned.kind, Text()), [planned.kind]
        case WorkGrouping.CUSTOMER:
            return called(planned.customer_id, Customer, Customer.name, may(Permission.CUSTOMERS_READ))
        case WorkGrouping.DEPARTMENT:
            return called(planned.department_id, Department, Department.name, may(Permission.ORGANISATION_READ))
        case WorkGrouping.ASSIGNEE:
            return called(planned.assignee_id, Member, Member.name, may(Permission.MEMBERS_READ))
        case WorkGrouping.PLAN:
            return called(planned.plan_id, WorkPlan, WorkPlan.title, True)
