"""What a customer needs: how it was found out, and the document that says it in versions (PS-1)."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import orjson

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from tenancy.refusals import Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_NAME, MAX_TEXT, MAX_COMMENT = 200, 200, 50_000, 2_000
MOST_NEEDS, MOST_VERSIONS = 100, 100


class NeedMethod(StrEnum):
    """How a need was found out."""

    INTERVIEW = "interview"
    QUESTIONNAIRE = "questionnaire"
    DEMONSTRATION = "demonstration"


class RequirementsState(StrEnum):
    """How far a version of the requirements is."""

    DRAFT = "draft"
    # A person of the customer has a link to it, by which it is answered.
    SENT = "sent"
    # The customer has said that this is what they need.
    CONFIRMED = "confirmed"
    # The customer wants it changed.
    OBJECTED = "objected"
    # A later version took its place.
    SUPERSEDED = "superseded"


class RequirementsMove(StrEnum):
    """What is done with the requirements."""

    CHANGE = "change"
    SEND = "send"
    CONFIRM = "confirm"
    OBJECT = "object"
    REVISE = "revise"


_S, _M = RequirementsState, RequirementsMove
REQUIREMENTS = Lifecycle(
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _M.CHANGE): _S.DRAFT,
        (_S.DRAFT, _M.SEND): _S.SENT,
        **{(state, _M.CONFIRM): _S.CONFIRMED for state in (_S.DRAFT, _S.SENT)},
        (_S.SENT, _M.OBJECT): _S.OBJECTED,
        **{(state, _M.REVISE): _S.SUPERSEDED for state in (_S.DRAFT, _S.SENT, _S.CONFIRMED, _S.OBJECTED)},
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.SENT: message("Sent"),
        _S.CONFIRMED: message("Confirmed"),
        _S.OBJECTED: message("Changes wanted"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SEND: message("Send"),
        _M.CONFIRM: message("Confirm"),
        _M.OBJECT: message("Ask for changes"),
        _M.REVISE: message("Revise"),
    },
)
# What people do; changes are asked for by the link.
DUTIES: Mapping[RequirementsMove, Permission] = dict.fromkeys(
    (_M.CHANGE, _M.SEND, _M.CONFIRM, _M.REVISE), Permission.PRESALES_QUOTE
)


class RequirementsObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # The inquiry was refused.
    INQUIRY_OVER = "inquiry_over"


def refusal(obstacle: RequirementsObstacle, move: RequirementsMove, state: RequirementsState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case RequirementsObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case RequirementsObstacle.WRONG_STATE:
            return REQUIREMENTS.refusal(state, move)
        case RequirementsObstacle.INQUIRY_OVER:
            text = message("The inquiry was refused: nothing is written about its requirements any more.")
            return WrongState(text, code="INQUIRY_OVER")


def content_digest(title: str, content: str) -> str:
    """The fingerprint of what a customer confirms."""
    return hashlib.sha256(orjson.dumps([title, content])).hexdigest()
