"""What happens by itself: a step's time is up, or somebody who sits in a step leaves the company."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from domain.approvals import queries
from domain.approvals.commands.citing import cite
from domain.approvals.commands.course import (
    chain_of,
    evaluate,
    ever_seated,
    hand_over,
    locked,
    plan_deadline,
    seated,
    undecided,
    waiting_here,
)
from domain.approvals.commands.delegating import end_delegations_of
from domain.approvals.events import ApprovalDecided, ApprovalReminded, ApprovalStepDue
from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.rules import steps
from domain.approvals.rules.states import TASK_LIFECYCLE, EndReason, SeatReason, State, TaskMove, TaskState
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.organisation.events import StaffLeft
from domain.policies.rules.chains import OnDeadline, Step
from tenancy.identity.events import MemberDeactivated, MemberRolesChanged, RoleChanged
from tenancy.identity.permits import who_may
from tenancy.models import one_of
from tenancy.work import Work


async def step_due(work: Work, event: ApprovalStepDue) -> None:
    """A step's time is up: remind, escalate or decide, as the chain says (AP-4); an outdated timer does nothing."""
    approval = await locked(work, event.approval_id)
    if approval.state is not State.WAITING or approval.round != event.round:
        return
    waiting = await waiting_here(work, approval, event.step)
    if not waiting or max(task.turn for task in waiting) != event.turn:
        return
    step = chain_of(approval).steps[event.step]
    due_at = waiting[0].due_at
    for task in waiting:
        task.turn = event.turn + 1
    to: list[dict[str, object]] = []
    # A seat without anybody waits for an administrator: time decides for people, and not in nobody's place.
    taken = [task for task in await undecided(work, approval, event.step) if task.assignee_id is not None]
    match step.on_deadline:
        case OnDeadline.APPROVE | OnDeadline.REJECT if taken:
            _decide_all(work, approval, taken, step.on_deadline)
            done = step.on_deadline.value
        case OnDeadline.ESCALATE if to := await _escalate(work, approval, waiting):
            await plan_deadline(work, approval, step, await waiting_here(work, approval, event.step))
            done = step.on_deadline.value
        case _:
            await _remind(work, approval, step, waiting)
            done = OnDeadline.REMIND.value
    inputs = {"step": event.step, "due_at": due_at, "turn": event.turn + 1}
    await cite(work, approval, "approvals.deadline", inputs, {"action": done} | ({"to": to} if to else {}))
    await evaluate(work, approval, event.step)


def _decide_all(work: Work, approval: Approval, undecided: list[ApprovalTask], by: OnDeadline) -> None:
    move = TaskMove.APPROVE if by is OnDeadline.APPROVE else TaskMove.REJECT
    for task in undecided:
        if task.state is TaskState.HELD:
            task.state = TASK_LIFECYCLE.next(task.state, TaskMove.RESUME)
        task.state = TASK_LIFECYCLE.next(task.state, move)
        task.end_reason, task.ended_at = EndReason.DEADLINE, work.now
        reason = EndReason.DEADLINE.value
        decided = ApprovalDecided(approval_id=approval.id, task_id=task.id, decision=task.state.value, reason=reason)
        work.record(decided, about=task)


async def _escalate(work: Work, approval: Approval, waiting: list[ApprovalTask]) -> list[dict[str, object]]:
    """Give each waiting seat to somebody above its holder who has had none here yet; who got one from whom, and why
    they."""
    moved: list[dict[str, object]] = []
    for task in waiting:
        taken = {*queries.case_of(approval).concerned} | await ever_seated(work, approval, task.step)
        above = await _above(work, task.assignee_id, taken) if task.assignee_id is not None else None
        if above is not None:
            await hand_over(work, approval, task, *above)
            moved.append({"from_id": task.assignee_id, "to_id": above[0], "reason": above[1].value})
    return moved


