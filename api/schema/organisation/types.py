"""Departments, posts and staff as clients see them."""

from datetime import date
from enum import Enum

import strawberry
from sqlalchemy import select

from api.reading.filters import DayFilter, IdFilter, TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, page, shows
from api.schema.access.types import Member
from domain.organisation import models, queries
from tenancy.members import Member as MemberRow


@shows(models.Post, visible=queries.visible)
class Post(Node):
    """A position that staff hold; clauses name posts, not people."""

    name: str = column("The post's name.")
    key_post: bool = column("Whether who leaves it is audited first.")


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
    subordinates: "list[Staff]" = many("Who reports to them.", "superior_id")


@shows(models.Department, visible=queries.visible)
class Department(Node):
    """A part of the company."""

    name: str = column("The department's name.")
    parent: "Department | None" = one("The department above.", "parent_id")
    children: "list[Department]" = many("The departments below.", "parent_id")
    head: Staff | None = one("Who heads it.", "head_id")
    staff = page("Who works here.", Staff, on="department_id", orders=STAFF_ORDERS, filter=StaffFilter)
