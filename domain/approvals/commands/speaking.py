"""What is said without deciding: a comment, and the requester's call for haste."""

from datetime import timedelta
from uuid import UUID

from domain.approvals import queries
from domain.approvals.commands.course import chain_of, clause_of, waiting_here
from domain.approvals.events import ApprovalCommented, ApprovalUrged
from domain.approvals.models import Approval
from domain.approvals.rules import obstacles, steps
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import State
from domain.kernel.command import command
from tenancy.refusals import Forbidden, NotFound, WrongState, message
from tenancy.work import Work


@command(needs=None)
async def comment(work: Work, *, approval_id: UUID, comment: str) -> Approval:
    """Say something about an approval that one sees; it stands in its course and decides nothing (AP-3)."""
    approval = await work.get(Approval, approval_id, "approvalId")
    if not await queries.may_see(work, approval.id):
        raise NotFound(path=("approvalId",))
    said = steps.clean_comment(comment, needed=True)
    work.record(ApprovalCommented(approval_id=approval.id, comment=said), about=approval)
    return approval


@command(needs=None)
async def urge(work: Work, *, approval_id: UUID) -> Approval:
    """Ask those who are to decide for haste; only the requester does, and only so often as the chain says (AP-3)."""
    approval = await work.get(Approval, approval_id, "approvalId", lock=True)
    if work.actor.id != approval.requester_id or not work.actor.is_member:
        if not await queries.may_see(work, approval.id):
            raise NotFound(path=("approvalId",))
        raise Forbidden(message("Only the requester asks for haste."), code="NOT_YOURS")
    if approval.state is not State.WAITING:
        raise WrongState(message("Nothing waits to be decided any more."), path=("approvalId",))
    if all(task.assignee_id is None for task in await waiting_here(work, approval)):
        nobody = obstacles.refusal(Act.URGE, Obstacle.NOBODY_TO_URGE)
        nobody.path = ("approvalId",)
        raise nobody
    hours = chain_of(approval).urge_every_hours
    if approval.urged_at is not None and work.now < approval.urged_at + timedelta(hours=hours):
        refusal = obstacles.refusal(Act.URGE, Obstacle.TOO_SOON, hours)
        refusal.path, refusal.clause = ("approvalId",), await clause_of(work, approval)
        refusal.earliest_at = approval.urged_at + timedelta(hours=hours)
        raise refusal
    approval.urged_at = work.now
    work.record(ApprovalUrged(approval_id=approval.id, step=approval.step), about=approval)
    return approval
