"""Amounts, quantities and rates are decimal text in one form."""

from typing import Any

import pytest

from tests.api.billing.test_dunning_by_graphql import DRAFT, PAY, bill, pay
from tests.domain.billing.office import STRICT, open_office

pytestmark = pytest.mark.usefixtures("pool")


@pytest.mark.parametrize("amount", ["1_000", "１０", " 10", "1e3", "10.", "+10", "1,000", "9" * 400])
async def test_an_amount_is_digits_and_a_point(ask: Any, amount: str) -> None:
    office = await open_office(STRICT)
    invoice = await bill(ask, office)
    refused = (await ask(office.admin, PAY, input=pay(invoice["id"], amount)))["recordPayment"]
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("INVALID", ["amount"])]
    assert len(refused["errors"][0]["message"]) < 120
    line = {"description": "Support", "unitPrice": amount, "quantity": amount, "taxPercent": amount}
    made = await ask(
        office.admin, DRAFT, input={"customerId": str(office.customer_id), "currency": "CNY", "lines": [line]}
    )
    assert made["draftInvoice"]["errors"][0]["code"] == "INVALID"
    assert made["draftInvoice"]["errors"][0]["path"][:2] == ["lines", "0"]
