"""Quotations on a real database: limits by clause, approvals, one live version, one answer, the end by time (PS-4)."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals.models import Approval
from domain.approvals.rules.states import State as ApprovalState
from domain.consequences import settle
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier
from domain.policies.rules.scopes import Scope
from domain.presales import commands
from domain.presales.models import Quotation, QuotationLine
from domain.presales.queries import quotations as queries
from domain.presales.rules.quotations import QuotationState
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import (
    Company,
    chain,
    decide,
    decisions_about,
    do,
    drafted,
    founded,
    go_to,
    limit,
    lines,
    on,
    sent,
    stored,
)

SOFTWARE = (("6.3", limit("10", "30", valid_days=20)), ("6.4", chain("quotations")))
LARGE = {"fact": "discount_basis_points", "operator": "more_than", "value": 2000}
SERVICE = (
    ("5.1", limit("0", "20")),
    ("5.2", limit("15", "40"), Scope(customer_tier=CustomerTier.KEY)),
    ("5.3", chain("quotations", {}, {"only_if": [LARGE], "approvers": [{"by": "superior", "level": 2}]})),
)


@pytest.fixture
async def company(pool: None) -> Company:
    """Ten per cent are free, thirty the most."""
    return await founded(*SOFTWARE)


async def submitted(company: Company, discount: str, **given: Any) -> Quotation:
    return await do(commands.submit_quotation, company.seller, await drafted(company, discount, **given))


async def test_two_companies_grant_by_their_own_limits(company: Company) -> None:
    other = await founded(*SERVICE)
    assert (await submitted(company, "10")).state is QuotationState.APPROVED
    assert (await submitted(company, "12")).state is QuotationState.IN_REVIEW
    # The other one is stricter, but not with key customers.
    assert (await submitted(other, "12")).state is QuotationState.APPROVED
    small = {"customer_id": other.standard_id, "contact_id": other.standard_contact_id}
    assert (await submitted(other, "12", **small)).state is QuotationState.IN_REVIEW
    for where, discount, given, number in ((company, "31", {}, "6.3"), (other, "21", small, "5.1")):
        draft = await drafted(where, discount, **given)
        with pytest.raises(Invalid) as refused:
            await do(commands.submit_quotation, where.seller, draft)
        assert refused.value.clause is not None
        assert refused.value.clause.number == number
        assert (await stored(where, draft)).state is QuotationState.DRAFT
    draft = await drafted(company, "10", valid_days=365)
    with pytest.raises(Invalid) as refused:
        await do(commands.submit_quotation, company.seller, draft)
    assert (refused.value.path, refused.value.clause is not None) == (("validDays",), True)
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(Quotation)) == []
        with pytest.raises(NotFound):
            await queries.get(work, draft.id)


async def test_what_was_decided_names_its_clause(company: Company) -> None:
    quotation = await sent(company, "10")
    found = await decisions_about(company, SubjectKind.QUOTATION, quotation.id)
    assert [each.decision for each in found] == ["presales.discount", "presales.validity"]
    assert found[0].result == {"needs_approval": False}
    assert found[1].result == {"valid_until_on": "2026-06-21"}


async def test_where_the_handbook_is_silent_every_discount_is_free_but_the_days_must_be_said(pool: None) -> None:
    silent = await founded()
    draft = await drafted(silent, "90")
    with pytest.raises(Invalid) as refused:
        await do(commands.submit_quotation, silent.seller, draft)
    assert refused.value.path == ("validDays",)
    assert (await submitted(silent, "90", valid_days=7)).state is QuotationState.APPROVED


async def test_a_limit_without_a_chain_refuses_and_changes_nothing(pool: None) -> None:
    alone = await founded(("6.3", limit("10", "30")))
    draft = await drafted(alone, "20")
    with pytest.raises(Refusal) as refused:
        await do(commands.submit_quotation, alone.seller, draft)
    assert refused.value.code == "NO_CLAUSE"
    assert (await stored(alone, draft)).state is QuotationState.DRAFT


async def test_the_approval_lets_it_be_sent_and_a_refusal_makes_it_a_draft(company: Company) -> None:
    good, bad = await submitted(company, "20"), await submitted(company, "25")
    assert good.approval_id is not None
    with pytest.raises(WrongState):
        await do(commands.send_quotation, company.seller, good)
    await decide(company, company.head, approval_id=good.approval_id)
    await decide(company, company.head, approval_id=bad.approval_id, agrees=False)
    assert (await stored(company, good)).state is QuotationState.APPROVED
    assert (await stored(company, bad)).state is QuotationState.DRAFT
    # Changed, it is judged anew.
    await do(
        commands.change_quotation,
        company.seller,
        bad,
        contact_id=company.contact_id,
        title="Portal",
        currency="CNY",
        lines=lines("5"),
    )
    assert (await do(commands.submit_quotation, company.seller, bad)).state is QuotationState.APPROVED
    async with reading(company.admin) as work:
        rows = await work.all(select(QuotationLine).where(QuotationLine.quotation_id == bad.id))
    assert [row.discount_percent for row in rows] == [Decimal(5)] * 2


async def test_a_larger_discount_goes_to_a_second_superior(pool: None) -> None:
    service = await founded(*SERVICE)
    quotation = await submitted(service, "20.01")
    assert quotation.approval_id is not None
    await decide(service, service.head)
    assert (await stored(service, quotation)).state is QuotationState.IN_REVIEW
    await decide(service, service.boss)
    assert (await stored(service, quotation)).state is QuotationState.APPROVED


async def test_what_is_withdrawn_makes_its_approval_void(company: Company) -> None:
    quotation = await submitted(company, "20")
    await do(commands.withdraw_quotation, company.seller, quotation)
    async with reading(company.admin) as work:
        assert quotation.approval_id is not None
        assert (await work.get(Approval, quotation.approval_id)).state is ApprovalState.WITHDRAWN
    assert (await stored(company, quotation)).state is QuotationState.WITHDRAWN


async def test_an_answer_counts_once(company: Company) -> None:
    quotation = await sent(company)
    system = company.admin

    async def answer(accepted: bool) -> Quotation:
        async with writing(system, settle=settle) as work:
            return await commands.answer_by_link(
                work, quotation_id=quotation.id, accepted=accepted, name="Lin", comment=""
            )

    outcomes = await asyncio.gather(answer(True), answer(False), return_exceptions=True)
    assert sorted(isinstance(each, WrongState) for each in outcomes) == [False, True]
    found = await stored(company, quotation)
    assert found.state in (QuotationState.ACCEPTED, QuotationState.DECLINED)
    async with reading(company.admin) as work:
        assert await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE)) == []


async def test_it_expires_after_its_last_day(company: Company) -> None:
    quotation = await sent(company)
    await go_to(company, on(21, 23))
    assert (await stored(company, quotation)).state is QuotationState.SENT
    await go_to(company, on(22, 0))
    assert (await stored(company, quotation)).state is QuotationState.EXPIRED
    with pytest.raises(WrongState):
        await do(commands.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")


async def test_nobody_accepts_what_is_over_even_while_no_worker_is_awake(company: Company) -> None:
    quotation = await sent(company)
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", company.admin.tenant_id, on(22, 1))
    with pytest.raises(WrongState) as refused:
        await do(commands.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")
    assert refused.value.code == "EXPIRED"


async def test_one_version_is_live_and_the_former_ones_link_is_dead(company: Company) -> None:
    first = await sent(company, "10")
    second = await do(commands.revise_quotation, company.seller, first)
    assert (second.number, second.version, second.state) == (first.number, 2, QuotationState.DRAFT)
    assert second.total_minor == first.total_minor
    assert (await stored(company, first)).state is QuotationState.SUPERSEDED
    async with reading(company.admin) as work:
        assert await queries.open_offer(work, first.id) is None
        assert len(await queries.lines_of(work, second)) == 2
    with pytest.raises(WrongState):
        await do(commands.revise_quotation, company.seller, first)
    with pytest.raises(WrongState):
        await do(commands.revise_quotation, company.seller, second)


async def test_two_who_revise_at_once_make_one_new_version(company: Company) -> None:
    first = await sent(company)
    outcomes = await asyncio.gather(
        *(do(commands.revise_quotation, company.seller, first) for _ in range(2)), return_exceptions=True
    )
    assert sorted(isinstance(each, WrongState | Conflict) for each in outcomes) == [False, True]


async def test_who_may_not_quote_changes_nothing_and_sees_what_concerns_them(company: Company) -> None:
    draft = await drafted(company, "20")
    with pytest.raises(Forbidden):
        await do(commands.submit_quotation, company.head, draft)
    async with reading(company.head) as work:
        with pytest.raises(NotFound):
            await queries.get(work, draft.id)
    await do(commands.submit_quotation, company.seller, draft)
    async with reading(company.head) as work:
        assert (await queries.get(work, draft.id)).number == draft.number


async def test_bad_input_is_refused_where_it_is_wrong(company: Company) -> None:
    for given, path in (
        ({"contact_id": company.standard_contact_id}, ("contactId",)),
        ({"title": " "}, ("title",)),
        ({"valid_days": 0}, ("validDays",)),
        ({"lines": []}, ("lines",)),
    ):
        with pytest.raises(Invalid) as refused:
            await drafted(company, **given)
        assert refused.value.path == path
    async with reading(company.admin) as work:
        assert await work.all(select(Quotation)) == []
