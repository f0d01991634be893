"""The reports of the books by GraphQL: two companies, their account owners, and a third that sees nothing."""

from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tenancy.actor import Actor, ActorKind
from tests.api.billing.test_dunning_by_graphql import PAY, bill, pay
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, STRICT, march, open_office

pytestmark = pytest.mark.usefixtures("pool")

STATEMENT = """query($id: ID!, $since: Date!, $until: Date!) {
  accountStatements(customerId: $id, sinceOn: $since, untilOn: $until) { currency opening { amount } closing { amount }
    lines { bookedOn kind invoiceNumber paymentReference amount { amount currency } balance { amount } } } }"""
AGEING = """query($on: Date, $bounds: [Int!], $customer: ID) {
  ageing(on: $on, bounds: $bounds, customerId: $customer) { customerName currency total { amount }
    buckets { fromDays untilDays amount { amount } } } }"""
FORECAST = """query($weeks: Int! = 13) { cashForecast(weeks: $weeks) {
  currency fromOn untilOn amount { amount } invoiceCount } }"""
MARCH = {"since": "2026-03-02", "until": "2026-03-31"}


async def test_the_reports_of_two_companies_and_nothing_for_a_third(ask: Any) -> None:
    office, other, third = await open_office(STRICT), await open_office(GENTLE), await found_company()
    billed = (await bill(ask, office))["id"]
    await bill(ask, other)
    await ask(office.admin, PAY, input=pay(billed, "4000"))
    await office.set_clock(march(16))
    [found] = (await ask.executed(office.admin, STATEMENT, id=str(office.customer_id), **MARCH))["accountStatements"]
    assert (found["opening"], found["closing"]) == ({"amount": "0.00"}, {"amount": "6000.00"})
    assert [(each["kind"], each["amount"]["amount"], each["balance"]["amount"]) for each in found["lines"]] == [
        ("INVOICE", "10000.00", "10000.00"),
        ("PAYMENT", "-4000.00", "6000.00"),
    ]
    everyone, bright = (await ask.executed(office.admin, AGEING))["ageing"]
    assert (everyone["customerName"], bright["customerName"]) == (None, "Bright")
    assert everyone["buckets"] == [
        {"fromDays": None, "untilDays": 0, "amount": {"amount": "0.00"}},
        {"fromDays": 1, "untilDays": 30, "amount": {"amount": "6000.00"}},
        {"fromDays": 31, "untilDays": 60, "amount": {"amount": "0.00"}},
        {"fromDays": 61, "untilDays": 90, "amount": {"amount": "0.00"}},
        {"fromDays": 91, "untilDays": None, "amount": {"amount": "0.00"}},
    ]
    narrow = (await ask.executed(office.admin, AGEING, bounds=[9]))["ageing"][0]["buckets"]
    assert [each["amount"]["amount"] for each in narrow] == ["0.00", "0.00", "6000.00"]
    overdue = {"currency": "CNY", "fromOn": None, "untilOn": None, "amount": {"amount": "6000.00"}, "invoiceCount": 1}
    assert (await ask.executed(office.admin, FORECAST))["cashForecast"] == [overdue]
    [coming] = (await ask.executed(other.admin, FORECAST, weeks=1))["cashForecast"]
    assert (coming["fromOn"], coming["untilOn"], coming["amount"]) == (
        "2026-03-02",
        "2026-03-08",
        {"amount": "10000.00"},
    )
    nobody = Actor(tenant_id=office.admin.tenant_id, kind=ActorKind.CLIENT, id=office.admin.id)
    assert not nobody.may(Permission.BILLING_READ)
    for actor in (third, nobody):
        stated = await ask.executed(actor, STATEMENT, id=str(office.customer_id), **MARCH)
        assert stated["accountStatements"] == []
        assert (await ask.executed(actor, AGEING, customer=str(office.customer_id)))["ageing"] == []
        assert (await ask.executed(actor, FORECAST))["cashForecast"] == []


async def test_what_cannot_be_reported_is_refused_in_words(ask: Any) -> None:
    office = await open_office(GENTLE)
    for document, variables, words in (
        (AGEING, {"bounds": [30, 30]}, "in rising order"),
        (FORECAST, {"weeks": 0}, "weeks ahead"),
        (STATEMENT, {"id": str(office.customer_id), "since": "2026-03-31", "until": "2026-03-01"}, "A period"),
    ):
        [error] = await ask.errors(office.admin, document, **variables)
        assert words in error.message
