"""What follows a resignation by itself: who is told, and that the last working moment ends employment and access."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.organisation.models import Staff
from domain.people import commands
from domain.people.models import Resignation
from domain.people.rules import State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.members import Member
from tenancy.rehearsal import advance_clock
from tests.domain.people.company import (
    HEAD,
    HR,
    Company,
    approve,
    chain,
    founded,
    lay_down,
    return_to_its_writer,
    stored,
)
from tests.workers.facts import found_rehearsal, work_off

pytestmark = pytest.mark.usefixtures("quiet", "configured")

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
# Closing time of the newcomer's last day, in Shanghai.
LAST_MOMENT = datetime(2026, 6, 16, 10, tzinfo=UTC)


@pytest.fixture
async def company(pool: None) -> Company:
    """Fifteen days on probation, two steps."""
    made = await founded(await found_rehearsal(NOW))
    await lay_down(made.admin, {"days": 30, "probation_days": 15}, chain(HEAD, HR))
    return made


async def told(actor: Actor) -> list[str]:
    """What somebody was told of resignations, with its blanks, oldest first."""
    async with reading(actor) as work:
        own = select(Notification).where(
            Notification.member_id == actor.id, Notification.subject_kind == "resignations"
        )
        return [item.text for item in await work.all(own.order_by(Notification.id))]


async def test_who_leaves_is_released_at_the_last_moment_of_the_tenant_s_clock(company: Company) -> None:
    async with writing(company.newcomer, settle=settle) as work:
        resignation = await commands.submit_resignation(work, letter_on=date(2026, 6, 1))
    for approver in (company.head, company.hr):
        await approve(approver, resignation.id)
    await work_off()
    assert any("is approved" in text for text in await told(company.newcomer))
    assert any("has handed in" in text for text in await told(company.hr))
    for target, state in ((LAST_MOMENT.replace(hour=9), State.APPROVED), (LAST_MOMENT, State.LEFT)):
        async with writing(company.admin, settle=settle) as work:
            await advance_clock(work, to=target)
        await work_off()
        assert (await stored(company.admin, resignation.id)).state is state
    async with reading(company.admin) as work:
        left = await work.get(Resignation, resignation.id)
        staff, member = await work.get(Staff, left.staff_id), await work.get(Member, left.staff_id)
        assert (staff.left_on, member.active) == (date(2026, 6, 16), False)


async def test_the_nearest_superior_who_is_there_learns_that_somebody_has_left(company: Company) -> None:
    async with writing(company.newcomer, settle=settle) as work:
        resignation = await commands.submit_resignation(work, letter_on=date(2026, 6, 1))
    for approver in (company.head, company.hr):
        await approve(approver, resignation.id)
    async with writing(company.admin, settle=settle) as work:
        assert company.head.id is not None
        await organisation.release(work, staff_id=company.head.id, left_on=date(2026, 6, 2))
        await advance_clock(work, to=LAST_MOMENT)
    await work_off()
    assert await told(company.boss) == ["{name} has left; the last day was {last_day}. Their access has ended."]


async def test_its_writer_is_told_of_a_return_every_time(company: Company) -> None:
    async with writing(company.engineer, settle=settle) as work:
        resignation = await commands.submit_resignation(work, letter_on=date(2026, 6, 1))
    await return_to_its_writer(company.head, resignation.id)
    await work_off()
    async with writing(company.engineer, settle=settle) as work:
        await commands.resubmit_resignation(work, resignation_id=resignation.id, letter_on=date(2026, 6, 1))
    await return_to_its_writer(company.head, resignation.id)
    await work_off()
    returned = [text for text in await told(company.engineer) if "is returned" in text]
    assert len(returned) == 2
