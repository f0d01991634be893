"""The books, payments in shares and closed days by GraphQL alone, in two companies and for a third."""

from typing import Any

import pytest

from tests.api.billing.test_dunning_by_graphql import ERRORS, bill
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, STRICT, march, open_office

pytestmark = pytest.mark.usefixtures("pool")

RECEIVE = f"""mutation($input: ReceivePaymentInput!) {{ receivePayment(input: $input) {{
  payment {{ id amount {{ amount }} unallocated {{ amount currency }} bookedOn
    allocations {{ id amount {{ amount }} charges {{ amount }} effectiveOn
      invoice {{ number state }} }} }} {ERRORS} }} }}"""
ALLOCATE = f"""mutation($input: AllocatePaymentInput!) {{ allocatePayment(input: $input) {{
  allocation {{ id amount {{ amount }} }} invoice {{ state outstanding {{ amount }} }} {ERRORS} }} }}"""
RELEASE = f"""mutation($input: ReleaseAllocationInput!) {{ releaseAllocation(input: $input) {{
  allocation {{ reversedOn payment {{ unallocated {{ amount }} }} }} invoice {{ state }} {ERRORS} }} }}"""
REVERSE = f"""mutation($input: ReversePaymentInput!) {{ reversePayment(input: $input) {{
  payment {{ reversedOn reversalReason unallocated {{ amount }} }} {ERRORS} }} }}"""
REFUND = f"""mutation($input: RefundPaymentInput!) {{ refundPayment(input: $input) {{
  refund {{ amount {{ amount }} payment {{ unallocated {{ amount }} refunds {{ reference }} }} }} {ERRORS} }} }}"""
EXCHANGE = f"""mutation($input: ExchangeCreditInput!) {{ exchangeCredit(input: $input) {{
  payment {{ amount {{ amount currency }} exchangeRate exchangeDifference {{ amount currency }}
    exchangedFrom {{ unallocated {{ amount }} exchanges {{ reference }} }} }} {ERRORS} }} }}"""
CLOSE = f"""mutation($input: CloseBooksInput!) {{ closeBooks(input: $input) {{
  closing {{ untilOn closedBy {{ name }} reopenedAt }} {ERRORS} }} }}"""
REOPEN = f"""mutation($input: ReopenBooksInput!) {{ reopenBooks(input: $input) {{
  closing {{ untilOn reason reopenedBy {{ name }} }} {ERRORS} }} }}"""
BOOKS = """query($filter: LedgerEntryFilter) { ledgerEntries(filter: $filter, order: BOOKED) { totalCount nodes {
  kind bookedOn currency customer { name } invoice { number } payment { reference }
  postings { account side amount { amount currency } } } } bookClosings { nodes { untilOn reopenedAt } } }"""
BALANCES = """query($until: Date, $customer: ID) { ledgerBalances(untilOn: $until, customerId: $customer) {
  account currency debit { amount } credit { amount } balance { amount currency } } }"""
CREDIT = "{ payments(filter: {hasCredit: true}) { totalCount nodes { reference unallocated { amount } } } }"


def received(office: Any, amount: str, *shares: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "customerId": str(office.customer_id),
        "amount": {"amount": amount, "currency": "CNY"},
        "receivedOn": "2026-03-02",
        "reference": "bank-1",
        "shares": [{"invoiceId": id, "amount": {"amount": share, "currency": "CNY"}} for id, share in shares],
        **more,
    }


async def test_money_for_two_invoices_stands_in_the_books(ask: Any) -> None:
    office, other, third = await open_office(STRICT), await open_office(GENTLE), await found_company()
    one, two = (await bill(ask, office))["id"], (await bill(ask, office))["id"]
    await bill(ask, other)
    taken = await ask(office.admin, RECEIVE, input=received(office, "15000", (one, "10000"), (two, "3000")))
    payment = taken["receivePayment"]["payment"]
    assert payment["unallocated"] == {"amount": "2000.00", "currency": "CNY"}
    assert [each["invoice"]["state"] for each in payment["allocations"]] == ["PAID", "PART_PAID"]
    assert (await ask(office.admin, CREDIT))["payments"]["totalCount"] == 1
    more = {"paymentId": payment["id"], "invoiceId": two, "amount": {"amount": "1500", "currency": "CNY"}}
    allocated = (await ask(office.admin, ALLOCATE, input=more))["allocatePayment"]
    assert allocated["invoice"] == {"state": "PART_PAID", "outstanding": {"amount": "5500.00"}}
    [error] = (await ask(office.admin, ALLOCATE, input=more))["allocatePayment"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["amount"])
    refunded = (
        await ask(
            office.admin,
            REFUND,
            input={
                "paymentId": payment["id"],
                "amount": {"amount": "500", "currency": "CNY"},
                "paidOn": "2026-03-02",
                "reference": "out-1",
            },
        )
    )["refundPayment"]["refund"]
    assert refunded["payment"] == {"unallocated": {"amount": "0.00"}, "refunds": [{"reference": "out-1"}]}
    books = (await ask(office.admin, BOOKS))["ledgerEntries"]
    assert [entry["kind"] for entry in books["nodes"]] == ["INVOICE"] * 2 + ["PAYMENT"] + ["ALLOCATION"] * 3 + [
        "REFUND"
    ]
    assert books["nodes"][2]["postings"] == [
        {"account": "BANK", "side": "DEBIT", "amount": {"amount": "15000.00", "currency": "CNY"}},
        {"account": "CUSTOMER_CREDIT", "side": "CREDIT", "amount": {"amount": "15000.00", "currency": "CNY"}},
    ]
    of_one = await ask(office.admin, BOOKS, filter={"invoiceId": {"eq": one}})
    assert of_one["ledgerEntries"]["totalCount"] == 2
    balances = {each["account"]: each for each in (await ask.executed(office.admin, BALANCES))["ledgerBalances"]}
    assert balances["RECEIVABLES"]["balance"] == {"amount": "5500.00", "currency": "CNY"}
    assert balances["BANK"]["debit"] == {"amount": "15000.00"}
    assert (await ask(other.admin, BOOKS))["ledgerEntries"]["totalCount"] == 1
    assert (await ask(third, BOOKS))["ledgerEntries"]["totalCount"] == 0
    assert (await ask.executed(third, BALANCES))["ledgerBalances"] == []
    foreign = await ask.executed(third, BALANCES, customer=str(office.customer_id))
    assert foreign["ledgerBalances"] == []


