"""What a customer needs: how it was found out, and the document that says it in versions (PS-1)."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import orjson

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from tenancy.refusals import Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_NAME, MAX_TEXT = 200, 200, 50_000
MOST_NEEDS, MOST_VERSIONS = 100, 100


class NeedMethod(StrEnum):
    """How a need was found out."""

    INTERVIEW = "interview"
    QUESTIONNAIRE = "questionnaire"
    DEMONSTRATION = "demonstration"


class RequirementsState(StrEnum):
    """How far a version of the requirements is."""

    DRAFT = "draft"
    # The customer has said that this is what they need.
    CONFIRMED = "confirmed"
    # A later version took its place.
    SUPERSEDED = "superseded"


class RequirementsMove(StrEnum):
    """What is done with the requirements."""

    CHANGE = "change"
    CONFIRM = "confirm"
    REVISE = "revise"


_S, _M = RequirementsState, RequirementsMove
REQUIREMENTS = Lifecycle(
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _M.CHANGE): _S.DRAFT,
        (_S.DRAFT, _M.CONFIRM): _S.CONFIRMED,
        (_S.DRAFT, _M.REVISE): _S.SUPERSEDED,
        (_S.CONFIRMED, _M.REVISE): _S.SUPERSEDED,
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.CONFIRMED: message("Confirmed"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.CONFIRM: message("Confirm"),
        _M.REVISE: message("Revise"),
    },
)
DUTIES: Mapping[RequirementsMove, Permission] = dict.fromkeys(RequirementsMove, Permission.PRESALES_QUOTE)


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
