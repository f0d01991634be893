"""What a mutation answers is read once its change is kept, unless the answer itself is to be kept with it."""

from typing import Any

import orjson
import pytest

from api import writing
from api.reading.requests import Answer, Call
from tenancy.actor import Actor
from tests.api.conftest import PLANNED

CREATE = """mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { customer { name } errors { code } }
}"""
CHANGE = """mutation ($input: ChangeCustomerInput!) {
  changeCustomer(input: $input) { customer { name } errors { code } }
}"""
CUSTOMERS = "{ customers { nodes { name } } }"


async def create(actor: Actor, name: str, key: str | None = None) -> Answer:
    given = {"name": name, "tier": "STANDARD", "language": "EN", "billingEmail": "accounts@example.com"}
    return await PLANNED.run(Call(CREATE, variables={"input": given}, idempotency_key=key), actor)


async def rename(actor: Actor, name: str) -> Answer:
    """Give the only customer another name."""
    found = await PLANNED.run(Call("{ customers { nodes { id } } }"), actor)
    [node] = orjson.loads(found.data or b"")["customers"]["nodes"]
    given = {
        "name": name,
        "tier": "STANDARD",
        "language": "EN",
        "billingEmail": "a@b.example",
        "customerId": node["id"],
    }
    return await PLANNED.run(Call(CHANGE, variables={"input": given}), actor)


async def names(actor: Actor) -> list[str]:
    found = await PLANNED.run(Call(CUSTOMERS), actor)
    assert found.data is not None
    return [node["name"] for node in orjson.loads(found.data)["customers"]["nodes"]]


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: Any) -> bytes:
        raise ConnectionResetError("the server closed the connection")

    monkeypatch.setattr(writing, "answer", lost)


async def test_what_is_new_is_shown_with_what_stood_there_before(acme: Actor) -> None:
    """The department above is read in the very table that the new one is added to."""
    create = """mutation ($input: CreateDepartmentInput!) {
      createDepartment(input: $input) { department { id name parent { name } } errors { code } }
    }"""
    above = await PLANNED.run(Call(create, variables={"input": {"name": "Service"}}), acme)
    parent = orjson.loads(above.data or b"")["createDepartment"]["department"]["id"]
    below = await PLANNED.run(Call(create, variables={"input": {"name": "Field", "parentId": parent}}), acme)
    department = orjson.loads(below.data or b"")["createDepartment"]["department"]
    assert (department["name"], department["parent"]) == ("Field", {"name": "Service"})


async def test_two_new_ones_in_one_document_are_each_answered(acme: Actor) -> None:
    document = """mutation ($one: CreateCustomerInput!, $other: CreateCustomerInput!) {
      one: createCustomer(input: $one) { customer { name tier } }
      other: createCustomer(input: $other) { again: customer { name } errors { code } __typename }
    }"""
    given = {"tier": "STANDARD", "language": "EN", "billingEmail": "accounts@example.com"}
    variables = {"one": {**given, "name": "Hengtai"}, "other": {**given, "name": "Lianhe"}}
    answer = await PLANNED.run(Call(document, variables=variables), acme)
    assert orjson.loads(answer.data or b"") == {
        "one": {"customer": {"name": "Hengtai", "tier": "STANDARD"}},
        "other": {"again": {"name": "Lianhe"}, "errors": [], "__typename": "CreateCustomerPayload"},
    }


@pytest.mark.usefixtures("unreadable")
async def test_whoever_cannot_be_answered_learns_that_it_is_done(acme: Actor) -> None:
    await create(acme, "Hengtai")
    answer = await rename(acme, "Lianhe")
    [error] = answer.errors
    assert error.extensions is not None
    assert error.extensions["code"] == "DONE_UNREAD"
    assert "do not send this again" in error.message
    assert orjson.loads(answer.data or b"") == {"changeCustomer": None}
    assert await names(acme) == ["Lianhe"]


@pytest.mark.usefixtures("unreadable")
async def test_an_answer_that_is_kept_under_a_key_is_read_in_the_transaction(acme: Actor) -> None:
    first, again = await create(acme, "Hengtai", "key-1"), await create(acme, "Hengtai", "key-1")
    assert first.data == again.data == b'{"createCustomer":{"customer":{"name":"Hengtai"},"errors":[]}}'
    assert await names(acme) == ["Hengtai"]
