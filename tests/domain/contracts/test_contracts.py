"""Contracts on a real database: review, checklist, signature, copies, reminders, and their end (CT-1 to CT-3)."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals import queries as approvals_seen
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import State as ApprovalState
from domain.consequences import settle
from domain.contracts import commands, queries
from domain.contracts.commands.drafting import Fees
from domain.contracts.models import Contract
from domain.contracts.rules import ContractState, Trigger, instalment
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.presales import commands as presales
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.contracts.office import (
    CHECKLIST,
    PLAIN,
    REMINDERS,
    TERMS,
    check_all,
    clerk,
    do,
    drafted,
    fees,
    sign,
    signed,
    signer,
    stored,
    wording,
)
from tests.domain.presales.company import Company, chain, decide, decisions_about, founded, go_to, limit, on, sent
from tests.domain.presales.company import do as with_quotation

BY_AMOUNT = {"fact": "amount_minor", "operator": "at_least", "value": 10_000_000}
CHAIN = chain(
    "contracts",
    {"approvers": [{"by": "department_head"}], "branch": "sales", "when_requester": "administrator"},
    {"approvers": [{"by": "superior", "level": 2}], "branch": "company"},
    {"approvers": [{"by": "superior", "level": 2}], "only_if": [BY_AMOUNT]},
)


@pytest.fixture
async def company(pool: None) -> Company:
    """Reviews in parallel, two items to settle, a copy for sales, reminders ten and two days ahead."""
    return await founded(("7.1", CHECKLIST), ("7.2", CHAIN), ("7.3", REMINDERS), ("8.1", TERMS))


@pytest.fixture
async def plain(pool: None) -> Company:
    """One item, no copies, no chain, no reminders, no terms."""
    return await founded(("3.1", PLAIN))


async def facts(company: Company, name: str) -> list[Any]:
    async with reading(company.admin) as work:
        found = select(JournalEntry).where(JournalEntry.name == name).order_by(JournalEntry.id)
        return [entry.payload for entry in await work.all(found)]


async def test_two_companies_review_check_and_copy_by_their_own_clauses(company: Company, plain: Company) -> None:
    contract = await drafted(company)
    assert (await do(commands.submit_contract, clerk(company), contract)).state is ContractState.IN_REVIEW
    await decide(company, company.head)
    assert (await stored(company, contract)).state is ContractState.IN_REVIEW
    await decide(company, company.boss)
    assert (await stored(company, contract)).state is ContractState.APPROVED
    await check_all(company, contract)
    assert (await sign(company, contract)).state is ContractState.IN_FORCE
    other = await signed(plain)
    assert other.state is ContractState.IN_FORCE
    for where, found, shares, copies in ((company, contract, [30, 70], 1), (plain, other, [100], 0)):
        async with reading(where.admin) as work:
            assert [each.share_percent for each in await queries.instalments_of(work, found)] == shares
            assert sum(each.total_minor for each in await queries.instalments_of(work, found)) == 113_000
            assert len(await queries.copies_of(work, found)) == copies
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(Contract)) == []
        with pytest.raises(NotFound):
            await queries.get(work, contract.id)


async def test_a_contract_without_a_last_day_is_submitted_whatever_its_chain_asks(pool: None) -> None:
    late = 'ends_on > day("2027-01-01")'
    for when, state, stops in (
        (late, ContractState.IN_REVIEW, ["ends_on"]),
        (f"has(ends_on) && {late}", ContractState.APPROVED, []),
    ):
        steps = ({"approvers": [{"by": "superior", "level": 2}]}, {"when": when})
        company = await founded(("7.1", CHECKLIST), ("7.2", chain("contracts", *steps)))
        contract = await drafted(company, wording=wording(ends_on=None))
        await do(commands.submit_contract, clerk(company), contract)
        await decide(company, company.boss)
        assert (await stored(company, contract)).state is state
        async with reading(company.admin) as work:
            tasks = await work.all(select(ApprovalTask))
        assert [task.problem["fact"] for task in tasks if task.problem is not None] == stops


async def test_what_was_decided_names_its_clause(company: Company) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    found = await decisions_about(company, SubjectKind.CONTRACT, contract.id)
    assert {"contracts.checklist", "contracts.schedule", "approvals.chain"} <= {each.decision for each in found}


async def test_a_large_contract_goes_to_leadership_as_well(company: Company) -> None:
    contract = await drafted(company, fees=fees("100000", "0"))
    await do(commands.submit_contract, clerk(company), contract)
    await decide(company, company.head)
    await decide(company, company.boss)
    assert (await stored(company, contract)).state is ContractState.IN_REVIEW
    await decide(company, company.boss)
    assert (await stored(company, contract)).state is ContractState.APPROVED


async def test_a_foreign_amount_slips_under_no_threshold_that_names_its_currency(pool: None) -> None:
    blind, careful = [
        await founded(
            ("7.1", PLAIN),
            (
                "7.2",
                chain(
                    "contracts",
                    {"approvers": [{"by": "department_head"}]},
                    {"approvers": [{"by": "superior", "level": 2}], "only_if": [BY_AMOUNT | said]},
                ),
            ),
        )
        for said in ({}, {"currency": "CNY"})
    ]
    for company, given, state in (
        (blind, Money.of("99999", "USD"), ContractState.APPROVED),
        (careful, Money.of("99999", "USD"), ContractState.IN_REVIEW),
        (careful, Money.of("99999", "CNY"), ContractState.APPROVED),
        (careful, Money.of("100000", "CNY"), ContractState.IN_REVIEW),
    ):
        contract = await drafted(company, fees=Fees(given, Money.zero(given.currency)))
        asked = await do(commands.submit_contract, clerk(company), contract)
        await decide(company, company.head, approval_id=asked.approval_id)
        assert (await stored(company, contract)).state is state
    async with reading(await found_company()) as work:
        assert await work.all(select(ApprovalTask)) == []


async def test_a_change_makes_void_what_is_asked_and_what_was_approved(company: Company, plain: Company) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    changed = {"wording": wording(scope="More"), "fees": fees(), "instalments": None}
    await do(commands.change_contract, clerk(company), contract, **changed)
    found = await stored(company, contract)
    assert (found.state, found.approval_id, found.approved_digest) == (ContractState.DRAFT, None, None)
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval))
    assert approval.state is ApprovalState.WITHDRAWN
    other = await drafted(plain)
    assert (await do(commands.submit_contract, clerk(plain), other)).approved_digest is not None
    await check_all(plain, other)
    await do(commands.change_contract, clerk(plain), other, **changed)
    with pytest.raises(WrongState):
        await sign(plain, other)


async def test_who_withdraws_what_was_approved_makes_its_approval_void(company: Company) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    await decide(company, company.head)
    await decide(company, company.boss)
    approval_id = (await stored(company, contract)).approval_id
    await do(commands.withdraw_contract, clerk(company), contract)
    [voided] = await facts(company, "approvals.voided")
    assert voided["approval_id"] == str(approval_id)
    async with reading(company.admin) as work:
        assert await work.value(select(approvals_seen.voided_at(Approval))) is not None


async def test_a_granted_approval_says_once_that_it_is_void(company: Company) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    await decide(company, company.head)
    await decide(company, company.boss)
    approval_id = (await stored(company, contract)).approval_id
    assert approval_id is not None
    assert await facts(company, "approvals.voided") == []
    changed = {"wording": wording(scope="More"), "fees": fees(), "instalments": None}
    for _ in range(2):
        await do(commands.change_contract, clerk(company), contract, **changed)
    [voided] = await facts(company, "approvals.voided")
    assert (voided["approval_id"], voided["reason"]) == (str(approval_id), "subject_changed")
    found = await decisions_about(company, SubjectKind.APPROVAL, approval_id)
    [cited] = [each for each in found if each.decision == "approvals.voided"]
    assert (cited.result["state"], cited.result["reason"]) == ("granted", "subject_changed")
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval))
        assert approval.state is ApprovalState.GRANTED
        assert await work.value(select(approvals_seen.voided_at(Approval))) is not None


async def test_nothing_is_signed_that_was_not_approved_like_this(plain: Company) -> None:
    contract = await drafted(plain)
    await do(commands.submit_contract, clerk(plain), contract)
    await check_all(plain, contract)
    async with writing(plain.admin, settle=settle) as work:
        await work.sql("UPDATE contract_instalments SET total_minor = 1 WHERE contract_id = $1", contract.id)
    with pytest.raises(Conflict):
        await sign(plain, contract)
    assert (await stored(plain, contract)).state is ContractState.APPROVED


async def test_an_open_checklist_keeps_a_contract_from_being_signed_and_names_its_clause(plain: Company) -> None:
    contract = await drafted(plain)
    await do(commands.submit_contract, clerk(plain), contract)
    with pytest.raises(WrongState) as refused:
        await sign(plain, contract)
    assert refused.value.code == "CHECKS_OPEN"
    assert refused.value.clause is not None
    assert refused.value.clause.number == "3.1"
    await check_all(plain, contract)
    with pytest.raises(Invalid):
        await do(
            commands.sign_contract,
            signer(plain),
            contract,
            signed_on=date(2026, 6, 2),
            own_signatory="Boss",
            customer_signatory="Lin",
        )
    with pytest.raises(Forbidden):
        await do(
            commands.sign_contract,
            clerk(plain),
            contract,
            signed_on=date(2026, 6, 1),
            own_signatory="Seller",
            customer_signatory="Lin",
        )
    assert (await sign(plain, contract)).state is ContractState.IN_FORCE


async def test_an_accepted_quotation_becomes_one_contract_with_its_price(pool: None) -> None:
    company = await founded(("3.1", PLAIN), ("6.3", limit("10", "30")))
    quotation = await sent(company, "10")
    given = {"customer_id": None, "quotation_id": quotation.id, "fees": None, "department_id": None}
    with pytest.raises(WrongState):
        await drafted(company, **given)
    await with_quotation(presales.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")
    outcomes = await asyncio.gather(*(drafted(company, **given) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(each, Conflict) for each in outcomes) == [False, True]
    [contract] = [each for each in outcomes if isinstance(each, Contract)]
    assert (contract.total_minor, contract.customer_id) == (quotation.total_minor, company.key_id)
    assert contract.department_id == company.sales_id
    with pytest.raises(Invalid):
        await do(commands.change_contract, clerk(company), contract, wording=wording(), fees=fees(), instalments=None)


async def test_copies_are_confirmed_by_their_department_and_reminded_of_once(company: Company) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    for who in (company.head, company.boss):
        await decide(company, who)
    await check_all(company, contract)
    await sign(company, contract)
    async with reading(company.head) as work:
        # Whoever's department has a copy sees the contract.
        [copy] = await queries.copies_of(work, await queries.get(work, contract.id))
    assert copy.due_on == date(2026, 6, 4)
    await go_to(company, on(4, 23))
    assert await facts(company, "contracts.copies_late") == []
    await go_to(company, on(6))
    assert len(await facts(company, "contracts.copies_late")) == 1
    async with writing(signer(company), settle=settle) as work:
        with pytest.raises(Forbidden) as refused:
            await commands.confirm_copy(work, copy_id=copy.id)
    assert refused.value.code == "NOT_YOURS"
    for _ in range(2):
        async with writing(company.head, settle=settle) as work:
            assert (await commands.confirm_copy(work, copy_id=copy.id)).confirmed_by_id == company.head.id
    assert len(await facts(company, "contracts.copy_confirmed")) == 1


async def test_reminders_come_by_the_clause_and_the_contract_expires_after_its_last_day(
    company: Company, plain: Company
) -> None:
    contract = await drafted(company)
    await do(commands.submit_contract, clerk(company), contract)
    for who in (company.head, company.boss):
        await decide(company, who)
    await check_all(company, contract)
    await sign(company, contract)
    other = await signed(plain)
    await go_to(company, on(19, 23))
    assert await facts(company, "contracts.running_out") == []
    await go_to(company, on(30, 23))
    assert [each["reminder"] for each in await facts(company, "contracts.running_out")] == [1, 2]
    assert (await stored(company, contract)).state is ContractState.IN_FORCE
    end = on(30, 23).replace(hour=16, minute=1)
    for where, found in ((company, contract), (plain, other)):
        await go_to(where, end)
        assert (await stored(where, found)).state is ContractState.EXPIRED
    assert await facts(plain, "contracts.running_out") == []


async def test_a_contract_takes_effect_on_its_first_day(plain: Company) -> None:
    contract = await signed(plain, wording=wording(starts_on=date(2026, 6, 10), ends_on=None))
    assert contract.state is ContractState.SIGNED
    await go_to(plain, on(10, 0))
    assert (await stored(plain, contract)).state is ContractState.IN_FORCE
    done = await do(commands.complete_contract, clerk(plain), contract)
    assert (done.state, done.ended_at is not None) == (ContractState.COMPLETED, True)


async def test_notice_is_given_once_and_ends_it_after_its_last_day(plain: Company) -> None:
    contract = await signed(plain)
    notice = {"reason": "They move away."}
    with pytest.raises(Invalid) as refused:
        await do(commands.terminate_contract, signer(plain), contract, last_day_on=date(2026, 6, 14), **notice)
    assert refused.value.path == ("lastDayOn",)
    await do(commands.terminate_contract, signer(plain), contract, last_day_on=date(2026, 6, 15), **notice)
    with pytest.raises(WrongState) as again:
        await do(commands.terminate_contract, signer(plain), contract, last_day_on=date(2026, 6, 20), **notice)
    assert again.value.code == "NOTICE_GIVEN"
    await go_to(plain, on(15, 23))
    assert (await stored(plain, contract)).state is ContractState.IN_FORCE
    await go_to(plain, on(16, 0))
    assert (await stored(plain, contract)).state is ContractState.TERMINATED


async def test_bad_input_changes_nothing(plain: Company) -> None:
    half = instalment("Half", Trigger.SIGNING, "50", None)
    for given, path in (
        ({"wording": wording(title="")}, ("title",)),
        ({"wording": wording(ends_on=date(2026, 5, 31))}, ("endsOn",)),
        ({"fees": fees("0", "0")}, ("net",)),
        ({"fees": None}, ("customerId",)),
        ({"customer_id": None}, ("customerId",)),
        ({"fees": type(fees())(fees().net, fees().tax, half)}, ("instalments",)),
    ):
        with pytest.raises(Invalid) as refused:
            await drafted(plain, **given)
        assert refused.value.path == path
    async with reading(plain.admin) as work:
        assert await work.all(select(Contract)) == []
