"""Leaving: handing in a letter, what its approval brings, waiving the rest of a notice, and the last moment."""

from domain.people.commands.hindrances import against_own_letter
from domain.people.commands.leaving import (
    follow_approval,
    follow_refusal,
    follow_return,
    follow_withdrawal,
    leave,
    waive_notice,
)
from domain.people.commands.letters import resubmit_resignation, submit_resignation, withdraw_resignation

__all__ = [
    "against_own_letter",
    "follow_approval",
    "follow_refusal",
    "follow_return",
    "follow_withdrawal",
    "leave",
    "resubmit_resignation",
    "submit_resignation",
    "waive_notice",
    "withdraw_resignation",
]
