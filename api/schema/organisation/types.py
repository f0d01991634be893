"""Departments, posts and staff as clients see them."""

from datetime import date, datetime
from enum import Enum

import strawberry
from sqlalchemy import select

from api.reading.filters import DayFilter, IdFilter, InstantFilter, ListFilter, TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, page, shows
from api.schema.access.types import Member
from domain.organisation import models, queries
from tenancy.members import Member as MemberRow


@shows(models.Post, visible=queries.visible)
class Post(Node):
    """A position that staff hold; clauses name posts, not people."""

    name: str = column("The post's name.")
    key_post: bool = column("Whether who leaves it is audited first.")


@shows(models.Absence, visible=queries.visible_of_staff)
class Absence(Node):
    """Somebody is away for some days and gets no new requests meanwhile."""

    staff: "Staff | None" = one("Who is away.", "staff_id")
    starts_on: date = column("The first day.")
    ends_on: date = column("The last day.")


@shows(models.DutyShift, visible=queries.visible_of_staff)
class DutyShift(Node):
    """Somebody is on duty: assignment rules by duty choose among those."""

    staff: "Staff | None" = one("Who is on duty.", "staff_id")
    starts_at: datetime = column("Since when.")
    ends_at: datetime = column("Until when, this instant excluded.")


@strawberry.enum(description="How a list of absences or shifts is ordered.")
class RosterOrder(Enum):
    """Orders of absences and shifts."""

    STARTS = "starts"
    NEWEST = "newest"


ABSENCE_ORDERS = {
    RosterOrder.STARTS: Order(lambda row: row.starts_on),
    RosterOrder.NEWEST: Order(lambda row: row.id, descending=True),
}
DUTY_SHIFT_ORDERS = {
    RosterOrder.STARTS: Order(lambda row: row.starts_at),
    RosterOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which absences to give.")
class AbsenceFilter:
    """Conditions on absences."""

    staff_id: IdFilter | None = filtered("By who is away.")
    starts_on: DayFilter | None = filtered("By the first day.")
    ends_on: DayFilter | None = filtered("By the last day.")


@strawberry.input(description="Which shifts to give.")
class DutyShiftFilter:
    """Conditions on shifts."""

    staff_id: IdFilter | None = filtered("By who is on duty.")
    starts_at: InstantFilter | None = filtered("By when they begin.")
    ends_at: InstantFilter | None = filtered("By when they end.")


@strawberry.enum(description="How a list of staff is ordered.")
class StaffOrder(Enum):
    """Orders of staff."""

    HIRED = "hired"
    NEWEST = "newest"


STAFF_ORDERS = {
    StaffOrder.HIRED: Order(lambda row: row.hired_on),
    StaffOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which staff to give.")
class StaffFilter:
    """Conditions on staff."""

    department_id: IdFilter | None = filtered("By department.")
    post_id: IdFilter | None = filtered("By post.")
    superior_id: IdFilter | None = filtered("By superior.")
    hired_on: DayFilter | None = filtered("By the day they began.")
    skills: ListFilter | None = filtered("By what they know.")
    region: TextFilter | None = filtered("By the region they work in.")
    name: TextFilter | None = filtered(
        "By name.",
        lambda row: select(MemberRow.name).where(MemberRow.id == row.id),
    )
    and_: "list[StaffFilter] | None" = combining("All of these hold.", "and")
    or_: "list[StaffFilter] | None" = combining("One of these holds.", "or")
    not_: "StaffFilter | None" = combining("This does not hold.", "not")


@shows(models.Staff, visible=queries.visible_staff)
class Staff(Node):
    """Somebody who works for the company."""

    name: str = computed("The person's name.", lambda row: select(MemberRow.name).where(MemberRow.id == row.id))
    member: Member | None = one("The member who signs in.", lambda here, there: there.id == here.id)
    department: "Department | None" = one("Where they work.", "department_id")
    post: Post | None = one("What they are.", "post_id")
    superior: "Staff | None" = one("Whom they report to.", "superior_id")
    hired_on: date = column("The first day of work.")
    probation_until: date | None = column("The last day of probation.")
    left_on: date | None = column("The last day of work, once they have left.")
    skills: list[str] = column("What they know, in the words that assignment rules use.")
    region: str = column("The region they work in, as customers' records name it; empty for none.")
    absences: list[Absence] = many(
        "When they are or were away, the latest first.", "staff_id", order=lambda there: (there.starts_on.desc(),)
    )
    subordinates: "list[Staff]" = many("Who reports to them.", "superior_id")


@shows(models.Department, visible=queries.visible)
class Department(Node):
    """A part of the company."""

    name: str = column("The department's name.")
    parent: "Department | None" = one("The department above.", "parent_id")
    children: "list[Department]" = many("The departments below.", "parent_id")
    head: Staff | None = one("Who heads it.", "head_id")
    staff = page("Who works here.", Staff, on="department_id", orders=STAFF_ORDERS, filter=StaffFilter)
