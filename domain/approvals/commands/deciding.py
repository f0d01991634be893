"""Deciding from one's seat, and giving a seat to somebody else."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.commands.course import close, evaluate, hand_over, seated
from domain.approvals.events import ApprovalDecided
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules import steps
from domain.approvals.rules.states import TASK_LIFECYCLE, Move, SeatReason, TaskMove
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, message
from tenancy.work import Work


@command(needs=Permission.APPROVALS_DECIDE)
async def approve(work: Work, *, task_id: UUID, comment: str = "") -> Approval:
    """Agree, from one's own seat. Sent twice it takes effect once (AP-7)."""
    approval, decided = await _decide(work, task_id, TaskMove.APPROVE, steps.clean_comment(comment, needed=False))
    if decided is not None:
        await evaluate(work, approval, decided.step)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def reject(work: Work, *, task_id: UUID, comment: str) -> Approval:
    """Refuse, from one's own seat, and say why."""
    approval, decided = await _decide(work, task_id, TaskMove.REJECT, steps.clean_comment(comment, needed=True))
    if decided is not None:
        await evaluate(work, approval, decided.step)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def return_to_requester(work: Work, *, task_id: UUID, comment: str) -> Approval:
    """Send the subject back to be changed, and say what; the changed subject is approved anew from the first step."""
    approval, decided = await _decide(work, task_id, TaskMove.RETURN, steps.clean_comment(comment, needed=True))
    if decided is not None:
        await close(work, approval, Move.RETURN)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def transfer(work: Work, *, task_id: UUID, to_id: UUID, comment: str = "") -> Approval:
    """Give one's own seat to somebody else, who decides in one's place (AP-3)."""
    approval, task = await _locked(work, task_id)
    await _refuse_others(work, approval, task)
    return await _give(work, approval, task, to_id, comment, SeatReason.TRANSFERRED)


@command(needs=Permission.APPROVALS_ADMINISTER)
async def reassign(work: Work, *, task_id: UUID, to_id: UUID, comment: str = "") -> Approval:
    """Fill a vacant seat, or give anybody's to somebody else, so that nothing waits for ever."""
    approval, task = await _locked(work, task_id)
    return await _give(work, approval, task, to_id, comment, SeatReason.REASSIGNED)


async def _decide(work: Work, task_id: UUID, move: TaskMove, comment: str) -> tuple[Approval, ApprovalTask | None]:
    """The approval, and the seat if this decision is new; the same decision by the same person again is none."""
    approval, task = await _locked(work, task_id)
    await _refuse_others(work, approval, task)
    if task.state is TASK_LIFECYCLE.table.get((TASK_LIFECYCLE.initial, move)) and task.end_reason is None:
        return approval, None
    task.state = TASK_LIFECYCLE.next(task.state, move)
    task.ended_at, task.comment = work.now, comment
    work.record(
        ApprovalDecided(approval_id=approval.id, task_id=task.id, decision=task.state.value),
        about=task,
    )
    return approval, task


async def _locked(work: Work, task_id: UUID) -> tuple[Approval, ApprovalTask]:
    """The seat as it is once nobody else decides at the same time: whoever decides locks the approval first."""
    unlocked = await work.get(ApprovalTask, task_id, "taskId")
    approval = await work.get(Approval, unlocked.approval_id, lock=True)
    return approval, await work.get(ApprovalTask, task_id, "taskId", lock=True)


async def _refuse_others(work: Work, approval: Approval, task: ApprovalTask) -> None:
    if work.actor.is_member and task.assignee_id == work.actor.id:
        return
    if not await queries.may_see(work, approval.id):
        raise NotFound(path=("taskId",))
    raise Forbidden(message("This is for somebody else to decide."), code="NOT_YOURS")


async def _give(
    work: Work, approval: Approval, task: ApprovalTask, to_id: UUID, comment: str, reason: SeatReason
) -> Approval:
    said = steps.clean_comment(comment, needed=False)
    successor = await work.get(Member, to_id, "toId")
    if not successor.active:
        raise Invalid(message("This person is not with the company any more."), path=("toId",))
    if to_id == approval.requester_id:
        text = message("Nobody decides on their own request.")
        raise Forbidden(text, path=("toId",), code="OWN_REQUEST")
    if to_id in await seated(work, approval, task.step):
        raise Conflict(message("This person decides in this step already."), path=("toId",))
    hand_over(work, approval, task, to_id, reason)
    task.comment = said
    return approval
