"""Inquiries: contact within the clause's time on the business calendar, told when it is up, qualified or refused."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import BusinessCalendarClause, InquiryContact
from domain.presales import commands
from domain.presales.models import Inquiry
from domain.presales.queries import inquiries as queries
from domain.presales.rules.inquiries import INQUIRIES, InquiryState
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.domain.presales.company import Company, decisions_about, founded, go_to, on

CALENDAR = BusinessCalendarClause.model_validate(OFFICE_HOURS)


def within(**target: int) -> InquiryContact:
    return InquiryContact.model_validate({"within": target})


@pytest.fixture
async def company(pool: None) -> Company:
    """Four working hours."""
    return await founded(("1.1", CALENDAR), ("6.1", within(working_minutes=240)))


async def registered(company: Company, **given: Any) -> Inquiry:
    """The key customer asks for a portal; the seller deals with it."""
    usual = {"customer_id": company.key_id, "title": "A portal", "assignee_id": company.seller.id}
    async with writing(company.seller, settle=settle) as work:
        return await commands.register_inquiry(work, **{**usual, **given})


async def do(move: Any, actor: Actor, inquiry: Inquiry, **given: Any) -> Inquiry:
    async with writing(actor, settle=settle) as work:
        found: Inquiry = await move(work, inquiry_id=inquiry.id, **given)
        return found


async def breaches(company: Company) -> int:
    async with reading(company.admin) as work:
        found = select(JournalEntry).where(JournalEntry.name == "presales.inquiry_breached")
        return len(await work.all(found))


async def breached_at(company: Company, inquiry: Inquiry) -> datetime | None:
    async with reading(company.admin) as work:
        return (await queries.get(work, inquiry.id)).breached_at


async def test_two_companies_get_in_touch_in_their_own_time(company: Company) -> None:
    other = await founded(("2.1", CALENDAR), ("2.2", within(working_days=1)))
    first, second = await registered(company), await registered(other)
    # From nine o'clock, with an hour of lunch; or as far into Tuesday.
    assert (first.due_at, second.due_at) == (on(1, 14), on(2, 9))
    [cited] = await decisions_about(company, SubjectKind.INQUIRY, first.id)
    assert cited.decision == "presales.contact_deadline"
    for where, inquiry, just_before, after in (
        (company, first, on(1, 13), on(1, 15)),
        (other, second, on(2, 8), on(2, 10)),
    ):
        await go_to(where, just_before)
        assert await breached_at(where, inquiry) is None
        await go_to(where, after)
        assert await breached_at(where, inquiry) == inquiry.due_at
        assert await breaches(where) == 1
    async with reading(await found_company()) as work:
        assert await work.all(select(Inquiry)) == []
        with pytest.raises(NotFound):
            await queries.get(work, first.id)


async def test_the_first_contact_stops_the_time(company: Company) -> None:
    inquiry = await registered(company)
    found = await do(commands.note_contact, company.seller, inquiry, needs="Single sign-on")
    assert (found.state, found.contacted_at) == (InquiryState.CONTACTED, on(1))
    again = await do(commands.note_contact, company.seller, inquiry, needs="Single sign-on and a shop")
    assert (again.contacted_at, again.needs) == (on(1), "Single sign-on and a shop")
    await go_to(company, on(3))
    assert await breaches(company) == 0
    assert (await do(commands.qualify_inquiry, company.seller, inquiry)).state is InquiryState.QUALIFIED
    with pytest.raises(WrongState):
        await do(commands.refuse_inquiry, company.seller, inquiry, reason="x")


async def test_a_contact_that_comes_too_late_is_late_even_while_no_worker_is_awake(company: Company) -> None:
    inquiry = await registered(company)
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", company.admin.tenant_id, on(2))
    found = await do(commands.note_contact, company.seller, inquiry, needs="x")
    assert found.breached_at == on(2)


async def test_a_silent_handbook_sets_no_time_and_one_without_a_calendar_refuses(pool: None) -> None:
    silent = await founded()
    assert (await registered(silent)).due_at is None
    with pytest.raises(Refusal) as refused:
        await founded(("6.1", within(working_minutes=60)))
    assert refused.value.code


async def test_a_refused_inquiry_says_why_and_nothing_more_is_due(company: Company) -> None:
    inquiry = await registered(company)
    with pytest.raises(Invalid) as why:
        await do(commands.refuse_inquiry, company.seller, inquiry, reason=" ")
    assert why.value.path == ("reason",)
    with pytest.raises(WrongState):
        await do(commands.qualify_inquiry, company.seller, inquiry)
    await do(commands.refuse_inquiry, company.seller, inquiry, reason="Not our trade.")
    await go_to(company, on(3))
    assert await breaches(company) == 0
    assert INQUIRIES.is_final(InquiryState.REFUSED)


async def test_who_may_not_and_bad_input_change_nothing(company: Company) -> None:
    async with writing(company.head, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.register_inquiry(work, customer_id=company.key_id, title="x")
    for given, path in (({"title": ""}, ("title",)), ({"contact_id": company.standard_contact_id}, ("contactId",))):
        with pytest.raises(Invalid) as refused:
            await registered(company, **given)
        assert refused.value.path == path
    async with reading(company.admin) as work:
        assert await work.all(select(Inquiry)) == []
    inquiry = await registered(company)
    moved = await do(commands.assign_inquiry, company.seller, inquiry, assignee_id=company.head.id)
    assert moved.due_at == inquiry.due_at
    async with reading(company.head) as work:
        # Whoever deals with it sees it.
        assert (await queries.get(work, inquiry.id)).number == inquiry.number
