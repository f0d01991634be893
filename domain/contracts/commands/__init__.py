"""Changing contracts: drafting, review, signature with copies, and what time and people do with what is in force."""

from domain.contracts.commands.drafting import change_contract, draft_contract
from domain.contracts.commands.performing import add_obligation, close_obligation, remind_of_obligation
from domain.contracts.commands.reviewing import (
    follow_approval,
    follow_refusal,
    follow_return,
    follow_withdrawal,
    submit_contract,
    withdraw_contract,
)
from domain.contracts.commands.running import complete_contract, keep_term, terminate_contract
from domain.contracts.commands.signing import confirm_copy, settle_check, sign_contract

__all__ = [
    "add_obligation",
    "change_contract",
    "close_obligation",
    "complete_contract",
    "confirm_copy",
    "draft_contract",
    "follow_approval",
    "follow_refusal",
    "follow_return",
    "follow_withdrawal",
    "keep_term",
    "remind_of_obligation",
    "settle_check",
    "sign_contract",
    "submit_contract",
    "terminate_contract",
    "withdraw_contract",
]
