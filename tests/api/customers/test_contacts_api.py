"""Customers' people through the API: who may change what is known of them, and what is refused."""

from dataclasses import replace
from typing import Any

from domain.consequences import settle
from domain.customers import commands
from domain.kernel.terms import CustomerTier, Language
from tenancy.actor import Actor
from tenancy.database import writing

CHANGE = """mutation($input: ChangeContactInput!) { changeContact(input: $input) {
  contact { name email language phone } errors { code path } } }"""


async def contacts(actor: Actor) -> list[str]:
    """Two people of a customer."""
    async with writing(actor, settle=settle) as work:
        customer = await commands.create_customer(
            work, name="Big", tier=CustomerTier.STANDARD, language=Language.EN, billing_email="bills@example.com"
        )
        return [
            str((await commands.add_contact(work, customer_id=customer.id, name=name, email=f"{name}@example.com")).id)
            for name in ("lin", "wang")
        ]


async def test_a_contact_gets_new_particulars(ask: Any, acme: Actor, globex: Actor) -> None:
    lin, _ = await contacts(acme)
    given = {"contactId": lin, "name": "Lin Mei", "email": "mei@example.com", "language": "ZH_HANT", "phone": "+886 2"}
    strange = (await ask(globex, CHANGE, input=given))["changeContact"]
    assert (strange["contact"], strange["errors"][0]["code"]) == (None, "NOT_FOUND")
    reader = replace(acme, permissions=frozenset({"customers.read"}))
    forbidden = (await ask(reader, CHANGE, input=given))["changeContact"]
    assert (forbidden["contact"], forbidden["errors"][0]["code"]) == (None, "FORBIDDEN")
    changed = (await ask(acme, CHANGE, input=given))["changeContact"]
    assert (changed["contact"]["name"], changed["contact"]["language"]) == ("Lin Mei", "ZH_HANT")
    assert changed["contact"]["phone"] is not None
    without = (await ask(acme, CHANGE, input={**given, "phone": None}))["changeContact"]
    assert without["contact"]["phone"] is None


async def test_two_people_of_a_customer_have_different_addresses(ask: Any, acme: Actor) -> None:
    lin, _ = await contacts(acme)
    given = {"contactId": lin, "name": "Lin", "email": "wang@example.com", "language": "EN"}
    refused = (await ask(acme, CHANGE, input=given))["changeContact"]
    assert (refused["contact"], refused["errors"]) == (None, [{"code": "CONFLICT", "path": ["email"]}])
