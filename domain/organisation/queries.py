"""Who stands where: departments with their heads, holders of posts, superiors."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, literal, not_, select, true
from sqlalchemy.orm import aliased

from domain.kernel.permissions import Permission
from domain.organisation.models import Absence, Department, DutyShift, Post, Staff
from tenancy.actor import Actor
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.rows import another
from tenancy.tenants import Tenant
from tenancy.work import Work


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """The company's shape is open to whoever may read it."""
    return true() if actor.may(Permission.ORGANISATION_READ) else false()


def visible_staff(actor: Actor, staff: Any) -> ColumnElement[bool]:
    """Who may read the company's shape knows all of its staff; everybody knows themselves."""
    return true() if actor.may(Permission.ORGANISATION_READ) else staff.id == current_member()


def visible_of_staff(actor: Actor, rows: Any) -> ColumnElement[bool]:
    """Absences and shifts are seen with whom they are of. `rows` is their table or an alias."""
    return true() if actor.may(Permission.ORGANISATION_READ) else rows.staff_id == current_member()


@dataclass(frozen=True)
class Company:
    """What the company is called in its letters, the language it writes in by itself, and its short name."""

    name: str
    language: str
    slug: str


async def company(work: Work) -> Company:
    """The company that the work is in."""
    own = select(Tenant.name, Tenant.language, Tenant.slug).where(Tenant.id == work.actor.tenant_id)
    [row] = await work.rows(own)
    return Company(row["name"], row["language"], row["slug"])


async def department(work: Work, id: UUID, *path: str) -> Department:
    """One department; refuses with `NotFound`."""
    return await work.get(Department, id, *path)


async def post(work: Work, id: UUID) -> Post:
    """One post; refuses with `NotFound`."""
    return await work.get(Post, id)


