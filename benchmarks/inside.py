"""What is measured inside one process, without HTTP: planning, our own Python, rulings, claims, memory for documents.

`python -m benchmarks.inside DOCUMENTS` is the process whose memory is measured.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from starlette.types import Message, Scope

from api import endpoint as endpoints
from api.app import spare_the_collector
from api.endpoint import Endpoint
from api.reading import running
from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from benchmarks.calls import OURS, Asked, headers_for
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.peers import compiled
from benchmarks.processes import resident_mb
from benchmarks.workloads import LIST, SUBMIT, Workload
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.queries import rulings as rooms
from domain.policies.rules.kinds import PriorityMatrix
from tenancy.actor import Actor, ActorKind
from tenancy.database import database, open_database
from tenancy.quotas import Quotas

DOCUMENTS = 60
ROUNDS = 15
# The command has three rulings of its own.
RULINGS_MORE = 2


async def measure(figures: Figures, there: Ground, asked: Mapping[Workload, Sequence[Asked]], *, quick: bool) -> None:
    """All of it."""
    await open_database()
    # As the API does when it has started.
    spare_the_collector()
    try:
        planning(figures, asked[LIST][0].caller.actor)
        await own_python(figures, asked[LIST])
        await rulings(figures, asked[SUBMIT])
    finally:
        await database.close()
    memory(figures, 200 if quick else 5_000)


def planning(figures: Figures, actor: Actor) -> None:
    """The processor time of a document that nobody has sent before: parsed, validated, surveyed, planned."""
    reader = Reader(SCHEMA._schema)
    took = []
    for text in _never_seen(DOCUMENTS):
        began = time.process_time()
        plan(reader, text, actor)
        took.append(time.process_time() - began)
    figures.say("document.planning", statistics.median(took) * 1e3, "ms")


def _never_seen(count: int) -> Iterator[str]:
    return (LIST.ours.replace("requests(", f"seen{number}: requests(", 1) for number in range(count))


def plan(reader: Reader, text: str, actor: Actor) -> None:
    """Make the statement of a document of the list workload."""
    prepared, variables, values = reader.prepare(Call(text, variables={"state": "NEW"}))
    assert reader._made(prepared, actor, variables.coerced, values).plan is not None


async def own_python(figures: Figures, asked: Sequence[Asked]) -> None:
    """What one request of the list costs between the HTTP server and the driver, which answers at once."""
    endpoint, requests = Endpoint(), [request_of(LIST, each) for each in asked]
    for request in requests[:20]:
        await send(endpoint, *request)

    async def nothing(*_: Any) -> bytes:
        return b'{"requests":null}'

    took = []
    # Answers that come at once would use up what a caller may ask.
    with instead(running, "answer", nothing), instead(endpoints, "QUOTAS", Quotas(1_000_000_000, 1)):
        for request in requests:
            # Once to make the token known, so that what is measured are the others of its time.
            await send(endpoint, *request)
            began = time.process_time()
            for _ in range(5):
                await send(endpoint, *request)
            took.append((time.process_time() - began) / 5)
    figures.say("list.own_python", statistics.median(took) * 1e6, "us")


def request_of(workload: Workload, asked: Asked) -> tuple[Scope, bytes]:
    """A call as the server hands it to the application."""
    body = json.dumps({"query": workload.ours, "variables": asked.ours}).encode()
    headers = {"host": "127.0.0.1", "content-type": "application/json", "accept": "application/json"}
    sent = [(name.encode(), value.encode()) for name, value in (headers | headers_for(OURS, asked)).items()]
    return {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": sent}, body


async def send(endpoint: Endpoint, scope: Scope, body: bytes) -> None:
    """Let the application answer, whatever it answers."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200, message

    await endpoint(dict(scope), receive, send)


async def rulings(figures: Figures, asked: Sequence[Asked]) -> None:
    """A command that asks the handbook five times, beside the same command with constants in the handbook's place."""
    reader, find = Reader(SCHEMA._schema), policies.find_rule
    known: dict[Any, Any] = {}

    async def five(work: Any, kind: Any, **case: Any) -> Any:
        for _ in range(RULINGS_MORE if kind is PriorityMatrix else 0):
            await find(work, kind, **case)
        known[kind] = await find(work, kind, **case)
        return known[kind]

    async def constant(_: Any, kind: Any, **__: Any) -> Any:
        return known[kind]

    calls = asked[:20]

    async def submit() -> float:
        began = time.process_time()
        for each in calls:
            answered = await reader.run(Call(SUBMIT.ours, variables=each.ours), each.caller.actor)
            assert not answered.errors, answered.errors
        return (time.process_time() - began) / len(calls)

    took: dict[Callable[..., Awaitable[Any]], list[float]] = {five: [], constant: []}
    for turn in range(ROUNDS + 1):
        for way, each in took.items():
            # Others ask by the package, `rule` in its own room.
            with instead(policies, "find_rule", way), instead(rooms, "find_rule", way):
                seconds = await submit()
            if turn:
                each.append(seconds)
    # What others on this machine add is not ours, and it is never less than nothing.
    ruled, constants = (min(each) * 1e3 for each in took.values())
    figures.say("rulings.constants", constants, "ms")
    figures.say("rulings.five", ruled, "ms", "constants", constants)


@contextmanager
def instead(room: Any, name: str, function: Any) -> Iterator[None]:
    """For a while, a function in the place of a room's own."""
    kept = getattr(room, name)
    setattr(room, name, function)
    try:
        yield
    finally:
        setattr(room, name, kept)


def memory(figures: Figures, documents: int) -> None:
    """What a process holds when it has loaded the API, and after so many documents that it had never seen."""
    argv = [sys.executable, "-m", "benchmarks.inside"]
    # The first time for everything to be compiled.
    for count in (0, documents):
        ended = subprocess.run(
            [*argv, str(count)], capture_output=True, text=True, check=True, env=compiled(), timeout=600
        )
    said = ended.stdout
    before, after = json.loads(said)
    figures.say("documents.memory_before", before, "MB")
    figures.say("documents.memory", after, "MB")


def main() -> None:
    """Plan so many documents, and print the memory before and after."""
    reader = Reader(SCHEMA._schema)
    actor = Actor(uuid4(), ActorKind.MEMBER, uuid4(), frozenset(Permission))
    plan(reader, LIST.ours, actor)
    spare_the_collector()
    before = resident_mb("self")
    for text in _never_seen(int(sys.argv[1])):
        plan(reader, text, actor)
    print(json.dumps([before, resident_mb("self")]))


if __name__ == "__main__":
    main()
