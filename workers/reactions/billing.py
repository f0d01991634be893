"""What follows the facts of the module billing: the invoice's mail, news for the account owner, tasks by telephone."""

from uuid import UUID

from domain.billing import commands as billing
from domain.billing import queries
from domain.billing.events import (
    DunningLetterWritten,
    DunningStepProposed,
    DunningStepTaken,
    InvoiceDrafted,
    InvoiceIssued,
    PaymentRecorded,
)
from domain.billing.queries import papers
from domain.billing.rules.invoices import OPEN
from domain.contracts.events import ContractSigned, MilestoneCompleted
from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.policies.rules.dunning import Channel
from tenancy.refusals import message
from tenancy.work import Work

# What the account owner does by hand; letters by mail leave by themselves, and what is posted is told of as a letter.
TASKS = {
    Channel.TELEPHONE: message("Call {customer}: {amount} of invoice {number} is outstanding (days overdue: {days})."),
    Channel.HAND_OVER: message("Hand invoice {number} of {customer} over for collection: {amount} is outstanding."),
}


async def draft_by_schedule(work: Work, event: ContractSigned | MilestoneCompleted) -> None:
    """What falls due with a signature or a milestone is invoiced at once; the days of others come."""
    await billing.draft_due(work, contract_id=event.contract_id)


async def issue_by_clause(work: Work, event: InvoiceDrafted) -> None:
    """Invoices by a contract's schedule are issued by themselves where the clause says so."""
    await billing.issue_by_clause(work, event)


async def send_the_invoice(work: Work, event: InvoiceIssued) -> None:
    """The customer gets the invoice by mail with its PDF, in the language they are written to in."""
    invoice = await queries.get(work, event.invoice_id)
    if invoice.state not in OPEN:
        return
    customer = await customers.get(work, invoice.customer_id)
    await notifications.notify_contact(
        work,
        email=customer.billing_email,
        language=customer.language,
        subject=message("Invoice {number}"),
        text=message(
            "Dear {customer},\n\nOur invoice {number} of {issued_on} amounts to {amount}. It is payable by {due_on}."
            " Please state its number with your payment.\n\nKind regards,\n{company}"
        ),
        values={
            "customer": customer.name,
            "company": await queries.company_name(work),
            "number": invoice.number,
            "issued_on": invoice.issued_on,
            "amount": Money(invoice.total_minor, invoice.currency),
            "due_on": invoice.due_on,
        },
        about=Subject(SubjectKind.INVOICE, invoice.id),
        key=f"invoice/{invoice.id}",
        enclosures=[await papers.enclosure(work, invoice)],
    )


async def tell_the_account_owner_of_a_payment(work: Work, event: PaymentRecorded) -> None:
    """Whoever looks after the customer learns what has come in and what is left."""
    payment = await queries.payment(work, event.payment_id)
    customer = await customers.get(work, payment.customer_id)
    owner_id = await customers.owner_of(work, customer.id)
    if owner_id is None:
        return
    if event.invoice_id is None:
        await notifications.notify(
            work,
            member_ids=[owner_id],
            text=message("{customer} has paid {amount}."),
            values={"customer": customer.name, "amount": Money(payment.amount_minor, payment.currency)},
            about=Subject(SubjectKind.PAYMENT, payment.id),
            mail=False,
            key=f"payment/{payment.id}",
        )
        return
    invoice = await queries.get(work, event.invoice_id)
    charges = await queries.charges_left(work, invoice)
    text = message("{customer} has paid {amount} on invoice {number}; a part is left to be paid.")
    if event.settled and charges.minor:
        text = message("{customer} has paid {amount} on invoice {number}; fees and interest of {charges} are left.")
    elif event.settled:
        text = message("{customer} has paid {amount} on invoice {number}.")
    await notifications.notify(
        work,
        member_ids=[owner_id],
        text=text,
        values={
            "customer": customer.name,
            "number": invoice.number,
            "amount": Money(payment.amount_minor, payment.currency),
            "charges": charges,
        },
        about=Subject(SubjectKind.INVOICE, invoice.id),
        mail=False,
        key=f"payment/{payment.id}",
    )


async def give_the_account_owner_a_task(work: Work, event: DunningStepTaken) -> None:
    """A step that is no mail is a task of the account owner, or of all who collect where there is none."""
    if event.channel not in TASKS:
        return
    invoice = await queries.get(work, event.invoice_id)
    if invoice.state not in OPEN:
        return
    step = await queries.step(work, event.step_id)
    customer = await customers.get(work, invoice.customer_id)
    await notifications.notify(
        work,
        member_ids=await _who_collects(work, customer.id),
        text=TASKS[event.channel],
        values={
            "customer": customer.name,
            "number": invoice.number,
            "days": step.days_overdue,
            "amount": Money(step.outstanding_minor, step.currency),
        },
        about=Subject(SubjectKind.DUNNING, step.id),
        mail=True,
        key=f"dunning-task/{step.id}",
    )


async def give_out_a_letter_to_post(work: Work, event: DunningLetterWritten) -> None:
    """A letter to be posted is a task of the account owner, or of all who collect where there is none."""
    if event.channel is not Channel.POST:
        return
    steps = await queries.steps_of_letter(work, event.letter_id)
    if not steps:
        return
    customer = await customers.get(work, event.customer_id)
    invoices = [await queries.get(work, id) for id in sorted({step.invoice_id for step in steps})]
    await notifications.notify(
        work,
        member_ids=await _who_collects(work, customer.id),
        text=message("A letter to {customer} is to be printed and posted, about these invoices: {numbers}."),
        values={"customer": customer.name, "numbers": ", ".join(str(invoice.number) for invoice in invoices)},
        about=Subject(SubjectKind.DUNNING_LETTER, event.letter_id),
        mail=True,
        key=f"dunning-post/{event.letter_id}",
    )


async def ask_for_the_approval_of_a_step(work: Work, event: DunningStepProposed) -> None:
    """Whoever collects learns that a step of a ladder waits for a decision."""
    invoice = await queries.get(work, event.invoice_id)
    if invoice.state not in OPEN:
        return
    customer = await customers.get(work, invoice.customer_id)
    await notifications.notify(
        work,
        member_ids=await members_who_may(work, Permission.BILLING_COLLECT),
        text=message("Step {step} of dunning {customer} for invoice {number} waits for approval."),
        values={"customer": customer.name, "number": invoice.number, "step": event.step_number},
        about=Subject(SubjectKind.INVOICE, invoice.id),
        mail=True,
        key=f"dunning-proposal/{invoice.id}/{event.run}/{event.step_number}",
    )


async def _who_collects(work: Work, customer_id: UUID) -> list[UUID]:
    owner_id = await customers.owner_of(work, customer_id)
    return [owner_id] if owner_id is not None else await members_who_may(work, Permission.BILLING_COLLECT)
