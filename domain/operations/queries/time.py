"""Working time: whom it is shown to, what a day and a record come to, and who did how much for whom (RQ-9)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, cast, func, null, or_, select, true
from sqlalchemy.orm import aliased

from domain.catalogue.models import ServiceOffering
from domain.customers.models import Customer
from domain.kernel.permissions import Permission
from domain.operations.models import TimeMonth, TimeRecord
from domain.operations.rules.time import first_of_month
from domain.organisation import queries as organisation
from domain.organisation.models import Department
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.members import Member
from tenancy.models import current_member
from tenancy.refusals import Invalid, message
from tenancy.rows import another
from tenancy.work import Work

LONGEST = timedelta(days=1830)


def sees_all(actor: Actor) -> bool:
    """Who sees all working time."""
    return actor.may(Permission.OPERATIONS_PLAN) or actor.may(Permission.REQUESTS_READ_ALL)


def visible_records(actor: Actor, records: Any) -> ColumnElement[bool]:
    """Working time is seen by whose it is, by who heads their department or one above it, and by whoever plans or reads
    all requests. `records` is `TimeRecord` or an alias of it."""
    if sees_all(actor):
        return true()
    mine: ColumnElement[bool] = func.coalesce(records.staff_id == current_member(), False)
    return or_(mine, organisation.headed_by_me(records.department_id))


def visible_months(actor: Actor, months: Any) -> ColumnElement[bool]:
    """Which months are approved is known to who sees the department's time, and to who works in it."""
    if sees_all(actor):
        return true()
    mine = organisation.department_of(current_member()).scalar_subquery()
    return or_(func.coalesce(months.department_id == mine, False), organisation.headed_by_me(months.department_id))


def minutes_now(records: Any) -> Any:
    """What a record comes to with its corrections, inside a statement."""
    corrections = another(TimeRecord)
    added = select(func.coalesce(func.sum(corrections.minutes), 0)).where(corrections.corrects_id == records.id)
    return records.minutes + added.scalar_subquery()


def month_closed(records: Any) -> ColumnElement[bool]:
    """Whether the month of a record is approved."""
    months = another(TimeMonth)
    same = func.date_trunc("month", records.worked_on)
    closed = (months.department_id == records.department_id, months.month_on == same)
    return select(months.id).where(*closed).exists()


async def record(work: Work, id: UUID, *path: str) -> TimeRecord:
    """One record that the actor may see; refuses with `NotFound`."""
    return await work.seen(TimeRecord, id, visible_records(work.actor, TimeRecord), *path)


async def month(work: Work, id: UUID, *path: str, lock: bool = False) -> TimeMonth:
    """One approved month that the actor may see; refuses with `NotFound`."""
    return await work.seen(TimeMonth, id, visible_months(work.actor, TimeMonth), *path, lock=lock)


async def minutes_of(work: Work, record_id: UUID) -> int:
    """What a record comes to with its corrections."""
    both = or_(TimeRecord.id == record_id, TimeRecord.corrects_id == record_id)
    return int(await work.value(select(func.coalesce(func.sum(TimeRecord.minutes), 0)).where(both)))


async def minutes_on(work: Work, staff_id: UUID, day: date) -> int:
    """What somebody has recorded for a day."""
    theirs = (TimeRecord.staff_id == staff_id, TimeRecord.worked_on == day)
    return int(await work.value(select(func.coalesce(func.sum(TimeRecord.minutes), 0)).where(*theirs)))


async def is_closed(work: Work, department_id: UUID, day: date) -> bool:
    """Whether a department's month is approved."""
    closed = (TimeMonth.department_id == department_id, TimeMonth.month_on == first_of_month(day))
    return await work.value(select(TimeMonth.id).where(*closed)) is not None


class WorkloadBy(StrEnum):
    """What working time that is added up has in common."""

    ALL = "all"
    PERSON = "person"
    DEPARTMENT = "department"
    CUSTOMER = "customer"
    OFFERING = "offering"
    REQUEST = "request"
    ACTIVITY = "activity"
    MONTH = "month"


@dataclass(frozen=True)
class Workload:
    """The working time of a group."""

    id: UUID | None
    name: str | None
    minutes: int
    billable_minutes: int
    people: int
    requests: int


def check_period(since_on: date, until_on: date, longest: timedelta = LONGEST) -> None:
    """Refuse a time that ends before it begins or is too long."""
    if until_on < since_on:
        raise Invalid(message("This ends before it begins."), path=("untilOn",))
    if until_on - since_on > longest:
        raise Invalid(message("This is longer than {days} days."), {"days": longest.days}, path=("untilOn",))


async def workload(work: Work, *, by: WorkloadBy, since_on: date, until_on: date, most: int) -> list[Workload]:
    """The working time that the actor sees of these days, both included, the most first, in one statement."""
    check_period(since_on, until_on)
    each, request = aliased(TimeRecord), aliased(ServiceRequest)
    id_, name, keys = _group(work, by, each, request)
    minutes = func.sum(each.minutes)
    rows = (
        select(
            id_.label("id"),
            name.label("name"),
            minutes.label("minutes"),
            func.coalesce(minutes.filter(each.billable.is_(True)), 0).label("billable_minutes"),
            func.count(each.staff_id.distinct()).label("people"),
            func.count(each.request_id.distinct()).label("requests"),
        )
        .select_from(each)
        .outerjoin(request, request.id == each.request_id)
        .where(visible_records(work.actor, each), each.worked_on >= since_on, each.worked_on <= until_on)
        .group_by(*keys)
        .order_by(minutes.desc(), name.asc().nulls_last(), id_)
        .limit(most)
    )
    figures = ("minutes", "billable_minutes", "people", "requests")
    return [
        Workload(id=row["id"], name=row["name"], **{figure: int(row[figure]) for figure in figures})
        for row in await work.rows(rows)
        if row["minutes"] is not None
    ]


def _group(work: Work, by: WorkloadBy, each: Any, request: Any) -> tuple[Any, Any, list[Any]]:
    """What a group is known by, what it is called as far as the actor may know, and the columns that make it."""
    nothing, nameless, may = cast(null(), Uuid()), cast(null(), Text()), work.actor.may

    def called(id_: Any, table: Any, column: Any, known: bool) -> tuple[Any, Any, list[Any]]:
        return id_, select(column).where(table.id == id_).scalar_subquery() if known else nameless, [id_]

    match by:
        case WorkloadBy.ALL:
            return nothing, nameless, []
        case WorkloadBy.ACTIVITY:
            return nothing, cast(each.activity, Text()), [each.activity]
        case WorkloadBy.MONTH:
            month = func.to_char(each.worked_on, "YYYY-MM")
            return nothing, month, [month]
        case WorkloadBy.PERSON:
            return called(each.staff_id, Member, Member.name, may(Permission.MEMBERS_READ))
        case WorkloadBy.DEPARTMENT:
            return called(each.department_id, Department, Department.name, may(Permission.ORGANISATION_READ))
        case WorkloadBy.CUSTOMER:
            return called(each.customer_id, Customer, Customer.name, may(Permission.CUSTOMERS_READ))
        case WorkloadBy.OFFERING:
            known = may(Permission.CATALOGUE_READ)
            return called(request.offering_id, ServiceOffering, ServiceOffering.code, known)
        case WorkloadBy.REQUEST:
            return each.request_id, request.number, [each.request_id, request.number]
