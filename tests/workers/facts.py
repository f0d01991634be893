"""Facts that exist for the tests of the yard, and a company's life in a few lines."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy import claims
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.database import reading, writing
from tenancy.journal import Event, JournalEntry
from tenancy.members import Role
from tenancy.provisioning import create_tenant
from tenancy.work import Work
from workers.attempts import attempt
from workers.performing import DOING


@dataclass(frozen=True, kw_only=True)
class BellRang(Event, name="tests.bell_rang"):
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class BellBroke(Event, name="tests.bell_broke"):
    number: int = 0


async def found_rehearsal(starts_at: datetime, zone: str = "Asia/Shanghai") -> Actor:
    """The administrator of a new rehearsal company."""
    founding = await create_tenant(
        slug=f"r{uuid4().hex[:20]}",
        name="Rehearsal",
        zone=zone,
        language="en",
        administrator=("Admin", f"admin-{uuid4().hex[:8]}@example.com"),
        permissions=list(Permission),
        settle=settle,
        rehearsal_starts_at=starts_at,
    )
    return Actor(
        tenant_id=founding.tenant_id,
        kind=ActorKind.MEMBER,
        id=founding.member_id,
        permissions=frozenset(Permission),
    )


async def ring(actor: Actor, *numbers: int) -> None:
    """Record one fact for each number, in one transaction."""
    async with writing(actor, settle=settle) as work:
        for number in numbers:
            work.record(BellRang(number=number))


async def leave_a_mark(work: Work, event: BellRang | BellBroke) -> None:
    """A reaction whose every run that is kept can be counted."""
    work.add(Role(name=f"mark-{event.number}-{uuid4()}", permissions=[]))


async def marks(actor: Actor) -> list[int]:
    """The numbers of the marks that were left, in the order of their ids, which is that of time."""
    async with reading(actor) as work:
        roles = await work.all(select(Role).where(Role.name.startswith("mark-")).order_by(Role.id))
        return [int(role.name.split("-")[1]) for role in roles]


async def agenda(actor: Actor) -> list[AgendaItem]:
    """What is still to be done, the oldest first."""
    async with reading(actor) as work:
        return await work.all(select(AgendaItem).order_by(AgendaItem.due_at, AgendaItem.id))


async def told(actor: Actor) -> list[Event]:
    """The facts of the tests in the journal, oldest first."""
    async with reading(actor) as work:
        entries = select(JournalEntry).where(JournalEntry.name.startswith("tests.")).order_by(JournalEntry.id)
        return [entry.event() for entry in await work.all(entries)]


async def claim_all(tenant_id: UUID | None = None) -> list[Claim]:
    """One claim; only what is of this tenant, when one is named, however much waits in others before it."""
    while claimed := (await claims.claim()).claims:
        if found := [claim for claim in claimed if tenant_id in (None, claim.tenant_id)]:
            return found
    return []


async def work_off() -> None:
    """Do what is due, as relay and worker would, until nothing is due."""
    while due := await claim_all():
        for claim in due:
            await attempt(claim, DOING)
