"""Who may do what with an invoice, and what keeps somebody from it."""

from collections.abc import Mapping
from enum import StrEnum

from domain.approvals.rules.obstacles import people_only
from domain.billing.rules.invoices import LIFECYCLE, Move, State
from domain.kernel.permissions import Permission
from tenancy.refusals import Conflict, Refusal, WrongState, message, missing_permission

DUTIES: Mapping[Move, Permission] = {
    Move.ISSUE: Permission.BILLING_INVOICE,
    Move.PAY_IN_PART: Permission.BILLING_COLLECT,
    Move.PAY_IN_FULL: Permission.BILLING_COLLECT,
    Move.PAY_CHARGES: Permission.BILLING_COLLECT,
    Move.TAKE_BACK_PAYMENT: Permission.BILLING_COLLECT,
    Move.CREDIT: Permission.BILLING_INVOICE,
    Move.CANCEL: Permission.BILLING_INVOICE,
    Move.WRITE_OFF: Permission.BILLING_COLLECT,
}


class Obstacle(StrEnum):
    """Why somebody can't do something with an invoice now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    NO_CHARGES = "no_charges"
    # Where the handbook has a chain for it: a program asks for no approval. While one about
    # the invoice waits, whatever it is for, nothing else is done that an approval could be for.
    PEOPLE_ONLY = "people_only"
    AWAITS_APPROVAL = "awaits_approval"


def refusal(obstacle: Obstacle, move: Move, state: State) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case Obstacle.WRONG_STATE:
            return LIFECYCLE.refusal(state, move)
        case Obstacle.NO_CHARGES:
            return WrongState(message("No fees and no interest are owed on it."), code="NO_CHARGES")
        case Obstacle.PEOPLE_ONLY:
            return people_only(None, "invoiceId")
        case Obstacle.AWAITS_APPROVAL:
            text = message("An approval of this invoice waits already: it is decided or withdrawn first.")
            return Conflict(text, code="AWAITS_APPROVAL")
