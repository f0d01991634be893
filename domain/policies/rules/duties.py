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
    # What stands against the version itself, which is found by reading it as a whole.
    HAS_FINDINGS = "has_findings"
    NOTHING_CHANGED = "nothing_changed"
    OUTDATED_BASE = "outdated_base"
    LATER_VERSION = "later_version"
    NEEDS_DRY_RUN = "needs_dry_run"


# The moves that what is found in a version as a whole keeps one from; the commands say it in its own words.
FOUND: Mapping[Obstacle, tuple[Move, ...]] = {
    Obstacle.HAS_FINDINGS: (Move.SUBMIT, Move.PUBLISH),
    Obstacle.NOTHING_CHANGED: (Move.SUBMIT,),
    Obstacle.OUTDATED_BASE: (Move.SUBMIT, Move.PUBLISH),
    Obstacle.LATER_VERSION: (Move.SUBMIT, Move.PUBLISH, Move.WITHDRAW),
    Obstacle.NEEDS_DRY_RUN: (Move.SUBMIT,),
}


def refusal(obstacle: Obstacle, move: Move, state: State) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case Obstacle.PEOPLE_ONLY:
            text = message("A handbook is reviewed and approved by people.")
            if move is Move.SUBMIT:
                text = message("A handbook is laid before its approvers by a person.")
            return Forbidden(text, code="PEOPLE_ONLY")
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
            text = message(
                "This version waits for the approval that a chain of the handbook in force asks for: it takes effect "
                "once its approvers have agreed. If it was submitted before there was such a chain, return it and "
                "submit it again."
            )
            return Refusal(text, code="NEEDS_APPROVAL")
        case Obstacle.NEEDS_REVIEW:
            text = message("Nobody has confirmed yet that they reviewed this version: review it first.")
            return Refusal(text, path=("versionId",), code="NEEDS_REVIEW")
        case Obstacle.TOOK_EFFECT:
            text = message("This version has taken effect already: publish another one.")
            return WrongState(text, path=("versionId",), code="TOOK_EFFECT")
        case _:
            raise ValueError(f"{obstacle} is said by what was found")
