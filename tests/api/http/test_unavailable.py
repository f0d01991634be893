"""A database that is full, stands still or is gone: said as such, in time, and never hidden by a log that fails."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import structlog
from starlette.applications import Starlette

from api.app import Door
from api.auth.routes import ROUTES
from api.endpoint import Endpoint, sees
from api.http import health
from api.http.files import ROUTES as FILES
from api.live import Live
from api.schema.subscriptions import LIVE_SCHEMA
from api.survey.routes import ROUTES as SURVEYS
from domain.consequences import settle
from tenancy import connections, logs
from tenancy import database as doors
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.connections import TenantConnection
from tenancy.database import Database, database, writing
from tenancy.identity import tokens
from tenancy.links import Link, Purpose, token
from tenancy.storing import Statement
from tenancy.work import Work

MUTATION = 'mutation { createDepartment(input: {name: "One"}) { department { name } errors { code } } }'
READ = "{ customers(first: 1) { nodes { id } } }"


@pytest.fixture
async def client(acme: Actor) -> AsyncIterator[httpx.AsyncClient]:
    """A company's administrator, whose faults are answered as a process of the API answers them."""
    async with writing(acme, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="script")
    app = Door(Endpoint(), Live(LIVE_SCHEMA, sees), Starlette(routes=[*ROUTES, *FILES, *SURVEYS, *health.ROUTES]))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidu", headers=headers) as opened:
        yield opened


async def post(client: httpx.AsyncClient, query: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query})


def _error(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    found: dict[str, Any] = error
    return found


@pytest.mark.parametrize("fault", [asyncpg.DiskFullError, asyncpg.OutOfMemoryError, asyncpg.TooManyConnectionsError])
async def test_a_database_without_room_is_unavailable_and_not_a_fault_of_ours(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, fault: type[asyncpg.PostgresError]
) -> None:
    async def full(_: Work) -> None:
        raise fault('could not extend file "base/1/2": No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(Work, "flush", full)
        answer = await post(client, MUTATION)
    assert answer.status_code == 503
    error = _error(answer)
    assert (error["extensions"]["code"], error["path"]) == ("UNAVAILABLE", ["createDepartment"])
    assert "Nothing was changed" in error["message"]
    assert "base/1/2" not in answer.text
    assert (await post(client, MUTATION)).json()["data"]["createDepartment"]["errors"] == []


async def test_what_came_about_in_part_is_no_503_which_would_have_it_sent_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending = Work._pending
    document = 'mutation { one: createDepartment(input: {name: "One"}) { department { name } }'
    document += ' two: createDepartment(input: {name: "Two"}) { department { name } } }'

    def soon_full(work: Work) -> Iterator[Statement]:
        if [each for each in work._new if getattr(each, "name", "") == "Two"]:
            raise asyncpg.DiskFullError("full")
        yield from pending(work)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "_pending", soon_full)
        answer = await post(client, document)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"one": {"department": {"name": "One"}}, "two": None}
    assert _error(answer)["extensions"]["code"] == "UNAVAILABLE"


STEPS = {
    "what only adds": 'mutation { createDepartment(input: {name: "One"}) { department { name } } }',
    "what also changes": "mutation { setLanguage(input: {language: ZH_HANS}) { member { language } } }",
}


@pytest.mark.parametrize("what", STEPS)
@pytest.mark.parametrize("fault", [asyncpg.ConnectionDoesNotExistError, TimeoutError])
async def test_what_is_lost_while_it_is_kept_is_told_as_uncertain_and_may_be_sent_again_with_its_key(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, what: str, fault: type[Exception]
) -> None:
    execute = TenantConnection.execute
    document = STEPS[what]
    said: list[str] = []

    async def lost(connection: TenantConnection, sql: str, *arguments: Any) -> Any:
        found = await execute(connection, sql, *arguments)
        said.append(sql)
        if not sql.startswith("BEGIN") and (sql == "COMMIT" or not any(each.startswith("BEGIN") for each in said)):
            raise fault("connection was closed in the middle of operation")
        return found

    key = {"idempotency-key": f"once-{fault.__name__}"}
    with monkeypatch.context() as patch:
        patch.setattr(TenantConnection, "execute", lost)
        answer = await client.post("/graphql", json={"query": document})
        assert _error(answer)["extensions"]["code"] == "UNCERTAIN"
        assert "Nothing was changed" not in _error(answer)["message"]
        said.clear()
        kept = await client.post("/graphql", json={"query": document.replace("One", "Two")}, headers=key)
        assert _error(kept)["extensions"]["code"] == "UNCERTAIN"
    again = await client.post("/graphql", json={"query": document.replace("One", "Two")}, headers=key)
    assert "errors" not in again.json(), again.text


