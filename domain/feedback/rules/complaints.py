"""Complaints: their states and moves, who makes them, and what of them is measured (CP-1)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import ComplaintHandling
from domain.policies.rules.values import Target
from tenancy.refusals import Forbidden, Refusal, message, missing_permission

MAX_TITLE, MAX_TEXT, MAX_REASON = 200, 20_000, 500


class ComplaintState(StrEnum):
    """How far a complaint is."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    PROPOSED = "proposed"
    AGREED = "agreed"
    CARRIED_OUT = "carried_out"
    SATISFIED = "satisfied"
    ESCALATED = "escalated"
    ANALYSED = "analysed"
    WITHDRAWN = "withdrawn"


class ComplaintMove(StrEnum):
    """What is done with a complaint."""

    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    INVESTIGATE = "investigate"
    PROPOSE = "propose"
    AGREE = "agree"
    DECLINE = "decline"
    CARRY_OUT = "carry_out"
    SATISFY = "satisfy"
    ESCALATE = "escalate"
    ANALYSE = "analyse"
    WITHDRAW = "withdraw"


_S, _M = ComplaintState, ComplaintMove
# What still has to be dealt with; a handler who is given it takes it as it stands.
OPEN = (_S.RECEIVED, _S.ACKNOWLEDGED, _S.INVESTIGATING, _S.PROPOSED, _S.AGREED, _S.CARRIED_OUT, _S.ESCALATED)
COMPLAINTS = Lifecycle(
    initial=_S.RECEIVED,
    table={
        **{(state, _M.ASSIGN): state for state in (*OPEN, _S.SATISFIED)},
        (_S.RECEIVED, _M.ACKNOWLEDGE): _S.ACKNOWLEDGED,
        (_S.ACKNOWLEDGED, _M.INVESTIGATE): _S.INVESTIGATING,
        (_S.ESCALATED, _M.INVESTIGATE): _S.INVESTIGATING,
        (_S.INVESTIGATING, _M.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _M.AGREE): _S.AGREED,
        (_S.PROPOSED, _M.DECLINE): _S.INVESTIGATING,
        (_S.AGREED, _M.CARRY_OUT): _S.CARRIED_OUT,
        (_S.CARRIED_OUT, _M.SATISFY): _S.SATISFIED,
        (_S.CARRIED_OUT, _M.ESCALATE): _S.ESCALATED,
        (_S.PROPOSED, _M.ESCALATE): _S.ESCALATED,
        (_S.SATISFIED, _M.ANALYSE): _S.ANALYSED,
        **{(state, _M.WITHDRAW): _S.WITHDRAWN for state in OPEN if state is not _S.CARRIED_OUT},
    },
    states={
        _S.RECEIVED: message("Received"),
        _S.ACKNOWLEDGED: message("Acknowledged"),
        _S.INVESTIGATING: message("Under investigation"),
        _S.PROPOSED: message("Remedy proposed"),
        _S.AGREED: message("Remedy agreed"),
        _S.CARRIED_OUT: message("Remedy carried out"),
        _S.SATISFIED: message("Customer satisfied"),
        _S.ESCALATED: message("Escalated"),
        _S.ANALYSED: message("Analysed"),
        _S.WITHDRAWN: message("Withdrawn"),
    },
    moves={
        _M.ASSIGN: message("Assign"),
        _M.ACKNOWLEDGE: message("Acknowledge"),
        _M.INVESTIGATE: message("Investigate"),
        _M.PROPOSE: message("Propose a remedy"),
        _M.AGREE: message("Agree to the remedy"),
        _M.DECLINE: message("Decline the remedy"),
        _M.CARRY_OUT: message("Carry the remedy out"),
        _M.SATISFY: message("Note that the customer is satisfied"),
        _M.ESCALATE: message("Escalate"),
        _M.ANALYSE: message("Analyse the cause"),
        _M.WITHDRAW: message("Withdraw"),
    },
)


@dataclass(frozen=True, slots=True)
class Duty:
    """Who makes a move: with `permission` its handler or who brought it; in their place whoever manages feedback."""

    permission: Permission
    handler: bool = False
    bringer: bool = False
    # What the company decides is not decided by whoever complained.
    not_by_bringer: bool = True


