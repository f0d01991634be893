"""The books: what each fact is booked as, that PostgreSQL itself refuses what does not balance, and closed days."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from domain.billing import queries as billing
from domain.billing.models import Payment
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.ledger import commands, queries, rules
from domain.ledger.models import BookClosing, LedgerEntry, LedgerPosting
from domain.ledger.rules import Account, EntryKind
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import BEGINNING, GENTLE, STRICT, Office, march, open_office
from tests.domain.ledger.books import balances, booked, check, give_up, kinds, receive, refund, release, reverse

pytestmark = pytest.mark.usefixtures("pool")


async def test_an_invoice_and_its_payment_in_the_books() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill("1000")
    assert await balances(office) == {"receivables": 1000, "revenue": -1000}
    await office.pay(billed, "400")
    assert await balances(office) == {"bank": 400, "customer_credit": 0, "receivables": 600, "revenue": -1000}
    await give_up(office, billed)
    assert await balances(office) == {
        "bank": 400,
        "customer_credit": 0,
        "receivables": 0,
        "revenue": -1000,
        "write_offs": 600,
    }
    assert await kinds(office, billed) == ["invoice", "allocation", "write_off"]
    await check(office)


async def test_an_invoice_that_is_taken_back_was_never_earned() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill("1000")
    await give_up(office, billed, cancel=True)
    assert await balances(office) == {"receivables": 0, "revenue": 0}
    assert await kinds(office) == ["invoice", "credit_note"]


async def test_credit_that_is_used_given_back_and_taken_back() -> None:
    office = await open_office(GENTLE)
    first, second = await office.bill("1000"), await office.bill("500")
    payment = await receive(office, 2000, (first, 1000), (second, 200))
    assert await balances(office) == {"bank": 2000, "customer_credit": -800, "receivables": 300, "revenue": -1500}
    await refund(office, payment.id, 300)
    assert (await balances(office))["customer_credit"] == -500
    other = await receive(office, 300, (second, 300))
    await check(office)
    await reverse(office, other.id)
    assert (await balances(office))["receivables"] == 300
    await check(office)


async def test_postgresql_refuses_an_entry_that_does_not_balance() -> None:
    office = await open_office(GENTLE)
    for postings in ([("bank", 100)], [("bank", 100), ("revenue", -99)], [("bank", 100, "EUR"), ("revenue", -100)]):
        with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
            async with writing(office.admin, settle=settle) as work:
                entry = work.add(
                    LedgerEntry(
                        kind=EntryKind.PAYMENT,
                        booked_on=BEGINNING.date(),
                        recorded_at=work.now,
                        currency="CNY",
                        customer_id=office.customer_id,
                        invoice_id=None,
                        payment_id=None,
                    )
                )
                for account, minor, *currency in postings:
                    row = LedgerPosting(
                        entry_id=entry.id,
                        account=Account(account),
                        amount_minor=minor,
                        currency=str(*currency) if currency else "CNY",
                    )
                    work.add(row)
    assert await kinds(office) == []


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_postings"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET currency = 'EUR'", "DELETE FROM {table}"])
async def test_what_is_booked_stays(table: str, change: str) -> None:
    office = await open_office(GENTLE)
    await office.bill("1000")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with writing(office.admin, settle=settle) as work:
            await work.sql(change.format(table=table))


async def close(office: Office, until_on: date) -> BookClosing:
    async with writing(office.admin, settle=settle) as work:
        return await commands.close_books(work, until_on=until_on)


async def test_nothing_is_booked_on_a_closed_day_in_the_company_that_closed_it() -> None:
    closed, open_books = await open_office(GENTLE), await open_office(GENTLE)
    third = await found_company()
    ids: dict[Any, UUID] = {}
    for office in (closed, open_books):
        ids[office.admin] = await office.bill("1000")
        await office.set_clock(march(10))
    await close(closed, date(2026, 3, 8))
    with pytest.raises(Refusal, match="closed up to") as refused:
        await closed.pay(ids[closed.admin], "100", on=date(2026, 3, 8))
    assert (refused.value.code, refused.value.path) == ("BOOKS_CLOSED", ("receivedOn",))
    async with reading(closed.admin) as work:
        assert await work.all(select(Payment)) == []
    await open_books.pay(ids[open_books.admin], "100", on=date(2026, 3, 8))
    # The day after it is open, and what came in before may be booked then.
    await closed.pay(ids[closed.admin], "100", on=date(2026, 3, 9))
    late = await receive(closed, 50, received_on=date(2026, 3, 5), booked_on=date(2026, 3, 9))
    assert (late.received_on, late.booked_on) == (date(2026, 3, 5), date(2026, 3, 9))
    assert ("payment", date(2026, 3, 9)) in await booked(closed)
    async with reading(third) as work:
        assert await queries.last_closing(work) is None
        assert await work.all(select(LedgerEntry)) == []


async def test_closed_days_are_over_and_only_closed_once() -> None:
    office = await open_office(GENTLE)
    await office.set_clock(march(10))
    for until_on, words in ((date(2026, 3, 10), "that are over"), (date(2026, 4, 30), "that are over")):
        with pytest.raises(Invalid, match=words):
            await close(office, until_on)
    await close(office, date(2026, 3, 8))
    with pytest.raises(Invalid, match="already"):
        await close(office, date(2026, 3, 8))
    nobody = Actor(tenant_id=office.admin.tenant_id, kind=ActorKind.MEMBER, id=office.admin.id)
    with pytest.raises(Forbidden):
        async with writing(nobody, settle=settle) as work:
            await commands.close_books(work, until_on=date(2026, 3, 9))


async def test_the_last_closing_is_undone_with_a_reason_and_the_one_before_holds() -> None:
    office = await open_office(GENTLE)
    await office.bill("1000")
    await office.set_clock(march(20))
    await close(office, date(2026, 3, 8))
    await close(office, date(2026, 3, 15))

    async def reopen(reason: str = "The auditor asked for it.") -> BookClosing:
        async with writing(office.admin, settle=settle) as work:
            return await commands.reopen_books(work, reason=reason)

    with pytest.raises(Invalid):
        await reopen(" ")
    assert (await reopen()).until_on == date(2026, 3, 15)
    await receive(office, 10, received_on=date(2026, 3, 9))
    with pytest.raises(Refusal, match="closed up to"):
        await receive(office, 10, received_on=date(2026, 3, 8))
    await reopen()
    await receive(office, 10, received_on=date(2026, 3, 8))
    with pytest.raises(WrongState):
        await reopen()


async def test_balances_are_of_a_day_and_of_what_one_sees() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill("1000")
    await office.set_clock(march(10))
    await office.pay(billed, "1000")
    assert await balances(office, until_on=date(2026, 3, 9)) == {"receivables": 1000, "revenue": -1000}
    assert await balances(office, customer_id=billed) == {}
    stranger = Actor(
        tenant_id=office.admin.tenant_id,
        kind=ActorKind.CLIENT,
        id=office.admin.id,
        permissions=frozenset({Permission.CUSTOMERS_READ}),
    )
    async with reading(stranger) as work:
        assert await queries.balances(work) == []


def test_an_entry_that_does_not_balance_cannot_be_written_down() -> None:
    with pytest.raises(ValueError, match="does not balance"):
        rules.entry((Account.BANK, 1), (Account.REVENUE, -2))
    assert rules.allocation(0, 5) == rules.reverse(rules.reverse(rules.allocation(0, 5)))


async def test_what_was_paid_back_keeps_its_payment() -> None:
    office = await open_office(GENTLE)
    payment = await receive(office, 100)
    await refund(office, payment.id, 40)
    with pytest.raises(WrongState, match="refunded"):
        await reverse(office, payment.id)
    await check(office)


async def test_charges_are_earned_when_they_are_paid_and_counted_anew_when_something_is_taken_back() -> None:
    office = await open_office(STRICT)
    billed = await office.bill("10000")
    await office.live_until(march(12))
    first = await receive(office, 10000, (billed, 10000))
    await receive(office, 60, (billed, 60))
    assert (await balances(office))["fees_and_interest"] == -60
    await check(office)
    async with reading(office.admin) as work:
        [allocation] = await billing.allocations_of(work, first.id)
    await release(office, allocation.id)
    # What was paid on the charges counts for the invoice itself now.
    assert (await balances(office))["fees_and_interest"] == 0
    invoice = await office.invoice(billed)
    assert (invoice.state.value, invoice.paid_minor) == ("part_paid", 6000)
    await check(office)
