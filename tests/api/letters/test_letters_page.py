"""Leaving letters: by the page behind the link of a mail, by one click of a mail program, and in the portal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from api.letters.routes import ROUTES
from domain.consequences import settle
from domain.customers.models import Contact
from domain.feedback import commands as feedback
from domain.feedback.rules.surveys import SurveyState
from domain.mail.commands import write_about
from domain.policies.rules.kinds import MessageTemplate, Occasion
from domain.requests import queries as requests
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind
from tenancy.links import Leave, Link, Purpose, token
from tenancy.refusals import Refusal
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.customers.portal import opened, visitor, with_portal
from tests.domain.feedback.company import Company, closed, software_company, survey_of
from tests.domain.requests.company import assigned
from workers.effects import Outgoing, _letter
from workers.gateways.mail import compose

CHOOSE = """mutation($input: PortalChooseLettersInput!) { portalChooseLetters(input: $input) {
  contact { wantsSurveys wantsProgress } errors { code } } }"""
MINE = "{ portal { contact { wantsSurveys wantsProgress } } }"
TOLD = (Occasion.ASSIGNED, Occasion.CANCELLED)
THEIRS = """query($id: ID!) { survey(id: $id) { state contact { wantsSurveys wantsProgress }
  allowedMoves { move blockers { code } } } }"""


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, or a mail program, without any account."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as made:
        yield made


def link_of(company: Company, letters: str = "") -> str:
    link = f"/letters/{token(company.admin.tenant_id, Link(Purpose.LETTERS, company.contact_id))}"
    return f"{link}?letters={letters}" if letters else link


async def unwanted(company: Company) -> list[str]:
    async with reading(company.admin) as work:
        return (await work.get(Contact, company.contact_id)).unwanted_letters


async def test_the_page_shows_what_comes_and_keeps_a_choice(client: httpx.AsyncClient) -> None:
    company = await software_company()
    page = await client.get(link_of(company, "surveys"))
    assert (page.status_code, page.text.count(" checked")) == (200, 2)
    assert "invoices" in page.text
    assert await unwanted(company) == []
    kept = await client.post(link_of(company), data={"wanted_progress": "yes"})
    assert (kept.status_code, await unwanted(company)) == (200, ["surveys"])
    assert (await client.get(link_of(company))).text.count(" checked") == 1
    assert (await client.post(link_of(company), json={})).status_code == 422
    assert (await client.post(link_of(company), files={"Another": (None, "Field")})).status_code == 422
    for wrong in (Link(Purpose.LETTERS, uuid4()), Link(Purpose.SURVEY, company.contact_id)):
        assert (await client.post(f"/letters/{token(company.admin.tenant_id, wrong)}")).status_code == 404
    assert await unwanted(company) == ["surveys"]


@pytest.mark.parametrize(
    "form", [{"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}]
)
async def test_one_click_of_a_mail_program_leaves_one_kind(client: httpx.AsyncClient, form: dict[str, Any]) -> None:
    company = await software_company()
    for _ in range(2):
        assert (await client.post(link_of(company, "progress"), **form)).status_code == 200
    assert await unwanted(company) == ["progress"]


async def test_whoever_does_without_surveys_is_asked_nothing(client: httpx.AsyncClient, ask: Ask) -> None:
    company, other = await software_company(), await software_company()
    await client.post(link_of(company, "surveys"), data={"List-Unsubscribe": "One-Click"})
    left, asked = await survey_of(company, await closed(company)), await survey_of(other, await closed(other))
    assert (left.state, asked.state) == (SurveyState.SKIPPED, SurveyState.SENT)
    shown = (await ask(company.admin, THEIRS, id=str(left.id)))["survey"]
    assert shown["contact"] == {"wantsSurveys": False, "wantsProgress": True}
    assert {"move": "SEND", "blockers": [{"code": "UNWANTED"}]} in shown["allowedMoves"]
    with pytest.raises(Refusal) as refused:
        async with writing(company.admin, settle=settle) as work:
            await feedback.send_survey(work, survey_id=left.id)
    assert refused.value.code == "UNWANTED"
    assert (await ask(await found_company(), THEIRS, id=str(left.id)))["survey"] is None


async def letters(company: Company) -> list[tuple[str, bool]]:
    """On which occasions was written, and whether that may be left."""
    async with reading(company.admin) as work:
        planned = await work.all(select(Effect).where(Effect.kind == EffectKind.MAIL))
        found = [(each.key.split("/")[1], "leave" in each.payload) for each in planned]
        return sorted(each for each in found if each[0].startswith("requests."))


@pytest.mark.usefixtures("pool")
async def test_progress_may_be_left_in_the_portal_and_results_may_not(ask: Ask) -> None:
    clauses = [(f"9.{place}", MessageTemplate(event=each)) for place, each in enumerate(TOLD, 1)]
    company, other = [await with_portal(opened(), *clauses) for _ in range(2)]
    lin = await visitor(company)
    choice = {"wantsSurveys": True, "wantsProgress": False}
    chosen = await ask(lin, CHOOSE, input={"surveys": True, "progress": False})
    assert chosen["portalChooseLetters"] == {"contact": choice, "errors": []}
    assert (await ask(lin, MINE))["portal"]["contact"] == choice
    staff = await ask(company.agent, CHOOSE, input={"surveys": True, "progress": True})
    assert [error["code"] for error in staff["portalChooseLetters"]["errors"]] == ["FORBIDDEN"]
    assert await unwanted(company) == ["progress"]
    for each in (company, other):
        request = await assigned(each, contact_id=each.contact_id)
        async with writing(each.admin, settle=settle) as work:
            for occasion in TOLD:
                change = (await requests.history_of(work, request.id))[-1]
                await write_about(work, occasion=occasion, request_id=request.id, change_id=change.id)
    assert await letters(other) == [("requests.assigned", True), ("requests.cancelled", False)]
    assert await letters(company) == [("requests.cancelled", False)]


async def test_a_letter_that_may_be_left_says_how_in_its_headers_and_below_its_text() -> None:
    tenant_id, contact_id = uuid4(), uuid4()
    leave = Leave(contact_id, "surveys").stored()
    payload = {"to": "lin@big.example.com", "subject": "How did we do?", "text": "Tell us.", "leave": leave}
    now = datetime(2026, 6, 1, tzinfo=UTC)
    for given in (payload, {**payload, "leave": None}):
        given = {name: value for name, value in given.items() if value is not None}
        mail = compose(_letter(Outgoing(tenant_id, uuid4(), EffectKind.MAIL, given, now, False, None)))
        way_out = f"/letters/{token(tenant_id, Link(Purpose.LETTERS, contact_id))}?letters=surveys"
        assert (way_out in str(mail["List-Unsubscribe"] or "")) is ("leave" in given)
        assert mail["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if "leave" in given else None)
        assert (way_out in mail.get_content()) is ("leave" in given)
