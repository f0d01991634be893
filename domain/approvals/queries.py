"""Who sees which approvals, what waits for whom, and whom a chain leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Text, and_, any_, bindparam, cast, false, func, not_, or_, select, true
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.rules.seats import Found, Seating, StandIns, seating
from domain.approvals.rules.states import State, TaskState
from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.chains import Approver, ApproverKind, Chain, Step
from domain.policies.rules.kinds import ExpertPanel
from tenancy.actor import Actor
from tenancy.members import Member, MemberRole, Role
from tenancy.models import current_instant, current_member
from tenancy.refusals import NotFound
from tenancy.work import Work

# A line of superiors longer than this is a circle or a mistake.
LONGEST_LINE = 30
# How the facts of this module begin.
FACTS = "approvals."
DECIDED = (TaskState.APPROVED, TaskState.REJECTED, TaskState.RETURNED)


def visible(actor: Actor, approvals: Any) -> ColumnElement[bool]:
    """Approvals are seen by their requester, by whoever sits or sat in one of their steps, by who gets a copy, and by
    those who may read all. `approvals` is `Approval` or an alias of it."""
    if actor.may(Permission.APPROVALS_READ_ALL):
        return true()
    if not actor.is_member:
        return false()
    return or_(asked_by_me(approvals), copied_to_me(approvals), ever_mine_to_decide(approvals))


def visible_tasks(actor: Actor, tasks: Any) -> ColumnElement[bool]:
    """Seats are seen with their approval. `tasks` is `ApprovalTask` or an alias of it."""
    if actor.may(Permission.APPROVALS_READ_ALL):
        return true()
    approvals = aliased(Approval)
    return select(approvals.id).where(approvals.id == tasks.approval_id, visible(actor, approvals)).exists()


def visible_facts(actor: Actor, entries: Any) -> ColumnElement[bool]:
    """What happened to an approval is seen with it. `entries` is the journal or an alias of it."""
    about_it = entries.name.startswith(FACTS)
    if actor.may(Permission.APPROVALS_READ_ALL):
        return cast(about_it, Boolean)
    approvals = aliased(Approval)
    same = approvals.id == cast(entries.payload.op("->>")("approval_id"), UuidType())
    return and_(about_it, select(approvals.id).where(same, visible(actor, approvals)).exists())


def told_of(approvals: Any, entries: Any) -> ColumnElement[bool]:
    """Whether a journal entry tells of an approval or of a seat in it."""
    seats = aliased(ApprovalTask)
    of_seat = select(seats.id).where(seats.approval_id == approvals.id, seats.id == entries.subject_id).exists()
    itself = and_(entries.subject_kind == Approval.__tablename__, entries.subject_id == approvals.id)
    return or_(itself, and_(entries.subject_kind == ApprovalTask.__tablename__, of_seat))


def overdue(approvals: Any) -> ColumnElement[bool]:
    """Whether the time of a step that waits is up."""
    return and_(approvals.state == State.WAITING, func.coalesce(approvals.step_due_at < current_instant(), false()))


def asked_by_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member has asked for."""
    mine: ColumnElement[bool] = approvals.requester_id == current_member()
    return mine


def copied_to_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member gets a copy of."""
    return current_member() == any_(approvals.informed_ids)


def waiting_for_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member is to decide now, for themselves or for somebody who is away."""
    own = aliased(ApprovalTask)
    mine = or_(_sits_there(own), and_(_decides_for(own), approvals.requester_id != current_member()))
    return select(own.id).where(own.approval_id == approvals.id, own.state == TaskState.WAITING, mine).exists()


def decided_by_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member has decided with their own hand."""
    own = aliased(ApprovalTask)
    return _has_seat(approvals, own, or_(*(own.state == state for state in DECIDED)), own.end_reason.is_(None))


def ever_mine_to_decide(approvals: Any) -> ColumnElement[bool]:
    """What the acting member was ever asked to decide, what somebody decided for them, and what they may decide now for
    somebody who is away."""
    own = aliased(ApprovalTask)
    waiting_seat = or_(own.state == TaskState.WAITING, own.state == TaskState.HELD)
    mine = or_(_sits_there(own), own.instead_of_id == current_member(), and_(waiting_seat, _decides_for(own)))
    return select(own.id).where(own.approval_id == approvals.id, mine).exists()


def my_waiting_tasks(tasks: Any) -> ColumnElement[bool]:
    """The seats from which the acting member is to decide now, for themselves or for somebody who is away."""
    asked = aliased(Approval)
    own_request = select(asked.id).where(asked.id == tasks.approval_id, asked.requester_id == current_member()).exists()
    mine = or_(_sits_there(tasks), and_(_decides_for(tasks), not_(own_request)))
    return and_(mine, tasks.state == TaskState.WAITING)


def visible_delegations(actor: Actor, delegations: Any) -> ColumnElement[bool]:
    """Delegations are seen by both people, and by who administers approvals."""
    if actor.may(Permission.APPROVALS_ADMINISTER):
        return true()
    if not actor.is_member:
        return false()
    return or_(delegations.delegator_id == current_member(), delegations.delegate_id == current_member())


def in_force(delegations: Any) -> ColumnElement[bool]:
    """Whether a delegation holds at the tenant's now."""
    return and_(delegations.starts_at <= current_instant(), current_instant() < delegations.ends_at)


