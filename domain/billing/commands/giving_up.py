"""Taking an invoice back, or giving up what is owed: at once, or by approval where the handbook has a chain for it."""

from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted
from domain.billing.commands import planning
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import PURPOSES, end_approvals, lock_approvals
from domain.billing.events import CreditNoteIssued, InvoiceCancelled, InvoiceWrittenOff
from domain.billing.models import CreditNote, Invoice
from domain.billing.rules import duties
from domain.billing.rules.duties import Obstacle
from domain.billing.rules.invoices import LIFECYCLE, Move, days_overdue
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Scope
from tenancy.numbers import next_number
from tenancy.outbox import withdraw_effects
from tenancy.work import Work

CREDIT_NOTES = "credit_notes"


@command(needs=Permission.BILLING_INVOICE)
async def cancel_invoice(work: Work, *, invoice_id: UUID) -> tuple[Invoice, UUID | None]:
    """Take an invoice back on which nothing was paid; nothing more is sent. One that was issued keeps its number, and a
    credit note over the whole of it is issued, with a number of its own series.

    Where the handbook has a chain for it, an approval is asked for instead, and its outcome does it; its id is given.
    """
    return await _give_up(work, invoice_id, "cancel")


@command(needs=Permission.BILLING_COLLECT)
async def write_off_invoice(work: Work, *, invoice_id: UUID) -> tuple[Invoice, UUID | None]:
    """Give up what is still owed of an invoice; what was paid stays paid. Nothing more is sent.

    Where the handbook has a chain for it, an approval is asked for instead, and its outcome does it; its id is given.
    """
    return await _give_up(work, invoice_id, "write_off")


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved takes effect in the same transaction; an invoice that has moved on meanwhile stays as it is."""
    if event.subject_kind != SubjectKind.INVOICE or event.purpose not in PURPOSES:
        return
    invoice = await planning.lock_one(work, event.subject_id)
    if (invoice.state, PURPOSES[event.purpose]) in LIFECYCLE.table:
        await _do(work, invoice, PURPOSES[event.purpose])


async def _give_up(work: Work, invoice_id: UUID, purpose: str) -> tuple[Invoice, UUID | None]:
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    move = PURPOSES[purpose]
    # Refused now, not after everybody has agreed.
    LIFECYCLE.next(invoice.state, move)
    customer = await customers.get(work, invoice.customer_id)
    topic = chain_topic(SubjectKind.INVOICE, purpose)
    scope = Scope(customer_tier=invoice.customer_tier or customer.tier)
    chain = await policies.find_rule(work, ApprovalChain, scope=scope, topic=topic)
    if chain is None:
        await _do(work, invoice, move)
        return invoice, None
    await _refuse_asking(work, invoice, purpose, chain)
    assert work.actor.id is not None
    today = today_of(work)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.INVOICE, invoice.id),
        chain=chain,
        requester_id=work.actor.id,
        facts={
            "invoice_number": str(invoice.number) if invoice.number is not None else None,
            "customer_name": customer.name,
            "amount_minor": invoice.total_minor,
            "open_minor": invoice.total_minor - invoice.paid_minor,
            "currency": invoice.currency,
            "days_overdue": days_overdue(invoice.due_on, today) if invoice.due_on is not None else 0,
            "customer_id": invoice.customer_id,
            "customer_tier": scope.customer_tier,
            "account_owner_id": customer.owner_id,
        },
        purpose=purpose,
    )
    return invoice, approval.id


async def _refuse_asking(work: Work, invoice: Invoice, purpose: str, chain: Ruling[ApprovalChain]) -> None:
    obstacle = None
    if not work.actor.is_member or work.actor.id is None:
        obstacle = Obstacle.PEOPLE_ONLY
    elif await approvals_seen.waiting_about(work, Subject(SubjectKind.INVOICE, invoice.id), purpose=purpose):
        obstacle = Obstacle.AWAITS_APPROVAL
    if obstacle is not None:
        refusal = duties.refusal(obstacle, PURPOSES[purpose], invoice.state)
        refusal.clause = chain.clause
        raise refusal


async def _do(work: Work, invoice: Invoice, move: Move) -> None:
    invoice.state = LIFECYCLE.next(invoice.state, move)
    await planning.stop_letters(work, invoice)
    if move is Move.CANCEL:
        await withdraw_effects(work, invoice.id)
    await planning.replan(work, invoice)
    await end_approvals(work, invoice.id)
    if move is Move.CANCEL:
        work.record(InvoiceCancelled(invoice_id=invoice.id), about=invoice)
        if invoice.issued_on is not None:
            await _credit(work, invoice)
    else:
        written_off = InvoiceWrittenOff(
            invoice_id=invoice.id, minor=max(invoice.total_minor - invoice.paid_minor, 0), currency=invoice.currency
        )
        work.record(written_off, about=invoice)


async def _credit(work: Work, invoice: Invoice) -> None:
    # Last, for others who want a number wait from here on.
    note = work.add(
        CreditNote(
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            number=await next_number(work, CREDIT_NOTES),
            currency=invoice.currency,
            net_minor=invoice.net_minor,
            tax_minor=invoice.tax_minor,
            total_minor=invoice.total_minor,
            issued_on=today_of(work),
            issued_at=work.now,
        )
    )
    work.record(CreditNoteIssued(credit_note_id=note.id, invoice_id=invoice.id), about=note)
