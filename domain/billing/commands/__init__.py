"""Billing: drafting, issuing and cancelling invoices, recording payments, placing holds, and the dunning ladder."""

from domain.billing.commands.holds import place_hold, release_hold
from domain.billing.commands.invoices import cancel_invoice, draft_invoice, issue_invoice
from domain.billing.commands.ladder import approve_step, review_by_new_handbook, review_next, take_due_step
from domain.billing.commands.payments import record_payment

__all__ = [
    "approve_step",
    "cancel_invoice",
    "draft_invoice",
    "issue_invoice",
    "place_hold",
    "record_payment",
    "release_hold",
    "review_by_new_handbook",
    "review_next",
    "take_due_step",
]
