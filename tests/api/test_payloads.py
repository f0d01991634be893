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
CUSTOMERS = "{ customers { nodes { name } } }"


async def create(actor: Actor, name: str, key: str | None = None) -> Answer:
    given = {"name": name, "tier": "STANDARD", "language": "EN", "billingEmail": "accounts@example.com"}
    return await PLANNED.run(Call(CREATE, variables={"input": given}, idempotency_key=key), actor)


async def names(actor: Actor) -> list[str]:
    found = await PLANNED.run(Call(CUSTOMERS), actor)
    assert found.data is not None
    return [node["name"] for node in orjson.loads(found.data)["customers"]["nodes"]]


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: Any) -> bytes:
        raise ConnectionResetError("the server closed the connection")

    monkeypatch.setattr(writing, "answer", lost)


@pytest.mark.usefixtures("unreadable")
async def test_whoever_cannot_be_answered_learns_that_it_is_done(acme: Actor) -> None:
    answer = await create(acme, "Hengtai")
    [error] = answer.errors
    assert error.extensions is not None
    assert error.extensions["code"] == "DONE_UNREAD"
    assert "do not send this again" in error.message
    assert orjson.loads(answer.data or b"") == {"createCustomer": None}
    assert await names(acme) == ["Hengtai"]


@pytest.mark.usefixtures("unreadable")
async def test_an_answer_that_is_kept_under_a_key_is_read_in_the_transaction(acme: Actor) -> None:
    first, again = await create(acme, "Hengtai", "key-1"), await create(acme, "Hengtai", "key-1")
    assert first.data == again.data == b'{"createCustomer":{"customer":{"name":"Hengtai"},"errors":[]}}'
    assert await names(acme) == ["Hengtai"]
