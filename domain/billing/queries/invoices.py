"""Who sees which invoice, what is late, what holds a ladder up, and by which clauses an invoice is dunned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, any_, case, cast, func, literal, or_, select, true
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from domain.billing.models import Allocation, DunningStep, Hold, Invoice, InvoiceLine, Payment, PlannedStep, Refund
from domain.billing.rules import dunning
from domain.billing.rules.invoices import State
from domain.customers import queries as customers
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause, DunningLadder
from domain.policies.rules.scopes import Scope
from tenancy.actor import Actor
from tenancy.models import current_day, current_instant
from tenancy.refusals import message
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, invoices: Any) -> ColumnElement[bool]:
    """Invoices are open to whoever may read them, and to the account owner of their customer.

    `invoices` is `Invoice` or an alias of it.
    """
    return _visible_by_customer(actor, invoices.customer_id)


def visible_of_customer(actor: Actor, rows: Any) -> ColumnElement[bool]:
    """Holds, payments and entries of the ledger are seen by whoever sees their customer's invoices. `rows` is such a
    table or an alias of it."""
    return _visible_by_customer(actor, rows.customer_id)


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Lines, allocations and steps are seen with their invoice. `parts` is one of their tables or an alias of it."""
    if actor.may(Permission.BILLING_READ):
        return true()
    invoices = another(Invoice)
    return select(invoices.id).where(invoices.id == parts.invoice_id, visible(actor, invoices)).exists()


def _visible_by_customer(actor: Actor, customer_id: Any) -> ColumnElement[bool]:
    # For a client, who is no member, nobody looks after anything: the acting member is none.
    return true() if actor.may(Permission.BILLING_READ) else customers.looked_after_by_me(customer_id)


def is_open(invoices: Any) -> ColumnElement[bool]:
    """Whether something is owed, as `rules.invoices.OPEN` says."""
    return or_(invoices.state == State.ISSUED, invoices.state == State.PART_PAID)


def is_overdue(invoices: Any) -> ColumnElement[bool]:
    """Whether an invoice is late at the tenant's day, as `rules.invoices.is_overdue` tells it."""
    return func.coalesce(and_(is_open(invoices), invoices.due_on < current_day()), False)


def days_overdue(invoices: Any) -> ColumnElement[int]:
    """How many calendar days an invoice is late; none when it is not."""
    return case((is_overdue(invoices), cast(current_day() - invoices.due_on, BigInteger())), else_=0)


def payable_minor(invoices: Any) -> Any:
    """What is to be paid for an invoice itself: its total without what was credited. Of a row, or in a statement."""
    return invoices.total_minor - invoices.credited_minor


def outstanding_minor(invoices: Any) -> ColumnElement[int]:
    """What is owed of the invoice itself: nothing before it is issued, and once it is paid or cancelled."""
    return case((is_open(invoices), func.greatest(payable_minor(invoices) - invoices.paid_minor, 0)), else_=0)


def charges_minor(invoices: Any) -> ColumnElement[int]:
    """The fees, and the interest, that letters have asked for so far, whether paid or not."""
    steps = aliased(DunningStep)
    asked = select(
        func.coalesce(cast(func.sum(steps.fee_minor), BigInteger()), 0)
        + func.coalesce(func.max(steps.interest_minor), 0)
    )
    mine = asked.where(steps.invoice_id == invoices.id, steps.withdrawn_at.is_(None))
    # Inside other expressions nobody else would say that the invoice is the one outside.
    return mine.correlate_except(steps).scalar_subquery()


def charges_outstanding_minor(invoices: Any) -> ColumnElement[int]:
    """What is owed of the fees and the interest: what comes in counts for the invoice itself first, and what is above
    it for them. Nothing once the invoice is cancelled or written off."""
    paid = func.greatest(invoices.paid_minor - payable_minor(invoices), 0)
    given_up = or_(invoices.state == State.CANCELLED, invoices.state == State.WRITTEN_OFF)
    return case((given_up, 0), else_=charges_minor(invoices) - paid)


def covers_today(holds: Any) -> ColumnElement[bool]:
    """Whether a hold keeps ladders still at the tenant's day, as `rules.dunning.Hold.covers` tells it."""
    return and_(
        holds.from_on <= current_day(),
        or_(holds.until_on.is_(None), holds.until_on >= current_day()),
        or_(holds.released_on.is_(None), holds.released_on > current_day()),
    )