async def test_money_in_another_currency_is_exchanged_by_the_rate_of_its_day(ask: Any) -> None:
    office, third = await open_office(None), await found_company()
    came = {**received(office, "100"), "amount": {"amount": "100.00", "currency": "USD"}}
    paid = (await ask(office.admin, RECEIVE, input=came))["receivePayment"]["payment"]
    wish = {
        "paymentId": paid["id"],
        "amount": {"amount": "60", "currency": "USD"},
        "into": {"amount": "420", "currency": "CNY"},
        "rate": "7.1",
        "exchangedOn": "2026-03-02",
        "reference": "FX-1",
    }
    assert (await ask(office.admin, EXCHANGE, input=wish))["exchangeCredit"]["payment"] == {
        "amount": {"amount": "420.00", "currency": "CNY"},
        "exchangeRate": "7.1",
        "exchangeDifference": {"amount": "6.00", "currency": "CNY"},
        "exchangedFrom": {"unallocated": {"amount": "40.00"}, "exchanges": [{"reference": "FX-1"}]},
    }
    [error] = (await ask(office.admin, EXCHANGE, input={**wish, "rate": "0.14"}))["exchangeCredit"]["errors"]
    assert (error["code"], error["path"]) == ("RATE_MISMATCH", ["rate"])
    [error] = (await ask(third, EXCHANGE, input=wish))["exchangeCredit"]["errors"]
    assert error["code"] == "NOT_FOUND"


async def test_what_was_wrong_is_taken_back(ask: Any) -> None:
    office = await open_office(GENTLE)
    billed = (await bill(ask, office))["id"]
    taken = await ask(office.admin, RECEIVE, input=received(office, "15000", (billed, "10000")))
    payment = taken["receivePayment"]["payment"]
    [allocation] = payment["allocations"]
    released = await ask(office.admin, RELEASE, input={"allocationId": allocation["id"]})
    assert released["releaseAllocation"] == {
        "allocation": {"reversedOn": "2026-03-02", "payment": {"unallocated": {"amount": "15000.00"}}},
        "invoice": {"state": "ISSUED"},
        "errors": [],
    }
    reversed_ = await ask(office.admin, REVERSE, input={"paymentId": payment["id"], "reason": "Not ours"})
    assert reversed_["reversePayment"]["payment"] == {
        "reversedOn": "2026-03-02",
        "reversalReason": "Not ours",
        "unallocated": {"amount": "0.00"},
    }
    [error] = (await ask(office.admin, REVERSE, input={"paymentId": payment["id"], "reason": "Again"}))[
        "reversePayment"
    ]["errors"]
    assert error["code"] == "WRONG_STATE"


async def test_closed_days_are_refused_and_can_be_opened_again(ask: Any) -> None:
    office, other = await open_office(GENTLE), await open_office(GENTLE)
    await office.set_clock(march(10))
    await other.set_clock(march(10))
    closed = (await ask(office.admin, CLOSE, input={"untilOn": "2026-03-08"}))["closeBooks"]
    assert closed["closing"] == {"untilOn": "2026-03-08", "closedBy": {"name": "Admin"}, "reopenedAt": None}
    [error] = (await ask(office.admin, RECEIVE, input=received(office, "1")))["receivePayment"]["errors"]
    assert (error["code"], error["path"]) == ("BOOKS_CLOSED", ["receivedOn"])
    [later] = (await ask(office.admin, RECEIVE, input=received(office, "1", bookedOn="2026-03-07")))["receivePayment"][
        "errors"
    ]
    assert (later["code"], later["path"]) == ("BOOKS_CLOSED", ["bookedOn"])
    there = (await ask(office.admin, RECEIVE, input=received(office, "1", bookedOn="2026-03-09")))["receivePayment"]
    assert there["payment"]["bookedOn"] == "2026-03-09"
    assert (await ask(other.admin, RECEIVE, input=received(other, "1")))["receivePayment"]["errors"] == []
    [open_] = (await ask(other.admin, REOPEN, input={"reason": "Why not"}))["reopenBooks"]["errors"]
    assert open_["code"] == "WRONG_STATE"
    reopened = (await ask(office.admin, REOPEN, input={"reason": "The audit"}))["reopenBooks"]["closing"]
    assert reopened == {"untilOn": "2026-03-08", "reason": "The audit", "reopenedBy": {"name": "Admin"}}
    assert len((await ask(office.admin, BOOKS))["bookClosings"]["nodes"]) == 1
