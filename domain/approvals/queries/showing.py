"""Who sees which approvals, and what waits for whom, as conditions inside statements."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, any_, cast, false, func, not_, or_, select, true
from sqlalchemy import Uuid as UuidType

from domain.approvals.events import ApprovalVoided, ApprovalWithdrawn
from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.queries.acting import asked_by_me, sits_there, stands_in, still_open
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from tenancy.actor import Actor
from tenancy.journal import JournalEntry
from tenancy.models import current_instant, current_member
from tenancy.rows import another
from tenancy.work import Work

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
    approvals = another(Approval)
    return select(approvals.id).where(approvals.id == tasks.approval_id, visible(actor, approvals)).exists()


def shows(actor: Actor, approval_id: Any) -> ColumnElement[bool]:
    """Whether somebody sees the approval with an id, for what is attached to it."""
    approvals = another(Approval)
    return select(approvals.id).where(approvals.id == approval_id, visible(actor, approvals)).exists()


def visible_facts(actor: Actor, entries: Any) -> ColumnElement[bool]:
    """What happened to an approval is seen with it. `entries` is the journal or an alias of it."""
    about_it = entries.name.startswith(FACTS)
    if actor.may(Permission.APPROVALS_READ_ALL):
        return cast(about_it, Boolean)
    approvals = another(Approval)
    same = approvals.id == cast(entries.payload.op("->>")("approval_id"), UuidType())
    return and_(about_it, select(approvals.id).where(same, visible(actor, approvals)).exists())


def told_of(approvals: Any, entries: Any) -> ColumnElement[bool]:
    """Whether a journal entry tells of an approval or of a seat in it."""
    seats = another(ApprovalTask)
    of_seat = select(seats.id).where(seats.approval_id == approvals.id, seats.id == entries.subject_id).exists()
    itself = and_(entries.subject_kind == Approval.__tablename__, entries.subject_id == approvals.id)
    return or_(itself, and_(entries.subject_kind == ApprovalTask.__tablename__, of_seat))


def voided_at(approvals: Any) -> ColumnElement[Any]:
    """When an approval became void with its subject, granted or not; null for one that did not."""
    entries = another(JournalEntry)
    itself = and_(entries.subject_kind == Approval.__tablename__, entries.subject_id == approvals.id)
    by_its_subject = entries.payload.op("->>")("reason") == EndReason.SUBJECT_CHANGED.value
    ended = or_(entries.name == ApprovalVoided.name, entries.name == ApprovalWithdrawn.name)
    return select(func.min(entries.at)).where(itself, ended, by_its_subject).scalar_subquery()


def case_of_fact(entry: JournalEntry) -> UUID | None:
    """The approval of a seat that a fact is about; None for every other fact."""
    approval_id = entry.payload.get("approval_id") if entry.subject_kind == ApprovalTask.__tablename__ else None
    return UUID(approval_id) if approval_id else None


def overdue(approvals: Any) -> ColumnElement[bool]:
    """Whether the time of a step that waits is up."""
    return and_(approvals.state == State.WAITING, func.coalesce(approvals.step_due_at < current_instant(), false()))


def copied_to_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member gets a copy of."""
    return current_member() == any_(approvals.informed_ids)


def stopped(approvals: Any) -> ColumnElement[bool]:
    """Whether it waits at a step of which it can't be judged whether it is taken."""
    seat = another(ApprovalTask)
    failed = (seat.state == TaskState.WAITING, seat.seat_reason == SeatReason.CONDITION_FAILED)
    return select(seat.id).where(seat.approval_id == approvals.id, *failed).exists()


def only_stopped(approvals: Any) -> ColumnElement[bool]:
    """Whether nothing waits but steps of which it can't be judged whether they are taken."""
    seat = another(ApprovalTask)
    other = seat.seat_reason.is_distinct_from(SeatReason.CONDITION_FAILED)
    return not_(select(seat.id).where(seat.approval_id == approvals.id, still_open(seat), other).exists())


