"""Credit notes by GraphQL: from the cancellation, from the invoice and in their own list; nothing for others."""

from typing import Any

import pytest

from tests.api.billing.test_dunning_by_graphql import bill
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, open_office

pytestmark = pytest.mark.usefixtures("pool")

CANCEL = """mutation($input: CancelInvoiceInput!) { cancelInvoice(input: $input) {
  invoice { state number creditNotes { id number issuedOn net { amount } tax { amount } total { amount currency }
    invoice { number } customer { name } } } errors { code } } }"""
LIST = """query($filter: CreditNoteFilter) { creditNotes(filter: $filter, order: NUMBER) {
  totalCount nodes { number total { amount } } } }"""


async def test_a_cancelled_invoice_has_its_credit_note(ask: Any) -> None:
    office, third = await open_office(GENTLE), await found_company()
    first, second = (await bill(ask, office))["id"], (await bill(ask, office))["id"]
    cancelled = (await ask(office.admin, CANCEL, input={"invoiceId": second}))["cancelInvoice"]["invoice"]
    [note] = cancelled["creditNotes"]
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


CREDIT = """mutation($input: CreditInvoiceInput!) { creditInvoice(input: $input) {
  creditNote { number reason total { amount } taxes { taxPercent net { amount } tax { amount } } }
  invoice { state credited { amount } outstanding { amount } allowedMoves { move allowed } }
  approval { id } errors { code path message } } }"""


async def test_a_part_is_credited_and_more_than_is_left_is_refused(ask: Any) -> None:
    office, third = await open_office(GENTLE), await found_company()
    billed = (await bill(ask, office))["id"]
    given = {"invoiceId": billed, "reason": "Less work.", "amount": {"amount": "4000", "currency": "CNY"}}
    done = (await ask(office.admin, CREDIT, input=given))["creditInvoice"]
    assert (done["errors"], done["approval"]) == ([], None)
    assert done["creditNote"] == {
        "number": 1,
        "reason": "Less work.",
        "total": {"amount": "4000.00"},
        "taxes": [{"taxPercent": "0", "net": {"amount": "4000.00"}, "tax": {"amount": "0.00"}}],
    }
    invoice = done["invoice"]
    assert (invoice["credited"], invoice["outstanding"]) == ({"amount": "4000.00"}, {"amount": "6000.00"})
    assert {"move": "CREDIT", "allowed": True} in invoice["allowedMoves"]
    for wrong, path, code in (
        ({**given, "amount": {"amount": "6000.01", "currency": "CNY"}}, ["amount"], "INVALID"),
        ({**given, "taxPercent": "19"}, ["taxPercent"], "INVALID"),
        ({**given, "taxPercent": "much"}, ["taxPercent"], "INVALID"),
        ({**given, "reason": ""}, ["reason"], "INVALID"),
        ({**given, "amount": None}, ["invoiceId"], "WRONG_STATE"),
    ):
        [error] = (await ask(office.admin, CREDIT, input=wrong))["creditInvoice"]["errors"]
        assert (error["path"], error["code"]) == (path, code)
    [error] = (await ask(third, CREDIT, input=given))["creditInvoice"]["errors"]
    assert error["code"] == "NOT_FOUND"
