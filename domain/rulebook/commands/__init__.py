"""Laying a version before its approvers, trying a draft on cases that are past, and having a version read."""

from domain.rulebook.commands.approving import (
    follow_approval,
    follow_refusal,
    follow_return,
    follow_withdrawal,
    return_version,
    show_to_approvers,
    submit_version,
)
from domain.rulebook.commands.reading import ask_newcomer, confirm_reading, plan_reminders, remind
from domain.rulebook.commands.trying import (
    note_begun,
    note_finished,
    note_judged,
    note_total,
    sign_dry_run,
    start_dry_run,
)

__all__ = [
    "ask_newcomer",
    "confirm_reading",
    "follow_approval",
    "follow_refusal",
    "follow_return",
    "follow_withdrawal",
    "note_begun",
    "note_finished",
    "note_judged",
    "note_total",
    "plan_reminders",
    "remind",
    "return_version",
    "show_to_approvers",
    "sign_dry_run",
    "start_dry_run",
    "submit_version",
]
