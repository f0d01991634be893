"""Deciding: opening an approval, approving, rejecting, returning, withdrawing, transferring, and what time does."""

from domain.approvals.commands.deciding import approve, reassign, reject, return_to_requester, transfer
from domain.approvals.commands.opening import end_with_subject, open_approval, withdraw
from domain.approvals.commands.timing import give_up_seats, step_due

__all__ = [
    "approve",
    "end_with_subject",
    "give_up_seats",
    "open_approval",
    "reassign",
    "reject",
    "return_to_requester",
    "step_due",
    "transfer",
    "withdraw",
]
