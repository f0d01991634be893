"""The dunning ladder: planned whole from its base date, held up for reasons, never skipping nor repeating a step."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from domain.billing.rules.invoices import days_overdue
from domain.kernel.calendars import BusinessCalendar, DayKind
from domain.kernel.money import DAYS_OF_A_YEAR, Money
from domain.policies.rules.dunning import AfterPartPayment, Delay, HoldKind, Ladder, LadderStep
from tenancy.refusals import Invalid, message

REASON_LENGTH = 1000
# How far from today a hold may begin or end.
FARTHEST_HOLD = timedelta(days=3 * 366)


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

    def __post_init__(self) -> None:
        if self.kind is HoldKind.PROMISE_TO_PAY and self.until_on is None:
            raise Invalid(message("A promise to pay needs the date that was promised."), {}, ("untilOn",))
        if self.until_on is not None and self.until_on < self.from_on:
            raise Invalid(message("A hold cannot end before it begins."), {}, ("untilOn",))

    def covers(self, on: date) -> bool:
        """Whether the ladder stands still on a day."""
        return on >= self.from_on and not self.is_over(on)

    def is_over(self, on: date) -> bool:
        """Whether it has come to its end, or was released, by a day."""
        return (self.until_on is not None and on > self.until_on) or (
            self.released_on is not None and on >= self.released_on
        )

    @property
    def is_endless(self) -> bool:
        """Whether nobody has said yet when it ends."""
        return self.until_on is None and self.released_on is None


def new_hold(kind: HoldKind, today: date, from_on: date | None, until_on: date | None) -> Hold:
    """A hold as somebody asks for it, from today unless told. Refuses one that is over, and days that are far away."""
    hold = Hold(kind, from_on or today, until_on)
    if hold.is_over(today):
        raise Invalid(message("A hold cannot end in the past."), {}, ("untilOn",))
    for day, path in ((hold.from_on, "fromOn"), (hold.until_on, "untilOn")):
        if day is not None and abs(day - today) > FARTHEST_HOLD:
            raise Invalid(message("A hold begins and ends within three years of today."), {}, (path,))
    return hold


def clean_reason(reason: str) -> str:
    """Why an invoice is left alone, in somebody's words. Refuses none and an overlong one."""
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= REASON_LENGTH:
        raise Invalid(message("A reason has 1 to {most} characters."), {"most": REASON_LENGTH}, ("reason",))
    return cleaned


def hold_on(holds: Iterable[Hold], on: date) -> Hold | None:
    """The hold that keeps a ladder still on a day; the first given, when there are several."""
    return next((hold for hold in holds if hold.covers(on)), None)


def is_held(holds: Iterable[Hold], on: date) -> bool:
    """Whether a dispute, a promise, a payment in transit or an exemption keeps the ladder still on a day."""
    return hold_on(holds, on) is not None


class Base(NamedTuple):
    """What the days of a ladder are counted from, and the day after which the first of its steps may come."""

    on: date
    after_on: date | None = None


def base_after_part_payment(due_on: date, received_on: date, rule: AfterPartPayment, before: Base) -> Base:
    """What the remaining steps are counted from once a part was paid.

    Reckoned from the payment, no step comes on its very day: whoever has paid is not asked again at once. A payment
    before the due date changes nothing, nor does one that came in before another that has counted already.
    """
    if rule is AfterPartPayment.FROM_DUE_DATE or received_on <= max(due_on, before.on):
        return before
    return Base(received_on, received_on)


class Planned(NamedTuple):
    """A step and the instant, in UTC, at which it is to be taken."""

    step: LadderStep
    at: datetime


