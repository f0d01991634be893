"""Whom a chain leads to: its words, the case, and the people who are there today."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, bindparam, select
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY

from domain.approvals.models import Approval
from domain.approvals.rules.seats import Found, Seating, StandIns, seating
from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.chains import Approver, ApproverKind, Chain, Step
from domain.policies.rules.kinds import ExpertPanel
from tenancy.identity.permits import who_may
from tenancy.members import Member, MemberRole, Role
from tenancy.refusals import NotFound
from tenancy.work import Work

# A line of superiors longer than this is a circle or a mistake.
LONGEST_LINE = 30


@dataclass(frozen=True)
class Case:
    """What leads from a chain's words to people: who asks, what is known of the subject, and by which handbook."""

    requester_id: UUID
    facts: Mapping[str, Any]
    # None for the handbook in force.
    version_id: UUID | None = None
    # For whom it is their own matter beside the requester.
    own_of: frozenset[UUID] = frozenset()

    @property
    def concerned(self) -> frozenset[UUID]:
        """Who doesn't decide, because the matter is their own."""
        return self.own_of | {self.requester_id}


def case_of(approval: Approval) -> Case:
    """What leads from the approval's chain to people, by the handbook it goes by."""
    return Case(approval.requester_id, approval.facts, approval.version_id, frozenset(approval.own_of_ids))


async def seats_of(work: Work, step: Step, case: Case) -> Seating:
    """Who sits in a step of a chain today."""
    meant = [(approver, await named(work, approver, case)) for approver in step.approvers]
    barred = await _barred(work, {member for _, members in meant for member in members})
    found = [Found(approver, members, barred) for approver, members in meant]
    free = [member for member in await administrators(work) if member not in case.concerned]
    stand_ins = StandIns(
        superior_id=await superior_at_work(work, case.requester_id, excluding=case.concerned),
        administrators=await deciders(work, free),
    )
    return seating(step, found, case.concerned, stand_ins)


async def _barred(work: Work, members: Collection[UUID]) -> frozenset[UUID]:
    """Those who lack the permission to decide, or have not begun to work: no seat is of use to them."""
    return frozenset(members) - {*await deciders(work, members)} if members else frozenset()


async def deciders(work: Work, among: Collection[UUID]) -> tuple[UUID, ...]:
    """Those of these members who may decide today: they are with the company, hold the permission, and their first day
    of work has come."""
    return await who_may(
        work, Permission.APPROVALS_DECIDE, among, organisation.has_begun(Member.id, organisation.today(work))
    )


async def is_powerless(work: Work, approver: Approver) -> bool:
    """Whether an entry that leads to the same people in every case leads to some, none of whom may decide."""
    if approver.by not in (ApproverKind.MEMBER, ApproverKind.POST, ApproverKind.ROLE, ApproverKind.DEPARTMENT):
        return False
    members = await named(work, approver, Case(UUID(int=0), {}))
    return bool(members) and not await who_may(work, Permission.APPROVALS_DECIDE, members)


async def may_decide(work: Work, member_id: UUID) -> bool:
    """Whether somebody is with the company, has begun to work and holds the permission to decide."""
    return member_id in await deciders(work, [member_id])


async def named(work: Work, approver: Approver, case: Case) -> tuple[UUID, ...]:
    """The active members an entry of a chain leads to; nobody when it is vacant.

    The facts `department_id` and `customer_id` say whose head and whose account owner is meant; without the first it
    is the requester's own department.
    """
    return await active(work, await _meant(work, approver, case))


async def experts(work: Work, panel: str, *, excluding: Collection[UUID]) -> tuple[UUID, ...]:
    """The members of a panel, by the handbook in force, who may decide and are not excluded."""
    entry = Approver(by=ApproverKind.EXPERT_PANEL, value=panel)
    members = [member for member in await named(work, entry, Case(UUID(int=0), {})) if member not in excluding]
    return await deciders(work, members) if members else ()


async def informed_by(work: Work, chain: Chain, case: Case) -> list[UUID]:
    """Who gets a copy of what a chain decides."""
    found = [await named(work, approver, case) for approver in chain.informed]
    return list(dict.fromkeys(member for members in found for member in members))


