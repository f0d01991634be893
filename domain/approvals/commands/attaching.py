"""Files at an approval: whoever sees it adds what belongs to it, and takes it away until somebody has decided by it."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.events import ApprovalFileAttached, ApprovalFileRemoved
from domain.approvals.models import Approval
from domain.approvals.rules import obstacles
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import State
from domain.files import commands as files
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from tenancy.refusals import Forbidden, NotFound, Refusal, WrongState, message
from tenancy.work import Work


@command(needs=None)
async def attach(work: Work, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Put a file of one's own at an approval that one sees and that is not decided yet (AP-3)."""
    approval = await _waiting(work, subject_id, obstacles.refusal(Act.ATTACH, Obstacle.WRONG_STATE))
    attached, new = await files.attach(work, Subject(SubjectKind.APPROVAL, approval.id), file_id=file_id, note=note)
    if new:
        told = ApprovalFileAttached(
            approval_id=approval.id, attachment_id=attached.id, file_id=file_id, comment=attached.note
        )
        work.record(told, about=approval)
    return attached


@command(needs=None)
async def detach(work: Work, *, attachment: Attachment) -> None:
    """Take away what one has attached oneself, as long as nobody has decided since."""
    stays = WrongState(message("It is decided; what was attached stays with it."))
    approval = await _waiting(work, attachment.subject_id, stays)
    if not work.actor.is_member or attachment.attached_by_id != work.actor.id:
        raise Forbidden(message("A file is taken away by who has attached it."), code="NOT_YOURS")
    if await queries.decided_since(work, approval.id, attachment.at):
        raise WrongState(message("Somebody has decided since this was attached; it stays."), path=("attachmentId",))
    await files.detach(work, attachment)
    told = ApprovalFileRemoved(approval_id=approval.id, attachment_id=attachment.id, file_id=attachment.file_id)
    work.record(told, about=approval)


async def _waiting(work: Work, approval_id: UUID, otherwise: Refusal) -> Approval:
    """The approval, locked: a decision comes before what is attached, or after it."""
    if not await queries.may_see(work, approval_id):
        raise NotFound(path=("subjectId",))
    approval = await work.get(Approval, approval_id, "subjectId", lock=True)
    if approval.state is not State.WAITING:
        otherwise.path = ("subjectId",)
        raise otherwise
    return approval
