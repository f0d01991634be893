"""What follows the facts of the module approvals: whoever is to decide is told, and told again when it presses."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.events import (
    ApprovalDecided,
    ApprovalReminded,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalUrged,
    ApproverAdded,
)
from domain.approvals.rules.states import State, TaskState
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.organisation import queries as organisation
from domain.policies.rules.words import word
from tenancy.refusals import message
from tenancy.work import Work


async def tell_who_is_to_decide(
    work: Work, event: ApprovalStepReached | ApprovalTransferred | ApproverAdded | ApprovalDecided
) -> None:
    """Each seat that waits, once: a decision may let somebody go on who waited for it."""
    text = message("{requester} asks for your decision: {subject}.")
    await _tell(work, event.approval_id, text, key="approval-seat")


async def tell_who_is_urged(work: Work, event: ApprovalUrged) -> None:
    """Its requester asks for haste."""
    approval = await queries.get(work, event.approval_id)
    text = message("{requester} asks you to decide soon: {subject}.")
    await _tell(work, event.approval_id, text, key=f"approval-urged:{approval.urged_at}")


async def remind_who_is_late(work: Work, event: ApprovalReminded) -> None:
    """The time of a step is up."""
    seats = await queries.tasks_of(work, event.approval_id)
    turn = max((seat.turn for seat in seats if seat.step == event.step), default=0)
    text = message("Your decision is overdue: {subject}, asked for by {requester}.")
    await _tell(work, event.approval_id, text, key=f"approval-late:{turn}", step=event.step)


async def _tell(work: Work, approval_id: UUID, text: str, *, key: str, step: int | None = None) -> None:
    """Those who sit in a seat that waits, and whoever decides for them while they are away."""
    approval = await queries.get(work, approval_id)
    if approval.state is not State.WAITING:
        return
    requester = await organisation.member(work, approval.requester_id)
    for seat in await queries.tasks_of(work, approval_id):
        if seat.state is not TaskState.WAITING or seat.assignee_id is None or step not in (None, seat.step):
            continue
        told = {seat.assignee_id, *await queries.stand_ins_of(work, seat.assignee_id)} - {approval.requester_id}
        await notifications.notify(
            work,
            member_ids=sorted(told),
            text=text,
            values={"requester": requester.name, "subject": (word(SubjectKind(approval.subject_kind)),)},
            about=Subject(SubjectKind.APPROVAL, approval.id),
            mail=False,
            key=f"{key}:{seat.id}",
        )
