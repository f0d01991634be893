"""Invoices by the schedules of contracts: one for each instalment, when it falls due, however many look at once."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.billing import commands
from domain.billing.events import InvoiceDrafted
from domain.billing.models import Invoice, InvoiceLine, InvoiceTax
from domain.billing.rules import scheduled
from domain.billing.rules.invoices import State
from domain.billing.rules.scheduled import Part
from domain.consequences import settle
from domain.contracts import commands as contracts
from domain.contracts import queries as contracts_seen
from domain.contracts.commands.drafting import Fees
from domain.contracts.models import Contract, ContractInstalment
from domain.contracts.rules import Instalment, Trigger, instalment
from domain.kernel.amounts import RateTotal
from domain.kernel.lines import LineKind
from domain.kernel.money import Money
from domain.policies.rules.kinds import PaymentTerms
from domain.presales import commands as presales
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.contracts.office import clerk, do, signed, signer
from tests.domain.presales.company import Company, founded, go_to, on, sent
from tests.domain.presales.company import do as with_quotation

pytestmark = pytest.mark.usefixtures("pool")

BY_ITSELF = PaymentTerms.model_validate({"due_days": 30, "issues_by_itself": True})
BY_HAND = PaymentTerms.model_validate({"due_days": 10})


def schedule() -> list[Instalment]:
    """A fifth on signing, a part in each of two months, one with a milestone, one with the acceptance."""
    return [
        *instalment("Signing", Trigger.SIGNING, "20", None),
        *instalment("Month", Trigger.DATE, "40", date(2026, 6, 10), repeats=2),
        *instalment("Design", Trigger.MILESTONE, "20", None),
        *instalment("Rest", Trigger.ACCEPTANCE, "20", None),
    ]


async def contracted(company: Company, **more: Any) -> Contract:
    net, tax = more.pop("amounts", ("1000", "130"))
    return await signed(company, fees=Fees(Money.of(net, "CNY"), Money.of(tax, "CNY"), schedule()), **more)


async def sweep(company: Company) -> None:
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.draft_due(work)


async def invoices(company: Any) -> list[Invoice]:
    async with reading(getattr(company, "admin", company)) as work:
        return await work.all(select(Invoice).order_by(Invoice.id))


async def instalments(company: Company, contract: Contract) -> list[ContractInstalment]:
    async with reading(company.admin) as work:
        return await contracts_seen.instalments_of(work, contract)


async def complete(company: Company, row: ContractInstalment, day: date, actor: Actor | None = None) -> None:
    async with writing(actor or clerk(company), settle=settle) as work:
        await contracts.complete_milestone(work, instalment_id=row.id, completed_on=day, note="Minutes of today")


async def test_instalments_are_invoiced_when_they_fall_due_and_once_each() -> None:
    company, other, third = await founded(), await founded(), await found_company()
    contract = await contracted(company)
    await sweep(company)
    await sweep(company)
    [first] = await invoices(company)
    assert (first.state, first.contract_id, first.total_minor) == (State.DRAFT, contract.id, 22600)
    rows = await instalments(company, contract)
    assert [row.invoiced_at is not None for row in rows] == [True, False, False, False, False]
    await go_to(company, on(11))
    await sweep(company)
    assert [each.instalment_id for each in await invoices(company)] == [rows[0].id, rows[1].id]
    await complete(company, rows[3], date(2026, 6, 9))
    await sweep(company)
    assert [each.instalment_id for each in await invoices(company)] == [rows[0].id, rows[1].id, rows[3].id]
    async with reading(company.admin) as work:
        lines = await work.all(select(InvoiceLine).where(InvoiceLine.invoice_id == first.id))
        taxes = await work.all(select(InvoiceTax).where(InvoiceTax.invoice_id == first.id))
    assert [(line.description, line.net_minor, line.tax_minor) for line in lines] == [
        (f"{contract.number} Support: Signing", 20000, 2600)
    ]
    assert [(tax.tax_percent, tax.net_minor, tax.tax_minor) for tax in taxes] == [(Decimal(13), 20000, 2600)]
    assert await invoices(other) == await invoices(third) == []


async def test_two_sweeps_and_a_hand_at_once_make_one_invoice() -> None:
    company = await founded()
    contract = await contracted(company)
    row = (await instalments(company, contract))[0]

    async def by_hand() -> None:
        async with writing(company.admin, settle=settle) as work:
            await commands.draft_instalment(work, instalment_id=row.id)

    results = await asyncio.gather(sweep(company), by_hand(), sweep(company), return_exceptions=True)
    assert all(each is None or isinstance(each, WrongState) for each in results), results
    assert [each.instalment_id for each in await invoices(company)] == [row.id]


async def test_the_clause_says_whether_they_are_issued_by_themselves() -> None:
    by_itself, by_hand = await founded(("6.1", BY_ITSELF)), await founded(("6.1", BY_HAND))
    for company in (by_itself, by_hand):
        await contracted(company)
        await sweep(company)
        async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
            [draft] = await work.all(select(Invoice))
            await commands.issue_by_clause(work, InvoiceDrafted(invoice_id=draft.id))
    [one], [other] = await invoices(by_itself), await invoices(by_hand)
    assert (one.state, one.number, one.due_on) == (State.ISSUED, 1, date(2026, 7, 1))
    assert (other.state, other.number) == (State.DRAFT, None)


async def test_a_cancelled_one_gives_its_instalment_free_for_a_hand_and_not_for_the_sweep() -> None:
    company = await founded()
    contract = await contracted(company)
    await sweep(company)
    [first] = await invoices(company)
    row = (await instalments(company, contract))[0]
    async with writing(company.admin, settle=settle) as work:
        with pytest.raises(WrongState, match="cancel its invoice"):
            await commands.draft_instalment(work, instalment_id=row.id)
    async with writing(company.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=first.id)
    await sweep(company)
    assert len(await invoices(company)) == 1
    async with writing(company.admin, settle=settle) as work:
        again = await commands.draft_instalment(work, instalment_id=row.id)
    assert (again.total_minor, again.instalment_id) == (22600, row.id)


async def test_a_terminated_contract_asks_for_no_more_than_fell_due_before_its_end() -> None:
    company = await founded()
    contract = await contracted(company)
    await do(
        contracts.terminate_contract, signer(company), contract, last_day_on=date(2026, 6, 9), reason="x", agreed=True
    )
    rows = await instalments(company, contract)
    await go_to(company, on(30))
    await sweep(company)
    assert [each.instalment_id for each in await invoices(company)] == [rows[0].id]
    with pytest.raises(WrongState, match="ended before"):
        await complete(company, rows[3], date(2026, 6, 9))
    with pytest.raises(WrongState, match="ended before"):
        async with writing(company.admin, settle=settle) as work:
            await commands.draft_instalment(work, instalment_id=rows[1].id)


async def test_what_is_refused_changes_nothing() -> None:
    company, third = await founded(), await found_company()
    contract = await contracted(company)
    rows = await instalments(company, contract)
    for row, day, kind in (
        (rows[0], date(2026, 6, 1), WrongState),
        (rows[1], date(2026, 6, 1), WrongState),
        (rows[3], date(2026, 6, 2), Invalid),
        (rows[3], date(2026, 5, 31), Invalid),
    ):
        with pytest.raises(kind):
            await complete(company, row, day)
    with pytest.raises(Forbidden):
        await complete(company, rows[3], date(2026, 6, 1), company.seller)
    with pytest.raises(NotFound):
        await complete(company, rows[3], date(2026, 6, 1), third)
    await complete(company, rows[3], date(2026, 6, 1))
    with pytest.raises(WrongState, match="already"):
        await complete(company, rows[3], date(2026, 6, 1))
    for row in (rows[1], rows[4]):
        with pytest.raises(WrongState, match="not fallen due"):
            async with writing(company.admin, settle=settle) as work:
                await commands.draft_instalment(work, instalment_id=row.id)
    assert await invoices(company) == []


async def test_what_comes_of_a_quotation_has_its_tax_rates() -> None:
    company = await founded()
    quotation = await sent(company, valid_days=20)
    await with_quotation(presales.record_answer, company.seller, quotation, accepted=True, answered_by="Lin")
    contract = await signed(company, quotation_id=quotation.id, customer_id=None, fees=None, instalments=schedule())
    await go_to(company, on(30))
    for row in (await instalments(company, contract))[3:]:
        await complete(company, row, date(2026, 6, 20))
    await sweep(company)
    async with reading(company.admin) as work:
        await work.all(select(Invoice))
        taxes = await work.all(select(InvoiceTax))
    # 10,000 with 13 per cent and 2,000 with 6, of which the part of July is missing: 20 per cent.
    by_rate = {rate: [tax for tax in taxes if tax.tax_percent == rate] for rate in (13, 6)}
    assert [sum(tax.net_minor for tax in by_rate[rate]) for rate in (13, 6)] == [800_000, 160_000]
    assert [sum(tax.tax_minor for tax in by_rate[rate]) for rate in (13, 6)] == [104_000, 9_600]


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**8)), min_size=1, max_size=4),
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
)
def test_parts_come_to_every_instalment_and_every_rate(rates: list[tuple[int, int]], weights: list[int]) -> None:
    parts = [
        Part(LineKind.OTHER, RateTotal(Decimal(place), Money(net, "CNY"), Money(tax, "CNY")))
        for place, (net, tax) in enumerate(rates)
    ]
    net, tax = Money(sum(each for each, _ in rates), "CNY"), Money(sum(each for _, each in rates), "CNY")
    amounts = list(zip(net.allocate(weights), tax.allocate(weights), strict=True))
    found = scheduled.divided(parts, amounts)
    for (its_net, its_tax), shares in zip(amounts, found, strict=True):
        assert sum(share.rate.net.minor for share in shares) == its_net.minor
        assert sum(share.rate.tax.minor for share in shares) == its_tax.minor
        assert all(share.rate.net.minor >= 0 and share.rate.tax.minor >= 0 for share in shares)
    for place, (whole, of_tax) in enumerate(rates):
        mine = [share for shares in found for share in shares if share.rate.tax_percent == place]
        if net.minor:
            assert sum(share.rate.net.minor for share in mine) == whole
        if tax.minor:
            assert sum(share.rate.tax.minor for share in mine) == of_tax


@pytest.mark.parametrize(("net", "tax", "percent"), [("1000", "130", "13"), ("33.33", "2.17", "6.5"), ("10", "0", "0")])
def test_the_rate_of_an_agreed_tax_is_the_shortest_that_makes_it(net: str, tax: str, percent: str) -> None:
    [part] = scheduled.one_part(Money.of(net, "CNY"), Money.of(tax, "CNY"))
    assert part.rate.tax_percent == Decimal(percent)