def vacant(approvals: Any) -> ColumnElement[bool]:
    """Whether a seat waits for an administrator to see to it."""
    seat = another(ApprovalTask)
    unfilled = (still_open(seat), seat.assignee_id.is_(None))
    return select(seat.id).where(seat.approval_id == approvals.id, *unfilled).exists()


def waiting_for_somebody(approvals: Any) -> ColumnElement[bool]:
    """Whether somebody sits in a seat that waits."""
    seat = another(ApprovalTask)
    filled = (seat.state == TaskState.WAITING, seat.assignee_id.is_not(None))
    return select(seat.id).where(seat.approval_id == approvals.id, *filled).exists()


def decided_by_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member has decided with their own hand."""
    # The seats are an alias, so that a statement which reads seats itself doesn't take them for its own.
    own = another(ApprovalTask)
    decided = (sits_there(own), or_(*(own.state == state for state in DECIDED)), own.end_reason.is_(None))
    return select(own.id).where(own.approval_id == approvals.id, *decided).exists()


def ever_mine_to_decide(approvals: Any) -> ColumnElement[bool]:
    """What the acting member was ever asked to decide, what somebody decided for them, and what they may decide now for
    somebody who is away."""
    own = another(ApprovalTask)
    mine = or_(sits_there(own), own.instead_of_id == current_member(), and_(still_open(own), stands_in(own)))
    return select(own.id).where(own.approval_id == approvals.id, mine).exists()


def visible_delegations(actor: Actor, delegations: Any) -> ColumnElement[bool]:
    """Delegations are seen by both people, and by who administers approvals."""
    if actor.may(Permission.APPROVALS_ADMINISTER):
        return true()
    if not actor.is_member:
        return false()
    return or_(delegations.delegator_id == current_member(), delegations.delegate_id == current_member())


async def delegation_to_me(work: Work, delegator_id: UUID | None) -> ApprovalDelegation | None:
    """The delegation by which the acting member decides now for somebody; locked, so that it is not ended meanwhile."""
    if delegator_id is None or not work.actor.is_member:
        return None
    to_me = (ApprovalDelegation.delegator_id == delegator_id, ApprovalDelegation.delegate_id == work.actor.id)
    now = (ApprovalDelegation.starts_at <= work.now, work.now < ApprovalDelegation.ends_at)
    return await work.first(select(ApprovalDelegation).where(*to_me, *now).with_for_update())


def waits_about(kind: SubjectKind, subject_id: Any, purpose: str = "") -> ColumnElement[bool]:
    """Whether a record waits for approval, inside a statement; see `finding.waiting_about`."""
    found = another(Approval)
    about_it = (found.subject_kind == kind.value, found.subject_id == subject_id, found.purpose == purpose)
    return select(found.id).where(*about_it, found.state == State.WAITING).exists()


def waiting_chain_id(kind: SubjectKind, subject_id: Any) -> Select[Any]:
    """Inside a statement, the clause of the chain by which a record waits for approval, whatever it is for."""
    found = another(Approval)
    about_it = (found.subject_kind == kind.value, found.subject_id == subject_id)
    return select(found.clause_id).where(*about_it, found.state == State.WAITING).order_by(found.id).limit(1)


def stuck(approvals: Any) -> ColumnElement[bool]:
    """Whether it waits for an administrator of approvals: a seat is vacant, or it can't be judged whether a step is
    taken."""
    return and_(approvals.state == State.WAITING, or_(vacant(approvals), stopped(approvals)))


def shown_to_me(kind: SubjectKind, subject_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the acting member was ever asked to decide about a record, or gets a copy of what is decided."""
    found = another(Approval)
    about_it = (found.subject_kind == kind.value, found.subject_id == subject_id)
    return select(found.id).where(*about_it, or_(copied_to_me(found), ever_mine_to_decide(found))).exists()
