"""Giving a seat to somebody else, and asking somebody to decide beside oneself."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.commands.course import give_time, hand_over, seated
from domain.approvals.commands.deciding import act_from, locked_seat, refuse_concerned, refuse_powerless
from domain.approvals.events import ApproverAdded
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules import obstacles, steps
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import TASK_LIFECYCLE, SeatReason, State, TaskMove, TaskState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies.rules.chains import ApproverKind
from tenancy.members import Member
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

MOST_BESIDE = 10


@command(needs=Permission.APPROVALS_DECIDE)
async def transfer(work: Work, *, task_id: UUID, to_id: UUID, comment: str = "") -> Approval:
    """Give one's own seat to somebody else, who decides in one's place (AP-3); where the step allows it, also that of
    somebody away for whom one decides."""
    approval, task = await locked_seat(work, task_id)
    await act_from(work, approval, task, Act.TRANSFER)
    _refuse_ended(approval, task, Act.TRANSFER)
    return await _give(work, approval, task, to_id, comment, SeatReason.TRANSFERRED)


@command(needs=Permission.APPROVALS_ADMINISTER)
async def reassign(work: Work, *, task_id: UUID, to_id: UUID, comment: str = "") -> Approval:
    """Fill a vacant seat, or give anybody's to somebody else while nobody has decided from it, so that nothing waits
    for ever.

    Who comes where nobody was, and has nobody waiting beside them, has the step's whole time. Nobody chooses who
    decides on their own request or matter.
    """
    approval, task = await locked_seat(work, task_id)
    _refuse_ended(approval, task, Act.REASSIGN)
    refuse_concerned(approval, work.actor.id, "taskId")
    if task.seat_reason is SeatReason.CONDITION_FAILED:
        raise obstacles.refusal(Act.REASSIGN, Obstacle.CONDITION_FAILED)
    given = await _give(work, approval, task, to_id, comment, SeatReason.REASSIGNED)
    if task.assignee_id is None:
        await give_time(work, approval, task.step)
    return given


@command(needs=Permission.APPROVALS_DECIDE)
async def add_approver(work: Work, *, task_id: UUID, to_id: UUID, before: bool, comment: str = "") -> Approval:
    """Ask somebody to decide beside oneself: before, so that one waits for them, or after, once one has agreed (AP-3).

    The two have one voice: it agrees when both do. Only who sits by the chain's own words asks others.
    """
    approval, task = await locked_seat(work, task_id)
    await act_from(work, approval, task, Act.ADD_APPROVER)
    _refuse_ended(approval, task, Act.ADD_APPROVER)
    said = steps.clean_comment(comment, needed=False)
    await _check_successor(work, approval, task, to_id)
    beside = [each for each in await queries.tasks_of(work, approval.id) if each.anchor_id == task.id]
    if len(beside) >= MOST_BESIDE:
        raise Conflict(message("At most {most} people decide beside one."), {"most": MOST_BESIDE}, path=("toId",))
    holding = TASK_LIFECYCLE.next(task.state, TaskMove.HOLD)
    added = work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=task.step,
            round=task.round,
            due_at=task.due_at,
            turn=task.turn,
            named_by={"by": ApproverKind.MEMBER.value, "value": str(to_id)},
            opened_at=work.now,
            assignee_id=to_id,
            state=TaskState.WAITING if before else TaskState.HELD,
            seat_reason=SeatReason.ADDED_BEFORE if before else SeatReason.ADDED_AFTER,
            anchor_id=task.id,
        )
    )
    if before:
        task.state = holding
    reason = SeatReason.ADDED_BEFORE if before else SeatReason.ADDED_AFTER
    # Not on the seat, where what its holder says to the decision will stand.
    fact = ApproverAdded(approval_id=approval.id, task_id=added.id, reason=reason.value, comment=said or None)
    work.record(fact, about=added)
    return approval


def _refuse_ended(approval: Approval, task: ApprovalTask, act: Act) -> None:
    """Nobody comes into a seat from which was decided, or that counts no more, whoever they are."""
    if task.state in steps.OPEN:
        return
    refusal = obstacles.refusal(act, Obstacle.WRONG_STATE)
    if approval.state is State.WAITING:
        refusal = obstacles.ended(act, task.state)
    refusal.path = ("taskId",)
    raise refusal


async def _give(
    work: Work, approval: Approval, task: ApprovalTask, to_id: UUID, comment: str, reason: SeatReason
) -> Approval:
    said = steps.clean_comment(comment, needed=False)
    await _check_successor(work, approval, task, to_id)
    holder_id = task.assignee_id
    own = work.actor.is_member and work.actor.id == holder_id
    for_id = holder_id if reason is SeatReason.TRANSFERRED and not own else None
    await hand_over(work, approval, task, to_id, reason, comment=said, for_id=for_id)
    # On the seat stands what its holder said; what a stand-in or an administrator says, the timeline has as theirs.
    if own:
        task.comment = said
    return approval


async def _check_successor(work: Work, approval: Approval, task: ApprovalTask, to_id: UUID) -> None:
    successor = await work.get(Member, to_id, "toId")
    if not successor.active:
        raise Invalid(message("This person is not with the company any more."), path=("toId",))
    await refuse_powerless(work, to_id, "toId")
    refuse_concerned(approval, to_id, "toId")
    if to_id in await seated(work, approval, task.step):
        raise Conflict(message("This person decides in this step already."), path=("toId",))
