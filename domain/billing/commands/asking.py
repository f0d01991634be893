"""Asking for the approval that the handbook wants before an invoice is taken back or given up."""

from typing import Any
from uuid import UUID

from domain.approvals import commands as approvals
from domain.billing import queries
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import PURPOSES, waiting_about
from domain.billing.models import Invoice
from domain.billing.rules import duties
from domain.billing.rules.duties import Obstacle
from domain.billing.rules.invoices import days_overdue
from domain.customers import queries as customers
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Scope
from tenancy.work import Work


async def ask_for(work: Work, invoice: Invoice, purpose: str, **facts: Any) -> UUID | None:
    """Ask for the approval that the handbook wants for a purpose, with what else its approvers are shown.

    None where it has no chain for it. Refuses programs, for only people ask for one, and everybody while anything else
    about the invoice waits, with a chain or without: who decides there would decide about what is no more.
    """
    # Whatever waits about it is locked before it.
    work.concerns(SubjectKind.INVOICE, invoice.id)
    customer = await customers.get(work, invoice.customer_id)
    scope = Scope(customer_tier=invoice.customer_tier or customer.tier)
    topic = chain_topic(SubjectKind.INVOICE, purpose)
    chain = await policies.find_rule(work, ApprovalChain, scope=scope, topic=topic)
    await _refuse_asking(work, invoice, purpose, chain)
    if chain is None:
        return None
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
            "open_minor": queries.payable_minor(invoice) - invoice.paid_minor,
            "currency": invoice.currency,
            "days_overdue": days_overdue(invoice.due_on, today) if invoice.due_on is not None else 0,
            "customer_id": invoice.customer_id,
            "customer_tier": scope.customer_tier,
            "account_owner_id": customer.owner_id,
            **facts,
        },
        purpose=purpose,
    )
    return approval.id


async def _refuse_asking(work: Work, invoice: Invoice, purpose: str, chain: Ruling[ApprovalChain] | None) -> None:
    move = PURPOSES[purpose]
    if chain is not None and (not work.actor.is_member or work.actor.id is None):
        refusal = duties.refusal(Obstacle.PEOPLE_ONLY, move, invoice.state)
        refusal.clause = chain.clause
        raise refusal
    if (waiting := await waiting_about(work, invoice.id)) is not None:
        refusal = duties.refusal(Obstacle.AWAITS_APPROVAL, move, invoice.state)
        refusal.clause = await approvals.clause_of(work, waiting)
        raise refusal
