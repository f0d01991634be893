"""The companies of a run: one founded by the product's own commands, filled set-wise, and copied for all the others."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Impact, Language, Priority, Urgency
from domain.organisation import commands as organisation
from domain.policies import commands as policies
from domain.policies.rules.kinds import BusinessCalendarClause, ClauseKind, PriorityMatrix, ServiceLevel
from tenancy import secrets
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.identity import credentials
from tenancy.members import Member, MemberRole, Role
from tenancy.provisioning import create_tenant
from tenancy.work import Work

STAFF = 20
CUSTOMERS = 40
# So many of each company's staff send requests: each has a bucket of cost points of its own.
CALLERS = 8
HOURS = [["09:00", "12:00"], ["13:00", "18:00"]]
# What somebody of the service desk may do: see all requests, and work on them.
AGENT = (
    Permission.MEMBERS_READ,
    Permission.ORGANISATION_READ,
    Permission.POLICIES_READ,
    Permission.CUSTOMERS_READ,
    Permission.REQUESTS_READ,
    Permission.REQUESTS_READ_ALL,
    Permission.REQUESTS_SUBMIT,
    Permission.REQUESTS_ASSIGN,
    Permission.REQUESTS_WORK,
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True)
class Caller:
    """A member who sends requests, and their token."""

    actor: Actor
    token: str


@dataclass(frozen=True)
class Scale:
    """How much there is."""

    tenants: int = 50
    requests: int = 2_000


def handbook(least_minutes: int) -> Iterator[ClauseKind]:
    """The clauses by which a request is taken in; the most urgent are answered within so many minutes."""
    yield BusinessCalendarClause.model_validate(
        {"zone": "Asia/Shanghai", "weekly_hours": dict.fromkeys(DAYS, HOURS)},
    )
    ranks = {(impact, urgency): i + j for i, impact in enumerate(Impact) for j, urgency in enumerate(Urgency)}
    rated = {
        impact: {urgency: list(Priority)[::-1][min(3, ranks[impact, urgency])] for urgency in Urgency}
        for impact in Impact
    }
    yield PriorityMatrix.model_validate({"matrix": dict.fromkeys(CustomerTier, rated)})
    targets = {
        priority: {
            "response": {"working_minutes": least_minutes * place},
            "resolution": {"working_minutes": 16 * least_minutes * place},
        }
        for place, priority in enumerate(Priority, 1)
    }
    yield ServiceLevel.model_validate(
        {
            "targets": targets,
            "warning_fractions": ["0.5", "0.8"],
            "escalation": [{"offset_working_minutes": 0, "superior_level": 1}],
        }
    )


async def found(slug: str, *, least_minutes: int = 30) -> Actor:
    """The first company, by commands: an administrator, staff in departments, customers, and a handbook in force."""
    founding = await create_tenant(
        slug=slug,
        name="Acme Software",
        zone="Asia/Shanghai",
        language="en",
        administrator=("Admin", "admin@example.com"),
        permissions=list(Permission),
        settle=settle,
    )
    actor = Actor(founding.tenant_id, ActorKind.MEMBER, founding.member_id, frozenset(Permission))
    async with writing(actor, settle=settle) as work:
        owner_id = await _engage(work)
        for number in range(CUSTOMERS):
            customer = await customers.create_customer(
                work,
                name=f"Customer {number}",
                tier=list(CustomerTier)[number % 3],
                language=Language.EN,
                billing_email=f"billing{number}@example.com",
                owner_id=owner_id,
            )
            for person in ("Wang", "Lin"):
                await customers.add_contact(
                    work, customer_id=customer.id, name=f"{person} {number}", email=f"{person}{number}@example.com"
                )
    async with writing(actor, settle=settle) as work:
        version = await policies.draft_version(work, title={"en": "Handbook"}, document_number="HB-01")
        for number, value in enumerate(handbook(least_minutes), 1):
            await policies.put_clause(
                work,
                version_id=version.id,
                number=str(number),
                kind=value.kind,
                value=value.stored(),
                title={"en": value.kind},
            )
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)
    return actor


async def _engage(work: Work) -> UUID:
    department = await organisation.create_department(work, name="Services")
    post = await organisation.create_post(work, name="Engineer")
    superior_id = None
    role = work.add(Role(name="agent", permissions=sorted(AGENT)))
    for number in range(STAFF):
        member = work.add(Member(name=f"Li Wei {number}", email=f"staff{number}@example.com", language="en"))
        work.add(MemberRole(member_id=member.id, role_id=role.id))
        await work.flush()
        await organisation.engage(
            work,
            member_id=member.id,
            department_id=department.id,
            post_id=post.id,
            hired_on=date(2024, 1, 8),
            superior_id=superior_id,
        )
        superior_id = superior_id or member.id
    await organisation.appoint_head(work, department_id=department.id, staff_id=superior_id)
    assert superior_id is not None
    return superior_id


# Requests of the last months, each with its history, two clocks, four messages, and what the journal says of it.
# Foreign keys are not checked while filling: these statements are right, or the comparison of answers fails.
FILLING = """
CREATE TEMPORARY TABLE people AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM staff WHERE tenant_id = $1;
CREATE TEMPORARY TABLE served AS
  SELECT id, tier, row_number() OVER (ORDER BY id) - 1 AS n FROM customers WHERE tenant_id = $1;
