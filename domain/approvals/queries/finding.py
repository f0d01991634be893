"""Approvals as commands load them: one, its seats, those about a record, and who may see them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.queries.showing import DECIDED, visible
from domain.approvals.rules import naming
from domain.approvals.rules.states import State
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject
from domain.policies.rules.chains import Step
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.sentences import Sentence
from tenancy.identity.permits import who_may
from tenancy.members import Member
from tenancy.models import one_of
from tenancy.work import Work


async def get(work: Work, id: UUID, *path: str) -> Approval:
    """One approval; refuses with `NotFound`."""
    return await work.get(Approval, id, *path)


def title_of(approval: Approval) -> Sentence:
    """What its subject is called."""
    return naming.title(approval.subject_kind, approval.purpose, approval.facts)


def step_of(approval: Approval, index: int) -> Step:
    """One step of the chain that it goes by."""
    return ApprovalChain.model_validate(approval.chain).steps[index]


async def tasks_of(work: Work, approval_id: UUID) -> list[ApprovalTask]:
    """Every seat of an approval, in the order in which it was given."""
    every = select(ApprovalTask).where(ApprovalTask.approval_id == approval_id).order_by(ApprovalTask.id)
    return await work.all(every)


async def about(work: Work, subject: Subject, *, purpose: str = "") -> list[Approval]:
    """The approvals a record has gone through, oldest first."""
    same = (Approval.subject_kind == subject.kind, Approval.subject_id == subject.id, Approval.purpose == purpose)
    return await work.all(select(Approval).where(*same).order_by(Approval.id))


async def waiting_about(work: Work, subject: Subject, *, purpose: str = "") -> Approval | None:
    """The approval a record is waiting for; while there is one, its module keeps the record as it is."""
    found = await about(work, subject, purpose=purpose)
    return next((approval for approval in found if approval.state is State.WAITING), None)


async def may_see(work: Work, approval_id: UUID) -> bool:
    """Whether the actor sees an approval."""
    seen = select(Approval.id).where(Approval.id == approval_id, visible(work.actor, Approval))
    return await work.value(seen) is not None


async def last_comment(work: Work, approval_id: UUID) -> str:
    """What was last said with a decision in an approval; empty where nothing was."""
    said = select(ApprovalTask.comment).where(ApprovalTask.approval_id == approval_id, ApprovalTask.comment != "")
    found = await work.value(said.order_by(ApprovalTask.ended_at.desc().nulls_last(), ApprovalTask.id.desc()).limit(1))
    return str(found or "")


async def decided_since(work: Work, approval_id: UUID, at: datetime) -> bool:
    """Whether anybody has decided in an approval at an instant or after it."""
    decided = (ApprovalTask.approval_id == approval_id, ApprovalTask.ended_at >= at)
    by_hand = one_of(ApprovalTask.state, DECIDED)
    return await work.value(select(ApprovalTask.id).where(*decided, by_hand).limit(1)) is not None


def _asked(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(Approval.opened_at >= since, Approval.opened_at < until, Approval.clause_id.is_not(None))


async def opened_count(work: Work, *, since: datetime, until: datetime) -> int:
    """How many approvals `opened` gives in all."""
    return int(await work.value(select(func.count(Approval.id)).where(_asked(since, until))))


async def opened(work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int) -> list[Approval]:
    """Approvals asked for in a stretch of time by a chain of the handbook, behind an id."""
    found = select(Approval).where(_asked(since, until)).order_by(Approval.id).limit(most)
    return await work.all(found if after_id is None else found.where(Approval.id > after_id))


async def stand_ins_of(work: Work, member_id: UUID) -> list[UUID]:
    """Who decides for somebody at the work's instant, because they are away."""
    holds = (ApprovalDelegation.starts_at <= work.now, work.now < ApprovalDelegation.ends_at)
    rows = await work.rows(
        select(ApprovalDelegation.delegate_id).where(ApprovalDelegation.delegator_id == member_id, *holds)
    )
    return list(await who_may(work, Permission.APPROVALS_DECIDE, [row["delegate_id"] for row in rows])) if rows else []


async def names(work: Work, people: Collection[UUID]) -> dict[UUID | None, str]:
    """What members are called, by their ids."""
    if not people:
        return {}
    found = await work.rows(select(Member.id, Member.name).where(one_of(Member.id, people)))
    return {row["id"]: row["name"] for row in found}
