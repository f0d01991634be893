"""A letter of resignation: handing it in, handing it in again after it was returned, taking it back."""

from datetime import date
from uuid import UUID

from domain.approvals import commands as approvals
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.people import queries, rules
from domain.people.commands.beginning import begin
from domain.people.commands.grounds import Grounds, cite_last_day, grounds_for
from domain.people.commands.hindrances import against_letter
from domain.people.events import ResignationResubmitted, ResignationSubmitted, ResignationWithdrawn
from domain.people.models import Resignation
from domain.people.rules import LIFECYCLE, Move, Notice
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@command(needs=None)
async def submit_resignation(
    work: Work, *, letter_on: date, reason: str = "", wished_on: date | None = None, staff_id: UUID | None = None
) -> Resignation:
    """Hand in a letter of resignation: one's own with `people.resign`, another's with `people.manage` (PE-7).

    The notice clause makes a last day of it, and the chain for resignations decides on it. A `wished_on` before the end
    of the notice asks the approvers for a waiver, where the clause allows one.
    """
    named = ("staffId",) if staff_id is not None else ()
    staff_id = _who_leaves(work, staff_id)
    work.concerns(SubjectKind.MEMBER, staff_id)
    # Whoever locks the staff record sees every resignation of this person.
    if named or await organisation.find_staff(work, staff_id) is not None:
        await organisation.staff(work, staff_id, *named, lock=True)
    for refusal in await against_letter(work, staff_id, *named):
        raise refusal
    staff = await organisation.staff(work, staff_id)
    grounds = await grounds_for(work, staff_id)
    today = grounds.calendar.local_day(work.now)
    rules.check_letter_day(letter_on, today, "letterOn")
    rules.check_coming_day(wished_on or today, today, "wishedOn")
    on_probation = rules.is_on_probation(staff.probation_until, letter_on)
    notice = grounds.reckon(letter_on, on_probation, wished_on)
    resignation = work.add(
        Resignation(
            staff_id=staff_id,
            letter_on=letter_on,
            reason=rules.clean_text(reason, "reason"),
            wished_on=wished_on,
            on_probation=on_probation,
            notice_days=notice.days,
            earliest_last_day_on=notice.earliest_last_day_on,
            last_day_on=notice.last_day_on,
            submitted_at=work.now,
            handbook_version_id=grounds.notice.clause.version_id,
            submitted_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    await _lay_before_approvers(work, resignation, grounds)
    submitted = ResignationSubmitted(
        resignation_id=resignation.id, staff_id=staff_id, last_day_on=resignation.last_day_on
    )
    work.record(submitted, about=resignation)
    return resignation


@command(needs=None)
async def resubmit_resignation(
    work: Work, *, resignation_id: UUID, letter_on: date, reason: str = "", wished_on: date | None = None
) -> Resignation:
    """Hand in a returned letter as it is now; it is approved anew, by the version of the handbook it started under."""
    resignation = await begin(work, resignation_id, Move.RESUBMIT)
    resignation.state = LIFECYCLE.next(resignation.state, Move.RESUBMIT)
    grounds = await grounds_for(work, resignation.staff_id, resignation.handbook_version_id)
    today = grounds.calendar.local_day(work.now)
    if letter_on != resignation.letter_on:
        rules.check_letter_day(letter_on, today, "letterOn")
    rules.check_coming_day(wished_on or today, today, "wishedOn")
    staff = await organisation.staff(work, resignation.staff_id)
    resignation.letter_on, resignation.wished_on = letter_on, wished_on
    resignation.reason = rules.clean_text(reason, "reason")
    resignation.on_probation = rules.is_on_probation(staff.probation_until, letter_on)
    notice = grounds.reckon(letter_on, resignation.on_probation, wished_on)
    _refuse_what_has_passed(notice, grounds, today, resignation.on_probation)
    resignation.notice_days = notice.days
    resignation.earliest_last_day_on, resignation.last_day_on = notice.earliest_last_day_on, notice.last_day_on
    resignation.submitted_at = work.now
    await _lay_before_approvers(work, resignation, grounds)
    resubmitted = ResignationResubmitted(
        resignation_id=resignation.id, staff_id=resignation.staff_id, last_day_on=resignation.last_day_on
    )
    work.record(resubmitted, about=resignation)
    return resignation


@command(needs=None)
async def withdraw_resignation(work: Work, *, resignation_id: UUID) -> Resignation:
    """Take a letter back before it is decided; what waits for approval ends with it."""
    resignation = await begin(work, resignation_id, Move.WITHDRAW, lock=False)
    # The approval is locked before its subject, as by whoever decides on it at this moment.
    await approvals.end_with_subject(work, subject=Subject(SubjectKind.RESIGNATION, resignation.id))
    resignation = await queries.get(work, resignation_id, "resignationId", lock=True)
    resignation.state = LIFECYCLE.next(resignation.state, Move.WITHDRAW)
    work.record(ResignationWithdrawn(resignation_id=resignation.id), about=resignation)
    return resignation


def _refuse_what_has_passed(notice: Notice, grounds: Grounds, today: date, on_probation: bool) -> None:
    """Refuse a returned letter by which the last day has passed meanwhile; one of today has the earliest there is."""
    if notice.last_day_on >= today:
        return
    text = message(
        "By this letter the last day, {last_day_on}, has passed. Date it anew: by a letter of today the last day is "
        "{earliest_on} at the earliest."
    )
    earliest_on = grounds.reckon(today, on_probation, None).last_day_on
    values = {"last_day_on": notice.last_day_on, "earliest_on": earliest_on}
    raise Invalid(text, values, path=("letterOn",), clause=grounds.notice.clause)


def _who_leaves(work: Work, staff_id: UUID | None) -> UUID:
    own = work.actor.id if work.actor.is_member else None
    if staff_id is None and own is None:
        raise Invalid(message("Say whose letter this is."), path=("staffId",))
    if staff_id is None or staff_id == own:
        work.actor.require(Permission.PEOPLE_RESIGN)
        assert own is not None
        return own
    work.actor.require(Permission.PEOPLE_MANAGE)
    return staff_id


async def _lay_before_approvers(work: Work, resignation: Resignation, grounds: Grounds) -> None:
    """Open an approval by the chain; what is decided stands still until it is decided."""
    cite_last_day(work, resignation, grounds)
    staff = await organisation.staff(work, resignation.staff_id)
    post = await organisation.post(work, staff.post_id)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.RESIGNATION, resignation.id),
        chain=grounds.chain,
        requester_id=resignation.staff_id,
        facts={
            "staff_name": (await organisation.member(work, resignation.staff_id)).name,
            "department_id": staff.department_id,
            "post": post.name,
            "key_post": post.key_post,
            "on_probation": resignation.on_probation,
            "days_employed": (resignation.letter_on - staff.hired_on).days,
            "letter_on": resignation.letter_on,
            "notice_days": resignation.notice_days,
            "last_day_on": resignation.last_day_on,
            "waived_days": rules.waived_days(resignation.earliest_last_day_on, resignation.last_day_on),
        },
        own_of=_handed_in_by(work, resignation),
    )
    resignation.approval_id = approval.id


def _handed_in_by(work: Work, resignation: Resignation) -> set[UUID]:
    """Whoever hands in a letter for somebody else doesn't decide on it, nor does who hands it in again."""
    now_by = work.actor.id if work.actor.is_member else None
    return {person for person in (resignation.submitted_by_id, now_by) if person is not None}
