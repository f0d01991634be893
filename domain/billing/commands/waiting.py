"""Approvals that wait about an invoice: locked before it, and void once it is not what was shown to the approvers."""

from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.models import Approval
from domain.billing.rules.invoices import Move
from domain.kernel.subjects import Subject, SubjectKind
from tenancy.work import Work

# The purposes under which chains decide on invoices, and what a granted approval does.
PURPOSES = {"cancel": Move.CANCEL, "credit": Move.CREDIT, "write_off": Move.WRITE_OFF}


async def lock_approvals(work: Work, invoice_id: UUID) -> None:
    """Lock what waits about an invoice, before the invoice itself is locked."""
    for purpose in PURPOSES:
        await approvals.lock_with_subject(work, subject=Subject(SubjectKind.INVOICE, invoice_id), purpose=purpose)


async def waiting_about(work: Work, invoice_id: UUID) -> Approval | None:
    """What waits about an invoice, for whichever purpose: whoever decides has this invoice before them as it is."""
    for purpose in PURPOSES:
        subject = Subject(SubjectKind.INVOICE, invoice_id)
        if (waiting := await approvals_seen.waiting_about(work, subject, purpose=purpose)) is not None:
            return waiting
    return None


async def end_approvals(work: Work, invoice_id: UUID) -> None:
    """What was asked about an invoice is void: it was issued, paid or credited, or given up in another way."""
    for purpose in PURPOSES:
        await approvals.end_with_subject(work, subject=Subject(SubjectKind.INVOICE, invoice_id), purpose=purpose)
