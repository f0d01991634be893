"""Who comes second with the same change at the same moment is told, in a sentence, what the first has done."""

import asyncio
from typing import Any

import asyncpg
import orjson
import pytest

from api import races, writing
from api.reading.requests import Call
from tenancy.actor import Actor
from tests.api.conftest import PLANNED

CREATE = """mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { customer { name } errors { code message path } }
}"""


async def create(actor: Actor, name: str) -> Any:
    given = {"name": name, "tier": "STANDARD", "language": "EN", "billingEmail": "accounts@example.com"}
    answer = await PLANNED.run(Call(CREATE, variables={"input": given}), actor)
    assert not answer.errors, answer.errors
    assert answer.data is not None
    return orjson.loads(answer.data)["createCustomer"]


async def test_of_two_who_create_the_same_at_once_one_is_told_that_it_exists(acme: Actor) -> None:
    found = await asyncio.gather(*(create(acme, "Hengtai") for _ in range(4)))
    assert [each["customer"] for each in found].count({"name": "Hengtai"}) == 1
    errors = [error for each in found for error in each["errors"]]
    assert {(error["code"], error["message"]) for error in errors} == {
        ("CONFLICT", "There is a customer “Hengtai” already.")
    }
    assert len(errors) == 3


async def test_what_collides_again_and_again_is_refused_and_changes_nothing(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    async def collide(*_: Any) -> bytes:
        tries.append(1)
        raise asyncpg.DeadlockDetectedError

    monkeypatch.setattr(writing.Writer, "_in_the_company", collide)
    [error] = (await create(acme, "Hengtai"))["errors"]
    assert error["code"] == "CONFLICT"
    assert len(tries) == races.TRIES
