"""What can be made of a line of the bank, and what keeps somebody from it."""

from collections.abc import Mapping
from enum import StrEnum

from domain.banking.rules.lines import LineState
from domain.kernel.permissions import Permission
from tenancy.refusals import Refusal, WrongState, message, missing_permission


class Move(StrEnum):
    """What is done with a line."""

    BOOK = "book"
    LINK = "link"
    IGNORE = "ignore"
    REOPEN = "reopen"


class Obstacle(StrEnum):
    """Why somebody can't do something with a line now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    OUTGOING = "outgoing"
    REFUNDED = "refunded"


# From which states each is possible.
FROM: Mapping[Move, frozenset[LineState]] = {
    Move.BOOK: frozenset({LineState.OPEN}),
    Move.LINK: frozenset({LineState.OPEN}),
    Move.IGNORE: frozenset({LineState.OPEN}),
    Move.REOPEN: frozenset({LineState.BOOKED, LineState.IGNORED}),
}
NEEDED = Permission.BILLING_COLLECT


def refusal(obstacle: Obstacle, state: LineState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(NEEDED)
        case Obstacle.WRONG_STATE if state is LineState.OPEN:
            return WrongState(message("This line is open already."), {}, ("lineId",))
        case Obstacle.WRONG_STATE:
            text = message("Something has become of this line already: open it again first.")
            return WrongState(text, {}, ("lineId",))
        case Obstacle.OUTGOING:
            return WrongState(message("Only what came in is booked as a payment."), {}, ("lineId",))
        case Obstacle.REFUNDED:
            text = message("A part of this payment was refunded or exchanged, so it cannot be taken back.")
            return WrongState(text, path=("paymentId",))
