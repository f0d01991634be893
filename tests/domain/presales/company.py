"""Companies for the tests of presales: a seller below the head of sales, who stands below the boss; two customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import ApprovalTask
from domain.approvals.rules.states import TaskState
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.lines import Line, LineKind, line
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.models import Decision
from domain.policies.rules.kinds import ApprovalChain, ClauseKind, DiscountLimit
from domain.presales import commands
from domain.presales.models import Quotation
from domain.presales.queries import quotations as queries
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import Event
from tenancy.members import Member, MemberRole, Role
from tenancy.work import Work
from tests.handbooks import publish
from tests.workers.facts import found_rehearsal

ZONE = ZoneInfo("Asia/Shanghai")
SELLS = {
    Permission.PRESALES_READ,
    Permission.PRESALES_QUOTE,
    Permission.POLICIES_READ,
    Permission.CUSTOMERS_READ,
    Permission.ORGANISATION_READ,
}
DECIDES = {Permission.APPROVALS_DECIDE, Permission.POLICIES_READ}


def on(day: int, hour: int = 9) -> datetime:
    """An hour of a day in June 2026, by the clocks of Shanghai."""
    return datetime(2026, 6, day, hour, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Company:
    """Who is there."""

    admin: Actor
    boss: Actor
    head: Actor
    seller: Actor
    sales_id: UUID
    key_id: UUID
    contact_id: UUID
    standard_id: UUID
    standard_contact_id: UUID


async def founded(*clauses: tuple[str, ClauseKind]) -> Company:
    """A rehearsal company on Monday, 1 June 2026 at nine, with a handbook of these clauses, if there are any."""
    admin = await found_rehearsal(on(1))
    if clauses:
        await publish(admin, *clauses)
    async with writing(admin, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        sales = await organisation.create_department(work, name="Sales", parent_id=root.id)
        post = await organisation.create_post(work, name="Colleague")

        async def engage(name: str, department: UUID, may: Iterable[Permission], superior: Actor | None) -> Actor:
            return await _engaged(work, admin, name, department, post.id, may, superior)

        boss = await engage("Boss", root.id, DECIDES, None)
        head = await engage("Head", sales.id, DECIDES, boss)
        seller = await engage("Seller", sales.id, SELLS, head)
        await organisation.appoint_head(work, department_id=sales.id, staff_id=head.id)
        made: list[UUID] = []
        for name, tier in (("Key", CustomerTier.KEY), ("Small", CustomerTier.STANDARD)):
            customer = await customers.create_customer(
                work, name=name, tier=tier, language=Language.EN, billing_email=f"{name.lower()}@example.com"
            )
            contact = await customers.add_contact(
                work, customer_id=customer.id, name="Lin", email=f"lin@{name.lower()}.example.com"
            )
            made += [customer.id, contact.id]
    return Company(admin, boss, head, seller, sales.id, *made)


async def _engaged(
    work: Work,
    admin: Actor,
    name: str,
    department_id: UUID,
    post_id: UUID,
    permissions: Iterable[Permission],
    superior: Actor | None,
) -> Actor:
    words = sorted(str(word) for word in permissions)
    member = work.add(Member(name=name, email=f"{uuid4().hex}@example.com", language="en"))
    role = work.add(Role(name=f"{name} {uuid4().hex}", permissions=words))
    work.add(MemberRole(member_id=member.id, role_id=role.id))
    await organisation.engage(
        work,
        member_id=member.id,
        department_id=department_id,
        post_id=post_id,
        superior_id=superior.id if superior else None,
        hired_on=date(2025, 1, 6),
    )
    return Actor(tenant_id=admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=frozenset(words))


def limit(free: str, most: str, **more: Any) -> DiscountLimit:
    """A discount limit in per cent."""
    return DiscountLimit.model_validate({"free_percent": free, "most_percent": most, **more})


def chain(kind: str, *steps: dict[str, Any]) -> ApprovalChain:
    """A chain with these steps: the superior's unless told."""
    usual = {"name": {"en": "Superior"}, "approvers": [{"by": "superior", "level": 1}]}
    return ApprovalChain.model_validate({"subject_kind": kind, "steps": [{**usual, **step} for step in steps or ({},)]})


def lines(discount: str = "0", *, price: str = "1000", currency: str = "CNY") -> list[Line]:
    """A licence with a discount, and two days of training, both taxed."""
    return [
        line(
            currency, LineKind.LICENCE, "Licence", unit_price=price, quantity="10", discount_percent=discount,
            tax_percent="13",
        ),
        line(
            currency, LineKind.TRAINING, "Training", unit_price=price, quantity="2", unit="day",
            discount_percent=discount, tax_percent="6",
        ),
    ]  # fmt: skip


async def drafted(company: Company, discount: str = "0", **given: Any) -> Quotation:
    """A draft of the seller for the key customer."""
    usual = {
        "customer_id": company.key_id,
        "contact_id": company.contact_id,
        "title": "Portal",
        "currency": "CNY",
        "lines": lines(discount),
    }
    async with writing(company.seller, settle=settle) as work:
        return await commands.draft_quotation(work, **{**usual, **given})


async def do(move: Any, actor: Actor, quotation: Quotation, **given: Any) -> Quotation:
    """A move by somebody; the quotation as it is then."""
    async with writing(actor, settle=settle) as work:
        found: Quotation = await move(work, quotation_id=quotation.id, **given)
        return found


async def sent(company: Company, discount: str = "0", **given: Any) -> Quotation:
    """A quotation that needed no approval, and was sent."""
    quotation = await drafted(company, discount, **given)
    await do(commands.submit_quotation, company.seller, quotation)
    return await do(commands.send_quotation, company.seller, quotation)


async def stored(company: Company, quotation: Quotation) -> Quotation:
    """The quotation as it is stored."""
    async with reading(company.admin) as work:
        return await queries.any_one(work, quotation.id)


async def decide(company: Company, by: Actor, *, approval_id: UUID | None = None, agrees: bool = True) -> None:
    """Whoever has a seat of theirs waiting decides."""
    async with writing(by, settle=settle) as work:
        waiting = select(ApprovalTask).where(ApprovalTask.state == TaskState.WAITING, ApprovalTask.assignee_id == by.id)
        if approval_id is not None:
            waiting = waiting.where(ApprovalTask.approval_id == approval_id)
        [task] = await work.all(waiting)
        if agrees:
            await approvals.approve(work, task_id=task.id)
        else:
            await approvals.reject(work, task_id=task.id, comment="No")


async def decisions_about(company: Company, kind: SubjectKind, id: UUID) -> list[Decision]:
    """What was decided about a record by clauses, in order."""
    async with reading(company.admin) as work:
        return await policies.decisions_about(work, Subject(kind, id))


async def go_to(company: Company, until: datetime) -> None:
    """Put the company's clock forward; what is due on the way happens at its hour, in order."""
    system = Actor.system(company.admin.tenant_id)
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
