"""What people call the reasons for which somebody sits in a seat, or a seat stopped waiting."""

from enum import StrEnum

from domain.approvals.rules.states import EndReason, SeatReason, TaskState
from domain.policies.rules.conditions import FAILURES, Failure
from domain.policies.rules.words import word, worded
from tenancy.refusals import message

_PASSED_ON = {
    "transferred": message("passed on by whoever sat there"),
    "escalated": message("the time was up: passed on to the superior"),
    "escalated_head": message("the time was up: passed on to the head of a department above"),
    "escalated_administrator": message("the time was up: passed on to an administrator"),
    "reassigned": message("given to somebody else by an administrator"),
    "left_company": message("whoever sat there has left the company"),
    "deactivated": message("whoever sat there can't sign in any more"),
    "lost_permission": message("whoever sat there may not decide any more"),
}
worded(
    {
        **{SeatReason(reason): text for reason, text in _PASSED_ON.items()},
        SeatReason.VACANT_SUPERIOR: message("nobody is there whom the chain names: the superior decides"),
        SeatReason.VACANT_ADMINISTRATOR: message("nobody is there whom the chain names: an administrator decides"),
        SeatReason.VACANT_STOPPED: message(
            "nobody is there whom the chain names: somebody else who may administer approvals names somebody; where "
            "there is nobody else, give somebody that permission, or withdraw the request"
        ),
        SeatReason.NO_PERMISSION_SUPERIOR: message(
            "whom the chain names may not decide, or not yet: the superior decides"
        ),
        SeatReason.NO_PERMISSION_ADMINISTRATOR: message(
            "whom the chain names may not decide, or not yet: an administrator decides"
        ),
        SeatReason.NO_PERMISSION_STOPPED: message(
            "whom the chain names may not decide, or not yet: somebody else who may administer approvals names "
            "somebody; where there is nobody else, give somebody that permission, or withdraw the request"
        ),
        SeatReason.REQUESTER_SUPERIOR: message("the chain names the requester: their superior decides"),
        SeatReason.REQUESTER_ADMINISTRATOR: message("the chain names the requester: an administrator decides"),
        SeatReason.QUORUM_SHORT: message("fewer people are there than the quorum needs"),
        SeatReason.CONDITION_FAILED: message("it can't be judged whether the step is taken"),
        SeatReason.ADDED_BEFORE: message("asked to decide before whoever sits there"),
        SeatReason.ADDED_AFTER: message("asked to decide after whoever sits there"),
        SeatReason.DELEGATED: message("decides for somebody who is away"),
    }
)
worded(
    {
        **{EndReason(reason): text for reason, text in _PASSED_ON.items()},
        EndReason.VACANT_SKIPPED: message("nobody is there whom the chain names: passed over"),
        EndReason.NO_PERMISSION_LEFT_OUT: message("may not decide, or not yet: left out"),
        EndReason.NO_PERMISSION_SKIPPED: message("whom the chain names may not decide, or not yet: passed over"),
        EndReason.REQUESTER_LEFT_OUT: message("the requester is left out"),
        EndReason.REQUESTER_SKIPPED: message("the chain names the requester: passed over"),
        EndReason.CONDITION_NOT_MET: message("its condition is not met"),
        EndReason.DEADLINE: message("the time was up: decided as the chain says"),
        EndReason.BY_ADMINISTRATOR: message("an administrator has said whether the step is taken"),
        EndReason.CHAIN_REPLACED: message("the chain was found anew by the handbook in force"),
        EndReason.RETURNED: message("it went back to an earlier step"),
        EndReason.STEP_DECIDED: message("others have decided, so nothing is left to say from this seat"),
        EndReason.APPROVAL_ENDED: message("the approval has ended"),
        EndReason.SUBJECT_CHANGED: message("the record has changed, so there is nothing to decide"),
    }
)


_DECISIONS = {
    TaskState.APPROVED.value: message("Approved"),
    TaskState.REJECTED.value: message("Rejected"),
    TaskState.RETURNED.value: message("Returned"),
    TaskState.SKIPPED.value: message("Skipped"),
}


_NO_LONGER_APPROVED = message("the record has changed or was withdrawn, so what was granted holds no more")


def reason_text(reason: str | None, *, of_granted: bool = False) -> str | None:
    """What people call a reason that is told of a seat or of a case, marked for translation; None for none.
    `of_granted` says that it is why something that was granted is void."""
    if reason is None:
        return None
    if of_granted and reason == EndReason.SUBJECT_CHANGED.value:
        return _NO_LONGER_APPROVED
    kinds: tuple[type[StrEnum], ...] = (SeatReason, EndReason)
    for kind in kinds:
        if reason in set(kind):
            return word(kind(reason))
    return FAILURES[Failure(reason)] if reason in set(Failure) else reason.replace("_", " ")


def decision_text(decision: str | None) -> str | None:
    """What people call a decision in a seat, marked for translation; None for none."""
    return _DECISIONS.get(decision or "")
