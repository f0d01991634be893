"""The customers' portal through the API: a link that opens once, what a person sees there, and all that they don't."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from api.portal.routes import ROUTES
from domain.consequences import settle
from domain.customers import queries as customers
from domain.requests import commands as requests
from domain.requests.rules import Audience
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.links import Link, Purpose, token
from tests.api.conftest import Ask
from tests.domain.customers.portal import accesses, contact, invited, opened, visitor, with_portal
from tests.domain.mail.mailing import letters_to
from tests.domain.requests.company import Company, do, submit, under_way
from tests.uploads import sees, upload
from tests.workers.facts import work_off

MINE = """query { portal { contact { name company } grants } viewer { member { id } permissions }
  portalRequests(first: 20) { nodes { title number state askedBy agreementWanted confirmationWanted } } }"""
ONE = """query($id: ID!) { portalRequest(id: $id) { number title state solution messages(first: 9) { nodes {
  text ours writer attachments { file { name } attachedBy { name } } } } attachments { file { name } } } }"""
SUBMIT = """mutation($input: PortalSubmitInput!) { portalSubmit(input: $input) {
  request { id number title attachments { file { name } } } errors { code path message } } }"""
REPLY = """mutation($input: PortalReplyInput!) { portalReply(input: $input) {
  message { text writer attachments { file { name } } } errors { code path } } }"""
INVITE = """mutation($id: ID!) { inviteContact(input: {contactId: $id}) {
  contact { name portalAccesses { grants invitedBy { name } openedAt revokedAt clause { number } } }
  errors { code clause { number } } } }"""
REVOKE = """mutation($id: ID!) { revokeContactAccess(input: {contactId: $id}) { ended errors { code } } }"""
PAPERS = """query { portalSurveys(first: 5) { nodes { state } } portalQuotations(first: 5) { nodes { number } }
  portalInvoices(first: 5) { nodes { number total { amount } outstanding { amount } lines { description } } } }"""


@pytest.fixture(autouse=True)
async def quiet(owner_url: str, pool: None) -> AsyncIterator[None]:
    """Nothing is due anywhere."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("TRUNCATE agenda")
        yield
    finally:
        await connection.close()


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without any account."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as made:
        yield made


def link_of(company: Company, id: UUID, purpose: Purpose = Purpose.PORTAL) -> str:
    return f"/portal/{token(company.admin.tenant_id, Link(purpose, id))}"


async def titles(ask: Ask, actor: Actor) -> list[str]:
    return [node["title"] for node in (await ask(actor, MINE))["portalRequests"]["nodes"]]


async def test_an_invitation_by_mail_opens_the_portal_once(ask: Ask, client: httpx.AsyncClient) -> None:
    company = await with_portal(opened())
    made = (await ask(company.admin, INVITE, id=str(company.contact_id)))["inviteContact"]
    [access] = made["contact"]["portalAccesses"]
    assert (access["grants"], access["openedAt"], access["clause"]) == (
        ["portal.use", "portal.surveys"],
        None,
        {"number": "2.7"},
    )
    await work_off()
    [letter] = await letters_to(company, "lin@big.example.com")
    assert (letter.payload["link"]["purpose"], "{link}" in letter.payload["text"]) == ("portal", True)
    link = link_of(company, UUID(letter.payload["link"]["id"]))
    for _ in range(2):
        page = await client.get(link)
        assert (page.status_code, "Lin, you are invited" in page.text) == (200, True)
    entered = await client.post(link)
    assert entered.status_code == 200
    [key] = re.findall(r"zhv_[0-9a-f]{32}_[\w-]{43}", entered.text)
    assert key in entered.headers["set-cookie"]
    actor = (await customers.visitor(key)).actor
    assert (await ask(actor, MINE))["portal"]["contact"] == {"name": "Lin", "company": "Big"}
    assert (await client.post(link)).status_code == (await client.get(link)).status_code == 404
    ended = await ask(company.admin, REVOKE, id=str(company.contact_id))
    assert ended == {"revokeContactAccess": {"ended": 1, "errors": []}}


async def test_a_program_gets_the_key_as_json_and_nothing_twice(client: httpx.AsyncClient) -> None:
    company = await with_portal(opened())
    access = await invited(company, company.contact_id)
    wants = {"accept": "application/json"}
    for wrong in (link_of(company, access.id, Purpose.SURVEY), link_of(company, company.contact_id), "/portal/x"):
        assert (await client.post(wrong, headers=wants)).status_code == 404
        assert (await client.get(wrong)).status_code == 404
    answer = (await client.post(link_of(company, access.id), headers=wants)).json()
    assert (await customers.visitor(answer["token"])).actor.id == company.contact_id
    refused = await client.post(link_of(company, access.id), headers=wants)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (404, "NOT_FOUND")
    [stored] = await accesses(company)
    assert stored.ends_at is not None
    assert stored.ends_at - stored.opened_at == timedelta(days=90)  # type: ignore[operator]  # it was opened


async def test_who_may_not_manage_customers_invites_nobody(ask: Ask) -> None:
    company = await with_portal(opened())
    refused = (await ask(company.agent, INVITE, id=str(company.contact_id)))["inviteContact"]
    assert (refused["contact"], refused["errors"][0]["code"]) == (None, "FORBIDDEN")
    without = await with_portal(None)
    refused = (await ask(without.admin, INVITE, id=str(without.contact_id)))["inviteContact"]
    assert refused["errors"][0]["code"] == "NO_CLAUSE"
    foreign = (await ask(without.admin, INVITE, id=str(company.contact_id)))["inviteContact"]
    assert foreign["errors"][0]["code"] == "NOT_FOUND"
    assert await accesses(company) == await accesses(without) == []


