"""Who is told what of a request, by real workers on a rehearsal company's clock; by mail in their own language."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.policies.rules.kinds import BusinessCalendarClause, ServiceLevel
from domain.requests import commands
from domain.requests.models import ServiceRequest
from domain.requests.rules import Audience, ClockKind, ClockState, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.members import Member
from tenancy.rehearsal import advance_clock
from tests.domain.requests.company import (
    SOFTWARE_LEVEL,
    Company,
    assigned,
    at,
    clock,
    do,
    escalations,
    founded,
    software_clauses,
    software_company,
    stored,
    submit,
)
from tests.handbooks import publish
from tests.workers.facts import work_off

pytestmark = pytest.mark.usefixtures("quiet", "configured")


@pytest.fixture
async def company(pool: None) -> Company:
    """Fast service with warnings and a ladder; the agent reads Chinese."""
    made = await software_company()
    async with writing(made.admin, settle=settle) as work:
        assert made.agent.id is not None
        (await work.get(Member, made.agent.id, lock=True)).language = "zh_Hans"
    await work_off()
    return made


async def told(actor: Actor) -> list[str]:
    """What somebody was told of requests, oldest first, in English."""
    async with reading(actor) as work:
        own = select(Notification).where(
            Notification.member_id == actor.id, Notification.subject_kind == "service_requests"
        )
        found = await work.all(own.order_by(Notification.id))
        return [notifications.text_of(item, "en", "Asia/Shanghai") for item in found]


async def mails_to(company: Company, actor: Actor) -> list[dict[str, Any]]:
    """The mails that were planned for somebody, oldest first."""
    async with reading(company.admin) as work:
        assert actor.id is not None
        member = await work.get(Member, actor.id)
        planned = await work.all(select(Effect).order_by(Effect.id))
        return [
            effect.payload
            for effect in sorted(planned, key=lambda effect: effect.planned_at)
            if str(effect.payload.get("to", "")).endswith(f"<{member.email}>")
        ]


async def advance(company: Company, until: datetime) -> None:
    """Let the company's own clock run, with all that follows."""
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=until)
    await work_off()


async def test_an_intake_is_confirmed_and_waits_for_somebody(company: Company) -> None:
    await submit(company)
    await work_off()
    assert await told(company.clerk) == [
        "Your request REQ-000001 has come in with priority P1 and is due at Jun 1, 2026, 09:30: Nobody can sign in"
    ]
    assert await told(company.head) == ["Request REQ-000001 waits for somebody who takes it: Nobody can sign in"]
    assert (await mails_to(company, company.head), len(await mails_to(company, company.clerk))) == ([], 1)


async def test_who_gets_a_request_is_told_in_their_language_but_not_by_themselves(company: Company) -> None:
    request = await assigned(company)
    await do(commands.assign, company.dispatcher, request, assignee_id=company.dispatcher.id)
    await work_off()
    [mail] = await mails_to(company, company.agent)
    assert mail["language"] == "zh-Hans"
    assert "REQ-000001" in mail["subject"]
    assert "assigned" not in mail["text"]
    assert await told(company.dispatcher) == []


async def test_warnings_breach_and_levels_reach_those_they_are_for_each_once(company: Company) -> None:
    request = await assigned(company)
    await do(commands.start, company.agent, request)
    await advance(company, at("Mon 1 18:00"))
    assert (await told(company.agent))[1:] == [
        "Request REQ-000001 has to be resolved by Jun 1, 2026, 14:00 (50 % of the time used): Nobody can sign in",
        "Request REQ-000001 has to be resolved by Jun 1, 2026, 14:00 (75 % of the time used): Nobody can sign in",
        "Request REQ-000001 has been escalated to Head, level 1: Nobody can sign in",
        "Request REQ-000001 should have been resolved by Jun 1, 2026, 14:00: Nobody can sign in",
        "Request REQ-000001 has been escalated to Boss, level 2: Nobody can sign in",
    ]
    assert await told(company.head) == [
        "Request REQ-000001 has been escalated to you, level 1: Nobody can sign in\n\nResolution: 93 % of 4 h working"
        " time are used; it runs out at Jun 1, 2026, 14:00.\nClause 2.2 of handbook version 1"
    ]
    assert await told(company.boss) == [
        "Request REQ-000001 has been escalated to you, level 2: Nobody can sign in\n\nResolution: overdue by 1 h of"
        " working time; it was due at Jun 1, 2026, 14:00.\nClause 2.2 of handbook version 1"
    ]
    assert "should have been resolved" in (await told(company.clerk))[-1]
    assert (await clock(company, request)).breached_at == at("Mon 1 14:00")
    assert [level.at for level in await escalations(company, request)] == [at("Mon 1 13:45"), at("Mon 1 15:00")]
    # Mails leave while the clock shows their hour.
    assert len(await mails_to(company, company.boss)) == 1


