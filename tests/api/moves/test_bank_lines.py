"""What can be made of the bank's lines is known beforehand as the mutations have it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.billing import commands as billing
from domain.consequences import settle
from domain.kernel.money import Money
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.domain.banking.bank import Bank, open_bank
from tests.domain.billing.office import BEGINNING
from tests.domain.ledger.books import yuan

pytestmark = pytest.mark.usefixtures("pool")


def tries(bank: Bank, line_id: UUID, payment_id: UUID) -> Tries:
    here = {"line_id": line_id}
    return {
        "BOOK": ("bookBankLine", {**here, "customer_id": bank.office.customer_id}),
        "LINK": ("linkBankLine", {**here, "payment_id": payment_id}),
        "IGNORE": ("ignoreBankLine", {**here, "reason": "A transfer."}),
        "REOPEN": ("reopenBankLine", {**here, "reason": "A mistake."}),
    }


async def test_lines_in_every_state_say_what_the_mutations_do(ask: Ask) -> None:
    bank = await open_bank()
    await bank.read("2026-03-02,100.00,Bright,in,A1,100.00,", "2026-03-02,-20.00,Bank,fee,A2,80.00,")
    incoming, outgoing = [line.id for line in await bank.lines()]
    async with writing(bank.admin, settle=settle) as work:
        payment = await billing.receive_payment(
            work,
            customer_id=bank.office.customer_id,
            amount=yuan("100"),
            received_on=BEGINNING.date(),
            reference=uuid4().hex,
        )
    reader = replace(bank.admin, permissions=frozenset({"billing.read"}))
    people = (bank.admin, reader)
    await agree(ask, "BankLine", incoming, tries(bank, incoming, payment.id), *people)
    await agree(ask, "BankLine", outgoing, tries(bank, outgoing, payment.id), *people)
    booked = await bank.book(incoming)
    await agree(ask, "BankLine", incoming, tries(bank, incoming, payment.id), *people)
    assert booked.payment_id is not None
    async with writing(bank.admin, settle=settle) as work:
        dollars = await billing.exchange_credit(
            work,
            payment_id=booked.payment_id,
            amount=yuan("7"),
            into=Money.of("1", "USD"),
            rate="0.14",
            exchanged_on=BEGINNING.date(),
            reference="FX",
        )
    await agree(ask, "BankLine", incoming, tries(bank, incoming, payment.id), *people)
    async with writing(bank.admin, settle=settle) as work:
        await billing.reverse_payment(work, payment_id=dollars.id, reason="Not wanted")
    await agree(ask, "BankLine", incoming, tries(bank, incoming, payment.id), *people)
    async with writing(bank.admin, settle=settle) as work:
        await billing.refund_payment(
            work, payment_id=booked.payment_id, amount=yuan("1"), paid_on=BEGINNING.date(), reference="BACK"
        )
    await agree(ask, "BankLine", incoming, tries(bank, incoming, payment.id), *people)
