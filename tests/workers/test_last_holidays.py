"""That a calendar's holidays run out is told in time to whoever drafts the handbook (RQ-6)."""

from datetime import UTC, datetime

from sqlalchemy import select

from domain.consequences import settle
from domain.notifications.models import Notification
from domain.policies.rules.kinds import BusinessCalendarClause
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.requests.company import SOFTWARE_CALENDAR, go_to
from tests.handbooks import publish
from tests.workers.facts import found_rehearsal
from workers.sweeps import rulebook as sweeps


def _calendar(known_until: str | None) -> BusinessCalendarClause:
    return BusinessCalendarClause.model_validate({**SOFTWARE_CALENDAR.stored(), "known_until": known_until})


async def _told(actor: Actor, *days: datetime) -> list[str]:
    """What is told after the sweep has run on these days."""
    for day in days:
        await go_to(actor, day)
        async with writing(Actor.system(actor.tenant_id), settle=settle) as work:
            await sweeps.tell_of_the_last_holidays(work, day)
    async with reading(actor) as work:
        found = await work.all(select(Notification).where(Notification.member_id == actor.id).order_by(Notification.id))
    return [each.text for each in found if "holidays" in each.text]


async def test_the_end_of_the_holidays_is_told_once_a_month_from_two_months_before(pool: None) -> None:
    began = datetime(2026, 6, 1, 1, tzinfo=UTC)
    soon, later, third = [await found_rehearsal(began) for _ in range(3)]
    await publish(soon, ("1.1", _calendar("2026-12-31")))
    await publish(later, ("1.1", _calendar("2027-12-31")))
    october, first, second, december = (
        datetime(2026, month, day, 1, tzinfo=UTC) for month, day in ((10, 31), (11, 1), (11, 2), (12, 1))
    )
    assert await _told(soon, october) == []
    [told] = await _told(soon, first, second)
    assert told.startswith("Clause {number}: the holidays after {day} are not entered yet")
    assert len(await _told(soon, december)) == 2
    # Somebody else knows theirs for longer, and a third has no calendar at all.
    days = (october, first, second, december)
    assert (await _told(later, *days), await _told(third, *days)) == ([], [])
    # With a version that has more, nothing is told any more.
    await publish(soon, ("1.1", _calendar("2027-12-31")))
    assert len(await _told(soon, datetime(2027, 1, 4, 1, tzinfo=UTC))) == 2
