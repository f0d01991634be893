"""A company that bills, for the tests of dunning: a rehearsal clock, a customer, and letters that really leave."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from domain.billing import commands
from domain.billing.models import DunningStep, Hold, Invoice, PlannedStep
from domain.billing.rules.invoices import line
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.money import Money
from domain.kernel.terms import CustomerTier, Language
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.kinds import BusinessCalendarClause, DunningLadder
from tenancy import claims
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.handbooks import publish
from tests.workers.facts import found_rehearsal
from workers.attempts import attempt
from workers.performing import DOING

ZONE = ZoneInfo("Asia/Shanghai")
# A Monday; invoices of these tests are due on the Friday of that week.
BEGINNING = datetime(2026, 3, 2, 9, tzinfo=ZONE)
DUE_ON = date(2026, 3, 6)

CALENDAR = BusinessCalendarClause.model_validate(OFFICE_HOURS)
ALL_TASKS = (Task.FIRE, Task.DELIVER, Task.SEND)


def step(number: int, days: int, kind: str, **more: Any) -> dict[str, Any]:
    """One step of a ladder, by mail unless told."""
    return {
        "number": number,
        "name": {"en": f"Step {number}", "zh_Hans": f"第{number}步"},
        "delay": {"days": days, "kind": kind},
        "channel": "email",
        **more,
    }


STRICT: dict[str, Any] = {
    "steps": [
        step(1, 1, "working"),
        step(2, 3, "working", tone="firm", fee={"minor": 5000, "currency": "CNY"}, late_interest_rate="36.5"),
        step(3, 7, "working", tone="final", late_interest_rate="36.5"),
    ],
    "send_time": "09:00",
    "holds": ["promise_to_pay", "payment_in_transit", "exemption"],
    "after_part_payment": "from_due_date",
}
GENTLE: dict[str, Any] = {"steps": [step(1, 7, "calendar"), step(2, 21, "calendar", tone="firm")]}


# Every mail that was handed over in this run, by the id of its effect; the fixture `post` fills it.
HANDED_OVER: list[UUID] = []


@dataclass
class Office:
    """The company and its customer."""

    admin: Actor
    customer_id: UUID

    async def set_clock(self, at: datetime) -> None:
        """Let the company's clock show an instant; nothing fires by itself."""
        async with writing(Actor.system(self.admin.tenant_id), settle=settle) as work:
            await work.sql(
                "UPDATE tenants SET clock_at = $2, clock_target_at = $2 WHERE id = $1", self.admin.tenant_id, at
            )

    async def work_off(self, *tasks: Task) -> None:
        """Do what is due, as workers would; only these tasks, if any are named."""
        while due := (await claims.claim_of(self.admin.tenant_id, tasks or ALL_TASKS)).claims:
            for claim in due:
                await attempt(claim, DOING)
        async with reading(self.admin) as work:
            errors = [item.error for item in await work.all(select(AgendaItem)) if item.error is not None]
        assert not errors, errors

    async def wake_at(self, at: datetime) -> None:
        """Nobody has worked since; now somebody does."""
        await self.set_clock(at)
        await self.work_off()

    async def live_until(self, at: datetime) -> None:
        """Let time pass, every timer at its hour."""
        timers = select(func.min(AgendaItem.due_at)).where(AgendaItem.task == Task.FIRE)
        while True:
            async with reading(self.admin) as work:
                following = await work.value(timers)
            if following is None or following > at:
                break
            await self.wake_at(following)
        await self.wake_at(at)

    async def bill(self, amount: str = "10000", due_on: date = DUE_ON, customer_id: UUID | None = None) -> UUID:
        """An issued invoice over an amount in CNY."""
        async with writing(self.admin, settle=settle) as work:
            invoice = await commands.draft_invoice(
                work,
                customer_id=customer_id or self.customer_id,
                currency="CNY",
                lines=[line("CNY", "Support", "1", amount)],
            )
            await commands.issue_invoice(work, invoice_id=invoice.id, due_on=due_on)
        await self.work_off()
        return invoice.id

    async def pay(self, invoice_id: UUID, amount: str, reference: str | None = None, on: date | None = None) -> UUID:
        """Money comes in today, or came in on a day; its id."""
        async with writing(self.admin, settle=settle) as work:
            payment = await commands.record_payment(
                work,
                invoice_id=invoice_id,
                amount=Money.of(amount, "CNY"),
                received_on=on or work.now.astimezone(ZONE).date(),
                reference=reference or uuid4().hex,
            )
        return payment.id

    async def hold(self, kind: HoldKind = HoldKind.DISPUTE, **more: Any) -> Hold:
        """A hold on what `more` says."""
        async with writing(self.admin, settle=settle) as work:
            return await commands.place_hold(work, kind=kind, reason="They say so.", **more)

    async def release(self, hold: Hold) -> None:
        """The hold ends today."""
        async with writing(self.admin, settle=settle) as work:
            await commands.release_hold(work, hold_id=hold.id)

    async def invoice(self, invoice_id: UUID) -> Invoice:
        """The invoice as it is stored."""
        async with reading(self.admin) as work:
            return await work.get(Invoice, invoice_id)

    async def steps(self, invoice_id: UUID) -> list[DunningStep]:
        """Every step that was taken, withdrawn or not, in the order of time."""
        async with reading(self.admin) as work:
            return await work.all(
                select(DunningStep).where(DunningStep.invoice_id == invoice_id).order_by(DunningStep.id)
            )

    async def planned(self, invoice_id: UUID) -> dict[int, date | None]:
        """The days of the steps that are still to come."""
        async with reading(self.admin) as work:
            rows = await work.all(select(PlannedStep).where(PlannedStep.invoice_id == invoice_id))
        return {row.number: day_of(row.at) if row.at is not None else None for row in rows}

    async def days(self, invoice_id: UUID) -> list[tuple[int, date]]:
        """The steps that stand, with their days."""
        return [(row.number, day_of(row.taken_at)) for row in await self.steps(invoice_id) if not row.withdrawn_at]

    async def letters(self) -> list[dict[str, Any]]:
        """The dunning letters that were handed over, in order, as often as they were."""
        return [effect.payload for effect in await self._handed_over()]

    async def letter_steps(self) -> list[int]:
        """Of which steps they were."""
        return [int(effect.key.rsplit("/", 1)[1]) for effect in await self._handed_over()]

    async def _handed_over(self) -> list[Effect]:
        async with reading(self.admin) as work:
            ledger = {effect.id: effect for effect in await work.all(select(Effect))}
        found = [ledger[id] for id in HANDED_OVER if id in ledger]
        return [effect for effect in found if effect.key.startswith("dunning/")]


def day_of(at: datetime) -> date:
    """The day an instant lies on in the company's zone."""
    return at.astimezone(ZONE).date()


def march(day: int, hour: int = 12) -> datetime:
    """An hour of a day in March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


async def open_office(
    ladder: dict[str, Any] | None,
    *,
    tier: CustomerTier = CustomerTier.STANDARD,
    language: Language = Language.EN,
) -> Office:
    """A company with a handbook of a calendar and this ladder, and one customer."""
    admin = await found_rehearsal(BEGINNING)
    if ladder is not None:
        await publish(admin, ("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(ladder)))
    async with writing(admin, settle=settle) as work:
        customer = await customers.create_customer(
            work, name="Bright", tier=tier, language=language, billing_email="billing@bright.example"
        )
    return Office(admin, customer.id)
