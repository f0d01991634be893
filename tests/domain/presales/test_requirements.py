"""Needs and requirements on a real database: found out, written in versions of which one counts, confirmed (PS-1)."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.presales import commands
from domain.presales.models import Inquiry, InquiryNeed, RequirementsDocument
from domain.presales.queries import inquiries as queries
from domain.presales.rules.requirements import NeedMethod, RequirementsState, content_digest
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import Company, founded
from tests.domain.presales.test_inquiries import do, registered


@pytest.fixture
async def company(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


async def contacted(company: Company) -> Inquiry:
    inquiry = await registered(company)
    return await do(commands.note_contact, company.seller, inquiry, needs="A portal")


async def need(company: Company, inquiry: Inquiry, **given: Any) -> InquiryNeed:
    usual = {"method": NeedMethod.INTERVIEW, "held_on": date(2026, 6, 1), "participants": "Lin", "findings": "Search"}
    async with writing(company.seller, settle=settle) as work:
        return await commands.record_need(work, inquiry_id=inquiry.id, **{**usual, **given})


async def written(company: Company, inquiry: Inquiry, **given: Any) -> RequirementsDocument:
    async with writing(company.seller, settle=settle) as work:
        usual = {"title": "Portal", "content": "It searches."}
        return await commands.draft_requirements(work, inquiry_id=inquiry.id, **{**usual, **given})


async def move(company: Company, command: Any, document: RequirementsDocument, **given: Any) -> RequirementsDocument:
    async with writing(company.seller, settle=settle) as work:
        found: RequirementsDocument = await command(work, requirements_id=document.id, **given)
        return found


async def confirmed(company: Company, document: RequirementsDocument) -> RequirementsDocument:
    given = {"confirmed_by": "Lin", "confirmed_on": date(2026, 6, 1)}
    # Nobody has confirmed it behind a link: then somebody says how they know.
    with pytest.raises(Invalid) as refused:
        await move(company, commands.confirm_requirements, document, **given, comment=" ")
    assert refused.value.path == ("comment",)
    given["comment"] = "In the meeting"
    return await move(company, commands.confirm_requirements, document, **given)


async def test_what_was_found_out_is_kept_in_the_order_of_days(company: Company) -> None:
    inquiry = await contacted(company)
    await need(company, inquiry)
    await need(company, inquiry, method=NeedMethod.DEMONSTRATION, held_on=date(2026, 5, 30), findings="Reports")
    async with reading(company.seller) as work:
        assert [each.findings for each in await queries.needs_of(work, inquiry.id)] == ["Reports", "Search"]


async def test_one_version_counts_and_what_was_confirmed_stays(company: Company) -> None:
    inquiry = await contacted(company)
    first = await written(company, inquiry)
    await move(company, commands.change_requirements, first, title="Portal", content="It searches and reports.")
    first = await confirmed(company, first)
    assert first.digest == content_digest("Portal", "It searches and reports.")
    with pytest.raises(WrongState):
        await move(company, commands.change_requirements, first, title="Portal", content="Nothing")
    second = await move(company, commands.revise_requirements, first, reason="They want more.")
    assert (second.version, second.state, second.content) == (2, RequirementsState.DRAFT, first.content)
    async with reading(company.seller) as work:
        assert (await queries.live_requirements(work, inquiry.id)) == await queries.requirements(work, second.id)
        former = await queries.requirements(work, first.id)
    assert (former.state, former.confirmed_by) == (RequirementsState.SUPERSEDED, "Lin")
    with pytest.raises(WrongState):
        await move(company, commands.revise_requirements, first, reason="Again.")


async def test_two_who_begin_or_revise_at_once_make_one_version(company: Company) -> None:
    inquiry = await contacted(company)
    outcomes = await asyncio.gather(*(written(company, inquiry) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(each, Conflict) for each in outcomes) == [False, True]
    [first] = [each for each in outcomes if isinstance(each, RequirementsDocument)]
    revised = (move(company, commands.revise_requirements, first, reason="More.") for _ in range(2))
    outcomes = await asyncio.gather(*revised, return_exceptions=True)
    assert sorted(isinstance(each, WrongState) for each in outcomes) == [False, True]


async def test_nothing_is_written_before_the_contact_or_after_a_refusal(company: Company) -> None:
    fresh = await registered(company)
    for attempt in (need, written):
        with pytest.raises(WrongState):
            await attempt(company, fresh)
    inquiry = await contacted(company)
    document = await written(company, inquiry)
    await do(commands.refuse_inquiry, company.seller, inquiry, reason="Too small.")
    with pytest.raises(WrongState) as refused:
        await confirmed(company, document)
    assert refused.value.code == "INQUIRY_OVER"


async def test_bad_input_changes_nothing(company: Company) -> None:
    inquiry = await contacted(company)
    cases: list[tuple[Any, dict[str, Any], tuple[str, ...]]] = [
        (need, {"held_on": date(2026, 6, 2)}, ("heldOn",)),
        (need, {"findings": " "}, ("findings",)),
        (written, {"title": ""}, ("title",)),
        (written, {"content": ""}, ("content",)),
    ]
    for attempt, given, path in cases:
        with pytest.raises(Invalid) as refused:
            await attempt(company, inquiry, **given)
        assert refused.value.path == path
    async with reading(company.admin) as work:
        assert await work.all(select(InquiryNeed)) == []
        assert await work.all(select(RequirementsDocument)) == []


async def test_a_third_company_sees_and_changes_nothing_and_neither_does_who_may_not(company: Company) -> None:
    inquiry = await contacted(company)
    document = await written(company, inquiry)
    stranger = await found_company()
    async with reading(stranger) as work:
        assert await work.all(select(RequirementsDocument)) == []
    refusals: list[tuple[Any, type[Refusal]]] = [(stranger, NotFound), (company.boss, Forbidden)]
    for actor, kind in refusals:
        async with writing(actor, settle=settle) as work:
            with pytest.raises(kind):
                await commands.revise_requirements(work, requirements_id=document.id, reason="Mine.")
