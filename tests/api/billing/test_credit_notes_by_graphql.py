"""Credit notes by GraphQL: from the cancellation, from the invoice and in their own list; nothing for others."""

from typing import Any

import pytest

from tests.api.billing.test_dunning_by_graphql import bill
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, open_office

pytestmark = pytest.mark.usefixtures("pool")

CANCEL = """mutation($input: CancelInvoiceInput!) { cancelInvoice(input: $input) {
  invoice { state number creditNote { id number issuedOn net { amount } tax { amount } total { amount currency }
    invoice { number } customer { name } } } errors { code } } }"""
LIST = """query($filter: CreditNoteFilter) { creditNotes(filter: $filter, order: NUMBER) {
  totalCount nodes { number total { amount } } } }"""


async def test_a_cancelled_invoice_has_its_credit_note(ask: Any) -> None:
    office, third = await open_office(GENTLE), await found_company()
    first, second = (await bill(ask, office))["id"], (await bill(ask, office))["id"]
    cancelled = (await ask(office.admin, CANCEL, input={"invoiceId": second}))["cancelInvoice"]["invoice"]
    note = cancelled["creditNote"]
    assert (cancelled["state"], cancelled["number"]) == ("CANCELLED", 2)
    assert (note["number"], note["issuedOn"], note["invoice"]) == (1, "2026-03-02", {"number": 2})
    assert note["total"] == {"amount": "10000.00", "currency": "CNY"}
    await ask(office.admin, CANCEL, input={"invoiceId": first})
    listed = (await ask(office.admin, LIST))["creditNotes"]
    assert [each["number"] for each in listed["nodes"]] == [1, 2]
    assert (await ask(office.admin, LIST, filter={"invoiceId": {"eq": first}}))["creditNotes"]["totalCount"] == 1
    assert (await ask(third, LIST))["creditNotes"]["totalCount"] == 0
    one = "query($id: ID!) { creditNote(id: $id) { number } }"
    assert (await ask(office.admin, one, id=note["id"]))["creditNote"] == {"number": 1}
    assert (await ask(third, one, id=note["id"]))["creditNote"] is None
    again = (await ask(office.admin, CANCEL, input={"invoiceId": second}))["cancelInvoice"]
    assert [error["code"] for error in again["errors"]] == ["WRONG_STATE"]