@pytest.mark.usefixtures("file_store")
async def test_a_person_asks_and_answers_with_files(ask: Ask) -> None:
    company = await with_portal(opened())
    lin, wang = await visitor(company), await visitor(company, await contact(company, "Wang"))
    file, foreign = await upload(lin), await upload(wang, b"%PDF-1.7 other")
    refused = (await ask(lin, SUBMIT, input={"title": "No sound", "fileIds": [str(foreign)]}))["portalSubmit"]
    assert (refused["request"], refused["errors"][0]["code"]) == (None, "NOT_FOUND")
    assert await titles(ask, lin) == []
    made = (await ask(lin, SUBMIT, input={"title": "No sound", "fileIds": [str(file)]}))["portalSubmit"]["request"]
    assert made["attachments"] == [{"file": {"name": "contract.pdf"}}]
    assert await sees(company.dispatcher, file)
    assert not await sees(wang, file)
    second = await upload(lin, b"%PDF-1.7 more", "more.pdf")
    said = {"requestId": made["id"], "text": "Here is more.", "fileIds": [str(second)]}
    reply = (await ask(lin, REPLY, input=said))["portalReply"]
    assert reply["message"] == {
        "text": "Here is more.",
        "writer": "Lin",
        "attachments": [{"file": {"name": "more.pdf"}}],
    }
    assert (await ask(wang, REPLY, input=said))["portalReply"]["errors"] == [
        {"code": "NOT_FOUND", "path": ["requestId"]}
    ]
    assert (await ask(company.admin, REPLY, input=said))["portalReply"]["errors"][0]["code"] == "FORBIDDEN"


@pytest.mark.usefixtures("file_store")
async def test_one_sees_the_public_side_of_ones_own_and_nothing_internal(ask: Ask) -> None:
    company = await with_portal(opened())
    lin = await visitor(company)
    request = await under_way(company, contact_id=company.contact_id)
    inside = await upload(company.agent, b"%PDF-1.7 inside", "inside.pdf")
    async with writing(company.agent, settle=settle) as work:
        await requests.comment(
            work, request_id=request.id, text="They never pay.", audience=Audience.INTERNAL, file_ids=[inside]
        )
        await requests.comment(work, request_id=request.id, text="We are looking into it.")
    await submit(company, title="A colleague's")
    await do(requests.propose, company.agent, request, solution="A new cable.")
    seen = await ask(lin, MINE)
    assert seen["viewer"] == {"member": None, "permissions": ["portal.surveys", "portal.use"]}
    assert [node["title"] for node in seen["portalRequests"]["nodes"]] == ["Nobody can sign in"]
    assert (seen["portalRequests"]["nodes"][0]["agreementWanted"], seen["portal"]["grants"]) == (
        True,
        ["portal.surveys", "portal.use"],
    )
    found = (await ask(lin, ONE, id=str(request.id)))["portalRequest"]
    assert found["messages"]["nodes"] == [
        {"text": "We are looking into it.", "ours": False, "writer": None, "attachments": []}
    ]
    assert not await sees(lin, inside)
    # The staff's fields are closed as a whole, and by their ids alone nothing of them is shown.
    for document in (
        "query($id: ID!) { request(id: $id) { number } }",
        "query($id: ID!) { customer(id: $id) { name } }",
        "query($id: ID!) { staffMember(id: $id) { id } }",
    ):
        [error] = await ask.errors(lin, document, id=str(request.id))
        assert error.extensions["code"] == "FORBIDDEN"
    kind = "query($id: ID!) { node(id: $id) { __typename id } }"
    assert (await ask(lin, kind, id=str(request.id)))["node"]["__typename"] == "PortalRequest"
    assert (await ask(company.admin, kind, id=str(request.id)))["node"]["__typename"] == "ServiceRequest"
    for hidden in (company.agent.id, company.strategic_id, company.support_id, inside):
        assert await ask(lin, kind, id=str(hidden)) == {"node": None}


async def test_two_handbooks_show_the_papers_differently_and_a_third_company_sees_nothing(ask: Ask) -> None:
    wide, narrow = await with_portal(opened(reach="company", invoices=True)), await with_portal(opened())
    third = await visitor(await with_portal(opened(reach="company", invoices=True)))
    for company in (wide, narrow):
        await submit(company, title="Lin's", contact_id=company.contact_id)
        await submit(company, title="A colleague's")
        await submit(company, title="Others'", customer_id=company.standard_id)
    one, other = await visitor(wide), await visitor(narrow)
    assert set(await titles(ask, one)) == {"Lin's", "A colleague's"}
    assert await titles(ask, other) == ["Lin's"]
    assert await titles(ask, third) == []
    assert await titles(ask, wide.admin) == []
    nothing = {"portalSurveys": {"nodes": []}, "portalQuotations": {"nodes": []}, "portalInvoices": {"nodes": []}}
    assert await ask(other, PAPERS) == await ask(third, PAPERS) == await ask(wide.admin, PAPERS) == nothing
