"""Deciding: opening an approval, deciding, returning, handing over, delegating, commenting, and what time does."""

from domain.approvals.commands.attaching import attach, detach
from domain.approvals.commands.course import clause_of
from domain.approvals.commands.deciding import approve, reject, return_to_requester, return_to_step
from domain.approvals.commands.delegating import delegate, end_delegation
from domain.approvals.commands.handing import add_approver, reassign, transfer
from domain.approvals.commands.opening import end_with_subject, lock_with_subject, open_approval, void_granted, withdraw
from domain.approvals.commands.rescuing import go_on, resolve_again
from domain.approvals.commands.speaking import comment, urge
from domain.approvals.commands.timing import give_up_powerless, give_up_seats, step_due

__all__ = [
    "add_approver",
    "approve",
    "attach",
    "clause_of",
    "comment",
    "delegate",
    "detach",
    "end_delegation",
    "end_with_subject",
    "give_up_powerless",
    "give_up_seats",
    "go_on",
    "lock_with_subject",
    "open_approval",
    "reassign",
    "reject",
    "resolve_again",
    "return_to_requester",
    "return_to_step",
    "step_due",
    "transfer",
    "urge",
    "void_granted",
    "withdraw",
]