def is_about(holds: Any, invoices: Any) -> ColumnElement[bool]:
    """Whether a hold is of an invoice: its own, or one of its customer's."""
    of_customer = and_(holds.customer_id == invoices.customer_id, holds.invoice_id.is_(None))
    return or_(holds.invoice_id == invoices.id, of_customer)


def counts_for(payments: Any, invoices: Any) -> ColumnElement[bool]:
    """Whether a part of a payment counts for an invoice."""
    parts = another(Allocation)
    mine = select(parts.id).where(parts.payment_id == payments.id, parts.invoice_id == invoices.id)
    return mine.where(parts.reversed_on.is_(None)).exists()


def is_next(planned: Any, invoices: Any) -> ColumnElement[bool]:
    """Whether a planned step is the next one of an invoice."""
    earlier = another(PlannedStep)
    before = select(earlier.id).where(earlier.invoice_id == planned.invoice_id, earlier.number < planned.number)
    return and_(planned.invoice_id == invoices.id, ~before.exists())


def next_at(invoices: Any) -> Select[datetime | None]:
    """When the next step of an invoice is to be taken."""
    planned = another(PlannedStep)
    return select(planned.at).where(is_next(planned, invoices))


class Blocker(StrEnum):
    """What keeps the next step of a ladder from being taken now."""

    NOT_ISSUED = "not_issued"
    PAID = "paid"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"
    NO_LADDER = "no_ladder"
    LADDER_COMPLETED = "ladder_completed"
    DISPUTE = "dispute"
    PROMISE_TO_PAY = "promise_to_pay"
    PAYMENT_IN_TRANSIT = "payment_in_transit"
    EXEMPTION = "exemption"
    NOT_YET = "not_yet"
    APPROVAL = "approval"


BLOCKER_TEXTS = {
    Blocker.NOT_ISSUED: message("The invoice has not been issued."),
    Blocker.PAID: message("The invoice is paid."),
    Blocker.CANCELLED: message("The invoice is cancelled."),
    Blocker.WRITTEN_OFF: message("The invoice was written off."),
    Blocker.NO_LADDER: message("The handbook has no dunning ladder for this customer."),
    Blocker.LADDER_COMPLETED: message("Every step of the ladder has been taken."),
    Blocker.DISPUTE: message("The invoice is disputed."),
    Blocker.PROMISE_TO_PAY: message("The customer has promised to pay."),
    Blocker.PAYMENT_IN_TRANSIT: message("A payment is on its way."),
    Blocker.EXEMPTION: message("The customer is exempted from dunning."),
    Blocker.NOT_YET: message("The hour of the next step has not come."),
    Blocker.APPROVAL: message("The next step has to be approved first."),
}


def blocks(blocker: Blocker, invoices: Any) -> ColumnElement[bool]:
    """Whether this keeps the next step of an invoice from being taken."""
    planned = another(PlannedStep)
    any_left = select(planned.id).where(planned.invoice_id == invoices.id).exists()
    late = select(planned.id).where(is_next(planned, invoices), planned.at <= current_instant())
    match blocker:
        case Blocker.NOT_ISSUED:
            found = invoices.state == State.DRAFT
        case Blocker.PAID:
            found = invoices.state == State.PAID
        case Blocker.CANCELLED:
            found = invoices.state == State.CANCELLED
        case Blocker.WRITTEN_OFF:
            found = invoices.state == State.WRITTEN_OFF
        case Blocker.NO_LADDER:
            found = and_(is_open(invoices), invoices.ladder_clause_id.is_(None))
        case Blocker.LADDER_COMPLETED:
            found = and_(is_open(invoices), invoices.ladder_clause_id.is_not(None), ~any_left)
        case Blocker.NOT_YET:
            found = and_(any_left, ~late.exists())
        case Blocker.APPROVAL:
            found = late.where(planned.needs_approval).exists()
        case _:
            held = another(Hold)
            about = select(held.id).where(is_about(held, invoices), covers_today(held))
            found = and_(is_open(invoices), about.where(held.kind == HoldKind(blocker.value)).exists())
    return found  # type: ignore[no-any-return]  # a comparison of an alias's columns


# For commands


