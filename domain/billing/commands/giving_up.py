"""Taking an invoice back, or giving up what is owed: at once, or by approval where the handbook has a chain for it."""

from uuid import UUID

from domain.approvals.events import ApprovalGranted
from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.asking import ask_for
from domain.billing.commands.crediting import follow_credit, issue_note
from domain.billing.commands.waiting import PURPOSES, end_approvals, lock_approvals
from domain.billing.events import InvoiceCancelled, InvoiceWrittenOff
from domain.billing.models import Invoice
from domain.billing.rules.invoices import LIFECYCLE, Move
from domain.contracts import commands as contracts
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from tenancy.outbox import withdraw_effects
from tenancy.work import Work


@command(needs=Permission.BILLING_INVOICE)
async def cancel_invoice(work: Work, *, invoice_id: UUID) -> tuple[Invoice, UUID | None]:
    """Take an invoice back on which nothing was paid; nothing more is sent. One that was issued keeps its number, and a
    credit note over all that is left of it is issued, with a number of its own series.

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
    if PURPOSES[event.purpose] is Move.CREDIT:
        await follow_credit(work, event)
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
    approval_id = await ask_for(work, invoice, purpose)
    if approval_id is None:
        await _do(work, invoice, move)
    return invoice, approval_id


async def _do(work: Work, invoice: Invoice, move: Move) -> None:
    invoice.state = LIFECYCLE.next(invoice.state, move)
    await planning.stop_letters(work, invoice)
    if move is Move.CANCEL:
        await withdraw_effects(work, invoice.id)
    await planning.replan(work, invoice)
    await end_approvals(work, invoice.id)
    if move is Move.WRITE_OFF:
        owed = max(queries.payable_minor(invoice) - invoice.paid_minor, 0)
        written_off = InvoiceWrittenOff(invoice_id=invoice.id, minor=owed, currency=invoice.currency)
        work.record(written_off, about=invoice)
        return
    if invoice.instalment_id is not None:
        await contracts.mark_invoiced(work, [invoice.instalment_id], invoiced=False)
    left = await queries.left_to_credit(work, invoice) if invoice.issued_on is not None else []
    invoice.credited_minor = invoice.total_minor if left else 0
    work.record(InvoiceCancelled(invoice_id=invoice.id), about=invoice)
    if left:
        await issue_note(work, invoice, left, "")
