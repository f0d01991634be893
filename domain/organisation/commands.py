"""Changing the company's shape: departments, posts, engaging and moving staff."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries, rules
from domain.organisation.events import (
    AbsenceRecorded,
    AbsenceWithdrawn,
    DepartmentChanged,
    DepartmentCreated,
    DutyPlanned,
    DutyWithdrawn,
    PostCreated,
    StaffDescribed,
    StaffEngaged,
    StaffLeft,
    StaffMoved,
)
from domain.organisation.models import Absence, Department, DutyShift, Post, Staff
from tenancy.identity import people
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, message
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


@command(needs=Permission.ORGANISATION_MANAGE)
async def describe(
    work: Work, *, staff_id: UUID, skills: Sequence[str] | None = None, region: str | None = None
) -> Staff:
    """Write down what somebody knows and the region they work in, for the rules by which requests are assigned; what
    is not given stays."""
    staff = await work.get(Staff, staff_id, "staffId", lock=True)
    if skills is not None:
        staff.skills = rules.clean_skills(skills)
    if region is not None:
        staff.region = rules.clean_region(region)
    work.record(StaffDescribed(staff_id=staff.id), about=staff)
    return staff


@command(needs=None)
async def record_absence(work: Work, *, staff_id: UUID, starts_on: date, ends_on: date) -> Absence:
    """Note that somebody is away for some days, both included: oneself, or anybody for whoever manages the company's
    shape. Refuses days on which they are away already."""
    _must_be_own(work, staff_id)
    rules.check_days(starts_on, ends_on)
    staff = await _here(work, staff_id)
    overlapping = select(Absence).where(
        Absence.staff_id == staff_id, Absence.starts_on <= ends_on, Absence.ends_on >= starts_on
    )
    if await work.first(overlapping) is not None:
        raise Conflict(message("They are away on some of these days already."), path=("startsOn",))
    absence = work.add(Absence(staff_id=staff_id, starts_on=starts_on, ends_on=ends_on))
    work.record(AbsenceRecorded(absence_id=absence.id, staff_id=staff.id), about=absence)
    return absence


@command(needs=None)
async def withdraw_absence(work: Work, *, absence_id: UUID) -> Staff:
    """Take an absence back: they are there after all."""
    absence = await work.seen(Absence, absence_id, queries.visible_of_staff(work.actor, Absence), "absenceId")
    _must_be_own(work, absence.staff_id)
    staff = await work.get(Staff, absence.staff_id)
    work.record(AbsenceWithdrawn(absence_id=absence.id, staff_id=staff.id), about=staff)
    work.delete(absence)
    return staff


@command(needs=Permission.ORGANISATION_MANAGE)
async def plan_duty(work: Work, *, staff_id: UUID, starts_at: datetime, ends_at: datetime) -> DutyShift:
    """Enter somebody into the roster of who is on duty. Refuses hours in which they are on duty already."""
    rules.check_shift(starts_at, ends_at)
    staff = await _here(work, staff_id)
    overlapping = select(DutyShift).where(
        DutyShift.staff_id == staff_id, DutyShift.starts_at < ends_at, DutyShift.ends_at > starts_at
    )
    if await work.first(overlapping) is not None:
        raise Conflict(message("They are on duty in some of these hours already."), path=("startsAt",))
    shift = work.add(DutyShift(staff_id=staff_id, starts_at=starts_at, ends_at=ends_at))
    work.record(DutyPlanned(shift_id=shift.id, staff_id=staff.id), about=shift)
    return shift


@command(needs=Permission.ORGANISATION_MANAGE)
async def withdraw_duty(work: Work, *, shift_id: UUID) -> Staff:
    """Take a shift out of the roster."""
    shift = await work.get(DutyShift, shift_id, "shiftId")
    staff = await work.get(Staff, shift.staff_id)
    work.record(DutyWithdrawn(shift_id=shift.id, staff_id=staff.id), about=staff)
    work.delete(shift)
    return staff


def _must_be_own(work: Work, staff_id: UUID) -> None:
    own = work.actor.is_member and work.actor.id == staff_id
    if not own and not work.actor.may(Permission.ORGANISATION_MANAGE):
        text = message("One's own absence is noted by oneself, anybody's by whoever manages the company's shape.")
        raise Forbidden(text, code="NOT_YOURS")


async def _here(work: Work, staff_id: UUID) -> Staff:
    """One of the staff who has not left, locked so that what is planned for them comes one after the other."""
    staff = await work.get(Staff, staff_id, "staffId", lock=True)
    if staff.left_on is not None:
        raise Invalid(message("This person has left the company."), path=("staffId",))
    return staff