def plan(base: Base, ladder: Ladder, calendar: BusinessCalendar, holds: Sequence[Hold] = ()) -> list[Planned]:
    """When each step is to be taken, reckoned from the base date and never from the day one happens to look.

    Held days are no days: what lies behind a hold comes later by as many days. A step that lies behind a hold without
    end is not planned, nor are those after it. No two steps fall on one day, and none comes before its predecessor,
    however the holidays lie between calendar and working days.
    """
    planned: list[Planned] = []
    previous = base.after_on
    for step in ladder.steps:
        day = _day_of(base.on, step.delay, calendar, holds)
        if day is not None and previous is not None and day <= previous:
            day = _day_of(previous, Delay(days=1, kind=step.delay.kind), calendar, holds)
        at = _hour_of(day, step.delay.kind, ladder, calendar, holds)
        if at is None:
            break
        planned.append(Planned(step, at))
        previous = calendar.local_day(at)
    return planned


def contact_from(at: datetime, ladder: Ladder, calendar: BusinessCalendar) -> datetime:
    """The first instant from `at` on at which the ladder lets customers be contacted: `at` itself within its hours."""
    hours = ladder.contact_hours
    if hours is None:
        return at
    day = calendar.local_day(at)
    while True:
        day = calendar.working_day_on_or_after(day) if hours.days is DayKind.WORKING else day
        if at < calendar.at_wall_time(day, hours.closes):
            return max(at, calendar.at_wall_time(day, hours.opens))
        day = calendar.add_days(day, 1, DayKind.CALENDAR)


def _hour_of(
    day: date | None, kind: DayKind, ladder: Ladder, calendar: BusinessCalendar, holds: Sequence[Hold]
) -> datetime | None:
    """When a step is taken on a day, or on the first after it that is neither held nor without contact hours."""
    while day is not None:
        at = contact_from(calendar.at_wall_time(day, ladder.send_time), ladder, calendar)
        if not is_held(holds, calendar.local_day(at)):
            return at
        day = _day_of(calendar.local_day(at), Delay(days=0, kind=kind), calendar, holds)
    return None


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
    return next((step for step in steps if step.number not in done_step_numbers), None)


def next_planned(
    planned: Sequence[Planned],
    done: Mapping[int, datetime],
    ladder: Ladder,
    calendar: BusinessCalendar,
    holds: Sequence[Hold] = (),
    now: datetime | None = None,
) -> Planned | None:
    """The next step that is to be taken, given when earlier ones really were; None when nothing more is planned.

    A step whose predecessor was late follows it on another day (on another working day if it is counted in those), so
    that a ladder that was behind catches up in order and nobody gets two letters at once. One that was missed is not
    taken on a held day either: it waits for the first free one after `now`.
    """
    step = next_step(done, ladder.steps)
    following = next((item for item in planned if step is not None and item.step.number == step.number), None)
    if following is None:
        return None
    day = calendar.local_day(following.at)
    if done:
        last_on = calendar.local_day(max(done.values()))
        day = max(day, calendar.add_days(last_on, 1, following.step.delay.kind))
    if now is not None and is_held(holds, calendar.local_day(now)):
        day = max(day, calendar.local_day(now))
    at = _hour_of(day, following.step.delay.kind, ladder, calendar, holds)
    if at is not None and now is not None and at < now and (opens_at := contact_from(now, ladder, calendar)) > now:
        # It is late, and nobody is contacted at this hour: it waits until somebody may be.
        at = opens_at
        if is_held(holds, calendar.local_day(at)):
            at = _hour_of(calendar.local_day(at), following.step.delay.kind, ladder, calendar, holds)
    return Planned(following.step, max(following.at, at)) if at is not None else None


class Expected(NamedTuple):
    """A step that is still to come, and when; nobody knows while a hold without end stands before it."""

    step: LadderStep
    at: datetime | None


def outlook(
    base: Base,
    done: Mapping[int, datetime],
    ladder: Ladder,
    calendar: BusinessCalendar,
    holds: Sequence[Hold],
    now: datetime,
) -> list[Expected]:
    """All steps that are still to come, in order, the next one first; each follows its predecessor as if that is taken
    as soon as it may be."""
    planned, taken = plan(base, ladder, calendar, holds), dict(done)
    expected: list[Expected] = []
    for step in ladder.steps:
        if step.number in taken:
            continue
        following = next_planned(planned, taken, ladder, calendar, holds, now)
        if following is None:
            expected.append(Expected(step, None))
        else:
            expected.append(Expected(step, following.at))
            taken[step.number] = max(following.at, now)
    return expected


