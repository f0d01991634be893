"""Companies for the tests of requests: their people, customers and rulebooks, and a clock that fires what is due."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier, Impact, Language, Priority, Urgency
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.models import Decision
from domain.policies.rules.kinds import (
    AutoConfirm,
    BusinessCalendarClause,
    ClauseKind,
    PriorityMatrix,
    SatisfactionSurvey,
    ServiceLevel,
)
from domain.requests import commands, queries
from domain.requests.models import Clock, Escalation, ServiceRequest
from domain.requests.rules import Channel, ClockKind
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.identity import clients
from tenancy.journal import Event, JournalEntry
from tenancy.members import Member, MemberRole, Role
from tenancy.work import Work
from tests.handbooks import publish
from tests.workers.facts import found_rehearsal

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """An instant of June 2026 by the clocks of Shanghai and Taipei: `Mon 1 09:00`; the weekday is for the reader."""
    weekday, day, wall_time = text.split()
    instant = datetime.fromisoformat(f"2026-06-{int(day):02}T{wall_time}").replace(tzinfo=ZONE)
    assert instant.strftime("%a") == weekday
    return instant.astimezone(UTC)


READS = {Permission.REQUESTS_READ, Permission.POLICIES_READ, Permission.CUSTOMERS_READ, Permission.ORGANISATION_READ}
ASKS = READS | {Permission.REQUESTS_SUBMIT, Permission.REQUESTS_CONFIRM}
WORKS = READS | {Permission.REQUESTS_WORK}
ASSIGNS = READS | {Permission.REQUESTS_READ_ALL, Permission.REQUESTS_ASSIGN, *ASKS, *WORKS}


@dataclass(frozen=True)
class Company:
    """Who is there: two agents below the head of support, who stands below the boss; a clerk who asks; a dispatcher."""

    admin: Actor
    boss: Actor
    head: Actor
    agent: Actor
    colleague: Actor
    clerk: Actor
    dispatcher: Actor
    support_id: UUID
    sales_id: UUID
    strategic_id: UUID
    standard_id: UUID
    contact_id: UUID


async def founded(admin: Actor | None = None) -> Company:
    """A company with its people and customers: this administrator's, or a rehearsal on a Monday morning at nine."""
    admin = admin or await found_rehearsal(at("Mon 1 09:00"))
    async with writing(admin, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        support = await organisation.create_department(work, name="Support", parent_id=root.id)
        sales = await organisation.create_department(work, name="Sales", parent_id=root.id)
        post = await organisation.create_post(work, name="Colleague")

        async def engage(name: str, department: UUID, permissions: set[Permission], superior: Actor | None) -> Actor:
            return await _engaged(work, admin, name, department, post.id, permissions, superior)

        boss = await engage("Boss", root.id, READS, None)
        head = await engage("Head", support.id, WORKS, boss)
        agent = await engage("Agent", support.id, WORKS, head)
        colleague = await engage("Colleague", support.id, WORKS, head)
        clerk = await engage("Clerk", sales.id, ASKS, boss)
        dispatcher = await engage("Dispatcher", root.id, ASSIGNS, boss)
        await organisation.appoint_head(work, department_id=support.id, staff_id=head.id)
        strategic = await _customer(work, "Big", CustomerTier.STRATEGIC)
        standard = await _customer(work, "Small", CustomerTier.STANDARD)
        contact = await customers.add_contact(work, customer_id=strategic, name="Lin", email="lin@big.example.com")
    return Company(
        admin,
        boss,
        head,
        agent,
        colleague,
        clerk,
        dispatcher,
        support_id=support.id,
        sales_id=sales.id,
        strategic_id=strategic,
        standard_id=standard,
        contact_id=contact.id,
    )


async def _engaged(
    work: Work,
    admin: Actor,
    name: str,
    department_id: UUID,
    post_id: UUID,
    permissions: Iterable[Permission],
    superior: Actor | None,
) -> Actor:
    member = work.add(Member(name=name, email=f"{uuid4().hex}@example.com", language="en"))
    role = work.add(Role(name=f"{name} {uuid4().hex}", permissions=sorted(str(word) for word in permissions)))
    work.add(MemberRole(member_id=member.id, role_id=role.id))
    await organisation.engage(
        work,
        member_id=member.id,
        department_id=department_id,
        post_id=post_id,
        superior_id=superior.id if superior else None,
        hired_on=date(2025, 1, 6),
    )
    return Actor(
        tenant_id=admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=frozenset(map(str, permissions))
    )


async def program(company: Company, *permissions: Permission) -> Actor:
    """A partner's program with these permissions."""
    words = sorted(str(word) for word in permissions)
    async with writing(company.admin, settle=settle) as work:
        client, _, _ = await clients.create_client(work, name=f"Program {uuid4().hex}", scopes=words)
    return Actor(tenant_id=company.admin.tenant_id, kind=ActorKind.CLIENT, id=client.id, permissions=frozenset(words))


async def _customer(work: Work, name: str, tier: CustomerTier) -> UUID:
    made = await customers.create_customer(
        work, name=name, tier=tier, language=Language.EN, billing_email=f"{name.lower()}@example.com"
    )
    return made.id


# The rulebooks


def matrix(rate: Callable[[CustomerTier, Impact, Urgency], Priority]) -> PriorityMatrix:
    """A matrix from what it says of each combination."""
    return PriorityMatrix(
        matrix={
            tier: {impact: {urgency: rate(tier, impact, urgency) for urgency in Urgency} for impact in Impact}
            for tier in CustomerTier
        }
    )


def _fast(tier: CustomerTier, impact: Impact, urgency: Urgency) -> Priority:
    if impact is Impact.HIGH and (urgency is Urgency.HIGH or tier is CustomerTier.STRATEGIC):
        return Priority.P1
    return Priority.P2 if tier is CustomerTier.STRATEGIC else Priority.P3


def _slow(tier: CustomerTier, impact: Impact, urgency: Urgency) -> Priority:
    return Priority.P2 if impact is Impact.HIGH and urgency is Urgency.HIGH else Priority.P4


def week(*days: str, hours: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The same hours on these days."""
    return dict.fromkeys(days, hours)


WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
DAY = (("09:00", "12:00"), ("13:00", "18:00"))

# Thursday the 4th is a feast, for which Saturday the 6th is worked.
SOFTWARE_CALENDAR = BusinessCalendarClause.model_validate(
    {
        "zone": "Asia/Shanghai",
        "weekly_hours": week(*WORKDAYS, hours=DAY),
        "holidays": ["2026-06-04"],
        "make_up_days": [{"day": "2026-06-06", "hours_of": "thursday"}],
    }
)
SOFTWARE_LEVEL = ServiceLevel.model_validate(
    {
        "targets": {
            "p1": {"response": {"working_minutes": 30}, "resolution": {"working_minutes": 240}},
            "p2": {"response": {"working_minutes": 60}, "resolution": {"working_days": 2}},
            "p3": {"resolution": {"working_days": 3}},
        },
        "warning_fractions": ["0.5", "0.75"],
        "escalation": [
            {"offset_working_minutes": -15, "superior_level": 1},
            {"offset_working_minutes": 60, "superior_level": 2},
        ],
    }
)
SERVICE_CALENDAR = BusinessCalendarClause.model_validate(
    {"zone": "Asia/Taipei", "weekly_hours": week(*WORKDAYS, "saturday", hours=(("08:00", "17:00"),))}
)
SERVICE_LEVEL = ServiceLevel.model_validate(
    {
        "targets": {
            "p2": {"response": {"working_minutes": 120}, "resolution": {"working_days": 1, "end_of_day": True}},
            "p4": {"resolution": {"working_days": 5, "end_of_day": True}},
        },
        "escalation": [{"offset_working_minutes": 0, "superior_level": 1}],
    }
)


def survey(highest: int, satisfied_from: int) -> SatisfactionSurvey:
    """A survey clause with such a scale from 1."""
    asked = {"question": {"en": "How satisfied are you?"}, "highest": highest, "satisfied_from": satisfied_from}
    return SatisfactionSurvey.model_validate(asked)


def software_clauses(*, level: ServiceLevel = SOFTWARE_LEVEL) -> list[tuple[str, ClauseKind]]:
    """Fast service, warnings, a ladder with two levels, three working days of silence, a scale to 5."""
    return [
        ("1.1", SOFTWARE_CALENDAR),
        ("2.1", matrix(_fast)),
        ("2.2", level),
        ("2.3", AutoConfirm(after_working_days=3)),
        ("2.4", survey(5, 4)),
    ]


def service_clauses() -> list[tuple[str, ClauseKind]]:
    """Slower service on six days, no warnings, one level at the deadline, no closing by silence, a scale to 10."""
    return [
        ("3.1", SERVICE_CALENDAR),
        ("4.1", matrix(_slow)),
        ("4.2", SERVICE_LEVEL),
        ("4.9", survey(10, 8)),
    ]


async def software_company() -> Company:
    """A company with the first rulebook."""
    company = await founded()
    await publish(company.admin, *software_clauses())
    return company


async def service_company() -> Company:
    """A company with the second one."""
    company = await founded()
    await publish(company.admin, *service_clauses())
    return company


# What they do


async def submit(company: Company, actor: Actor | None = None, **given: Any) -> ServiceRequest:
    """The clerk asks for something urgent for the most important customer, unless told otherwise."""
    usual = {
        "customer_id": company.strategic_id,
        "title": "Nobody can sign in",
        "channel": Channel.HOTLINE,
        "impact": Impact.HIGH,
        "urgency": Urgency.HIGH,
        "department_id": company.support_id,
    }
    async with writing(actor or company.clerk, settle=settle) as work:
        return await commands.submit(work, **{**usual, **given})


async def do(move: Any, actor: Actor, request: ServiceRequest, **given: Any) -> ServiceRequest:
    """A move by somebody; the request as it is then."""
    async with writing(actor, settle=settle) as work:
        found: ServiceRequest = await move(work, request_id=request.id, **given)
        return found


async def assigned(company: Company, **given: Any) -> ServiceRequest:
    """A new request that the agent has."""
    request = await submit(company, **given)
    return await do(commands.assign, company.dispatcher, request, assignee_id=company.agent.id)


async def under_way(company: Company, **given: Any) -> ServiceRequest:
    """A new request on which the agent works."""
    return await do(commands.start, company.agent, await assigned(company, **given))


async def go_to(company: Company | Actor, until: datetime) -> None:
    """Put the clock of a company, or an actor's, forward; what is due on the way happens at its hour, in order."""
    admin = company if isinstance(company, Actor) else company.admin
    system = Actor.system(admin.tenant_id)
    while True:
        async with writing(system, settle=settle) as work:
            timers = select(AgendaItem).where(AgendaItem.task == Task.FIRE, AgendaItem.due_at <= until)
            timer = await work.first(timers.order_by(AgendaItem.due_at, AgendaItem.id).limit(1).with_for_update())
            work.now = max(work.now, timer.due_at) if timer is not None else until
            await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", system.tenant_id, work.now)
            if timer is None:
                return
            assert timer.name is not None
            work.delete(timer)
            work.record(Event.load(timer.name, timer.payload or {}))


async def sleep_until(company: Company, until: datetime) -> None:
    """Put the company's clock forward while no worker is awake: nothing happens on the way."""
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", company.admin.tenant_id, until)


# What is there then


async def stored(company: Company, request: ServiceRequest) -> ServiceRequest:
    """The request as it is stored."""
    async with reading(company.admin) as work:
        return await queries.get(work, request.id)


async def clock(company: Company, request: ServiceRequest, kind: ClockKind = ClockKind.RESOLUTION) -> Clock:
    """One of a request's clocks."""
    async with reading(company.admin) as work:
        return next(found for found in await queries.clocks_of(work, request.id) if found.kind is kind)


async def escalations(company: Company, request: ServiceRequest) -> list[Escalation]:
    """Whom a request was escalated to, in order."""
    async with reading(company.admin) as work:
        found = select(Escalation).where(Escalation.request_id == request.id).order_by(Escalation.id)
        return await work.all(found)


async def decisions(company: Company, request: ServiceRequest, word: str) -> list[Decision]:
    """What was decided about a request, of one kind."""
    async with reading(company.admin) as work:
        cited = await policies.decisions_about(work, Subject(SubjectKind.REQUEST, request.id))
        return [decision for decision in cited if decision.decision == word]


async def told(company: Company, *names: str) -> list[tuple[str, datetime]]:
    """The facts of these names in the journal with their instants, oldest first."""
    async with reading(company.admin) as work:
        entries = await work.all(select(JournalEntry).order_by(JournalEntry.id))
        return [(entry.name, entry.at) for entry in entries if entry.name in names]
