"""Who stops at the very deadline is in time, wherever the clock was brought to before, and whoever noticed it first."""

from datetime import timedelta

from domain.requests import commands
from domain.requests.rules import ClockState
from tests.domain.requests.company import Company, at, clock, do, escalations, go_to, sleep_until, told, under_way

MOMENT = timedelta(microseconds=1)


async def test_who_stops_the_clock_at_the_very_deadline_is_in_time(software: Company) -> None:
    request = await under_way(software)
    await sleep_until(software, at("Mon 1 14:00"))
    await do(commands.resolve, software.agent, request, resolution="Restarted")
    resolution = await clock(software, request)
    assert (resolution.state, resolution.stopped_at) == (ClockState.MET, at("Mon 1 14:00"))
    assert resolution.due_at is None


async def test_a_rehearsal_that_is_brought_to_the_very_deadline_leaves_time_to_stop(
    software: Company, service: Company
) -> None:
    here, there = await under_way(software), await under_way(service)
    # Of the second company a level comes with the deadline itself.
    for company, request, deadline in ((software, here, at("Mon 1 14:00")), (service, there, at("Tue 2 17:00"))):
        await go_to(company, deadline)
        assert (await clock(company, request)).state is ClockState.RUNNING
        await do(commands.resolve, company.agent, request, resolution="Restarted")
        await go_to(company, at("Wed 3 12:00"))
        resolution = await clock(company, request)
        assert (resolution.state, resolution.stopped_at) == (ClockState.MET, deadline)
        assert await told(company, "requests.clock_breached") == []
    assert await escalations(service, there) == []


async def test_a_rehearsal_that_goes_on_from_the_very_deadline_is_late_since_then(
    software: Company, service: Company
) -> None:
    for company, deadline in ((software, at("Mon 1 14:00")), (service, at("Tue 2 17:00"))):
        request = await under_way(company)
        await go_to(company, deadline)
        await go_to(company, deadline + MOMENT)
        resolution = await clock(company, request)
        assert (resolution.state, resolution.breached_at) == (ClockState.BREACHED, deadline)
    [level] = await escalations(service, request)
    assert (level.due_at, level.at) == (at("Tue 2 17:00"), at("Tue 2 17:00") + MOMENT)
