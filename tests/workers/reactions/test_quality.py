"""What follows a month by itself: it is measured when it is over, and who answers for a missed target is told."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.policies.rules.kinds import Metric
from domain.quality import queries
from domain.quality.rules import Month, Verdict
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.members import Member
from tenancy.rehearsal import advance_clock
from tests.domain.quality.company import Company, founded, lay_down, resolved, target
from tests.workers.facts import found_rehearsal, work_off

pytestmark = pytest.mark.usefixtures("quiet", "configured")

NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
# Ten past midnight on the first of July, in Shanghai.
CLOSING = datetime(2026, 6, 30, 16, 10, tzinfo=UTC)


@pytest.fixture
async def company(pool: None) -> Company:
    """90 per cent in time, of everybody."""
    made = await founded(await found_rehearsal(NOW))
    await lay_down(made, target(Metric.RESOLVED_IN_TIME, 90))
    return made


async def appoint(company: Company, department_id: UUID) -> UUID:
    """A head of a department, who may do nothing else."""
    async with writing(company.admin, settle=settle) as work:
        member = work.add(Member(name="Head", email=f"{uuid4().hex}@example.com", language="en"))
        post = await organisation.create_post(work, name="Head")
        await organisation.engage(
            work, member_id=member.id, department_id=department_id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
        await organisation.appoint_head(work, department_id=department_id, staff_id=member.id)
        return member.id


async def advance(company: Company, to: datetime) -> None:
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=to)
    await work_off()


async def told(admin: Actor, member_id: UUID | None) -> list[dict[str, object]]:
    """The values of what somebody was told of results."""
    async with reading(admin) as work:
        own = select(Notification).where(
            Notification.member_id == member_id, Notification.subject_kind == "quality_results"
        )
        return [item.blanks for item in await work.all(own.order_by(Notification.id))]


async def test_a_month_is_measured_and_frozen_when_it_is_over(company: Company) -> None:
    await resolved(company, True, False, at=NOW, department_id=company.second_line)
    await advance(company, CLOSING.replace(minute=0))
    june = Month(date(2026, 6, 1))
    async with reading(company.admin) as work:
        assert await queries.holding(work, june) == []
    await advance(company, CLOSING)
    async with reading(company.admin) as work:
        found = {result.department_id: result for result in await queries.holding(work, june)}
    assert (found[None].verdict, found[None].frozen_at) == (Verdict.MISSED, CLOSING)
    assert found[company.sales].verdict is Verdict.NO_DATA


async def test_who_answers_for_a_missed_target_is_told_and_nobody_else(company: Company) -> None:
    head = await appoint(company, company.support)
    await resolved(company, True, True, False, at=NOW, department_id=company.support)
    await advance(company, CLOSING)
    [values] = await told(company.admin, head)
    assert values == {"department": "Support", "month": "2026-06", "actual": "66.6666", "target": "90", "all": 3}
    # The manager of quality is told of the company and of the department.
    assert len(await told(company.admin, company.admin.id)) == 2


async def test_the_department_above_all_others_is_the_company_and_its_head_is_told_once(company: Company) -> None:
    head = await appoint(company, company.root)
    await resolved(company, True, False, at=NOW, department_id=company.root)
    await advance(company, CLOSING)
    [values] = await told(company.admin, head)
    assert values == {"month": "2026-06", "actual": "50", "target": "90", "all": 2}
    assert await told(company.admin, company.admin.id) == [values]


async def test_two_departments_at_the_top_have_no_common_head(company: Company) -> None:
    head = await appoint(company, company.root)
    async with writing(company.admin, settle=settle) as work:
        other = await organisation.create_department(work, name="Holding")
    await resolved(company, True, False, at=NOW, department_id=other.id)
    await advance(company, CLOSING)
    assert await told(company.admin, head) == []
    assert len(await told(company.admin, company.admin.id)) == 2
