"""`python -m benchmarks`: one run of everything, some five minutes; `--quick` for a look, `--only` for a part."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import asyncpg

from benchmarks import agendas, companies, desk, inside, money, peers, replanning, rulebook, trials
from benchmarks.calls import (
    OURS,
    THEIRS,
    Asked,
    Statements,
    ask,
    body_for,
    customers_of_one_tier,
    follow,
    headers_for,
    http,
    some_requests,
    write,
)
from benchmarks.companies import Caller, Scale
from benchmarks.figures import Figures, table
from benchmarks.goals import GOALS
from benchmarks.ground import Ground, ground
from benchmarks.load import Load
from benchmarks.processes import Server
from benchmarks.same_writes import FUNCTIONS, SAYING, SUBMITTING, function, sample, statement
from benchmarks.workloads import DETAIL, LIST, MESSAGE, SUBMIT, WORKLOADS, Workload
from tenancy.database import database, open_database

INSIDE = "inside"

Settled = tuple[list[Caller], list[str], list[str], dict[str, str]]
"""Who calls, customers, requests, and the statement that writes what each mutation writes."""


def main() -> int:
    """Run, and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows, shorter trials: a look, no measurement")
    parts = [
        *(workload.name for workload in WORKLOADS),
        INSIDE,
        *rulebook.PARTS,
        desk.PART,
        replanning.PART,
        agendas.PART,
        *money.PARTS,
    ]
    parser.add_argument("--only", action="append", choices=parts, help="this part; may be repeated")
    parser.add_argument("--rounds", type=int, default=0, help="of each workload (default: 5, or 2 when quick)")
    parser.add_argument(
        "--tenants",
        type=int,
        default=0,
        help="companies of the desk's part (default: 50, or 12 when quick) and of dunning (200, or 10)",
    )
    parser.add_argument(
        "--requests",
        type=int,
        default=0,
        help="of each of them, and to be planned anew (default: 2000, or 300 when quick)",
    )
    parser.add_argument("--invoices", type=int, help="of each company of dunning (default: 5000, or 200 when quick)")
    arguments = parser.parse_args()
    wanted, quick = arguments.only or parts, arguments.quick
    chosen = [workload for workload in WORKLOADS if workload.name in wanted]
    rounds = arguments.rounds or (2 if quick else 5)
    figures = Figures()
    scale = Scale(12, 300) if quick else Scale()
    scale = Scale(arguments.tenants or scale.tenants, arguments.requests or scale.requests)
    with ground() as there, Load(there.directory) as load:
        # First of all, for it begins among few companies.
        if desk.PART in wanted:
            asyncio.run(desk.measure(figures, there, scale))
        if replanning.PART in wanted:
            asyncio.run(replanning.measure(figures, there, scale.requests))
        if chosen or INSIDE in wanted:
            settled = asyncio.run(_settle_in(there, Scale(10, 500) if quick else Scale()))
            callers, customers, ids, _ = settled
            if chosen:
                _compare(there, load, figures, chosen, settled, rounds=rounds, seconds=1.0 if quick else 2.0)
            if INSIDE in wanted:
                asked = {workload: ask(workload, callers, ids, customers) for workload in (LIST, SUBMIT)}
                asyncio.run(inside.measure(figures, there, asked, quick=quick))
        if set(rulebook.PARTS) & set(wanted):
            asyncio.run(rulebook.measure(figures, there, set(wanted), quick=quick))
        if agendas.PART in wanted:
            asyncio.run(agendas.measure(figures, there, quick=quick))
        if set(money.PARTS) & set(wanted):
            usual = money.Size(10, 200, 200) if quick else money.Size()
            size = replace(
                usual, tenants=arguments.tenants or usual.tenants, invoices=arguments.invoices or usual.invoices
            )
            asyncio.run(money.measure(figures, there, set(wanted), size))
    print(table(figures, GOALS))
    return 0


def _compare(
    there: Ground,
    load: Load,
    figures: Figures,
    chosen: Sequence[Workload],
    settled: Settled,
    *,
    rounds: int,
    seconds: float,
) -> None:
    """Let the servers answer the same, count their statements, and let them take turns."""
    callers, customers, ids, writing = settled
    asked = {workload: ask(workload, callers, ids, customers) for workload in chosen}
    servers: dict[str, Server] = {}
    try:
        statements = Statements(writing)
        _start(there, servers, asked, statements)
        for workload, calls in asked.items():
            trials.compare(servers, workload, calls, statements)
            if workload is DETAIL:
                trials.keep_apart(servers[OURS], calls)
            for name in servers:
                requests = [http(body_for(name, workload, each, statements), headers_for(name, each)) for each in calls]
                load.keep(f"{name}/{workload.name}", requests)
        counted = asyncio.run(trials.count_statements(there, servers, asked, statements))
        for (workload_name, server_name), count in counted.items():
            figures.say(f"{workload_name}.statements.{server_name}", count, "")
        running = trials.Trials(there, load, servers, figures)
        for workload in chosen:
            running.run(workload, rounds=rounds, seconds=seconds)
        for name, server in servers.items():
            figures.say(f"memory.{name}", server.resident_mb(), "MB")
    except RuntimeError:
        for name, server in servers.items():
            print(f"{name} says: {server.said()}", file=sys.stderr)
        raise
    finally:
        for server in servers.values():
            server.stop()


async def _settle_in(there: Ground, scale: Scale) -> Settled:
    """Fill the companies, and learn from one real call of each mutation what the others have to write."""
    await open_database()
    owner = await asyncpg.connect(there.owner_url)
    try:
        founder = await companies.found("company-0")
        callers = await companies.fill(there.owner_url, founder, scale)
        customers = await customers_of_one_tier(owner, callers[0])
        ids = await some_requests(owner, callers[0])
        await owner.execute(FUNCTIONS)
        writing: dict[str, str] = {}
        for workload, mutation in ((MESSAGE, SAYING), (SUBMIT, SUBMITTING)):
            asked = ask(workload, callers, ids, customers)[0]
            await write(workload, asked)
            actor = asked.caller.actor
            assert actor.id is not None
            written = await sample(owner, mutation, actor.tenant_id, actor.id)
            await owner.execute(function(written))
            writing[workload.name] = statement(written)
        return callers, customers, ids, writing
    finally:
        await owner.close()
        await database.close()


def _start(
    there: Ground, servers: dict[str, Server], asked: Mapping[Workload, Sequence[Asked]], statements: Statements
) -> None:
    """Start the servers; the bare one last, for it is given the statements of all calls."""
    servers[OURS] = peers.ours(there)
    peer = peers.theirs(there)
    if isinstance(peer, Server):
        servers[THEIRS] = peer
    else:
        print(f"PostGraphile is left out: {peer}.", file=sys.stderr)
    if LIST in asked:
        urls = {name: f"http://127.0.0.1:{server.port}/graphql" for name, server in servers.items()}
        follow(asked[LIST], ours=urls[OURS], theirs=urls.get(THEIRS))
    for workload, calls in asked.items():
        for each in calls:
            statements.call(workload, each)
    bare = peers.bare(there, statements.known)
    servers[bare.name] = bare


if __name__ == "__main__":
    sys.exit(main())