async def test_a_level_at_the_very_deadline_says_which_clock_has_run_out(company: Company) -> None:
    level = {**SOFTWARE_LEVEL.stored(), "escalation": [{"offset_working_minutes": 0, "superior_level": 1}]}
    await advance(company, at("Mon 1 09:01"))
    await publish(company.admin, *software_clauses(level=ServiceLevel.model_validate(level)))
    await submit(company)
    await advance(company, at("Mon 1 09:40"))
    assert (await told(company.head))[-1] == (
        "Request REQ-000001 has been escalated to you, level 1: Nobody can sign in\n\nFirst response: the 30 min of"
        " working time ran out at Jun 1, 2026, 09:31.\nClause 2.2 of handbook version 2"
    )


async def test_where_nobody_stands_above_who_assigns_is_told_and_told_why(company: Company) -> None:
    await submit(company, department_id=None)
    await advance(company, at("Mon 1 09:16"))
    assert (await told(company.dispatcher))[-1] == (
        "Request REQ-000001 has been escalated to everybody who assigns requests, because nobody is recorded above it,"
        " level 1: Nobody can sign in\n\nFirst response: 50 % of 30 min working time are used; it runs out at"
        " Jun 1, 2026, 09:30.\nClause 2.2 of handbook version 1"
    )


async def test_what_somebody_who_has_left_still_has_is_the_head_s_to_act_on(company: Company) -> None:
    request = await assigned(company)
    await do(commands.start, company.agent, request)
    async with writing(company.admin, settle=settle) as work:
        assert company.agent.id is not None
        await organisation.release(work, staff_id=company.agent.id, left_on=at("Mon 1 09:00").date())
    await advance(company, at("Mon 1 11:00"))
    assert await told(company.head) == [
        "Request REQ-000001 has to be resolved by Jun 1, 2026, 14:00 (50 % of the time used): Nobody can sign in"
    ]


async def test_an_ordinary_company_s_timer_fires_by_the_real_clock(behind: asyncpg.Connection, acme: Actor) -> None:
    company = await founded(acme)
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    always = {"zone": "Asia/Shanghai", "weekly_hours": {day: [["00:00", "24:00"]] for day in days}}
    clauses = [(number, value) for number, value in software_clauses() if number != "1.1"]
    await publish(acme, ("1.1", BusinessCalendarClause.model_validate(always)), *clauses)
    request = await assigned(company)
    await do(commands.start, company.agent, request)
    await work_off()
    assert (await clock(company, request)).warnings == 0
    # Five and a half hours pass.
    await behind.execute(
        "UPDATE request_state_changes SET at = at - interval '330 minutes' WHERE tenant_id = $1", acme.tenant_id
    )
    await behind.execute("UPDATE agenda SET due_at = now() WHERE tenant_id = $1", acme.tenant_id)
    await work_off()
    found = await clock(company, request)
    assert (found.state, found.warnings, found.levels) == (ClockState.BREACHED, 2, 2)
    assert len(await told(company.boss)) == 1


async def test_what_is_on_hold_is_neither_warned_of_nor_escalated(company: Company) -> None:
    request = await assigned(company)
    await do(commands.start, company.agent, request)
    await advance(company, at("Mon 1 10:00"))
    await do(commands.put_on_hold, company.agent, request, reason="Customer")
    await advance(company, at("Mon 15 10:00"))
    assert len(await told(company.agent)) == 1
    resolution = await clock(company, request, ClockKind.RESOLUTION)
    assert resolution.state is ClockState.PAUSED


async def test_the_requester_is_asked_whether_it_helped_and_silence_closes_it(company: Company) -> None:
    request = await assigned(company)
    await do(commands.resolve, company.agent, request, resolution="Restarted the proxy")
    await advance(company, at("Fri 5 12:00"))
    assert (await told(company.clerk))[-1] == (
        "Your request REQ-000001 is resolved: Restarted the proxy\n\nPlease confirm it, or say what is missing. Without"
        " a word from you it closes at Jun 5, 2026, 09:00."
    )
    assert (await told(company.agent))[-1] == (
        "Request REQ-000001 has closed by itself, because nobody objected: Nobody can sign in"
    )
    assert (await stored(company, request)).state is State.CLOSED


async def test_each_side_hears_what_the_other_says(company: Company) -> None:
    request: ServiceRequest = await assigned(company)
    await do(commands.comment, company.clerk, request, text="Any news?")
    await do(commands.comment, company.agent, request, text="We look into it.")
    await do(commands.comment, company.dispatcher, request, text="Be quick.", audience=Audience.INTERNAL)
    await work_off()
    assert (await told(company.clerk))[1:] == ["About request REQ-000001, Nobody can sign in:\n\nWe look into it."]
    assert [text.splitlines()[-1] for text in (await told(company.agent))[1:]] == ["Any news?", "Be quick."]


async def test_a_reopening_and_a_cancellation_say_why(company: Company) -> None:
    request = await assigned(company)
    await do(commands.resolve, company.agent, request, resolution="Restarted the proxy")
    await do(commands.reopen, company.clerk, request, reason="It is back")
    await do(commands.cancel, company.dispatcher, request, reason="The customer has moved on")
    await work_off()
    assert (await told(company.agent))[1:] == [
        "Request REQ-000001 is open again: It is back",
        "Request REQ-000001 is cancelled: The customer has moved on",
    ]
    assert (await told(company.clerk))[-1] == "Request REQ-000001 is cancelled: The customer has moved on"
