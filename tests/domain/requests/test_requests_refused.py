"""What a clause refuses is kept with the request, by each company's own handbook, and never more than it should."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.policies.commands import REFUSED, refusing
from domain.policies.models import Decision
from domain.policies.rules.kinds import HoldReasons
from domain.requests import commands
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Refusal
from tests.conftest import found_company
from tests.domain.requests.company import (
    Company,
    at,
    decisions,
    founded,
    program,
    service_clauses,
    sleep_until,
    software_clauses,
    under_way,
)
from tests.handbooks import publish


def reasons(*, others: bool) -> HoldReasons:
    listed = [{"code": "customer", "name": {"en": "Waiting for the customer"}}]
    return HoldReasons.model_validate({"reasons": listed, "others_allowed": others})


async def refused(actor: Actor, request: ServiceRequest, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        async with writing(actor, settle=settle) as work:
            await commands.put_on_hold(work, request_id=request.id, **given)
    return caught.value


async def kept(company: Company, request: ServiceRequest) -> list[Decision]:
    return await decisions(company, request, REFUSED)


async def test_what_a_clause_refuses_is_kept_by_the_clause_of_each_company(pool: None) -> None:
    strict, lenient = await founded(), await founded()
    version_id = await publish(strict.admin, *software_clauses(), ("2.5", reasons(others=False)))
    await publish(lenient.admin, *service_clauses(), ("4.5", reasons(others=True)))
    here, there = await under_way(strict), await under_way(lenient)
    partner = await program(strict, Permission.REQUESTS_WORK, Permission.REQUESTS_ASSIGN, Permission.REQUESTS_READ_ALL)
    for actor in (strict.agent, strict.agent, partner):
        await refused(actor, here, reason="Lunch")
    mine, partners = await kept(strict, here)
    assert (mine.version_id, mine.at, mine.why[0]["number"], mine.why[0]["standing"]) == (
        version_id,
        at("Mon 1 09:00"),
        "2.5",
        "won",
    )
    assert mine.inputs == {
        "asked": "requests.put_on_hold",
        "by": {"kind": "member", "id": str(strict.agent.id)},
        "values": {},
    }
    sentence = "The handbook lists the reasons for a hold; name one of them by its code."
    assert mine.result == {"refused": "INVALID", "path": ["reasonCode"], "sentence": sentence}
    assert partners.inputs["by"] == {"kind": "client", "id": str(partner.id)}
    # The other company takes any reason, but no code that it doesn't list.
    await refused(lenient.agent, there, reason_code="lunch")
    [theirs] = await kept(lenient, there)
    assert (theirs.why[0]["number"], theirs.inputs["values"]) == ("4.5", {"code": "lunch"})
    # A third sees neither, and leaves nothing with what it doesn't see.
    third = await found_company()
    assert (await refused(third, here, reason="Lunch")).code == "NOT_FOUND"
    async with reading(third) as work:
        assert await work.all(select(Decision).where(Decision.decision == REFUSED)) == []
    assert len(await kept(strict, here)) == 2


async def test_the_same_refusal_is_kept_again_after_an_hour_and_not_before(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request = await under_way(company)
    for later, expected in (("Mon 1 09:00", 1), ("Mon 1 09:59", 1), ("Mon 1 10:01", 2)):
        await sleep_until(company, at(later))
        await refused(company.agent, request, reason="Lunch")
        assert len(await kept(company, request)) == expected, later


async def test_another_sentence_or_other_values_make_another_refusal_and_nobody_fills_the_table(
    pool: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "MOST_KEPT", 4)
    company, third = await founded(), await found_company()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request, other = await under_way(company), await under_way(company)
    for given in ({"reason": "Lunch"}, {"reason_code": "alpha"}, {"reason_code": "beta"}, {"reason_code": "alpha"}):
        await refused(company.agent, request, **given)
    told = [(each.inputs["values"], each.result["sentence"]) for each in await kept(company, request)]
    lists = "The handbook lists the reasons for a hold; name one of them by its code."
    none = "The handbook has no reason “{code}” for a hold."
    assert told == [({}, lists), ({"code": "alpha"}, none), ({"code": "beta"}, none)]
    for code in ("gamma", "delta", "epsilon"):
        await refused(company.agent, request, reason_code=code)
    assert [each.inputs["values"]["code"] for each in (await kept(company, request))[1:]] == ["alpha", "beta", "gamma"]
    # What one has used up there is used up for nobody else, about nothing else, and an hour later no more.
    partner = await program(company, Permission.REQUESTS_WORK, Permission.REQUESTS_ASSIGN, Permission.REQUESTS_READ_ALL)
    await refused(partner, request, reason_code="delta")
    await refused(company.agent, other, reason_code="delta")
    await refused(third, request, reason_code="delta")
    assert (len(await kept(company, request)), len(await kept(company, other))) == (5, 1)
    await sleep_until(company, at("Mon 1 10:01"))
    await refused(company.agent, request, reason_code="delta")
    assert len(await kept(company, request)) == 6


async def test_the_same_sent_many_times_at_once_is_kept_once(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request = await under_way(company)
    await asyncio.gather(*(refused(company.agent, request, reason_code="lunch") for _ in range(4)))
    assert len(await kept(company, request)) == 1


async def test_what_no_clause_refuses_is_not_kept(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request = await under_way(company)
    past = at("Mon 1 09:00") - timedelta(hours=1)
    assert (await refused(company.agent, request, reason_code="customer", expected_at=past)).clause is None
    assert (await refused(company.clerk, request, reason="Lunch")).code in ("FORBIDDEN", "NOT_FOUND")
    assert await kept(company, request) == []


async def test_an_attempt_that_a_clause_refuses_is_kept_though_its_work_goes_on(pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request = await under_way(company)
    async with writing(company.agent, settle=settle) as work:
        with pytest.raises(Refusal):
            async with work.attempting():
                await commands.put_on_hold(work, request_id=request.id, reason="Lunch")
        await commands.comment(work, request_id=request.id, text="Then it goes on.")
    [mine] = await kept(company, request)
    assert mine.result["refused"] == "INVALID"


async def test_whoever_is_refused_hears_so_though_it_cannot_be_kept(
    pool: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", reasons(others=False)))
    request = await under_way(company)

    async def fails(*_: Any) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("tenancy.database.KEEPERS", [fails])
    assert (await refused(company.agent, request, reason="Lunch")).path == ("reasonCode",)
    assert await kept(company, request) == []