def below_me(staff_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether somebody stands below the acting member, at whatever distance, by the id of their staff record."""
    first, further = another(Staff), another(Staff)
    line = select(first.id).where(first.superior_id == current_member()).cte("line", recursive=True, nesting=True)
    line = line.union(select(further.id).where(further.superior_id == line.c.id))
    return staff_id.in_(select(line.c.id))


def headed_by_me(department_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the acting member heads a department or one above it, by the department's id."""
    first, further = another(Department), another(Department)
    mine = select(first.id).where(first.head_id == current_member()).cte("headed", recursive=True, nesting=True)
    mine = mine.union(select(further.id).where(further.parent_id == mine.c.id))
    return department_id.in_(select(mine.c.id))


def department_of(staff_id: ColumnElement[UUID]) -> Select[UUID]:
    """The department of somebody inside a statement, by the id of their staff record."""
    return select(Staff.department_id).where(Staff.id == staff_id)


async def staff(work: Work, id: UUID, *path: str, lock: bool = False) -> Staff:
    """One staff record; refuses with `NotFound`. Who locks it does one thing at a time about this person."""
    return await work.get(Staff, id, *path, lock=lock)


async def find_staff(work: Work, id: UUID | None) -> Staff | None:
    """The staff record of a member; None for members who are no staff, and for nobody."""
    return await work.find(Staff, id) if id is not None else None


async def member(work: Work, id: UUID) -> Member:
    """The person behind a staff record; refuses with `NotFound`."""
    return await work.get(Member, id)


async def at_work(work: Work) -> list[Staff]:
    """Everybody who has not left, by id."""
    return await work.all(select(Staff).where(Staff.left_on.is_(None)).order_by(Staff.id))


async def holders(work: Work, post_id: UUID) -> list[Staff]:
    """Who holds a post today, by id; nobody when it is vacant."""
    return await work.all(select(Staff).where(Staff.post_id == post_id, Staff.left_on.is_(None)).order_by(Staff.id))


async def post_named(work: Work, name: str) -> Post | None:
    """The post that a clause names."""
    return await work.first(select(Post).where(Post.name == name))


async def department_named(work: Work, name: str) -> Department | None:
    """The department that a clause names."""
    return await work.first(select(Department).where(Department.name == name))


async def staff_of(work: Work, department_id: UUID) -> list[Staff]:
    """Who works in a department itself today, by id."""
    there = (Staff.department_id == department_id, Staff.left_on.is_(None))
    return await work.all(select(Staff).where(*there).order_by(Staff.id))


async def parents(work: Work) -> dict[UUID, UUID | None]:
    """Every department, in the order of their founding, with the one above it."""
    rows = await work.rows(select(Department.id, Department.parent_id).order_by(Department.id))
    return {row["id"]: row["parent_id"] for row in rows}


async def head_of(work: Work, department_id: UUID) -> UUID | None:
    """The head of a department, or of the nearest one above that has a head."""
    found = await work.find(Department, department_id)
    while found is not None:
        if found.head_id is not None:
            return found.head_id
        found = await work.find(Department, found.parent_id) if found.parent_id else None
    return None


async def heads_above(work: Work, department_id: UUID) -> list[UUID]:
    """Who heads a department and those above it and is still with the company, the nearest first."""
    above = aliased(Department)
    tree = select(above.id, above.parent_id, above.head_id, literal(0).label("distance"))
    line = tree.where(above.id == department_id).cte("department_above", recursive=True)
    further = aliased(Department)
    next_above = select(further.id, further.parent_id, further.head_id, line.c.distance + 1)
    line = line.union_all(next_above.join(line, further.id == line.c.parent_id))
    heads = select(Staff.id).join(line, line.c.head_id == Staff.id).where(Staff.left_on.is_(None))
    return list(dict.fromkeys([row["id"] for row in await work.rows(heads.order_by(line.c.distance))]))


async def heads_at_the_top(work: Work) -> list[UUID]:
    """Who heads a department that stands below no other and is still with the company, by the departments' founding."""
    heads = select(Staff.id).join(Department, Department.head_id == Staff.id)
    top = heads.where(Department.parent_id.is_(None), Staff.left_on.is_(None))
    return list(dict.fromkeys([row["id"] for row in await work.rows(top.order_by(Department.id))]))


async def line_above(work: Work, staff_id: UUID) -> list[UUID]:
    """The superiors of somebody who are still with the company, the nearest first."""
    line: list[UUID] = []
    passed = {staff_id}
    record = await work.find(Staff, staff_id)
    while record is not None and record.superior_id is not None and record.superior_id not in passed:
        passed.add(record.superior_id)
        record = await work.find(Staff, record.superior_id)
        if record is not None and record.left_on is None:
            line.append(record.id)
    return line


async def lines_from(work: Work, starts: Collection[UUID], *, above: UUID | None) -> list[UUID]:
    """Each of these with their superiors; of a line that leads to the person `above`, only who stands above them."""
    lines: list[UUID] = []
    for start in starts:
        people = [start, *await line_above(work, start)]
        lines += people[people.index(above) + 1 :] if above is not None and above in people else people
    return lines


async def superior_of(work: Work, staff_id: UUID, *, levels: int = 1) -> UUID | None:
    """The n-th superior of somebody, or None where the line ends earlier."""
    current: UUID | None = staff_id
    for _ in range(levels):
        record = await work.find(Staff, current) if current else None
        current = record.superior_id if record is not None else None
    return current


async def names(work: Work, ids: Collection[UUID]) -> dict[UUID, str]:
    """What departments and posts are called, as far as the actor may know."""
    found: dict[UUID, str] = {}
    for table in (Department, Post):
        rows = await work.rows(select(table.id, table.name).where(one_of(table.id, ids), visible(work.actor)))
        found |= {row["id"]: row["name"] for row in rows}
    return found


async def unknown(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Those that are neither a department nor a post of the company, whoever may see them."""
    known: set[UUID] = set()
    for table in (Department, Post):
        known |= {row["id"] for row in await work.rows(select(table.id).where(one_of(table.id, ids)))}
    return set(ids) - known


async def places(work: Work) -> dict[UUID, tuple[UUID, UUID]]:
    """The department and the post of everybody who is or was one of the staff."""
    rows = await work.rows(select(Staff.id, Staff.department_id, Staff.post_id))
    return {row["id"]: (row["department_id"], row["post_id"]) for row in rows}


def today(work: Work) -> date:
    """The day it is by the company's own zone."""
    return day_at(work, work.now)


def day_at(work: Work, instant: datetime) -> date:
    """The day of an instant by the company's own zone."""
    return instant.astimezone(ZoneInfo(work.opening.zone)).date()


def has_begun(member_id: SQLColumnExpression[UUID], day: date) -> ColumnElement[bool]:
    """Whether somebody's first day of work is no later than a day, inside a statement; members who are no staff have
    begun."""
    newcomer = another(Staff)
    return not_(select(newcomer.id).where(newcomer.id == member_id, newcomer.hired_on > day).exists())


async def away(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Who of these is absent today."""
    day = today(work)
    absent = select(Absence.staff_id).where(
        one_of(Absence.staff_id, ids), Absence.starts_on <= day, Absence.ends_on >= day
    )
    return {row["staff_id"] for row in await work.rows(absent)}


async def is_free(work: Work, staff_id: UUID) -> bool:
    """Whether somebody is still with the company and not absent today."""
    return (await staff(work, staff_id)).left_on is None and not await away(work, [staff_id])


async def on_duty(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Who of these is on duty now, by the roster."""
    shifts = select(DutyShift.staff_id).where(
        one_of(DutyShift.staff_id, ids), DutyShift.starts_at <= work.now, DutyShift.ends_at > work.now
    )
    return {row["staff_id"] for row in await work.rows(shifts)}


async def nearest_with_posts(work: Work, department_id: UUID, posts: Collection[str]) -> list[Staff]:
    """Who works in a department in one of these posts today, by id; where it has none such, in the nearest department
    above that has. Any post will do where none is named."""
    above: UUID | None = department_id
    passed: set[UUID] = set()
    while above is not None and above not in passed:
        passed.add(above)
        there = select(Staff).where(Staff.department_id == above, Staff.left_on.is_(None)).order_by(Staff.id)
        if posts:
            there = there.join(Post, Post.id == Staff.post_id).where(one_of(Post.name, posts))
        found = await work.all(there)
        if found or not posts:
            return found
        above = (await department(work, above)).parent_id
    return []
