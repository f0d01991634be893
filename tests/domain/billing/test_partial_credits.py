"""Crediting a part of an invoice: what it takes off each rate, what it does to the ladder, payments and the books."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.billing import commands, queries
from domain.billing.models import CreditNote, CreditNoteTax, Invoice
from domain.billing.rules import credits
from domain.billing.rules.invoices import State, line
from domain.consequences import settle
from domain.kernel.amounts import RateTotal
from domain.kernel.money import Money
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, STRICT, Office, march, open_office
from tests.domain.billing.test_giving_up import approval, chain, clerk_of, decide, office_with
from tests.domain.ledger.books import balances, check, kinds, receive, yuan

pytestmark = pytest.mark.usefixtures("pool")


async def credit(
    office: Office, invoice_id: UUID, amount: str | None, rate: str | None = None, actor: Actor | None = None
) -> tuple[CreditNote | None, UUID | None]:
    async with writing(actor or office.admin, settle=settle) as work:
        return await commands.credit_invoice(
            work,
            invoice_id=invoice_id,
            reason="Two days less.",
            amount=yuan(amount) if amount is not None else None,
            tax_percent=Decimal(rate) if rate is not None else None,
        )


async def notes(office: Any) -> list[CreditNote]:
    async with reading(getattr(office, "admin", office)) as work:
        return await work.all(select(CreditNote).order_by(CreditNote.number))


async def taxed(office: Office) -> UUID:
    """An issued invoice over 113 with 13 per cent of tax, and 106 with 6."""
    async with writing(office.admin, settle=settle) as work:
        made = await commands.draft_invoice(
            work,
            customer_id=office.customer_id,
            currency="CNY",
            lines=[line("CNY", "Licence", "1", "100", "13"), line("CNY", "Days", "1", "100", "6")],
        )
        await commands.issue_invoice(work, invoice_id=made.id, due_on=date(2026, 3, 6))
    await office.work_off()
    return made.id


async def test_a_part_is_taken_back_by_a_document_with_its_tax_by_rate() -> None:
    office, other, third = await open_office(GENTLE), await open_office(GENTLE), await found_company()
    billed, kept = await taxed(office), await taxed(other)
    note, _ = await credit(office, billed, "21.90")
    assert note is not None
    assert (note.number, note.net_minor, note.tax_minor, note.total_minor) == (1, 2000, 190, 2190)
    one, _ = await credit(office, billed, "10.60", "6")
    assert one is not None
    assert (one.number, one.net_minor, one.tax_minor, one.reason) == (2, 1000, 60, "Two days less.")
    async with reading(office.admin) as work:
        rows = await work.all(select(CreditNoteTax).order_by(CreditNoteTax.id))
        outstanding = await work.value(select(queries.outstanding_minor(Invoice)))
    found = [(row.tax_percent, row.net_minor, row.tax_minor) for row in rows]
    assert found == [(13, 1000, 130), (6, 1000, 60), (6, 1000, 60)]
    assert outstanding == 21900 - 2190 - 1060
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.credited_minor, invoice.total_minor) == (State.ISSUED, 3250, 21900)
    assert await kinds(office, billed) == ["invoice", "credit_note", "credit_note"]
    await check(office)
    assert (await other.invoice(kept)).credited_minor == 0
    assert await notes(other) == await notes(third) == []


async def test_what_is_refused_changes_nothing() -> None:
    office = await open_office(GENTLE)
    billed, written_off = await taxed(office), await taxed(office)
    async with writing(office.admin, settle=settle) as work:
        await commands.write_off_invoice(work, invoice_id=written_off)
        lines = [line("CNY", "Support", "1", "100")]
        draft = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)
    attempts: list[tuple[UUID, str | None, str | None, type[Refusal]]] = [
        (billed, "219.01", None, Invalid),
        (billed, "0", None, Invalid),
        (billed, "-5", None, Invalid),
        (billed, "106.01", "6", Invalid),
        (billed, "1", "9", Invalid),
        (billed, None, None, WrongState),
        (billed, "219", None, WrongState),
        (draft.id, "1", None, WrongState),
        (written_off, "1", None, WrongState),
    ]
    for invoice_id, amount, rate, kind in attempts:
        with pytest.raises(kind):
            await credit(office, invoice_id, amount, rate)
    with pytest.raises(Invalid, match="can only be credited in that currency"):
        async with writing(office.admin, settle=settle) as work:
            await commands.credit_invoice(work, invoice_id=billed, reason="x", amount=Money.of("1", "USD"))
    with pytest.raises(Invalid, match="reason"):
        async with writing(office.admin, settle=settle) as work:
            await commands.credit_invoice(work, invoice_id=billed, reason=" ", amount=yuan("1"))
    assert await notes(office) == []
    assert (await office.invoice(billed)).credited_minor == 0
    await check(office)


async def test_two_who_credit_at_once_never_take_back_more_than_there_is() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    results = await asyncio.gather(*(credit(office, billed, "110") for _ in range(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Invalid", "tuple"]
    assert [note.total_minor for note in await notes(office)] == [11000]
    assert (await office.invoice(billed)).credited_minor == 11000
    await check(office)


async def test_what_is_left_can_be_paid_and_no_more() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    await credit(office, billed, "19")
    with pytest.raises(Invalid, match=r"200\.00 CNY is outstanding"):
        await office.pay(billed, "200.01")
    await office.pay(billed, "200")
    assert (await office.invoice(billed)).state is State.PAID
    await check(office)


async def test_a_credit_over_what_is_outstanding_settles_the_invoice() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    await office.pay(billed, "119")
    await credit(office, billed, "100")
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.paid_minor, invoice.credited_minor) == (State.PAID, 11900, 10000)
    assert await office.planned(billed) == {}
    await check(office)


async def test_what_was_paid_too_much_is_the_customer_s_credit() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    payments = [await receive(office, 100, (billed, 100)), await receive(office, 119, (billed, 119))]
    await credit(office, billed, "150")
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.paid_minor) == (State.PAID, 6900)
    async with reading(office.admin) as work:
        left = [(await queries.payment(work, payment.id)).unallocated_minor for payment in payments]
        parts = [part.amount_minor for part in await queries.allocations_to(work, billed)]
    assert (left, parts) == ([3100, 11900], [6900])
    await check(office)
    # All that is left, of what was paid: nothing is owed of it any more, and nothing of it counts.
    await credit(office, billed, None)
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.paid_minor, invoice.credited_minor) == (State.CANCELLED, 0, 21900)
    assert (await balances(office))["customer_credit"] == -219
    with pytest.raises(WrongState):
        await credit(office, billed, "1")
    await check(office)


async def test_a_cancellation_takes_back_what_credit_notes_have_left() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    await credit(office, billed, "53", "6")
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=billed)
    assert [note.total_minor for note in await notes(office)] == [5300, 16600]
    assert await balances(office) == {"receivables": 0, "revenue": 0, "tax_payable": 0}
    await check(office)


async def test_the_ladder_goes_on_with_what_is_left_counted_as_its_clause_says() -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    one, other = await strict.bill("10000"), await gentle.bill("10000")
    for office, billed in ((strict, one), (gentle, other)):
        await office.live_until(march(14))
        await credit(office, billed, "4000")
    # One counts on from the due date, the other one anew from the credit note.
    assert await strict.planned(one) == {3: date(2026, 3, 17)}
    assert await gentle.planned(other) == {2: date(2026, 4, 4)}
    await strict.live_until(march(18))
    last = (await strict.steps(one))[-1]
    assert (last.number, last.outstanding_minor) == (3, 600_000)
    await check(strict)
    await check(gentle)


async def test_the_chain_decides_and_what_moved_on_meanwhile_is_not_credited() -> None:
    office = await office_with(chain("credit", {"when": "credit_minor >= 5000"}, {}))
    clerk, billed = await clerk_of(office), await office.bill("100")
    _, asked = await credit(office, billed, "60", actor=clerk)
    assert await notes(office) == []
    with pytest.raises(Conflict):
        await credit(office, billed, "50", actor=clerk)
    with pytest.raises(Forbidden):
        await credit(office, billed, "50", actor=Actor.system(office.admin.tenant_id))
    for _ in range(2):
        await decide(office, asked)
    assert [(note.total_minor, note.reason) for note in await notes(office)] == [(6000, "Two days less.")]
    _, again = await credit(office, billed, "30", actor=clerk)
    await office.pay(billed, "20")
    assert (await approval(office, again)).closed_at is not None
    assert len(await notes(office)) == 1
    await check(office)


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**8)), min_size=1, max_size=4), st.data())
def test_parts_come_to_the_whole_to_the_cent(rates: list[tuple[int, int]], data: st.DataObject) -> None:
    billed = [RateTotal(Decimal(n), Money(net, "CNY"), Money(tax, "CNY")) for n, (net, tax) in enumerate(rates)]
    credited: dict[Decimal, RateTotal] = {}
    whole = sum(net + tax for net, tax in rates)
    while whole:
        amount = data.draw(st.integers(1, whole))
        shares = credits.shares(credits.left(billed, credited.values()), Money(amount, "CNY"), None)
        assert sum(share.net.minor + share.tax.minor for share in shares) == amount
        for share in shares:
            former = credited.get(share.tax_percent, RateTotal(share.tax_percent, Money(0, "CNY"), Money(0, "CNY")))
            credited[share.tax_percent] = RateTotal(share.tax_percent, former.net + share.net, former.tax + share.tax)
        whole -= amount
    assert credits.left(billed, credited.values()) == []
