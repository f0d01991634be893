"""What can be done with invoices is known beforehand as the mutations have it, also while approvals wait."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.schema.money import MoneyInput
from domain.approvals import commands as approvals
from domain.billing import commands
from domain.consequences import settle
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree, said
from tests.domain.billing.office import BEGINNING, Office
from tests.domain.billing.test_giving_up import RIGHTS, chain, clerk_of, give_up, office_with

pytestmark = pytest.mark.usefixtures("pool")


# Of what is not paid there is nothing to take back, and what is owed is no charge.
NONE = ("TAKE_BACK_PAYMENT", "PAY_CHARGES")


def money(minor: int) -> Any:
    return MoneyInput(amount=f"{minor / 100:.2f}", currency="CNY")


async def tries(office: Office, invoice_id: UUID, payment_id: UUID | None = None) -> Tries:
    invoice, here = await office.invoice(invoice_id), {"invoice_id": invoice_id}
    paid = {**here, "received_on": BEGINNING.date(), "reference": uuid4().hex}
    return {
        "ISSUE": ("issueInvoice", {**here, "payment_days": 7}),
        "PAY_IN_PART": ("recordPayment", {**paid, "amount": money(100)}),
        "PAY_IN_FULL": ("recordPayment", {**paid, "amount": money(max(1, invoice.total_minor - invoice.paid_minor))}),
        "PAY_CHARGES": ("recordPayment", {**paid, "amount": money(100)}),
        "TAKE_BACK_PAYMENT": ("reversePayment", {"payment_id": payment_id, "reason": "Wrong"}),
        "CREDIT": ("creditInvoice", {**here, "reason": "Less", "amount": money(100)}),
        "CANCEL": ("cancelInvoice", here),
        "WRITE_OFF": ("writeOffInvoice", here),
    }


async def actors(office: Office) -> list[Actor]:
    clerk = await clerk_of(office)
    reader = replace(clerk, permissions=frozenset({"billing.read"}))
    program = Actor(tenant_id=clerk.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=RIGHTS)
    return [clerk, reader, program]


@pytest.mark.parametrize("purposes", [(), ("write_off",), ("cancel",), ("write_off", "cancel", "credit")])
async def test_invoices_in_every_state_say_what_the_mutations_do(ask: Ask, purposes: tuple[str, ...]) -> None:
    office = await office_with(*(chain(each, {}) for each in purposes))
    people = await actors(office)
    issued, paid_in_part, paid = await office.bill(), await office.bill(), await office.bill()
    await agree(ask, "Invoice", issued, await tries(office, issued), *people, but=NONE)
    part = await office.pay(paid_in_part, "1")
    await agree(ask, "Invoice", paid_in_part, await tries(office, paid_in_part, part), *people, but=NONE[1:])
    whole = await office.pay(paid, "10000")
    # Paid in full, and there are no charges: the mutation says that nothing is owed any more.
    await agree(
        ask, "Invoice", paid, await tries(office, paid, whole), *people, but=("PAY_IN_FULL", "PAY_IN_PART", *NONE)
    )


async def test_what_waits_for_approval_is_not_asked_for_again(ask: Ask) -> None:
    office = await office_with(chain("write_off", {}), chain("cancel", {}))
    clerk, *others = await actors(office)
    billed = await office.bill()
    for command, name in ((commands.write_off_invoice, "WRITE_OFF"), (commands.cancel_invoice, "CANCEL")):
        assert (await said(ask, clerk, "Invoice", billed))[name] == []
        _, asked_for = await give_up(clerk, billed, command)
        waits = ["An approval of this invoice waits already: it is decided or withdrawn first."]
        told = await said(ask, clerk, "Invoice", billed)
        assert [told[each] for each in ("WRITE_OFF", "CANCEL", "CREDIT")] == [waits] * 3
        clause = {"number": "8.1" if name == "WRITE_OFF" else "8.2"}
        assert await clauses(ask, office, billed) == dict.fromkeys(("WRITE_OFF", "CANCEL", "CREDIT"), clause)
        await agree(
            ask,
            "Invoice",
            billed,
            await tries(office, billed),
            clerk,
            *others,
            but=NONE,
        )
        async with writing(clerk, settle=settle) as work:
            await approvals.withdraw(work, approval_id=asked_for)


async def clauses(ask: Ask, office: Office, invoice_id: UUID) -> dict[str, Any]:
    """The clause that keeps everybody from what an approval waits for, by move."""
    asked = "query($id: ID!) { invoice(id: $id) { allowedMoves { move blockers { code clause { number } } } } }"
    found = (await ask(office.admin, asked, id=str(invoice_id)))["invoice"]["allowedMoves"]
    return {
        each["move"]: blocker["clause"]
        for each in found
        for blocker in each["blockers"]
        if blocker["code"] == "AWAITS_APPROVAL"
    }
