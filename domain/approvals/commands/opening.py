"""Asking for an approval, and taking it back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from domain.approvals import queries
from domain.approvals.commands.citing import cite_end
from domain.approvals.commands.course import close, enter, locked
from domain.approvals.events import ApprovalOpened, ApprovalVoided
from domain.approvals.models import Approval
from domain.approvals.rules import steps, traces
from domain.approvals.rules.states import EndReason, Move, State
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind, facts_of
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, NotFound, message
from tenancy.work import Work


async def open_approval(
    work: Work,
    *,
    subject: Subject,
    chain: Ruling[ApprovalChain] | ApprovalChain,
    requester_id: UUID,
    facts: Mapping[str, Any],
    purpose: str = "",
    own_of: Collection[UUID] = (),
) -> Approval:
    """Ask for approval of a record, as part of the command of its own module that needs it (AP-1).

    `facts` is what the approvers are shown and the chain's conditions are judged by; with the subject it makes the
    digest of what is approved. `department_id` and `customer_id` among them say whose head and account owner decide.
    `own_of` are those for whom it is their own matter beside the requester: they have no seat, and stand in for nobody.
    Refuses with `Conflict` while the same is waiting already. A condition that can't be judged, for one as its fact
    is missing, refuses nothing: the case stops at its step, where an administrator sees to it.
    """
    value = chain.value if isinstance(chain, Ruling) else chain
    if (value.subject_kind, value.purpose) != (subject.kind, purpose):
        raise ValueError(f"the chain is for {value.topic}, not for {subject.kind.value} {purpose}")
    await work.get(Member, requester_id, "requesterId")
    # Two who ask the same at once come one after the other; there is no row yet that they could lock.
    turn = f"approval:{work.actor.tenant_id}:{subject.kind.value}:{subject.id}:{purpose}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    if await queries.waiting_about(work, subject, purpose=purpose) is not None:
        raise Conflict(message("This is waiting for approval already."))
    plain: dict[str, Any] = to_jsonable_python(dict(facts))
    _check_facts(subject.kind, purpose, plain)
    taken = steps.foreseeable(value, plain)
    approval = Approval(
        subject_kind=subject.kind.value,
        subject_id=subject.id,
        purpose=purpose,
        requester_id=requester_id,
        chain=value.stored(),
        facts=plain,
        digest=steps.digest(subject.kind.value, subject.id, purpose, plain),
        opened_at=work.now,
        clause_id=chain.clause.clause_id if isinstance(chain, Ruling) else None,
        version_id=chain.clause.version_id if isinstance(chain, Ruling) else None,
        own_of_ids=sorted({*own_of} - {requester_id}),
    )
    approval.informed_ids = await queries.informed_by(work, value, queries.case_of(approval))
    work.add(approval)
    opened = ApprovalOpened(
        approval_id=approval.id, subject_kind=approval.subject_kind, subject_id=subject.id, purpose=purpose
    )
    work.record(opened, about=approval)
    if isinstance(chain, Ruling):
        cite_chain(work, approval, chain, taken)
    await enter(work, approval, 0)
    return approval


def cite_chain(work: Work, approval: Approval, ruling: Ruling[ApprovalChain], taken: Sequence[bool]) -> None:
    """Record by which clause the case takes its course, and through which of the chain's steps."""
    names = [step.name.model_dump() for step, is_taken in zip(ruling.value.steps, taken, strict=True) if is_taken]
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind(approval.subject_kind), approval.subject_id),
        decision=traces.CHAIN,
        inputs={"requester_id": approval.requester_id, "facts": approval.facts, "purpose": approval.purpose},
        result={"approval_id": approval.id, "steps": names},
    )


def _check_facts(kind: SubjectKind, purpose: str, facts: Mapping[str, Any]) -> None:
    """A module gives the facts that it has declared: chains are checked against them."""
    declared = facts_of(kind, purpose)
    for name, value in facts.items():
        if name not in declared or not (value is None or declared[name].admits(value)):
            raise ValueError(
                f"{kind.value} {purpose} has no fact “{name}” with such a value: see domain.kernel.subjects"
            )


@command(needs=None)
async def withdraw(work: Work, *, approval_id: UUID) -> Approval:
    """Take back what one has asked for; an administrator of approvals may do it for anybody."""
    approval = await locked(work, approval_id, "approvalId")
    if work.actor.id != approval.requester_id and not work.actor.may(Permission.APPROVALS_ADMINISTER):
        if not await queries.may_see(work, approval.id):
            raise NotFound(path=("approvalId",))
        raise Forbidden(message("Only the requester takes a request back."), code="NOT_YOURS")
    await close(work, approval, Move.WITHDRAW)
    return approval


async def end_with_subject(work: Work, *, subject: Subject, purpose: str = "") -> None:
    """The record was withdrawn or has changed, so what is waiting about it is void; nothing waits, nothing happens."""
    waiting = await queries.waiting_about(work, subject, purpose=purpose)
    if waiting is None:
        return
    approval = await locked(work, waiting.id)
    if approval.closed_at is None:
        await close(work, approval, Move.WITHDRAW, EndReason.SUBJECT_CHANGED)


async def void_granted(work: Work, approval_id: UUID | None) -> None:
    """What was approved has changed, and is approved no more: a granted approval says so, any other stays as it is.

    The caller holds the lock of its subject and forgets its approval with this, so that it is void once.
    """
    if approval_id is None:
        return
    approval = await queries.get(work, approval_id)
    if approval.state is not State.GRANTED:
        return
    why = EndReason.SUBJECT_CHANGED
    await cite_end(work, approval, why)
    voided = ApprovalVoided(
        approval_id=approval.id,
        subject_kind=approval.subject_kind,
        subject_id=approval.subject_id,
        purpose=approval.purpose,
        reason=why.value,
    )
    work.record(voided, about=approval)


async def lock_with_subject(work: Work, *, subject: Subject, purpose: str = "") -> None:
    """Lock what is waiting about a record before the record itself: whoever decides locks in this order, too."""
    waiting = await queries.waiting_about(work, subject, purpose=purpose)
    if waiting is not None:
        await locked(work, waiting.id)
