"""Instalments of a contract that runs: which of them have fallen due, and what can be done with one."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from domain.kernel.permissions import Permission
from tenancy.refusals import Invalid, Refusal, WrongState, message, missing_permission


class InstalmentMove(StrEnum):
    """What is done with an instalment of a signed contract."""

    # Its milestone is reached, or what was delivered is accepted.
    COMPLETE = "complete"
    INVOICE = "invoice"


DUTIES: Mapping[InstalmentMove, Permission] = {
    InstalmentMove.COMPLETE: Permission.CONTRACTS_MANAGE,
    InstalmentMove.INVOICE: Permission.BILLING_INVOICE,
}


class InstalmentObstacle(StrEnum):
    """Why somebody can't do something with an instalment now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_SIGNED = "not_signed"
    # An amendment took it away.
    DROPPED = "dropped"
    INVOICED = "invoiced"
    # It falls due by itself, on a day or with the signature.
    NO_MILESTONE = "no_milestone"
    COMPLETED = "completed"
    # The contract was ended before it fell due.
    CONTRACT_OVER = "contract_over"
    NOT_DUE = "not_due"
    # It comes to nothing.
    NOTHING = "nothing"


# What stands in the way of which move.
HINDERS: Mapping[InstalmentObstacle, frozenset[InstalmentMove]] = {
    InstalmentObstacle.NOT_SIGNED: frozenset(InstalmentMove),
    InstalmentObstacle.DROPPED: frozenset(InstalmentMove),
    InstalmentObstacle.INVOICED: frozenset({InstalmentMove.INVOICE}),
    InstalmentObstacle.NO_MILESTONE: frozenset({InstalmentMove.COMPLETE}),
    InstalmentObstacle.COMPLETED: frozenset({InstalmentMove.COMPLETE}),
    InstalmentObstacle.CONTRACT_OVER: frozenset(InstalmentMove),
    InstalmentObstacle.NOT_DUE: frozenset({InstalmentMove.INVOICE}),
    InstalmentObstacle.NOTHING: frozenset({InstalmentMove.INVOICE}),
}
_SAID = {
    InstalmentObstacle.NOT_SIGNED: message("The contract is not signed, so nothing falls due by it."),
    InstalmentObstacle.DROPPED: message("An amendment has taken this instalment away."),
    InstalmentObstacle.INVOICED: message("This instalment is invoiced: cancel its invoice first."),
    InstalmentObstacle.NO_MILESTONE: message("This instalment falls due by itself, not with a milestone."),
    InstalmentObstacle.COMPLETED: message("The milestone of this instalment was reached already."),
    InstalmentObstacle.CONTRACT_OVER: message("The contract ended before this instalment fell due."),
    InstalmentObstacle.NOT_DUE: message("This instalment has not fallen due yet."),
    InstalmentObstacle.NOTHING: message("This instalment comes to nothing."),
}


def refusal(obstacle: InstalmentObstacle, move: InstalmentMove) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    if obstacle is InstalmentObstacle.FORBIDDEN:
        return missing_permission(DUTIES[move])
    return WrongState(_SAID[obstacle], path=("instalmentId",), code=obstacle.value.upper())


def check_completed(completed_on: date, signed_on: date | None, today: date) -> None:
    """Refuse days to come, and those before the contract was signed."""
    if completed_on > today:
        raise Invalid(message("A milestone cannot have been reached in the future."), {}, ("completedOn",))
    if signed_on is not None and completed_on < signed_on:
        text = message("The contract was signed on {signed_on}; no milestone of it was reached before.")
        raise Invalid(text, {"signed_on": signed_on}, ("completedOn",))
