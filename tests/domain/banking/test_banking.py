"""Banks' files read once, lines booked, undone and ignored, by one or by two people at once, as the clause says."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from domain.banking import commands
from domain.banking.rules.lines import LineState
from domain.banking.rules.matching import Reason
from domain.billing.models import Payment
from domain.billing.rules.invoices import State
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.ledger.commands import close_books
from domain.policies.rules.kinds.money import BankBooking, BooksByItself, OnClosedDays
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.banking.bank import Bank, open_bank, settled
from tests.domain.billing.office import march
from tests.domain.ledger.books import balances, check, reverse
from tests.locks import is_done_or_waits
from tests.uploads import upload

pytestmark = pytest.mark.usefixtures("pool", "file_store", "post")


@pytest.fixture
async def bank() -> Bank:
    """A company whose handbook says nothing of bank lines."""
    return await open_bank()


async def refused(code: str, doing: object) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await doing  # type: ignore[misc]  # of tests
    assert refusal.value.code == code
    return refusal.value


async def test_the_same_file_is_read_once_and_lines_of_two_files_once(bank: Bank) -> None:
    one, two = "2026-03-02,100,Bright,rent,A,100", "2026-03-02,5,Bright,tea,,105"
    first, new = await bank.read(one, two, two.replace("105", "110"))
    assert (new, first.lines, first.new_lines, first.total_minor) == (True, 3, 3, 11000)
    assert (first.opening_minor, first.closing_minor) == (0, 11000)
    again, new = await bank.read(one, two, two.replace("105", "110"))
    assert (new, again.id, len(await bank.lines())) == (False, first.id, 3)
    later, new = await bank.read(two, two, two, "2026-03-02,1,,tip,,9")
    assert (new, later.lines, later.new_lines) == (True, 4, 2)
    assert [line.occurrence for line in await bank.lines()] == [1, 1, 2, 3, 1]


async def test_a_file_that_two_read_at_once_is_read_once(bank: Bank) -> None:
    row = "2026-03-02,100,Bright,rent,A,100"
    statements = await asyncio.gather(bank.read(row), bank.read(row))
    assert sorted(new for _, new in statements) == [False, True]
    assert len(await bank.lines()) == 1


async def test_a_file_that_cannot_be_read_leaves_nothing(bank: Bank) -> None:
    refusal = await refused("BAD_BANK_FILE", bank.read("2026-03-02,100,,,,", "never,1,,,,"))
    assert refusal.path == ("fileId",)
    assert await bank.lines() == []


async def test_files_of_others_and_accounts_of_others_are_not_found(bank: Bank) -> None:
    other = await open_bank()
    theirs = await upload(other.admin, b"day,amount\n", "a.csv")
    async with writing(bank.admin, settle=settle) as work:
        await refused("NOT_FOUND", commands.import_statement(work, account_id=bank.account_id, file_id=theirs))
        await refused("NOT_FOUND", commands.import_statement(work, account_id=other.account_id, file_id=theirs))
    clerk = Actor(bank.admin.tenant_id, ActorKind.MEMBER, bank.admin.id, frozenset({Permission.BILLING_READ}))
    async with writing(clerk, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.import_statement(work, account_id=bank.account_id, file_id=theirs)


async def test_an_account_is_set_up_once_and_its_iban_is_checked(bank: Bank) -> None:
    async with writing(bank.admin, settle=settle) as work:
        with pytest.raises(Conflict):
            await commands.create_account(work, name="Again", number="622200001111", currency="CNY")
        await commands.create_account(work, name="Euro", number="622200001111", currency="EUR")
        await commands.create_account(work, name="Abroad", number="DE89 3704 0044 0532 0130 00", currency="EUR")
        for number in ("DE88 3704 0044 0532 0130 00", "1", "12345!"):
            with pytest.raises(Invalid):
                await commands.create_account(work, name="Wrong", number=number, currency="EUR")
        await commands.change_account(work, account_id=bank.account_id, active=False)
    await refused("WRONG_STATE", bank.read("2026-03-02,100,,,,"))


async def test_a_suggested_line_is_booked_and_its_reversal_opens_it_again(bank: Bank) -> None:
    invoice_id = await bank.office.bill("10000")
    await bank.read("2026-03-02,10000,BRIGHT LTD,Invoice 1,,")
    [line] = await bank.lines()
    [suggestion] = await bank.suggestions(line.id)
    assert suggestion.shares[0].invoice_id == invoice_id
    booked = await bank.book_suggested(line.id)
    assert (booked.state, (await bank.office.invoice(invoice_id)).state) == (LineState.BOOKED, State.PAID)
    assert await bank.suggestions(line.id) == []
    await refused("WRONG_STATE", bank.book_suggested(line.id))
    assert (await bank.reopen(line.id)).state is LineState.OPEN
    assert (await bank.office.invoice(invoice_id)).state is State.ISSUED
    await refused("WRONG_STATE", bank.reopen(line.id))
    anew = await bank.book(line.id, (invoice_id, "4000"))
    assert anew.payment_id is not None
    await reverse(bank.office, anew.payment_id)
    [line] = await bank.lines()
    assert (line.state, line.payment_id) == (LineState.OPEN, None)
    await check(bank.office)
    assert (await balances(bank.office))["bank"] == 0


async def test_a_line_that_fits_three_invoices_is_booked_only_by_a_persons_word(bank: Bank) -> None:
    ids = [await bank.office.bill("500") for _ in range(3)]
    await bank.read("2026-03-02,500,Bright,thanks,,")
    [line] = await bank.lines()
    assert len(await bank.suggestions(line.id)) == 3
    await refused("AMBIGUOUS_MATCH", bank.book_suggested(line.id))
    assert (await bank.book(line.id, (ids[1], "500"))).state is LineState.BOOKED
    assert [(await bank.office.invoice(id)).state for id in ids] == [State.ISSUED, State.PAID, State.ISSUED]


async def test_of_two_who_book_one_line_the_second_is_refused(bank: Bank, owner_url: str) -> None:
    one, two = await bank.office.bill("500"), await bank.office.bill("500")
    await bank.read("2026-03-02,500,Bright,thanks,,")
    [line] = await bank.lines()
    async with writing(bank.admin, settle=settle) as work:
        await commands.ignore_line(work, line_id=line.id, reason="Wait.")
        waiting = asyncio.create_task(bank.book(line.id, (two, "500")))
        await is_done_or_waits(waiting, owner_url)
    [refusal] = await settled(waiting)
    assert isinstance(refusal, WrongState)
    await bank.reopen(line.id)
    both = [asyncio.create_task(bank.book(line.id, (id, "500"))) for id in (one, two)]
    outcomes = await settled(*both)
    assert sorted(isinstance(each, WrongState) for each in outcomes) == [False, True]
    assert sorted([(await bank.office.invoice(id)).state for id in (one, two)]) == [State.ISSUED, State.PAID]
    await check(bank.office)


async def test_what_was_recorded_by_hand_is_linked_and_not_booked_again(bank: Bank) -> None:
    invoice_id = await bank.office.bill("500")
    paid = await bank.office.pay(invoice_id, "500", "by hand")
    second = await bank.office.bill("500")
    await bank.read("2026-03-02,500,Bright,Invoice 2,,", "2026-03-02,600,Bright,,,", "2026-03-02,500,Bright,x,,")
    line, other, same = await bank.lines()
    await refused("ALREADY_RECORDED", bank.book_suggested(line.id))
    async with writing(bank.admin, settle=settle) as work:
        await refused("INVALID", commands.link_line(work, line_id=other.id, payment_id=paid))
        assert (await commands.link_line(work, line_id=same.id, payment_id=paid)).linked
        await refused("CONFLICT", commands.link_line(work, line_id=line.id, payment_id=paid))
    assert (await bank.book_suggested(line.id)).state is LineState.BOOKED
    assert (await bank.office.invoice(second)).state is State.PAID
    assert (await bank.reopen(same.id)).payment_id is None
    async with reading(bank.admin) as work:
        assert (await work.get(Payment, paid)).reversed_on is None
    await check(bank.office)


async def test_lines_are_ignored_with_a_reason_and_what_went_out_is_never_a_payment(bank: Bank) -> None:
    await bank.read("2026-03-02,-5,,fee,,")
    [line] = await bank.lines()
    await refused("WRONG_STATE", bank.book(line.id))
    async with writing(bank.admin, settle=settle) as work:
        await refused("INVALID", commands.ignore_line(work, line_id=line.id, reason=" "))
        ignored = await commands.ignore_line(work, line_id=line.id, reason="A fee of the bank.")
        assert (ignored.state, ignored.reason, ignored.decided_by_id) == (
            "ignored",
            "A fee of the bank.",
            work.actor.id,
        )
    assert (await bank.reopen(line.id)).reason is None


async def test_a_file_that_was_read_wrongly_is_forgotten_while_nothing_of_it_is_booked(bank: Bank) -> None:
    statement, _ = await bank.read("2026-03-02,500,Bright,,,")
    [line] = await bank.lines()
    await bank.book(line.id)
    async with writing(bank.admin, settle=settle) as work:
        await refused("WRONG_STATE", commands.discard_statement(work, statement_id=statement.id))
    await bank.reopen(line.id)
    async with writing(bank.admin, settle=settle) as work:
        await commands.discard_statement(work, statement_id=statement.id)
    assert await bank.lines() == []
    assert (await bank.read("2026-03-02,500,Bright,,,"))[1]


async def test_what_one_company_books_by_itself_waits_in_another(bank: Bank) -> None:
    """By number and amount; by the payer's name as well; and where the handbook is silent, nothing."""
    loose = await open_bank(BankBooking(by_itself=BooksByItself.NUMBER_AND_AMOUNT))
    strict = await open_bank(BankBooking(by_itself=BooksByItself.NUMBER_AMOUNT_AND_PAYER))
    rows = ("2026-03-02,500,Somebody,Invoice 1,,", "2026-03-02,700,Bright,Invoice 2,,", "2026-03-02,900,Bright,3 4,,")
    states = []
    for each in (loose, strict, bank):
        ids = [await each.office.bill(amount) for amount in ("500", "700", "900", "900")]
        await each.read(*rows)
        await each.office.work_off()
        states.append([line.state.value for line in await each.lines()])
        assert (await each.office.invoice(ids[2])).state is State.ISSUED
        await check(each.office)
    assert states == [["booked", "booked", "open"], ["open", "booked", "open"], ["open"] * 3]
    async with writing(await found_company(), settle=settle) as work:
        line, *_ = await loose.lines()
        with pytest.raises(NotFound):
            await commands.link_line(work, line_id=line.id, payment_id=uuid4())


