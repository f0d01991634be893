"""A calendar changes for ten thousand open requests: how fast a worker reckons their clocks anew, and what somebody who
writes meanwhile feels of it.

`python -m benchmarks.replanning TENANT` is the worker; it prints how many turns it took, and the seconds.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from benchmarks import companies
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.peers import compiled
from domain.consequences import settle
from domain.kernel.terms import Complexity
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.requests import commands as requests
from tenancy import claims
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.database import database, open_database, writing
from workers.attempts import attempt
from workers.performing import DOING

PART = "replanning"
WRITES_ALONE = 400
# Far enough ahead that none of the requests is late, whatever day it is.
LEAST_MINUTES = 600
# Somebody writes so often; who writes without a pause would measure how two processes share a machine's cores.
PAUSE_SECONDS = 0.02
SHORTER = [["10:00", "12:00"], ["13:00", "17:00"]]


async def measure(figures: Figures, there: Ground, count: int) -> None:
    """Publish another calendar for open cases, and let a worker follow while somebody writes about these requests."""
    await open_database()
    owner = await asyncpg.connect(there.owner_url)
    try:
        actor = await companies.found("replanning", least_minutes=LEAST_MINUTES)
        # Two of six requests that are made are not open any more; all came in within the last hours.
        await companies.live(owner, actor.tenant_id, count * 6 // 4, every_minutes=0.02)
        await owner.execute("SET session_replication_role = origin")
        await owner.execute("VACUUM (ANALYZE)")
        sql = "SELECT id, state FROM service_requests WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed') ORDER BY id"
        found = await owner.fetch(sql, actor.tenant_id)
        ids, new = [row["id"] for row in found], [row["id"] for row in found if row["state"] == "new"]
        alone = await _write(actor, new[:: max(1, len(new) // WRITES_ALONE)])
        await _change_calendar(actor)
        worker = asyncio.create_task(_worker(actor.tenant_id))
        beside: list[float] = []
        while not worker.done():
            # Those that the worker comes to next, and those that it has left behind.
            beside += await _write(actor, new[len(beside) * 7 % len(new) :][:1])
        turns, seconds = await worker
        left = "SELECT count(*) FROM clocks WHERE tenant_id = $1 AND request_id = ANY ($2) AND calendar_clause_id = ANY ($3)"
        old = [
            row["id"]
            for row in await owner.fetch(
                "SELECT c.id FROM clauses c JOIN handbook_versions v ON v.tenant_id = c.tenant_id AND v.id = c.version_id"
                " WHERE c.tenant_id = $1 AND c.kind = 'business_calendar' AND v.number = 1",
                actor.tenant_id,
            )
        ]
        if await owner.fetchval(left, actor.tenant_id, ids, old):
            raise RuntimeError("some clocks still run by the old calendar")
    finally:
        await owner.close()
        await database.close()
    figures.say("replanning.requests_per_second", len(ids) / seconds, "1/s")
    figures.say("replanning.turns", turns, "")
    for name, of in (("p50", statistics.median), ("p99", _p99)):
        figures.say(f"replanning.writer_alone_{name}", of(alone) * 1e3, "ms")
        figures.say(f"replanning.writer_{name}", of(beside) * 1e3, "ms", "alone", of(alone) * 1e3)
    figures.say("replanning.writer_longest", max(beside) * 1e3, "ms")


def _p99(took: Sequence[float]) -> float:
    return sorted(took)[len(took) * 99 // 100]


async def _write(actor: Actor, ids: Sequence[UUID]) -> list[float]:
    """Change requests one after the other, as people do; the seconds of each."""
    took = []
    for id in ids:
        await asyncio.sleep(PAUSE_SECONDS)
        began = time.perf_counter()
        async with writing(actor, settle=settle) as work:
            await requests.triage(work, request_id=id, complexity=Complexity.ROUTINE, category=str(began))
        took.append(time.perf_counter() - began)
    return took


async def _change_calendar(actor: Actor) -> None:
    """Publish a version by which shorter hours hold for what is open, too."""
    async with writing(actor, settle=settle) as work:
        base = await policies_queries.version_in_force(work)
        assert base is not None
        version = await policies.draft_version(
            work, title={"en": "Shorter"}, document_number="HB-01", copy_from=base.id
        )
        calendar = {"zone": "Asia/Shanghai", "weekly_hours": dict.fromkeys(companies.DAYS, SHORTER)}
        await policies.put_clause(
            work,
            version_id=version.id,
            number="1",
            kind=BusinessCalendarClause.kind,
            value=BusinessCalendarClause.model_validate(calendar).stored(),
            title={"en": "Hours"},
            applies_to_open_cases=True,
        )
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)


async def _worker(tenant_id: UUID) -> tuple[int, float]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.replanning", str(tenant_id), stdout=asyncio.subprocess.PIPE, env=compiled()
    )
    said, _ = await started.communicate()
    if started.returncode:
        raise RuntimeError("the worker has failed")
    turns, seconds = json.loads(said)
    return turns, seconds


async def follow(tenant_id: UUID) -> tuple[int, float]:
    """Fire what is due of a company until nothing is; how many turns it took, and the seconds."""
    await open_database()
    turns, began = 0, time.perf_counter()
    try:
        while due := (await claims.claim_of(tenant_id, [Task.FIRE])).claims:
            for each in due:
                await attempt(each, DOING)
            turns += 1
    finally:
        await database.close()
    return turns, time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(asyncio.run(follow(UUID(sys.argv[1])))))
