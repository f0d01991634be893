"""What a request waits for, which clocks rest meanwhile, and clocks of more than response and resolution."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.terms import ClockKind
from domain.policies.models import Decision
from domain.policies.queries import visible_decisions
from domain.policies.rules.kinds import HoldReasons, ServiceLevel, UpdateCadence
from domain.requests import commands, queries
from domain.requests.models import Clock, Escalation, ServiceRequest
from domain.requests.rules import Audience, ClockState, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Invalid, NotFound
from tests.conftest import found_company
from tests.domain.requests.company import (
    SOFTWARE_LEVEL,
    Company,
    assigned,
    at,
    clock,
    decisions,
    do,
    escalations,
    founded,
    go_to,
    service_clauses,
    sleep_until,
    software_clauses,
    stored,
    submit,
    told,
    under_way,
)
from tests.handbooks import publish

STRICT = HoldReasons.model_validate(
    {
        "reasons": [
            {"code": "customer", "name": {"en": "Waiting for the customer", "zh_Hans": "等待客户"}},
            {"code": "supplier", "name": {"en": "Waiting for a supplier"}, "pauses": [], "end_needed": True},
            {
                "code": "visit",
                "name": {"en": "Until the visit"},
                "most_working_days": 2,
                "resumes_by_itself": True,
            },
        ],
        "others_allowed": False,
        "while_proposed": ["resolution"],
    }
)
LEVEL = ServiceLevel.model_validate(
    {
        **SOFTWARE_LEVEL.stored(),
        "targets": {
            "p1": {
                "response": {"working_minutes": 30},
                "resolution": {"working_minutes": 240},
                "proposal": {"working_minutes": 60},
                "internal": {"working_minutes": 120},
            }
        },
    }
)
HOURLY = UpdateCadence.model_validate({"every": {"p1": {"working_minutes": 60}}})


async def company_with(*clauses: Any) -> Company:
    company = await founded()
    await publish(company.admin, *clauses)
    return company


@pytest.fixture
async def strict(pool: None) -> Company:
    """Lists its reasons for a hold, and measures proposals, targets of its own and words to the requester."""
    return await company_with(*software_clauses(level=LEVEL), ("2.5", STRICT), ("2.6", HOURLY))


@pytest.fixture
async def lenient(pool: None) -> Company:
    """Knows one reason, which stops nothing, and takes any other; measures response and resolution alone."""
    some = {"reasons": [{"code": "customer", "name": {"en": "Customer"}, "pauses": []}]}
    return await company_with(*service_clauses(), ("4.5", HoldReasons.model_validate(some)))


async def hold(company: Company, request: ServiceRequest, **given: Any) -> ServiceRequest:
    return await do(commands.put_on_hold, company.agent, request, **given)


async def fault(company: Company, request: ServiceRequest, **given: Any) -> Invalid:
    with pytest.raises(Invalid) as refused:
        await hold(company, request, **given)
    assert (await stored(company, request)).state is State.IN_PROGRESS
    return refused.value


async def test_the_same_reason_lets_other_clocks_rest_elsewhere(strict: Company, lenient: Company) -> None:
    here, there = await under_way(strict), await under_way(lenient)
    for company, request in ((strict, here), (lenient, there)):
        held = await hold(company, request, reason_code="customer")
        assert (held.hold_code, held.hold_reason) == ("customer", "")
    assert (await clock(strict, here)).state is ClockState.PAUSED
    assert (await clock(lenient, there)).state is ClockState.RUNNING
    [cited] = await decisions(strict, here, "requests.hold")
    assert cited.result == {"pauses": ["resolution"]}
    # Handed over meanwhile, the same rests.
    await do(commands.assign, strict.dispatcher, here, assignee_id=strict.colleague.id)
    await go_to(strict, at("Mon 1 11:00"))
    resumed = await do(commands.resume, strict.dispatcher, here)
    assert (resumed.hold_code, resumed.hold_name, resumed.due_at) == ("", None, at("Mon 1 16:00"))
    third = await found_company()
    with pytest.raises(NotFound):
        await do(commands.put_on_hold, third, here, reason_code="customer")


async def test_only_listed_reasons_will_do_where_the_clause_says_so(strict: Company, lenient: Company) -> None:
    here, there = await under_way(strict), await under_way(lenient)
    for given in ({"reason": "Lunch"}, {"reason_code": "lunch"}):
        refused = await fault(strict, here, **given)
        assert refused.clause is not None
        assert (refused.path, refused.clause.number) == (("reasonCode",), "2.5")
    assert (await fault(lenient, there, reason_code="lunch")).path == ("reasonCode",)
    assert (await hold(lenient, there, reason="Lunch")).state is State.ON_HOLD
    # A reason of one's own rests the resolution, as without a clause.
    assert (await clock(lenient, there)).state is ClockState.PAUSED


async def test_without_a_clause_there_are_no_codes(software: Company) -> None:
    request = await under_way(software)
    assert (await fault(software, request, reason_code="customer")).path == ("reasonCode",)
    assert (await fault(software, request)).path == ("reason",)


@pytest.mark.parametrize(
    ("code", "expected_at"),
    [("supplier", None), ("customer", at("Mon 1 09:00")), ("visit", at("Fri 5 12:00"))],
)
async def test_the_expected_end_is_said_where_it_is_needed_and_lies_ahead_but_not_too_far(
    strict: Company, code: str, expected_at: datetime | None
) -> None:
    request = await under_way(strict)
    assert (await fault(strict, request, reason_code=code, expected_at=expected_at)).path == ("expectedAt",)


async def test_when_the_time_has_come_it_goes_on_by_itself_or_somebody_is_told(strict: Company) -> None:
    by_itself, told_of = await under_way(strict), await under_way(strict)
    await hold(strict, by_itself, reason_code="visit", expected_at=at("Tue 2 10:00"))
    await hold(strict, told_of, reason_code="supplier", expected_at=at("Tue 2 10:00"))
    await go_to(strict, at("Tue 2 11:00"))
    assert (await stored(strict, by_itself)).state is State.IN_PROGRESS
    assert (await stored(strict, told_of)).state is State.ON_HOLD
    assert await told(strict, "requests.hold_overran") == [("requests.hold_overran", at("Tue 2 10:00"))]


async def test_who_goes_on_earlier_is_not_reminded(strict: Company) -> None:
    request = await under_way(strict)
    await hold(strict, request, reason_code="supplier", expected_at=at("Tue 2 10:00"))
    await do(commands.resume, strict.agent, request)
    await go_to(strict, at("Tue 2 11:00"))
    assert await told(strict, "requests.hold_overran") == []


async def test_a_proposal_ends_its_clock_and_rests_what_the_clause_says(strict: Company) -> None:
    request = await assigned(strict)
    assert (await clock(strict, request, ClockKind.PROPOSAL)).due_at == at("Mon 1 10:00")
    await do(commands.diagnose, strict.agent, request)
    await go_to(strict, at("Mon 1 09:30"))
    proposed = await do(commands.propose, strict.agent, request, solution="Restart it")
    assert (await clock(strict, request, ClockKind.PROPOSAL)).state is ClockState.MET
    assert (await clock(strict, request)).state is ClockState.PAUSED
    assert proposed.due_at is None
    await go_to(strict, at("Mon 1 10:30"))
    agreed = await do(commands.agree, strict.clerk, request)
    # An hour in which the requester considered it does not count.
    assert agreed.due_at == at("Mon 1 15:00")


async def test_an_internal_target_begins_with_the_assignment_and_is_shown_inside_only(strict: Company) -> None:
    request = await submit(strict)
    await go_to(strict, at("Mon 1 09:20"))
    request = await do(commands.assign, strict.dispatcher, request, assignee_id=strict.agent.id)
    internal = await clock(strict, request, ClockKind.INTERNAL)
    assert (internal.started_at, internal.due_at) == (at("Mon 1 09:20"), at("Mon 1 11:20"))

    async def kinds(actor: Actor) -> set[ClockKind]:
        async with reading(actor) as work:
            return {found.kind for found in await work.all(select(Clock).where(queries.visible_clocks(actor, Clock)))}

    assert ClockKind.INTERNAL in await kinds(strict.agent)
    assert await kinds(strict.clerk) == set(ClockKind) - {ClockKind.INTERNAL}
    # What was promised to the requester comes first; the target among ourselves is no deadline of the request.
    assert request.due_at == at("Mon 1 09:30")
    await do(commands.start, strict.agent, request)
    for until in ("Mon 1 09:50", "Mon 1 10:45"):
        await go_to(strict, at(until))
        await say(strict, request, strict.agent)
    await go_to(strict, at("Mon 1 11:30"))
    assert (await clock(strict, request, ClockKind.INTERNAL)).state is ClockState.BREACHED
    async with reading(strict.clerk) as work:
        assert await work.all(select(ServiceRequest).where(queries.breached(ServiceRequest))) == []
    # Nor is it told to them that somebody above was told of it.
    above = await escalations(strict, request)
    assert internal.id in {each.clock_id for each in above}
    told = {actor: await seen_escalations(actor) for actor in (strict.agent, strict.head, strict.boss, strict.clerk)}
    assert told[strict.agent] == told[strict.head] == {each.id for each in above}
    assert {each.id for each in above if each.escalated_to_id == strict.boss.id} <= told[strict.boss]
    assert told[strict.clerk] == {each.id for each in above if each.clock_id != internal.id}
    # Nor what was decided on it: neither when it ends nor that it was missed.
    for actor, inside in ((strict.agent, True), (strict.head, True), (strict.clerk, False)):
        async with reading(actor) as work:
            seen = await work.all(select(Decision).where(visible_decisions(actor, Decision)))
        assert ("internal" in {each.inputs.get("clock") for each in seen}) is inside
        assert {"response", "resolution"} <= {each.inputs.get("clock") for each in seen}
    async with reading(strict.boss) as work:
        seen = await work.all(select(Decision).where(visible_decisions(strict.boss, Decision)))
    assert {each.decision for each in seen if each.inputs.get("clock") == "internal"} <= {"requests.escalation"}


async def seen_escalations(actor: Actor) -> set[UUID]:
    async with reading(actor) as work:
        seen = select(Escalation).where(queries.visible_escalations(actor, Escalation))
        return {each.id for each in await work.all(seen)}


async def say(company: Company, request: ServiceRequest, actor: Actor, audience: Audience = Audience.PUBLIC) -> None:
    """A message, and what the reaction to it does."""
    await do(commands.comment, actor, request, text="We are at it", audience=audience)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.follow_word(work, request.id)


async def test_each_word_to_the_requester_begins_the_clock_of_updates_anew(strict: Company) -> None:
    request = await under_way(strict)
    await go_to(strict, at("Mon 1 09:40"))
    await say(strict, request, strict.agent)
    updates = await clock(strict, request, ClockKind.UPDATE)
    assert (updates.state, updates.due_at) == (ClockState.RUNNING, at("Mon 1 10:40"))
    # Neither the requester's own word nor an internal note is one to the requester.
    await go_to(strict, at("Mon 1 10:00"))
    await say(strict, request, strict.clerk)
    await say(strict, request, strict.agent, Audience.INTERNAL)
    assert (await clock(strict, request, ClockKind.UPDATE)).due_at == at("Mon 1 10:40")
    await go_to(strict, at("Mon 1 11:00"))
    late = await clock(strict, request, ClockKind.UPDATE)
    assert (late.state, late.breached_at, late.breaches) == (ClockState.BREACHED, at("Mon 1 10:40"), 1)
    await say(strict, request, strict.agent)
    again = await clock(strict, request, ClockKind.UPDATE)
    assert (again.state, again.due_at, again.warnings) == (ClockState.RUNNING, at("Mon 1 12:00"), 0)
    await go_to(strict, at("Mon 1 14:00"))
    twice = await clock(strict, request, ClockKind.UPDATE)
    assert (twice.breaches, twice.breached_at) == (2, at("Mon 1 12:00"))
    assert [level for level in await escalations(strict, request) if level.clock_id == twice.id] == []


async def test_a_word_that_came_too_late_is_not_lost_though_no_worker_was_awake(strict: Company) -> None:
    request = await under_way(strict)
    await sleep_until(strict, at("Mon 1 11:00"))
    await say(strict, request, strict.agent)
    updates = await clock(strict, request, ClockKind.UPDATE)
    assert (updates.state, updates.breaches, updates.breached_at) == (ClockState.RUNNING, 1, at("Mon 1 10:00"))


async def test_a_word_that_nobody_has_noted_yet_counts_all_the_same(strict: Company) -> None:
    request = await under_way(strict)
    await go_to(strict, at("Mon 1 09:50"))
    await do(commands.comment, strict.agent, request, text="We are at it")
    await go_to(strict, at("Mon 1 10:30"))
    updates = await clock(strict, request, ClockKind.UPDATE)
    assert (updates.breaches, updates.due_at) == (0, at("Mon 1 10:50"))


async def test_what_is_resolved_needs_no_more_words(strict: Company) -> None:
    request = await do(commands.resolve, strict.agent, await under_way(strict), resolution="Done")
    await go_to(strict, at("Tue 2 09:00"))
    assert (await clock(strict, request, ClockKind.UPDATE)).state is ClockState.MET
    assert (await clock(strict, request, ClockKind.PROPOSAL)).state is ClockState.MET
