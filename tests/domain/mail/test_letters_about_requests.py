"""What a customer's person is written about their request, in whose words, and what their answers decide."""

from typing import Any

import pytest

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import Language
from domain.mail.commands import write_about
from domain.policies.rules.kinds import ContactBudget, MessageTemplate, Occasion
from domain.policies.rules.kinds.handling import HoldReasons
from domain.requests import commands as requests
from domain.requests.models import ServiceRequest
from domain.requests.rules import Audience, State
from tenancy import postbox
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.effects import Effect, EffectState
from tests.domain.mail.mailing import (
    deliver,
    laid_down,
    letter,
    letters_to,
    requests_of,
    taking_mail,
    words_about,
)
from tests.domain.requests.company import (
    Company,
    decisions,
    do,
    founded,
    software_clauses,
    software_company,
    submit,
    under_way,
)
from tests.handbooks import publish
from tests.workers.facts import work_off

pytestmark = pytest.mark.usefixtures("pool")
LIN = "lin@big.example.com"


def template(event: str, **value: Any) -> MessageTemplate:
    """A clause on the letters of one occasion."""
    return MessageTemplate.model_validate({"event": event, **value})


async def about_requests(company: Company) -> dict[str, Effect]:
    """What Lin was written of requests, by occasion."""
    found = {each.key.split("/")[1]: each for each in await letters_to(company, LIN) if each.key.startswith("mail/")}
    return dict(sorted(found.items()))


def body(effect: Effect) -> str:
    """What a letter says."""
    return str(effect.payload["text"])


async def proposed(company: Company) -> ServiceRequest:
    """A request of Lin's for which the agent proposes something."""
    request = await under_way(company, contact_id=company.contact_id)
    return await do(requests.propose, company.agent, request, solution="A new lock.")


async def resolved(company: Company) -> ServiceRequest:
    """A request of Lin's that the agent has resolved."""
    request = await under_way(company, contact_id=company.contact_id)
    done = await do(requests.resolve, company.agent, request, resolution="Unlocked.")
    await work_off()
    return done


async def now(company: Company) -> State:
    """How far the company's only request is."""
    [request] = await requests_of(company)
    return request.state


async def test_the_contact_hears_of_each_step_in_one_thread_and_nothing_internal() -> None:
    company = await taking_mail()
    request = await proposed(company)
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.comment(work, request_id=request.id, text="A bore.", audience=Audience.INTERNAL)
    await work_off()
    await do(requests.agree, company.dispatcher, request)
    await do(requests.start, company.agent, request)
    await do(requests.resolve, company.agent, request, resolution="Unlocked.")
    await work_off()
    await do(requests.confirm, company.dispatcher, request)
    await work_off()
    told = await about_requests(company)
    assert list(told) == ["requests.closed", "requests.resolved", "requests.solution_proposed", "requests.submitted"]
    assert "is due at Jun 1, 2026, 14:00: Nobody can sign in" in body(told["requests.submitted"])
    assert "A new lock.\n\nTo agree, answer this letter" in body(told["requests.solution_proposed"])
    resolution = body(told["requests.resolved"])
    assert "Unlocked.\n\nWithout a word from you it closes at Jun 5, 2026, 09:00." in resolution
    assert not any("A bore." in body(each) for each in told.values())
    assert {each.payload["subject"] for each in told.values()} == {"[REQ-000001] Nobody can sign in"}
    threads = {occasion: postbox.Thread.load(each.payload["thread"]) for occasion, each in told.items()}
    assert {thread.record_id for thread in threads.values()} == {request.id}
    earlier = {postbox.message_id(each.id) for occasion, each in told.items() if occasion != "requests.closed"}
    assert set(threads["requests.closed"].references) == earlier


async def test_a_company_has_its_own_words_switches_an_occasion_off_and_another_takes_no_mail() -> None:
    words = template(
        "requests.resolved",
        subject={"en": "{number} is done", "zh_Hans": "{number} 已处理"},
        body={"en": "{contact}: {resolution} {braces", "zh_Hans": "{contact}：{resolution}，{closes_at} 关闭"},
    )
    speaks = await taking_mail(("2.7", words), ("2.6", template("requests.submitted", send=False)))
    async with writing(speaks.admin, settle=settle) as work:
        given = {"name": "Lin", "email": LIN, "phone": None, "language": Language.ZH_HANS}
        await customers.change_contact(work, contact_id=speaks.contact_id, **given)
    usual, silent = await taking_mail(), await software_company()
    for company in (speaks, usual, silent):
        await resolved(company)
    [own] = (await about_requests(speaks)).values()
    assert own.payload["subject"] == "REQ-000001 已处理"
    assert body(own).startswith("Lin：Unlocked.，2026年6月5日 09:00 关闭\n\n-- \n")
    assert list(await about_requests(usual)) == ["requests.resolved", "requests.submitted"]
    assert await letters_to(silent, LIN) == []
    [request] = await requests_of(speaks)
    cited = await decisions(speaks, request, "mail.letter")
    assert {(each.inputs["occasion"], each.result["sent"]) for each in cited} == {
        ("requests.submitted", False),
        ("requests.resolved", True),
    }


