"""The course of an approval: from step to step to its end, as the chain it started with says."""

from uuid import UUID

from domain.approvals import queries
from domain.approvals.events import (
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReturned,
    ApprovalSeatVacant,
    ApprovalStepDue,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalWithdrawn,
)
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules import steps
from domain.approvals.rules.seats import Seating
from domain.approvals.rules.states import LIFECYCLE, TASK_LIFECYCLE, EndReason, Move, SeatReason, TaskMove, TaskState
from domain.approvals.rules.steps import StepOutcome
from domain.policies import queries as policies
from domain.policies.rules.chains import Approver, Step
from domain.policies.rules.kinds import ApprovalChain, BusinessCalendarClause
from domain.policies.rules.scopes import Scope
from tenancy.work import Work


def chain_of(approval: Approval) -> ApprovalChain:
    """The chain the approval started with."""
    return ApprovalChain.model_validate(approval.chain)


async def enter(work: Work, approval: Approval, number: int) -> None:
    """Go to the first step from `number` on that is taken and has a seat; behind the last one, come to an end."""
    chain = chain_of(approval)
    taken = steps.taken(chain, approval.facts)
    for index in range(number, len(chain.steps)):
        step = chain.steps[index]
        if not taken[index]:
            _pass_over(work, approval, index, None, EndReason.CONDITION_NOT_MET)
            continue
        filled = await queries.seats_of(work, step, requester_id=approval.requester_id, facts=approval.facts)
        for skipped in filled.skipped:
            _pass_over(work, approval, index, skipped.approver, skipped.reason)
        if filled.seats:
            await _sit_down(work, approval, index, step, filled)
            return
    await _arrive(work, approval, chain)


async def _sit_down(work: Work, approval: Approval, index: int, step: Step, filled: Seating) -> None:
    approval.step, approval.turn = index, 0
    for seat in filled.seats:
        work.add(
            ApprovalTask(
                approval_id=approval.id,
                step=index,
                named_by=_words(seat.approver),
                opened_at=work.now,
                assignee_id=seat.member_id,
                seat_reason=seat.reason,
            )
        )
    await plan_deadline(work, approval, step)
    work.record(ApprovalStepReached(approval_id=approval.id, step=index), about=approval)
    if any(seat.member_id is None for seat in filled.seats):
        work.record(ApprovalSeatVacant(approval_id=approval.id, step=index), about=approval)


def _pass_over(work: Work, approval: Approval, index: int, approver: Approver | None, reason: EndReason) -> None:
    work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=index,
            named_by=_words(approver) if approver else {},
            opened_at=work.now,
            assignee_id=None,
            state=TaskState.SKIPPED,
            ended_at=work.now,
            end_reason=reason,
        )
    )


def _words(approver: Approver) -> dict[str, object]:
    return approver.model_dump(mode="json", exclude_none=True)


async def _arrive(work: Work, approval: Approval, chain: ApprovalChain) -> None:
    """Behind the last step: granted, unless every step was passed over and nobody has agreed to anything."""
    if any(task.state is TaskState.APPROVED for task in await queries.tasks_of(work, approval.id)):
        await close(work, approval, Move.GRANT)
        return
    longer = chain.model_copy(update={"steps": (*chain.steps, steps.LAST_RESORT)})
    approval.chain = longer.stored()
    await enter(work, approval, len(chain.steps))


async def evaluate(work: Work, approval: Approval) -> None:
    """Go on, or come to an end, if the decisions of the step suffice."""
    step = chain_of(approval).steps[approval.step]
    here = [task for task in await queries.tasks_of(work, approval.id) if task.step == approval.step]
    result = steps.outcome(step.mode, step.quorum, [task.state for task in here])
    if result is StepOutcome.OPEN:
        return
    _void(work, here, EndReason.STEP_DECIDED)
    if result is StepOutcome.FAILED:
        await close(work, approval, Move.REFUSE)
    else:
        await enter(work, approval, approval.step + 1)


async def close(work: Work, approval: Approval, move: Move) -> None:
    """End an approval. Its subject's module reacts to the fact in this same transaction."""
    approval.state = LIFECYCLE.next(approval.state, move)
    approval.closed_at, approval.step_due_at = work.now, None
    _void(work, await queries.tasks_of(work, approval.id), EndReason.APPROVAL_ENDED)
    await work.cancel_timers(approval.id)
    id, kind, subject_id, purpose = approval.id, approval.subject_kind, approval.subject_id, approval.purpose
    match move:
        case Move.GRANT:
            granted = ApprovalGranted(
                approval_id=id, subject_kind=kind, subject_id=subject_id, purpose=purpose, digest=approval.digest
            )
            work.record(granted, about=approval)
        case Move.REFUSE:
            refused = ApprovalRefused(approval_id=id, subject_kind=kind, subject_id=subject_id, purpose=purpose)
            work.record(refused, about=approval)
        case Move.RETURN:
            returned = ApprovalReturned(approval_id=id, subject_kind=kind, subject_id=subject_id, purpose=purpose)
            work.record(returned, about=approval)
        case Move.WITHDRAW:
            withdrawn = ApprovalWithdrawn(approval_id=id, subject_kind=kind, subject_id=subject_id, purpose=purpose)
            work.record(withdrawn, about=approval)


def _void(work: Work, tasks: list[ApprovalTask], reason: EndReason) -> None:
    for task in tasks:
        if task.state is TaskState.WAITING:
            task.state, task.end_reason, task.ended_at = TaskState.VOID, reason, work.now


def hand_over(
    work: Work, approval: Approval, task: ApprovalTask, to_id: UUID | None, reason: SeatReason
) -> ApprovalTask:
    """Give a waiting seat to somebody else, or leave it vacant for an administrator to fill."""
    task.state = TASK_LIFECYCLE.next(task.state, TaskMove.TRANSFER)
    task.end_reason, task.ended_at = EndReason(reason.value), work.now
    successor = work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=task.step,
            named_by=task.named_by,
            opened_at=work.now,
            assignee_id=to_id,
            seat_reason=reason,
            instead_of_id=task.assignee_id or task.instead_of_id,
        )
    )
    transferred = ApprovalTransferred(approval_id=approval.id, task_id=successor.id, reason=reason.value)
    work.record(transferred, about=successor)
    if to_id is None:
        work.record(ApprovalSeatVacant(approval_id=approval.id, step=task.step), about=approval)
    return successor


async def seated(work: Work, approval: Approval) -> set[UUID]:
    """Who has a seat, decided or not, in the step the approval has reached."""
    return {
        task.assignee_id
        for task in await queries.tasks_of(work, approval.id)
        if task.step == approval.step and task.assignee_id is not None and task.state is not TaskState.VOID
    }


async def plan_deadline(work: Work, approval: Approval, step: Step) -> None:
    """Start the step's time anew, on the calendar of the version the approval goes by, in place of any before it."""
    if approval.step_due_at is not None:
        await work.cancel_timers(approval.id)
        approval.step_due_at = None
    if step.deadline is None:
        return
    department_id = await queries.department_of(work, approval.requester_id, approval.facts)
    scope = Scope(department_id=department_id)
    ruling = await policies.rule(work, BusinessCalendarClause, scope=scope, version_id=approval.version_id)
    approval.step_due_at = step.deadline.ends_at(work.now, ruling.value)
    # A key of its own for every turn: the timer that has just fired is deleted only after this one is planned.
    work.schedule(
        approval.step_due_at,
        ApprovalStepDue(approval_id=approval.id, step=approval.step, turn=approval.turn),
        about=approval.id,
        key=f"approval:{approval.id}:{approval.step}:{approval.turn}",
    )
