"""What a socket is refused is told as over HTTP: a code, a sentence in the person's language, faults by a number."""

import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import orjson
import pytest
import structlog
from sqlalchemy import select

from api import live
from api.endpoint import READER, sees
from api.live import Live, Switchboard
from api.reading.requests import Call
from api.schema.subscriptions import LIVE_SCHEMA
from api.sockets import MOST_SUBSCRIPTIONS
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.identity import clients, keys, tokens
from tenancy.identity.partner_tokens import issue
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tests.api.live.socket import Socket

LISTEN = "subscription($id: ID, $names: [String!]) { changed(subjectId: $id, names: $names) { name } }"
APP = Live(LIVE_SCHEMA, sees)


class Silent(Switchboard):
    """A switchboard without a broker."""

    def __init__(self) -> None:
        super().__init__("redis://nowhere")
        self.broken = False

    async def listen(self, tenant_id: Any) -> Any:
        """A queue in which nothing comes, or a fault."""
        if self.broken:
            raise ValueError("SELECT secret FROM inside")
        return await super().listen(tenant_id)


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Silent:
    """The process's only switchboard."""
    only = Silent()

    async def nothing(*_: Any) -> None:
        """There is no broker to tell."""

    monkeypatch.setattr(only, "_pubsub", type("", (), {"subscribe": nothing, "unsubscribe": nothing})())
    monkeypatch.setattr(only, "_hear", nothing)
    monkeypatch.setattr(live, "SWITCHBOARDS", [only])
    return only


async def token_of(actor: Actor, language: str, scopes: list[str] | None = None) -> str:
    """A token of somebody who reads a language."""
    async with writing(actor, settle=settle) as work:
        (await work.get(Member, actor.id)).language = language  # type: ignore[arg-type]  # a member's
        _, token = await tokens.create_access_token(work, name=f"script {uuid4()}", scopes=scopes)
    return token


@pytest.fixture
async def clerk(board: Silent, acme: Actor) -> AsyncIterator[Socket]:
    """The socket of somebody who may not read the journal and reads Chinese."""
    async with Socket(APP) as socket:
        assert (await socket.open(await token_of(acme, "zh_Hans", ["requests.read"])))["type"] == "connection_ack"
        yield socket


async def test_a_missing_permission_is_named_in_the_person_s_language(board: Silent, acme: Actor) -> None:
    said = set()
    for language in ("zh_Hans", "zh_Hant", "en"):
        async with Socket(APP) as socket:
            await socket.open(await token_of(acme, language, ["requests.read"]))
            (error,) = await socket.errors(LISTEN)
            assert error["extensions"] == {"code": "FORBIDDEN"}
            assert "journal.read" in error["message"]
            said.add(error["message"])
    assert len(said) == 3


async def test_a_partner_s_client_is_answered_in_the_language_that_it_accepts(board: Silent, acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        _, client_id, _ = await clients.create_client(work, name="Portal", scopes=["requests.read_all"])
    client = await clients.find_client(client_id)
    assert client is not None
    token = issue(client, client.scopes, (await keys.keyring()).signing)
    async with Socket(APP, {"accept-language": "zh-TW"}) as socket:
        await socket.open(token)
        (error,) = await socket.errors(LISTEN)
        assert "需要" in error["message"]


async def test_a_record_that_one_does_not_see_is_told_with_the_input_at_fault(clerk: Socket) -> None:
    (error,) = await clerk.errors(LISTEN, variables={"id": str(uuid4())})
    assert error["extensions"] == {"code": "NOT_FOUND", "inputPath": ["subjectId"]}
    assert not error["message"].isascii()


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": LISTEN, "variables": {"id": "x" * 500}}, "BAD_ID"),
        ({"query": 'subscription { changed(subjectId: "x") { name } }'}, "BAD_ID"),
        ({"query": "subscription { changed { name } } subscription A { changed { name } }"}, "BAD_REQUEST"),
        ({"query": LISTEN, "operationName": "Other"}, "BAD_REQUEST"),
        ({"query": "subscription {"}, "BAD_REQUEST"),
        ({"query": "subscription { " + "x" * 900 + "(}"}, "BAD_REQUEST"),
        ({"query": "mutation { post }"}, "BAD_REQUEST"),
        ({"query": "subscription { changed { secret } }"}, "BAD_REQUEST"),
        ({"query": "subscription { changed { " + "name " * 2000 + "} }"}, "LIMIT_EXCEEDED"),
    ],
)
async def test_a_document_that_cannot_be_taken_is_an_error_and_the_socket_stays(
    clerk: Socket, payload: dict[str, Any], code: str
) -> None:
    for error in await clerk.errors(payload.pop("query"), **payload):
        assert error["extensions"]["code"] == code
        assert len(error["message"]) < 400
    clerk.say({"type": "ping"})
    assert (await clerk.told())["type"] == "pong"


