"""The rulebook at work: a draft is tried on ten thousand requests and two thousand invoices, and one of three hundred
clauses is checked."""

import time
from uuid import UUID

import asyncpg

from benchmarks import companies
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from domain.consequences import settle
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.rules import exchange
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.kinds import DunningLadder
from domain.policies.rules.starters import starter
from domain.rulebook import commands, queries
from tenancy import claims
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.database import database, open_database, reading, writing
from workers.attempts import attempt
from workers.performing import DOING

DRY_RUN = "dry_run"
CHECK = "check"
PARTS = (DRY_RUN, CHECK)
MONTHS = 4
CLAUSES = 300
CHECKS = 5
TITLE = {"en": "Handbook"}

# Invoices that fell due in the last hundred days; each was dunned twice, every third was paid in part in between.
BILLING = """
CREATE TEMPORARY TABLE served AS
  SELECT id, tier, row_number() OVER (ORDER BY id) - 1 AS n FROM customers WHERE tenant_id = $1;
CREATE TEMPORARY TABLE law AS
  SELECT c.version_id, c.id AS ladder_id FROM clauses c JOIN handbook_versions v ON v.id = c.version_id
  WHERE c.tenant_id = $1 AND v.tenant_id = $1 AND c.kind = 'dunning_ladder' AND v.state = 'published';
CREATE TEMPORARY TABLE billed AS
  SELECT g AS n, uuidv7() AS id, current_date - (10 + g % 90) AS due_on FROM generate_series(1, $2) AS g;
INSERT INTO invoices (tenant_id, id, customer_id, currency, drafted_at, net_minor, tax_minor, total_minor, credited_minor,
    paid_minor, state, number, issued_on, due_on, customer_tier, handbook_version_id, ladder_clause_id, base_on, run)
  SELECT $1, billed.id, served.id, 'CNY', billed.due_on - 31, 100000, 6000, 106000, 0, CASE WHEN billed.n % 3 = 0 THEN 5000 ELSE 0 END,
    CASE WHEN billed.n % 3 = 0 THEN 'part_paid' ELSE 'issued' END, billed.n, billed.due_on - 30, billed.due_on, served.tier,
    law.version_id, law.ladder_id, billed.due_on, 1
  FROM billed JOIN served ON served.n = billed.n % (SELECT count(*) FROM served), law;
INSERT INTO dunning_steps (tenant_id, id, invoice_id, run, number, name, channel, planned_at, taken_at, days_overdue, currency,
    outstanding_minor, fee_minor, interest_minor, clause_id)
  SELECT $1, uuidv7(), billed.id, 1, s, '{}', 'email', (billed.due_on + 4 * s + time '10:00') AT TIME ZONE 'Asia/Shanghai',
    (billed.due_on + 4 * s + time '10:00') AT TIME ZONE 'Asia/Shanghai', 4 * s, 'CNY', 106000, 0, 0, law.ladder_id
  FROM billed, law, generate_series(1, 2) AS s;
CREATE TEMPORARY TABLE paid AS
  SELECT billed.n, billed.id AS invoice_id, uuidv7() AS id, served.id AS customer_id, billed.due_on + 6 AS received_on
  FROM billed JOIN served ON served.n = billed.n % (SELECT count(*) FROM served) WHERE billed.n % 3 = 0;
INSERT INTO payments (tenant_id, id, customer_id, invoice_id, amount_minor, unallocated_minor, currency, received_on, booked_on,
    reference, recorded_at)
  SELECT $1, id, customer_id, invoice_id, 5000, 0, 'CNY', received_on, received_on, 'P-' || n, received_on + time '12:00' FROM paid;
INSERT INTO allocations (tenant_id, id, invoice_id, payment_id, amount_minor, charges_minor, currency, effective_on, booked_on,
    allocated_at)
  SELECT $1, uuidv7(), invoice_id, id, 5000, 0, 'CNY', received_on, received_on, received_on + time '12:00' FROM paid
"""


