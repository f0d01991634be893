"""A company that has lived a little: tables that point at each other, sealed secrets, letters and timers that wait."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from domain.consequences import settle
from domain.notifications import commands as notifications
from domain.organisation import commands as organisation
from tenancy import archives
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.archives.tables import read_tables
from tenancy.archives.taking import portable
from tenancy.database import archiving, reading, writing
from tenancy.effects import Effect, EffectKind
from tenancy.identity import accounts, clients, sessions, tokens
from tenancy.members import Member
from tenancy.secrets import hash_password
from tenancy.timetable import SweepDue

PASSWORD = "correct horse 17"


async def live_in(actor: Actor, *, people: int = 3) -> dict[str, UUID]:
    """Fill a company; gives the ids of what tests ask about."""
    password_hash = await hash_password(PASSWORD)
    async with writing(actor, settle=settle) as work:
        sales = await organisation.create_department(work, name="销售部")
        care = await organisation.create_department(work, name="Care", parent_id=sales.id)
        # The older department stands below the younger one, so no order of ids would do.
        sales.parent_id = care.id
        care.parent_id = None
        post = await organisation.create_post(work, name="Engineer 工程师")
        staff: list[UUID] = []
        for number in range(people):
            member = work.add(Member(name=f"王伟 {number}", email=f"{uuid4().hex}@example.com", language="zh_Hans"))
            await organisation.engage(
                work, member_id=member.id, department_id=care.id, post_id=post.id, hired_on=date(2025, 1, 10)
            )
            staff.append(member.id)
        # Everybody reports to somebody whose record is younger, and the first one heads both departments.
        for number, id in enumerate(staff[:-1]):
            await organisation.move(
                work, staff_id=id, department_id=care.id, post_id=post.id, superior_id=staff[number + 1]
            )
        for department in (sales, care):
            await organisation.appoint_head(work, department_id=department.id, staff_id=staff[0])
        endpoint = (await notifications.register_endpoint(work, url="https://example.com/hook", events=["*"])).endpoint
        admin = await work.get(Member, actor.id or uuid4())
        await accounts.keep_password(work, admin, password_hash)
        await tokens.create_access_token(work, name="script", member_id=admin.id)
        await clients.create_client(work, name="partner", scopes=["members.read"])
        work.schedule(work.now - timedelta(hours=1), SweepDue(sweep="none", slot_at=work.now), about=uuid4(), key="due")
        work.schedule(
            work.now + timedelta(days=1), SweepDue(sweep="none", slot_at=work.now), about=uuid4(), key="later"
        )
        letter = {"to": "x@example.com", "subject": "Pay", "text": "…", "language": "en"}
        await work.plan_effect(EffectKind.MAIL, "letter:1", letter, about=sales.id)
    await sessions.open_session(actor.tenant_id, admin.id, user_agent="test")
    return {"sales": sales.id, "care": care.id, "head": staff[0], "endpoint": endpoint.id, "admin": admin.id}


async def digests(tenant_id: UUID) -> dict[str, tuple[int, str]]:
    """Every table of a company that belongs into an archive: how many rows, and their digest."""
    found = {}
    async with archiving(tenant_id) as (_, rows):
        for table in await read_tables(rows):
            lines = [row async for row in portable(rows, table, table.columns)]
            found[table.name] = (len(lines), archives.table_digest(lines))
    return found


async def agenda(actor: Actor) -> list[AgendaItem]:
    """What is to be done in a company."""
    async with reading(actor) as work:
        return await work.all(select(AgendaItem).order_by(AgendaItem.id))


async def effects(actor: Actor) -> list[Effect]:
    """What left a company, or will."""
    async with reading(actor) as work:
        return await work.all(select(Effect).order_by(Effect.id))
