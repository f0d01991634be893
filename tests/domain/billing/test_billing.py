"""Invoices and payments: numbers without gaps, the same payment once, nothing half done, nobody else's."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.billing import commands, queries
from domain.billing.models import Invoice, Payment
from domain.billing.rules.invoices import State, line
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.lines import Line
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.policies.commands import REFUSED
from domain.policies.models import Decision
from domain.policies.rules.dunning import HoldKind
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectState
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import BEGINNING, GENTLE, STRICT, Office, march, open_office

pytestmark = pytest.mark.usefixtures("pool")

ONE = [line("CNY", "Support", "1", "100")]


async def draft(office: Office, lines: list[Line] | None = None) -> Invoice:
    async with writing(office.admin, settle=settle) as work:
        return await commands.draft_invoice(
            work, customer_id=office.customer_id, currency="CNY", lines=lines if lines is not None else ONE
        )


async def issue(office: Office, invoice: Invoice, **more: Any) -> Invoice:
    async with writing(office.admin, settle=settle) as work:
        return await commands.issue_invoice(work, invoice_id=invoice.id, **(more or {"payment_days": 4}))


async def test_numbers_have_no_gaps_whatever_fails_and_whoever_is_quicker() -> None:
    office = await open_office(None)
    drafts = [await draft(office) for _ in range(6)]
    with pytest.raises(Invalid):
        await issue(office, drafts[0], due_on=date(2026, 3, 1))
    await asyncio.gather(*(issue(office, invoice) for invoice in drafts))
    with pytest.raises(WrongState):
        await issue(office, drafts[0])
    async with reading(office.admin) as work:
        numbers = [invoice.number for invoice in await work.all(select(Invoice))]
    assert sorted(number for number in numbers if number is not None) == [1, 2, 3, 4, 5, 6]


async def test_an_invoice_keeps_its_lines_and_its_sums() -> None:
    office = await open_office(None)
    lines = [line("CNY", "Hours", "1.5", "333.33", "6"), line("CNY", "Licence", "3", "0.01", "13")]
    invoice = await issue(office, await draft(office, lines))
    async with reading(office.admin) as work:
        stored = await queries.lines_of(work, invoice.id)
    assert [(row.position, str(row.quantity), row.net_minor, row.tax_minor) for row in stored] == [
        (1, "1.500", 50000, 3000),
        (2, "3.000", 3, 0),
    ]
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (50003, 3000, 53003)
    assert (invoice.issued_on, invoice.due_on) == (BEGINNING.date(), date(2026, 3, 6))


async def test_the_customer_gets_the_invoice_by_mail_once_and_none_that_was_cancelled() -> None:
    office = await open_office(None)
    first, second = await issue(office, await draft(office)), await issue(office, await draft(office))
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=second.id)
    await office.work_off()
    async with reading(office.admin) as work:
        [effect] = await work.all(select(Effect))
    assert (effect.subject_id, effect.state) == (first.id, EffectState.SENT)
    assert "invoice 1 of Mar 2, 2026 amounts to CN¥100.00" in effect.payload["text"]


async def test_the_same_payment_sent_twice_is_one() -> None:
    office = await open_office(GENTLE)
    billed, other = await office.bill(), await office.bill()
    one, same = await asyncio.gather(
        office.pay(billed, "4000", "bank-7", BEGINNING.date()), office.pay(billed, "4000", "bank-7", BEGINNING.date())
    )
    assert one == same
    assert await office.pay(billed, "6000", "bank-8") != one
    assert await office.pay(billed, "4000", " bank-7 ", BEGINNING.date()) == one
    for invoice_id, amount in ((other, "4000"), (billed, "4000.01")):
        with pytest.raises(Conflict, match="“bank-7”"):
            await office.pay(invoice_id, amount, "bank-7", BEGINNING.date())
    async with reading(office.admin) as work:
        assert len(await work.all(select(Payment))) == 2
    assert (await office.invoice(billed)).state is State.PAID


async def test_one_reference_for_two_invoices_at_once_is_refused_for_one_of_them() -> None:
    office = await open_office(GENTLE)
    billed = [await office.bill() for _ in range(3)]
    outcomes = await asyncio.gather(
        *(office.pay(invoice_id, "10000", "bank-9") for invoice_id in billed), return_exceptions=True
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2


async def test_two_payments_at_once_never_exceed_what_is_owed() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    outcomes = await asyncio.gather(*(office.pay(billed, "6000") for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 2
    assert (await office.invoice(billed)).paid_minor == 600_000


@pytest.mark.parametrize(
    ("amount", "on", "words"),
    [
        (Money.of("10000.01", "CNY"), None, r"10000\.00 CNY is outstanding"),
        (Money.of("0", "CNY"), None, "more than zero"),
        (Money.of("-1", "CNY"), None, "more than zero"),
        (Money.of("1", "EUR"), None, "in CNY"),
        (Money.of("1", "CNY"), date(2026, 3, 3), "in the future"),
        (Money.of("1", "CNY"), date(2026, 3, 1), "nothing can have been paid on it before"),
    ],
)
async def test_a_payment_that_cannot_be_is_refused_and_changes_nothing(
    amount: Money, on: date | None, words: str
) -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    with pytest.raises(Invalid, match=words):
        async with writing(office.admin, settle=settle) as work:
            await commands.record_payment(
                work, invoice_id=billed, amount=amount, received_on=on or BEGINNING.date(), reference="x"
            )
    assert (await office.invoice(billed)).paid_minor == 0


async def test_charges_that_letters_asked_for_may_be_paid_and_no_more() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.live_until(march(12))
    # A fee of 50, and interest of 50 for five days.
    with pytest.raises(Invalid, match=r"10100\.00 CNY with fees and interest"):
        await office.pay(billed, "10100.01")
    await office.pay(billed, "10100")
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.paid_minor) == (State.PAID, 1_010_000)


async def test_charges_stay_owed_when_the_invoice_itself_is_paid_and_can_be_paid_then() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.live_until(march(12))
    await office.pay(billed, "10000", "the invoice")
    await office.pay(billed, "60", "the fee and a little")
    with pytest.raises(Invalid, match=r"40\.00 CNY of fees and interest is still owed"):
        await office.pay(billed, "40.01", "too much")
    await office.pay(billed, "40", "the rest")
    with pytest.raises(WrongState, match="nothing is owed on it any more"):
        await office.pay(billed, "1", "more")
    invoice = await office.invoice(billed)
    assert (invoice.state, invoice.paid_minor) == (State.PAID, 1_010_000)
    # Nobody is dunned for charges alone.
    sent = await office.letters()
    await office.live_until(march(31))
    assert await office.letters() == sent


async def test_charges_of_a_letter_that_never_left_are_not_asked_for() -> None:
    office = await open_office({"steps": [{**STRICT["steps"][1], "number": 1}]})
    billed = await office.bill()
    await office.set_clock(march(12))
    await office.work_off(Task.FIRE)
    with pytest.raises(Invalid, match=r"10000\.00 CNY is outstanding; a payment"):
        await office.pay(billed, "10050")
    # The refused payment has stopped nothing.
    await office.work_off()
    assert len(await office.letters()) == 1


async def test_only_what_is_open_takes_payments_and_only_what_is_unpaid_is_cancelled() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=(await draft(office)).id)
    await office.pay(billed, "1")
    async with writing(office.admin, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.cancel_invoice(work, invoice_id=billed)
    await office.pay(billed, "9999")
    with pytest.raises(WrongState, match="The invoice is paid"):
        await office.pay(billed, "1")
    unissued = await draft(office)
    with pytest.raises(WrongState, match="The invoice is a draft, so nothing is owed on it yet: issue it") as refused:
        await office.pay(unissued.id, "1")
    assert refused.value.path == ("invoiceId",)
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=unissued.id)
    with pytest.raises(WrongState, match="The invoice is cancelled"):
        await office.pay(unissued.id, "1")


async def test_holds_that_cannot_be_are_refused_and_the_ladder_names_its_clause() -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    billed = await strict.bill(), await gentle.bill()
    with pytest.raises(Refusal) as refused:
        await strict.hold(invoice_id=billed[0])
    assert refused.value.code == "HOLD_NOT_PROVIDED"
    assert refused.value.clause is not None
    assert refused.value.clause.number == "7.1"
    for office, codes in ((strict, ["HOLD_NOT_PROVIDED"]), (gentle, [])):
        async with reading(office.admin) as work:
            kept = await work.all(select(Decision).where(Decision.decision == REFUSED))
        assert [decision.result["refused"] for decision in kept] == codes
        assert all(decision.subject_id == billed[0] for decision in kept)
    await gentle.hold(invoice_id=billed[1])
    with pytest.raises(Conflict):
        await gentle.hold(invoice_id=billed[1])
    for wrong in (
        {"invoice_id": billed[1], "customer_id": gentle.customer_id},
        {},
        {"invoice_id": billed[1], "kind": HoldKind.PROMISE_TO_PAY},
        {"invoice_id": billed[1], "kind": HoldKind.EXEMPTION, "until_on": date(2026, 3, 1)},
        {"invoice_id": billed[1], "kind": HoldKind.EXEMPTION, "from_on": date(2036, 3, 1)},
    ):
        with pytest.raises(Invalid):
            await gentle.hold(**wrong)
    await gentle.pay(billed[1], "10000")
    with pytest.raises(WrongState):
        await gentle.hold(HoldKind.EXEMPTION, invoice_id=billed[1])


async def test_nobody_touches_another_companys_records() -> None:
    office, other = await open_office(GENTLE), await found_company()
    billed = await office.bill()
    hold = await office.hold(invoice_id=billed)
    for attempt in (
        lambda work: commands.issue_invoice(work, invoice_id=billed, payment_days=1),
        lambda work: commands.cancel_invoice(work, invoice_id=billed),
        lambda work: commands.release_hold(work, hold_id=hold.id),
        lambda work: commands.place_hold(work, kind=HoldKind.DISPUTE, reason="x", invoice_id=billed),
        lambda work: commands.place_hold(work, kind=HoldKind.DISPUTE, reason="x", customer_id=office.customer_id),
        lambda work: commands.approve_step(work, invoice_id=billed, step_number=1),
        lambda work: commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=ONE),
        lambda work: commands.draft_invoice(work, customer_id=uuid4(), currency="CNY", lines=ONE),
        lambda work: commands.record_payment(
            work, invoice_id=billed, amount=Money(1, "CNY"), received_on=BEGINNING.date(), reference="x"
        ),
    ):
        async with writing(other, settle=settle) as work:
            with pytest.raises(NotFound):
                await attempt(work)


async def test_an_inactive_customer_and_a_currency_that_is_none_are_refused() -> None:
    office = await open_office(None)
    async with writing(office.admin, settle=settle) as work:
        for currency in ("XXX", "Yuan", ""):
            with pytest.raises(Invalid):
                await commands.draft_invoice(work, customer_id=office.customer_id, currency=currency, lines=ONE)
        await customers.change_customer(
            work,
            customer_id=office.customer_id,
            name="Bright",
            tier=CustomerTier.KEY,
            language=Language.EN,
            billing_email="b@example.com",
            owner_id=None,
            active=False,
        )
    with pytest.raises(Invalid, match="inactive"):
        await draft(office)


async def test_every_command_needs_its_permission() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    nobody = Actor(tenant_id=office.admin.tenant_id, kind=office.admin.kind, id=office.admin.id)
    async with writing(nobody, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=ONE)
        with pytest.raises(Forbidden):
            await commands.place_hold(work, kind=HoldKind.DISPUTE, reason="x", invoice_id=billed)
    reader = Actor(
        tenant_id=nobody.tenant_id, kind=nobody.kind, id=nobody.id, permissions=frozenset({Permission.BILLING_READ})
    )
    for actor, seen in ((nobody, 0), (reader, 1)):
        async with reading(actor) as work:
            assert len(await work.all(select(Invoice).where(queries.visible(actor, Invoice)))) == seen
