"""The states of an approval and of each seat in it, the moves between them, and why something happened by itself."""

from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from tenancy.refusals import message


class State(StrEnum):
    """Where an approval stands. One that was returned is over: the changed subject is approved anew."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """How an approval ends."""

    GRANT = "grant"
    REFUSE = "refuse"
    RETURN = "return"
    WITHDRAW = "withdraw"


LIFECYCLE = Lifecycle(
    initial=State.WAITING,
    table={
        (State.WAITING, Move.GRANT): State.GRANTED,
        (State.WAITING, Move.REFUSE): State.REFUSED,
        (State.WAITING, Move.RETURN): State.RETURNED,
        (State.WAITING, Move.WITHDRAW): State.WITHDRAWN,
    },
    states={
        State.WAITING: message("Waiting for approval"),
        State.GRANTED: message("Approved"),
        State.REFUSED: message("Refused"),
        State.RETURNED: message("Returned"),
        State.WITHDRAWN: message("Withdrawn"),
    },
    moves={
        Move.GRANT: message("Grant"),
        Move.REFUSE: message("Refuse"),
        Move.RETURN: message("Return"),
        Move.WITHDRAW: message("Withdraw"),
    },
)


class TaskState(StrEnum):
    """What became of one seat in a step."""

    WAITING = "waiting"
    # Somebody else decides first: its holder has asked for them, or was asked by who sits there.
    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    # The chain passes over it: nobody sits there, or a condition is not met.
    SKIPPED = "skipped"
    # It counts no more: others have decided, or somebody else sits there now.
    VOID = "void"


class TaskMove(StrEnum):
    """What whoever sits there can do, and what the chain does by itself."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    TRANSFER = "transfer"
    HOLD = "hold"
    RESUME = "resume"
    SKIP = "skip"


TASK_LIFECYCLE = Lifecycle(
    initial=TaskState.WAITING,
    table={
        (TaskState.WAITING, TaskMove.APPROVE): TaskState.APPROVED,
        (TaskState.WAITING, TaskMove.REJECT): TaskState.REJECTED,
        (TaskState.WAITING, TaskMove.RETURN): TaskState.RETURNED,
        (TaskState.WAITING, TaskMove.TRANSFER): TaskState.VOID,
        (TaskState.HELD, TaskMove.TRANSFER): TaskState.VOID,
        (TaskState.WAITING, TaskMove.HOLD): TaskState.HELD,
        (TaskState.HELD, TaskMove.RESUME): TaskState.WAITING,
        (TaskState.WAITING, TaskMove.SKIP): TaskState.SKIPPED,
    },
    states={
        TaskState.WAITING: message("Waiting for a decision"),
        TaskState.HELD: message("Waiting until somebody else has decided"),
        TaskState.APPROVED: message("Approved"),
        TaskState.REJECTED: message("Rejected"),
        TaskState.RETURNED: message("Returned"),
        TaskState.SKIPPED: message("Skipped"),
        TaskState.VOID: message("No longer needed"),
    },
    moves={
        TaskMove.APPROVE: message("Approve"),
        TaskMove.REJECT: message("Reject"),
        TaskMove.RETURN: message("Return to the requester"),
        TaskMove.TRANSFER: message("Transfer to somebody else"),
        TaskMove.HOLD: message("Let somebody else decide first"),
        TaskMove.RESUME: message("Go on after somebody else has decided"),
        TaskMove.SKIP: message("Skip"),
    },
)


class SeatReason(StrEnum):
    """Why somebody sits where the chain's words alone don't lead to them."""

    # Nobody holds the post, heads the department and so on.
    VACANT_SUPERIOR = "vacant_superior"
    VACANT_ADMINISTRATOR = "vacant_administrator"
    # Nobody sits there yet: an administrator is to name somebody.
    VACANT_STOPPED = "vacant_stopped"
    # It leads to people none of whom may decide: they lack the permission, or have not begun to work.
    NO_PERMISSION_SUPERIOR = "no_permission_superior"
    NO_PERMISSION_ADMINISTRATOR = "no_permission_administrator"
    NO_PERMISSION_STOPPED = "no_permission_stopped"
    # The chain leads to the requester, who never decides on their own request.
    REQUESTER_SUPERIOR = "requester_superior"
    REQUESTER_ADMINISTRATOR = "requester_administrator"
    # Fewer people than the quorum needs.
    QUORUM_SHORT = "quorum_short"
    TRANSFERRED = "transferred"
    # Time was up: to a superior, and where the line of superiors ends, to the head of a department above, and then to
    # an administrator.
    ESCALATED = "escalated"
    ESCALATED_HEAD = "escalated_head"
    ESCALATED_ADMINISTRATOR = "escalated_administrator"
    REASSIGNED = "reassigned"
    LEFT_COMPANY = "left_company"
    # Whoever sat there is shut out: their account was deactivated, though nobody said that they left.
    DEACTIVATED = "deactivated"
    # Whoever sat there may not decide any more.
    LOST_PERMISSION = "lost_permission"
    # It can't be judged whether the step is taken: an administrator sees to it.
    CONDITION_FAILED = "condition_failed"
    # Whoever sits there asked them to decide too, before or after.
    ADDED_BEFORE = "added_before"
    ADDED_AFTER = "added_after"
    # They decided for somebody who is away.
    DELEGATED = "delegated"


class EndReason(StrEnum):
    """Why a seat stopped waiting without its holder's decision."""

    VACANT_SKIPPED = "vacant_skipped"
    # Some of those it leads to lack the permission to decide or have not begun to work, or all of them.
    NO_PERMISSION_LEFT_OUT = "no_permission_left_out"
    NO_PERMISSION_SKIPPED = "no_permission_skipped"
    REQUESTER_LEFT_OUT = "requester_left_out"
    REQUESTER_SKIPPED = "requester_skipped"
    CONDITION_NOT_MET = "condition_not_met"
    DEADLINE = "deadline"
    # Somebody else has it now; the words are those of the successor's `SeatReason`.
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    ESCALATED_HEAD = "escalated_head"
    ESCALATED_ADMINISTRATOR = "escalated_administrator"
    REASSIGNED = "reassigned"
    LEFT_COMPANY = "left_company"
    DEACTIVATED = "deactivated"
    LOST_PERMISSION = "lost_permission"
    # An administrator has said whether the step is taken.
    BY_ADMINISTRATOR = "by_administrator"
    # An administrator had the chain found anew by the handbook in force, and everything begins anew.
    CHAIN_REPLACED = "chain_replaced"
    # The approval went back to an earlier step.
    RETURNED = "returned"
    # Others have decided the step, or somebody with whom it has one voice has refused; or the approval ended otherwise.
    STEP_DECIDED = "step_decided"
    APPROVAL_ENDED = "approval_ended"
    # The record was withdrawn, changed or settled otherwise, so that there is nothing to decide on.
    SUBJECT_CHANGED = "subject_changed"


def moves(state: TaskState, *, is_assignee: bool, is_administrator: bool) -> tuple[TaskMove, ...]:
    """What somebody can do with a seat: its holder decides, an administrator of approvals gives it to somebody else."""
    possible = TASK_LIFECYCLE.moves(state)
    if is_assignee:
        return tuple(move for move in possible if move not in {TaskMove.SKIP, TaskMove.HOLD, TaskMove.RESUME})
    return tuple(move for move in possible if is_administrator and move is TaskMove.TRANSFER)
