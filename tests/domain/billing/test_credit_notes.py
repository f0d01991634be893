"""Taking an issued invoice back: its credit note, numbered without gaps whatever fails, and what the books say."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.billing import commands
from domain.billing.models import CreditNote
from domain.billing.rules.invoices import State, line
from domain.consequences import settle
from tenancy.database import reading, writing
from tenancy.refusals import WrongState
from tests.conftest import found_company
from tests.domain.billing.office import BEGINNING, GENTLE, Office, open_office
from tests.domain.billing.test_giving_up import chain, clerk_of, decide, give_up, office_with
from tests.domain.ledger.books import balances, check, kinds

pytestmark = pytest.mark.usefixtures("pool")


async def cancel(office: Office, invoice_id: UUID, *, fails: bool = False) -> None:
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=invoice_id)
        await work.flush()
        if fails:
            raise RuntimeError("the connection is lost")


async def notes(office: Any) -> list[CreditNote]:
    async with reading(getattr(office, "admin", office)) as work:
        return await work.all(select(CreditNote).order_by(CreditNote.number))


async def test_an_issued_invoice_is_taken_back_by_a_document_of_its_own() -> None:
    office, other, third = await open_office(GENTLE), await open_office(GENTLE), await found_company()
    kept, billed = await office.bill("100"), await office.bill("1000")
    await other.bill("50")
    await cancel(office, billed)
    [note] = await notes(office)
    invoice = await office.invoice(billed)
    assert (note.number, note.invoice_id, note.total_minor, note.issued_on) == (1, billed, 100_000, BEGINNING.date())
    assert (invoice.state, invoice.number) == (State.CANCELLED, 2)
    assert await kinds(office, billed) == ["invoice", "credit_note"]
    assert await balances(office) == {"receivables": 100, "revenue": -100}
    with pytest.raises(WrongState):
        await cancel(office, billed)
    await office.pay(kept, "1")
    with pytest.raises(WrongState):
        await cancel(office, kept)
    assert len(await notes(office)) == 1
    assert await notes(other) == await notes(third) == []
    await check(office)


async def test_a_draft_was_never_owed_and_needs_no_credit_note() -> None:
    office = await open_office(None)
    async with writing(office.admin, settle=settle) as work:
        lines = [line("CNY", "Support", "1", "100")]
        made = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)
    await cancel(office, made.id)
    assert await notes(office) == []
    assert await kinds(office) == []


async def test_numbers_of_credit_notes_have_no_gaps_when_some_fail_and_all_at_once() -> None:
    office = await open_office(None)
    billed = [await office.bill("100") for _ in range(8)]
    await asyncio.gather(
        *(cancel(office, invoice_id, fails=bool(place % 2)) for place, invoice_id in enumerate(billed)),
        # The same one twice at once is taken back once.
        cancel(office, billed[0]),
        return_exceptions=True,
    )
    found = await notes(office)
    assert [note.number for note in found] == [1, 2, 3, 4]
    assert {note.invoice_id for note in found} == set(billed[::2])
    await check(office)


async def test_what_is_approved_is_credited_with_the_last_consent_and_not_before() -> None:
    office = await office_with(chain("cancel", {}))
    clerk, billed = await clerk_of(office), await office.bill("100")
    _, asked = await give_up(clerk, billed, commands.cancel_invoice)
    assert await notes(office) == []
    await decide(office, asked)
    assert [note.invoice_id for note in await notes(office)] == [billed]
    await check(office)
