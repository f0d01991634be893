"""Both engines over one schema: what the planner answers, strawberry must answer too."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from tenancy.actor import Actor

PLANNED = Reader(SCHEMA._schema)
PLAIN = Reader(SCHEMA._schema, plans=False)


class Ask:
    """Sends a document as an actor; queries go both ways and must agree."""

    async def __call__(self, actor: Actor, document: str, **variables: Any) -> Any:
        """The data of a call that must succeed."""
        answer = await PLANNED.run(Call(document, variables=variables), actor)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        data = orjson.loads(answer.data)
        if not document.lstrip().startswith("mutation"):
            assert answer.planned, "the planner gave up"
            assert data == await self.plainly(actor, document, variables)
        return data

    async def executed(self, actor: Actor, document: str, **variables: Any) -> Any:
        """The data of a call that Python answers in part: a report, a list that is no table."""
        answer = await PLANNED.run(Call(document, variables=variables), actor)
        assert not answer.errors, answer.errors
        assert not answer.planned
        assert answer.data is not None
        return orjson.loads(answer.data)

    async def planned(self, actor: Actor, document: str, **variables: Any) -> Any:
        """The data of a query as the planner alone answers it, where very many are asked."""
        answer = await PLANNED.run(Call(document, variables=variables), actor)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        assert answer.planned, "the planner gave up"
        return orjson.loads(answer.data)

    async def plainly(self, actor: Actor, document: str, variables: Mapping[str, Any]) -> Any:
        """The same by strawberry alone."""
        answer = await PLAIN.run(Call(document, variables=variables), actor)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        return orjson.loads(answer.data)

    async def errors(self, actor: Actor, document: str, **variables: Any) -> list[Any]:
        """The errors of a call that must fail, the same both ways."""
        one = await PLANNED.run(Call(document, variables=variables), actor)
        other = await PLAIN.run(Call(document, variables=variables), actor)
        assert one.errors, one.data
        assert [(error.message, error.extensions) for error in one.errors] == [
            (error.message, error.extensions) for error in other.errors
        ]
        return one.errors


@pytest.fixture
def ask() -> Ask:
    """The way of asking."""
    return Ask()
