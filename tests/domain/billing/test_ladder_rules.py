"""The dunning ladder: planned from the due date, held for reasons, never skipping and never repeating a step."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.billing.rules import dunning as rules
from domain.billing.rules.dunning import Base, Hold, Received
from domain.kernel.calendars import WEEKDAYS, BusinessCalendar, DayKind
from domain.kernel.money import Money
from domain.policies.rules.dunning import AfterPartPayment, Delay, HoldKind, Ladder, LadderStep
from domain.policies.rules.kinds import DunningLadder
from tenancy.refusals import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
DUE_ON = date(2026, 3, 6)


def calendar(**changes: Any) -> BusinessCalendar:
    week = {weekday.value: [["09:00", "18:00"]] for weekday in WEEKDAYS[:5]}
    return BusinessCalendar.model_validate({"zone": "Asia/Shanghai", "weekly_hours": week, **changes})


def step(number: int, days: int, kind: DayKind = DayKind.CALENDAR, **more: Any) -> LadderStep:
    return LadderStep.model_validate(
        {
            "number": number,
            "name": {"en": f"Step {number}"},
            "delay": {"days": days, "kind": kind},
            "channel": "email",
            **more,
        }
    )


def ladder_of(*steps: LadderStep, send_time: str = "10:00") -> Ladder:
    """A ladder whose delays need not rise: what the rules do must not rest on that."""
    return Ladder.model_construct(
        steps=steps,
        send_time=send_time,
        held=tuple(HoldKind),
        after_part_payment=AfterPartPayment.FROM_PAYMENT,
    )


OFFICE = calendar()
GENTLE = (step(1, 3), step(2, 10), step(3, 5 * 4, DayKind.WORKING))
LADDER = ladder_of(*GENTLE)


def plan(
    due_on: date, steps: tuple[LadderStep, ...], days: BusinessCalendar, held: Sequence[Hold] = (), at: str = "10:00"
) -> list[rules.Planned]:
    return rules.plan(Base(due_on), ladder_of(*steps, send_time=at), days, held)


def days_of(planned: list[rules.Planned]) -> list[date]:
    return [item.at.astimezone(ZONE).date() for item in planned]


def march(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


def dispute(first: int, last: int | None) -> Hold:
    return Hold(HoldKind.DISPUTE, date(2026, 3, first), date(2026, 3, last) if last else None)


def test_every_step_is_planned_from_the_due_date_in_calendar_or_working_days() -> None:
    planned = plan(DUE_ON, GENTLE, OFFICE, at="09:30")
    assert days_of(planned) == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 4, 3)]
    assert planned[0].at == datetime(2026, 3, 9, 1, 30, tzinfo=UTC)


def test_looking_late_does_not_move_the_next_step() -> None:
    planned = plan(DUE_ON, GENTLE, OFFICE)
    following = rules.next_planned(planned, {1: march(12)}, LADDER, OFFICE)
    assert following == (GENTLE[1], march(16))


def test_a_reminder_in_working_days_respects_feasts_and_make_up_days() -> None:
    feast = calendar(holidays=["2026-03-09"], make_up_days=[{"day": "2026-03-14"}])
    ladder = (step(1, 1, DayKind.WORKING), step(2, 5, DayKind.WORKING))
    assert days_of(plan(DUE_ON, ladder, feast)) == [date(2026, 3, 10), date(2026, 3, 14)]


def test_a_reminder_may_come_before_the_due_date() -> None:
    assert days_of(plan(DUE_ON, (step(1, -2), step(2, 0)), OFFICE)) == [date(2026, 3, 4), DUE_ON]


def test_a_feast_does_not_put_a_later_step_before_an_earlier_one() -> None:
    feast = calendar(holidays=[f"2026-03-{day:02}" for day in range(9, 14)])
    ladder = (step(1, 2, DayKind.WORKING), step(2, 4))
    assert days_of(plan(DUE_ON, ladder, feast)) == [date(2026, 3, 17), date(2026, 3, 18)]


def test_a_ladder_that_was_behind_catches_up_in_order_on_different_days() -> None:
    planned = plan(DUE_ON, GENTLE, OFFICE)
    assert rules.next_planned(planned, {}, LADDER, OFFICE) == planned[0]
    assert rules.next_planned(planned, {1: march(20)}, LADDER, OFFICE) == (GENTLE[1], march(21))
    late = {1: march(20), 2: datetime(2026, 4, 3, 9, tzinfo=UTC)}
    following = rules.next_planned(planned, late, LADDER, OFFICE)
    assert following is not None
    assert days_of([following]) == [date(2026, 4, 6)]


def test_the_next_step_is_never_skipped_and_never_repeated() -> None:
    assert rules.next_step((), GENTLE) == GENTLE[0]
    assert rules.next_step({1}, GENTLE) == GENTLE[1]
    assert rules.next_step({1, 3}, GENTLE) == GENTLE[1]
    assert rules.next_step({1, 2, 3}, GENTLE) is None
    planned = plan(DUE_ON, GENTLE, OFFICE)
    assert rules.next_planned(planned, dict.fromkeys((1, 2, 3), march(20)), LADDER, OFFICE) is None


def test_a_dispute_stops_the_days_and_they_run_on_afterwards() -> None:
    assert days_of(plan(DUE_ON, GENTLE[:2], OFFICE, held=[dispute(8, 11)])) == [
        date(2026, 3, 13),
        date(2026, 3, 20),
    ]


def test_nothing_is_planned_behind_a_dispute_without_end() -> None:
    assert days_of(plan(DUE_ON, GENTLE, OFFICE, held=[dispute(12, None)])) == [date(2026, 3, 9)]
    released = Hold(HoldKind.DISPUTE, date(2026, 3, 12), released_on=date(2026, 3, 14))
    assert days_of(plan(DUE_ON, GENTLE[:2], OFFICE, held=[released])) == [date(2026, 3, 9), date(2026, 3, 18)]


def test_a_promise_to_pay_holds_the_ladder_through_the_promised_day() -> None:
    promise = Hold(HoldKind.PROMISE_TO_PAY, date(2026, 3, 10), date(2026, 3, 20))
    assert [rules.is_held([promise], date(2026, 3, day)) for day in (9, 10, 20, 21)] == [False, True, True, False]
    assert rules.hold_on([promise], date(2026, 3, 15)) == promise


def test_an_exempted_customer_is_not_dunned_at_all() -> None:
    assert plan(DUE_ON, GENTLE, OFFICE, held=[Hold(HoldKind.EXEMPTION, date(2020, 1, 1))]) == []


def test_a_hold_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="needs the date that was promised"):
        Hold(HoldKind.PROMISE_TO_PAY, DUE_ON)
    with pytest.raises(Invalid, match="end before it begins"):
        Hold(HoldKind.DISPUTE, DUE_ON, DUE_ON - timedelta(days=1))


def test_a_step_that_was_missed_waits_while_it_is_held_and_then_follows() -> None:
    planned = plan(DUE_ON, GENTLE, OFFICE, [dispute(11, 12)])
    assert days_of(planned) == [date(2026, 3, 9), date(2026, 3, 18), date(2026, 4, 7)]
    following = rules.next_planned(planned, {}, LADDER, OFFICE, [dispute(11, 12)], march(11, 15))
    assert following == (GENTLE[0], march(13))
    assert rules.next_planned(planned, {}, LADDER, OFFICE, [dispute(11, None)], march(11, 15)) is None


def test_the_outlook_shows_what_is_left_and_what_nobody_can_know() -> None:
    expected = rules.outlook(Base(DUE_ON), {1: march(9)}, LADDER, OFFICE, [], march(10))
    assert expected == [(GENTLE[1], march(16)), (GENTLE[2], datetime(2026, 4, 3, 2, tzinfo=UTC))]
    held = rules.outlook(Base(DUE_ON), {1: march(9)}, LADDER, OFFICE, [dispute(12, None)], march(10))
    assert held == [(GENTLE[1], None), (GENTLE[2], None)]
    late = rules.outlook(Base(DUE_ON), {}, LADDER, OFFICE, [], march(20, 15))
    assert [item.at for item in late[:2]] == [march(9), march(21)]


def test_no_reminder_comes_before_the_day_after_the_issue() -> None:
    early = ladder_of(step(1, -5), step(2, 3))
    assert days_of(rules.plan(Base(DUE_ON, date(2026, 3, 5)), early, OFFICE)) == [DUE_ON, date(2026, 3, 9)]


def test_a_partial_payment_rebases_the_remaining_steps_where_the_clause_says_so() -> None:
    before, paid_on = Base(DUE_ON, date(2026, 2, 4)), date(2026, 3, 12)
    rule = AfterPartPayment.FROM_PAYMENT
    after = rules.base_after_part_payment(DUE_ON, paid_on, rule, before)
    expected = rules.outlook(after, {1: march(9)}, LADDER, OFFICE, [], march(12))
    assert [item.step.number for item in expected] == [2, 3]
    assert expected[0].at == march(22)
    assert rules.base_after_part_payment(DUE_ON, paid_on, AfterPartPayment.FROM_DUE_DATE, before) == before
    assert rules.base_after_part_payment(DUE_ON, DUE_ON, rule, before) == before
    assert rules.base_after_part_payment(DUE_ON, date(2026, 3, 10), rule, after) == after


def test_a_hold_is_placed_from_today_and_not_for_the_past() -> None:
    assert rules.new_hold(HoldKind.DISPUTE, DUE_ON, None, None) == Hold(HoldKind.DISPUTE, DUE_ON)
    with pytest.raises(Invalid, match="cannot end in the past"):
        rules.new_hold(HoldKind.DISPUTE, DUE_ON, date(2026, 3, 1), date(2026, 3, 5))
    with pytest.raises(Invalid, match="within three years"):
        rules.new_hold(HoldKind.DISPUTE, DUE_ON, None, date(2036, 3, 5))


def on_day(number: int) -> date:
    return DUE_ON + timedelta(days=number)


def test_interest_and_fee_are_computed_on_what_is_outstanding_that_day() -> None:
    final = step(1, 3, fee={"minor": 500, "currency": "CNY"}, late_interest_rate="3.65")
    owed = Money.of("10000", "CNY")
    assert rules.charges(final, owed, [], DUE_ON, on_day(10)).total == Money.of("15.00", "CNY")
    assert rules.charges(final, owed, [], DUE_ON, on_day(-3)).interest == Money.zero("CNY")
    assert rules.charges(step(1, 3), owed, [], DUE_ON, on_day(10)).total == Money.zero("CNY")


def test_no_interest_is_lost_when_a_part_is_paid() -> None:
    final = step(1, 3, late_interest_rate="3.65", fee_percent="1")
    owed = Money.of("10000", "CNY")
    half = Money.of("5000", "CNY")
    asked = rules.charges(final, owed, [Received(on_day(10), half)], DUE_ON, on_day(20))
    assert asked.interest == Money.of("15.00", "CNY")
    assert asked.fee == Money.of("50.00", "CNY")
    early = rules.charges(final, owed, [Received(on_day(-1), half)], DUE_ON, on_day(20))
    assert early.interest == Money.of("10.00", "CNY")


def test_what_a_step_asks_for_can_be_followed_line_by_line() -> None:
    final = step(1, 3, fee={"minor": 500, "currency": "CNY"}, late_interest_rate="3.65", fee_percent="1")
    owed, half = Money.of("10000", "CNY"), Money.of("5000", "CNY")
    asked = rules.reckon(final, owed, [Received(on_day(10), half)], DUE_ON, on_day(20), Money.of("20", "CNY"))
    assert asked.charges == (Money.of("55.00", "CNY"), Money.of("20.00", "CNY"))
    assert asked.formula == [
        "10000.00 CNY × 3.65 % × 10 / 365 = 10.00 CNY",
        "5000.00 CNY × 3.65 % × 10 / 365 = 5.00 CNY",
        "10.00 CNY + 5.00 CNY = 15.00 CNY",
        "max(15.00 CNY, 20.00 CNY) = 20.00 CNY",
        "5.00 CNY + 5000.00 CNY × 1 % = 55.00 CNY",
    ]
    assert [period["days"] for period in asked.inputs["interest_periods"]] == [10, 10]
    free = rules.reckon(step(1, 3), owed, [], DUE_ON, on_day(10), Money.zero("CNY"))
    assert (free.charges, free.formula) == ((Money.zero("CNY"), Money.zero("CNY")), [])


def test_a_fee_is_asked_only_in_its_own_currency() -> None:
    final = step(1, 3, fee={"minor": 500, "currency": "CNY"}, late_interest_rate=Decimal("3.65"))
    asked = rules.charges(final, Money.of("10000", "EUR"), [], DUE_ON, on_day(10))
    assert asked == (Money.zero("EUR"), Money(1000, "EUR"))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"number": 2}, "numbered 1, 2, 3"),
        ({"delay": {"days": 1.5}}, "steps.0.delay.days"),
        ({"delay": {"days": 5000}}, "steps.0.delay.days"),
        ({"channel": "pigeon"}, "steps.0.channel"),
        ({"template": "../etc/passwd"}, "steps.0.template"),
        ({"fee": {"minor": -1, "currency": "CNY"}}, "must not be negative"),
        ({"fee": {"minor": 1, "currency": "XXX"}}, "is not a currency"),
        ({"late_interest_rate": "-1"}, "steps.0.late_interest_rate"),
        ({"late_interest_rate": "NaN"}, "steps.0.late_interest_rate"),
        ({"name": {}}, "steps.0.name"),
        ({"letter": {"subject": {"en": "{number}"}, "text": {"en": "{sum}"}}}, "could fill the blank “sum”"),
        ({"letter": {"subject": {"en": "{number.real}"}, "text": {"en": "x"}}}, "could fill the blank “number.real”"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_says_why(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DunningLadder.model_validate({"steps": [{**step(1, 3).model_dump(mode="json"), **changes}]})
    assert complaint in str(caught.value)


def test_a_ladder_is_sent_at_a_time_of_day() -> None:
    with pytest.raises(ValidationError, match="“noon” is not a time of day"):
        DunningLadder(steps=GENTLE, send_time="noon")
    with pytest.raises(ValidationError, match="Write 00:00 for midnight"):
        DunningLadder(steps=GENTLE, send_time="24:00")


def test_a_ladder_goes_through_json_and_back() -> None:
    ladder = DunningLadder(steps=(*GENTLE[:2], step(3, 30, fee={"minor": 500, "currency": "CNY"}, needs_approval=True)))
    assert DunningLadder.model_validate_json(ladder.model_dump_json()) == ladder
    assert DunningLadder(steps=()).steps == ()


delays = st.builds(Delay, days=st.integers(-30, 60), kind=st.sampled_from(DayKind))
ladders = st.lists(delays, min_size=1, max_size=6).map(
    lambda chosen: tuple(step(number, delay.days, delay.kind) for number, delay in enumerate(chosen, 1))
)
calendars = st.sets(st.dates(date(2026, 2, 1), date(2026, 5, 1)), max_size=20).map(
    lambda feasts: calendar(holidays=list(feasts))
)
holds = st.lists(
    st.builds(
        lambda first, length: Hold(HoldKind.DISPUTE, first, first + timedelta(days=length)),
        st.dates(date(2026, 2, 1), date(2026, 5, 1)),
        st.integers(0, 30),
    ),
    max_size=3,
)
due_dates = st.dates(date(2026, 2, 20), date(2026, 3, 20))


@given(due_dates, ladders, calendars, holds)
def test_a_plan_has_every_step_once_in_order_and_none_on_a_held_day(
    due_on: date, steps: tuple[LadderStep, ...], days: BusinessCalendar, held: list[Hold]
) -> None:
    planned = plan(due_on, steps, days, held=held)
    assert [item.step for item in planned] == list(steps)
    assert all(earlier < later for earlier, later in zip(days_of(planned), days_of(planned)[1:], strict=False))
    assert not any(rules.is_held(held, day) for day in days_of(planned))


@given(due_dates, ladders, calendars, holds)
def test_a_hold_delays_and_never_hastens(
    due_on: date, steps: tuple[LadderStep, ...], days: BusinessCalendar, held: list[Hold]
) -> None:
    free = plan(due_on, steps, days)
    for without, with_hold in zip(free, plan(due_on, steps, days, held=held), strict=True):
        assert with_hold.at >= without.at


@given(due_dates, ladders, calendars, st.lists(st.integers(0, 400), min_size=12, max_size=12))
def test_whoever_works_it_off_whenever_climbs_every_step_once(
    due_on: date, steps: tuple[LadderStep, ...], days: BusinessCalendar, delays_in_hours: list[int]
) -> None:
    planned = plan(due_on, steps, days)
    done: dict[int, datetime] = {}
    taken: list[date] = []
    for late in delays_in_hours:
        following = rules.next_planned(planned, done, ladder_of(*steps), days)
        if following is None:
            break
        assert following.step == rules.next_step(done, steps)
        assert following.at >= planned[following.step.number - 1].at
        done[following.step.number] = following.at + timedelta(hours=late)
        taken.append(done[following.step.number].astimezone(ZONE).date())
    assert list(done) == [one.number for one in steps]
    assert len(set(taken)) == len(taken)
    assert taken == sorted(taken)
