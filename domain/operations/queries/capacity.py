"""How much people can do in a time, and how much of it is used and planned (RQ-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.permissions import Permission
from domain.operations.models import ScheduledWork, TimeRecord
from domain.operations.queries.time import check_period, sees_all
from domain.operations.rules.works import OPEN
from domain.organisation import queries as organisation
from domain.organisation.models import Absence, Staff
from domain.policies import queries as policies
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.scopes import Case
from domain.requests import queries as requests
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.work import Work

LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Capacity:
    """What one person can do in a time, by the calendar less their absence, and what they have done and have to do."""

    staff_id: UUID
    name: str | None
    department_id: UUID
    # None where no calendar says when they work.
    working_minutes: int | None
    absent_days: int
    recorded_minutes: int
    open_requests: int
    planned_works: int


async def capacity(
    work: Work, *, since_on: date, until_on: date, department_id: UUID | None, most: int
) -> list[Capacity]:
    """What everybody whose working time the actor sees can do on these days, both included, by name; of a department
    alone where one is named. Open requests are counted as the assignment rules count them."""
    check_period(since_on, until_on, LONGEST)
    people = await _people(work, department_id, most)
    ids = [person.id for person in people]
    names = await _names(work, ids)
    absent, used = await _absent(work, ids, since_on, until_on), await _recorded(work, ids, since_on, until_on)
    loads = await requests.open_by_priority(work, ids) if ids else {}
    planned = await _planned(work, ids, since_on, until_on)
    calendars: dict[UUID, BusinessCalendar | None] = {}
    found = []
    for person in people:
        if person.department_id not in calendars:
            case = Case(department_id=person.department_id)
            ruling = await policies.find_rule(work, BusinessCalendarClause, scope=case)
            calendars[person.department_id] = ruling.value if ruling is not None else None
        calendar, away = calendars[person.department_id], absent.get(person.id, set())
        days = _days(max(since_on, person.hired_on), until_on)
        found.append(
            Capacity(
                staff_id=person.id,
                name=names.get(person.id),
                department_id=person.department_id,
                working_minutes=None if calendar is None else sum(_minutes(calendar, day) for day in days - away),
                absent_days=len(
                    away & days if calendar is None else {day for day in away & days if calendar.frames(day)}
                ),
                recorded_minutes=used.get(person.id, 0),
                open_requests=sum(loads.get(person.id, {}).values()),
                planned_works=planned.get(person.id, 0),
            )
        )
    return sorted(found, key=lambda each: (each.name or "", each.staff_id))


async def _people(work: Work, department_id: UUID | None, most: int) -> list[Staff]:
    theirs = select(Staff).where(Staff.left_on.is_(None))
    if not sees_all(work.actor):
        theirs = theirs.where(or_(Staff.id == current_member(), _headed_by_me()))
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
        theirs = theirs.where(Staff.department_id == department_id)
    return await work.all(theirs.order_by(Staff.id).limit(most))


def _headed_by_me() -> ColumnElement[bool]:
    staff: Any = Staff
    return organisation.headed_by_me(staff.department_id)


async def _names(work: Work, ids: list[UUID]) -> Mapping[UUID, str]:
    if not work.actor.may(Permission.MEMBERS_READ) and not work.actor.may(Permission.ORGANISATION_READ):
        return {}
    rows = await work.rows(select(Member.id, Member.name).where(one_of(Member.id, ids)))
    return {row["id"]: row["name"] for row in rows}


async def _absent(work: Work, ids: list[UUID], since_on: date, until_on: date) -> Mapping[UUID, set[date]]:
    there = (one_of(Absence.staff_id, ids), Absence.starts_on <= until_on, Absence.ends_on >= since_on)
    found: dict[UUID, set[date]] = {}
    for absence in await work.all(select(Absence).where(*there)):
        days = _days(max(absence.starts_on, since_on), min(absence.ends_on, until_on))
        found.setdefault(absence.staff_id, set()).update(days)
    return found


async def _recorded(work: Work, ids: list[UUID], since_on: date, until_on: date) -> Mapping[UUID, int]:
    minutes = func.sum(TimeRecord.minutes).label("minutes")
    theirs = (one_of(TimeRecord.staff_id, ids), TimeRecord.worked_on >= since_on, TimeRecord.worked_on <= until_on)
    rows = await work.rows(select(TimeRecord.staff_id, minutes).where(*theirs).group_by(TimeRecord.staff_id))
    return {row["staff_id"]: int(row["minutes"]) for row in rows}


async def _planned(work: Work, ids: list[UUID], since_on: date, until_on: date) -> Mapping[UUID, int]:
    planned = ScheduledWork
    theirs = (one_of(planned.assignee_id, ids), one_of(planned.state, OPEN))
    due = (planned.due_on >= since_on, planned.due_on <= until_on)
    counted = select(planned.assignee_id, func.count().label("works")).where(*theirs, *due)
    rows = await work.rows(counted.group_by(planned.assignee_id))
    return {row["assignee_id"]: row["works"] for row in rows}


def _days(first: date, last: date) -> set[date]:
    return {first + _DAY * number for number in range((last - first).days + 1)}


def _minutes(calendar: BusinessCalendar, day: date) -> int:
    return sum(int((closes - opens).total_seconds()) // 60 for opens, closes in calendar.frames(day))