async def get(work: Work, id: UUID, *path: str) -> Invoice:
    """One invoice; refuses with `NotFound`."""
    return await work.get(Invoice, id, *path)


async def lines_of(work: Work, invoice_id: UUID) -> list[InvoiceLine]:
    """The lines of an invoice, in their order."""
    return await work.all(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    )


async def step(work: Work, id: UUID) -> DunningStep:
    """One step that was taken; refuses with `NotFound`."""
    return await work.get(DunningStep, id)


async def payment(work: Work, id: UUID) -> Payment:
    """One payment; refuses with `NotFound`."""
    return await work.get(Payment, id)


async def payment_with(work: Work, reference: str) -> Payment | None:
    """The payment that is known by a reference; one that was taken back is known no more."""
    return await work.first(select(Payment).where(Payment.reference == reference, Payment.reversed_on.is_(None)))


async def refund_with(work: Work, reference: str) -> Refund | None:
    """The refund that is known by a reference."""
    return await work.first(select(Refund).where(Refund.reference == reference))


async def allocations_to(work: Work, invoice_id: UUID) -> list[Allocation]:
    """What counts for an invoice, in the order in which it was allocated."""
    found = select(Allocation).where(Allocation.invoice_id == invoice_id, Allocation.reversed_on.is_(None))
    return await work.all(found.order_by(Allocation.id))


async def allocations_of(work: Work, payment_id: UUID) -> list[Allocation]:
    """What of a payment counts for invoices, in order."""
    found = select(Allocation).where(Allocation.payment_id == payment_id, Allocation.reversed_on.is_(None))
    return await work.all(found.order_by(Allocation.id))


async def open_ids(
    work: Work, *, customer_id: UUID | None = None, after_id: UUID | None = None, most: int | None = None
) -> list[UUID]:
    """The ids of invoices of which something is owed, in order: a customer's, or those after an id."""
    found = select(Invoice.id).where(is_open(Invoice)).order_by(Invoice.id)
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    if after_id is not None:
        found = found.where(Invoice.id > after_id)
    return [row["id"] for row in await work.rows(found.limit(most) if most is not None else found)]


def one_of(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column's id is among these."""
    return column == any_(literal(sorted(ids), ARRAY(UuidType())))  # type: ignore[no-any-return]  # a column's ==


@dataclass(frozen=True)
class Grounds:
    """The clauses by which an invoice is dunned."""

    ladder: Ruling[DunningLadder]
    calendar_clause: Ruling[BusinessCalendarClause]

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar by which days are counted."""
        return self.calendar_clause.value


async def grounds(work: Work, invoice: Invoice) -> Grounds | None:
    """The ladder and the calendar of the version an invoice is pinned to, or of the one in force where its clause holds
    for open cases too. None where the handbook has no ladder; refuses with NO_CLAUSE where it has one and no calendar.
    """
    ladder = await _ladder(work, invoice)
    if ladder is None:
        return None
    if invoice.handbook_version_id is None:
        return Grounds(ladder, await policies.rule(work, BusinessCalendarClause))
    pinned = invoice.handbook_version_id
    return Grounds(ladder, await policies.rule_for_running_case(work, BusinessCalendarClause, pinned_version_id=pinned))


async def _ladder(work: Work, invoice: Invoice) -> Ruling[DunningLadder] | None:
    followed = () if invoice.ladder_clause_id is None else (invoice.ladder_clause_id,)
    scope, pinned = Scope(customer_tier=invoice.customer_tier), invoice.handbook_version_id
    return await policies.find_rule_for_running_case(
        work, DunningLadder, pinned_version_id=pinned, scope=scope, followed=followed
    )


def held_days(holds: Collection[Hold]) -> list[dunning.Hold]:
    """Stored holds as the rules reckon with them."""
    return [dunning.Hold(hold.kind, hold.from_on, hold.until_on, hold.released_on) for hold in holds]


async def company_name(work: Work) -> str:
    """What the company that bills is called in its letters."""
    return (await organisation.company(work)).name


def charges_of(steps: Collection[DunningStep], currency: str) -> dunning.Charges:
    """All fees that these steps asked for, and the interest: each states all that there is, so the most counts."""
    fees = Money.total((Money(step.fee_minor, currency) for step in steps), currency)
    return dunning.Charges(fees, Money(max((step.interest_minor for step in steps), default=0), currency))
