"""The course of an approval: from step to step to its end, as the chain it started with says."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.approvals import queries
from domain.approvals.commands import citing
from domain.approvals.events import (
    ApprovalConditionFailed,
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
from domain.policies.rules.conditions import ConditionFailed
from domain.policies.rules.kinds import ApprovalChain, BusinessCalendarClause
from domain.policies.rules.scopes import Scope
from tenancy.agenda import AgendaItem, Task
from tenancy.outbox import lock_timers
from tenancy.refusals import ClauseReference
from tenancy.work import Work


async def locked(work: Work, approval_id: UUID, *path: str) -> Approval:
    """The approval as it is once nobody else changes it; locked after its timers, as by a worker that fires one."""
    await lock_timers(work, approval_id)
    return await work.get(Approval, approval_id, *path, lock=True)


async def clause_of(work: Work, approval: Approval) -> ClauseReference | None:
    """The clause of the chain that an approval keeps, which its refusals name; None where no clause asked for it."""
    if approval.clause_id is None or approval.version_id is None:
        return None
    kept = await policies.rule_by_clause(
        work, ApprovalChain, clause_id=approval.clause_id, version_id=approval.version_id
    )
    return kept.clause


def chain_of(approval: Approval) -> ApprovalChain:
    """The chain the approval started with."""
    return ApprovalChain.model_validate(approval.chain)


async def enter(work: Work, approval: Approval, number: int) -> None:
    """Go to the first stage from the step `number` on in which somebody has a seat; behind the last, come to an end."""
    chain = chain_of(approval)
    for stage in steps.stages(chain):
        # Every branch begins at once; a stage in which nobody sits is passed over.
        if stage.first >= number and any([await _go_along(work, approval, chain, branch) for branch in stage.branches]):
            await look_forward(work, approval)
            return
    await _arrive(work, approval, chain)


async def _go_along(work: Work, approval: Approval, chain: ApprovalChain, branch: Sequence[int]) -> bool:
    """Sit down in the first of these steps that is taken and has a seat; whether there was one."""
    for index in branch:
        step = chain.steps[index]
        try:
            if not chain.takes(step, approval.facts):
                pass_over(work, approval, index, None, EndReason.CONDITION_NOT_MET)
                await citing.cite_passed_over(work, approval, chain, index)
                continue
        except ConditionFailed as failed:
            _stop(work, approval, index, failed)
            await citing.cite_stopped(work, approval, chain, index, failed)
            return True
        if await sit_down(work, approval, chain, index):
            return True
    return False


async def sit_down(work: Work, approval: Approval, chain: ApprovalChain, index: int) -> bool:
    """Give the seats of a step that is taken; whether there was any."""
    step = chain.steps[index]
    filled = await queries.seats_of(work, step, queries.case_of(approval))
    for skipped in filled.skipped:
        pass_over(work, approval, index, skipped.approver, skipped.reason)
    if not filled.seats:
        await citing.cite_passed_over(work, approval, chain, index, filled)
        return False
    seats = await _sit_down(work, approval, index, step, filled)
    await citing.cite_entered(work, approval, chain, index, filled, seats[0].due_at)
    return True


def _stop(work: Work, approval: Approval, index: int, failed: ConditionFailed) -> None:
    """Wait for an administrator at a step of which it can't be judged whether it is taken."""
    condition, failure = str(failed.values["condition"]), str(failed.values["failure"])
    work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=index,
            round=approval.round,
            named_by={},
            opened_at=work.now,
            assignee_id=None,
            seat_reason=SeatReason.CONDITION_FAILED,
            problem={"condition": condition, "failure": failure, "fact": failed.values["fact"]},
        )
    )
    stopped = ApprovalConditionFailed(approval_id=approval.id, step=index, condition=condition, reason=failure)
    work.record(stopped, about=approval)


async def look_forward(work: Work, approval: Approval) -> None:
    """Bring up to date which step waits, and until when."""
    waiting = await waiting_here(work, approval)
    if waiting:
        approval.step = min(task.step for task in waiting)
        approval.step_due_at = min((task.due_at for task in waiting if task.due_at is not None), default=None)


async def waiting_here(work: Work, approval: Approval, index: int | None = None) -> list[ApprovalTask]:
    """The seats that wait, in a step or in any."""
    return [task for task in await undecided(work, approval, index) if task.state is TaskState.WAITING]


async def undecided(work: Work, approval: Approval, index: int | None = None) -> list[ApprovalTask]:
    """The seats that wait or are held until somebody else has decided, in a step or in any."""
    every = await queries.tasks_of(work, approval.id)
    return [task for task in every if task.state in steps.OPEN and index in (None, task.step)]


