"""Calling customers because of overdue invoices: what came of it, and what is left alone therefore."""

from datetime import date
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.holds import place_hold
from domain.billing.events import DunningCallRecorded
from domain.billing.models import DunningCall
from domain.billing.rules import calls
from domain.billing.rules.invoices import CLOSED
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies.rules.dunning import CallOutcome, Channel
from tenancy.refusals import Invalid, WrongState, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def record_call(
    work: Work, *, step_id: UUID, outcome: CallOutcome, note: str = "", until_on: date | None = None
) -> DunningCall:
    """Note what came of a call that a step of the ladder asked for (AR-3), now.

    A promise, a dispute and a payment on its way hold up the invoice's ladder, as `place_hold` does and refuses.
    """
    found = await queries.step(work, step_id)
    if found.channel is not Channel.TELEPHONE:
        raise Invalid(message("This step is no telephone call."), path=("stepId",))
    note = calls.clean_note(outcome, note)
    calls.refuse_misplaced_day(outcome, until_on)
    invoice = await planning.lock_one(work, found.invoice_id)
    if invoice.state in CLOSED:
        raise WrongState(message("Nothing is owed of this invoice any more."), path=("stepId",))
    hold = None
    if outcome in calls.HOLDS:
        hold = await place_hold(work, kind=calls.HOLDS[outcome], reason=note, invoice_id=invoice.id, until_on=until_on)
    call = DunningCall(
        step_id=step_id,
        outcome=outcome,
        note=note,
        called_at=work.now,
        called_by_id=work.actor.id if work.actor.is_member else None,
        hold_id=hold.id if hold is not None else None,
    )
    work.add(call)
    recorded = DunningCallRecorded(invoice_id=invoice.id, step_id=step_id, outcome=outcome, hold_id=call.hold_id)
    work.record(recorded, about=call)
    return call