def _sits_there(tasks: Any) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = tasks.assignee_id == current_member()
    return mine


def _decides_for(tasks: Any) -> ColumnElement[bool]:
    """Whether the acting member decides at the tenant's now for who sits there."""
    given = aliased(ApprovalDelegation)
    to_me = (given.delegator_id == tasks.assignee_id, given.delegate_id == current_member())
    return select(given.id).where(*to_me, in_force(given)).exists()


async def delegation_to_me(work: Work, delegator_id: UUID | None) -> ApprovalDelegation | None:
    """The delegation by which the acting member decides now for somebody; locked, so that it is not ended meanwhile."""
    if delegator_id is None or not work.actor.is_member:
        return None
    to_me = (ApprovalDelegation.delegator_id == delegator_id, ApprovalDelegation.delegate_id == work.actor.id)
    now = (ApprovalDelegation.starts_at <= work.now, work.now < ApprovalDelegation.ends_at)
    return await work.first(select(ApprovalDelegation).where(*to_me, *now).with_for_update())


def _has_seat(approvals: Any, own: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # The seats are an alias, so that a statement which reads seats itself doesn't take them for its own.
    mine = (own.approval_id == approvals.id, own.assignee_id == current_member(), *conditions)
    return select(own.id).where(*mine).exists()


def shown_to_me(kind: SubjectKind, subject_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the acting member was ever asked to decide about a record, or gets a copy of what is decided."""
    found = aliased(Approval)
    about_it = (found.subject_kind == kind.value, found.subject_id == subject_id)
    return select(found.id).where(*about_it, or_(copied_to_me(found), ever_mine_to_decide(found))).exists()


async def get(work: Work, id: UUID, *path: str) -> Approval:
    """One approval; refuses with `NotFound`."""
    return await work.get(Approval, id, *path)


async def tasks_of(work: Work, approval_id: UUID) -> list[ApprovalTask]:
    """Every seat of an approval, in the order in which it was given."""
    every = select(ApprovalTask).where(ApprovalTask.approval_id == approval_id).order_by(ApprovalTask.id)
    return await work.all(every)


async def about(work: Work, subject: Subject, *, purpose: str = "") -> list[Approval]:
    """The approvals a record has gone through, oldest first."""
    same = (Approval.subject_kind == subject.kind, Approval.subject_id == subject.id, Approval.purpose == purpose)
    return await work.all(select(Approval).where(*same).order_by(Approval.id))


async def waiting_about(work: Work, subject: Subject, *, purpose: str = "") -> Approval | None:
    """The approval a record is waiting for; while there is one, its module keeps the record as it is."""
    found = await about(work, subject, purpose=purpose)
    return next((approval for approval in found if approval.state is State.WAITING), None)


async def may_see(work: Work, approval_id: UUID) -> bool:
    """Whether the actor sees an approval."""
    seen = select(Approval.id).where(Approval.id == approval_id, visible(work.actor, Approval))
    return await work.value(seen) is not None


@dataclass(frozen=True)
class Case:
    """What leads from a chain's words to people: who asks, what is known of the subject, and by which handbook."""

    requester_id: UUID
    facts: Mapping[str, Any]
    # None for the handbook in force.
    version_id: UUID | None = None


def case_of(approval: Approval) -> Case:
    """What leads from the approval's chain to people, by the handbook it goes by."""
    return Case(approval.requester_id, approval.facts, approval.version_id)


async def preview(work: Work, chain: Chain, case: Case) -> list[Seating | None]:
    """Who would sit in each step if the approval were opened now; None for a step whose conditions aren't met."""
    return [await seats_of(work, step, case) if chain.takes(step, case.facts) else None for step in chain.steps]


async def seats_of(work: Work, step: Step, case: Case) -> Seating:
    """Who sits in a step of a chain today."""
    found = [Found(approver, await named(work, approver, case)) for approver in step.approvers]
    stand_ins = StandIns(
        superior_id=await superior_at_work(work, case.requester_id, excluding={case.requester_id}),
        administrators=tuple(member for member in await administrators(work) if member != case.requester_id),
    )
    return seating(step, found, case.requester_id, stand_ins)


async def named(work: Work, approver: Approver, case: Case) -> tuple[UUID, ...]:
    """The active members an entry of a chain leads to; nobody when it is vacant.

    The facts `department_id` and `customer_id` say whose head and whose account owner is meant; without the first it
    is the requester's own department.
    """
    return await active(work, await _meant(work, approver, case))


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
    return await _in_role(work, cast(Permission.APPROVALS_ADMINISTER.value, Text) == any_(Role.permissions))


async def superior_at_work(work: Work, person_id: UUID, *, excluding: set[UUID]) -> UUID | None:
    """The nearest superior of somebody who is active and not excluded; None where the line ends."""
    for level in range(1, LONGEST_LINE):
        superior = await organisation.superior_of(work, person_id, levels=level)
        if superior is None:
            return None
        if superior not in excluding and await active(work, [superior]):
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
