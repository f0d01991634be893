"""Climbing the ladder: taking the step that is due, approving one, and planning anew by a new handbook."""

from uuid import UUID
from zoneinfo import ZoneInfo

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.letters import write_letter
from domain.billing.commands.planning import View
from domain.billing.events import DunningStepDue, DunningStepProposed, DunningStepTaken, LadderReviewDue
from domain.billing.models import DunningStep, Invoice
from domain.billing.rules import dunning
from domain.billing.rules.dunning import Expected, Received, Reckoning
from domain.billing.rules.invoices import OPEN, days_overdue
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.dunning import Channel
from domain.policies.rules.kinds import BusinessCalendarClause, DunningLadder
from tenancy.refusals import Refusal, WrongState, message
from tenancy.work import Work

# How many invoices are planned anew in one transaction when a handbook takes effect.
BATCH = 100


async def take_due_step(work: Work, event: DunningStepDue) -> None:
    """A timer's hour has come: take the step if it is still due, under the invoice's lock.

    All is reckoned anew. What was paid, held, taken or moved since the timer was set only sets it anew, if at all.
    """
    invoice = await work.find(Invoice, event.invoice_id, lock=True)
    if invoice is None or invoice.state not in OPEN or event.run != invoice.run:
        return
    view = await planning.look(work, invoice)
    following = view.next if view is not None else None
    if view is None or following is None or not _is_due(work, following, event.step_number):
        await planning.replan(work, invoice)
    elif following.step.needs_approval:
        planning.keep(work, invoice, view, await planning.see(work, [invoice]))
        proposed = DunningStepProposed(invoice_id=invoice.id, step_number=event.step_number, run=invoice.run)
        work.record(proposed, about=invoice)
    else:
        await _take(work, invoice, view, following)


@command(needs=Permission.BILLING_COLLECT)
async def approve_step(work: Work, *, invoice_id: UUID, step_number: int) -> DunningStep:
    """Let a step be taken that the ladder wants approved, once its hour has come. Sent twice it is taken once."""
    invoice = await planning.lock_one(work, invoice_id)
    view = await planning.look(work, invoice) if invoice.state in OPEN else None
    if view is not None:
        taken = next((step for step in view.steps if step.number == step_number), None)
        if taken is not None:
            return taken
        _refuse_outside_hours(work, view, step_number)
        if view.next is not None and view.next.step.needs_approval and _is_due(work, view.next, step_number):
            approver_id = work.actor.id if work.actor.is_member else None
            return await _take(work, invoice, view, view.next, approver_id=approver_id)
    raise WrongState(message("This step does not wait for approval."), path=("stepNumber",))


def _refuse_outside_hours(work: Work, view: View, step_number: int) -> None:
    """A step that waits for approval is not carried out at an hour at which nobody is to be contacted."""
    opens_at = dunning.contact_from(work.now, view.grounds.ladder.value, view.grounds.calendar)
    if opens_at > work.now and view.next is not None and view.next.step.number == step_number:
        text = message("Customers are not contacted at this hour: the step can be approved from {opens_at} on.")
        refusal = Refusal(
            text,
            {"opens_at": opens_at.astimezone(ZoneInfo(work.opening.zone))},
            path=("stepNumber",),
            clause=view.grounds.ladder.clause,
            code="OUTSIDE_CONTACT_HOURS",
        )
        refusal.earliest_at = opens_at
        raise refusal


def _is_due(work: Work, following: Expected, number: int) -> bool:
    return following.step.number == number and following.at is not None and following.at <= work.now


async def _take(
    work: Work, invoice: Invoice, view: View, following: Expected, approver_id: UUID | None = None
) -> DunningStep:
    """Take the next step: its row, its letter, its clause; then plan what follows."""
    assert invoice.due_on is not None
    assert following.at is not None
    rule, today = following.step, view.grounds.calendar.local_day(work.now)
    owed, reckoned = await _charges(work, invoice, view, following)
    step = DunningStep(
        invoice_id=invoice.id,
        run=invoice.run,
        number=rule.number,
        name=rule.name.model_dump(),
        channel=rule.channel,
        planned_at=following.at,
        taken_at=work.now,
        days_overdue=days_overdue(invoice.due_on, today),
        currency=invoice.currency,
        outstanding_minor=owed.minor,
        fee_minor=reckoned.charges.fee.minor,
        interest_minor=reckoned.charges.interest.minor,
        clause_id=view.grounds.ladder.clause.clause_id,
        approver_id=approver_id,
        restricts=rule.restricts,
    )
    work.add(step)
    if rule.channel in (Channel.EMAIL, Channel.POST):
        await write_letter(work, invoice, view, following, step)
    policies.cite(
        work,
        view.grounds.ladder,
        about=Subject(SubjectKind.DUNNING, step.id),
        decision="billing.dunning_step",
        inputs={
            "invoice_id": invoice.id,
            "step": rule.number,
            "due_on": invoice.due_on,
            "planned_at": following.at,
            "outstanding": str(owed),
            "days_overdue": step.days_overdue,
            **reckoned.inputs,
        },
        result={
            "channel": rule.channel,
            "fee": str(reckoned.charges.fee),
            "interest": str(reckoned.charges.interest),
            "formula": reckoned.formula,
        },
    )
    taken = DunningStepTaken(invoice_id=invoice.id, step_id=step.id, step_number=rule.number, channel=rule.channel)
    work.record(taken, about=invoice)
    await planning.replan(work, invoice)
    return step


async def _charges(work: Work, invoice: Invoice, view: View, following: Expected) -> tuple[Money, Reckoning]:
    """What is outstanding of the invoice itself, and what this step adds to what earlier ones have asked for."""
    assert invoice.due_on is not None
    total = Money(invoice.total_minor, invoice.currency)
    owed = Money(max(queries.payable_minor(invoice) - invoice.paid_minor, 0), invoice.currency)
    received = [
        Received(part.effective_on, Money(part.amount_minor + part.charges_minor, part.currency))
        for part in await queries.allocations_to(work, invoice.id)
    ]
    for note in await queries.credit_notes_of(work, invoice.id):
        received.append(Received(note.issued_on, Money(note.total_minor, note.currency)))
    today = view.grounds.calendar.local_day(work.now)
    asked = queries.charges_of(view.steps, invoice.currency).interest
    return owed, dunning.reckon(following.step, total, received, invoice.due_on, today, asked)


async def review_by_new_handbook(work: Work, event: HandbookTookEffect) -> None:
    """Plan open invoices anew when a handbook takes effect whose ladder or calendar holds for open cases too, or takes
    the place of one whose did (PO-3)."""
    if await policies_queries.concerns_open_cases(work, event.version_id, DunningLadder, BusinessCalendarClause):
        _review_from(work, None)


async def review_next(work: Work, event: LadderReviewDue) -> None:
    """Plan the next open invoices anew, and let those behind them follow."""
    ids = await queries.open_ids(work, after_id=event.after_id, most=BATCH)
    invoices = await planning.lock(work, ids)
    seen = await planning.see(work, invoices)
    for invoice in invoices:
        await planning.replan(work, invoice, seen)
    if len(ids) == BATCH:
        _review_from(work, ids[-1])


def _review_from(work: Work, after_id: UUID | None) -> None:
    work.schedule(work.now, LadderReviewDue(after_id=after_id), about=None, key="billing:ladder-review")
