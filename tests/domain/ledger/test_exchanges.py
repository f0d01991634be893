"""Money in another currency than the invoice's: exchanged by a day's rate, with its gain or its loss."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from domain.billing import commands
from domain.billing.models import Allocation, Payment, Refund
from domain.billing.rules.exchanges import exchange
from domain.billing.rules.invoices import State
from domain.consequences import settle
from domain.kernel.money import Money
from domain.ledger.models import LedgerEntry, LedgerPosting
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.billing.office import Office, open_office

pytestmark = pytest.mark.usefixtures("pool")
TODAY = date(2026, 3, 2)


async def do(office: Office, command: Any, **given: Any) -> Any:
    async with writing(office.admin, settle=settle) as work:
        return await command(work, **given)


async def receive(office: Office, amount: str, currency: str = "USD") -> Payment:
    """Money comes in from the customer today."""
    given = {"amount": Money.of(amount, currency), "received_on": TODAY, "reference": uuid4().hex}
    payment: Payment = await do(office, commands.receive_payment, customer_id=office.customer_id, **given)
    return payment


async def turn(office: Office, payment_id: UUID, amount: Money, into: Money, rate: str, **more: Any) -> Payment:
    """Credit is exchanged."""
    given = {"exchanged_on": TODAY, "reference": uuid4().hex, **more}
    made: Payment = await do(
        office, commands.exchange_credit, payment_id=payment_id, amount=amount, into=into, rate=rate, **given
    )
    return made


async def accounts(office: Office) -> dict[tuple[str, str], int]:
    """What is on each account in each currency; nothing where there is nothing."""
    total = func.sum(LedgerPosting.amount_minor).label("minor")
    grouped = select(LedgerPosting.account, LedgerPosting.currency, total)
    async with reading(office.admin) as work:
        rows = await work.rows(grouped.group_by(LedgerPosting.account, LedgerPosting.currency))
    return {(row["account"], row["currency"]): int(row["minor"]) for row in rows if row["minor"]}


async def test_what_is_counted_beyond_the_rate_is_a_loss_and_below_it_a_gain() -> None:
    office, third = await open_office(None), await found_company()
    for counted, rate, difference in (("700", "6.98", -200), ("700", "7.05", 500)):
        billed = await office.bill(counted)
        came = await receive(office, "100")
        credit = await turn(office, came.id, Money.of("100", "USD"), Money.of(counted, "CNY"), rate)
        assert (credit.exchange_difference_minor, credit.exchange_rate, credit.received_on) == (difference, rate, TODAY)
        await do(
            office,
            commands.allocate_payment,
            payment_id=credit.id,
            invoice_id=billed,
            amount=Money.of(counted, "CNY"),
        )
        assert (await office.invoice(billed)).state is State.PAID
    found = await accounts(office)
    assert found[("bank", "USD")] == 20_000
    assert found[("currency_exchange", "USD")] == -20_000
    assert found[("currency_exchange", "CNY")] == 69_800 + 70_500
    assert found[("currency_differences", "CNY")] == 200 - 500
    assert {("customer_credit", "USD"), ("customer_credit", "CNY"), ("receivables", "CNY")}.isdisjoint(found)
    async with reading(third) as work:
        assert await work.all(select(Payment)) == await work.all(select(LedgerEntry)) == []


async def test_bad_exchanges_are_refused_and_change_nothing() -> None:
    office, other = await open_office(None), await open_office(None)
    came = await receive(office, "100")
    before = await accounts(office)
    dollars, yuan = Money.of("100", "USD"), Money.of("700", "CNY")
    for changed, code, path in (
        ({"into": Money.of("100", "USD")}, "INVALID", ("into", "currency")),
        ({"into": Money.zero("CNY")}, "INVALID", ("into",)),
        ({"rate": "0.1428"}, "RATE_MISMATCH", ("rate",)),
        ({"rate": "-7"}, "INVALID", ("rate",)),
        ({"rate": "seven"}, "INVALID", ("rate",)),
        ({"rate": "7.123456789"}, "INVALID", ("rate",)),
        ({"amount": Money.of("101", "USD")}, "INVALID", ("amount",)),
        ({"amount": Money.of("100", "EUR")}, "INVALID", ("amount", "currency")),
        ({"exchanged_on": date(2026, 3, 1)}, "INVALID", ("exchangedOn",)),
        ({"exchanged_on": date(2026, 3, 3)}, "INVALID", ("exchangedOn",)),
    ):
        wanted: dict[str, Any] = {"amount": dollars, "into": yuan, "rate": "7", **changed}
        with pytest.raises(Refusal) as refused:
            await turn(office, came.id, **wanted)
        assert (refused.value.code, refused.value.path) == (code, path), changed
    with pytest.raises(NotFound):
        await turn(other, came.id, dollars, yuan, "7")
    assert await accounts(office) == before


async def test_an_exchange_is_one_however_often_and_by_however_many_it_is_sent() -> None:
    office = await open_office(None)
    came = await receive(office, "100")
    dollars, yuan = Money.of("60", "USD"), Money.of("420", "CNY")
    same = [turn(office, came.id, dollars, yuan, "7", reference="X-1") for _ in range(3)]
    first, *others = await asyncio.gather(*same)
    assert {each.id for each in others} == {first.id}
    with pytest.raises(Conflict):
        await turn(office, came.id, dollars, Money.of("421", "CNY"), "7", reference="X-1")
    # What two want at once, one has.
    outcomes = await asyncio.gather(
        *(turn(office, came.id, Money.of("40", "USD"), Money.of("280", "CNY"), "7") for _ in range(2)),
        return_exceptions=True,
    )
    assert [isinstance(each, Invalid) for each in outcomes].count(True) == 1
    with pytest.raises(Refusal, match="exchanged"):
        await do(office, commands.reverse_payment, payment_id=came.id, reason="Wrong")


@pytest.mark.parametrize(
    ("amount", "into", "rate", "minor"),
    [
        ("100.00 USD", "15000 JPY", "149.995", 15_000),
        ("1 JPY", "0.01 USD", "0.0067", 1),
        ("0.01 USD", "0.07 CNY", "7.5", 8),
        ("1.000 KWD", "3.25 USD", "3.254999", 325),
        ("9999999999999.99 USD", "10000000000000 USD".replace("USD", "EUR"), "1", 999_999_999_999_999),
    ],
)
def test_what_an_amount_is_worth_is_rounded_once_by_the_other_currency(
    amount: str, into: str, rate: str, minor: int
) -> None:
    one, other = (Money.of(*each.split()) for each in (amount, into))
    assert exchange(one, other, rate).value_minor == minor


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "exchange", "exchange", "allocate", "refund", "reverse"]),
        st.sampled_from([1, 33, 50, 100]),
        st.sampled_from(["6.9", "7", "7.123", "7.5"]),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(happenings=HAPPENINGS)
async def test_whatever_is_exchanged_and_taken_back_the_books_are_what_the_records_say(
    happenings: list[tuple[str, int, str, int]],
) -> None:
    office = await open_office(None)
    billed = await office.bill("100000")
    payments = [(await receive(office, "100")).id]
    for what, amount, rate, place in happenings:
        paid = payments[place % len(payments)]
        async with reading(office.admin) as work:
            stored = await work.get(Payment, paid)
        money = Money.of(str(amount), stored.currency)
        given: dict[str, Any] = {"payment_id": paid}
        try:
            if what == "receive":
                payments.append((await receive(office, str(amount))).id)
            elif what == "exchange":
                payments.append((await turn(office, paid, money, Money.of(str(amount * 7), "CNY"), rate)).id)
            elif what == "allocate":
                await do(office, commands.allocate_payment, invoice_id=billed, amount=money, **given)
            elif what == "refund":
                more = {"amount": money, "paid_on": TODAY, "reference": uuid4().hex}
                await do(office, commands.refund_payment, **given, **more)
            else:
                await do(office, commands.reverse_payment, reason="Wrong", **given)
        except Refusal:
            # What can't be leaves the books as they were, like all else.
            continue
    await _check(office)


async def _check(office: Office) -> None:
    found = await accounts(office)
    async with reading(office.admin) as work:
        known = [each for each in await work.all(select(Payment)) if each.reversed_on is None]
        refunds = await work.all(select(Refund))
        allocated = [each for each in await work.all(select(Allocation)) if each.reversed_on is None]
        uneven = select(LedgerPosting.entry_id).group_by(LedgerPosting.entry_id)
        assert await work.rows(uneven.having(func.sum(LedgerPosting.amount_minor) != 0)) == []
    by_id = {each.id: each for each in known}
    for currency in ("USD", "CNY"):
        mine = [each for each in known if each.currency == currency]
        assert found.get(("customer_credit", currency), 0) == -sum(each.unallocated_minor for each in mine)
        came = sum(each.amount_minor for each in mine if each.exchanged_from_id is None)
        gone = sum(each.amount_minor for each in refunds if each.currency == currency)
        assert found.get(("bank", currency), 0) == came - gone
    turned = [each for each in known if each.exchanged_from_id is not None]
    assert all(each.exchanged_from_id in by_id for each in turned)
    assert found.get(("currency_exchange", "USD"), 0) == -sum(each.exchanged_minor or 0 for each in turned)
    worth = sum(each.amount_minor + each.exchange_difference_minor for each in turned)
    assert found.get(("currency_exchange", "CNY"), 0) == worth
    differences = sum(each.exchange_difference_minor for each in turned)
    assert found.get(("currency_differences", "CNY"), 0) == -differences
    paid = sum(each.amount_minor for each in allocated)
    assert found.get(("receivables", "CNY"), 0) == 10_000_000 - paid
    assert found.get(("currency_differences", "USD"), 0) == 0