_HANDLES = Duty(Permission.FEEDBACK_HANDLE, handler=True)
# The customer's own word, as it was said to whoever notes it.
_CUSTOMER = Duty(Permission.FEEDBACK_SUBMIT, handler=True, bringer=True, not_by_bringer=False)
DUTIES: Mapping[ComplaintMove, Duty] = {
    _M.ASSIGN: Duty(Permission.FEEDBACK_MANAGE),
    _M.ACKNOWLEDGE: _HANDLES,
    _M.INVESTIGATE: _HANDLES,
    _M.PROPOSE: _HANDLES,
    _M.AGREE: _CUSTOMER,
    _M.DECLINE: _CUSTOMER,
    _M.CARRY_OUT: _HANDLES,
    _M.SATISFY: _CUSTOMER,
    _M.ESCALATE: _CUSTOMER,
    _M.ANALYSE: _HANDLES,
    _M.WITHDRAW: _CUSTOMER,
}


class ComplaintObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    CONCERNS_YOU = "concerns_you"
    OWN_COMPLAINT = "own_complaint"
    WRONG_STATE = "wrong_state"


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a complaint: as its handler, as who brought it, or for themselves, or as its subject."""

    handler: bool = False
    bringer: bool = False
    own: bool = False
    concerned: bool = False


def obstacles(
    move: ComplaintMove, state: ComplaintState, may: Callable[[Permission], bool], standing: Standing
) -> list[ComplaintObstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can."""
    duty, manages = DUTIES[move], may(Permission.FEEDBACK_MANAGE)
    named = (duty.handler and standing.handler) or (duty.bringer and standing.bringer)
    permitted = may(duty.permission) or manages or (duty.handler and may(Permission.FEEDBACK_HANDLE))
    found = {
        ComplaintObstacle.FORBIDDEN: not permitted,
        ComplaintObstacle.NOT_YOURS: permitted and not named and not manages,
        ComplaintObstacle.CONCERNS_YOU: standing.concerned,
        ComplaintObstacle.OWN_COMPLAINT: standing.own and duty.not_by_bringer,
        ComplaintObstacle.WRONG_STATE: not COMPLAINTS.allows(state, move),
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def refusal(obstacle: ComplaintObstacle, move: ComplaintMove, state: ComplaintState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case ComplaintObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move].permission)
        case ComplaintObstacle.NOT_YOURS:
            text = message("This is for the complaint's handler, who brought it, or whoever manages feedback.")
            return Forbidden(text, code="NOT_YOURS")
        case ComplaintObstacle.CONCERNS_YOU:
            return Forbidden(message("Nobody deals with a complaint about themselves."), code="CONCERNS_YOU")
        case ComplaintObstacle.OWN_COMPLAINT:
            return Forbidden(message("Whoever complained does not decide on it."), code="OWN_COMPLAINT")
        case ComplaintObstacle.WRONG_STATE:
            return COMPLAINTS.refusal(state, move)


class ComplaintClockKind(StrEnum):
    """What of a complaint is measured, each from its receipt."""

    ACKNOWLEDGEMENT = "acknowledgement"
    PROPOSAL = "proposal"
    RESULT = "result"


# The state whose first entering stops a clock for ever.
STOPPED_BY: Mapping[ComplaintClockKind, ComplaintState] = {
    ComplaintClockKind.ACKNOWLEDGEMENT: _S.ACKNOWLEDGED,
    ComplaintClockKind.PROPOSAL: _S.PROPOSED,
    ComplaintClockKind.RESULT: _S.CARRIED_OUT,
}


def target(clause: ComplaintHandling, kind: ComplaintClockKind) -> Target | None:
    """What a clause promises; None is no limit."""
    return {
        ComplaintClockKind.ACKNOWLEDGEMENT: clause.acknowledge,
        ComplaintClockKind.PROPOSAL: clause.proposal,
        ComplaintClockKind.RESULT: clause.result,
    }[kind]


def stopped_at(kind: ComplaintClockKind, entered: Iterable[tuple[datetime, ComplaintState]]) -> datetime | None:
    """When a clock stopped, by the states that were entered, oldest first; a complaint that is withdrawn stops all."""
    ends = (STOPPED_BY[kind], _S.WITHDRAWN)
    return next((at for at, state in entered if state in ends), None)