async def test_lines_of_closed_days_are_refused_or_booked_today_as_the_clause_says(bank: Bank) -> None:
    strict = await open_bank(BankBooking(by_itself=BooksByItself.NUMBER_AND_AMOUNT))
    loose = await open_bank(
        BankBooking(by_itself=BooksByItself.NUMBER_AND_AMOUNT, on_closed_days=OnClosedDays.BOOK_TODAY)
    )
    for each in (bank, strict, loose):
        await each.office.bill("500")
        await each.office.set_clock(march(10))
        async with writing(each.admin, settle=settle) as work:
            await close_books(work, until_on=date(2026, 3, 8))
        await each.read("2026-03-05,500,Bright,Invoice 1,,")
        await each.office.work_off()
    [silent] = await bank.lines()
    assert (await refused("BOOKS_CLOSED", bank.book(silent.id))).clause is None
    [line] = await strict.lines()
    refusal = await refused("BOOKS_CLOSED", strict.book(line.id))
    assert (refusal.path, refusal.clause is not None and refusal.clause.number) == (("bookedOn",), "9.1")
    [line] = await loose.lines()
    assert line.payment_id is not None
    async with reading(loose.admin) as work:
        payment = await work.get(Payment, line.payment_id)
    assert (payment.received_on, payment.booked_on) == (date(2026, 3, 5), date(2026, 3, 10))
    # That it is booked today is what the clause says, and not that another closed day is refused.
    await loose.read("2026-03-06,70,Bright,Invoice 7,,")
    other = (await loose.lines())[1]
    assert (await refused("BOOKS_CLOSED", loose.book(other.id, booked_on=date(2026, 3, 7)))).clause is None


async def test_a_known_payers_account_speaks_for_its_customer(bank: Bank) -> None:
    await bank.read("2026-03-02,1,The boss,,,,6222 9")
    [first] = await bank.lines()
    await bank.book(first.id)
    await bank.office.bill("500")
    await bank.read("2026-03-03,500,The boss,,,,62229", "2026-03-03,500,The boss,,,,")
    _, known, unknown = await bank.lines()
    assert [each.reasons for each in await bank.suggestions(known.id)] == [(Reason.AMOUNT_EXACT, Reason.PAYER_ACCOUNT)]
    assert [each.reasons for each in await bank.suggestions(unknown.id)] == [(Reason.AMOUNT_EXACT,)]
