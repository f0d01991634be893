"""Who is told of raised requests, of accounts that are handed on and of storms of alarms, by real workers."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Language
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from domain.operations import commands as operations
from domain.operations.rules.alarms import Signal
from domain.organisation import commands as organisation
from domain.policies.rules.kinds.operations import AlarmHandling
from domain.requests import commands
from domain.requests.models import Message
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.requests.company import Company, do, founded, software_clauses, under_way
from tests.handbooks import publish
from tests.workers.facts import work_off

pytestmark = pytest.mark.usefixtures("quiet", "configured")


@pytest.fixture
async def company(pool: None) -> Company:
    """Fast service; one alarm opens a request of its own, the next ones are a storm."""
    company = await founded()
    await publish(company.admin, *software_clauses(), ("8.1", AlarmHandling(most_requests=1)))
    return company


async def told(actor: Actor) -> list[str]:
    """What somebody was told, the last first, in English."""
    await work_off()
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id).order_by(Notification.id.desc())
        return [notifications.text_of(found, "en", "Asia/Shanghai") for found in await work.all(own)]


def ident(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


async def test_the_next_tier_learns_what_is_known_and_the_one_below_what_was_found(company: Company) -> None:
    request = await under_way(company)
    await do(commands.raise_tier, company.agent, request, description="See the log", assignee_id=company.colleague.id)
    said = (await told(company.colleague))[0]
    assert said == "Request REQ-000001 is raised to you at tier 2 of support: Nobody can sign in\n\nSee the log"
    await do(commands.return_tier, company.colleague, request, answer="A new proxy")
    said = (await told(company.agent))[0]
    assert said == (
        "Request REQ-000001 comes back to you from the higher tier of support: Nobody can sign in\n\nA new proxy"
    )


async def test_whoever_stands_above_learns_whose_customers_are_theirs(company: Company) -> None:
    async with writing(company.admin, settle=settle) as work:
        await customers.create_customer(
            work,
            name="Harbour",
            tier=CustomerTier.KEY,
            language=Language.EN,
            billing_email="h@example.com",
            owner_id=ident(company.agent),
        )
    async with writing(company.admin, settle=settle) as work:
        await organisation.release(work, staff_id=ident(company.agent), left_on=date(2026, 6, 1))
    assert (await told(company.head))[0] == "Agent has left; you look after their customers from now on."


async def test_a_storm_is_told_of_and_a_recovery_is_noted(company: Company) -> None:
    async def raised(**given: Any) -> Any:
        signals = [Signal(name, "Full", "critical", company.standard_id, **given) for name in ("a", "b", "c")]
        async with writing(company.clerk, settle=settle) as work:
            return await operations.raise_alarms(work, monitor="Probe", alarms=signals)

    alarms = await raised()
    about_storms = [text for text in await told(company.dispatcher) if "storm; request" in text]
    assert about_storms == ["Alarms of Probe come in a storm; request REQ-000002 stands for all that follow."]
    await raised(recovered=True)
    await work_off()
    async with reading(company.admin) as work:
        said = await work.all(select(Message).order_by(Message.id))
    assert {each.request_id for each in said} == {alarm.request_id for alarm in alarms}
    assert {each.text for each in said} == {"What the alarms tell of is over: Full"}
