"""Changing the company's shape: departments, posts, engaging and moving staff."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import rules
from domain.organisation.events import (
    DepartmentChanged,
    DepartmentCreated,
    PostCreated,
    StaffEngaged,
    StaffLeft,
    StaffMoved,
)
from domain.organisation.models import Department, Post, Staff
from tenancy.identity import people
from tenancy.members import Member
from tenancy.refusals import Conflict, message
from tenancy.work import Work


@command(needs=Permission.ORGANISATION_MANAGE)
async def create_department(work: Work, *, name: str, parent_id: UUID | None = None) -> Department:
    """Add a department below another, or a root."""
    name = rules.clean_name(name)
    if await work.first(select(Department).where(Department.name == name)) is not None:
        raise Conflict(message("There is a department “{name}” already."), {"name": name}, path=("name",))
    if parent_id is not None:
        await work.get(Department, parent_id, "parentId")
    department = work.add(Department(name=name, parent_id=parent_id))
    work.record(DepartmentCreated(department_id=department.id), about=department)
    return department


@command(needs=Permission.ORGANISATION_MANAGE)
async def appoint_head(work: Work, *, department_id: UUID, staff_id: UUID | None) -> Department:
    """Name the head of a department, or leave it without one."""
    department = await work.get(Department, department_id, "departmentId", lock=True)
    if staff_id is not None:
        await work.get(Staff, staff_id, "staffId")
    department.head_id = staff_id
    work.record(DepartmentChanged(department_id=department.id), about=department)
    return department


@command(needs=Permission.ORGANISATION_MANAGE)
async def create_post(work: Work, *, name: str, key_post: bool = False) -> Post:
    """Add a post that staff may hold and clauses may name."""
    name = rules.clean_name(name)
    if await work.first(select(Post).where(Post.name == name)) is not None:
        raise Conflict(message("There is a post “{name}” already."), {"name": name}, path=("name",))
    post = work.add(Post(name=name, key_post=key_post))
    work.record(PostCreated(post_id=post.id), about=post)
    return post


@command(needs=Permission.ORGANISATION_MANAGE)
async def engage(
    work: Work,
    *,
    member_id: UUID,
    department_id: UUID,
    post_id: UUID,
    hired_on: date,
    superior_id: UUID | None = None,
    probation_until: date | None = None,
) -> Staff:
    """Make a member one of the staff."""
    await work.get(Member, member_id, "memberId")
    await work.get(Department, department_id, "departmentId")
    await work.get(Post, post_id, "postId")
    if superior_id is not None:
        await work.get(Staff, superior_id, "superiorId")
    if await work.find(Staff, member_id) is not None:
        raise Conflict(message("This person is one of the staff already."), path=("memberId",))
    staff = Staff(
        department_id=department_id,
        post_id=post_id,
        hired_on=hired_on,
        superior_id=superior_id,
        probation_until=probation_until,
    )
    staff.id = member_id
    work.add(staff)
    work.record(StaffEngaged(staff_id=staff.id), about=staff)
    return staff


@command(needs=Permission.ORGANISATION_MANAGE)
async def move(work: Work, *, staff_id: UUID, department_id: UUID, post_id: UUID, superior_id: UUID | None) -> Staff:
    """Give somebody another department, post or superior."""
    staff = await work.get(Staff, staff_id, "staffId", lock=True)
    await work.get(Department, department_id, "departmentId")
    await work.get(Post, post_id, "postId")
    lines = await work.rows(select(Staff.id, Staff.superior_id))
    superiors = {row["id"]: row["superior_id"] for row in lines}
    if superior_id is not None:
        await work.get(Staff, superior_id, "superiorId")
        rules.refuse_circle(staff.id, superior_id, superiors, "superiorId")
    staff.department_id, staff.post_id, staff.superior_id = department_id, post_id, superior_id
    work.record(StaffMoved(staff_id=staff.id), about=staff)
    return staff


@command(needs=Permission.PEOPLE_MANAGE)
async def release(work: Work, *, staff_id: UUID, left_on: date) -> Staff:
    """Somebody has left: their headships become vacant, and their sessions and tokens end with their access.

    Refuses when nobody else could manage access: it is to be given to somebody else first.
    """
    staff = await work.get(Staff, staff_id, "staffId", lock=True)
    staff.left_on = left_on
    await people.shut_out(work, await work.get(Member, staff_id, "staffId", lock=True))
    for department in await work.all(select(Department).where(Department.head_id == staff_id).with_for_update()):
        department.head_id = None
        work.record(DepartmentChanged(department_id=department.id), about=department)
    work.record(StaffLeft(staff_id=staff.id), about=staff)
    return staff
