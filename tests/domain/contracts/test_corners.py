"""Where contracts are bent: quotations given back, ticks that outlive their text, terms that end or renew at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.consequences import settle
from domain.contracts import commands, queries
from domain.contracts.commands.amending import Changes, Term
from domain.contracts.commands.drafting import Fees
from domain.contracts.models import Contract
from domain.contracts.rules import ContractState, Trigger
from domain.contracts.rules.amendments import Cause, Item
from domain.kernel.money import Money
from domain.policies.rules.kinds import ContractChecklist, ContractRenewal, PaymentTerms
from domain.presales import commands as presales
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Invalid
from tests.conftest import found_company
from tests.domain.contracts.office import PLAIN, check_all, clerk, do, drafted, fees, signed, signer, stored, wording
from tests.domain.presales.company import Company, founded, limit, sent
from tests.domain.presales.company import do as with_quotation

BOUND = ContractChecklist.model_validate(
    {"items": [{"en": "liability", "settled_in": ["liability"]}, {"en": "scope", "settled_in": ["scope"]}]}
)
AT_ONCE = PaymentTerms.model_validate(
    {
        "due_days": 30,
        "instalments": [
            {"name": {"en": "On signing"}, "share_percent": "30", "trigger": "signing"},
            {"name": {"en": "On delivery"}, "share_percent": "30"},
            {"name": {"en": "On acceptance"}, "share_percent": "40", "trigger": "acceptance"},
        ],
    }
)
RENEWS = ContractRenewal.model_validate({"renews_by_months": 12})
SIGNATURES = {"own_signatory": "Boss", "customer_signatory": "Lin"}


@pytest.fixture
async def company(pool: None) -> Company:
    """Items stand for texts, the first part is due with the signature, contracts renew."""
    return await founded(("7.1", BOUND), ("7.2", RENEWS), ("8.1", AT_ONCE), ("5.3", limit("10", "30")))


@pytest.fixture
async def plain(pool: None) -> Company:
    """One item that stands for no text, no renewal, no terms of payment."""
    return await founded(("3.1", PLAIN))


async def settled(company: Company, contract: Contract) -> list[bool]:
    async with reading(company.admin) as work:
        return [check.settled_at is not None for check in await queries.checks_of(work, contract)]


async def change(company: Company, contract: Contract, **text: Any) -> None:
    given = {"fees": fees(), "instalments": None}
    await do(commands.change_contract, clerk(company), contract, wording=wording(notice_days=0, **text), **given)


async def test_a_withdrawn_contract_gives_its_quotation_back(company: Company) -> None:
    quotation = await sent(company, "10")
    given = {"customer_id": None, "quotation_id": quotation.id, "fees": None, "wording": wording(notice_days=0)}
    await with_quotation(presales.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")
    first = await drafted(company, **given)
    with pytest.raises(Conflict):
        await drafted(company, **given)
    assert (await do(commands.withdraw_contract, clerk(company), first)).state is ContractState.WITHDRAWN
    second = await drafted(company, **given)
    assert (second.quotation_id, second.total_minor) == (quotation.id, first.total_minor)
    with pytest.raises(Conflict):
        await drafted(company, **given)


async def test_what_contradicts_the_quotation_is_refused_where_it_stands(company: Company) -> None:
    quotation = await sent(company, "10")
    await with_quotation(presales.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")
    given = {"customer_id": None, "quotation_id": quotation.id, "fees": None, "wording": wording(notice_days=0)}
    net, tax = (Money(minor, quotation.currency) for minor in (quotation.net_minor, quotation.tax_minor))
    for more, path in (
        ({"customer_id": company.standard_id}, "customerId"),
        ({"fees": Fees(Money.of("5", "USD"), Money.zero("USD"))}, "net"),
        ({"fees": Fees(net, tax + Money(1, tax.currency))}, "taxPercent"),
    ):
        with pytest.raises(Invalid) as refused:
            await drafted(company, **{**given, **more})
        assert refused.value.path == (path,)
    same = {"customer_id": company.key_id, "fees": Fees(net, tax)}
    assert (await drafted(company, **{**given, **same})).quotation_id == quotation.id


async def test_a_tick_falls_with_its_text_and_nothing_settles_what_is_not_said(
    company: Company, plain: Company
) -> None:
    contract = await drafted(company, wording=wording(notice_days=0, scope="Support"))
    async with writing(clerk(company), settle=settle) as work:
        liability, scope = await queries.checks_of(work, contract)
        await commands.settle_check(work, check_id=scope.id, settled=True)
    with pytest.raises(Invalid) as refused:
        async with writing(clerk(company), settle=settle) as work:
            await commands.settle_check(work, check_id=liability.id, settled=True)
    assert (refused.value.code, refused.value.clause and refused.value.clause.number) == ("NOTHING_SAID", "7.1")
    await change(company, contract, scope="Support", liability="Up to the fees")
    await check_all(company, contract)
    # Another title is no other scope.
    await change(company, contract, scope="Support", liability="Up to the fees", title="More support")
    assert await settled(company, contract) == [True, True]
    await change(company, contract, scope="Support", liability="")
    assert await settled(company, contract) == [False, True]
    # An item that stands for no text falls with any change, and with none when nothing changes.
    other = await drafted(plain, wording=wording(notice_days=0))
    await check_all(plain, other)
    await change(plain, other)
    assert await settled(plain, other) == [True]
    await change(plain, other, title="More support")
    assert await settled(plain, other) == [False]
    async with reading(await found_company()) as work:
        assert await queries.checks_of(work, contract) == []


async def test_each_payment_falls_due_as_the_clause_says(company: Company, plain: Company) -> None:
    triggers = []
    for where in (company, plain):
        contract = await drafted(where, wording=wording(notice_days=0))
        async with reading(where.admin) as work:
            triggers.append([each.trigger for each in await queries.instalments_of(work, contract)])
    assert triggers == [[Trigger.SIGNING, Trigger.MILESTONE, Trigger.ACCEPTANCE], [Trigger.SIGNING]]


async def test_a_term_that_is_over_or_renews_at_once_is_refused_when_it_is_written(
    company: Company, plain: Company
) -> None:
    over = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31), "notice_days": 0}
    long = {"notice_days": 400, "ends_on": date(2026, 8, 31)}
    for where, text, path in (
        (company, over, "endsOn"),
        (plain, over, "endsOn"),
        (company, long, "noticeDays"),
        # It would have had to be given yesterday.
        (company, {"notice_days": 30}, "noticeDays"),
    ):
        with pytest.raises(Invalid) as refused:
            await drafted(where, wording=wording(**text))
        assert refused.value.path == (path,)
    # What doesn't renew just ends.
    assert (await drafted(plain, wording=wording(**long))).renewal_months is None
    assert (await drafted(company, wording=wording(**long, renewal_months=0))).renewal_months is None
    contract = await drafted(company, wording=wording(notice_days=29))
    with pytest.raises(Invalid):
        await do(
            commands.change_contract,
            clerk(company),
            contract,
            wording=wording(notice_days=30),
            fees=fees(),
            instalments=None,
        )
    assert (await stored(company, contract)).notice_days == 29


async def test_a_contract_is_not_signed_long_before_there_was_one(plain: Company) -> None:
    contract = await drafted(plain)
    await do(commands.submit_contract, clerk(plain), contract)
    await check_all(plain, contract)
    boss = (signer(plain), contract)
    for day in (date(1990, 1, 1), date(2025, 5, 31), date(2026, 6, 2)):
        with pytest.raises(Invalid) as refused:
            await do(commands.sign_contract, *boss, signed_on=day, **SIGNATURES)
        assert refused.value.path == ("signedOn",)
    assert (await do(commands.sign_contract, *boss, signed_on=date(2025, 6, 1), **SIGNATURES)).signed_on is not None


async def test_an_amendment_changes_something_and_nothing_that_ends_before_its_day(
    company: Company, plain: Company
) -> None:
    contract = await signed(plain)
    usual = Changes(title="No. 1", cause=Cause.CHANGE, reason="Asked for.", effective_on=date(2026, 6, 15))
    async with reading(plain.admin) as work:
        [fee] = await queries.instalments_of(work, contract)
    for said, code, path in (
        ({"own_party": "Acme"}, "UNCHANGED", ()),
        ({"term": Term(date(2026, 6, 30), 14), "scope": ""}, "UNCHANGED", ()),
        ({"items": [Item(instalment_id=fee.id)]}, "UNCHANGED", ()),
        ({"term": Term(date(2026, 6, 14), 0)}, "INVALID", ("term", "endsOn")),
        ({"term": Term(date(2026, 6, 20), 900)}, "INVALID", ("term", "noticeDays")),
    ):
        with pytest.raises(Invalid) as refused:
            await amend(plain, contract, replace(usual, **said))
        assert (refused.value.code, refused.value.path) == (code, path)
    async with reading(plain.admin) as work:
        assert await queries.amendments_of(work, contract) == []
    # Without a word on renewal the same term is fine here, and would renew at once there.
    short = replace(usual, term=Term(date(2026, 6, 20), 10))
    await amend(plain, contract, short)
    renewing = await signed(company, wording=wording(notice_days=0, scope="S", liability="L"))
    with pytest.raises(Invalid) as refused:
        await amend(company, renewing, short)
    assert refused.value.path == ("term", "noticeDays")


async def amend(company: Company, contract: Contract, changes: Changes) -> None:
    async with writing(clerk(company), settle=settle) as work:
        await commands.draft_amendment(work, contract_id=contract.id, changes=changes)
