"""Visits on site by GraphQL: what can be done is known beforehand, the customer sees theirs, with its paper."""

import zlib
from functools import partial
from struct import pack
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from api import papers
from api.sitevisit.routes import ROUTES
from domain.requests import commands
from domain.requests.queries import report_of, site_visit
from domain.requests.rules.papers import report_paper
from domain.requests.rules.visits import SiteVisitState
from press.printing import Printer
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.language import Language
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.conftest import found_company
from tests.domain.customers.portal import opened, visitor, with_portal
from tests.domain.requests.company import Company, assigned, at
from tests.domain.requests.sitevisits import act, company_with, drawing, plan

PLAN = """mutation($input: PlanSiteVisitInput!) { planSiteVisit(input: $input) {
  visit { id number state request { number } engineer { member { name } } outsideHours
    decisions { nodes { decision } } }
  errors { code path message clause { number } } } }"""
REPORT = """mutation($input: ReportSiteVisitInput!) { reportSiteVisit(input: $input) {
  visit { done parts { name quantity price { amount currency } } } errors { code path } } }"""
SEEN = """query($id: ID!) { portalRequest(id: $id) { siteVisits {
  number state visitor site done parts { name quantity price { amount currency } } signerName }
  messages(first: 5) { nodes { text } } } }"""


def drawn() -> bytes:
    """A picture of one dark point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\x00\x00")), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tries(visit_id: UUID, file_id: UUID) -> Tries:
    here = {"site_visit_id": visit_id}
    when = {"starts_at": at("Fri 5 10:00"), "ends_at": at("Fri 5 11:00")}
    return {
        "RESCHEDULE": ("rescheduleSiteVisit", {**here, **when, "reason": "They asked for it"}),
        "TRAVEL": ("setOutToSiteVisit", here),
        "CHECK_IN": ("checkInAtSiteVisit", here),
        "REPORT": ("reportSiteVisit", {**here, "done": "Cleaned"}),
        "SIGN": ("signSiteVisit", {**here, "signer_name": "Lin", "file_id": file_id}),
        "FINISH": ("finishSiteVisit", here),
        "MISS": ("missSiteVisit", {**here, "reason": "Nobody there"}),
        "CANCEL": ("cancelSiteVisit", {**here, "reason": "Not needed"}),
    }


@pytest.mark.usefixtures("file_store")
async def test_what_can_be_done_with_a_visit_is_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await company_with(visit_signature=True)
    visit = await plan(company, await assigned(company))
    me, here = company.colleague, {"site_visit_id": visit.id}
    file_id = await drawing(me)
    all_agree = partial(agree, ask, "SiteVisit", visit.id, tries(visit.id, file_id))
    await all_agree(company.agent, company.clerk)
    await act(me, commands.check_in, **here)
    await act(me, commands.report_visit, found="", done="Cleaned", **here)
    await all_agree(me)
    await act(me, commands.sign_visit, signer_name="Lin", file_id=file_id, **here)
    assert (await act(me, commands.finish_visit, **here)).state is SiteVisitState.FINISHED


@pytest.mark.usefixtures("file_store")
async def test_a_visit_from_its_plan_to_the_paper_in_the_customers_hands(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await with_portal(opened())
    request = await assigned(company, contact_id=company.contact_id)
    given: dict[str, Any] = {
        "requestId": str(request.id),
        "engineerId": str(company.agent.id),
        "contactId": str(company.contact_id),
        "startsAt": at("Tue 2 10:00").isoformat(),
        "endsAt": at("Tue 2 11:00").isoformat(),
        "site": "Nanjing Road 1",
    }
    late = {**given, "endsAt": at("Tue 2 23:00").isoformat()}
    [error] = (await ask(company.agent, PLAN, input=late))["planSiteVisit"]["errors"]
    assert (error["code"], error["path"], error["clause"]["number"]) == ("OUTSIDE_HOURS", ["startsAt"], "1.1")
    made = (await ask(company.agent, PLAN, input=given))["planSiteVisit"]
    assert made["errors"] == []
    visit = made["visit"]
    assert (visit["state"], visit["outsideHours"]) == ("PLANNED", False)
    assert [each["decision"] for each in visit["decisions"]["nodes"]] == ["requests.visit_planned"]
    id = UUID(visit["id"])
    await act(company.agent, commands.check_in, site_visit_id=id)
    part = {"name": "Fan", "quantity": "2", "price": {"amount": "12.50", "currency": "CNY"}}
    reported = await ask(company.agent, REPORT, input={"siteVisitId": visit["id"], "done": "Cleaned", "parts": [part]})
    assert reported["reportSiteVisit"] == {"visit": {"done": "Cleaned", "parts": [part]}, "errors": []}
    file_id = await drawing(company.agent, drawn())
    await act(company.agent, commands.sign_visit, site_visit_id=id, signer_name="Lin", file_id=file_id)
    await act(company.agent, commands.finish_visit, site_visit_id=id, internal_note="They pay late")

    lin = await visitor(company)
    seen = (await ask(lin, SEEN, id=str(request.id)))["portalRequest"]
    assert seen["siteVisits"] == [
        {
            "number": visit["number"],
            "state": "FINISHED",
            "visitor": "Agent",
            "site": "Nanjing Road 1",
            "done": "Cleaned",
            "parts": [part],
            "signerName": "Lin",
        }
    ]
    [said] = seen["messages"]["nodes"]
    assert "Nanjing Road 1" in said["text"]
    await _papers(company, id, monkeypatch, lin)


async def _papers(company: Company, id: UUID, monkeypatch: pytest.MonkeyPatch, lin: Actor) -> None:
    async with reading(company.agent) as work:
        said = await report_of(work, await site_visit(work, id))
    paper = report_paper(said, Language.EN)
    text = str(paper)
    assert said.digest is not None
    for told in (said.digest, "CN¥25.00", "Cleaned", "Lin", "Carried out by", "Jun 1, 2026"):
        assert told in text
    with_it = await Printer().paper(paper, at("Tue 2 12:00"), drawn())
    assert len(with_it) > len(await Printer().paper(paper, at("Tue 2 12:00")))
    actors: list[Actor] = [lin, await found_company(), company.clerk, company.boss]

    async def next_one(_: object) -> Actor:
        return actors.pop(0)

    monkeypatch.setattr(papers, "authenticate", next_one)
    transport = httpx.ASGITransport(Starlette(routes=ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidu") as client:
        found = await client.get(f"/site-visits/{id}.pdf?language=zh-TW")
        assert (found.status_code, found.headers["content-language"]) == (200, "zh-Hant")
        statuses = [(await client.get(f"/site-visits/{id}.pdf")).status_code for _ in range(3)]
        assert statuses == [404, 200, 404]