@pytest.mark.parametrize("query", ["{ viewer { kind } }", "mutation { createPost(input: {}) { post { id } } }"])
async def test_who_asks_over_a_socket_is_told_where_to_ask(clerk: Socket, query: str) -> None:
    (error,) = await clerk.errors(query)
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert "/graphql" in error["message"]
    assert not error["message"].isascii()


async def test_a_refusal_leaves_no_traceback_in_the_log(clerk: Socket, caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        await clerk.errors(LISTEN)
        await clerk.errors(LISTEN, variables={"id": "x"})
        await clerk.errors("subscription {")
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]
    assert not [line for line in logged if "exc_info" in line]


async def test_a_fault_of_ours_is_masked_with_a_number_that_the_log_has(
    board: Silent, acme: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    board.broken = True
    async with Socket(APP) as socket:
        await socket.open(await token_of(acme, "zh_Hant"))
        with structlog.testing.capture_logs() as logged:
            (error,) = await socket.errors(LISTEN)
    number = error["extensions"]["id"]
    assert error["extensions"] == {"code": "INTERNAL", "id": number}
    assert number in error["message"]
    assert not error["message"].isascii()
    assert "secret" not in str(error)
    assert [line["number"] for line in logged if line["event"] == "request.failed"] == [number]
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_fault_while_opening_closes_the_socket_with_its_number(
    board: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise OSError("no route to the database")

    monkeypatch.setattr(live, "actor_for", broken)
    async with Socket(APP) as socket:
        with structlog.testing.capture_logs() as logged:
            code, number = await socket.open("zhp_x")
    assert code == 4500
    assert [line["number"] for line in logged] == [number]


async def test_nobody_is_let_in(board: Silent) -> None:
    for token in (None, "zhp_nonsense", "Basic eA=="):
        async with Socket(APP) as socket:
            assert await socket.open(token) == (4403, "Forbidden")
    async with Socket(APP) as socket:
        socket.say({"type": "subscribe", "id": "1", "payload": {"query": LISTEN}})
        assert (await socket.told())[0] == 4401


@pytest.mark.parametrize(
    "message",
    [
        *("{", "[]", '"x"', "null", "7", {"type": "nonsense"}, {"type": []}, {}),
        *({"type": "subscribe"}, {"type": "subscribe", "id": "2"}, {"type": "subscribe", "id": "2", "payload": "x"}),
        {"type": "subscribe", "id": 2, "payload": {"query": LISTEN}},
        {"type": "subscribe", "id": "2", "payload": {"query": 7}},
        {"type": "subscribe", "id": "2", "payload": {"query": LISTEN, "variables": []}},
        {"type": "subscribe", "id": "2", "payload": {"query": LISTEN, "operationName": 7}},
        {"type": "complete", "id": []},
    ],
)
async def test_a_message_that_is_none_of_the_protocol_closes_the_socket(clerk: Socket, message: Any) -> None:
    clerk.say(message)
    assert (await clerk.told())[0] == 4400


async def test_a_socket_carries_so_many_subscriptions_and_no_more(board: Silent, acme: Actor) -> None:
    async with Socket(APP) as socket:
        await socket.open(await token_of(acme, "zh_Hans"))
        for number in range(MOST_SUBSCRIPTIONS + 1):
            socket.say({"type": "subscribe", "id": str(number), "payload": {"query": LISTEN}})
        answer = await socket.told()
        assert (answer["id"], answer["type"]) == (str(MOST_SUBSCRIPTIONS), "error")
        (error,) = answer["payload"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert not error["message"].isascii()


async def test_what_another_company_has_is_not_found_by_readers_of_the_journal_either(
    board: Silent, acme: Actor, globex: Actor
) -> None:
    token, _ = await token_of(acme, "en"), await token_of(globex, "en")
    async with reading(globex) as work:
        [strange] = await work.all(select(JournalEntry).limit(1))
    async with reading(acme) as work:
        [own] = await work.all(select(JournalEntry).limit(1))
    async with Socket(APP) as socket:
        await socket.open(token)
        for id in (strange.subject_id, uuid4()):
            (error,) = await socket.errors(LISTEN, variables={"id": str(id)})
            assert error["extensions"] == {"code": "NOT_FOUND", "inputPath": ["subjectId"]}
    context: Any = SimpleNamespace(sees=AsyncMock(return_value=False))
    assert own.subject_id is not None
    await live._refuse_strange(context, acme, own.subject_id)


async def test_the_names_of_facts_are_listed(pool: None, acme: Actor) -> None:
    answer = await READER.run(Call("{ factNames }"), acme)
    assert answer.data is not None
    names = orjson.loads(answer.data)["factNames"]
    assert {"requests.assigned", "approvals.decided"} <= set(names)
    assert names == sorted(names)
