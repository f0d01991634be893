"""Deciding from one's seat, or from that of somebody who is away."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.approvals import queries
from domain.approvals.commands.course import chain_of, clause_of, close, evaluate, go_back, locked
from domain.approvals.events import ApprovalDecided, ApprovalStepReturned
from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.rules import acting, obstacles, steps
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import TASK_LIFECYCLE, Move, SeatReason, TaskMove, TaskState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from tenancy.identity.permits import who_may
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState, message
from tenancy.work import Work


@command(needs=Permission.APPROVALS_DECIDE)
async def approve(work: Work, *, task_id: UUID, comment: str = "", in_bulk: bool = False) -> Approval:
    """Agree, from one's own seat. Sent twice it takes effect once (AP-7). `in_bulk` says that it is one of several
    approved in one go, which not every step allows."""
    approval, decided = await _decide(work, task_id, TaskMove.APPROVE, comment, in_bulk=in_bulk)
    if decided is not None:
        await evaluate(work, approval, decided.step)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def reject(work: Work, *, task_id: UUID, comment: str) -> Approval:
    """Refuse, from one's own seat, and say why."""
    approval, decided = await _decide(work, task_id, TaskMove.REJECT, comment)
    if decided is not None:
        await evaluate(work, approval, decided.step)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def return_to_requester(work: Work, *, task_id: UUID, comment: str) -> Approval:
    """Send the subject back to be changed, and say what; the changed subject is approved anew from the first step."""
    approval, decided = await _decide(work, task_id, TaskMove.RETURN, comment)
    if decided is None:
        await _refuse_other_return(work, approval, task_id, to_step=None)
    else:
        await close(work, approval, Move.RETURN)
    return approval


@command(needs=Permission.APPROVALS_DECIDE)
async def return_to_step(work: Work, *, task_id: UUID, step: int, comment: str) -> Approval:
    """Send the subject back to an earlier step, and say why: from there on everything is decided anew, by whoever the
    chain leads to now, and the time of each step begins anew (AP-3)."""
    approval, decided = await _decide(work, task_id, TaskMove.RETURN, comment, called=Act.RETURN_TO_STEP)
    if decided is None:
        await _refuse_other_return(work, approval, task_id, to_step=step)
        return approval
    given = steps.by_present_chain(await queries.tasks_of(work, approval.id))
    reached = [task.step for task in given if task.state is not TaskState.SKIPPED]
    possible = steps.returnable(chain_of(approval), decided.step, reached)
    if not possible:
        nowhere = obstacles.refusal(Act.RETURN_TO_STEP, Obstacle.NO_EARLIER_STEP)
        nowhere.path = ("step",)
        raise nowhere
    if step not in possible:
        text = message("It can't be returned to this step. Possible are: {possible}.")
        names = {each: chain_of(approval).steps[each].name.in_language(work.actor.language) for each in possible}
        told = ", ".join(f"step: {each} (“{name}”)" for each, name in names.items())
        raise Invalid(text, {"possible": told}, path=("step",))
    returned = ApprovalStepReturned(approval_id=approval.id, task_id=decided.id, step=decided.step, to_step=step)
    work.record(returned, about=approval)
    await go_back(work, approval, step)
    return approval


async def _decide(
    work: Work, task_id: UUID, move: TaskMove, comment: str, *, in_bulk: bool = False, called: Act | None = None
) -> tuple[Approval, ApprovalTask | None]:
    """The approval, and the seat if this decision is new; the same decision by the same person again is none."""
    approval, task = await locked_seat(work, task_id)
    act = {TaskMove.APPROVE: Act.APPROVE, TaskMove.REJECT: Act.REJECT}.get(move, Act.RETURN)
    if (delegation := await act_from(work, approval, task, act)) is not None:
        # Whoever decides for somebody else is recorded in their seat, instead of them.
        task.assignee_id, task.instead_of_id = delegation.delegate_id, delegation.delegator_id
        task.seat_reason = SeatReason.DELEGATED
    if task.state is TASK_LIFECYCLE.table.get((TASK_LIFECYCLE.initial, move)) and task.end_reason is None:
        return approval, None
    if not TASK_LIFECYCLE.allows(task.state, move):
        raise obstacles.ended(called or act, task.state)
    step = chain_of(approval).steps[task.step]
    if in_bulk and not step.bulk_allowed:
        text = message("This step is decided one by one, not in one go.")
        raise Forbidden(text, clause=await clause_of(work, approval), code="BULK_NOT_ALLOWED")
    if move is TaskMove.APPROVE and step.comment_needed and not comment.strip():
        text = message("In this step whoever agrees says why.")
        raise Invalid(text, path=("comment",), clause=await clause_of(work, approval))
    said = steps.clean_comment(comment, needed=move is not TaskMove.APPROVE)
    task.state = TASK_LIFECYCLE.next(task.state, move)
    task.ended_at, task.comment = work.now, said
    work.record(ApprovalDecided(approval_id=approval.id, task_id=task.id, decision=task.state.value), about=task)
    return approval, task


