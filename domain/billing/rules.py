"""Pure rules of billing: the states of an invoice, what is outstanding, and the dunning ladder (AR-3, AR-4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.kernel.calendars import BusinessCalendar, DayKind, WallTime
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.money import Money
from tenancy.refusals import Invalid, message

MAX_STEPS = 12
MORNING = "10:00"

_DAY = timedelta(days=1)


class State(StrEnum):
    """Where an invoice stands. Overdue is no state: it follows from the due date and the day."""

    DRAFT = "draft"
    ISSUED = "issued"
    PART_PAID = "part_paid"
    PAID = "paid"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can be done with an invoice."""

    ISSUE = "issue"
    PAY_IN_PART = "pay_in_part"
    PAY_IN_FULL = "pay_in_full"
    CANCEL = "cancel"


LIFECYCLE = Lifecycle(
    initial=State.DRAFT,
    table={
        (State.DRAFT, Move.ISSUE): State.ISSUED,
        (State.DRAFT, Move.CANCEL): State.CANCELLED,
        (State.ISSUED, Move.PAY_IN_PART): State.PART_PAID,
        (State.ISSUED, Move.PAY_IN_FULL): State.PAID,
        (State.ISSUED, Move.CANCEL): State.CANCELLED,
        (State.PART_PAID, Move.PAY_IN_PART): State.PART_PAID,
        (State.PART_PAID, Move.PAY_IN_FULL): State.PAID,
    },
    states={
        State.DRAFT: message("Draft"),
        State.ISSUED: message("Issued"),
        State.PART_PAID: message("Paid in part"),
        State.PAID: message("Paid"),
        State.CANCELLED: message("Cancelled"),
    },
    moves={
        Move.ISSUE: message("Issue"),
        Move.PAY_IN_PART: message("Pay in part"),
        Move.PAY_IN_FULL: message("Pay in full"),
        Move.CANCEL: message("Cancel"),
    },
)


def check_amount(amount: Money, path: tuple[str, ...] = ("amount",)) -> Money:
    """An amount that is billed or paid, which is more than nothing. Raises `Invalid` with the path of the input."""
    if amount.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, path)
    return amount


def outstanding(total: Money, payments: Iterable[Money]) -> Money:
    """What is still owed; negative when more has been paid. Refuses payments in another currency."""
    return total - Money.total(payments, total.currency)


def payment_move(owed: Money, amount: Money, path: tuple[str, ...] = ("amount",)) -> Move:
    """The move that a payment of `amount` makes. Refuses nothing, less than nothing, and more than is owed."""
    if check_amount(amount, path) > owed:
        raise Invalid(message("{owed} is outstanding; a payment may not exceed it."), {"owed": str(owed)}, path)
    return Move.PAY_IN_FULL if amount == owed else Move.PAY_IN_PART


def is_overdue(state: State, due_on: date, on: date) -> bool:
    """Whether an invoice that is not fully paid has passed its due date; on the due date itself it is not late."""
    return state in {State.ISSUED, State.PART_PAID} and on > due_on


def days_overdue(due_on: date, on: date) -> int:
    """How many calendar days an invoice is late; none on or before its due date."""
    return max((on - due_on).days, 0)


class Channel(StrEnum):
    """How a step reaches the customer, or who takes the case over."""

    EMAIL = "email"
    POST = "post"
    TELEPHONE = "telephone"
    HAND_OVER = "hand_over"


class Delay(BaseModel):
    """So many days after the due date, which itself does not count; a negative number comes before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Annotated[int, Field(ge=-90, le=1000)]
    kind: DayKind = DayKind.CALENDAR


class LadderStep(BaseModel):
    """One step of a dunning ladder, as part of a clause's value.

    `late_interest_rate` is in per cent a year, on what is outstanding since the due date. A fee is asked only on
    invoices in its currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[int, Field(ge=1, le=MAX_STEPS)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    delay: Delay
    channel: Channel
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=64)]
    fee: Money | None = None
    late_interest_rate: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    needs_approval: bool = False

    @model_validator(mode="after")
    def _costs_something_or_nothing(self) -> Self:
        if self.fee is not None and self.fee.minor < 0:
            raise ValueError(Invalid(message("A dunning fee must not be negative.")))
        return self


