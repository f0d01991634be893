"""From the outcome of the approval to the last working moment, and what brings that moment forward."""

from datetime import date
from uuid import UUID

from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation import commands as organisation_commands
from domain.organisation import queries as organisation
from domain.people import rules
from domain.people.commands.beginning import begin
from domain.people.commands.grounds import (
    Grounds,
    cite_last_day_at_approval,
    cite_last_moment,
    cite_refusal,
    cite_waiver,
    grounds_for,
)
from domain.people.events import (
    EmploymentEnded,
    LastMomentReached,
    NoticeWaived,
    ResignationApproved,
    ResignationRefused,
    ResignationReturned,
    ResignationWithdrawn,
)
from domain.people.models import Resignation
from domain.people.rules import LIFECYCLE, Move, State
from tenancy.outbox import lock_timers
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """An approved resignation gets its last day for good, and a timer for its last working moment."""
    resignation = await _decided(work, event)
    if resignation is None:
        return
    resignation.state = LIFECYCLE.next(resignation.state, Move.APPROVE)
    resignation.decided_at = work.now
    grounds = await grounds_for(work, resignation.staff_id, resignation.handbook_version_id)
    today = grounds.calendar.local_day(work.now)
    asked_on = resignation.last_day_on
    _plan_leaving(work, resignation, grounds, rules.last_day_at_approval(asked_on, today))
    if resignation.last_day_on != asked_on:
        # What the approvers saw stays as they saw it.
        cite_last_day_at_approval(work, resignation, grounds, asked_on, today)
    approved = ResignationApproved(
        resignation_id=resignation.id, staff_id=resignation.staff_id, last_day_on=resignation.last_day_on
    )
    work.record(approved, about=resignation)


async def follow_refusal(work: Work, event: ApprovalRefused) -> None:
    """A resignation that is refused is over."""
    resignation = await _decided(work, event)
    if resignation is not None:
        resignation.state = LIFECYCLE.next(resignation.state, Move.REFUSE)
        resignation.decided_at = work.now
        cite_refusal(work, resignation, await grounds_for(work, resignation.staff_id, resignation.handbook_version_id))
        work.record(ResignationRefused(resignation_id=resignation.id), about=resignation)


async def follow_return(work: Work, event: ApprovalReturned) -> None:
    """A resignation that is returned waits for its writer."""
    resignation = await _decided(work, event)
    if resignation is not None:
        resignation.state = LIFECYCLE.next(resignation.state, Move.RETURN)
        work.record(ResignationReturned(resignation_id=resignation.id), about=resignation)


async def follow_withdrawal(work: Work, event: ApprovalWithdrawn) -> None:
    """Who takes back what they asked the approvers for takes the letter back."""
    resignation = await _decided(work, event)
    if resignation is not None:
        resignation.state = LIFECYCLE.next(resignation.state, Move.WITHDRAW)
        work.record(ResignationWithdrawn(resignation_id=resignation.id), about=resignation)


@command(needs=Permission.PEOPLE_MANAGE)
async def waive_notice(work: Work, *, resignation_id: UUID, last_day_on: date, reason: str = "") -> Resignation:
    """Let somebody whose leaving is approved go earlier, where the notice clause allows it; nobody lets themselves go.

    `last_day_on` is today or later, and before the present last day.
    """
    await lock_timers(work, resignation_id)
    resignation = await begin(work, resignation_id, Move.WAIVE)
    resignation.state = LIFECYCLE.next(resignation.state, Move.WAIVE)
    grounds = await grounds_for(work, resignation.staff_id, resignation.handbook_version_id)
    before, today = resignation.last_day_on, grounds.calendar.local_day(work.now)
    rules.check_waiver(last_day_on, before, today, grounds.notice.value, grounds.notice.clause)
    resignation.waiver_reason = rules.clean_text(reason, "reason")
    resignation.waived_by_id = work.actor.id if work.actor.is_member else None
    _plan_leaving(work, resignation, grounds, last_day_on)
    cite_waiver(work, resignation, grounds, before)
    work.record(NoticeWaived(resignation_id=resignation.id, last_day_on=last_day_on), about=resignation)
    return resignation


async def leave(work: Work, event: LastMomentReached) -> None:
    """The last working moment has come: the person is released and can't sign in. A moved timer does nothing."""
    resignation = await work.get(Resignation, event.resignation_id, lock=True)
    if resignation.state is not State.APPROVED or resignation.leaves_at is None or work.now < resignation.leaves_at:
        return
    resignation.state = LIFECYCLE.next(resignation.state, Move.LEAVE)
    # Somebody may have been released by hand before their last day.
    if (await organisation.staff(work, resignation.staff_id)).left_on is None:
        await organisation_commands.release(work, staff_id=resignation.staff_id, left_on=resignation.last_day_on)
    ended = EmploymentEnded(resignation_id=resignation.id, staff_id=resignation.staff_id)
    work.record(ended, about=resignation)


def _plan_leaving(work: Work, resignation: Resignation, grounds: Grounds, last_day_on: date) -> None:
    resignation.last_day_on = last_day_on
    resignation.leaves_at = grounds.last_moment(last_day_on)
    work.schedule(
        resignation.leaves_at,
        LastMomentReached(resignation_id=resignation.id),
        about=resignation.id,
        key=f"resignation:{resignation.id}:leave",
    )
    cite_last_moment(work, resignation, grounds)


async def _decided(work: Work, event: Outcome) -> Resignation | None:
    """The resignation that an outcome is about, locked; None for other subjects, and for one that is not waiting."""
    if event.subject_kind != SubjectKind.RESIGNATION.value:
        return None
    resignation = await work.find(Resignation, event.subject_id, lock=True)
    if resignation is None or resignation.state is not State.SUBMITTED or resignation.approval_id != event.approval_id:
        return None
    return resignation
