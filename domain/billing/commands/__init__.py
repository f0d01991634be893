"""Billing: invoices drafted, issued, cancelled and written off, payments, holds, and the dunning ladder."""

from domain.billing.commands.calls import record_call
from domain.billing.commands.crediting import credit_invoice
from domain.billing.commands.exchanging import exchange_credit
from domain.billing.commands.giving_up import cancel_invoice, follow_approval, write_off_invoice
from domain.billing.commands.holds import place_hold, release_hold
from domain.billing.commands.invoices import draft_invoice, issue_invoice, usual_tax
from domain.billing.commands.ladder import approve_step, review_by_new_handbook, review_next, take_due_step
from domain.billing.commands.letters import mark_posted, write_due_letter
from domain.billing.commands.parties import set_billing_party
from domain.billing.commands.payments import (
    allocate_payment,
    receive_payment,
    record_payment,
    refund_payment,
    release_allocation,
    reverse_payment,
)
from domain.billing.commands.scheduled import draft_due, draft_instalment, draft_more, issue_by_clause
from domain.billing.commands.usage import settle_due, settle_next, settle_usage

__all__ = [
    "allocate_payment",
    "approve_step",
    "cancel_invoice",
    "credit_invoice",
    "draft_due",
    "draft_instalment",
    "draft_invoice",
    "draft_more",
    "exchange_credit",
    "follow_approval",
    "issue_by_clause",
    "issue_invoice",
    "mark_posted",
    "place_hold",
    "receive_payment",
    "record_call",
    "record_payment",
    "refund_payment",
    "release_allocation",
    "release_hold",
    "reverse_payment",
    "review_by_new_handbook",
    "review_next",
    "set_billing_party",
    "settle_due",
    "settle_next",
    "settle_usage",
    "take_due_step",
    "usual_tax",
    "write_due_letter",
    "write_off_invoice",
]
