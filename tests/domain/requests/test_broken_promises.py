"""What was promised when its time ran out stays, whatever is laid down or rated afterwards (PO-3, RQ-6)."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.terms import Impact, Urgency
from domain.policies import commands as policies
from domain.policies.rules.kinds import ClauseKind, ServiceLevel
from domain.requests import commands, queries
from domain.requests.models import Clock, Message, ServiceRequest
from domain.requests.rules import ClockKind, ClockState
from tenancy.database import reading, writing
from tenancy.refusals import NotFound
from tests.domain.policies import handbooks
from tests.domain.requests.company import (
    Company,
    at,
    clock,
    decisions,
    escalations,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    stored,
    submit,
    told,
)


async def adopt(company: Company, clauses: Iterable[tuple[str, ClauseKind]], level: ServiceLevel) -> None:
    """A new version with another service level that holds for open cases too; the rest is as it was."""
    async with writing(company.admin, settle=settle) as work:
        version = await handbooks.draft(work)
        for number, value in clauses:
            is_level = isinstance(value, ServiceLevel)
            said = level.stored() if is_level else value.stored()
            await handbooks.write(work, version.id, number, value.kind, said, applies_to_open_cases=is_level)
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)
        now = work.now
    await go_to(company, now)


async def response_of(company: Company, request: ServiceRequest) -> Clock:
    return await clock(company, request, ClockKind.RESPONSE)


async def notes(company: Company, request: ServiceRequest) -> list[str]:
    async with reading(company.admin) as work:
        return [said.text for said in await work.all(select(Message).where(Message.request_id == request.id))]


async def test_a_deadline_that_has_passed_stays_where_it_was_though_a_new_version_gives_more_time(
    software: Company, service: Company
) -> None:
    here, there = await submit(software), await submit(service)
    await go_to(software, at("Mon 1 10:00"))
    await go_to(service, at("Mon 1 14:00"))
    missed, elsewhere = await response_of(software, here), await response_of(service, there)
    assert (missed.breached_at, elsewhere.breached_at) == (at("Mon 1 09:30"), at("Mon 1 11:00"))
    # More time and nobody above here, nothing at all promised there; both hold for what is open.
    longer = {"response": {"working_minutes": 240}, "resolution": {"working_minutes": 480}}
    await adopt(software, software_clauses(), ServiceLevel.model_validate({"targets": {"p1": longer}}))
    nothing = ServiceLevel.model_validate({"targets": {"p4": {"resolution": {"working_days": 9}}}})
    await adopt(service, service_clauses(), nothing)
    for company, request, before in ((software, here, missed), (service, there, elsewhere)):
        after = await response_of(company, request)
        assert (after.state, after.due_at, after.breached_at) == (
            ClockState.BREACHED,
            before.breached_at,
            before.breached_at,
        )
        assert (after.clause_id, after.target) == (before.clause_id, before.target)
    # What still ran follows, and only of that it is said; what the request is late by does not hide.
    resolution = await clock(software, here)
    assert (resolution.state, resolution.due_at) == (ClockState.RUNNING, at("Mon 1 18:00"))
    assert resolution.clause_id != missed.clause_id
    [noted] = await notes(software, here)
    assert noted.endswith(": resolution.")
    assert (await stored(software, here)).due_at == at("Mon 1 09:30")
    assert (await clock(service, there)).state is ClockState.VOID
    # The ladder by which it was missed goes on, with the clause it stands in; the new one has none.
    await go_to(software, at("Mon 1 14:00"))
    assert [(level.clock_id, level.level, level.due_at) for level in await escalations(software, here)] == [
        (missed.id, 1, at("Mon 1 09:15")),
        (missed.id, 2, at("Mon 1 10:30")),
    ]
    *_, last = await decisions(software, here, "requests.escalation")
    assert last.clause_id == missed.clause_id
    assert len(await told(software, "requests.clock_breached")) == 1
    async with reading(software.admin) as work:
        story = await queries.story_of(work, await response_of(software, here), at("Mon 1 14:00"))
    assert story is not None
    assert (story[0].allowed, story[0].late_by, story[1].clause_id) == (
        timedelta(minutes=30),
        timedelta(hours=3, minutes=30),
        missed.clause_id,
    )
    third = await founded()
    async with reading(third.admin) as work:
        with pytest.raises(NotFound):
            await queries.story_of(work, missed, at("Mon 1 14:00"))


async def test_a_lower_priority_does_not_take_a_missed_deadline_back(software: Company) -> None:
    request = await submit(software)
    await go_to(software, at("Mon 1 10:00"))
    async with writing(software.admin, settle=settle) as work:
        rated = await commands.rate_again(work, request_id=request.id, impact=Impact.LOW, urgency=Urgency.LOW)
    assert rated is not None
    assert rated.priority == "p2"
    missed, resolution = await response_of(software, request), await clock(software, request)
    assert (missed.due_at, missed.target) == (at("Mon 1 09:30"), {"working_minutes": 30})
    # What had not run out has the time of the new priority.
    assert resolution.due_at == at("Tue 2 18:00")
