"""Quotations: their states and moves, how much discount is free, and until when they hold (PS-4)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.approvals.rules.obstacles import people_only
from domain.kernel.amounts import Totals
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.lines import Line
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import DiscountLimit
from domain.presales.rules.inquiries import no_go
from tenancy.refusals import ClauseReference, Invalid, Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_TERMS, MAX_COMMENT, MAX_NAME = 200, 20_000, 2_000, 200
MOST_VALID_DAYS = 366


class QuotationState(StrEnum):
    """How far a version of a quotation is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    # A later version took its place.
    SUPERSEDED = "superseded"


class QuotationMove(StrEnum):
    """What is done with a quotation."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    REVISE = "revise"


_S, _M = QuotationState, QuotationMove
QUOTATIONS = Lifecycle(
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _M.CHANGE): _S.DRAFT,
        (_S.DRAFT, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.APPROVE): _S.APPROVED,
        (_S.IN_REVIEW, _M.RETURN): _S.DRAFT,
        (_S.APPROVED, _M.SEND): _S.SENT,
        (_S.SENT, _M.ACCEPT): _S.ACCEPTED,
        (_S.SENT, _M.DECLINE): _S.DECLINED,
        (_S.SENT, _M.EXPIRE): _S.EXPIRED,
        **{(state, _M.WITHDRAW): _S.WITHDRAWN for state in (_S.DRAFT, _S.IN_REVIEW, _S.APPROVED, _S.SENT)},
        **{
            (state, _M.REVISE): _S.SUPERSEDED for state in (_S.APPROVED, _S.SENT, _S.DECLINED, _S.EXPIRED, _S.WITHDRAWN)
        },
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.IN_REVIEW: message("In review"),
        _S.APPROVED: message("Approved"),
        _S.SENT: message("Sent"),
        _S.ACCEPTED: message("Accepted"),
        _S.DECLINED: message("Declined"),
        _S.EXPIRED: message("Expired"),
        _S.WITHDRAWN: message("Withdrawn"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SUBMIT: message("Submit"),
        _M.APPROVE: message("Approve"),
        _M.RETURN: message("Return"),
        _M.SEND: message("Send"),
        _M.ACCEPT: message("Accept"),
        _M.DECLINE: message("Decline"),
        _M.EXPIRE: message("Expire"),
        _M.WITHDRAW: message("Withdraw"),
        _M.REVISE: message("Revise"),
    },
)
# What people do; the rest follows from an approval's outcome, or from time.
DUTIES: Mapping[QuotationMove, Permission] = dict.fromkeys(
    (_M.CHANGE, _M.SUBMIT, _M.SEND, _M.ACCEPT, _M.DECLINE, _M.WITHDRAW, _M.REVISE), Permission.PRESALES_QUOTE
)


class QuotationObstacle(StrEnum):
    """Why somebody can't do something with a quotation now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # It was decided not to go with the inquiry of its solution, and the clause wants a go.
    NO_GO = "no_go"
    # A chain decides on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # The handbook has no chain for the approval that its discount needs.
    NO_CLAUSE = "no_clause"
    # A clause grants no such discount, or not for so many days.
    NOT_GRANTED = "not_granted"
    # Its last day is over, though its timer has not said so yet.
    EXPIRED = "expired"
    # The clause wants a solution that the customer has confirmed.
    NO_SOLUTION = "no_solution"


def refusal(obstacle: QuotationObstacle, move: QuotationMove, state: QuotationState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case QuotationObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case QuotationObstacle.WRONG_STATE:
            return QUOTATIONS.refusal(state, move)
        case QuotationObstacle.NO_GO:
            return no_go()
        case QuotationObstacle.PEOPLE_ONLY:
            return people_only()
        case QuotationObstacle.NO_CLAUSE | QuotationObstacle.NOT_GRANTED:
            raise ValueError("what the clauses say of a draft says itself")
        case QuotationObstacle.EXPIRED:
            return WrongState(message("The quotation holds no more: make a new version of it."), code="EXPIRED")
        case QuotationObstacle.NO_SOLUTION:
            text = message("The quotation names no solution that the customer has confirmed.")
            return WrongState(text, code="NO_SOLUTION")


class Leeway(StrEnum):
    """What the discount limit makes of a discount."""

    FREE = "free"
    NEEDS_APPROVAL = "needs_approval"


def granted_percent(lines: Sequence[Line], found: Totals) -> Decimal:
    """The discount that a limit is held against, in per cent of the whole without discounts.

    What rounding to the cent adds to it is not held against anybody: it is no more than the largest of a line.
    """
    return min(found.discount_percent, max(each.amount.discount_percent for each in lines))


def leeway(percent: Decimal, limit: DiscountLimit, clause: ClauseReference | None = None) -> Leeway:
    """Whether a discount needs an approval. Raises `Invalid` for one that is more than the clause allows at all."""
    if percent > limit.most_percent:
        text = message("The discount comes to {percent} %; at most {most} % may be granted, also with an approval.")
        raise Invalid(
            text, {"percent": f"{percent.normalize():f}", "most": f"{limit.most_percent:f}"}, ("lines",), clause
        )
    return Leeway.NEEDS_APPROVAL if percent > limit.free_percent else Leeway.FREE


def valid_days(
    wished: int | None,
    limit: DiscountLimit | None,
    path: tuple[str, ...] = ("validDays",),
    clause: ClauseReference | None = None,
) -> int:
    """For how many calendar days a quotation holds: as wished, at most as long as the clause says, which is usual.

    Raises `Invalid` where neither says it, and for what is out of bounds, naming the clause where it sets them.
    """
    if wished is None:
        if limit is None:
            raise Invalid(message("Say for how many days the quotation holds: no clause does."), {}, path)
        return limit.valid_days
    most = limit.valid_days if limit is not None else MOST_VALID_DAYS
    if not 1 <= wished <= most:
        by_clause = clause if limit is not None and wished > most else None
        raise Invalid(message("A quotation holds for 1 to {most} days."), {"most": most}, path, by_clause)
    return wished


def expires_at(valid_until_on: date, zone: str) -> datetime:
    """When a quotation ends that is valid until a day, that day included, in UTC."""
    return datetime.combine(valid_until_on + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