async def test_a_clause_speaks_also_where_the_company_takes_no_mail_and_promises_no_answer() -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.7", template("requests.resolved")))
    await resolved(company)
    [told] = (await about_requests(company)).values()
    assert "answer this letter" not in body(told)
    assert "thread" not in told.payload


async def test_a_hold_is_told_only_where_it_waits_for_the_customer() -> None:
    reasons = HoldReasons.model_validate(
        {
            "reasons": [
                {"code": "keys", "name": {"en": "We need the keys"}, "for_customer": True},
                {"code": "parts", "name": {"en": "Parts are ordered"}},
            ]
        }
    )
    company = await taking_mail(("2.7", reasons))
    for code in ("parts", "keys"):
        request = await under_way(company, contact_id=company.contact_id)
        await do(requests.put_on_hold, company.agent, request, reason_code=code, reason="of the shed")
        await work_off()
    held = [each for each in await letters_to(company, LIN) if "requests.held" in each.key]
    assert len(held) == 1
    assert "\n\nWe need the keys: of the shed\n\nPlease answer this letter." in body(held[0])


async def test_what_is_asked_no_more_is_not_written_and_nothing_twice() -> None:
    company = await taking_mail()
    request = await resolved(company)
    before = len(await letters_to(company, LIN))
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await write_about(work, occasion=Occasion.SOLUTION_PROPOSED, request_id=request.id)
        await write_about(work, occasion=Occasion.SUBMITTED, request_id=request.id)
    assert len(await letters_to(company, LIN)) == before


async def test_a_mere_ok_agrees_and_confirms_and_anything_else_opens_again() -> None:
    company = await taking_mail()
    request = await proposed(company)
    await deliver(company, letter(text="I have to think.\n"), about=request.id)
    assert await now(company) is State.PROPOSED
    await deliver(company, letter(text="OK, thanks!\nLin\n"), about=request.id)
    agreed = await now(company)
    assert agreed not in (State.PROPOSED, State.DIAGNOSING)
    await do(requests.start, company.agent, request)
    await do(requests.resolve, company.agent, request, resolution="Unlocked.")
    await deliver(company, letter(text="Thank you!\n"), about=request.id)
    assert await now(company) is State.RESOLVED
    await deliver(company, letter(text="OK, but it is locked again.\n"), about=request.id)
    [again] = await requests_of(company)
    assert (again.state is State.RESOLVED, again.reopened_times, again.closes_at) == (False, 1, None)
    await do(requests.resolve, company.agent, request, resolution="Unlocked.")
    await deliver(company, letter(text="确认\n"), about=request.id)
    assert await now(company) is State.CLOSED
    # Thanks don't open it again.
    await deliver(company, letter(text="Thanks!\n"), about=request.id)
    assert await now(company) is State.CLOSED
    assert len(await words_about(company, request.id)) == 6


async def test_whose_clause_lets_answers_decide_nothing_has_words_only() -> None:
    company = await taking_mail(("2.7", laid_down(answers_decide=False)))
    request = await resolved(company)
    assert "To add something, answer this letter." in body((await about_requests(company))["requests.resolved"])
    for text in ("OK\n", "It is locked again.\n"):
        await deliver(company, letter(text=text), about=request.id)
        assert await now(company) is State.RESOLVED
    assert len(await words_about(company, request.id)) == 2


async def test_a_colleague_of_the_contact_opens_again_but_confirms_nothing() -> None:
    company = await taking_mail()
    async with writing(company.admin, settle=settle) as work:
        await customers.add_contact(work, customer_id=company.strategic_id, name="Ma", email="ma@big.example.com")
    request = await resolved(company)
    colleague = letter("Ma <ma@big.example.com>", text="OK\n")
    await deliver(company, colleague, about=request.id, sender="ma@big.example.com")
    assert await now(company) is State.RESOLVED
    colleague = letter("Ma <ma@big.example.com>", text="It is not!\n")
    await deliver(company, colleague, about=request.id, sender="ma@big.example.com")
    assert await now(company) is not State.RESOLVED


async def test_requests_of_nobody_outside_are_written_to_nobody() -> None:
    company = await taking_mail()
    await submit(company)
    await work_off()
    assert await letters_to(company, LIN) == []


async def test_news_beyond_the_contact_budget_comes_together_and_what_people_write_does_not_wait() -> None:
    company = await taking_mail(("2.7", ContactBudget(most_per_day=1)))
    request = await proposed(company)
    await work_off()
    await do(requests.agree, company.dispatcher, request)
    await do(requests.start, company.agent, request)
    await do(requests.resolve, company.agent, request, resolution="Unlocked.")
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.comment(work, request_id=request.id, text="Call me.")
    await work_off()
    told = await about_requests(company)
    waits = [key for key, each in told.items() if each.attempts == 0 and each.state is EffectState.PLANNED]
    assert waits == ["requests.resolved"]
    text = body(told["requests.resolved"])
    assert text.index("A new lock.") < text.index("* * *") < text.index("Unlocked.")
    assert [body(each).splitlines()[0] for each in told.values() if each.payload.get("by_hand")] == ["Call me."]
