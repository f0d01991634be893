"""The calls of every workload: who asks what, as each of the three servers takes it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import orjson

from api.reading.planning import Plan
from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from benchmarks.companies import Caller
from benchmarks.workloads import DETAIL, LIST, MESSAGE, SUBMIT, VIEWER, Workload

CALLS = 400
STATES = ("new", "assigned", "in_progress", "on_hold", "resolved", "closed")
BARE, OURS, THEIRS = "bare", "zhidu", "postgraphile"


@dataclass
class Asked:
    """One call of a workload: who asks, with which variables here and there."""

    caller: Caller
    ours: dict[str, Any]
    theirs: dict[str, Any]


def ask(workload: Workload, callers: Sequence[Caller], ids: Sequence[str], customers: Sequence[str]) -> list[Asked]:
    """The calls of one workload over all callers, by chance, the same in every run; ids are the same everywhere."""
    chance = random.Random(workload.name)
    asked = []
    for place in range(CALLS):
        caller = chance.choice(callers)
        match workload:
            case _ if workload is LIST:
                state = chance.choice(STATES)
                asked.append(Asked(caller, {"state": state.upper()}, {"state": state}))
            case _ if workload is DETAIL:
                id = chance.choice(ids)
                asked.append(Asked(caller, {"id": id}, {"tenant": str(caller.actor.tenant_id), "id": id}))
            case _ if workload is SUBMIT:
                given = {"customerId": chance.choice(customers), "title": f"The printer jams again, {place}"}
                more = {"impact": "MEDIUM", "urgency": "HIGH", "channel": "PORTAL"}
                asked.append(Asked(caller, {"input": {**given, **more}}, {"input": given}))
            case _ if workload is MESSAGE:
                said = {"requestId": chance.choice(ids), "text": f"We have looked at it for the {place}th time."}
                asked.append(Asked(caller, {"input": said}, {"input": said}))
            case _:
                assert workload is VIEWER
                asked.append(Asked(caller, {}, {}))
    return asked


async def write(workload: Workload, asked: Asked) -> None:
    """Carry out one mutation through the API's own reader, without a server."""
    answer = await Reader(SCHEMA._schema).run(Call(workload.ours, variables=asked.ours), asked.caller.actor)
    if answer.errors or workload.must_hold.encode() not in (answer.data or b""):
        raise RuntimeError(f"the sample of {workload.name} was not written: {answer.errors or answer.data!r}")


async def customers_of_one_tier(owner: asyncpg.Connection, caller: Caller) -> list[str]:
    """Customers for whom a request is rated alike; they have the same ids in every company."""
    sql = "SELECT id::text FROM customers WHERE tenant_id = $1 AND tier = 'key' ORDER BY id"
    return [row["id"] for row in await owner.fetch(sql, caller.actor.tenant_id)]


async def some_requests(owner: asyncpg.Connection, caller: Caller) -> list[str]:
    """Requests to look at; they have the same ids in every company."""
    sql = "SELECT id::text FROM service_requests WHERE tenant_id = $1 ORDER BY id LIMIT 500"
    return [row["id"] for row in await owner.fetch(sql, caller.actor.tenant_id)]


def planned(reader: Reader, workload: Workload, asked: Asked) -> tuple[Plan, list[Any]]:
    """The statement that the reader makes of a call, and its arguments."""
    prepared, variables, values = reader.prepare(Call(workload.ours, variables=asked.ours))
    made = reader._made(prepared, asked.caller.actor, variables.coerced, values)
    assert made.plan is not None, f"{workload.name} is not planned"
    assert not made.plan.written, f"{workload.name} is written by Python in part"
    return made.plan, made.plan.arguments(values, asked.caller.actor)


class Statements:
    """The statements of the bare handler: the reader's own, and for each mutation a single one that writes the same."""

    def __init__(self, writing: Mapping[str, str]) -> None:
        self._reader = Reader(SCHEMA._schema)
        self._writing = writing
        self.known: dict[str, dict[str, Any]] = {}

    def call(self, workload: Workload, asked: Asked) -> dict[str, Any]:
        """The body that the bare handler takes for a call."""
        if workload.writes:
            actor, given = asked.caller.actor, asked.theirs["input"]
            one, other = ("customerId", "title") if workload is SUBMIT else ("requestId", "text")
            arguments: list[Any] = [actor.tenant_id, actor.id, given[one], given[other]]
            sql = self._writing[workload.name]
        else:
            plan, arguments = planned(self._reader, workload, asked)
            sql = plan.sql
        name = f"{workload.name}-{len(arguments)}"
        known = self.known.setdefault(name, {"sql": sql, "kinds": [type(value).__name__ for value in arguments]})
        assert known["sql"] == sql, f"{workload.name} has two statements with as many arguments"
        return {"statement": name, "arguments": arguments}


def http(body: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    """A whole HTTP request."""
    content = orjson.dumps(body, default=str)
    lines = ["POST /graphql HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", "accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def body_for(server: str, workload: Workload, asked: Asked, statements: Statements) -> dict[str, Any]:
    """What a server is sent for a call."""
    if server == BARE:
        return statements.call(workload, asked)
    if server == OURS:
        return {"query": workload.ours, "variables": asked.ours}
    return {"query": workload.theirs, "variables": asked.theirs}


def headers_for(server: str, asked: Asked) -> dict[str, str]:
    """How a server learns who asks: only ours asks for a token, the others believe what they are told."""
    if server == OURS:
        return {"authorization": f"Bearer {asked.caller.token}"}
    return {"x-tenant": str(asked.caller.actor.tenant_id), "x-member": str(asked.caller.actor.id)}


def follow(asked: Sequence[Asked], *, ours: str, theirs: str | None) -> None:
    """Give every second call of the list the cursor of a first page, from each of the two servers' own answers."""
    for each in asked[::2]:
        each.ours["after"] = _end_of(ours, LIST.ours, each.ours, headers_for(OURS, each))
        if theirs is not None:
            each.theirs["after"] = _end_of(theirs, LIST.theirs, each.theirs, headers_for(THEIRS, each))


def _end_of(url: str, query: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    data = post(url, {"query": query, "variables": variables}, headers)["data"]
    return str(data["requests"]["pageInfo"]["endCursor"])


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    """One answer as JSON; RuntimeError when it has errors."""
    content = orjson.dumps(body, default=str)
    answer = httpx.post(url, content=content, headers={**headers, "content-type": "application/json"}, timeout=30)
    found = orjson.loads(answer.content) if answer.status_code == 200 else None
    if found is None or found.get("errors"):
        raise RuntimeError(f"{url} answers {answer.status_code}: {answer.text[:1000]}")
    return found
