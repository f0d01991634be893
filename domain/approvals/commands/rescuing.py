"""Letting a case go on that has stopped: by saying whether a step is taken, or by the chain in force now."""

from enum import StrEnum
from uuid import UUID

from domain.approvals import queries
from domain.approvals.commands.course import (
    chain_of,
    leave,
    locked,
    look_forward,
    pass_over,
    sit_down,
    start_anew,
    undecided,
)
from domain.approvals.commands.deciding import locked_seat, refuse_concerned
from domain.approvals.commands.opening import cite_chain
from domain.approvals.events import ApprovalRescued
from domain.approvals.models import Approval
from domain.approvals.rules import obstacles, steps
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.kinds import ApprovalChain
from tenancy.refusals import WrongState, message
from tenancy.work import Work


class Rescue(StrEnum):
    """How a case goes on that had stopped."""

    STEP_TAKEN = "step_taken"
    STEP_PASSED_OVER = "step_passed_over"
    CHAIN_REPLACED = "chain_replaced"


@command(needs=Permission.APPROVALS_ADMINISTER)
async def go_on(work: Work, *, task_id: UUID, take: bool, comment: str) -> Approval:
    """Say whether a step is taken of which that can't be judged, and why; the case goes on from there.

    Nobody says so of their own request or matter.
    """
    approval, stop = await locked_seat(work, task_id)
    if stop.state is not TaskState.WAITING and any(
        seat.assignee_id is None for seat in await undecided(work, approval)
    ):
        text = message("This seat has ended; the case stands at another one since. Name the seat that waits now.")
        raise WrongState(text, path=("taskId",), code="SEAT_ENDED")
    if stop.seat_reason is not SeatReason.CONDITION_FAILED or stop.state is not TaskState.WAITING:
        raise obstacles.refusal(Act.GO_ON, Obstacle.NOT_STUCK)
    refuse_concerned(approval, work.actor.id, "taskId")
    said = steps.clean_comment(comment, needed=True)
    chain, index = chain_of(approval), stop.step
    stop.state, stop.end_reason, stop.ended_at, stop.comment = (
        TaskState.VOID,
        EndReason.BY_ADMINISTRATOR,
        work.now,
        said,
    )
    how = Rescue.STEP_TAKEN if take else Rescue.STEP_PASSED_OVER
    rescued = ApprovalRescued(approval_id=approval.id, step=index, reason=how.value, comment=said)
    work.record(rescued, about=approval)
    if not take:
        pass_over(work, approval, index, None, EndReason.BY_ADMINISTRATOR)
    if not take or not await sit_down(work, approval, chain, index):
        await leave(work, approval, chain, index)
    else:
        await look_forward(work, approval)
    return approval


@command(needs=Permission.APPROVALS_ADMINISTER)
async def resolve_again(work: Work, *, approval_id: UUID, comment: str) -> Approval:
    """Let a case that has stopped go by the chain of the handbook in force, from its first step, and say why.

    What was decided by the former chain stays in its course and counts no more. Refuses with NOT_STUCK while nothing is
    vacant, and with NO_CLAUSE where the handbook in force has no such chain.
    """
    approval = await locked(work, approval_id, "approvalId")
    if approval.state is not State.WAITING:
        raise obstacles.refusal(Act.RESOLVE_AGAIN, Obstacle.WRONG_STATE)
    if all(task.assignee_id is not None for task in await undecided(work, approval)):
        raise obstacles.refusal(Act.RESOLVE_AGAIN, Obstacle.NOT_STUCK)
    refuse_concerned(approval, work.actor.id, "approvalId")
    said = steps.clean_comment(comment, needed=True)
    kind = SubjectKind(approval.subject_kind)
    scope = await queries.scope_of(work, approval.requester_id, approval.facts)
    ruling = await policies.rule(work, ApprovalChain, scope=scope, topic=chain_topic(kind, approval.purpose))
    # What the new chain asks of the facts is known before anything changes.
    expected = steps.foreseeable(ruling.value, approval.facts)
    approval.chain = ruling.value.stored()
    approval.clause_id, approval.version_id = ruling.clause.clause_id, ruling.clause.version_id
    approval.informed_ids = await queries.informed_by(work, ruling.value, queries.case_of(approval))
    rescued = ApprovalRescued(approval_id=approval.id, reason=Rescue.CHAIN_REPLACED.value, comment=said)
    work.record(rescued, about=approval)
    cite_chain(work, approval, ruling, expected)
    await start_anew(work, approval)
    return approval
