"""Changing the company's shape."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.organisation import commands
from domain.organisation.models import Absence, Department, DutyShift, Post, Staff
from tenancy.work import Work


@strawberry.input(description="A new department.")
class CreateDepartmentInput:
    """A new department."""

    name: str = given("Its name, unique in the company.")
    parent_id: UUID | None = optional("The department above it; none makes it a root.")


async def create_department(work: Work, input: CreateDepartmentInput) -> Department:
    """Add a department below another, or a root."""
    return await commands.create_department(work, name=input.name, parent_id=input.parent_id)


@strawberry.input(description="Who heads a department.")
class AppointHeadInput:
    """Who heads a department."""

    department_id: UUID = given("The department.")
    staff_id: UUID | None = optional("Who heads it from now on; none leaves it vacant.")


async def appoint_head(work: Work, input: AppointHeadInput) -> Department:
    """Name the head of a department, or leave it without one."""
    return await commands.appoint_head(work, department_id=input.department_id, staff_id=input.staff_id)


@strawberry.input(description="A new post.")
class CreatePostInput:
    """A new post."""

    name: str = given("Its name, unique in the company; clauses may name it.")
    key_post: bool = optional("Whether who leaves it is audited first.", default=False)


async def create_post(work: Work, input: CreatePostInput) -> Post:
    """Add a post that staff may hold and clauses may name."""
    return await commands.create_post(work, name=input.name, key_post=input.key_post)


@strawberry.input(description="A member who becomes one of the staff.")
class EngageInput:
    """A member who becomes one of the staff."""

    member_id: UUID = given("The member; the staff record takes the same id.")
    department_id: UUID = given("Where they work.")
    post_id: UUID = given("What they are.")
    hired_on: date = given("Their first day of work.")
    superior_id: UUID | None = optional("Whom they report to.")
    probation_until: date | None = optional("The last day of their probation.")


async def engage(work: Work, input: EngageInput) -> Staff:
    """Make a member one of the staff."""
    return await commands.engage(
        work,
        member_id=input.member_id,
        department_id=input.department_id,
        post_id=input.post_id,
        hired_on=input.hired_on,
        superior_id=input.superior_id,
        probation_until=input.probation_until,
    )


@strawberry.input(description="Another place in the company.")
class MoveStaffInput:
    """Another place in the company."""

    staff_id: UUID = given("Who moves.")
    department_id: UUID = given("Where they work from now on.")
    post_id: UUID = given("What they are from now on.")
    superior_id: UUID | None = optional("Whom they report to from now on.")


async def move_staff(work: Work, input: MoveStaffInput) -> Staff:
    """Give somebody another department, post or superior."""
    return await commands.move(
        work,
        staff_id=input.staff_id,
        department_id=input.department_id,
        post_id=input.post_id,
        superior_id=input.superior_id,
    )


@strawberry.input(description="What somebody knows, and where they work.")
class DescribeStaffInput:
    """What somebody knows, and where they work."""

    staff_id: UUID = given("Who of the staff.")
    skills: list[str] | None = optional(
        "All that they know, at most 50 words as clauses of the kind `assignment_rules` name it; as it was without it."
    )
    region: str | None = optional(
        "The region they work in, in the word of the customers there; empty for none, as it was without it."
    )


async def describe_staff(work: Work, input: DescribeStaffInput) -> Staff:
    """Write down what somebody knows and the region they work in; assignment rules go by it."""
    return await commands.describe(work, staff_id=input.staff_id, skills=input.skills, region=input.region)


@strawberry.input(description="Days on which somebody is away.")
class RecordAbsenceInput:
    """Days on which somebody is away."""

    staff_id: UUID = given("Who is away: you, or anybody if you manage the company's shape.")
    starts_on: date = given("The first day.")
    ends_on: date = given("The last day, at most a year later.")


async def record_absence(work: Work, input: RecordAbsenceInput) -> Absence:
    """Note that somebody is away: they get no new requests by the rules, and the second stands in for them."""
    return await commands.record_absence(
        work, staff_id=input.staff_id, starts_on=input.starts_on, ends_on=input.ends_on
    )


@strawberry.input(description="An absence that does not come about, or ends.")
class WithdrawAbsenceInput:
    """An absence that does not come about, or ends."""

    absence_id: UUID = given("The absence.")


async def withdraw_absence(work: Work, input: WithdrawAbsenceInput) -> Staff:
    """Take an absence back: the person is there."""
    return await commands.withdraw_absence(work, absence_id=input.absence_id)


@strawberry.input(description="Hours in which somebody is on duty.")
class PlanDutyInput:
    """Hours in which somebody is on duty."""

    staff_id: UUID = given("Who is on duty.")
    starts_at: datetime = given("Since when.")
    ends_at: datetime = given("Until when, this instant excluded; at most 31 days later.")


async def plan_duty(work: Work, input: PlanDutyInput) -> DutyShift:
    """Enter somebody into the roster of who is on duty."""
    return await commands.plan_duty(work, staff_id=input.staff_id, starts_at=input.starts_at, ends_at=input.ends_at)


@strawberry.input(description="A shift that is taken out of the roster.")
class WithdrawDutyInput:
    """A shift that is taken out of the roster."""

    shift_id: UUID = given("The shift.")


async def withdraw_duty(work: Work, input: WithdrawDutyInput) -> Staff:
    """Take a shift out of the roster of who is on duty."""
    return await commands.withdraw_duty(work, shift_id=input.shift_id)
