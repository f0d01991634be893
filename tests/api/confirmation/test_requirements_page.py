"""Requirements behind a link: shown without an account, answered once, sent by mail, and only as they stand."""

from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from api.confirmation.routes import ROUTES
from domain.consequences import settle
from domain.presales import commands
from domain.presales.models import RequirementsDocument
from domain.presales.rules.requirements import RequirementsState, content_digest
from tenancy.database import reading, writing
from tenancy.links import Link, Purpose, token
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import Company, founded
from tests.domain.presales.test_requirements import contacted, move, written

pytestmark = pytest.mark.usefixtures("pool")

YES = {"answer": "confirm", "name": "Lin", "comment": "谢谢"}
NO = {"answer": "object", "name": "Lin", "comment": "Faster"}


def browser() -> httpx.AsyncClient:
    """A browser without any account."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://zhidu")


async def sent(company: Company) -> RequirementsDocument:
    document = await written(company, await contacted(company))
    return await move(company, commands.send_requirements, document, contact_id=company.contact_id)


def link_of(company: Company, document: RequirementsDocument, purpose: Purpose = Purpose.REQUIREMENTS) -> str:
    return f"/{purpose.value}/{token(company.admin.tenant_id, Link(purpose, document.id))}"


async def stored(company: Company, document: RequirementsDocument) -> RequirementsDocument:
    async with reading(company.admin) as work:
        return await work.get(RequirementsDocument, document.id)


async def test_a_link_shows_what_is_required_and_takes_one_answer() -> None:
    company = await founded()
    document, other = await sent(company), await sent(company)
    assert (document.state, document.digest) == (RequirementsState.SENT, content_digest("Portal", "It searches."))
    async with browser() as client:
        page = await client.get(link_of(company, document))
        assert page.status_code == 200
        for said in ("Portal", "It searches.", "INQ-", "Lin"):
            assert said in page.text
        assert (
            await client.post(link_of(company, document), data={"answer": "object", "name": "Lin"})
        ).status_code == 422
        assert (await stored(company, document)).state is RequirementsState.SENT
        assert (await client.post(link_of(company, document), data=YES)).status_code == 200
        assert (await client.post(link_of(company, document), data=NO)).status_code == 404
        assert (await client.post(link_of(company, other), data=NO)).status_code == 200
        # What opens nothing is answered alike: answered, of another company, for another purpose.
        wrong = [link_of(company, document), link_of(await founded(), other), link_of(company, other, Purpose.SOLUTION)]
        assert {(await client.get(address)).status_code for address in wrong} == {404}
    found = await stored(company, document)
    assert (found.state, found.by_link, found.confirmed_by, found.comment, found.confirmed_on) == (
        RequirementsState.CONFIRMED,
        True,
        "Lin",
        "谢谢",
        date(2026, 6, 1),
    )
    found = await stored(company, other)
    assert (found.state, found.comment, found.confirmed_on) == (RequirementsState.OBJECTED, "Faster", None)


async def test_a_revision_or_a_refused_inquiry_closes_the_link_and_staff_may_record_the_answer() -> None:
    company = await founded()
    revised, over, told = await sent(company), await sent(company), await sent(company)
    following = await move(company, commands.revise_requirements, revised, reason="More")
    assert (following.state, following.contact_id, following.digest) == (RequirementsState.DRAFT, None, None)
    async with writing(company.seller, settle=settle) as work:
        await commands.refuse_inquiry(work, inquiry_id=over.inquiry_id, reason="No capacity")
    given = {"confirmed_by": "Lin", "confirmed_on": date(2026, 6, 1), "comment": "On the telephone"}
    await move(company, commands.confirm_requirements, told, **given)
    async with browser() as client:
        for document in (revised, over, told):
            assert (await client.get(link_of(company, document))).status_code == 404
            assert (await client.post(link_of(company, document), data=YES)).status_code == 404
    assert (await stored(company, over)).state is RequirementsState.SENT
    found = await stored(company, told)
    assert (found.state, found.by_link, found.comment) == (RequirementsState.CONFIRMED, False, "On the telephone")


async def test_what_is_refused_is_not_sent() -> None:
    company, third = await founded(), await found_company()
    document = await written(company, await contacted(company))
    with pytest.raises(Invalid):
        await move(company, commands.send_requirements, document, contact_id=company.standard_contact_id)
    for actor, kind in ((company.boss, Forbidden), (third, NotFound)):
        with pytest.raises(kind):
            async with writing(actor, settle=settle) as work:
                await commands.send_requirements(work, requirements_id=document.id, contact_id=company.contact_id)
    assert (await stored(company, document)).state is RequirementsState.DRAFT
    await move(company, commands.send_requirements, document, contact_id=company.contact_id)
    for command, given in (
        (commands.send_requirements, {"contact_id": company.contact_id}),
        (commands.change_requirements, {"title": "x", "content": "y"}),
    ):
        with pytest.raises(WrongState):
            await move(company, command, document, **given)
