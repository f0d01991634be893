"""Lines with kind, unit, discount and tax by GraphQL, where terms round by rate and where there are none."""

from typing import Any

import pytest

from domain.policies.rules.kinds.money import PaymentTerms
from tests.api.billing.test_dunning_by_graphql import ERRORS
from tests.conftest import found_company
from tests.domain.billing.office import CALENDAR, open_office
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

DRAFT = f"""mutation($input: DraftInvoiceInput!) {{ draftInvoice(input: $input) {{ invoice {{ id taxRounding
  net {{ amount }} tax {{ amount }} taxes {{ taxPercent net {{ amount }} tax {{ amount }} }}
  lines {{ kind unit gross {{ amount }} discountPercent discount {{ amount }} net {{ amount }} taxPercent
    tax {{ amount }} }} }} {ERRORS} }} }}"""
ISSUE = f"mutation($input: IssueInvoiceInput!) {{ issueInvoice(input: $input) {{ invoice {{ dueOn }} {ERRORS} }} }}"
SHOW = "query($id: ID!) { invoice(id: $id) { taxRounding taxes { taxPercent tax { amount } } lines { kind } } }"
TERMS = {"due_days": 45, "tax_percent": "13", "tax_rounding": "per_rate"}
CALL = {"description": "Call", "unitPrice": "0.03"}
DAYS = {
    "description": "Days",
    "kind": "CONSULTING",
    "unit": "day",
    "quantity": "1.5",
    "unitPrice": "100",
    "discountPercent": "10",
    "taxPercent": "6",
}


async def test_lines_are_taxed_as_the_company_s_terms_say(ask: Any) -> None:
    office, silent, third = await open_office(None), await open_office(None), await found_company()
    await publish(office.admin, ("5.1", CALENDAR), ("6.1", PaymentTerms.model_validate(TERMS)))
    made = {}
    for each in (office, silent):
        given = {"customerId": str(each.customer_id), "currency": "CNY", "lines": [CALL, CALL, CALL, DAYS]}
        made[each.admin] = (await ask(each.admin, DRAFT, input=given))["draftInvoice"]["invoice"]
    by_rate, plain = made[office.admin], made[silent.admin]
    assert by_rate["taxRounding"] == "PER_RATE"
    assert by_rate["taxes"] == [
        {"taxPercent": "13", "net": {"amount": "0.09"}, "tax": {"amount": "0.01"}},
        {"taxPercent": "6", "net": {"amount": "135.00"}, "tax": {"amount": "8.10"}},
    ]
    assert by_rate["lines"][3] == {
        "kind": "CONSULTING",
        "unit": "day",
        "gross": {"amount": "150.00"},
        "discountPercent": "10",
        "discount": {"amount": "15.00"},
        "net": {"amount": "135.00"},
        "taxPercent": "6",
        "tax": {"amount": "8.10"},
    }
    assert [line["tax"]["amount"] for line in by_rate["lines"][:3]] == ["0.01", "0.00", "0.00"]
    assert (plain["taxRounding"], plain["tax"]) == ("PER_LINE", {"amount": "8.10"})
    assert plain["lines"][0]["taxPercent"] == "0"
    issued = (await ask(office.admin, ISSUE, input={"invoiceId": by_rate["id"]}))["issueInvoice"]
    assert issued["invoice"]["dueOn"] == "2026-04-16"
    [error] = (await ask(silent.admin, ISSUE, input={"invoiceId": plain["id"]}))["issueInvoice"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["dueOn"])
    assert (await ask(third, SHOW, id=by_rate["id"]))["invoice"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"discountPercent": "101"}, "discountPercent"),
        ({"taxPercent": "1e1"}, "taxPercent"),
        ({"quantity": "0"}, "quantity"),
        ({"unitPrice": "-1"}, "unitPrice"),
        ({"unit": "x" * 41}, "unit"),
    ],
)
async def test_a_line_that_cannot_be_says_where(ask: Any, changes: dict[str, Any], field: str) -> None:
    office = await open_office(None)
    given = {"customerId": str(office.customer_id), "currency": "CNY", "lines": [CALL, DAYS | changes]}
    [error] = (await ask(office.admin, DRAFT, input=given))["draftInvoice"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["lines", "1", field])