@contextmanager
def _standing_still(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
async def impatient(app_url: str, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A pool of one connection that gives up within moments, once the client's token is known."""
    await post(client, READ)
    monkeypatch.setattr(doors, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "ENDING_SECONDS", 0.2)
    pool = Database(app_url, 1, most_seconds=3)
    await pool.open()
    with monkeypatch.context() as patch:
        patch.setattr(database, "_pool", pool.pool)
        yield
    await pool.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("document", [READ, MUTATION])
async def test_a_database_that_stands_still_is_given_up_and_answers_again_when_it_goes_on(
    client: httpx.AsyncClient, document: str
) -> None:
    pid = await database.pool.fetchval("SELECT pg_backend_pid()")
    with _standing_still([pid]):
        answer = await post(client, document)
        assert (answer.status_code, _error(answer)["extensions"]["code"]) == (503, "UNAVAILABLE")
        # Its place is free for another connection, since the server itself takes new ones.
        assert (await post(client, READ)).status_code == 200
    assert (await post(client, document)).status_code == 200


@pytest.mark.usefixtures("impatient")
async def test_a_database_that_stands_still_while_a_change_is_kept_leaves_it_uncertain(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = TenantConnection.execute
    pid = await database.pool.fetchval("SELECT pg_backend_pid()")

    async def stopped(connection: TenantConnection, sql: str, *arguments: Any) -> Any:
        if sql == "COMMIT":
            os.kill(pid, signal.SIGSTOP)
        return await execute(connection, sql, *arguments)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(TenantConnection, "execute", stopped)
            answer = await post(client, STEPS["what also changes"])
    finally:
        os.kill(pid, signal.SIGCONT)
    assert _error(answer)["extensions"]["code"] == "UNCERTAIN"
    assert (await post(client, READ)).status_code == 200


@pytest.mark.usefixtures("impatient")
async def test_who_waits_for_a_connection_does_not_wait_for_ever(client: httpx.AsyncClient) -> None:
    async with database.pool.acquire():
        answer = await post(client, READ)
    assert (answer.status_code, _error(answer)["extensions"]["code"]) == (503, "UNAVAILABLE")


@pytest.mark.usefixtures("impatient")
async def test_readiness_is_told_in_its_time_while_the_database_stands_still(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answers() -> str:
        return health.OK

    monkeypatch.setattr(health, "_broker", answers)
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.3)
    pid = await database.pool.fetchval("SELECT pg_backend_pid()")
    with _standing_still([pid]):
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "not reached")


@pytest.mark.parametrize("url", ["", "localhost:6379"])
async def test_readiness_is_told_where_no_broker_is_set(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(health, "settings", lambda: settings().model_copy(update={"broker_url": url}))
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"database": "ok", "migrations": "ok", "broker": "not reached"},
    )


async def test_signing_in_while_the_database_is_gone_is_unavailable_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_pool", Database("postgresql://nobody@127.0.0.1:1/nothing", 1))
    monkeypatch.setattr(Database, "acquire", _refuse, raising=False)
    body = {"email": "admin@example.com", "password": "a password that is long enough"}
    answer = await client.post("/auth/sign-in", json=body)
    assert (answer.status_code, _error(answer)["code"]) == (503, "UNAVAILABLE")


class _Gone:
    """A database that nobody reaches."""

    def __getattr__(self, _: str) -> Any:
        return _refuse


async def test_files_and_surveys_are_unavailable_too_while_the_database_is_gone(
    client: httpx.AsyncClient, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_pool", _Gone())
    survey = token(acme.tenant_id, Link(Purpose.SURVEY, uuid4()))
    for answer in (
        await client.post("/files?name=a.txt", content=b"one"),
        await client.get(f"/files/{uuid4()}"),
        await client.get(f"/survey/{survey}"),
        await client.post(f"/survey/{survey}", data={"score": "5"}),
    ):
        assert (answer.status_code, _error(answer)["code"]) == (503, "UNAVAILABLE")


def _refuse(*_: Any, **__: Any) -> None:
    raise ConnectionRefusedError


class _Full:
    """An output on a disk without room."""

    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


async def test_a_log_that_cannot_be_written_breaks_no_answer(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("half a pair: \ud800")

    before = structlog.get_config()
    logs.configure()
    monkeypatch.setattr("api.errors.log", structlog.get_logger("api.errors"))
    try:
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", _Full())
            patch.setattr(Work, "flush", broken)
            answer = await post(client, MUTATION)
    finally:
        structlog.configure(**before)
    assert answer.status_code == 200
    assert _error(answer)["extensions"]["code"] == "INTERNAL"
