"""What the levels of an escalation do besides telling somebody, once each and in order, whenever they are noticed."""

from typing import Any

import pytest

from domain.consequences import settle
from domain.policies import commands as policies
from domain.policies.rules import checks
from domain.policies.rules.kinds import ServiceLevel
from domain.policies.rules.values import EscalationAction
from domain.requests import commands
from tenancy.database import reading, writing
from tenancy.refusals import Invalid, Refusal
from tests.domain.policies.handbooks import draft
from tests.domain.requests.company import (
    SOFTWARE_LEVEL,
    Company,
    at,
    decisions,
    do,
    escalations,
    founded,
    go_to,
    sleep_until,
    software_clauses,
    stored,
    under_way,
)
from tests.handbooks import publish

LADDER = [
    {"offset_working_minutes": -30, "superior_level": 1, "action": "raise_tier"},
    {"offset_working_minutes": 0, "superior_level": 1, "action": "hand_to", "department": "Sales"},
    {"offset_working_minutes": 60, "superior_level": 2, "action": "raise_tier"},
    {"offset_working_minutes": 90, "superior_level": 2, "action": "raise_tier"},
]


def level(ladder: list[dict[str, Any]]) -> ServiceLevel:
    return ServiceLevel.model_validate({**SOFTWARE_LEVEL.stored(), "escalation": ladder})


@pytest.fixture
async def acting(pool: None) -> Company:
    """Raises what is late to the next tier, and hands it to another department."""
    company = await founded()
    await publish(company.admin, *software_clauses(level=level(LADDER)))
    return company


async def test_levels_raise_the_tier_and_hand_a_request_on_but_take_nobody_off_it(
    acting: Company, software: Company
) -> None:
    here, there = await under_way(acting), await under_way(software)
    await go_to(acting, at("Mon 1 13:35"))
    assert (await stored(acting, here)).support_tier == 2
    await go_to(acting, at("Mon 1 14:05"))
    handed = await stored(acting, here)
    assert (handed.department_id, handed.assignee_id) == (acting.sales_id, acting.agent.id)
    # What was promised is kept, whoever has it.
    assert handed.intake_department_id == acting.support_id
    await go_to(acting, at("Mon 1 17:00"))
    assert (await stored(acting, here)).support_tier == 3
    first, second, *_ = await decisions(acting, here, "requests.escalation")
    assert (first.inputs["action"], first.result["support_tier"]) == ("raise_tier", 2)
    assert second.inputs["action"] == "hand_to"
    # Elsewhere somebody above is told, and nothing else.
    await go_to(software, at("Mon 1 17:00"))
    told = await stored(software, there)
    assert (told.support_tier, told.department_id) == (1, software.support_id)
    assert {found.action for found in await escalations(software, there)} == {EscalationAction.NOTIFY}


async def test_levels_that_were_missed_come_late_in_order_and_once(acting: Company) -> None:
    request = await under_way(acting)
    await sleep_until(acting, at("Tue 2 09:00"))
    await do(commands.put_on_hold, acting.agent, request, reason="Log file")
    found = await escalations(acting, request)
    assert [(each.level, each.action.value, each.department_id) for each in found] == [
        (1, "raise_tier", None),
        (2, "hand_to", acting.sales_id),
        (3, "raise_tier", None),
        (4, "raise_tier", None),
    ]
    assert [each.due_at for each in found] == [
        at("Mon 1 13:30"),
        at("Mon 1 14:00"),
        at("Mon 1 15:00"),
        at("Mon 1 15:30"),
    ]
    await do(commands.resume, acting.agent, request)
    await go_to(acting, at("Wed 3 09:00"))
    assert len(await escalations(acting, request)) == 4


async def test_a_pause_moves_the_levels_with_the_deadline(acting: Company) -> None:
    request = await under_way(acting)
    await do(commands.put_on_hold, acting.agent, request, reason="Log file")
    await go_to(acting, at("Mon 1 16:00"))
    assert await escalations(acting, request) == []
    await do(commands.resume, acting.agent, request)
    # Half an hour before four working hours are used up, of which none was.
    await go_to(acting, at("Tue 2 10:29"))
    assert await escalations(acting, request) == []
    await go_to(acting, at("Tue 2 10:30"))
    assert [found.level for found in await escalations(acting, request)] == [1]


@pytest.mark.parametrize(
    "given",
    [
        {"offset_working_minutes": 0, "superior_level": 1, "action": "hand_to"},
        {"offset_working_minutes": 0, "superior_level": 1, "department": "Sales"},
    ],
)
def test_a_level_that_hands_on_names_a_department_and_no_other_does(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="names the department"):
        checks.parse(ServiceLevel, {**SOFTWARE_LEVEL.stored(), "escalation": [given]}, "value")


async def test_a_department_that_nobody_knows_keeps_a_version_from_being_published(software: Company) -> None:
    strange = level([{**LADDER[1], "department": "Moon base"}])
    clauses = [(number, value.kind, value.stored()) for number, value in software_clauses(level=strange)]
    async with writing(software.admin, settle=settle) as work:
        version = await draft(work, *clauses)
    with pytest.raises(Refusal, match="Moon base") as refused:
        async with writing(software.admin, settle=settle) as work:
            await policies.submit_version(work, version_id=version.id)
    assert refused.value.code == "UNKNOWN_DEPARTMENT"
    async with reading(software.admin) as work:
        assert (await work.get(type(version), version.id)).state == "draft"
