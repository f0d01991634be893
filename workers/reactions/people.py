"""What follows the facts of the module people."""

from collections.abc import Sequence
from uuid import UUID

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.people import queries
from domain.people.events import (
    EmploymentEnded,
    NoticeWaived,
    ResignationApproved,
    ResignationRefused,
    ResignationReturned,
    ResignationSubmitted,
)
from tenancy.refusals import message
from tenancy.work import Work


async def tell_personnel_of_a_resignation(work: Work, event: ResignationSubmitted) -> None:
    """Whoever looks after people learns that somebody wants to leave, and when."""
    await _tell_personnel(
        work,
        event.resignation_id,
        message("{name} has handed in a resignation; the last day would be {last_day}."),
        key=f"resignation-submitted:{event.resignation_id}",
    )


async def tell_its_writer_that_a_resignation_is_approved(work: Work, event: ResignationApproved) -> None:
    """The writer and whoever looks after people learn the last day for good."""
    key = f"resignation-approved:{event.resignation_id}"
    text = message("Your resignation is approved. Your last day is {last_day}; your access ends at {leaves_at}.")
    await _tell_writer(work, event.resignation_id, text, key=key)
    await _tell_personnel(
        work,
        event.resignation_id,
        message("The resignation of {name} is approved; the last day is {last_day}."),
        key=f"{key}:personnel",
    )


async def tell_its_writer_that_a_resignation_is_refused(work: Work, event: ResignationRefused) -> None:
    """The writer learns that the resignation was refused; the approval says why."""
    text = message("Your resignation is refused. The approval says why.")
    await _tell_writer(work, event.resignation_id, text, key=f"resignation-refused:{event.resignation_id}")


async def tell_its_writer_that_a_resignation_is_returned(work: Work, event: ResignationReturned) -> None:
    """The writer learns that something is to be changed; the approval says what."""
    resignation = await queries.get(work, event.resignation_id)
    text = message("Your resignation is returned: change it and hand it in again. The approval says what is asked for.")
    # It may be returned more than once, each time from another approval.
    await _tell_writer(
        work, resignation.id, text, key=f"resignation-returned:{resignation.id}:{resignation.approval_id}"
    )


async def tell_its_writer_that_notice_is_waived(work: Work, event: NoticeWaived) -> None:
    """The writer learns the earlier last day."""
    await _tell_writer(
        work,
        event.resignation_id,
        message("You may leave earlier: your last day is {last_day}; your access ends at {leaves_at}."),
        key=f"notice-waived:{event.resignation_id}:{event.last_day_on}",
    )


async def tell_personnel_that_somebody_has_left(work: Work, event: EmploymentEnded) -> None:
    """Whoever looks after people, and the nearest superior who is there, learn that somebody has left."""
    above = await organisation.line_above(work, event.staff_id)
    await _tell_personnel(
        work,
        event.resignation_id,
        message("{name} has left; the last day was {last_day}. Their access has ended."),
        key=f"employment-ended:{event.resignation_id}",
        also=above[:1],
    )


async def _tell_writer(work: Work, resignation_id: UUID, text: str, *, key: str) -> None:
    resignation = await queries.get(work, resignation_id)
    await notifications.notify(
        work,
        member_ids=[resignation.staff_id],
        text=text,
        values={"last_day": resignation.last_day_on, "leaves_at": resignation.leaves_at},
        about=Subject(SubjectKind.RESIGNATION, resignation.id),
        mail=True,
        key=key,
    )


async def _tell_personnel(work: Work, resignation_id: UUID, text: str, *, key: str, also: Sequence[UUID] = ()) -> None:
    resignation = await queries.get(work, resignation_id)
    writer = await organisation.member(work, resignation.staff_id)
    told = {*await members_who_may(work, Permission.PEOPLE_MANAGE), *also} - {resignation.staff_id}
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=text,
        values={"name": writer.name, "last_day": resignation.last_day_on},
        about=Subject(SubjectKind.RESIGNATION, resignation.id),
        mail=False,
        key=key,
    )
