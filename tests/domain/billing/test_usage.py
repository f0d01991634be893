"""Invoices over usage and working time: each period once, what is late on the next, by each company's own terms."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.billing import commands
from domain.billing.events import UsageSettlementDue
from domain.billing.models import Invoice, InvoiceLine, SettledItem, UsageSettlement
from domain.billing.queries import usage as queries
from domain.billing.rules.invoices import State
from domain.consequences import settle
from domain.contracts import commands as contracts
from domain.contracts.commands.drafting import Fees
from domain.contracts.commands.metering import Reported
from domain.contracts.models import Contract, UsageRecord
from domain.contracts.queries import papers
from domain.contracts.rules.papers import contract_paper
from domain.contracts.rules.rates import Rate, RateBasis, rate
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import Activity, Language
from domain.notifications.models import Notification
from domain.operations import commands as operations
from domain.operations.models import TimeRecord
from domain.policies.rules.kinds import PaymentTerms
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.contracts.office import clerk, do, signed, signer, stored, wording
from tests.domain.presales.company import Company, chain, decisions_about, founded, go_to, on
from workers.sweeps import billing as sweeps

pytestmark = pytest.mark.usefixtures("pool")

NOTHING = Fees(Money.of("0", "CNY"), Money.of("0", "CNY"))
QUARTERS = PaymentTerms.model_validate(
    {"due_days": 10, "usage_late_days": 5, "time_unit_minutes": 15, "tax_rounding": "per_rate"}
)


def rates() -> list[Rate]:
    """Calls by the thousand, and working time."""
    return [
        rate(
            "CNY", "calls", "API calls", RateBasis.USAGE, unit_price="0.5", unit="1,000", expected="100",
            tax_percent="6",
        ),
        rate("CNY", "hours", "Consulting", RateBasis.TIME, unit_price="600", expected="10", tax_percent="6"),
    ]  # fmt: skip


async def counted(company: Company, **more: Any) -> Contract:
    """A signed contract without fixed fees, from June on without an end."""
    given: dict[str, Any] = {"fees": Fees(NOTHING.net, NOTHING.tax, None, rates()), "wording": wording(ends_on=None)}
    return await signed(company, **{**given, **more})


async def use(
    company: Company, contract: Contract, *reports: Reported, actor: Actor | None = None
) -> list[UsageRecord]:
    async with writing(actor or company.admin, settle=settle) as work:
        return await contracts.record_usage(work, contract_id=contract.id, reports=reports)


def calls(id: str, day: int = 1, quantity: str = "10", **more: Any) -> Reported:
    """Calls of a day in June."""
    return Reported(
        **{"source_reference": id, "rate_code": "calls", "used_on": date(2026, 6, day), "quantity": quantity, **more}
    )


async def worked(company: Company, minutes: int, day: int = 1, corrects: TimeRecord | None = None) -> TimeRecord:
    """Billable working time for the key customer on a day of June."""
    async with writing(company.admin, settle=settle) as work:
        return work.add(
            TimeRecord(
                staff_id=company.seller.id,
                department_id=company.sales_id,
                request_id=None,
                work_id=None,
                customer_id=company.key_id,
                activity=Activity.SUPPORT,
                worked_on=date(2026, 6, day),
                minutes=minutes,
                billable=True,
                note="",
                corrects_id=corrects.id if corrects is not None else None,
                recorded_at=work.now,
                recorded_by_id=None,
            )
        )


async def sweep(company: Company) -> None:
    """What the night does, and what follows from it."""
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.settle_due(work)
        now = work.now
    await go_to(company, now)


async def invoices(company: Any) -> list[Invoice]:
    async with reading(getattr(company, "admin", company)) as work:
        return await work.all(select(Invoice).order_by(Invoice.id))


async def lines(company: Company, invoice: Invoice) -> list[tuple[str, Decimal, int]]:
    async with reading(company.admin) as work:
        own = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
        return [(row.description, row.quantity, row.net_minor) for row in await work.all(own)]


async def test_each_company_bills_a_period_once_by_its_own_terms() -> None:
    exact, quarters, third = await founded(), await founded(("6.1", QUARTERS)), await found_company()
    for company in (exact, quarters):
        contract = await counted(company)
        await use(company, contract, calls("a"), calls("b", quantity="2.5"))
        await worked(company, 50)
        await sweep(company)
        assert await invoices(company) == []
        await go_to(company, on(30) + timedelta(days=1))
        await sweep(company)
        await sweep(company)
        [invoice] = await invoices(company)
        assert (invoice.state, invoice.contract_id) == (State.DRAFT, contract.id)
        assert (await stored(company, contract)).settled_until_on == date(2026, 6, 30)
        told = await lines(company, invoice)
        # Ten minutes are 0.833 hours, or a whole one where quarters are billed that have begun.
        quantity, net = (Decimal("0.833"), 49980) if company is exact else (Decimal("1"), 60000)
        number = contract.number
        assert told == [
            (f"{number} API calls, Jun 1, 2026 to Jun 30, 2026", Decimal("12.5"), 625),
            (f"{number} Consulting, Jun 1, 2026 to Jun 30, 2026", quantity, net),
        ]
    [decision] = await decisions_about(quarters, SubjectKind.INVOICE, (await invoices(quarters))[0].id)
    assert (decision.decision, decision.inputs["time_unit_minutes"]) == ("billing.usage", 15)
    assert decision.result["billed"] == {"API calls": "12.5", "Consulting": "1"}
    assert await invoices(third) == []
    async with reading(third) as work:
        assert await work.all(select(UsageRecord)) == await work.all(select(UsageSettlement)) == []


async def test_working_time_that_no_rate_is_for_is_not_read_at_any_settlement() -> None:
    company = await founded()
    contract = await counted(company)
    await worked(company, 50)
    async with reading(company.admin) as work:
        [claimant] = await queries.claimants(work, contract.customer_id)
        timed = replace(claimant.rates[1], activities=("travel",))
        lines = [replace(claimant, service_line=code) for code in ("erp", None)]
        found = [
            len(await queries.worked(work, contract.customer_id, each, date(2026, 6, 30), approved_only=False))
            for each in (*lines, replace(claimant, rates=[timed]), replace(claimant, last_day_on=date(2026, 5, 31)))
        ]
    assert found == [0, 1, 0, 0]


async def test_what_is_sent_again_is_kept_once_also_by_several_at_once() -> None:
    company = await founded()
    contract = await counted(company)
    attempts = [use(company, contract, calls("a"), calls("b")) for _ in range(4)]
    outcomes = await asyncio.gather(*attempts)
    assert len({row.id for rows in outcomes for row in rows}) == 2
    with pytest.raises(Conflict) as refused:
        await use(company, contract, calls("c"), calls("a", quantity="11"))
    assert (refused.value.code, refused.value.path) == ("SAID_OTHERWISE", ("records", "1", "sourceReference"))
    async with reading(company.admin) as work:
        assert len(await work.all(select(UsageRecord))) == 2


async def test_two_sweeps_and_a_hand_at_once_make_one_invoice() -> None:
    company = await founded()
    contract = await counted(company)
    await use(company, contract, calls("a"))
    await go_to(company, on(30) + timedelta(days=1))
    system = Actor.system(company.admin.tenant_id)

    async def by_timer() -> None:
        async with writing(system, settle=settle) as work:
            await commands.settle_next(work, UsageSettlementDue(contract_id=contract.id))

    async def by_hand() -> None:
        async with writing(company.admin, settle=settle) as work:
            await commands.settle_usage(work, contract_id=contract.id)

    outcomes = await asyncio.gather(by_timer(), by_hand(), by_timer(), return_exceptions=True)
    assert all(each is None or isinstance(each, WrongState) for each in outcomes), outcomes
    assert len(await invoices(company)) == 1


async def test_what_comes_late_goes_on_the_next_invoice_with_a_note_until_the_period_is_closed() -> None:
    strict, silent = await founded(("6.1", QUARTERS)), await founded()
    outcomes = []
    for company in (strict, silent):
        contract = await counted(company)
        first = await worked(company, 60, day=2)
        await use(company, contract, calls("a"))
        await go_to(company, on(30) + timedelta(days=2))
        await sweep(company)
        await use(company, contract, calls("late", day=30, quantity="4"), calls("now", quantity="1", day=29))
        await worked(company, 30, day=2, corrects=first)
        await go_to(company, on(30) + timedelta(days=10))
        try:
            await use(company, contract, calls("too-late", quantity="3"))
            outcomes.append("")
        except Refusal as refused:
            outcomes.append(f"{refused.code} {refused.clause.number if refused.clause is not None else ''}")
        # What is too much is taken back, and a calendar month has passed.
        await use(company, contract, calls("back", quantity="-2", used_on=date(2026, 7, 5)))
        await go_to(company, on(30) + timedelta(days=32))
        await sweep(company)
        [_, second] = await invoices(company)
        whole, late = ("3", "5") if company is strict else ("6", "8")
        assert await lines(company, second) == [
            (
                f"{contract.number} API calls, Jul 1, 2026 to Jul 31, 2026; {late} 1,000 of it is of earlier days",
                Decimal(whole),
                int(whole) * 50,
            ),
            (
                f"{contract.number} Consulting, Jul 1, 2026 to Jul 31, 2026; 0.5 h of it is of earlier days",
                Decimal("0.5"),
                30000,
            ),
        ]
    assert outcomes == ["PERIOD_CLOSED 6.1", ""]


async def test_what_comes_after_the_last_period_is_told_once_and_billed_by_hand() -> None:
    company, third = await founded(), await founded()
    ends = wording(ends_on=date(2026, 6, 30))
    contract = await counted(company, wording=ends)
    await counted(third, wording=ends)
    await use(company, contract, calls("a"))
    for each in (company, third):
        await go_to(each, on(30) + timedelta(days=2))
        await sweep(each)
        await night(each)
        assert await told_late(each) == []
    await use(company, contract, calls("late", day=29, quantity="4"))
    for _ in range(2):
        await night(company)
    assert [each.blanks["amount"]["minor"] for each in await told_late(company)] == [200]
    async with writing(company.admin, settle=settle) as work:
        billed = await commands.settle_usage(work, contract_id=contract.id)
    assert billed.net_minor == 200
    await use(company, contract, calls("later", day=28, quantity="2"))
    await night(company)
    assert [each.blanks["amount"]["minor"] for each in await told_late(company)] == [200, 100]
    await night(third)
    assert await told_late(third) == []


async def night(company: Company) -> None:
    """The sweep as the scheduler has it."""
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await sweeps.draft_due(work, work.now)


async def told_late(company: Company) -> list[Notification]:
    """What the administrator was told of late usage."""
    late = select(Notification).where(
        Notification.key.startswith("usage-late/"), Notification.member_id == company.admin.id
    )
    async with reading(company.admin) as work:
        return await work.all(late.order_by(Notification.id))


async def test_where_the_clause_wants_it_working_time_waits_until_its_month_is_approved() -> None:
    wanted = QUARTERS.model_copy(update={"approved_time_only": True})
    careful, quick = await founded(("6.1", wanted)), await founded(("6.1", QUARTERS))
    for company in (careful, quick):
        await counted(company)
        await worked(company, 60, day=2)
        await go_to(company, on(30) + timedelta(days=1))
        await sweep(company)
    assert (len(await invoices(careful)), len(await invoices(quick))) == (0, 1)
    async with writing(careful.admin, settle=settle) as work:
        await operations.close_month(work, department_id=careful.sales_id, month_on=date(2026, 6, 1))
    await go_to(careful, on(30) + timedelta(days=32))
    await sweep(careful)
    [invoice] = await invoices(careful)
    [(told, quantity, _)] = await lines(careful, invoice)
    assert ("1 h of it is of earlier days" in told, quantity) == (True, 1)


async def test_the_paper_says_what_is_counted() -> None:
    company = await founded()
    contract = await counted(company)
    async with reading(company.admin) as work:
        paper = contract_paper(await papers.text_of(work, contract), Language.EN)
    [(heading, said)] = [section for section in paper.sections if section[0] == "What is counted"]
    assert heading
    assert "API calls: CN¥0.50 for 1,000, with 6 % tax on top" in said


async def test_a_cancelled_invoice_gives_its_usage_back_for_a_hand() -> None:
    company = await founded()
    contract = await counted(company)
    await use(company, contract, calls("a"))
    await go_to(company, on(30) + timedelta(days=1))
    await sweep(company)
    [first] = await invoices(company)
    with pytest.raises(WrongState, match="Nothing is to be billed"):
        async with writing(company.admin, settle=settle) as work:
            await commands.settle_usage(work, contract_id=contract.id)
    async with writing(company.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=first.id)
    await sweep(company)
    assert len(await invoices(company)) == 1
    async with reading(company.admin) as work:
        found = await queries.preview(work, contract.id)
        assert found is not None
        assert [charge.quantity for charge in found.charges] == [10]
    async with writing(company.admin, settle=settle) as work:
        again = await commands.settle_usage(work, contract_id=contract.id)
    assert (again.total_minor, await lines(company, again)) == (530, await lines(company, first))
    async with reading(company.admin) as work:
        items = await work.all(select(SettledItem))
        assert len(items) == 2


async def test_a_contract_that_ends_is_billed_to_its_last_day_and_counts_no_more() -> None:
    company = await founded()
    contract = await counted(company)
    last = date(2026, 6, 9)
    await do(contracts.terminate_contract, signer(company), contract, last_day_on=last, reason="x", agreed=True)
    await use(company, contract, calls("a"))
    await go_to(company, on(10))
    await sweep(company)
    [invoice] = await invoices(company)
    assert "Jun 1, 2026 to Jun 9, 2026" in (await lines(company, invoice))[0][0]
    with pytest.raises(Invalid, match="within the term"):
        await use(company, contract, calls("b", day=10))
    await go_to(company, on(30) + timedelta(days=40))
    await sweep(company)
    assert len(await invoices(company)) == 1
    await use(company, contract, calls("c", day=9))
    async with writing(company.admin, settle=settle) as work:
        await commands.settle_usage(work, contract_id=contract.id)
    assert len(await invoices(company)) == 2


async def test_what_is_refused_changes_nothing() -> None:
    company, third = await founded(), await found_company()
    contract = await counted(company)
    for report, path in (
        (calls("a", rate_code="hours"), "rateCode"),
        (calls("a", rate_code="gone"), "rateCode"),
        (calls("a", day=2), "usedOn"),
        (calls("a", used_on=date(2026, 5, 31)), "usedOn"),
        (calls("a", quantity="0"), "quantity"),
        (calls("a", quantity="0.0001"), "quantity"),
        (calls("a", quantity="1e9"), "quantity"),
        (calls("a", quantity="many"), "quantity"),
        (calls(" "), "sourceReference"),
        (calls("a", note="x" * 501), "note"),
    ):
        with pytest.raises(Invalid) as refused:
            await use(company, contract, calls("good"), report)
        assert refused.value.path == ("records", "1", path)
    with pytest.raises(Invalid):
        await use(company, contract)
    with pytest.raises(NotFound):
        await use(company, contract, calls("a"), actor=third)
    with pytest.raises(Forbidden):
        await use(company, contract, calls("a"), actor=clerk(company))
    fixed = await signed(company)
    with pytest.raises(WrongState, match="Nothing is counted"):
        await use(company, fixed, calls("a"))
    async with reading(company.admin) as work:
        assert await work.all(select(UsageRecord)) == []


async def test_rates_count_for_approvals_by_amount_and_for_the_fingerprint() -> None:
    company = await founded(("5.1", chain("contracts")))
    async with writing(clerk(company), settle=settle) as work:
        contract = await contracts.draft_contract(
            work,
            customer_id=company.key_id,
            quotation_id=None,
            wording=wording(),
            fees=Fees(NOTHING.net, NOTHING.tax, None, rates(), 3),
        )
        assert (contract.total_minor, contract.expected_minor, contract.billing_months) == (0, 641300, 3)
        await contracts.submit_contract(work, contract_id=contract.id)
    async with writing(clerk(company), settle=settle) as work:
        changed = await contracts.change_contract(
            work, contract_id=contract.id, wording=wording(), fees=Fees(*_fixed()), instalments=None, rates=rates()[:1]
        )
        assert (changed.state.value, changed.expected_minor, changed.billing_months) == ("draft", 5300, 1)
    for broken in (NOTHING, Fees(NOTHING.net, NOTHING.tax, [], rates(), 13)):
        with pytest.raises(Invalid):
            async with writing(clerk(company), settle=settle) as work:
                await contracts.draft_contract(
                    work, customer_id=company.key_id, quotation_id=None, wording=wording(), fees=broken
                )


def _fixed() -> tuple[Money, Money]:
    return Money.of("1000", "CNY"), Money.of("130", "CNY")
