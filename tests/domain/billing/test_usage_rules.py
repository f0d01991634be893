"""What is billed by what is counted: whose contract it is, periods without gaps, and rounding that adds up."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.rules import usage as rules
from domain.billing.rules.usage import Claimant, Priced, Worked
from domain.contracts.rules.rates import Period, RateBasis, expected_total, next_period, period_of, rate
from domain.kernel.lines import LineKind
from domain.kernel.money import Money
from domain.kernel.terms import Activity
from domain.policies.rules.kinds import PaymentTerms
from tenancy.refusals import Invalid

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


def hourly(*activities: str, price: str = "600") -> Priced:
    """A rate of working time."""
    return Priced(
        uuid4(), "Support", RateBasis.TIME, activities, LineKind.SUPPORT, "h", Money.of(price, "CNY"), Decimal(6)
    )


def claimant(*rates: Priced, line: str | None = None, last: date | None = None) -> Claimant:
    """A contract of June and later."""
    return Claimant(uuid4(), date(2026, 6, 1), last, line, rates or (hourly(),))


def work_of(minutes: int = 50, **more: Any) -> Worked:
    """Support on the tenth of June."""
    usual: dict[str, Any] = {"record_id": uuid4(), "worked_on": date(2026, 6, 10), "activity": "support"}
    usual |= {"minutes": minutes, "service_lines": ("erp", "software"), "owed_by": None}
    return Worked(**{**usual, **more})


def terms(**more: Any) -> PaymentTerms:
    """Payment terms."""
    return PaymentTerms.model_validate({"due_days": 30, **more})


def test_working_time_is_charged_by_the_nearest_contract_and_by_one_alone() -> None:
    near, above, all_, other = (claimant(line=line) for line in ("erp", "software", None, "network"))
    assert rules.charged_by(work_of(), [other, all_, above, near]) is near
    assert rules.charged_by(work_of(), [other, all_, above]) is above
    assert rules.charged_by(work_of(), [other, all_]) is all_
    assert rules.charged_by(work_of(), [other]) is None
    assert rules.charged_by(work_of(service_lines=()), [near, all_]) is all_
    # Of two alike the first.
    assert rules.charged_by(work_of(), [all_, claimant()]) is all_


def test_work_that_a_contract_owes_is_charged_by_that_one_or_is_in_its_fees() -> None:
    mine, other = claimant(), claimant()
    assert rules.charged_by(work_of(owed_by=mine.id), [other, mine]) is mine
    assert rules.charged_by(work_of(owed_by=uuid4()), [other, mine]) is None


def test_a_contract_charges_for_its_days_and_its_kinds_of_work() -> None:
    over, travels = claimant(last=date(2026, 6, 9)), claimant(hourly("travel"))
    assert rules.charged_by(work_of(), [over, travels]) is None
    assert rules.charged_by(work_of(activity="travel"), [over, travels]) is travels
    assert rules.charged_by(work_of(worked_on=date(2026, 5, 31)), [claimant()]) is None
    named, rest = hourly("travel", price="300"), hourly()
    assert rules.rate_for([rest, named], "travel") is named
    assert rules.rate_for([named, rest], "support") is rest


@pytest.mark.parametrize(
    ("clause", "hours"),
    [
        (None, "1.667"),
        (terms(time_unit_minutes=15), "2"),
        (terms(time_unit_minutes=15, time_rounding="per_period"), "1.75"),
    ],
)
def test_the_clause_says_how_working_time_is_rounded(clause: PaymentTerms | None, hours: str) -> None:
    own = hourly()
    [charge] = rules.charges([own], [], [work_of(50), work_of(50)], JUNE, clause)
    assert (charge.quantity, charge.late) == (Decimal(hours), 0)
    line = charge.line("Support")
    assert line.amount.net == Money.of("600", "CNY").percent(Decimal(hours) * 100)


def test_a_correction_after_the_invoice_brings_the_difference_and_what_is_less_than_nothing_waits() -> None:
    own, clause = hourly(), terms(time_unit_minutes=15)
    more = work_of(95, settled_minutes=50, billed_minutes=60, worked_on=date(2026, 5, 20))
    [charge] = rules.charges([own], [], [more], JUNE, clause)
    assert (charge.quantity, charge.late) == (Decimal("0.75"), Decimal("0.75"))
    [item] = charge.items
    assert (item.quantity, item.billed, item.late) == (45, 45, True)
    less = work_of(10, settled_minutes=50, billed_minutes=60)
    assert rules.charges([own], [], [less], JUNE, clause) == []
    [charge] = rules.charges([own], [], [less, work_of(60)], JUNE, clause)
    assert charge.quantity == Decimal("0.25")


@given(st.lists(st.integers(1, 600), min_size=1, max_size=8), st.integers(1, 60))
def test_what_is_rounded_record_by_record_is_never_less_and_never_a_unit_more(minutes: list[int], unit: int) -> None:
    own, found = hourly(), [work_of(each) for each in minutes]
    [charge] = rules.charges([own], [], found, JUNE, terms(time_unit_minutes=unit))
    billed = sum(item.billed for item in charge.items)
    assert sum(minutes) <= billed < sum(minutes) + unit * len(minutes)
    again = [
        work_of(each.minutes, settled_minutes=each.minutes, billed_minutes=int(item.billed))
        for each, item in zip(found, charge.items, strict=True)
    ]
    assert rules.charges([own], [], again, JUNE, terms(time_unit_minutes=unit)) == []


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 12), st.integers(0, 900))
def test_periods_follow_upon_each_other_without_gaps_to_the_last_day(starts_on: date, months: int, days: int) -> None:
    last_day, settled, found = starts_on + timedelta(days=days), None, []
    while (period := next_period(starts_on, settled, months, last_day)) is not None:
        found.append(period)
        settled = period.until_on
    assert found[0].since_on == starts_on
    assert found[-1].until_on == last_day
    for one, following in pairwise(found):
        assert following.since_on == one.until_on + timedelta(days=1)
        # Every period but the last ends with a month.
        assert following.since_on.day == 1
    assert all(period_of(day, starts_on, months, last_day) == period for period in found for day in _ends(period))


def _ends(period: Period) -> tuple[date, date]:
    return period.since_on, period.until_on


def a_rate(**more: Any) -> Any:
    usual: dict[str, Any] = {"code": "calls", "name": "Calls", "basis": RateBasis.USAGE, "unit_price": "0.5"}
    return rate("CNY", **{**usual, "unit": "1,000 calls", "expected": "100", **more})


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (lambda: a_rate(code="Calls!"), "code"),
        (lambda: a_rate(name=" "), "name"),
        (lambda: a_rate(unit=""), "unit"),
        (lambda: a_rate(unit_price="0"), "unitPrice"),
        (lambda: a_rate(unit_price="0.001"), "unitPrice"),
        (lambda: a_rate(tax_percent="101"), "taxPercent"),
        (lambda: a_rate(expected="0"), "expectedQuantity"),
        (lambda: a_rate(expected="1e30"), "expectedQuantity"),
        (lambda: a_rate(activities=[Activity.TRAVEL]), "activities"),
        (lambda: a_rate(basis=RateBasis.TIME, unit="day"), "unit"),
        (lambda: expected_total([a_rate(), a_rate()], "CNY"), "code"),
        (lambda: expected_total([a_rate()], "EUR"), "currency"),
        (lambda: expected_total([a_rate(code=str(n)) for n in range(51)], "CNY"), "rates"),
        (lambda: expected_total([a_rate(code=n, basis=RateBasis.TIME, unit="") for n in "ab"], "CNY"), "activities"),
        (
            lambda: expected_total([a_rate(code=n, unit_price="99999999999", expected="900000") for n in "ab"], "CNY"),
            "rates",
        ),
    ],
)
def test_rates_that_make_no_sense_are_refused_with_their_place(wrong: Callable[[], object], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        wrong()
    assert path in refused.value.path


def test_what_is_expected_is_reckoned_with_tax() -> None:
    timed = a_rate(code="hours", basis=RateBasis.TIME, unit="", unit_price="600", tax_percent="6", expected="10")
    assert expected_total([a_rate(), timed], "CNY") == Money.of("6410", "CNY")
