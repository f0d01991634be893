"""Changing the company's shape."""

from datetime import date
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.organisation import commands
from domain.organisation.models import Department, Post, Staff
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
