"""A customer's money and several invoices: what counts for what, what is left, and what several people do at once."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.billing import commands
from domain.billing.models import Allocation, Invoice, Payment, Refund
from domain.billing.rules.invoices import State, line
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Language
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import BEGINNING, GENTLE, STRICT, Office, march, open_office
from tests.domain.ledger.books import allocate, check, receive, refund, release, reverse, yuan

pytestmark = pytest.mark.usefixtures("pool")


async def count(office: Office, model: Any) -> int:
    async with reading(office.admin) as work:
        return len(await work.all(select(model)))


async def left(office: Office, payment_id: Any) -> int:
    async with reading(office.admin) as work:
        return (await work.get(Payment, payment_id)).unallocated_minor


async def test_one_payment_pays_several_invoices_and_the_rest_is_credit() -> None:
    office = await open_office(GENTLE)
    first, second, third = [await office.bill(amount) for amount in ("100", "200", "300")]
    payment = await receive(office, 450, (first, 100), (second, 150))
    assert payment.unallocated_minor == 20000
    assert [(await office.invoice(each)).state for each in (first, second, third)] == [
        State.PAID,
        State.PART_PAID,
        State.ISSUED,
    ]
    await allocate(office, payment.id, second, 50)
    await allocate(office, payment.id, third, 150)
    assert await left(office, payment.id) == 0
    assert (await office.invoice(second)).state is State.PAID
    assert (await office.invoice(third)).paid_minor == 15000
    await check(office)


async def test_several_who_allocate_the_same_money_at_once_never_use_more_than_there_is() -> None:
    office = await open_office(GENTLE)
    billed = [await office.bill("100") for _ in range(3)]
    payment = await receive(office, 100)
    outcomes = await asyncio.gather(
        *(allocate(office, payment.id, invoice_id, 100) for invoice_id in billed), return_exceptions=True
    )
    assert sum(isinstance(outcome, Allocation) for outcome in outcomes) == 1
    refused = [outcome for outcome in outcomes if isinstance(outcome, Invalid)]
    assert [str(each.values["left"]) for each in refused] == ["0.00 CNY"] * 2
    await check(office)


async def test_money_that_is_allocated_paid_back_and_taken_back_at_once_goes_one_way() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill("100")
    payment = await receive(office, 100)
    outcomes = await asyncio.gather(
        allocate(office, payment.id, billed, 100),
        refund(office, payment.id, 100),
        reverse(office, payment.id),
        return_exceptions=True,
    )
    # Taking back what was just allocated is possible; what was paid back, or taken back, is not used again.
    assert all(isinstance(outcome, Refusal | Allocation | Refund | Payment) for outcome in outcomes)
    assert sum(isinstance(outcome, Refund | Payment) for outcome in outcomes) <= 1
    await check(office)


async def test_numbers_have_no_gaps_when_those_who_took_one_give_up() -> None:
    office = await open_office(None)
    drafts = []
    for _ in range(8):
        async with writing(office.admin, settle=settle) as work:
            lines = [line("CNY", "Support", "1", "100")]
            made = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)
            drafts.append(made.id)

    async def issue(number: int, invoice_id: Any) -> None:
        async with writing(office.admin, settle=settle) as work:
            await commands.issue_invoice(work, invoice_id=invoice_id, payment_days=7)
            await work.flush()
            if number % 2:
                raise RuntimeError("the connection is lost")

    await asyncio.gather(*(issue(*each) for each in enumerate(drafts)), return_exceptions=True)
    async with reading(office.admin) as work:
        numbers = [invoice.number for invoice in await work.all(select(Invoice))]
    assert sorted(number for number in numbers if number is not None) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("shares", "path", "words"),
    [
        ([(0, "60"), (0, "10")], ("shares", "1", "invoiceId"), "named twice"),
        ([(0, "60"), (1, "50")], ("shares", "1", "amount"), "more than the payment"),
        ([(0, "0")], ("shares", "0", "amount"), "more than zero"),
        ([(0, "-5")], ("shares", "0", "amount"), "more than zero"),
        ([(1, "70"), (0, "30"), (1, "1")], ("shares", "2", "invoiceId"), "named twice"),
        ([(2, "10")], ("shares", "0", "invoiceId"), "another customer's"),
        ([(0, "100.01")], ("shares", "0", "amount"), "more than the payment"),
    ],
)
async def test_shares_that_cannot_be_are_refused_and_nothing_is_kept(
    shares: list[tuple[int, Any]], path: tuple[str, ...], words: str
) -> None:
    office = await open_office(GENTLE)
    async with writing(office.admin, settle=settle) as work:
        other = await customers.create_customer(
            work, name="Dim", tier=CustomerTier.STANDARD, language=Language.EN, billing_email="dim@example.com"
        )
    billed = [await office.bill("100"), await office.bill("100"), await office.bill("100", customer_id=other.id)]
    with pytest.raises(Invalid, match=words) as refused:
        await receive(office, 100, *((billed[place], amount) for place, amount in shares))
    assert refused.value.path == path
    assert await count(office, Payment) == await count(office, Allocation) == 0


async def test_money_of_another_currency_or_customer_does_not_count_for_an_invoice() -> None:
    office = await open_office(GENTLE)
    async with writing(office.admin, settle=settle) as work:
        lines = [line("EUR", "Support", "1", "100")]
        invoice = await commands.draft_invoice(work, customer_id=office.customer_id, currency="EUR", lines=lines)
        await commands.issue_invoice(work, invoice_id=invoice.id, payment_days=4)
    payment = await receive(office, 100)
    with pytest.raises(Invalid, match="in EUR"):
        await allocate(office, payment.id, invoice.id, 10)
    with pytest.raises(Invalid, match="more than zero"):
        await receive(office, 0)
    with pytest.raises(NotFound):
        await allocate(office, uuid4(), invoice.id, 10)
    stranger = await found_company()
    with pytest.raises(NotFound):
        async with writing(stranger, settle=settle) as work:
            await commands.allocate_payment(work, payment_id=payment.id, invoice_id=invoice.id, amount=yuan(1))


async def test_a_payment_that_is_taken_back_frees_its_reference_and_lets_the_ladder_go_on() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill("100")
    payment = await receive(office, 100, (billed, 100), reference="bank-1")
    assert await office.planned(billed) == {}
    again = await receive(office, 100, reference="bank-1")
    assert again.id == payment.id
    await reverse(office, payment.id)
    assert (await office.invoice(billed)).state is State.ISSUED
    assert set(await office.planned(billed)) == {1, 2}
    with pytest.raises(WrongState):
        await reverse(office, payment.id)
    with pytest.raises(WrongState, match="taken back"):
        await allocate(office, payment.id, billed, 10)
    anew = await receive(office, 40, (billed, 40), reference="bank-1")
    assert anew.id != payment.id
    with pytest.raises(Conflict):
        await receive(office, 41, reference="bank-1")
    await office.live_until(march(14))
    assert [number for number, _ in await office.days(billed)] == [1]
    await check(office)


async def test_a_share_that_is_released_is_credit_again_and_released_once() -> None:
    office = await open_office(GENTLE)
    first, second = await office.bill("100"), await office.bill("100")
    await receive(office, 100, (first, 100))
    async with reading(office.admin) as work:
        [allocation] = await work.all(select(Allocation))
    outcomes = await asyncio.gather(
        release(office, allocation.id), release(office, allocation.id), return_exceptions=True
    )
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 1
    await allocate(office, allocation.payment_id, second, 100)
    assert [(await office.invoice(each)).state for each in (first, second)] == [State.ISSUED, State.PAID]
    await check(office)


async def test_credit_is_paid_back_once_by_its_reference_and_never_more_than_is_left() -> None:
    office = await open_office(GENTLE)
    payment = await receive(office, 100)
    one, same = await asyncio.gather(*(refund(office, payment.id, 60, reference="out-1") for _ in range(2)))
    assert one.id == same.id
    assert await left(office, payment.id) == 4000
    with pytest.raises(Conflict):
        await refund(office, payment.id, 10, reference="out-1")
    with pytest.raises(Invalid, match=r"40\.00 CNY of this payment is left"):
        await refund(office, payment.id, 41)
    for day in (date(2026, 3, 1), date(2026, 3, 3)):
        with pytest.raises(Invalid, match="between the day"):
            await refund(office, payment.id, 1, paid_on=day)
    with pytest.raises(Invalid, match="in the future"):
        await receive(office, 1, received_on=date(2026, 3, 3))
    with pytest.raises(Invalid, match="or later up to today"):
        await receive(office, 1, booked_on=date(2026, 3, 1))
    assert BEGINNING.date() == date(2026, 3, 2)
    await check(office)


@pytest.mark.parametrize(("rule", "moves"), [("from_payment", True), ("from_due_date", False)])
async def test_a_part_that_is_taken_back_moves_no_day_of_the_ladder(rule: str, *, moves: bool) -> None:
    office = await open_office({**STRICT, "after_part_payment": rule})
    billed = await office.bill()
    other = await office.bill()
    await office.live_until(march(10))
    before = await office.planned(billed)
    kept = await receive(office, 100, (other, 100), received_on=march(9).date())
    days = await office.planned(other)
    wrong = await receive(office, 100, (billed, 50), (other, 50))
    assert (await office.planned(billed) != before) is moves
    assert (await office.planned(other) != days) is moves
    await reverse(office, wrong.id)
    assert await office.planned(billed) == before
    # What really came in still counts.
    assert await office.planned(other) == days
    assert (await left(office, kept.id), (await office.invoice(other)).paid_minor) == (0, 10000)
    await check(office)