class Charges(NamedTuple):
    """What a step adds to what is outstanding."""

    fee: Money
    interest: Money

    @property
    def total(self) -> Money:
        """Fee and interest together."""
        return self.fee + self.interest


class Received(NamedTuple):
    """A part that was paid, and the day on which it came in."""

    on: date
    amount: Money


class Accrual(NamedTuple):
    """Days during which the same amount was outstanding, and their interest. The day it ends on doesn't count."""

    amount: Money
    from_on: date
    until_on: date
    days: int
    interest: Money


def accruals(
    step: LadderStep, total: Money, received: Iterable[Received], due_on: date, on: date
) -> tuple[list[Accrual], Money]:
    """The interest since the due date: on the whole until a part came in, then on what was left; and what is left.

    Interest is reckoned anew on each day, so none is lost when a part is paid or when a step comes late.
    """
    left, since, found = total, due_on, list[Accrual]()

    def accrue(until_on: date) -> None:
        if days := days_overdue(since, until_on):
            found.append(Accrual(left, since, until_on, days, left.interest(step.late_interest_rate, days)))

    for part in sorted(received, key=lambda part: part.on):
        day = min(max(part.on, since), on)
        accrue(day)
        left, since = max(left - part.amount, Money.zero(total.currency)), max(since, day)
    accrue(on)
    return found, left


def charges(step: LadderStep, total: Money, received: Iterable[Received], due_on: date, on: date) -> Charges:
    """The fee of a step, and the interest since the due date; see `accruals`."""
    found, left = accruals(step, total, received, due_on, on)
    interest = sum((each.interest for each in found), Money.zero(total.currency))
    fee = left.percent(step.fee_percent)
    if step.fee is not None and step.fee.currency == total.currency:
        fee += step.fee
    return Charges(fee, interest)


class Reckoning(NamedTuple):
    """What a step asks for, with the values it came from and how they were put together, line by line."""

    charges: Charges
    inputs: dict[str, Any]
    formula: list[str]


def reckon(
    step: LadderStep, total: Money, received: Sequence[Received], due_on: date, on: date, asked: Money
) -> Reckoning:
    """The charges of a step, to be followed by whoever asks why. `asked` is the interest of earlier letters: it is not
    taken back by a step with a lower rate."""
    found = charges(step, total, received, due_on, on)
    parts, left = accruals(step, total, received, due_on, on)
    rate = f"{step.late_interest_rate.normalize():f}"
    formula = [f"{each.amount} × {rate} % × {each.days} / {DAYS_OF_A_YEAR} = {each.interest}" for each in parts]
    formula = formula if step.late_interest_rate else []
    if len(formula) > 1:
        formula.append(" + ".join(str(each.interest) for each in parts) + f" = {found.interest}")
    if asked > found.interest:
        formula.append(f"max({found.interest}, {asked}) = {asked}")
    fixed = step.fee if step.fee is not None and step.fee.currency == total.currency else None
    percent = f"{step.fee_percent.normalize():f}"
    if step.fee_percent:
        added = f"{fixed} + " if fixed is not None else ""
        formula.append(f"{added}{left} × {percent} % = {found.fee}")
    inputs = {
        "interest_percent_a_year": rate,
        "days_of_a_year": DAYS_OF_A_YEAR,
        "interest_periods": [
            {"amount": str(each.amount), "from_on": each.from_on, "until_on": each.until_on, "days": each.days}
            for each in parts
        ],
        "interest_asked_before": str(asked),
        "fee": str(fixed) if fixed is not None else None,
        "fee_percent": percent,
    }
    return Reckoning(Charges(found.fee, max(found.interest, asked)), inputs, formula)