async def _sit_down(work: Work, approval: Approval, index: int, step: Step, filled: Seating) -> list[ApprovalTask]:
    seats = [
        work.add(
            ApprovalTask(
                approval_id=approval.id,
                step=index,
                round=approval.round,
                named_by=_words(seat.approver),
                opened_at=work.now,
                assignee_id=seat.member_id,
                seat_reason=seat.reason,
            )
        )
        for seat in filled.seats
    ]
    await plan_deadline(work, approval, step, seats)
    work.record(ApprovalStepReached(approval_id=approval.id, step=index), about=approval)
    if any(seat.member_id is None for seat in filled.seats):
        work.record(ApprovalSeatVacant(approval_id=approval.id, step=index), about=approval)
    return seats


def pass_over(work: Work, approval: Approval, index: int, approver: Approver | None, reason: EndReason) -> None:
    work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=index,
            round=approval.round,
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
    if steps.somebody_agreed(steps.by_present_chain(await queries.tasks_of(work, approval.id))):
        await close(work, approval, Move.GRANT)
        return
    longer = chain.model_copy(update={"steps": (*chain.steps, steps.LAST_RESORT)})
    approval.chain = longer.stored()
    await enter(work, approval, len(chain.steps))


async def evaluate(work: Work, approval: Approval, index: int) -> None:
    """Go on from a step, or come to an end, if its decisions suffice; who shares a voice that refused is done, too."""
    chain = chain_of(approval)
    step = chain.steps[index]
    here = [
        task for task in await queries.tasks_of(work, approval.id) if (task.step, task.round) == (index, approval.round)
    ]
    heard = steps.heard(here)
    voices = [voice for voice, _ in heard]
    result = steps.outcome(step, voices)
    spoken = steps.decided_groups(step, voices)
    for voice, beside in heard:
        if result is not StepOutcome.OPEN or voice.group in spoken or voice.state is TaskState.REJECTED:
            _void(work, beside, EndReason.STEP_DECIDED)
        else:
            for task in steps.to_go_on(beside):
                task.state = TASK_LIFECYCLE.next(task.state, TaskMove.RESUME)
    if result is not StepOutcome.OPEN:
        await citing.cite_decided(work, approval, chain, index, voices, result)
    if result is StepOutcome.FAILED:
        await close(work, approval, Move.REFUSE)
    elif result is StepOutcome.PASSED:
        await _cancel_timer(work, approval, index)
        await leave(work, approval, chain, index)
    else:
        await look_forward(work, approval)


async def leave(work: Work, approval: Approval, chain: ApprovalChain, index: int) -> None:
    """A step is done with: on to the next of its branch, or behind the stage once every branch has agreed."""
    stage = steps.stage_of(chain, index)
    branch = stage.branch_of(index)
    await _go_along(work, approval, chain, branch[branch.index(index) + 1 :])
    if await waiting_here(work, approval):
        await look_forward(work, approval)
    else:
        await enter(work, approval, max(place for each in stage.branches for place in each) + 1)


async def start_anew(work: Work, approval: Approval) -> None:
    """Go through its chain from the first step, because that is another chain now."""
    _void(work, await queries.tasks_of(work, approval.id), EndReason.CHAIN_REPLACED)
    await work.cancel_timers(approval.id)
    approval.round += 1
    await enter(work, approval, 0)


async def go_back(work: Work, approval: Approval, index: int) -> None:
    """Come to an earlier step again: nothing that waits counts any more, and every step's time begins anew."""
    _void(work, await queries.tasks_of(work, approval.id), EndReason.RETURNED)
    await work.cancel_timers(approval.id)
    approval.round += 1
    await enter(work, approval, index)


async def close(work: Work, approval: Approval, move: Move, why: EndReason = EndReason.APPROVAL_ENDED) -> None:
    """End an approval; `why` is kept at the seats that waited.

    Its subject's module reacts to the fact in this same transaction.
    """
    approval.state = LIFECYCLE.next(approval.state, move)
    approval.closed_at, approval.step_due_at = work.now, None
    _void(work, await queries.tasks_of(work, approval.id), why)
    await work.cancel_timers(approval.id)
    if move in (Move.GRANT, Move.REFUSE) or why is EndReason.SUBJECT_CHANGED:
        await citing.cite_end(work, approval, why)
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
            reason = None if why is EndReason.APPROVAL_ENDED else why.value
            withdrawn = ApprovalWithdrawn(
                approval_id=id, subject_kind=kind, subject_id=subject_id, purpose=purpose, reason=reason
            )
            work.record(withdrawn, about=approval)