CREATE TEMPORARY TABLE law AS
  SELECT v.id AS version_id, c.id AS calendar_id, s.id AS level_id
  FROM handbook_versions v
  JOIN clauses c ON c.tenant_id = v.tenant_id AND c.version_id = v.id AND c.kind = 'business_calendar'
  JOIN clauses s ON s.tenant_id = v.tenant_id AND s.version_id = v.id AND s.kind = 'service_level'
  WHERE v.tenant_id = $1 AND v.state = 'published';
CREATE TEMPORARY TABLE made AS
  SELECT g AS n, uuidv7(-(interval '$3 minutes' * ($2 - g))) AS id, now() - interval '$3 minutes' * ($2 - g) AS at,
    (ARRAY['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed'])[1 + g % 6] AS state,
    (ARRAY['p1', 'p2', 'p3', 'p4'])[1 + g % 4] AS priority
  FROM generate_series(1, $2) AS g;
INSERT INTO service_requests (tenant_id, id, number, customer_id, requester_id, title, description, channel, impact,
    urgency, customer_tier, priority, submitted_at, handbook_version_id, assignee_id, state, due_at, hold_reason,
    resolution, resolved_at, closed_at, reopened_times)
  SELECT $1, made.id, 'REQ-' || lpad(made.n::text, 6, '0'), served.id, people.id, 'Printer on floor ' || made.n || ' jams',
    repeat('It stops after the third page and shows a code nobody knows. ', 4), 'portal', 'medium', 'high', served.tier,
    made.priority, made.at, law.version_id, CASE WHEN made.n % 6 > 0 THEN people.id END, made.state,
    CASE WHEN made.n % 6 < 4 THEN made.at + interval '2 days' END, '', '',
    CASE WHEN made.n % 6 > 3 THEN made.at + interval '1 day' END, CASE WHEN made.n % 6 = 5 THEN made.at + interval '3 days' END, 0
  FROM made JOIN served ON served.n = made.n % (SELECT count(*) FROM served)
  JOIN people ON people.n = made.n % (SELECT count(*) FROM people), law;
INSERT INTO request_state_changes (tenant_id, id, request_id, position, at, state, move, reason, member_id)
  SELECT $1, uuidv7(), made.id, p, made.at + interval '5 minutes' * p, CASE p WHEN 1 THEN 'new' ELSE 'assigned' END,
    CASE p WHEN 1 THEN NULL ELSE 'assign' END, '', people.id
  FROM made JOIN people ON people.n = made.n % (SELECT count(*) FROM people), generate_series(1, 2) AS p;
INSERT INTO clocks (tenant_id, id, request_id, kind, started_at, target, clause_id, calendar_clause_id, state, due_at,
    stopped_at, breached_at, warnings, levels)
  SELECT $1, uuidv7(), made.id, kind, made.at, jsonb_build_object('working_minutes', 60), law.level_id, law.calendar_id,
    CASE WHEN made.n % 7 = 0 THEN 'breached' WHEN made.n % 6 > 3 THEN 'met' ELSE 'running' END, made.at + interval '2 days',
    NULL, CASE WHEN made.n % 7 = 0 THEN made.at + interval '2 days' END, 0, 0
  FROM made, law, unnest(ARRAY['response', 'resolution']) AS kind;
INSERT INTO request_messages (tenant_id, id, request_id, at, author_id, audience, text)
  SELECT $1, uuidv7(), made.id, made.at + interval '1 hour' * m, people.id, CASE WHEN m = 3 THEN 'internal' ELSE 'public' END,
    repeat('We have looked at it and will come again on Thursday. ', 1 + m)
  FROM made, generate_series(1, 4) AS m, people WHERE people.n = (made.n + m) % (SELECT count(*) FROM people);
INSERT INTO decisions (tenant_id, id, at, subject_kind, subject_id, decision, clause_id, version_id, inputs, result, why)
  SELECT $1, uuidv7(), made.at, 'service_requests', made.id, 'requests.deadline', law.level_id, law.version_id,
    jsonb_build_object('priority', made.priority, 'clock', d), jsonb_build_object('due_at', made.at), '[]'
  FROM made, law, generate_series(1, 2) AS d;
