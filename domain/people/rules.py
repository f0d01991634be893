"""Pure rules of leaving: the states of a resignation, and the last day that its notice leads to (PE-7)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.kernel.calendars import BusinessCalendar, DayKind
from domain.kernel.lifecycle import Lifecycle
from tenancy.refusals import Invalid, message

OLDEST_LETTER = timedelta(days=31)
LATEST_WISH = timedelta(days=731)


class State(StrEnum):
    """Where a resignation stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LEFT = "left"


class Move(StrEnum):
    """What can be done with a resignation."""

    APPROVE = "approve"
    REFUSE = "refuse"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    LEAVE = "leave"


LIFECYCLE = Lifecycle(
    initial=State.SUBMITTED,
    table={
        (State.SUBMITTED, Move.APPROVE): State.APPROVED,
        (State.SUBMITTED, Move.REFUSE): State.REFUSED,
        (State.SUBMITTED, Move.RETURN): State.RETURNED,
        (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
        (State.RETURNED, Move.RESUBMIT): State.SUBMITTED,
        (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
        (State.APPROVED, Move.LEAVE): State.LEFT,
    },
    states={
        State.SUBMITTED: message("Submitted"),
        State.RETURNED: message("Returned"),
        State.APPROVED: message("Approved"),
        State.REFUSED: message("Refused"),
        State.WITHDRAWN: message("Withdrawn"),
        State.LEFT: message("Left"),
    },
    moves={
        Move.APPROVE: message("Approve"),
        Move.REFUSE: message("Refuse"),
        Move.RETURN: message("Return"),
        Move.RESUBMIT: message("Submit again"),
        Move.WITHDRAW: message("Withdraw"),
        Move.LEAVE: message("Leave"),
    },
)


class NoticeRule(BaseModel):
    """How long before one's last day one gives notice, as the value of a clause.

    Without `probation_days`, probation makes no difference. No notice at all is a rule only where `allow_zero` says
    that it is meant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Annotated[int, Field(ge=0, le=366)]
    day_kind: DayKind = DayKind.CALENDAR
    probation_days: Annotated[int, Field(ge=0, le=366)] | None = None
    allow_zero: bool = False

    @model_validator(mode="after")
    def _zero_is_meant(self) -> Self:
        if not self.allow_zero and 0 in (self.days, self.probation_days):
            raise ValueError(Invalid(message("A notice of no days at all must be allowed explicitly.")))
        return self

    def days_for(self, on_probation: bool) -> int:
        """The days of notice for somebody who is, or is not, on probation when the letter is written."""
        return self.probation_days if on_probation and self.probation_days is not None else self.days


@dataclass(frozen=True, slots=True)
class Waiver:
    """The rest of a notice is waived, so that one may leave as early as on `last_day_on`."""

    last_day_on: date
    reason: str


def check_letter_day(letter_on: date, today: date, path: tuple[str, ...] = ("letter_on",)) -> date:
    """A letter is dated today or up to 31 days ago. Raises `Invalid` with the path of the input."""
    if letter_on > today:
        raise Invalid(message("A letter cannot be dated in the future."), {}, path)
    if letter_on < today - OLDEST_LETTER:
        text = message("The letter is dated more than {days} days ago.")
        raise Invalid(text, {"days": OLDEST_LETTER.days}, path)
    return letter_on


def earliest_last_day(letter_on: date, rule: NoticeRule, on_probation: bool, calendar: BusinessCalendar) -> date:
    """The last day of the notice: the day of the letter does not count, the last day is still employed.

    It may fall on a day that is not worked when calendar days are counted; see `last_moment`.
    """
    return calendar.add_days(letter_on, rule.days_for(on_probation), rule.day_kind)


def last_day(
    letter_on: date,
    rule: NoticeRule,
    on_probation: bool,
    calendar: BusinessCalendar,
    *,
    wished_on: date | None = None,
    waiver: Waiver | None = None,
) -> date:
    """The last day of employment: the end of the notice, or a later day that is wished for.

    A waiver makes an earlier wish possible, and without a wish its day is the last one. Raises `Invalid` for a wish
    that is earlier than notice and waiver allow or more than two years away, and for a waiver before the letter.
    """
    earliest = earliest_last_day(letter_on, rule, on_probation, calendar)
    if waiver is not None:
        if waiver.last_day_on < letter_on:
            raise Invalid(message("Notice cannot be waived to a day before the letter."), {}, ("waiver",))
        earliest = min(earliest, waiver.last_day_on)
    if wished_on is None:
        return earliest
    if wished_on < earliest:
        text = message("The notice given on {letter_on} ends on {earliest}; to leave before that needs a waiver.")
        raise Invalid(text, {"letter_on": letter_on, "earliest": earliest}, ("wished_on",))
    if wished_on > letter_on + LATEST_WISH:
        text = message("The last day lies more than two years after the letter.")
        raise Invalid(text, {}, ("wished_on",))
    return wished_on


def last_moment(last_day_on: date, calendar: BusinessCalendar) -> datetime:
    """The instant, in UTC, at which work ends for good: closing time of the last day, or of the last worked before it.

    Handover is due and access ends then.
    """
    return calendar.end_of_working_day(calendar.working_day_on_or_before(last_day_on))
