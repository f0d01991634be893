"""Quality targets: months, who is measured by which clause, shares, and when a target is met, missed or not judged."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.terms import CustomerTier
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import Metric, QualityTarget
from domain.policies.rules.scopes import Scope
from domain.quality.rules import (
    Figure,
    Measure,
    Month,
    Record,
    Verdict,
    figure,
    line_above,
    measures,
    months_to_close,
)
from tenancy.refusals import ClauseReference, Invalid

ROOT, SUPPORT, SECOND_LINE, SALES = (UUID(int=number) for number in range(1, 5))
PARENTS = {ROOT: None, SUPPORT: ROOT, SECOND_LINE: SUPPORT, SALES: ROOT}


def target(
    at_least_percent: str = "95", *, minimum_sample: int = 1, per_department: bool = True, **scope: object
) -> Ruling[QualityTarget]:
    """A clause that wants such a share of requests resolved in time."""
    return Ruling(
        value=QualityTarget(
            metric=Metric.RESOLVED_IN_TIME,
            at_least_percent=Decimal(at_least_percent),
            per_department=per_department,
            minimum_sample=minimum_sample,
        ),
        clause=ClauseReference(uuid4(), "8.1", uuid4(), "1"),
        why=(),
        scope=Scope.model_validate(scope),
    )


def named(found: Sequence[Measure]) -> dict[UUID | None, Decimal]:
    """Who is measured, and by how much."""
    return {measure.department_id: measure.target.value.at_least_percent for measure in found}


def test_a_month_begins_at_midnight_of_the_company_s_zone() -> None:
    june = Month.at(datetime(2026, 5, 31, 17, tzinfo=UTC), "Asia/Shanghai")
    assert june.starts_on == date(2026, 6, 1)
    assert june.starts_at("Asia/Shanghai") == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert june.ends_at("Asia/Shanghai") == datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_a_month_in_which_the_clocks_change_is_whole() -> None:
    march = Month(date(2026, 3, 1))
    assert march.ends_at("Europe/Berlin") - march.starts_at("Europe/Berlin") == timedelta(days=31, hours=-1)


@given(st.dates(date(2000, 2, 1), date(2199, 11, 30)))
def test_months_follow_one_another_without_a_gap(day: date) -> None:
    month = Month.holding(day)
    assert month.following.preceding == month == month.preceding.following
    assert month.ends_at("Asia/Shanghai") == month.following.starts_at("Asia/Shanghai")
    assert month.starts_on <= day < month.following.starts_on


def test_a_year_that_nobody_measures_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        Month.holding(date(1999, 12, 31), "period")
    assert refused.value.path == ("period",)


def test_a_month_that_is_over_is_closed_once_and_missed_ones_are_made_up_for() -> None:
    june = Month(date(2026, 6, 1))
    assert months_to_close(None, june) == [june.preceding]
    assert months_to_close(june.preceding, june) == []
    assert months_to_close(june, june) == []
    assert [month.starts_on.month for month in months_to_close(Month(date(2026, 2, 1)), june)] == [3, 4, 5]
    assert len(months_to_close(Month(date(2020, 1, 1)), june)) == 12


def test_the_company_s_target_measures_the_company_and_each_department_below_its_head() -> None:
    below = (SUPPORT, SECOND_LINE, SALES)
    assert named(list(measures([target()], PARENTS))) == dict.fromkeys((None, *below), Decimal(95))


def test_departments_side_by_side_at_the_top_are_each_measured() -> None:
    two = {ROOT: None, SALES: None, SUPPORT: ROOT}
    assert named(list(measures([target()], two))) == dict.fromkeys((None, *two), Decimal(95))


def test_the_department_above_all_others_is_measured_by_a_clause_of_its_own() -> None:
    found = named(list(measures([target("90"), target("97", department_id=ROOT, per_department=False)], PARENTS)))
    assert (found[None], found[ROOT]) == (Decimal(90), Decimal(97))
    assert ROOT in named(list(measures([target("97", department_id=ROOT)], PARENTS)))


def test_a_target_that_is_not_for_departments_measures_only_whom_it_names() -> None:
    assert named(list(measures([target(per_department=False)], PARENTS))) == {None: Decimal(95)}
    one = target(per_department=False, department_id=SUPPORT)
    assert named(list(measures([one], PARENTS))) == {SUPPORT: Decimal(95)}


def test_a_department_is_measured_by_the_nearest_clause_above_it() -> None:
    found = list(measures([target("90"), target("98", department_id=SUPPORT)], PARENTS))
    assert named(found) == {
        None: Decimal(90),
        SUPPORT: Decimal(98),
        SECOND_LINE: Decimal(98),
        SALES: Decimal(90),
    }


def test_a_clause_for_one_department_as_a_whole_leaves_those_below_to_the_company_s() -> None:
    found = list(measures([target("90"), target("98", department_id=SUPPORT, per_department=False)], PARENTS))
    assert (named(found)[SUPPORT], named(found)[SECOND_LINE]) == (Decimal(98), Decimal(90))


def test_targets_for_some_customers_stand_beside_those_for_all() -> None:
    found = list(measures([target("90"), target("99", customer_tier="key")], {}))
    assert [measure.key[3] for measure in found] == [None, CustomerTier.KEY]


def test_a_department_answers_for_those_below_it_and_for_the_scope_of_its_clause() -> None:
    key = target(customer_tier="key", service_line="cloud")
    record = Record(uuid4(), True, SECOND_LINE, ("hosting", "cloud"), CustomerTier.KEY)
    line = line_above(SECOND_LINE, PARENTS)
    assert line == (SECOND_LINE, SUPPORT, ROOT)
    assert [Measure(key, department).counts(record, line) for department in (None, ROOT, SUPPORT, SALES)] == [
        True,
        True,
        True,
        False,
    ]
    assert not Measure(key, None).counts(Record(uuid4(), True, SECOND_LINE, ("cloud",), CustomerTier.STANDARD), line)
    assert not Measure(key, None).counts(Record(uuid4(), True, SECOND_LINE), line)


@pytest.mark.parametrize(
    ("good", "all_", "percent", "verdict"),
    [
        (95, 100, "95", Verdict.MET),
        (94, 100, "95", Verdict.MISSED),
        (949_999, 1_000_000, "95", Verdict.MISSED),
        (0, 4, "0", Verdict.MET),
        (0, 0, "0", Verdict.NO_DATA),
        (2, 3, "66.6666", Verdict.MET),
        (2, 3, "66.667", Verdict.MISSED),
    ],
)
def test_a_target_is_judged_by_the_exact_share(good: int, all_: int, percent: str, verdict: Verdict) -> None:
    assert Figure(good, all_).verdict(target(percent).value) is verdict


def test_fewer_records_than_the_minimum_sample_are_not_judged() -> None:
    wants_five = target(minimum_sample=5).value
    assert Figure(0, 4).verdict(wants_five) is Verdict.NO_DATA
    assert Figure(0, 5).verdict(wants_five) is Verdict.MISSED


def test_a_share_is_rounded_down_and_there_is_none_of_nothing() -> None:
    assert Figure(2, 3).actual_percent == Decimal("66.6666")
    assert Figure(0, 0).actual_percent is None


@given(st.lists(st.booleans(), max_size=50), st.decimals(0, 100, places=2))
def test_a_share_that_looks_reached_is_reached(good: list[bool], percent: Decimal) -> None:
    found = figure(Record(uuid4(), each) for each in good)
    shown = found.actual_percent
    met = found.verdict(target(str(percent)).value) is Verdict.MET
    assert met == (shown is not None and shown >= percent)


@given(
    st.dictionaries(st.sampled_from([None, *PARENTS]), st.booleans()),
)
def test_nobody_is_measured_twice_for_the_same(clauses: dict[UUID | None, bool]) -> None:
    targets = [
        target(per_department=per_department, **({"department_id": id} if id else {}))
        for id, per_department in clauses.items()
    ]
    keys = [measure.key for measure in measures(targets, PARENTS)]
    assert len(keys) == len(set(keys))
    assert {id for id in clauses if id is not None} <= {key[1] for key in keys}
