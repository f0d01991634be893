"""Whoever has a request may ask its requester to wait; it waits with their consent only, and goes on by itself."""

from datetime import datetime
from typing import Any

import pytest

from domain.requests import commands
from domain.requests.models import ServiceRequest
from domain.requests.rules import ClockState, State
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import Company, at, clock, do, go_to, sleep_until, stored, under_way


async def asked(company: Company, until: str = "Tue 2 10:00") -> ServiceRequest:
    """A request under way whose requester is asked to wait."""
    request = await under_way(company)
    return await do(commands.ask_to_postpone, company.agent, request, until=at(until), reason="The part comes tomorrow")


async def test_it_waits_with_consent_and_goes_on_by_itself(software: Company) -> None:
    request = await asked(software)
    # Until they agree everything goes on as before.
    assert (request.state, request.due_at) == (State.IN_PROGRESS, at("Mon 1 14:00"))
    await go_to(software, at("Mon 1 10:00"))
    held = await do(commands.agree_to_postpone, software.clerk, request)
    assert (held.state, held.postponed, held.hold_reason) == (State.ON_HOLD, True, "The part comes tomorrow")
    assert (held.postpone_until, (await clock(software, request)).state) == (None, ClockState.PAUSED)
    await go_to(software, at("Tue 2 10:00"))
    resumed = await stored(software, request)
    # Three of four working hours were left at ten on Monday.
    assert (resumed.state, resumed.postponed, resumed.due_at) == (State.IN_PROGRESS, False, at("Tue 2 14:00"))


async def test_who_can_t_wait_says_so_and_nothing_changes(software: Company) -> None:
    request = await asked(software)
    kept = await do(commands.decline_postponement, software.clerk, request, reason="We stand still")
    assert (kept.state, kept.postpone_until, kept.postpone_reason) == (State.IN_PROGRESS, None, "")
    with pytest.raises(Refusal) as refused:
        await do(commands.agree_to_postpone, software.clerk, request)
    assert refused.value.code == "NOT_ASKED"


async def test_only_the_requester_or_whoever_assigns_agrees_and_never_whoever_has_it(software: Company) -> None:
    request = await asked(software)
    for actor in (software.agent, software.head):
        with pytest.raises(Forbidden):
            await do(commands.agree_to_postpone, actor, request)
    with pytest.raises(NotFound):
        await do(commands.agree_to_postpone, await found_company(), request)
    assert (await stored(software, request)).state is State.IN_PROGRESS
    assert (await do(commands.agree_to_postpone, software.dispatcher, request)).postponed
    again = await asked(software)
    await do(commands.assign, software.dispatcher, again, assignee_id=software.dispatcher.id)
    await do(commands.start, software.dispatcher, again)
    given = {"until": at("Tue 2 11:00"), "reason": "Later"}
    await do(commands.ask_to_postpone, software.dispatcher, again, **given)
    with pytest.raises(Forbidden) as refused:
        await do(commands.agree_to_postpone, software.dispatcher, again)
    assert refused.value.code == "OWN_WORK"


async def test_a_requester_who_has_it_themselves_does_not_agree_to_their_own_delay(software: Company) -> None:
    request = await under_way(software, actor=software.dispatcher)
    await do(commands.assign, software.dispatcher, request, assignee_id=software.dispatcher.id)
    await do(commands.start, software.dispatcher, request)
    given = {"until": at("Tue 2 10:00"), "reason": "The part comes"}
    await do(commands.ask_to_postpone, software.dispatcher, request, **given)
    with pytest.raises(Forbidden) as refused:
        await do(commands.agree_to_postpone, software.dispatcher, request)
    assert refused.value.code == "OWN_WORK"
    kept = await stored(software, request)
    assert (kept.state, kept.postponed) == (State.IN_PROGRESS, False)
    # That it can't wait harms nobody.
    declined = await do(commands.decline_postponement, software.dispatcher, request, reason="Today, please")
    assert declined.postpone_until is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"until": at("Mon 1 09:00"), "reason": "Later"}, ("until",)),
        ({"until": at("Tue 2 09:00"), "reason": " "}, ("reason",)),
    ],
)
async def test_a_bad_question_changes_nothing(
    software: Company, given: dict[str, datetime | Any], path: tuple[str, ...]
) -> None:
    request = await under_way(software)
    with pytest.raises(Invalid) as refused:
        await do(commands.ask_to_postpone, software.agent, request, **given)
    assert refused.value.path == path
    assert (await stored(software, request)).postpone_until is None


async def test_what_was_resolved_meanwhile_or_comes_too_late_is_no_question_any_more(software: Company) -> None:
    done, late = await asked(software), await asked(software)
    resolved = await do(commands.resolve, software.agent, done, resolution="Done")
    assert resolved.postpone_until is None
    await sleep_until(software, at("Tue 2 11:00"))
    with pytest.raises(Invalid) as refused:
        await do(commands.agree_to_postpone, software.clerk, late)
    assert refused.value.path == ("until",)