async def _refuse_other_return(work: Work, approval: Approval, task_id: UUID, *, to_step: int | None) -> None:
    """A seat that has returned the subject may say so again, but not that it went somewhere else; None stands for its
    requester."""
    of_seat = JournalEntry.payload.op("->>")("task_id") == str(task_id)
    # By what entries are indexed: whatever else was ever returned is none of this.
    about_it = (JournalEntry.subject_kind == Approval.__tablename__, JournalEntry.subject_id == approval.id)
    found = select(JournalEntry.payload).where(*about_it, JournalEntry.name == ApprovalStepReturned.name, of_seat)
    returned = await work.value(found)
    if (returned["to_step"] if returned is not None else None) != to_step:
        raise WrongState(message("It was returned from this seat already, and to somewhere else."), path=("taskId",))


async def locked_seat(work: Work, task_id: UUID) -> tuple[Approval, ApprovalTask]:
    """The seat as it is once nobody else decides at the same time: whoever decides locks the approval first."""
    unlocked = await work.get(ApprovalTask, task_id, "taskId")
    approval = await locked(work, unlocked.approval_id)
    return approval, await work.get(ApprovalTask, task_id, "taskId", lock=True)


async def act_from(work: Work, approval: Approval, task: ApprovalTask, act: Act) -> ApprovalDelegation | None:
    """Refuse whoever may not act from a seat as it stands now; where it is not their own, the delegation by which they
    do. Of a seat that has ended its holder is refused nothing here."""
    own = work.actor.is_member and task.assignee_id == work.actor.id
    if task.state not in steps.OPEN:
        await refuse_others(work, approval, task)
        return None
    delegation = None if own else await queries.delegation_to_me(work, task.assignee_id)
    seats = await queries.tasks_of(work, approval.id) if delegation is not None else ()
    found = acting.obstacle(
        act,
        work.actor.id if work.actor.is_member else None,
        task,
        acting.Case(approval.requester_id, frozenset(approval.own_of_ids), tuple(seats)),
        stands_in=delegation is not None,
        passable=chain_of(approval).steps[task.step].delegates_may_transfer,
    )
    if found is Obstacle.NOT_YOURS:
        await refuse_others(work, approval, task)
    if found is not None:
        refusal = obstacles.refusal(act, found)
        refusal.path = ("taskId",)
        raise refusal
    return delegation


def refuse_concerned(approval: Approval, person_id: UUID | None, *path: str) -> None:
    """Refuse somebody for whom it is their own matter."""
    found = acting.concerned(person_id, approval.requester_id, approval.own_of_ids)
    if found is not None:
        refusal = obstacles.refusal(Act.APPROVE, found)
        refusal.path = path
        raise refusal


async def refuse_powerless(work: Work, person_id: UUID, *path: str, on: date | None = None) -> None:
    """Refuse to give a seat to somebody who may not decide in it, or has not begun to work on a day, today unless it
    is said."""
    staff = await organisation.find_staff(work, person_id)
    if staff is not None and staff.hired_on > (on or organisation.today(work)):
        text = message("This person can't decide yet: their first day of work is {day}.")
        raise Invalid(text, {"day": staff.hired_on}, path=path, code="MAY_NOT_DECIDE")
    if person_id not in await who_may(work, Permission.APPROVALS_DECIDE, [person_id]):
        text = message("This person can't decide: they lack the permission “{permission}”.")
        raise Invalid(text, {"permission": Permission.APPROVALS_DECIDE}, path=path, code="MAY_NOT_DECIDE")


async def refuse_others(work: Work, approval: Approval, task: ApprovalTask) -> None:
    """Refuse whoever doesn't sit there; to who may not even see it, it doesn't exist."""
    if work.actor.is_member and task.assignee_id == work.actor.id:
        return
    if not await queries.may_see(work, approval.id):
        raise NotFound(path=("taskId",))
    text = message("This is for somebody else to decide.")
    if task.instead_of_id == work.actor.id and task.state not in steps.OPEN:
        text = message("Your stand-in has dealt with this already, in your name.")
    raise Forbidden(text, code="NOT_YOURS")
