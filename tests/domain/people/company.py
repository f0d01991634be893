"""A company for the tests of leaving: a boss, a department with a head, somebody in HR, an engineer, a newcomer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import ApprovalTask
from domain.approvals.rules.states import TaskState
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.organisation import commands as organisation
from domain.people.models import Resignation
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.members import Member, MemberRole, Role
from tenancy.work import Work
from tests.domain.policies.handbooks import OFFICE_HOURS, in_force

STAFF = frozenset({Permission.PEOPLE_RESIGN, Permission.APPROVALS_DECIDE, Permission.POLICIES_READ})
# The newcomer is on probation to the end of this day.
PROBATION_UNTIL = date(2026, 6, 30)


@dataclass(frozen=True)
class Company:
    """Who is there; the engineer and the newcomer stand below the head, everybody below the boss."""

    admin: Actor
    boss: Actor
    head: Actor
    hr: Actor
    engineer: Actor
    newcomer: Actor
    outsider: Actor
    department_id: UUID
    engineer_post_id: UUID


async def founded(admin: Actor) -> Company:
    """The company with its people, all of whom may resign and decide; `hr` also looks after people."""
    async with writing(admin, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        support = await organisation.create_department(work, name="Support", parent_id=root.id)
        posts = {name: (await organisation.create_post(work, name=name)).id for name in ("Director", "HR", "Engineer")}
        boss = await engage(work, admin, "Boss", root.id, posts["Director"])
        head = await engage(work, admin, "Head", support.id, posts["Engineer"], boss)
        hr = await engage(work, admin, "Personnel", root.id, posts["HR"], boss, manages=True)
        engineer = await engage(work, admin, "Engineer", support.id, posts["Engineer"], head)
        newcomer = await engage(
            work, admin, "Newcomer", support.id, posts["Engineer"], head, probation_until=PROBATION_UNTIL
        )
        outsider = await engage(work, admin, "Outsider", root.id, posts["Engineer"], boss)
        await organisation.appoint_head(work, department_id=support.id, staff_id=head.id)
    return Company(admin, boss, head, hr, engineer, newcomer, outsider, support.id, posts["Engineer"])


async def engage(
    work: Work,
    admin: Actor,
    name: str,
    department_id: UUID,
    post_id: UUID,
    superior: Actor | None = None,
    *,
    manages: bool = False,
    probation_until: date | None = None,
) -> Actor:
    """A new member of the staff, hired on 6 January 2025."""
    permissions = STAFF | ({Permission.PEOPLE_MANAGE} if manages else set())
    member = work.add(Member(name=name, email=f"{uuid4().hex}@example.com", language="en"))
    role = work.add(Role(name=f"{name} {uuid4().hex}", permissions=[str(word) for word in sorted(permissions)]))
    work.add(MemberRole(member_id=member.id, role_id=role.id))
    await organisation.engage(
        work,
        member_id=member.id,
        department_id=department_id,
        post_id=post_id,
        superior_id=superior.id if superior else None,
        hired_on=date(2025, 1, 6),
        probation_until=probation_until,
    )
    return Actor(tenant_id=admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=permissions)


HEAD: dict[str, Any] = {"by": "department_head"}
HR: dict[str, Any] = {"by": "post", "value": "HR"}
LEADERSHIP: dict[str, Any] = {"by": "post", "value": "Director"}


def chain(*approvers: Mapping[str, Any] | tuple[Mapping[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
    """The chain for resignations, one approver a step; a pair is an approver and the step's condition."""
    steps = []
    for given in approvers:
        approver, conditions = (given[0], [given[1]]) if isinstance(given, tuple) else (given, [])
        steps.append({"name": {"en": "Step"}, "approvers": [approver], "only_if": conditions})
    return {"subject_kind": "resignations", "steps": steps}


async def lay_down(admin: Actor, notice: Mapping[str, Any], chain: Mapping[str, Any], *more: Any) -> UUID:
    """A handbook whose clause 4.1 is the notice and 5.1 the chain; `more` are further clauses."""
    calendar = ("1.1", "business_calendar", OFFICE_HOURS)
    return await in_force(admin, calendar, ("4.1", "notice_period", notice), ("5.1", "approval_chain", chain), *more)


async def seat_of(actor: Actor, resignation_id: UUID) -> UUID | None:
    """The seat from which somebody is to decide about a resignation now."""
    async with writing(actor, settle=settle) as work:
        resignation = await work.get(Resignation, resignation_id)
        mine = (
            ApprovalTask.approval_id == resignation.approval_id,
            ApprovalTask.assignee_id == actor.id,
            ApprovalTask.state == TaskState.WAITING,
        )
        found = await work.first(select(ApprovalTask).where(*mine))
        return found.id if found else None


async def approve(actor: Actor, resignation_id: UUID) -> Resignation:
    """Somebody approves from their seat; the resignation as it is then."""
    task_id = await seat_of(actor, resignation_id)
    assert task_id is not None, "it is not for this person to decide now"
    async with writing(actor, settle=settle) as work:
        await approvals.approve(work, task_id=task_id)
    return await stored(actor, resignation_id)


async def return_to_its_writer(actor: Actor, resignation_id: UUID) -> None:
    """Somebody sends a resignation back from their seat."""
    task_id = await seat_of(actor, resignation_id)
    assert task_id is not None
    async with writing(actor, settle=settle) as work:
        await approvals.return_to_requester(work, task_id=task_id, comment="Talk to me first.")


async def stored(actor: Actor, resignation_id: UUID) -> Resignation:
    """The resignation as it is stored now."""
    async with writing(actor, settle=settle) as work:
        return await work.get(Resignation, resignation_id)
