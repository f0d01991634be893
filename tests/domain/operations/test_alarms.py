"""Alarms: one request for each fingerprint however many come at once, storms as one, recoveries by the clause."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.terms import Complexity
from domain.operations import commands, queries
from domain.operations.events import AlarmSeverityChanged, AlarmsRecovered
from domain.operations.models import Alarm, AlarmStorm
from domain.operations.rules import alarms as rules
from domain.operations.rules.alarms import AlarmState, Signal
from domain.policies.rules.kinds.operations import AlarmHandling
from domain.requests import commands as requests
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound
from tests.conftest import found_company
from tests.domain.requests.company import (
    Company,
    at,
    decisions,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    stored,
    told,
)
from tests.handbooks import publish


async def ruled(**clause: Any) -> Company:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("8.1", AlarmHandling.model_validate(clause)))
    return company


def signal(company: Company, fingerprint: str = "disk", **more: Any) -> Signal:
    usual: dict[str, Any] = {"title": "The disk is full", "severity": "critical", "customer_id": company.standard_id}
    return Signal(fingerprint=fingerprint, **{**usual, **more})


async def raised(company: Company, *signals: Signal, actor: Actor | None = None, monitor: str = "Probe") -> list[Alarm]:
    async with writing(actor or company.clerk, settle=settle) as work:
        return await commands.raise_alarms(work, monitor=monitor, alarms=signals)


async def all_requests(company: Company) -> Sequence[ServiceRequest]:
    async with reading(company.admin) as work:
        return await work.all(select(ServiceRequest).order_by(ServiceRequest.id))


async def recovered(company: Company, request_id: UUID | None) -> None:
    """What a worker does of a recovery."""
    assert request_id is not None
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.follow_recovery(work, AlarmsRecovered(request_id=request_id, notice_id=work.new_id()))


async def notes(company: Company, request: ServiceRequest) -> list[tuple[str, str]]:
    async with reading(company.admin) as work:
        found = await work.all(select(Message).where(Message.request_id == request.id).order_by(Message.id))
        return [(said.audience.value, said.text) for said in found]


async def test_fifty_of_one_fingerprint_at_once_are_one_request(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses())
    await asyncio.gather(*(raised(company, signal(company)) for _ in range(50)))
    [request] = await all_requests(company)
    async with reading(company.admin) as work:
        [alarm] = await work.all(select(Alarm))
    assert (alarm.count, alarm.episodes, alarm.request_id) == (50, 1, request.id)
    assert len(await told(company, "operations.alarm_opened_request")) == 1
    assert (request.title, request.requester_id) == ("The disk is full", company.clerk.id)


async def test_companies_open_requests_for_what_their_handbooks_say(pool: None) -> None:
    careful = await ruled(opens={"warning": {"impact": "high", "urgency": "high"}}, department="Support")
    silent = await founded()
    await publish(silent.admin, *service_clauses())
    for company in (careful, silent):
        await raised(company, signal(company, severity="warning"), signal(company, "cpu", severity="error"))
    [warned], [failed] = await all_requests(careful), await all_requests(silent)
    assert (warned.title, warned.priority, warned.department_id) == ("The disk is full", "p1", careful.support_id)
    assert (failed.impact, failed.department_id) == ("medium", None)
    [decision] = await decisions(careful, warned, "operations.alarm")
    assert decision.inputs["severity"] == "warning"
    async with reading(careful.admin) as work:
        by_fingerprint = {alarm.fingerprint: alarm.request_id for alarm in await work.all(select(Alarm))}
    assert by_fingerprint == {"disk": warned.id, "cpu": None}
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(Alarm)) == []
    with pytest.raises(NotFound):
        async with writing(third, settle=settle) as work:
            await commands.raise_alarms(work, monitor="Probe", alarms=[signal(careful)])
    # Who may submit nothing raises nothing.
    with pytest.raises(Forbidden):
        await raised(careful, signal(careful), actor=careful.agent)


async def test_a_storm_has_one_request_and_is_told_of_once(pool: None) -> None:
    company = await ruled(most_requests=2, in_minutes=10)
    flood = [signal(company, f"disk {number:03}") for number in range(200)]
    await raised(company, *flood[:100])
    await asyncio.gather(*(raised(company, *flood[100:]) for _ in range(3)))
    found = await all_requests(company)
    assert [request.title for request in found] == [
        "The disk is full",
        "The disk is full",
        "A storm of alarms from Probe",
    ]
    assert len(await told(company, "operations.alarm_storm_began")) == 1
    async with reading(company.admin) as work:
        [storm] = await work.all(select(AlarmStorm))
        assert len(await queries.alarms_of(work, storm.request_id)) == 198
    # Another customer's alarms, and another monitor's, have their own.
    await raised(company, signal(company, "other", customer_id=company.strategic_id))
    await raised(company, signal(company, "disk"), monitor="Ping")
    assert len(await all_requests(company)) == 5
    # When the time is over there is room again.
    await go_to(company, at("Mon 1 09:11"))
    await raised(company, signal(company, "late"))
    assert len(await all_requests(company)) == 6


async def test_what_has_recovered_ends_its_request_in_one_company_and_is_noted_in_the_other(pool: None) -> None:
    ending, noting = await ruled(on_recovery="resolve"), await ruled()
    for company in (ending, noting):
        untouched, begun = await raised(company, signal(company, "cpu"), signal(company, "disk"))
        async with writing(company.dispatcher, settle=settle) as work:
            assert begun.request_id is not None
            await requests.assign(work, request_id=begun.request_id, assignee_id=company.agent.id)
        over = [signal(company, name, recovered=True) for name in ("cpu", "disk", "unknown")]
        assert {alarm.state for alarm in await raised(company, *over)} == {AlarmState.RECOVERED}
        assert len(await told(company, "operations.alarms_recovered")) == 2
        for alarm in (untouched, begun):
            await recovered(company, alarm.request_id)
        first, second = await all_requests(company)
        expected = [State.CANCELLED, State.RESOLVED] if company is ending else [State.NEW, State.ASSIGNED]
        assert [first.state, second.state] == expected
        if company is noting:
            assert await notes(company, first) == [("internal", "What the alarms tell of is over: The disk is full")]
            continue
        # Raised anew, it is a new request.
        [again] = await raised(company, signal(company, "cpu"))
        assert (again.episodes, again.count, again.state) == (2, 2, AlarmState.FIRING)
        assert again.request_id not in (first.id, second.id, None)


async def turned(company: Company, request: ServiceRequest) -> str:
    """The priority of a request after a worker has done what follows a change of severity."""
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.follow_severity(work, AlarmSeverityChanged(request_id=request.id, notice_id=work.new_id()))
    return (await stored(company, request)).priority.value


async def test_an_alarm_that_gets_worse_gives_its_request_the_priority_of_each_company_s_matrix(pool: None) -> None:
    fast, slow = await founded(), await founded()
    await publish(fast.admin, *software_clauses())
    await publish(slow.admin, *service_clauses())
    found = {}
    for company in (fast, slow):
        await raised(company, signal(company, severity="error"))
        [request] = await all_requests(company)
        before = request.priority.value
        await raised(company, signal(company, severity="error"))
        assert await told(company, "operations.alarm_severity_changed") == []
        await raised(company, signal(company, severity="critical"))
        assert len(await told(company, "operations.alarm_severity_changed")) == 1
        found[company.admin.tenant_id] = (before, await turned(company, request), await turned(company, request))
        assert len(await told(company, "requests.rated_again")) == 1
        # What opens no request leaves the rating as it is.
        await raised(company, signal(company, severity="info"))
        assert await turned(company, request) == found[company.admin.tenant_id][1]
    assert found[fast.admin.tenant_id] == ("p3", "p1", "p1")
    assert found[slow.admin.tenant_id] == ("p4", "p2", "p2")


async def test_an_alarm_does_not_overrule_who_has_assessed_its_request(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses())
    await raised(company, signal(company, severity="error"))
    [request] = await all_requests(company)
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.triage(work, request_id=request.id, complexity=Complexity.ROUTINE)
    await raised(company, signal(company, severity="critical"))
    assert await turned(company, request) == "p3"


async def test_while_one_alarm_behind_it_is_firing_a_request_goes_on(pool: None) -> None:
    company = await ruled(most_requests=1, on_recovery="resolve")
    alarms = await raised(company, *(signal(company, name) for name in ("a", "b", "c")))
    storm = alarms[1].request_id
    assert alarms[2].request_id == storm
    await raised(company, signal(company, "b", recovered=True))
    await recovered(company, storm)
    assert (await stored(company, (await all_requests(company))[1])).state is State.NEW
    await raised(company, signal(company, "c", recovered=True))
    await recovered(company, storm)
    assert (await stored(company, (await all_requests(company))[1])).state is State.CANCELLED


async def test_malformed_alarms_are_refused_and_nothing_is_counted(pool: None) -> None:
    company = await ruled()
    for wrong in (
        signal(company, ""),
        signal(company, "x" * 201),
        signal(company, title="\n"),
        signal(company, details={" ": "1"}),
        signal(company, details={str(number): "x" for number in range(51)}),
        signal(company, details={"log": "x" * 501}),
    ):
        with pytest.raises(Invalid):
            await raised(company, signal(company, "good"), wrong)
    with pytest.raises(Invalid):
        await raised(company, *(signal(company) for _ in range(501)))
    with pytest.raises(Invalid):
        await raised(company, signal(company), monitor=" ")
    async with reading(company.admin) as work:
        assert await work.all(select(Alarm)) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_several_of_one_fingerprint_are_one_that_says_what_the_last_says(said: list[tuple[str, bool]]) -> None:
    customer = UUID(int=1)
    signals = [Signal(name, "Title", "error", customer, recovered=over) for name, over in said]
    found = {signal.fingerprint: signal for signal in rules.together(signals)}
    assert list(found) == sorted({name for name, _ in said})
    for name, one in found.items():
        states = [over for other, over in said if other == name]
        assert (one.recovered, one.count) == (states[-1], states.count(False))