async def _above(work: Work, person_id: UUID, taken: Collection[UUID]) -> tuple[UUID, SeatReason] | None:
    """Whom somebody's seat escalates to: a superior, where the line ends the head of their department or of one above,
    and then an administrator."""
    superior = await queries.superior_at_work(work, person_id, excluding=taken)
    if superior is not None:
        return superior, SeatReason.ESCALATED
    head = await queries.head_at_work(work, person_id, excluding=taken)
    if head is not None:
        return head, SeatReason.ESCALATED_HEAD
    administrator = await queries.stand_in_administrator(work, excluding=taken)
    return (administrator, SeatReason.ESCALATED_ADMINISTRATOR) if administrator is not None else None


async def _remind(work: Work, approval: Approval, step: Step, waiting: list[ApprovalTask]) -> None:
    work.record(ApprovalReminded(approval_id=approval.id, step=waiting[0].step), about=approval)
    if waiting[0].turn < step.most_reminders:
        await plan_deadline(work, approval, step, waiting, only_reminds=True)


async def give_up_seats(work: Work, event: StaffLeft | MemberDeactivated) -> None:
    """Somebody has left or is shut out: their seats go to their nearest superior, else to an administrator, else they
    are vacant."""
    person_id = event.staff_id if isinstance(event, StaffLeft) else event.member_id
    staff = await organisation.find_staff(work, person_id)
    left = staff is not None and staff.left_on is not None
    reason = SeatReason.LEFT_COMPANY if left else SeatReason.DEACTIVATED
    await end_delegations_of(work, person_id, reason)
    await _give_up(work, {person_id}, reason)


async def give_up_powerless(work: Work, event: MemberRolesChanged | RoleChanged) -> None:
    """Somebody may not decide any more: their seats go the way of those of somebody who has left, and they stand in for
    nobody."""
    holders = select(ApprovalTask.assignee_id.label("id")).where(_open_seat(), ApprovalTask.assignee_id.is_not(None))
    stand_ins = select(ApprovalDelegation.delegate_id.label("id")).where(ApprovalDelegation.ends_at > work.now)
    if isinstance(event, MemberRolesChanged):
        holders = holders.where(ApprovalTask.assignee_id == event.member_id)
        stand_ins = stand_ins.where(ApprovalDelegation.delegate_id == event.member_id)
    seated_now = {row["id"] for row in await work.rows(holders.distinct())}
    asked_to = {row["id"] for row in await work.rows(stand_ins.distinct())}
    concerned = sorted(seated_now | asked_to)
    powerless = {*concerned} - {*(await who_may(work, Permission.APPROVALS_DECIDE, concerned) if concerned else ())}
    for person_id in sorted(powerless & asked_to):
        await end_delegations_of(work, person_id, SeatReason.LOST_PERMISSION)
    await _give_up(work, powerless & seated_now, SeatReason.LOST_PERMISSION)


def _open_seat() -> ColumnElement[bool]:
    return or_(ApprovalTask.state == TaskState.WAITING, ApprovalTask.state == TaskState.HELD)


async def _give_up(work: Work, people: Collection[UUID], reason: SeatReason) -> None:
    if not people:
        return
    mine = (one_of(ApprovalTask.assignee_id, people), _open_seat())
    # Approvals are locked in one order, so that two who leave at once don't wait for each other.
    left_behind = await work.rows(
        select(ApprovalTask.id, ApprovalTask.approval_id)
        .where(*mine)
        .order_by(ApprovalTask.approval_id, ApprovalTask.id)
    )
    for row in left_behind:
        approval = await locked(work, row["approval_id"])
        task = await work.get(ApprovalTask, row["id"], lock=True)
        person_id = task.assignee_id
        if task.state not in steps.OPEN or person_id is None or person_id not in people:
            continue
        excluded = {*queries.case_of(approval).concerned, person_id} | await seated(work, approval, task.step)
        successor = await queries.superior_at_work(work, person_id, excluding=excluded)
        if successor is None:
            successor = await queries.stand_in_administrator(work, excluding=excluded)
        await hand_over(work, approval, task, successor, reason)
        inputs = {"step": task.step, "from_id": person_id, "reason": reason.value}
        await cite(work, approval, "approvals.seat_given_up", inputs, {"to_id": successor})