class DunningLadder(BaseModel):
    """A whole dunning ladder, as the value of a clause (AR-3). `send_time` is a wall time in the calendar's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[tuple[LadderStep, ...], Field(max_length=MAX_STEPS)]
    send_time: WallTime = MORNING

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        try:
            _check_steps(self.steps)
        except Invalid as refusal:
            raise ValueError(refusal) from refusal
        return self


def _check_steps(steps: Sequence[LadderStep]) -> None:
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise Invalid(message("The steps of a ladder are numbered 1, 2, 3 and so on, in this order."))


class HoldKind(StrEnum):
    """Why an invoice is not dunned for a while (AR-4)."""

    DISPUTE = "dispute"
    PROMISE_TO_PAY = "promise_to_pay"
    PAYMENT_IN_TRANSIT = "payment_in_transit"
    EXEMPTION = "exemption"


@dataclass(frozen=True, slots=True)
class Hold:
    """Days on which a ladder stands still, both ends included; without `until_on`, until it is released.

    On `released_on` the ladder moves again. Raises `Invalid` for a promise without a date and for an end before the
    beginning.
    """

    kind: HoldKind
    from_on: date
    until_on: date | None = None
    released_on: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.kind is HoldKind.PROMISE_TO_PAY and self.until_on is None:
            raise Invalid(message("A promise to pay needs the date that was promised."), {}, ("until_on",))
        if self.until_on is not None and self.until_on < self.from_on:
            raise Invalid(message("A hold cannot end before it begins."), {}, ("until_on",))

    def covers(self, on: date) -> bool:
        """Whether the ladder stands still on a day."""
        ended = (self.until_on is not None and on > self.until_on) or (
            self.released_on is not None and on >= self.released_on
        )
        return on >= self.from_on and not ended

    @property
    def is_endless(self) -> bool:
        """Whether nobody has said yet when it ends."""
        return self.until_on is None and self.released_on is None


def hold_on(holds: Iterable[Hold], on: date) -> Hold | None:
    """The hold that keeps a ladder still on a day; the first given, when there are several."""
    return next((hold for hold in holds if hold.covers(on)), None)


def is_held(holds: Iterable[Hold], on: date) -> bool:
    """Whether a dispute, a promise, a payment in transit or an exemption keeps the ladder still on a day."""
    return hold_on(holds, on) is not None


class Planned(NamedTuple):
    """A step and the instant, in UTC, at which it is to be taken."""

    step: LadderStep
    at: datetime


def plan(
    due_on: date,
    steps: Sequence[LadderStep],
    calendar: BusinessCalendar,
    send_time: str = MORNING,
    holds: Sequence[Hold] = (),
) -> list[Planned]:
    """When each step is to be taken, reckoned from the due date and never from the day one happens to look.

    Held days are no days: what lies behind a hold comes later by as many days. A step that lies behind a hold without
    end is not planned, nor are those after it. No two steps fall on one day, and none comes before its predecessor,
    however the holidays lie between calendar and working days. Raises `Invalid` for steps that are not numbered.
    """
    _check_steps(steps)
    planned: list[Planned] = []
    previous: date | None = None
    for step in steps:
        day = _day_of(due_on, step.delay, calendar, holds)
        if day is not None and previous is not None and day <= previous:
            day = _day_of(previous, Delay(days=1, kind=step.delay.kind), calendar, holds)
        if day is None:
            break
        planned.append(Planned(step, calendar.at_wall_time(day, send_time)))
        previous = day
    return planned


def _day_of(start_on: date, delay: Delay, calendar: BusinessCalendar, holds: Sequence[Hold]) -> date | None:
    """The day a delay leads to when held days do not count; None when it lies behind a hold without end."""
    day, left = start_on, delay.days
    if left <= 0:
        day, left = calendar.add_days(start_on, left, delay.kind), 0
    while left or is_held(holds, day):
        if any(hold.is_endless and hold.covers(day) for hold in holds):
            return None
        day = calendar.add_days(day, 1, delay.kind)
        if left and not is_held(holds, day):
            left -= 1
    return day


def next_step(done_step_numbers: Collection[int], steps: Sequence[LadderStep]) -> LadderStep | None:
    """The lowest step that has not been taken: none is skipped and none is repeated. None when all are done."""
    _check_steps(steps)
    return next((step for step in steps if step.number not in done_step_numbers), None)


def next_planned(
    planned: Sequence[Planned], done: Mapping[int, datetime], calendar: BusinessCalendar, send_time: str = MORNING
) -> Planned | None:
    """The next step that is to be taken, given when earlier ones really were; None when nothing more is planned.

    A step whose predecessor was late follows it on another day (on another working day if it is counted in those), so
    that a ladder that was behind catches up in order and nobody gets two letters at once.
    """
    following = next((item for item in planned if item.step.number not in done), None)
    if following is None or not done:
        return following
    last_on = calendar.local_day(max(done.values()))
    earliest = calendar.at_wall_time(calendar.add_days(last_on, 1, following.step.delay.kind), send_time)
    return Planned(following.step, max(following.at, earliest))


class Charges(NamedTuple):
    """What a step adds to what is outstanding."""

    fee: Money
    interest: Money

    @property
    def total(self) -> Money:
        """Fee and interest together."""
        return self.fee + self.interest


def charges(step: LadderStep, owed: Money, due_on: date, on: date) -> Charges:
    """The fee of a step, and the interest on what is outstanding for the days it is late; computed anew on each day."""
    has_fee = step.fee is not None and step.fee.currency == owed.currency
    fee = step.fee if has_fee and step.fee is not None else Money.zero(owed.currency)
    return Charges(fee, owed.interest(step.late_interest_rate, days_overdue(due_on, on)))
