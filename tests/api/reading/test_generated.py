"""Whatever document is asked, planner and strawberry give the same answer."""

import asyncio
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from tenancy.actor import Actor
from tests.api.reading.documents import documents
from tests.api.reading.test_reading import company

PLANNED = Reader(SCHEMA._schema)
PLAIN = Reader(SCHEMA._schema, plans=False)


@pytest.fixture
async def lived_in(ask: Any, acme: Actor) -> tuple[Actor, list[str]]:
    """A company with people, and the ids of its records."""
    ids = await company(ask, acme)
    await ask(
        acme,
        """mutation { createCustomer(input: {name: "客户", tier: KEY, language: ZH_HANS, billingEmail: "a@b.com"}) {
          customer { id } } draftVersion(input: {title: {en: "H"}, documentNumber: "1"}) { version { id } } }""",
    )
    found = await ask(acme, "{ customers { nodes { id } } handbookVersions { nodes { id } } journal { nodes { id } } }")
    return acme, [*ids.values(), *(item["id"] for page in found.values() for item in page["nodes"])]


def said(answer: Any) -> Any:
    """What an answer says; where it refuses, in which words."""
    if answer.errors:
        return sorted(error.message for error in answer.errors)
    return orjson.loads(answer.data)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
async def test_planner_and_strawberry_agree(lived_in: tuple[Actor, list[str]], data: st.DataObject) -> None:
    actor, ids = lived_in
    document = data.draw(documents(SCHEMA._schema, ids))
    assert validate(SCHEMA._schema, parse(document)) == [], document
    planned, plain = await asyncio.gather(
        PLANNED.run(Call(document), actor),
        PLAIN.run(Call(document), actor),
    )
    assert said(planned) == said(plain), document