async def measure(figures: Figures, there: Ground, wanted: set[str], *, quick: bool) -> None:
    """What is wanted of it, in a company of its own."""
    await open_database()
    try:
        actor = await companies.found("rulebook")
        if DRY_RUN in wanted:
            await dry_run(figures, there, actor, *((500, 200) if quick else (10_000, 2_000)))
        if CHECK in wanted:
            await check(figures, actor)
    finally:
        await database.close()


async def dry_run(figures: Figures, there: Ground, actor: Actor, requests: int, invoices: int) -> None:
    """How many past cases a second are judged by a draft that dunns on other days."""
    connection = await asyncpg.connect(there.owner_url)
    try:
        await companies.live(connection, actor.tenant_id, requests)
        await with_ladder(actor, 4, publish=True)
        await fill_invoices(connection, actor, invoices)
    finally:
        await connection.close()
    version_id = await with_ladder(actor, 5, publish=False)
    async with writing(actor, settle=settle) as work:
        run_id = (await commands.start_dry_run(work, version_id=version_id, months=MONTHS)).id
    (claim,) = (await claims.claim_of(actor.tenant_id, [Task.RUN])).claims
    began, began_cpu = time.perf_counter(), time.process_time()
    await attempt(claim, DOING)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    async with reading(actor) as work:
        run = await queries.dry_run(work, run_id)
    assert run.finished_at is not None
    assert run.judged == run.total == requests + invoices
    assert run.differing
    figures.say("dry_run.cases", run.judged, "")
    figures.say("dry_run.seconds", seconds, "s")
    figures.say("dry_run.cases_per_second", run.judged / seconds, "1/s")
    figures.say("dry_run.own_cpu", cpu_seconds / run.judged * 1e6, "us")


async def with_ladder(actor: Actor, every_days: int, *, publish: bool, letters: int = 2) -> UUID:
    """A version like the one in force, with a ladder of that many letters."""
    steps = [
        {"number": n, "name": {"en": "Letter"}, "delay": {"days": every_days * n}, "channel": "email"}
        for n in range(1, letters + 1)
    ]
    async with writing(actor, settle=settle) as work:
        base = await policies_queries.version_in_force(work)
        assert base is not None
        version = await policies.draft_version(work, title=TITLE, document_number="HB-01", copy_from=base.id)
        ladder = DunningLadder.model_validate({"steps": steps}).stored()
        await policies.put_clause(
            work, version_id=version.id, number="90", kind=DunningLadder.kind, value=ladder, title={"en": "Dunning"}
        )
        if publish:
            await policies.submit_version(work, version_id=version.id)
            await policies.publish_version(work, version_id=version.id)
    return version.id


async def fill_invoices(connection: asyncpg.Connection, actor: Actor, invoices: int) -> None:
    """Give a company that many open invoices with a past, by `BILLING`."""
    await connection.execute("DROP TABLE served, law")
    for statement in BILLING.split(";\n"):
        await connection.execute(companies.with_values(statement, actor.tenant_id, invoices))
    await connection.execute("VACUUM (ANALYZE)")


async def check(figures: Figures, actor: Actor) -> None:
    """How long the findings about a version of three hundred clauses take, which somebody waits for while writing."""
    known = starter("software_company")
    clauses = list(known.clauses)
    for number in range(CLAUSES - len(clauses)):
        said = {"en": f"Rule {number}", "zh_Hans": f"规定 {number}", "zh_Hant": f"規定 {number}"}
        clauses.append(ClauseContent(f"99.{number + 1}", "provision", {}, {}, said, said))
    content = Content("HB-300", known.written.title.model_dump(), tuple(clauses))
    async with writing(actor, settle=settle) as work:
        version_id = (await policies.import_version(work, source=exchange.write(content))).id
    took = []
    for _ in range(CHECKS):
        async with reading(actor) as work:
            began = time.perf_counter()
            assert await queries.findings(work, version_id)
            took.append(time.perf_counter() - began)
    figures.say("check.of_300_clauses", min(took) * 1e3, "ms")
