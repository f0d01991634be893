"""Changing contracts: drafting, review, signature with copies, and what time and people do with what is in force."""

from domain.contracts.commands.agreeing import (
    follow_amendment_approval,
    follow_amendment_return,
    sign_amendment,
    submit_amendment,
    withdraw_amendment,
)
from domain.contracts.commands.amending import change_amendment, draft_amendment
from domain.contracts.commands.drafting import change_contract, draft_contract
from domain.contracts.commands.invoicing import complete_milestone, mark_invoiced, refuse_instalment
from domain.contracts.commands.metering import record_usage
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
    "change_amendment",
    "change_contract",
    "close_obligation",
    "complete_contract",
    "complete_milestone",
    "confirm_copy",
    "draft_amendment",
    "draft_contract",
    "follow_amendment_approval",
    "follow_amendment_return",
    "follow_approval",
    "follow_refusal",
    "follow_return",
    "follow_withdrawal",
    "keep_term",
    "mark_invoiced",
    "record_usage",
    "refuse_instalment",
    "remind_of_obligation",
    "settle_check",
    "sign_amendment",
    "sign_contract",
    "submit_amendment",
    "submit_contract",
    "terminate_contract",
    "withdraw_amendment",
    "withdraw_contract",
]
