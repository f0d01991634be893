"""What follows the facts of the module approvals: who is to decide is told, again when it presses, and how it ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals import queries
from domain.approvals.events import (
    ApprovalConditionFailed,
    ApprovalDecided,
    ApprovalDelegationEnded,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReminded,
    ApprovalReturned,
    ApprovalSeatVacant,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalUrged,
    ApprovalVoided,
    ApprovalWithdrawn,
    ApproverAdded,
)
from domain.approvals.models import Approval, ApprovalDelegation
from domain.approvals.rules import acting, steps
from domain.approvals.rules.obstacles import Act
from domain.approvals.rules.states import LIFECYCLE, EndReason, SeatReason, State, TaskState
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.rules import Topic
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.conditions import FAILURES, Failure
from domain.policies.rules.sentences import Sentence, say
from tenancy.identity.permits import who_may
from tenancy.refusals import message
from tenancy.work import Work

# Whose requesters hear more from `reactions/people.py` than how the approval ended.
TOLD_BY_THEIR_MODULE = {SubjectKind.RESIGNATION}

# Why a seat is vacant.
VACANCIES = {
    None: message("Nobody is found whom the chain leads to; name somebody."),
    SeatReason.NO_PERMISSION_STOPPED: message("Whom the chain leads to may not decide, or not yet; name somebody."),
    SeatReason.QUORUM_SHORT: message("Fewer people are found than the quorum needs; name somebody."),
    SeatReason.LEFT_COMPANY: message("Whoever sat there has left, and nobody stands in; name somebody."),
    SeatReason.DEACTIVATED: message("Whoever sat there can't sign in any more, and nobody stands in; name somebody."),
    SeatReason.LOST_PERMISSION: message(
        "Whoever sat there may not decide any more, and nobody stands in; name somebody."
    ),
}
# Why nobody decides for somebody any more, who had it otherwise.
DELEGATIONS_ENDED = {
    SeatReason.LEFT_COMPANY.value: message(
        "{person} has left the company, so nobody decides for you while you are away: delegate to somebody else."
    ),
    SeatReason.DEACTIVATED.value: message(
        "{person} can't sign in any more, so nobody decides for you while you are away: delegate to somebody else."
    ),
    SeatReason.LOST_PERMISSION.value: message(
        "{person} may not decide any more, so nobody decides for you while you are away: delegate to somebody else."
    ),
    "by_hand": message(
        "{person} doesn't decide for you any more: your delegation was ended, and not by you. Delegate to somebody "
        "else if you are away."
    ),
}
_MISSING = message(
    "The condition “{condition}” can't be judged: the fact “{fact}” is missing. Say whether the step is taken, or mend "
    "the handbook, where has({fact}) asks whether it is there, and have the chain found again."
)
_STOPPED = message(
    "The condition “{condition}” can't be judged: {why}. Say whether the step is taken, or mend the handbook and have "
    "the chain found again."
)


def _stopped(problem: Mapping[str, Any]) -> Sentence:
    if problem.get("fact") is not None:
        return say(_MISSING, condition=problem["condition"], fact=problem["fact"])
    return say(_STOPPED, condition=problem["condition"], why=(FAILURES[Failure(problem["failure"])],))


async def tell_who_is_to_decide(
    work: Work, event: ApprovalStepReached | ApprovalTransferred | ApproverAdded | ApprovalDecided
) -> None:
    """Each seat that waits, once: a decision may let somebody go on who waited for it."""
    text = message("{requester} asks for your decision: {subject}. {terms}")
    await _tell(work, event.approval_id, text, key="approval-seat")


async def tell_who_is_urged(work: Work, event: ApprovalUrged) -> None:
    """Its requester asks for haste."""
    approval = await queries.get(work, event.approval_id)
    text = message("{requester} asks you to decide soon: {subject}. {terms}")
    await _tell(work, event.approval_id, text, key=f"approval-urged:{approval.urged_at}")


async def remind_who_is_late(work: Work, event: ApprovalReminded) -> None:
    """The time of a step is up."""
    seats = await queries.tasks_of(work, event.approval_id)
    turn = max((seat.turn for seat in seats if seat.step == event.step), default=0)
    text = message("Your decision is overdue: {subject}, asked for by {requester}. {terms}")
    await _tell(work, event.approval_id, text, key=f"approval-late:{turn}", step=event.step)


async def tell_of_a_vacancy(work: Work, event: ApprovalSeatVacant | ApprovalConditionFailed) -> None:
    """Nobody can decide where a seat is vacant: who administers approvals is told so, also by mail, and where nobody
    but those concerned administers them, who says what roles may do."""
    approval = await queries.get(work, event.approval_id)
    if approval.state is not State.WAITING:
        return
    requester = await organisation.member(work, approval.requester_id)
    # Whoever may not steer it, because it is their own request or matter, is not asked to.
    concerned = {approval.requester_id, *approval.own_of_ids}
    free = [member_id for member_id in await queries.administrators(work) if member_id not in concerned]
    told = free or await who_may(work, Permission.ACCESS_MANAGE)
    for seat in await queries.tasks_of(work, event.approval_id):
        if seat.state not in steps.OPEN or seat.assignee_id is not None:
            continue
        if seat.problem is not None:
            why = _stopped(seat.problem)
        else:
            why = say(VACANCIES.get(seat.seat_reason, VACANCIES[None]))
        await notifications.notify(
            work,
            member_ids=told,
            text=message(
                "Step {step}, “{name}”, needs an administrator: {subject}, asked for by {requester}. {why} {terms}"
            ),
            values={
                "step": seat.step + 1,
                "name": queries.step_of(approval, seat.step).name,
                "subject": queries.title_of(approval),
                "requester": requester.name,
                "why": why,
                "terms": await _terms(work, approval, seat.due_at),
            },
            about=Subject(SubjectKind.APPROVAL, approval.id),
            mail=True,
            key=f"approval-vacant:{seat.id}",
        )


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
    text = message("{subject}, asked for by {requester}: {outcome}.")
    if await _decided_by_itself(work, approval):
        text = message("{subject}, asked for by {requester}: {outcome}. The time was up: decided as the chain says.")
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=text,
        values={
            "requester": requester.name,
            "subject": queries.title_of(approval),
            "outcome": (LIFECYCLE.state_labels[approval.state],),
        },
        about=Subject(SubjectKind.APPROVAL, approval.id),
        mail=False,
        key=f"approval-outcome:{approval.id}",
    )


async def tell_that_nobody_stands_in(work: Work, event: ApprovalDelegationEnded) -> None:
    """Whoever believes that somebody decides for them, and did not end that themselves; they are away, so by mail."""
    text = DELEGATIONS_ENDED.get(event.reason or "")
    if text is None:
        return
    delegation = await work.get(ApprovalDelegation, event.delegation_id)
    delegate = await organisation.member(work, delegation.delegate_id)
    await notifications.notify(
        work,
        member_ids=[delegation.delegator_id],
        text=text,
        values={"person": delegate.name},
        about=None,
        mail=True,
        key=f"delegation-ended:{delegation.id}",
        topic=Topic.APPROVALS,
    )


async def _decided_by_itself(work: Work, approval: Approval) -> bool:
    """Whether it was granted or refused with a seat that time alone decided."""
    decisive = {State.GRANTED: TaskState.APPROVED, State.REFUSED: TaskState.REJECTED}.get(approval.state)
    return any(
        seat.state is decisive and seat.end_reason is EndReason.DEADLINE
        for seat in await queries.tasks_of(work, approval.id)
    )


async def tell_that_what_was_granted_is_void(work: Work, event: ApprovalVoided) -> None:
    """Whoever asked, agreed or gets a copy: what was agreed to has changed or was withdrawn since."""
    approval = await queries.get(work, event.approval_id)
    seats = await queries.tasks_of(work, approval.id)
    agreed = {seat.assignee_id for seat in seats if seat.state is TaskState.APPROVED and seat.assignee_id}
    requester = await organisation.member(work, approval.requester_id)
    await notifications.notify(
        work,
        member_ids=sorted({*approval.informed_ids, *agreed, approval.requester_id}),
        text=message(
            "{subject}, asked for by {requester}, is approved no more: it has changed or was withdrawn since."
        ),
        values={"requester": requester.name, "subject": queries.title_of(approval)},
        about=Subject(SubjectKind.APPROVAL, approval.id),
        mail=False,
        key=f"approval-void:{approval.id}",
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
        values={"requester": requester, "subject": queries.title_of(approval)},
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
    seats = await queries.tasks_of(work, approval_id)
    case = acting.Case(approval.requester_id, frozenset(approval.own_of_ids), tuple(seats))
    for seat in seats:
        if seat.state is not TaskState.WAITING or seat.assignee_id is None or step not in (None, seat.step):
            continue
        there = [
            person
            for person in dict.fromkeys((seat.assignee_id, *await queries.stand_ins_of(work, seat.assignee_id)))
            if acting.obstacle(Act.APPROVE, person, seat, case, stands_in=True, passable=False) is None
        ]
        await notifications.notify(
            work,
            member_ids=there,
            text=text,
            values={
                "requester": requester.name,
                "subject": queries.title_of(approval),
                "terms": await _terms(work, approval, seat.due_at),
            },
            about=Subject(SubjectKind.APPROVAL, approval.id),
            mail=False,
            key=f"{key}:{seat.id}",
        )


async def _terms(work: Work, approval: Approval, due_at: datetime | None) -> Sentence:
    """Until when, and by which clause."""
    if approval.clause_id is None or approval.version_id is None:
        return say(message("No deadline.")) if due_at is None else say(message("Deadline: {due}."), due=due_at)
    book = await policies.handbook(work, approval.version_id)
    number = next((clause.number for clause in book.clauses if clause.id == approval.clause_id), "—")
    values = {"clause": number, "version": book.version_number}
    if due_at is None:
        return say(message("No deadline; clause {clause} of version {version}."), **values)
    return say(message("Deadline: {due}; clause {clause} of version {version}."), due=due_at, **values)
