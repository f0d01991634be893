"""Subscriptions: a company hears of its own changes, and a foreign id is as silent as one of nobody's."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from api import live
from api.reading.requests import Call
from api.schema.subscriptions import LIVE_SCHEMA
from tenancy.actor import Actor
from tenancy.channels import Change, changes
from tests.isolation.companies import like
from tests.isolation.conftest import Ground, housed
from tests.isolation.coordinates import SCHEMA_GRAPH
from tests.isolation.graphql_walk import Walker

DOCUMENT = """subscription($subject: ID, $names: [String!]) {
  changed(subjectId: $subject, names: $names) { name entryId subjectKind subjectId } }"""


class Board(live.Switchboard):
    """A switchboard without a broker: what would come over the wire is handed to it."""

    def __init__(self) -> None:
        super().__init__("redis://nowhere")
        silent = SimpleNamespace(subscribe=self._silently, unsubscribe=self._silently)
        self._pubsub = silent  # type: ignore[assignment]  # all that is asked of it

    async def _hear(self) -> None:
        """Nothing comes by itself."""

    async def _silently(self, _: str) -> None:
        """There is no broker to tell."""

    def hear(self, channel: str, change: Change) -> None:
        """As if the broker had sent it."""
        self._hand_out({"channel": channel.encode(), "data": change.dump()})


class Socket:
    """A socket whose owner is known."""

    def __init__(self, actor: Actor, walker: Walker) -> None:
        self.actor, self._walker = actor, walker

    async def look(self) -> Actor:
        """Still the same."""
        return self.actor

    async def sees(self, actor: Actor, id: UUID) -> bool:
        """Whether they see a record, as a query would show it."""
        call = Call("query($id: ID!) { node(id: $id) { id } }", variables={"id": str(id)})
        return b'"node":null' not in ((await self._walker.planned.run(call, actor)).data or b"")


@pytest.fixture(scope="module", autouse=True)
async def at_home(pool: None, ground: Ground) -> AsyncIterator[None]:
    """The product's doors lead to the database of these tests."""
    async with housed(ground, 2):
        yield


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    """The process's only switchboard."""
    only = Board()
    monkeypatch.setattr(live, "SWITCHBOARDS", [only])
    return only


async def heard(board: Board, walker: Walker, actor: Actor, **variables: Any) -> list[Any]:
    """What a listener is told while both companies change everything they have, and strays arrive."""
    stream = await LIVE_SCHEMA.subscribe(DOCUMENT, variable_values=variables, context_value=Socket(actor, walker))
    assert isinstance(stream, AsyncIterator), stream
    told: list[Any] = []

    async def listen() -> None:
        async for result in stream:
            told.append((result.data, [str(error) for error in result.errors or []]))

    listening = asyncio.ensure_future(listen())
    while actor.tenant_id not in board._listeners and not listening.done():  # noqa: ASYNC110  # nobody tells us
        await asyncio.sleep(0.001)
    acme, globex = walker.victim, walker.intruder
    for owner, channel in ((acme, acme), (globex, globex), (acme, globex)):
        for table in ("customers", "members"):
            change = Change(owner.tenant_id, uuid7(), f"{table}.changed", table, owner.id(table))
            board.hear(changes(channel.tenant_id), change)
    await calm()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert not any("Unknown" in error for _, errors in told for error in errors), told
    return told


async def calm() -> None:
    """Until everybody has done what they can do without news; the database's answers take a few turns."""
    for _ in range(30):
        await asyncio.sleep(0.001)


def test_there_is_nothing_else_to_listen_to() -> None:
    subscription = SCHEMA_GRAPH.subscription_type
    assert subscription is not None
    assert {name: set(field.args) for name, field in subscription.fields.items()} == {"changed": {"names", "subjectId"}}


async def test_one_hears_of_one_s_own(board: Board, walker: Walker) -> None:
    told = await heard(board, walker, walker.intruder.administrator())
    own = {str(walker.intruder.id(table)) for table in ("customers", "members")}
    assert {data["changed"]["subjectId"] for data, _ in told} == own
    assert not any(mark in repr(told).encode() for mark in walker.victim.marked())


@pytest.mark.parametrize("who", ["administrator", "client", "newcomer"])
async def test_a_foreign_subject_is_as_silent_as_none(board: Board, walker: Walker, who: str) -> None:
    actor: Actor = getattr(walker.intruder, who)()
    foreign = walker.victim.id("customers")
    assert await heard(board, walker, actor, subject=str(foreign)) == await heard(
        board, walker, actor, subject=str(like(foreign))
    )
    if who != "newcomer":
        assert len(await heard(board, walker, actor, subject=str(walker.intruder.id("customers")))) == 1
