"""What a clause refused where there is no record is shown with whoever asked, and not to their colleagues."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier
from domain.policies import queries as policies
from domain.policies.rules.kinds import FileRules
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.identity import clients
from tenancy.language import Language
from tenancy.members import Member
from tenancy.refusals import Refusal
from tests.conftest import found_company
from tests.domain.policies.handbooks import in_force

DECISIONS = "decisions { nodes { result inputs clause { number } version { number } } }"
MEMBER = f"query($id: ID!) {{ member(id: $id) {{ name {DECISIONS} }} }}"
WHO = f"... on OAuthClient {{ {DECISIONS} }} ... on Contact {{ {DECISIONS} }}"
NODE = f"query($id: ID!) {{ node(id: $id) {{ {WHO} }} }}"
READS = frozenset({Permission.MEMBERS_READ, Permission.POLICIES_READ})


async def refused(actor: Actor) -> None:
    with pytest.raises(Refusal):
        async with writing(actor, settle=settle) as work:
            ruling = await policies.rule(work, FileRules)
            raise Refusal("At most {most}.", {"most": ruling.value.most_megabytes}, clause=ruling.clause)


async def of_one(ask: Any, actor: Actor, id: UUID | None) -> list[Any] | None:
    found = (await ask(actor, MEMBER, id=str(id)))["member"]
    return None if found is None else list(found["decisions"]["nodes"])


async def test_a_member_sees_their_own_and_an_auditor_everybodys(ask: Any, acme: Actor, globex: Actor) -> None:
    people = []
    for company, most in ((acme, 1), (globex, 7)):
        await in_force(company, ("2.1", "file_rules", {"most_megabytes": most}))
        async with writing(company, settle=settle) as work:
            made = [work.add(Member(name=name, email=f"{uuid4()}@example.com", language="en")) for name in "AB"]
        people.append([replace(company, id=each.id, permissions=READS) for each in made])
    (lin, mei), (other, _) = people
    await refused(lin)
    await refused(other)
    for actor in (lin, acme, replace(mei, permissions=READS | {Permission.PEOPLE_READ_ALL})):
        found = await of_one(ask, actor, lin.id)
        assert found is not None
        assert [(each["result"]["sentence"], each["inputs"]["values"], each["clause"]) for each in found] == [
            ("At most {most}.", {"most": 1}, {"number": "2.1"})
        ]
    assert await of_one(ask, mei, lin.id) == []
    assert await of_one(ask, replace(lin, permissions=frozenset({Permission.MEMBERS_READ})), lin.id) == []
    [theirs] = await of_one(ask, globex, other.id) or []
    assert theirs["inputs"]["values"] == {"most": 7}
    assert await of_one(ask, await found_company(), lin.id) is None


async def test_a_program_and_a_customers_person_have_theirs(ask: Any, acme: Actor, globex: Actor) -> None:
    await in_force(acme, ("2.1", "file_rules", {"most_megabytes": 1}))
    async with writing(acme, settle=settle) as work:
        client, _, _ = await clients.create_client(work, name="Robot", partner="Bright", scopes=["requests.read"])
        customer = await customers.create_customer(
            work, name="Bright", tier=CustomerTier.KEY, language=Language.EN, billing_email="b@example.com"
        )
        contact = await customers.add_contact(
            work, customer_id=customer.id, name="Zhao", email="z@example.com", language=Language.EN
        )
    for kind, id in ((ActorKind.CLIENT, client.id), (ActorKind.CONTACT, contact.id)):
        await refused(Actor(acme.tenant_id, kind, id))
        shown = (await ask(acme, NODE, id=str(id)))["node"]
        assert [each["inputs"]["by"] for each in shown["decisions"]["nodes"]] == [{"kind": kind, "id": str(id)}]
        assert (await ask(globex, NODE, id=str(id)))["node"] is None
