"""Leaving an invoice, or a whole customer, alone for a while: disputes, promises, payments in transit, exemptions."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.invoices import today_of
from domain.billing.events import HoldPlaced, HoldReleased
from domain.billing.models import Hold, Invoice
from domain.billing.rules import dunning
from domain.billing.rules.invoices import CLOSED
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import DunningLadder
from domain.policies.rules.scopes import Scope
from tenancy.refusals import Conflict, Invalid, Refusal, WrongState, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def place_hold(
    work: Work,
    *,
    kind: HoldKind,
    reason: str,
    invoice_id: UUID | None = None,
    customer_id: UUID | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Hold:
    """Hold up the ladder of an invoice, or of every invoice of a customer (AR-4), from today unless told.

    Letters that have not left are stopped. The ladder goes on by itself after `until_on`, or once the hold is released.
    Refuses with HOLD_NOT_PROVIDED, naming the clause, what the customer's ladder does not provide for.
    """
    if (invoice_id is None) == (customer_id is None):
        raise Invalid(message("A hold is placed either on an invoice or on a customer."), path=("invoiceId",))
    today = today_of(work)
    days = dunning.new_hold(kind, today, from_on, until_on)
    reason = dunning.clean_reason(reason)
    if invoice_id is not None:
        invoices = [await _open_invoice(work, invoice_id)]
        customer_id = invoices[0].customer_id
        grounds = await queries.grounds(work, invoices[0])
        ladder = grounds.ladder if grounds is not None else None
    else:
        assert customer_id is not None
        customer = await customers.get(work, customer_id, "customerId")
        invoices = await planning.lock(work, await queries.open_ids(work, customer_id=customer_id))
        ladder = await policies.find_rule(work, DunningLadder, scope=Scope(customer_tier=customer.tier))
    _refuse_unprovided(ladder, kind)
    await _refuse_second(work, customer_id, invoice_id, kind)
    hold = work.add(
        Hold(
            customer_id=customer_id,
            invoice_id=invoice_id,
            kind=kind,
            from_on=days.from_on,
            until_on=days.until_on,
            reason=reason,
            placed_at=work.now,
        )
    )
    placed = HoldPlaced(hold_id=hold.id, customer_id=customer_id, invoice_id=invoice_id, kind=kind)
    work.record(placed, about=hold)
    for invoice in invoices:
        if days.covers(today):
            await planning.stop_letters(work, invoice)
        await planning.replan(work, invoice)
    return hold


@command(needs=Permission.BILLING_COLLECT)
async def release_hold(work: Work, *, hold_id: UUID) -> Hold:
    """Let the ladder go on from today, where it stood: what was held up follows, nothing is skipped."""
    found = await work.get(Hold, hold_id, "holdId")
    ids = [found.invoice_id] if found.invoice_id else await queries.open_ids(work, customer_id=found.customer_id)
    invoices = await planning.lock(work, ids)
    hold = await work.get(Hold, hold_id, "holdId", lock=True)
    today = today_of(work)
    if any(days.is_over(today) for days in queries.held_days([hold])):
        raise WrongState(message("This hold is over already."), path=("holdId",))
    hold.released_on = today
    released = HoldReleased(hold_id=hold.id, customer_id=hold.customer_id, invoice_id=hold.invoice_id)
    work.record(released, about=hold)
    for invoice in invoices:
        await planning.replan(work, invoice)
    return hold


async def _open_invoice(work: Work, invoice_id: UUID) -> Invoice:
    invoice = await planning.lock_one(work, invoice_id)
    if invoice.state in CLOSED:
        raise WrongState(message("Nothing is owed of this invoice, so nothing holds it up."), path=("invoiceId",))
    return invoice


def _refuse_unprovided(ladder: Ruling[DunningLadder] | None, kind: HoldKind) -> None:
    if ladder is not None and kind not in ladder.value.holds:
        text = message("The dunning ladder of this customer does not provide for such a hold.")
        raise Refusal(text, path=("kind",), clause=ladder.clause, code="HOLD_NOT_PROVIDED")


async def _refuse_second(work: Work, customer_id: UUID, invoice_id: UUID | None, kind: HoldKind) -> None:
    same = select(Hold).where(
        Hold.customer_id == customer_id, Hold.invoice_id.is_not_distinct_from(invoice_id), Hold.kind == kind
    )
    if any(not days.is_over(today_of(work)) for days in queries.held_days(await work.all(same))):
        raise Conflict(message("There is such a hold already: release it first."), path=("kind",))