def _void(work: Work, tasks: Sequence[ApprovalTask], reason: EndReason) -> None:
    for task in tasks:
        if task.state in steps.OPEN:
            task.state, task.end_reason, task.ended_at = TaskState.VOID, reason, work.now


async def hand_over(
    work: Work,
    approval: Approval,
    task: ApprovalTask,
    to_id: UUID | None,
    reason: SeatReason,
    comment: str = "",
    *,
    for_id: UUID | None = None,
) -> ApprovalTask:
    """Give an undecided seat to somebody else, or leave it vacant for an administrator to fill. `for_id` is who is
    away, where whoever decides for them does so."""
    before = task.state
    beside_it = [other for other in await queries.tasks_of(work, approval.id) if other.anchor_id == task.id]
    task.state = TASK_LIFECYCLE.next(task.state, TaskMove.TRANSFER)
    task.end_reason, task.ended_at = EndReason(reason.value), work.now
    successor = work.add(
        ApprovalTask(
            approval_id=approval.id,
            step=task.step,
            round=task.round,
            due_at=task.due_at,
            turn=task.turn,
            named_by=task.named_by,
            opened_at=work.now,
            assignee_id=to_id,
            state=before,
            seat_reason=reason,
            instead_of_id=task.assignee_id or task.instead_of_id,
            anchor_id=task.anchor_id,
        )
    )
    for beside in beside_it:
        beside.anchor_id = successor.id
    transferred = ApprovalTransferred(
        approval_id=approval.id,
        task_id=successor.id,
        reason=reason.value,
        comment=comment or None,
        instead_of_id=for_id,
    )
    work.record(transferred, about=successor)
    if to_id is None:
        work.record(ApprovalSeatVacant(approval_id=approval.id, step=task.step), about=approval)
    return successor


async def seated(work: Work, approval: Approval, index: int) -> set[UUID]:
    """Who has a seat, decided or not, in a step that the approval has come to."""
    return {
        task.assignee_id
        for task in await queries.tasks_of(work, approval.id)
        if (task.step, task.round) == (index, approval.round)
        and task.assignee_id is not None
        and task.state is not TaskState.VOID
    }


async def ever_seated(work: Work, approval: Approval, index: int) -> set[UUID]:
    """Who has or had a seat in a step since the approval came to it; a seat doesn't escalate in a circle."""
    return {
        task.assignee_id
        for task in await queries.tasks_of(work, approval.id)
        if (task.step, task.round) == (index, approval.round) and task.assignee_id is not None
    }


async def plan_deadline(
    work: Work, approval: Approval, step: Step, seats: Sequence[ApprovalTask], *, only_reminds: bool = False
) -> None:
    """Start the time of a step with these seats, on the calendar of the version the approval goes by, or on that
    of the one in force where its clause applies to open cases.

    With `only_reminds` their deadline has passed and stays where it was: after as much time again they are reminded.
    """
    if step.deadline is None or not seats:
        return
    department_id = await queries.department_of(work, approval.requester_id, approval.facts)
    scope = Scope(department_id=department_id)
    if approval.version_id is None:
        ruling = await policies.rule(work, BusinessCalendarClause, scope=scope)
    else:
        pinned = approval.version_id
        ruling = await policies.rule_for_running_case(
            work, BusinessCalendarClause, pinned_version_id=pinned, scope=scope
        )
    due_at = step.deadline.ends_at(work.now, ruling.value)
    index, turn = seats[0].step, max(task.turn for task in seats)
    if not only_reminds:
        for task in seats:
            task.due_at = due_at
    # A key of its own for every turn: the timer that has just fired is deleted only after this one is planned.
    work.schedule(
        due_at,
        ApprovalStepDue(approval_id=approval.id, step=index, turn=turn, round=approval.round),
        about=approval.id,
        key=f"{_timer(approval, index)}{turn}",
    )


async def give_time(work: Work, approval: Approval, index: int) -> None:
    """Somebody sits now where nobody did: where they are the only one, the step's time begins anew."""
    waiting = await waiting_here(work, approval, index)
    if len(waiting) == 1:
        await plan_deadline(work, approval, chain_of(approval).steps[index], waiting)


def _timer(approval: Approval, index: int) -> str:
    return f"approval:{approval.id}:{approval.round}:{index}:"


async def _cancel_timer(work: Work, approval: Approval, index: int) -> None:
    """The step has been decided before its time was up; other branches keep theirs."""
    pending = select(AgendaItem).where(AgendaItem.subject_id == approval.id, AgendaItem.task == Task.FIRE)
    for item in await work.all(pending):
        if (item.key or "").startswith(_timer(approval, index)):
            work.delete(item)
