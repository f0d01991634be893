"""Who is told of proposals, hand-overs, postponements and holds that overran, by real workers."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from domain.requests import commands
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.rehearsal import advance_clock
from tests.domain.requests.company import Company, at, do, software_company, submit
from tests.workers.facts import work_off

pytestmark = pytest.mark.usefixtures("quiet", "configured")


@pytest.fixture
async def company(pool: None) -> Company:
    """Fast service."""
    return await software_company()


async def last_told(actor: Actor) -> str:
    """What somebody was told last, in English."""
    await work_off()
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id).order_by(Notification.id.desc())
        found = await work.first(own.limit(1))
        assert found is not None
        return notifications.text_of(found, "en", "Asia/Shanghai")


async def shared(company: Company) -> Any:
    request = await submit(company)
    given = {"assignee_id": company.agent.id, "second_assignee_id": company.colleague.id}
    await do(commands.assign, company.dispatcher, request, **given)
    return await do(commands.diagnose, company.agent, request)


async def test_a_solution_goes_to_and_fro(company: Company) -> None:
    request = await shared(company)
    await do(commands.propose, company.agent, request, solution="A new proxy")
    assert (await last_told(company.clerk)).startswith("This is proposed for your request REQ-000001: A new proxy")
    await do(commands.decline, company.clerk, request, reason="Too dear")
    assert await last_told(company.agent) == "The solution for request REQ-000001 is declined: Too dear"
    await do(commands.propose, company.agent, request, solution="A repair")
    await do(commands.agree, company.clerk, request)
    assert await last_told(company.agent) == "The solution for request REQ-000001 is agreed: Nobody can sign in"


async def test_a_hand_over_tells_the_second_and_the_way_back_the_first(company: Company) -> None:
    request = await shared(company)
    await do(commands.hand_over, company.agent, request, summary="See the log")
    assert await last_told(company.colleague) == (
        "Request REQ-000001 is handed over to you: Nobody can sign in\n\nSee the log"
    )
    # Whoever has it in somebody's place has nobody behind them.
    await do(commands.hand_over, company.colleague, request, summary="I am away")
    assert "Neither of those who are responsible for request REQ-000001 is free" in await last_told(company.head)
    await do(commands.hand_back, company.colleague, request, summary="Restarted")
    assert "is handed back to you" in await last_told(company.agent)


async def test_a_postponement_is_asked_for_and_answered(company: Company) -> None:
    request = await shared(company)
    given = {"until": at("Tue 2 10:00"), "reason": "The part comes tomorrow"}
    await do(commands.ask_to_postpone, company.agent, request, **given)
    assert "wait until Jun 2, 2026, 10:00? The part comes tomorrow" in await last_told(company.clerk)
    await do(commands.decline_postponement, company.clerk, request, reason="We stand still")
    assert await last_told(company.agent) == "Request REQ-000001 can't wait: We stand still"
    await do(commands.ask_to_postpone, company.agent, request, **given)
    await do(commands.agree_to_postpone, company.clerk, request)
    assert "may wait until Jun 2, 2026, 10:00" in await last_told(company.agent)


async def test_a_hold_that_overruns_is_told(company: Company) -> None:
    request = await shared(company)
    given = {"reason": "The supplier", "expected_at": at("Mon 1 11:00")}
    await do(commands.put_on_hold, company.agent, request, **given)
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=at("Mon 1 11:30"))
    assert await last_told(company.agent) == (
        "Request REQ-000001 was expected to go on by Jun 1, 2026, 11:00: Nobody can sign in"
    )
