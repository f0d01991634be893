"""An invoice from the draft to the last letter and the payment, by GraphQL alone, in two companies with two ladders."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.language import translate
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, STRICT, Office, march, open_office, step

pytestmark = pytest.mark.usefixtures("pool")


ERRORS = "errors { code message path clause { number } }"
DRAFT = f"""mutation($input: DraftInvoiceInput!) {{ draftInvoice(input: $input) {{
  invoice {{ id number state currency total {{ amount currency }} net {{ amount }} tax {{ amount }}
    outstanding {{ amount }} lines {{ position description quantity unitPrice {{ amount currency }} taxPercent
      net {{ amount }} tax {{ amount }} }} allowedMoves {{ move allowed }}
    nextDunning {{ allowed blockers {{ code }} }} }}
  {ERRORS} }} }}"""
ISSUE = f"""mutation($input: IssueInvoiceInput!) {{ issueInvoice(input: $input) {{
  invoice {{ id number state issuedOn dueOn overdue daysOverdue outstanding {{ amount }}
    handbookVersion {{ number }} plannedDunning {{ number name channel at }} }} {ERRORS} }} }}"""
PAY = f"""mutation($input: RecordPaymentInput!) {{ recordPayment(input: $input) {{
  payment {{ id amount {{ amount currency }} receivedOn reference invoice {{ number }} }}
  invoice {{ state paid {{ amount }} outstanding {{ amount currency }} overdue }} {ERRORS} }} }}"""
HOLD = f"""mutation($input: PlaceHoldInput!) {{ placeHold(input: $input) {{
  hold {{ id kind reason fromOn untilOn active customer {{ name }} invoice {{ number nextDunning {{ at }} }} }}
  {ERRORS} }} }}"""
RELEASE = f"""mutation($input: ReleaseHoldInput!) {{ releaseHold(input: $input) {{
  hold {{ active releasedOn }} {ERRORS} }} }}"""
APPROVE = f"""mutation($input: ApproveDunningStepInput!) {{ approveDunningStep(input: $input) {{
  step {{ number approvedBy {{ name }} }} {ERRORS} }} }}"""
CANCEL = f"""mutation($input: CancelInvoiceInput!) {{ cancelInvoice(input: $input) {{
  invoice {{ state number outstanding {{ amount }} }} {ERRORS} }} }}"""
SHOW = """query($id: ID!) { invoice(id: $id) { __typename number state overdue daysOverdue
  customer { name } outstanding { __typename amount currency } charges { amount currency }
  payments { totalCount nodes { amount { amount } } } holds { kind active }
  plannedDunning { number at needsApproval }
  nextDunning { allowed at step { number name channel } blockers { code message } clause { number title } }
  dunningSteps { number name channel plannedAt takenAt daysOverdue outstanding { amount } fee { amount currency }
    interest { amount } letterSubject letterText letterState letterSentAt withdrawnAt approvedBy { name }
    clause { number } decisions(first: 5) { nodes { decision clause { number } result } } }
  decisions { nodes { decision clause { number } } } allowedMoves { move allowed blockers { code message } } } }"""
LIST = """query($filter: InvoiceFilter, $order: InvoiceOrder! = NEWEST) {
  invoices(filter: $filter, order: $order) { totalCount nodes { number dueOn overdue } } }"""


def possible(invoice: Any) -> list[str]:
    """What can be done with it now."""
    return [move["move"] for move in invoice["allowedMoves"] if move["allowed"]]


async def bill(ask: Any, office: Office, **more: Any) -> Any:
    """An issued invoice over 10 000 CNY, due on 6 March."""
    made = await ask(
        office.admin,
        DRAFT,
        input={
            "customerId": str(office.customer_id),
            "currency": "CNY",
            "lines": [{"description": "Support", "unitPrice": "10000"}],
        },
    )
    issued = await ask(
        office.admin, ISSUE, input={"invoiceId": made["draftInvoice"]["invoice"]["id"], "dueOn": "2026-03-06", **more}
    )
    assert issued["issueInvoice"]["errors"] == []
    return issued["issueInvoice"]["invoice"]


async def show(ask: Any, actor: Actor, invoice_id: str) -> Any:
    return (await ask(actor, SHOW, id=invoice_id))["invoice"]


def pay(invoice_id: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "invoiceId": invoice_id,
        "amount": {"amount": amount, "currency": "CNY"},
        "receivedOn": "2026-03-02",
        "reference": "bank-1",
        **more,
    }


async def test_an_invoice_is_drafted_and_issued_with_its_plan(ask: Any) -> None:
    office = await open_office(STRICT)
    made = await ask(
        office.admin,
        DRAFT,
        input={
            "customerId": str(office.customer_id),
            "currency": "CNY",
            "lines": [
                {"description": "Hours", "unitPrice": "333.33", "quantity": "1.5", "taxPercent": "6.0"},
                {"description": "Everything", "unitPrice": "900000000000"},
            ],
        },
    )
    draft = made["draftInvoice"]["invoice"]
    assert draft["lines"][0] == {
        "position": 1,
        "description": "Hours",
        "quantity": "1.5",
        "unitPrice": {"amount": "333.33", "currency": "CNY"},
        "taxPercent": "6",
        "net": {"amount": "500.00"},
        "tax": {"amount": "30.00"},
    }
    assert (draft["number"], draft["state"]) == (None, "DRAFT")
    assert draft["total"] == {"amount": "900000000530.00", "currency": "CNY"}
    assert draft["outstanding"] == {"amount": "0.00"}
    assert draft["nextDunning"] == {"allowed": False, "blockers": [{"code": "NOT_ISSUED"}]}
    assert possible(draft) == ["ISSUE", "CANCEL"]
    issued = (await ask(office.admin, ISSUE, input={"invoiceId": draft["id"], "paymentDays": 4}))["issueInvoice"]
    assert issued["errors"] == []
    assert (issued["invoice"]["number"], issued["invoice"]["dueOn"]) == (1, "2026-03-06")
    assert issued["invoice"]["handbookVersion"] == {"number": 1}
    assert issued["invoice"]["plannedDunning"] == [
        {"number": 1, "name": "Step 1", "channel": "EMAIL", "at": "2026-03-09T01:00:00+00:00"},
        {"number": 2, "name": "Step 2", "channel": "EMAIL", "at": "2026-03-11T01:00:00+00:00"},
        {"number": 3, "name": "Step 3", "channel": "EMAIL", "at": "2026-03-17T01:00:00+00:00"},
    ]


@pytest.mark.parametrize(("currency", "price", "shown"), [("JPY", "1234", "1234"), ("KWD", "1.5", "1.500")])
async def test_an_amount_has_the_decimals_of_its_currency(ask: Any, currency: str, price: str, shown: str) -> None:
    office = await open_office(None)
    lines = [{"description": "Support", "unitPrice": price}]
    given = {"customerId": str(office.customer_id), "currency": currency, "lines": lines}
    made = (await ask(office.admin, DRAFT, input=given))["draftInvoice"]
    assert made["invoice"]["total"] == {"amount": shown, "currency": currency}
    assert (await ask(office.admin, SHOW, id=made["invoice"]["id"]))["invoice"]["outstanding"]["amount"] == str(
        f"{0:.{len(shown.partition('.')[2])}f}"
    )


async def test_two_companies_dun_differently_and_say_by_which_clause(ask: Any) -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    billed = (await bill(ask, strict))["id"], (await bill(ask, gentle))["id"]
    await strict.live_until(march(12))
    await gentle.live_until(march(12))
    one, other = await show(ask, strict.admin, billed[0]), await show(ask, gentle.admin, billed[1])
    assert (one["overdue"], one["daysOverdue"], other["overdue"], other["daysOverdue"]) == (True, 6, True, 6)
    assert [taken["number"] for taken in one["dunningSteps"]] == [1, 2]
    assert one["charges"] == {"amount": "100.00", "currency": "CNY"}
    second = one["dunningSteps"][1]
    assert (second["fee"], second["interest"]) == ({"amount": "50.00", "currency": "CNY"}, {"amount": "50.00"})
    assert (second["letterState"], second["letterSubject"]) == ("SENT", "Payment is overdue: invoice 1")
    assert "The total to be paid is CN¥10,100.00." in second["letterText"]
    assert second["clause"] == {"number": "7.1"}
    assert second["decisions"]["nodes"] == [
        {
            "decision": "billing.dunning_step",
            "clause": {"number": "7.1"},
            "result": {
                "channel": "email",
                "fee": "50.00 CNY",
                "interest": "50.00 CNY",
                "formula": ["10000.00 CNY × 36.5 % × 5 / 365 = 50.00 CNY"],
            },
        }
    ]
    assert one["nextDunning"] == {
        "allowed": False,
        "at": "2026-03-17T01:00:00+00:00",
        "step": {"number": 3, "name": "Step 3", "channel": "EMAIL"},
        "blockers": [{"code": "NOT_YET", "message": "The hour of the next step has not come."}],
        "clause": {"number": "7.1", "title": "dunning_ladder"},
    }
    assert (other["dunningSteps"], other["charges"]["amount"]) == ([], "0.00")
    assert other["nextDunning"]["at"] == "2026-03-13T02:00:00+00:00"


async def test_charges_are_owed_beside_the_invoice_and_stay_owed_when_it_is_paid(ask: Any) -> None:
    office, gentle = await open_office(STRICT), await open_office(GENTLE)
    question = """query($id: ID!) { invoice(id: $id) { state paid { amount } outstanding { amount } charges { amount }
      chargesOutstanding { amount } allowedMoves { move allowed blockers { code message } } } }"""

    async def owed(of: Office, invoice_id: str) -> tuple[Any, ...]:
        shown = (await ask(of.admin, question, id=invoice_id))["invoice"]
        sums = (shown[name]["amount"] for name in ("paid", "outstanding", "charges", "chargesOutstanding"))
        return shown["state"], *sums, possible(shown)

    billed, other = (await bill(ask, office))["id"], (await bill(ask, gentle))["id"]
    await office.live_until(march(12))
    await gentle.live_until(march(12))
    assert (await owed(office, billed))[1:5] == ("0.00", "10000.00", "100.00", "100.00")
    for amount, expected in {
        "10000": ("PAID", "10000.00", "0.00", "100.00", "100.00", ["PAY_CHARGES", "TAKE_BACK_PAYMENT", "CREDIT"]),
        "30": ("PAID", "10030.00", "0.00", "100.00", "70.00", ["PAY_CHARGES", "TAKE_BACK_PAYMENT", "CREDIT"]),
        "70": ("PAID", "10100.00", "0.00", "100.00", "0.00", ["TAKE_BACK_PAYMENT", "CREDIT"]),
    }.items():
        await ask(office.admin, PAY, input=pay(billed, amount, reference=f"of {amount}"))
        assert await owed(office, billed) == expected
    await ask(gentle.admin, PAY, input=pay(other, "10000"))
    assert await owed(gentle, other) == ("PAID", "10000.00", "0.00", "0.00", "0.00", ["TAKE_BACK_PAYMENT", "CREDIT"])
    [more] = (await ask(gentle.admin, PAY, input=pay(other, "1", reference="once more")))["recordPayment"]["errors"]
    assert (more["code"], more["message"]) == (
        "WRONG_STATE",
        "The invoice is paid: nothing is owed on it any more.",
    )


async def test_payment_stops_the_ladder_and_says_so(ask: Any) -> None:
    office = await open_office(STRICT)
    billed = (await bill(ask, office))["id"]
    await office.live_until(march(10))
    refused = (await ask(office.admin, PAY, input=pay(billed, "10000.01")))["recordPayment"]
    assert refused["errors"] == [
        {
            "code": "INVALID",
            "message": "10000.00 CNY is outstanding; a payment may not exceed it.",
            "path": ["amount"],
            "clause": None,
        }
    ]
    part = (await ask(office.admin, PAY, input=pay(billed, "4000")))["recordPayment"]
    assert part["errors"] == []
    assert part["invoice"] == {
        "state": "PART_PAID",
        "paid": {"amount": "4000.00"},
        "outstanding": {"amount": "6000.00", "currency": "CNY"},
        "overdue": True,
    }
    again = (await ask(office.admin, PAY, input=pay(billed, "4000")))["recordPayment"]
    assert again["payment"]["id"] == part["payment"]["id"]
    rest = (await ask(office.admin, PAY, input=pay(billed, "6000", reference="bank-2")))["recordPayment"]
    assert (rest["invoice"]["state"], rest["invoice"]["overdue"]) == ("PAID", False)
    await office.live_until(march(31))
    shown = await show(ask, office.admin, billed)
    assert [taken["number"] for taken in shown["dunningSteps"]] == [1]
    assert shown["payments"] == {
        "totalCount": 2,
        "nodes": [{"amount": {"amount": "4000.00"}}, {"amount": {"amount": "6000.00"}}],
    }
    assert shown["nextDunning"]["blockers"] == [{"code": "PAID", "message": "The invoice is paid."}]
    assert (shown["plannedDunning"], possible(shown)) == ([], ["TAKE_BACK_PAYMENT", "CREDIT"])
    why = {move["move"]: move["blockers"] for move in shown["allowedMoves"]}
    assert why["PAY_CHARGES"] == [{"code": "NO_CHARGES", "message": "No fees and no interest are owed on it."}]
    assert [blocker["code"] for blocker in why["WRITE_OFF"]] == ["WRONG_STATE"]


async def test_a_dispute_is_held_where_the_ladder_provides_for_it(ask: Any) -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    billed = (await bill(ask, strict))["id"], (await bill(ask, gentle))["id"]
    dispute = {"kind": "DISPUTE", "reason": "The hours are wrong."}
    refused = (await ask(strict.admin, HOLD, input={**dispute, "invoiceId": billed[0]}))["placeHold"]
    assert refused["hold"] is None
    assert refused["errors"] == [
        {
            "code": "HOLD_NOT_PROVIDED",
            "message": "The dunning ladder of this customer does not provide for such a hold.",
            "path": ["kind"],
            "clause": {"number": "7.1"},
        }
    ]
    held = (await ask(gentle.admin, HOLD, input={**dispute, "invoiceId": billed[1]}))["placeHold"]
    assert held["hold"]["invoice"] == {"number": 1, "nextDunning": {"at": None}}
    await gentle.live_until(march(31))
    shown = await show(ask, gentle.admin, billed[1])
    assert [blocker["code"] for blocker in shown["nextDunning"]["blockers"]] == ["DISPUTE", "NOT_YET"]
    assert shown["holds"] == [{"kind": "DISPUTE", "active": True}]
    released = (await ask(gentle.admin, RELEASE, input={"holdId": held["hold"]["id"]}))["releaseHold"]
    assert released["hold"] == {"active": False, "releasedOn": "2026-03-31"}
    # Held from the 2nd through the 30th: the seven days begin on the 31st.
    shown = await show(ask, gentle.admin, billed[1])
    assert shown["nextDunning"]["at"] == "2026-04-06T02:00:00+00:00"


async def test_a_step_that_needs_approval_is_approved_by_graphql(ask: Any) -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", needs_approval=True)]})
    billed = (await bill(ask, office))["id"]
    await office.live_until(march(12))
    shown = await show(ask, office.admin, billed)
    assert [blocker["code"] for blocker in shown["nextDunning"]["blockers"]] == ["APPROVAL"]
    approve = {"invoiceId": billed, "stepNumber": 1}
    approved = (await ask(office.admin, APPROVE, input=approve))["approveDunningStep"]
    assert approved["step"] == {"number": 1, "approvedBy": {"name": "Admin"}}
    shown = await show(ask, office.admin, billed)
    assert [blocker["code"] for blocker in shown["nextDunning"]["blockers"]] == ["LADDER_COMPLETED"]
    refused = (await ask(office.admin, APPROVE, input={**approve, "stepNumber": 2}))["approveDunningStep"]
    assert refused["errors"][0]["code"] == "WRONG_STATE"


async def test_invoices_are_listed_by_what_is_asked(ask: Any) -> None:
    office = await open_office(GENTLE)
    first, second = await bill(ask, office), await bill(ask, office, dueOn="2026-03-20")
    await ask(office.admin, PAY, input=pay(first["id"], "1"))
    await office.live_until(march(10))

    async def numbers(order: str = "DUE", **given: Any) -> list[int]:
        found = await ask(office.admin, LIST, filter=given, order=order)
        return [item["number"] for item in found["invoices"]["nodes"]]

    assert await numbers() == [1, 2]
    assert await numbers("NEWEST") == [2, 1]
    assert await numbers(overdue=True) == [1]
    assert await numbers(overdue=False) == [2]
    assert await numbers(state={"eq": "PART_PAID"}) == [1]
    assert await numbers(dueOn={"gte": "2026-03-07"}, customerId={"eq": str(office.customer_id)}) == [2]
    assert await numbers(nextDunningAt={"lt": "2026-03-14T00:00:00Z"}) == [1]
    assert await numbers(**{"not": {"number": {"eq": 1}}}) == [2]
    assert second["number"] == 2


async def test_a_cancelled_invoice_keeps_its_number_and_is_not_dunned(ask: Any) -> None:
    office = await open_office(STRICT)
    billed = (await bill(ask, office))["id"]
    cancelled = (await ask(office.admin, CANCEL, input={"invoiceId": billed}))["cancelInvoice"]
    assert cancelled["invoice"] == {"state": "CANCELLED", "number": 1, "outstanding": {"amount": "0.00"}}
    await office.live_until(march(31))
    shown = await show(ask, office.admin, billed)
    assert (shown["dunningSteps"], shown["overdue"]) == ([], False)
    assert [blocker["code"] for blocker in shown["nextDunning"]["blockers"]] == ["CANCELLED"]
    assert (await bill(ask, office, dueOn="2026-04-30"))["number"] == 2


async def test_blockers_and_names_are_in_the_readers_language(ask: Any) -> None:
    office = await open_office(GENTLE)
    billed = (await bill(ask, office))["id"]
    reader = replace(office.admin, language=Language.ZH_HANS)
    shown = await show(ask, reader, billed)
    assert shown["nextDunning"]["step"]["name"] == "第1步"
    in_chinese = translate("The hour of the next step has not come.", Language.ZH_HANS)
    assert shown["nextDunning"]["blockers"][0]["message"] == in_chinese
    shown = await show(ask, office.admin, billed)
    assert shown["nextDunning"]["blockers"][0]["message"] == "The hour of the next step has not come."


async def test_the_account_owner_sees_the_customers_invoices_and_no_others(ask: Any) -> None:
    office = await open_office({"steps": [{**STRICT["steps"][1], "number": 1}]})
    assert office.admin.id is not None
    async with writing(office.admin, settle=settle) as work:
        department = await organisation.create_department(work, name="Sales")
        post = await organisation.create_post(work, name="Seller")
        await organisation.engage(
            work, member_id=office.admin.id, department_id=department.id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
        owned = await customers.create_customer(
            work,
            name="Owned",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="owned@example.com",
            owner_id=office.admin.id,
        )
    others, own = await bill(ask, office), str(await office.bill(customer_id=owned.id))
    await ask(office.admin, HOLD, input={"kind": "EXEMPTION", "reason": "x", "customerId": str(office.customer_id)})
    await ask(office.admin, PAY, input=pay(own, "1"))
    await office.live_until(march(12))
    owner = replace(office.admin, permissions=office.admin.permissions - {Permission.BILLING_READ})
    shown = await show(ask, owner, own)
    assert ([taken["number"] for taken in shown["dunningSteps"]], shown["payments"]["totalCount"]) == ([1], 1)
    assert shown["charges"] == {"amount": "100.00", "currency": "CNY"}
    assert [blocker["code"] for blocker in shown["nextDunning"]["blockers"]] == ["LADDER_COMPLETED"]
    other = await show(ask, office.admin, others["id"])
    assert other["charges"]["amount"] == "0.00"
    assert [blocker["code"] for blocker in other["nextDunning"]["blockers"]] == ["EXEMPTION", "NOT_YET"]
    assert await show(ask, owner, others["id"]) is None
    assert (await ask(owner, LIST))["invoices"]["totalCount"] == 1


async def test_a_third_company_and_a_colleague_without_the_permission_see_nothing(ask: Any) -> None:
    office, third = await open_office(GENTLE), await found_company()
    billed = (await bill(ask, office))["id"]
    assert await ask(third, SHOW, id=billed) == await ask(third, SHOW, id=str(uuid4())) == {"invoice": None}
    assert (await ask(third, LIST))["invoices"]["totalCount"] == 0
    colleague = replace(office.admin, permissions=office.admin.permissions - {Permission.BILLING_READ})
    assert (await ask(colleague, LIST))["invoices"]["totalCount"] == 0
    foreign = (await ask(third, PAY, input=pay(billed, "1")))["recordPayment"]
    unknown = (await ask(third, PAY, input=pay(str(uuid4()), "1")))["recordPayment"]
    assert foreign == unknown
    assert foreign["errors"][0]["code"] == "NOT_FOUND"
    for document, given in (
        (CANCEL, {"invoiceId": billed}),
        (ISSUE, {"invoiceId": billed, "paymentDays": 1}),
        (HOLD, {"kind": "DISPUTE", "reason": "x", "customerId": str(office.customer_id)}),
        (APPROVE, {"invoiceId": billed, "stepNumber": 1}),
        (DRAFT, {"customerId": str(office.customer_id), "currency": "CNY", "lines": []}),
    ):
        answered = await ask(third, document, input=given)
        [payload] = answered.values()
        assert [error["code"] for error in payload["errors"]] in (["NOT_FOUND"], ["INVALID"]), document


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"currency": "XXX"}, ["currency"]),
        ({"lines": []}, ["lines"]),
        ({"lines": [{"description": "x" * 501, "unitPrice": "1"}]}, ["lines", "0", "description"]),
        ({"lines": [{"description": "x", "unitPrice": "-1"}]}, ["lines", "0", "unitPrice"]),
        ({"lines": [{"description": "x", "unitPrice": "a lot"}]}, ["lines", "0", "unitPrice"]),
        ({"lines": [{"description": "x", "unitPrice": "10000000000000"}]}, ["lines"]),
        ({"lines": [{"description": "x", "unitPrice": "1", "quantity": "0"}]}, ["lines", "0", "quantity"]),
        ({"customerId": "01939000-0000-7000-8000-000000000000"}, ["customerId"]),
    ],
)
async def test_a_draft_that_cannot_be_says_where(ask: Any, changes: dict[str, Any], path: list[str]) -> None:
    office = await open_office(None)
    given = {
        "customerId": str(office.customer_id),
        "currency": "CNY",
        "lines": [{"description": "Support", "unitPrice": "1"}],
        **changes,
    }
    answered = (await ask(office.admin, DRAFT, input=given))["draftInvoice"]
    assert (answered["invoice"], [error["path"] for error in answered["errors"]]) == (None, [path])
    assert (await ask(office.admin, LIST))["invoices"]["totalCount"] == 0
