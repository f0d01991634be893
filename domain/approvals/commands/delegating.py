"""Having somebody decide for oneself while one is away; it begins and ends by itself."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from domain.approvals.commands.deciding import refuse_powerless
from domain.approvals.events import ApprovalDelegationEnded, ApprovalsDelegated
from domain.approvals.models import ApprovalDelegation
from domain.approvals.rules import delegations, steps
from domain.approvals.rules.states import SeatReason
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from tenancy.members import Member
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState, message
from tenancy.work import Work

LONGEST = timedelta(days=366)


@command(needs=Permission.APPROVALS_DECIDE)
async def delegate(
    work: Work, *, to_id: UUID, starts_at: datetime, ends_at: datetime, reason: str = ""
) -> ApprovalDelegation:
    """Let somebody decide in one's own seats from an instant until another, which is excluded (AP-3).

    They decide only what is one's own, not what somebody else has delegated to one. Refuses oneself, circles, and two
    delegations of one person at once.
    """
    own = work.actor.id
    if not work.actor.is_member or own is None:
        raise Forbidden(message("Only people delegate what they decide."))
    if to_id == own:
        raise Invalid(message("Nobody delegates to themselves."), path=("toId",))
    if not starts_at < ends_at or ends_at <= work.now or ends_at - max(starts_at, work.now) > LONGEST:
        text = message("A delegation ends after it begins, in the future, and within {days} days.")
        raise Invalid(text, {"days": LONGEST.days}, path=("endsAt",))
    said = steps.clean_comment(reason, needed=False, path="reason")
    # Whoever delegates to each other at once comes one after the other.
    people = {id: await work.get(Member, id, "toId", lock=True) for id in sorted((own, to_id))}
    if not people[to_id].active:
        raise Invalid(message("This person is not with the company any more."), path=("toId",))
    await refuse_powerless(work, to_id, "toId", on=organisation.day_at(work, max(starts_at, work.now)))
    overlapping = (ApprovalDelegation.starts_at < ends_at, ApprovalDelegation.ends_at > max(starts_at, work.now))
    others = await work.all(select(ApprovalDelegation).where(*overlapping))
    delegations.check([(each.delegator_id, each.delegate_id) for each in others], own, to_id)
    delegation = work.add(
        ApprovalDelegation(
            delegator_id=own, delegate_id=to_id, starts_at=max(starts_at, work.now), ends_at=ends_at, reason=said
        )
    )
    delegated = ApprovalsDelegated(delegation_id=delegation.id, delegator_id=own, delegate_id=to_id)
    work.record(delegated, about=delegation)
    return delegation


@command(needs=None)
async def end_delegation(work: Work, *, delegation_id: UUID) -> ApprovalDelegation:
    """End a delegation before its time; either of the two may, and an administrator of approvals."""
    delegation = await work.get(ApprovalDelegation, delegation_id, "delegationId", lock=True)
    concerned = work.actor.is_member and work.actor.id in (delegation.delegator_id, delegation.delegate_id)
    if not concerned and not work.actor.may(Permission.APPROVALS_ADMINISTER):
        raise NotFound(path=("delegationId",))
    if delegation.ends_at <= work.now:
        raise WrongState(message("This delegation has ended."), path=("delegationId",))
    delegation.ends_at = work.now
    delegation.starts_at = min(delegation.starts_at, work.now)
    own = work.actor.is_member and work.actor.id == delegation.delegator_id
    reason = None if own else "by_hand"
    work.record(ApprovalDelegationEnded(delegation_id=delegation.id, reason=reason), about=delegation)
    return delegation


async def end_delegations_of(work: Work, member_id: UUID, reason: SeatReason) -> None:
    """Somebody has left or may not decide any more: nobody decides for them any more, nor they for anybody."""
    either = or_(ApprovalDelegation.delegator_id == member_id, ApprovalDelegation.delegate_id == member_id)
    running = select(ApprovalDelegation).where(either, ApprovalDelegation.ends_at > work.now).with_for_update()
    for delegation in await work.all(running):
        delegation.ends_at, delegation.starts_at = work.now, min(delegation.starts_at, work.now)
        why = reason.value if delegation.delegate_id == member_id else None
        work.record(ApprovalDelegationEnded(delegation_id=delegation.id, reason=why), about=delegation)
