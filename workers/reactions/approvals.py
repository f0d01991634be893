"""What follows the facts of the module approvals: who is to decide is told, again when it presses, and how it ended."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.events import (
    ApprovalDecided,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReminded,
    ApprovalReturned,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalUrged,
    ApprovalWithdrawn,
    ApproverAdded,
)
from domain.approvals.models import Approval
from domain.approvals.rules.states import LIFECYCLE, EndReason, State, TaskState
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.organisation import queries as organisation
from domain.policies.rules.words import word
from tenancy.refusals import message
from tenancy.work import Work

# Whose requesters hear more from `reactions/people.py` than how the approval ended.
TOLD_BY_THEIR_MODULE = {SubjectKind.RESIGNATION}


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


async def tell_of_the_outcome(
    work: Work, event: ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn
) -> None:
    """Whoever gets a copy learns how it ended, and so does its requester unless the subject's module says it better."""
    approval = await queries.get(work, event.approval_id)
    requester = await organisation.member(work, approval.requester_id)
    told = set(approval.informed_ids)
    if isinstance(event, ApprovalWithdrawn) and event.reason == EndReason.SUBJECT_CHANGED:
        await _tell_that_it_is_void(work, approval, requester.name)
        return
    if approval.subject_kind not in TOLD_BY_THEIR_MODULE and not isinstance(event, ApprovalWithdrawn):
        told.add(approval.requester_id)
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=message("{subject}, asked for by {requester}: {outcome}."),
        values={
            "requester": requester.name,
            "subject": (word(SubjectKind(approval.subject_kind)),),
            "outcome": (LIFECYCLE.state_labels[approval.state],),
        },
        about=Subject(SubjectKind.APPROVAL, approval.id),
        mail=False,
        key=f"approval-outcome:{approval.id}",
    )


async def _tell_that_it_is_void(work: Work, approval: Approval, requester: str) -> None:
    """Whoever asked, was to decide or gets a copy: there is nothing to decide on any more, and why."""
    seats = await queries.tasks_of(work, approval.id)
    waited = {seat.assignee_id for seat in seats if seat.end_reason is EndReason.SUBJECT_CHANGED and seat.assignee_id}
    told = {*approval.informed_ids, *waited}
    if approval.subject_kind not in TOLD_BY_THEIR_MODULE:
        told.add(approval.requester_id)
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=message(
            "{subject}, asked for by {requester}, needs no decision any more: it has changed or was taken back."
        ),
        values={"requester": requester, "subject": (word(SubjectKind(approval.subject_kind)),)},
        about=Subject(SubjectKind.APPROVAL, approval.id),
        mail=False,
        key=f"approval-outcome:{approval.id}",
    )


async def _tell(work: Work, approval_id: UUID, text: str, *, key: str, step: int | None = None) -> None:
    """Those who sit in a seat that waits, and whoever decides for them while they are away."""
    approval = await queries.get(work, approval_id)
    if approval.state is not State.WAITING:
        return
    requester = await organisation.member(work, approval.requester_id)
    for seat in await queries.tasks_of(work, approval_id):
        if seat.state is not TaskState.WAITING or seat.assignee_id is None or step not in (None, seat.step):
            continue
        there = {seat.assignee_id, *await queries.stand_ins_of(work, seat.assignee_id)}
        await notifications.notify(
            work,
            member_ids=sorted(there - queries.case_of(approval).concerned),
            text=text,
            values={"requester": requester.name, "subject": (word(SubjectKind(approval.subject_kind)),)},
            about=Subject(SubjectKind.APPROVAL, approval.id),
            mail=False,
            key=f"{key}:{seat.id}",
        )