INSERT INTO journal_entries (tenant_id, id, at, name, payload, subject_kind, subject_id, changes, actor_kind, actor_id)
  SELECT $1, uuidv7(), made.at, CASE j WHEN 1 THEN 'requests.submitted' ELSE 'requests.assigned' END,
    jsonb_build_object('request_id', made.id), 'service_requests', made.id,
    jsonb_build_object('state', jsonb_build_array(NULL, 'new'), 'title', jsonb_build_array(NULL, made.n)), 'member', people.id
  FROM made JOIN people ON people.n = made.n % (SELECT count(*) FROM people), generate_series(1, 2) AS j;
INSERT INTO agenda (tenant_id, id, task, due_at, subject_id, key, name, payload, standing, attempts, fence)
  SELECT $1, uuidv7(), 'fire', now() + interval '30 days' + interval '1 minute' * made.n, made.id,
    'request:' || made.id || ':clocks', 'requests.clock_mark_due', jsonb_build_object('request_id', made.id), 'pending', 0, 0
  FROM made WHERE made.n % 6 < 4;
INSERT INTO number_series (tenant_id, id, name, last_value) VALUES ($1, uuidv7(), 'requests', $2)
"""
# What tells the companies apart in their answers.
MARKED = {("service_requests", "title"): "title", ("customers", "name"): "name", ("members", "name"): "name"}


async def fill(owner_url: str, first: Actor, scale: Scale, *, every_minutes: float = 13) -> list[Caller]:
    """Fill the first company and copy it for the others, ids included: a key is (tenant_id, id). Gives who may call."""
    connection = await asyncpg.connect(owner_url)
    try:
        await live(connection, first.tenant_id, scale.requests, every_minutes=every_minutes)
        tenants = [first.tenant_id, *await copy(connection, first.tenant_id, range(1, scale.tenants))]
        members = [
            row["id"]
            for row in await connection.fetch(
                "SELECT id FROM staff WHERE tenant_id = $1 ORDER BY id LIMIT $2", first.tenant_id, CALLERS
            )
        ]
        callers = [
            Caller(Actor(tenant, ActorKind.MEMBER, member, frozenset(AGENT)), _token(tenant))
            for tenant in tenants
            for member in members
        ]
        await connection.executemany(
            "INSERT INTO access_tokens (tenant_id, id, member_id, name, hash, created_at, last_used_at)"
            " VALUES ($1, uuidv7(), $2, 'benchmark', $3, now(), now())",
            [(each.actor.tenant_id, each.actor.id, secrets.fingerprint(each.token)) for each in callers],
        )
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return callers


async def live(connection: asyncpg.Connection, tenant_id: UUID, requests: int, *, every_minutes: float = 13) -> None:
    """Give a company the past of so many requests."""
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    # What waits from the founding would be the workers', who are not there.
    await connection.execute("DELETE FROM agenda")
    for statement in FILLING.split(";\n"):
        await connection.execute(with_values(statement, tenant_id, requests).replace("$3", str(every_minutes)))


def with_values(statement: str, tenant_id: UUID, count: int) -> str:
    """A statement about a company, and how many there are to be."""
    # Statements that define tables take no arguments.
    return statement.replace("$1", f"'{tenant_id}'::uuid").replace("$2", str(count))


def _token(tenant_id: UUID) -> str:
    return credentials.new_token(credentials.PERSONAL, tenant_id)


async def copy(
    connection: asyncpg.Connection, first: UUID, numbers: range, *, without: Collection[str] = ()
) -> list[UUID]:
    """Companies with these numbers that have what the first one has, but for some tables; their ids."""
    rows = await connection.fetch(
        "INSERT INTO tenants (id, slug, name, zone, language, created_at, status, rehearsal)"
        " SELECT uuidv7(), slug || '-' || n, name || ' ' || n, zone, language, created_at, status, rehearsal"
        " FROM tenants, generate_series($2::int, $3::int) AS n WHERE id = $1 RETURNING id",
        first,
        numbers.start,
        numbers.stop - 1,
    )
    made = [row["id"] for row in rows]
    columns: dict[str, list[str]] = {}
    found: list[Any] = await connection.fetch(
        "SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relforcerowsecurity"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname <> 'tenant_id' ORDER BY 1, a.attnum"
    )
    for row in found:
        columns.setdefault(row["table"], []).append(row["column"])
    for table, names in columns.items():
        if table in without:
            continue
        values = ", ".join(f"r.{name} || ' · ' || t.slug" if (table, name) in MARKED else f"r.{name}" for name in names)
        await connection.execute(
            f"INSERT INTO {table} (tenant_id, {', '.join(names)}) SELECT t.id, {values}"
            " FROM tenants t, (SELECT * FROM " + table + " WHERE tenant_id = $1) AS r WHERE t.id = ANY ($2)",
            first,
            made,
        )
    return made
