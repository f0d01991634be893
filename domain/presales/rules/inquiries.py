"""Inquiries: their states and moves, who deals with them, and what becomes of them (PS-1)."""

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from tenancy.refusals import Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_TEXT = 200, 20_000


class InquiryState(StrEnum):
    """How far an inquiry is."""

    RECEIVED = "received"
    # Presales has been in touch.
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    REFUSED = "refused"


class InquiryMove(StrEnum):
    """What is done with an inquiry."""

    ASSIGN = "assign"
    CONTACT = "contact"
    QUALIFY = "qualify"
    REFUSE = "refuse"
    RECORD_NEED = "record_need"
    WRITE_REQUIREMENTS = "write_requirements"
    EVALUATE = "evaluate"
    DRAFT_SOLUTION = "draft_solution"


_S, _M = InquiryState, InquiryMove
INQUIRIES = Lifecycle(
    initial=_S.RECEIVED,
    table={
        (_S.RECEIVED, _M.ASSIGN): _S.RECEIVED,
        (_S.CONTACTED, _M.ASSIGN): _S.CONTACTED,
        (_S.RECEIVED, _M.CONTACT): _S.CONTACTED,
        # Every further contact is written down as well.
        (_S.CONTACTED, _M.CONTACT): _S.CONTACTED,
        (_S.CONTACTED, _M.QUALIFY): _S.QUALIFIED,
        (_S.RECEIVED, _M.REFUSE): _S.REFUSED,
        (_S.CONTACTED, _M.REFUSE): _S.REFUSED,
        # What the customer needs is found out as long as something may be offered.
        **{(state, _M.RECORD_NEED): state for state in (_S.CONTACTED, _S.QUALIFIED)},
        (_S.CONTACTED, _M.EVALUATE): _S.CONTACTED,
        **{(state, _M.WRITE_REQUIREMENTS): state for state in (_S.CONTACTED, _S.QUALIFIED)},
        **{(state, _M.DRAFT_SOLUTION): state for state in (_S.CONTACTED, _S.QUALIFIED)},
    },
    states={
        _S.RECEIVED: message("Received"),
        _S.CONTACTED: message("Contacted"),
        _S.QUALIFIED: message("Qualified"),
        _S.REFUSED: message("Refused"),
    },
    moves={
        _M.ASSIGN: message("Assign"),
        _M.CONTACT: message("Note a contact"),
        _M.QUALIFY: message("Qualify"),
        _M.REFUSE: message("Refuse"),
        _M.RECORD_NEED: message("Record a need"),
        _M.WRITE_REQUIREMENTS: message("Write requirements"),
        _M.EVALUATE: message("Evaluate"),
        _M.DRAFT_SOLUTION: message("Draft a solution"),
    },
)
DUTIES: Mapping[InquiryMove, Permission] = dict.fromkeys(InquiryMove, Permission.PRESALES_QUOTE)


class InquiryObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # The clause wants a go before something is offered.
    NO_GO = "no_go"


def refusal(obstacle: InquiryObstacle, move: InquiryMove, state: InquiryState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case InquiryObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case InquiryObstacle.WRONG_STATE:
            return INQUIRIES.refusal(state, move)
        case InquiryObstacle.NO_GO:
            return no_go()


def no_go() -> Refusal:
    """What is said while the clause wants a go, and it was decided not to go or not decided at all."""
    text = message("It is not decided to go: nothing is offered until an evaluation of the inquiry decides so.")
    return WrongState(text, code="NO_GO")
