"""Who may do what with a version of the handbook, and what keeps somebody from it."""

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.permissions import Permission
from domain.policies.rules.versions import LIFECYCLE, Move, State
from tenancy.refusals import Forbidden, Refusal, WrongState, message, missing_permission

DUTIES: Mapping[Move, Permission] = {
    Move.EDIT: Permission.POLICIES_DRAFT,
    Move.SUBMIT: Permission.POLICIES_DRAFT,
    Move.DISCARD: Permission.POLICIES_DRAFT,
    Move.REVIEW: Permission.POLICIES_PUBLISH,
    Move.RETURN: Permission.POLICIES_PUBLISH,
    Move.PUBLISH: Permission.POLICIES_PUBLISH,
    Move.WITHDRAW: Permission.POLICIES_PUBLISH,
}
# What is put one's name to is done by people, and not by whoever wrote it.
SIGNED = (Move.REVIEW, Move.PUBLISH)


class Obstacle(StrEnum):
    """Why somebody can't do something with a version now, the first that counts first."""

    FORBIDDEN = "forbidden"
    PEOPLE_ONLY = "people_only"
    WRONG_STATE = "wrong_state"
    NOT_YOURS = "not_yours"
    OWN_VERSION = "own_version"
    NEEDS_APPROVAL = "needs_approval"
    NEEDS_REVIEW = "needs_review"
    TOOK_EFFECT = "took_effect"


def refusal(obstacle: Obstacle, move: Move, state: State) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case Obstacle.PEOPLE_ONLY:
            return Forbidden(message("A handbook is reviewed and approved by people."))
        case Obstacle.WRONG_STATE:
            return LIFECYCLE.refusal(state, move)
        case Obstacle.NOT_YOURS:
            text = message("A draft is discarded by whoever began it, or by somebody who may publish.")
            return Forbidden(text, code="NOT_YOURS")
        case Obstacle.OWN_VERSION:
            text = message(
                "Whoever wrote or submitted a version doesn't approve it: ask somebody else who may publish."
            )
            return Forbidden(text, code="OWN_VERSION")
        case Obstacle.NEEDS_APPROVAL:
            text = message("This is decided by an approval chain of the handbook in force: submit it to its approvers.")
            return Refusal(text, code="NEEDS_APPROVAL")
        case Obstacle.NEEDS_REVIEW:
            text = message("Nobody has confirmed yet that they reviewed this version: review it first.")
            return Refusal(text, path=("versionId",), code="NEEDS_REVIEW")
        case Obstacle.TOOK_EFFECT:
            text = message("This version has taken effect already: publish another one.")
            return WrongState(text, path=("versionId",))
