"""The trials: answers compared first, then rounds in which the servers take turns, and the medians of what they cost."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from benchmarks.calls import BARE, OURS, THEIRS, Asked, Statements, body_for, headers_for, post
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.load import Load, Served
from benchmarks.processes import Server, cpu_seconds
from benchmarks.workloads import DETAIL, NEW, UNCOMPARED, Workload, normal

CONNECTIONS = 16
COMPARED = 12
WARM_SECONDS = 1.5


@dataclass(frozen=True)
class Cost:
    """One trial: what was served, and the milliseconds of processor time of server and PostgreSQL for each answer."""

    served: Served
    server_ms: float
    postgres_ms: float

    @property
    def both_ms(self) -> float:
        """Server and PostgreSQL together."""
        return self.server_ms + self.postgres_ms


def compare(servers: Mapping[str, Server], workload: Workload, asked: Sequence[Asked], statements: Statements) -> None:
    """Raise RuntimeError unless the servers agree in what they answer."""
    without = (*UNCOMPARED, *NEW) if workload.writes else UNCOMPARED
    for each in asked[:COMPARED]:
        answers = {
            name: post(
                f"http://127.0.0.1:{server.port}/graphql",
                body_for(name, workload, each, statements),
                headers_for(name, each),
            )["data"]
            for name, server in servers.items()
        }
        if workload.name == "viewer" and THEIRS in answers:
            # A composite type cannot be inside another there, so the member and the viewer are one.
            answers[THEIRS] = {"viewer": _apart(answers[THEIRS]["viewer"])}
        expected = normal(answers[OURS], without=without)
        for name, answer in answers.items():
            if normal(answer, without=without) != expected:
                raise RuntimeError(f"{workload.name}: {name} and {OURS} differ:\n{answer}\n{answers[OURS]}")


def _apart(viewer: Mapping[str, Any]) -> dict[str, Any]:
    return {"member": {key: viewer[key] for key in ("id", "name")}, "tenant": viewer["tenant"]}


def keep_apart(server: Server, asked: Sequence[Asked]) -> None:
    """Raise RuntimeError unless two companies asking for the same id each see a request of their own."""
    first = asked[0]
    other = next(each for each in asked if each.caller.actor.tenant_id != first.caller.actor.tenant_id)
    url = f"http://127.0.0.1:{server.port}/graphql"
    seen = [
        post(url, {"query": DETAIL.ours, "variables": first.ours}, headers_for(OURS, each))["data"]["request"]["title"]
        for each in (first, other)
    ]
    if seen[0] == seen[1]:
        raise RuntimeError(f"two companies see the same request: {seen[0]}")


async def count_statements(
    ground: Ground, servers: Mapping[str, Server], asked: Mapping[Workload, Sequence[Asked]], statements: Statements
) -> dict[tuple[str, str], int]:
    """How many statements each server sends PostgreSQL for one call, by PostgreSQL's own log."""
    connection = await asyncpg.connect(ground.owner_url)
    counted: dict[tuple[str, str], int] = {}
    try:
        await _log_statements(connection, "all")
        for workload, calls in asked.items():
            for name, server in servers.items():
                # The first call makes the token known.
                for _ in range(2):
                    began = ground.log.stat().st_size
                    url = f"http://127.0.0.1:{server.port}/graphql"
                    post(url, body_for(name, workload, calls[0], statements), headers_for(name, calls[0]))
                time.sleep(0.1)
                said = ground.log.read_bytes()[began:].decode(errors="replace").splitlines()
                counted[workload.name, name] = sum(
                    ("LOG:  execute " in line or "LOG:  statement: " in line) and "pg_notify" not in line
                    # A process of ours calls itself once a second, whoever asks.
                    for line in said
                )
    finally:
        await _log_statements(connection, "none")
        await connection.close()
    return counted


async def _log_statements(connection: asyncpg.Connection, which: str) -> None:
    await connection.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
    await connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)


class Trials:
    """All trials of a run."""

    def __init__(self, ground: Ground, load: Load, servers: Mapping[str, Server], figures: Figures) -> None:
        self._ground, self._load, self._servers, self._figures = ground, load, servers, figures

    def run(self, workload: Workload, *, rounds: int, seconds: float) -> None:
        """Let the servers take turns, and say the medians."""
        for name in self._servers:
            self._trial(workload, name, 4, WARM_SECONDS)
        costs: dict[str, list[Cost]] = {name: [] for name in self._servers}
        for _ in range(rounds):
            for name in self._servers:
                costs[name].append(self._trial(workload, name, CONNECTIONS, seconds))
        self._say(workload, costs)

    def _trial(self, workload: Workload, name: str, connections: int, seconds: float) -> Cost:
        server = self._servers[name]
        before = server.cpu_seconds(), cpu_seconds(self._ground.postgres.pid)
        served = self._load.run(
            f"{name}/{workload.name}",
            server.port,
            connections=connections,
            seconds=seconds,
            must_hold=workload.must_hold,
        )
        if served.bad:
            raise RuntimeError(
                f"{name} failed {served.bad} of {served.answers} calls of {workload.name}: {served.example}"
            )
        # What PostgreSQL does after its last answer is counted too.
        time.sleep(0.1)
        after = server.cpu_seconds(), cpu_seconds(self._ground.postgres.pid)
        each = 1000 / served.answers
        return Cost(served, (after[0] - before[0]) * each, (after[1] - before[1]) * each)

    def _say(self, workload: Workload, costs: Mapping[str, Sequence[Cost]]) -> None:
        measures: Mapping[str, tuple[str, Callable[[Cost], float]]] = {
            "requests_per_second": ("1/s", lambda cost: cost.served.per_second),
            "server_cpu": ("ms", lambda cost: cost.server_ms),
            "postgres_cpu": ("ms", lambda cost: cost.postgres_ms),
            "both_cpu": ("ms", lambda cost: cost.both_ms),
            "p50": ("ms", lambda cost: cost.served.p50_ms),
            "p99": ("ms", lambda cost: cost.served.p99_ms),
        }
        for measure, (unit, of) in measures.items():
            medians = {name: statistics.median(of(cost) for cost in several) for name, several in costs.items()}
            for name, value in medians.items():
                if name != OURS:
                    self._figures.say(f"{workload.name}.{measure}.{name}", value, unit)
            for peer in (BARE, THEIRS):
                if peer in medians and OURS in medians:
                    self._figures.say(f"{workload.name}.{measure}", medians[OURS], unit, peer, medians[peer])
        spread = statistics.median(cost.served.p99_ms / cost.served.p50_ms for cost in costs[OURS])
        self._figures.say(f"{workload.name}.p99_to_p50", spread, "")
