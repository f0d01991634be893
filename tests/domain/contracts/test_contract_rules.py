"""Contracts by their rules alone: schedules that add up, terms, days of notice, states."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts import rules
from domain.contracts.rules import CONTRACTS, DUTIES, ContractMove, ContractState, Trigger
from domain.kernel.money import Money
from domain.policies.rules.kinds import PaymentTerms
from tenancy.refusals import Invalid

DAY = date(2026, 1, 31)


def three() -> list[rules.Instalment]:
    return rules.instalment("Rent", Trigger.DATE, "100", DAY, repeats=3)


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 120))
def test_the_instalments_add_up_to_the_whole_to_the_cent(net: int, tax: int, parts: int) -> None:
    schedule = rules.instalment("Rent", Trigger.DATE, "100", DAY, repeats=parts)
    found = rules.fees(schedule, Money(net, "CNY"), Money(tax, "CNY"))
    assert sum(each.net.minor for each in found) == net
    assert sum(each.tax.minor for each in found) == tax
    assert max(each.net.minor for each in found) - min(each.net.minor for each in found) <= 1


def test_a_periodic_instalment_falls_due_on_the_last_day_of_a_shorter_month() -> None:
    assert [each.due_on for each in three()] == [DAY, date(2026, 2, 28), date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("months", "expected"),
    [(1, date(2026, 2, 28)), (11, date(2026, 12, 31)), (12, date(2027, 1, 31)), (25, date(2028, 2, 29))],
)
def test_months_run_on_over_the_turn_of_the_year(months: int, expected: date) -> None:
    assert rules.months_later(DAY, months) == expected


@pytest.mark.parametrize(
    ("given_", "place"),
    [
        ({"name": ""}, "name"),
        ({"share_percent": "0"}, "sharePercent"),
        ({"share_percent": "100.1"}, "sharePercent"),
        ({"due_on": None}, "dueOn"),
        ({"trigger": Trigger.SIGNING}, "dueOn"),
        ({"repeats": 121}, "repeats"),
        ({"trigger": Trigger.SIGNING, "due_on": None, "repeats": 2}, "repeats"),
    ],
)
def test_bad_instalments_are_refused_at_the_part_at_fault(given_: dict[str, object], place: str) -> None:
    usual: dict[str, object] = {"name": "x", "trigger": Trigger.DATE, "share_percent": "50", "due_on": DAY}
    with pytest.raises(Invalid) as refused:
        rules.instalment(**{**usual, **given_}, path=("instalments", "0"))  # type: ignore[arg-type]  # what is wrong
    assert refused.value.path == ("instalments", "0", place)


def test_shares_make_up_the_whole() -> None:
    half = rules.instalment("x", Trigger.SIGNING, "50", None)
    for schedule in ([], half, [*half, *half, *half]):
        with pytest.raises(Invalid):
            rules.fees(schedule, Money(100, "CNY"), Money(0, "CNY"))


def test_the_usual_schedule_is_the_clauses() -> None:
    parts = [{"name": {"en": "A"}, "share_percent": "30"}, {"name": {"en": "B"}, "share_percent": "70"}]
    terms = PaymentTerms.model_validate({"due_days": 30, "instalments": parts})
    assert [each.share_percent for each in rules.usual_instalments(terms)] == [30, 70]
    assert [each.trigger for each in rules.usual_instalments(None)] == [Trigger.SIGNING]


def test_a_term_is_within_bounds() -> None:
    rules.check_term(DAY, DAY, 0)
    rules.check_term(DAY, None, 730)
    for ends_on, notice in ((date(2026, 1, 30), 0), (date(2076, 2, 1), 0), (None, -1), (None, 731)):
        with pytest.raises(Invalid):
            rules.check_term(DAY, ends_on, notice)


def test_notice_is_kept_unless_both_sides_agree() -> None:
    today, end = date(2026, 6, 1), date(2026, 12, 31)
    rules.check_last_day(date(2026, 7, 1), today, 30, end, agreed=False)
    rules.check_last_day(today, today, 30, end, agreed=True)
    for day, agreed in ((date(2026, 6, 30), False), (date(2026, 5, 31), True), (date(2027, 1, 1), False)):
        with pytest.raises(Invalid):
            rules.check_last_day(day, today, 30, end, agreed=agreed)
    assert rules.last_safe_day(end, 30) == date(2026, 12, 1)


def test_fees_are_more_than_nothing_and_can_be_handled() -> None:
    for net, tax in ((0, 0), (-1, 0), (1, -1), (10**14, 1)):
        with pytest.raises(Invalid):
            rules.check_fee(Money(net, "CNY"), Money(tax, "CNY"))


def test_what_is_signed_is_not_changed_any_more() -> None:
    for state in (ContractState.SIGNED, ContractState.IN_FORCE):
        assert not CONTRACTS.allows(state, ContractMove.CHANGE)
        assert not CONTRACTS.allows(state, ContractMove.WITHDRAW)
    for state in (ContractState.COMPLETED, ContractState.TERMINATED, ContractState.EXPIRED, ContractState.WITHDRAWN):
        assert CONTRACTS.is_final(state)
    by_itself = {
        ContractMove.APPROVE,
        ContractMove.RETURN,
        ContractMove.COMMENCE,
        ContractMove.END,
        ContractMove.EXPIRE,
    }
    assert set(DUTIES) == set(ContractMove) - by_itself


@given(st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("99.9999"), places=4))
def test_two_shares_that_make_up_the_whole_are_never_refused(share: Decimal) -> None:
    schedule = [
        *rules.instalment("a", Trigger.SIGNING, f"{share:f}", None),
        *rules.instalment("b", Trigger.ACCEPTANCE, f"{100 - share:f}", None),
    ]
    found = rules.fees(schedule, Money(100_01, "CNY"), Money(13_00, "CNY"))
    assert sum((each.net + each.tax).minor for each in found) == 113_01