async def _meant(work: Work, approver: Approver, case: Case) -> Sequence[UUID]:
    match approver.by:
        case ApproverKind.MEMBER:
            return [UUID(approver.value or "")]
        case ApproverKind.POST:
            post = await organisation.post_named(work, approver.value or "")
            return [holder.id for holder in await organisation.holders(work, post.id)] if post is not None else []
        case ApproverKind.ROLE:
            return await _in_role(work, Role.name == approver.value)
        case ApproverKind.DEPARTMENT:
            department = await organisation.department_named(work, approver.value or "")
            return (
                [one.id for one in await organisation.staff_of(work, department.id)] if department is not None else []
            )
        case ApproverKind.DEPARTMENT_HEAD:
            return _one_if(await _head(work, approver.value, case))
        case ApproverKind.SUPERIOR:
            return _one_if(await organisation.superior_of(work, case.requester_id, levels=approver.level or 1))
        case ApproverKind.CUSTOMER_OWNER:
            customer_id = _pointer(case.facts, "customer_id")
            return _one_if(await customers.owner_of(work, customer_id) if customer_id else None)
        case ApproverKind.FACT:
            return _one_if(_pointer(case.facts, approver.value or ""))
        case ApproverKind.EXPERT_PANEL:
            panel = await policies.find_rule(work, ExpertPanel, topic=approver.value or "", version_id=case.version_id)
            entries = panel.value.members if panel is not None else ()
            return [member for entry in entries for member in await named(work, entry, case)]
        case ApproverKind.ADMINISTRATOR:
            return await administrators(work)


def _one_if(found: UUID | None) -> list[UUID]:
    return [found] if found is not None else []


async def _head(work: Work, department: str | None, case: Case) -> UUID | None:
    if department is None:
        department_id = await department_of(work, case.requester_id, case.facts)
    else:
        found = await organisation.department_named(work, department)
        department_id = found.id if found is not None else None
    return await organisation.head_of(work, department_id) if department_id else None


async def administrators(work: Work) -> tuple[UUID, ...]:
    """The active members who administer approvals, by id."""
    return await who_may(work, Permission.APPROVALS_ADMINISTER)


async def stand_in_administrator(work: Work, *, excluding: Collection[UUID]) -> UUID | None:
    """The first administrator of approvals who may decide themselves and is not excluded."""
    free = [member for member in await administrators(work) if member not in excluding]
    able = await deciders(work, free)
    return able[0] if able else None


async def head_at_work(work: Work, person_id: UUID, *, excluding: Collection[UUID]) -> UUID | None:
    """The head of somebody's department, or of the nearest one above it, who may decide and is not excluded."""
    try:
        department_id = (await organisation.staff(work, person_id)).department_id
    except NotFound:
        return None
    for head in await organisation.heads_above(work, department_id):
        if head not in excluding and await may_decide(work, head):
            return head
    return None


async def superior_at_work(work: Work, person_id: UUID, *, excluding: Collection[UUID]) -> UUID | None:
    """The nearest superior of somebody who may decide and is not excluded; None where the line ends."""
    for level in range(1, LONGEST_LINE):
        superior = await organisation.superior_of(work, person_id, levels=level)
        if superior is None:
            return None
        if superior not in excluding and await may_decide(work, superior):
            return superior
    return None


async def active(work: Work, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Those of the given members who are still with the company, in the given order."""
    if not ids:
        return ()
    among = bindparam("ids", list(ids), type_=ARRAY(UuidType()))
    rows = await work.rows(select(Member.id).where(Member.id == any_(among), Member.active))
    there = {row["id"] for row in rows}
    return tuple(member for member in dict.fromkeys(ids) if member in there)


async def _in_role(work: Work, condition: ColumnElement[bool]) -> tuple[UUID, ...]:
    holders = (
        select(Member.id)
        .distinct()
        .join(MemberRole, MemberRole.member_id == Member.id)
        .join(Role, Role.id == MemberRole.role_id)
        .where(Member.active, condition)
        .order_by(Member.id)
    )
    return tuple(row["id"] for row in await work.rows(holders))


async def department_of(work: Work, requester_id: UUID, facts: Mapping[str, Any]) -> UUID | None:
    """The department a subject belongs to: the one its facts name, else its requester's."""
    given = _pointer(facts, "department_id")
    if given is not None:
        return given
    try:
        return (await organisation.staff(work, requester_id)).department_id
    except NotFound:
        # A member who is not one of the staff has no department, and so no head.
        return None


def _pointer(facts: Mapping[str, Any], name: str) -> UUID | None:
    given = facts.get(name)
    return UUID(str(given)) if given is not None else None
