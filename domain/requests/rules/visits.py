"""Visits on site: their states and moves, who makes them, and what is written down there (RQ-7)."""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from domain.kernel import decimals
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from tenancy.refusals import Forbidden, Invalid, Refusal, WrongState, message, missing_permission

MAX_PLACE, MAX_PURPOSE, MAX_REPORT, MAX_REASON, MAX_NAME = 500, 2_000, 20_000, 500, 200
MOST_PARTS, MOST_PARTS_OF_ONE = 100, 100_000
LONGEST = timedelta(days=14)
MOST_AHEAD = timedelta(days=366)
# A drawn name needs no more; the paper carries it as it is.
MOST_SIGNATURE_BYTES, MOST_SIGNATURE_PIXELS = 200_000, 4_000
SIGNATURE_TYPE = "image/png"
_DECIMALS = 6


class SiteVisitState(StrEnum):
    """How far a visit on site is."""

    PLANNED = "planned"
    TRAVELLING = "travelling"
    CHECKED_IN = "checked_in"
    FINISHED = "finished"
    # Whoever was to be met was not there.
    MISSED = "missed"
    CANCELLED = "cancelled"


class SiteVisitMove(StrEnum):
    """What is done with a visit on site."""

    RESCHEDULE = "reschedule"
    TRAVEL = "travel"
    CHECK_IN = "check_in"
    REPORT = "report"
    SIGN = "sign"
    FINISH = "finish"
    MISS = "miss"
    CANCEL = "cancel"


_S, _M = SiteVisitState, SiteVisitMove
SITE_VISITS = Lifecycle(
    initial=_S.PLANNED,
    table={
        (_S.PLANNED, _M.RESCHEDULE): _S.PLANNED,
        (_S.PLANNED, _M.TRAVEL): _S.TRAVELLING,
        # Whoever is there already has not travelled.
        (_S.PLANNED, _M.CHECK_IN): _S.CHECKED_IN,
        (_S.TRAVELLING, _M.CHECK_IN): _S.CHECKED_IN,
        (_S.CHECKED_IN, _M.REPORT): _S.CHECKED_IN,
        (_S.CHECKED_IN, _M.SIGN): _S.CHECKED_IN,
        (_S.CHECKED_IN, _M.FINISH): _S.FINISHED,
        **{(state, _M.MISS): _S.MISSED for state in (_S.PLANNED, _S.TRAVELLING, _S.CHECKED_IN)},
        **{(state, _M.CANCEL): _S.CANCELLED for state in (_S.PLANNED, _S.TRAVELLING)},
    },
    states={
        _S.PLANNED: message("Planned"),
        _S.TRAVELLING: message("On the way"),
        _S.CHECKED_IN: message("On site"),
        _S.FINISHED: message("Finished"),
        _S.MISSED: message("Nobody met"),
        _S.CANCELLED: message("Cancelled"),
    },
    moves={
        _M.RESCHEDULE: message("Plan anew"),
        _M.TRAVEL: message("Set out"),
        _M.CHECK_IN: message("Check in"),
        _M.REPORT: message("Write the report"),
        _M.SIGN: message("Have it signed"),
        _M.FINISH: message("Finish"),
        _M.MISS: message("Nobody was met"),
        _M.CANCEL: message("Cancel"),
    },
)
# Somebody is still to come.
WAITING = (_S.PLANNED, _S.TRAVELLING)
OPEN = (_S.PLANNED, _S.TRAVELLING, _S.CHECKED_IN)
# What whoever is sent does; planning is also for whoever has the request.
ON_SITE = (_M.TRAVEL, _M.CHECK_IN, _M.REPORT, _M.SIGN, _M.FINISH)


class SiteVisitObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    WRONG_STATE = "wrong_state"
    REPORT_MISSING = "report_missing"
    SIGNATURE_MISSING = "signature_missing"


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a visit and of whoever acts decides on a move, besides the permission."""

    state: SiteVisitState
    is_engineer: bool = False
    # Whether they have the request, or help with it.
    has_request: bool = False
    reported: bool = False
    # Whether a signature is asked for by the clause on the request's course, and is not there.
    unsigned: bool = False


def obstacles(move: SiteVisitMove, standing: Standing, may: Callable[[Permission], bool]) -> list[SiteVisitObstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can."""
    assigns, fits = may(Permission.REQUESTS_ASSIGN), SITE_VISITS.allows(standing.state, move)
    permitted = assigns or may(Permission.REQUESTS_WORK)
    named = standing.is_engineer or (standing.has_request and move not in ON_SITE)
    ends = move in (SiteVisitMove.SIGN, SiteVisitMove.FINISH)
    found = {
        SiteVisitObstacle.FORBIDDEN: not permitted,
        SiteVisitObstacle.NOT_YOURS: permitted and not assigns and not named,
        SiteVisitObstacle.WRONG_STATE: not fits,
        SiteVisitObstacle.REPORT_MISSING: fits and ends and not standing.reported,
        SiteVisitObstacle.SIGNATURE_MISSING: fits and move is SiteVisitMove.FINISH and standing.unsigned,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def refusal(obstacle: SiteVisitObstacle, move: SiteVisitMove, state: SiteVisitState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case SiteVisitObstacle.FORBIDDEN:
            return missing_permission(Permission.REQUESTS_WORK)
        case SiteVisitObstacle.NOT_YOURS:
            text = message("This is for whoever is sent, or assigns requests; planning also for who has the request.")
            return Forbidden(text, code="NOT_YOURS")
        case SiteVisitObstacle.WRONG_STATE:
            return SITE_VISITS.refusal(state, move)
        case SiteVisitObstacle.REPORT_MISSING:
            return WrongState(message("Write down first what was done."), code="REPORT_MISSING")
        case SiteVisitObstacle.SIGNATURE_MISSING:
            return WrongState(message("The customer has not signed the report yet."), code="SIGNATURE_MISSING")


def check_time(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse a time that has passed, that ends before it begins, or that nobody would plan."""
    if ends_at <= starts_at:
        raise Invalid(message("This ends before it begins."), path=("endsAt",))
    if starts_at < now:
        raise Invalid(message("This instant has passed already."), path=("startsAt",))
    if ends_at - starts_at > LONGEST:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST.days}, path=("endsAt",))
    if starts_at - now > MOST_AHEAD:
        raise Invalid(message("This is more than {days} days ahead."), {"days": MOST_AHEAD.days}, path=("startsAt",))


def clean_place(text: str) -> str:
    """Where somebody goes: 1 to 500 characters on one line. Raises `Invalid`."""
    return one_line(text, MAX_PLACE, "site")


def clean_purpose(text: str) -> str:
    """What is to be done there, in up to 2,000 characters, or nothing. Raises `Invalid`."""
    return several_lines(text, MAX_PURPOSE, "purpose", may_be_empty=True)


def clean_coordinate(text: str | None, most: int, *path: str) -> str | None:
    """Degrees as decimal text of at most six decimals, up to `most` either way. Raises `Invalid`."""
    if text is None:
        return None
    degrees = decimals.read(text, *path)
    if abs(degrees) > most:
        raise Invalid(message("Degrees lie between -{most} and {most}."), {"most": most}, path)
    return f"{degrees.quantize(Decimal(1).scaleb(-_DECIMALS)).normalize():f}"


@dataclass(frozen=True)
class UsedPart:
    """Something that was built in or left there."""

    name: str
    quantity: Decimal
    part_number: str = ""
    serial_number: str = ""
    # What one of it costs, where that is known.
    price: Money | None = None


def clean_parts(parts: Sequence[UsedPart]) -> list[UsedPart]:
    """The parts as they are stored. Raises `Invalid` with the place of what is wrong."""
    if len(parts) > MOST_PARTS:
        raise Invalid(message("At most {most} parts are listed."), {"most": MOST_PARTS}, ("parts",))
    currencies = {part.price.currency for part in parts if part.price is not None}
    if len(currencies) > 1:
        raise Invalid(message("All prices of a visit are in one currency."), path=("parts",))
    return [_clean_part(part, "parts", str(place)) for place, part in enumerate(parts)]


def _clean_part(part: UsedPart, *path: str) -> UsedPart:
    quantity = part.quantity
    if not 0 < quantity <= MOST_PARTS_OF_ONE or quantity != round(quantity, 3):
        text = message("A quantity is above 0, at most {most}, with at most three decimals.")
        raise Invalid(text, {"most": MOST_PARTS_OF_ONE}, (*path, "quantity"))
    if part.price is not None and part.price.minor < 0:
        raise Invalid(message("A price is not negative."), path=(*path, "price"))
    return UsedPart(
        name=one_line(part.name, MAX_NAME, *path, "name"),
        quantity=quantity,
        part_number=one_line(part.part_number, MAX_NAME, *path, "partNumber", may_be_empty=True),
        serial_number=one_line(part.serial_number, MAX_NAME, *path, "serialNumber", may_be_empty=True),
        price=part.price,
    )


def check_drawing(content: bytes, media_type: str) -> None:
    """Refuse a signature that is no drawing in PNG, or larger than a name needs."""
    path = ("fileId",)
    if len(content) > MOST_SIGNATURE_BYTES:
        text = message("A signature has at most {most} bytes.")
        raise Invalid(text, {"most": MOST_SIGNATURE_BYTES}, path)
    is_png = content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR" and len(content) > 24
    if media_type != SIGNATURE_TYPE or not is_png:
        raise Invalid(message("A signature is a drawing in PNG."), path=path)
    if not all(0 < side <= MOST_SIGNATURE_PIXELS for side in struct.unpack(">II", content[16:24])):
        text = message("A signature is at most {most} pixels wide and high.")
        raise Invalid(text, {"most": MOST_SIGNATURE_PIXELS}, path)


def digest(said: Mapping[str, Any]) -> str:
    """The fingerprint of what is signed (SHA-256)."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
