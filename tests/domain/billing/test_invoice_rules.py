"""Invoices: their states, what is outstanding, and when they are late."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.rules import invoices as rules
from domain.billing.rules.invoices import LIFECYCLE, Move, State
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import Line, line_taxes, sums
from domain.kernel.money import Money
from tenancy.refusals import Invalid, WrongState


def yuan(amount: str) -> Money:
    return Money.of(amount, "CNY")


def test_an_invoice_is_issued_and_paid_in_parts() -> None:
    state = LIFECYCLE.initial
    for move in (Move.ISSUE, Move.PAY_IN_PART, Move.PAY_IN_PART, Move.PAY_IN_FULL):
        state = LIFECYCLE.next(state, move)
    assert state is State.PAID


def test_what_has_been_paid_in_part_is_not_cancelled() -> None:
    with pytest.raises(WrongState, match="“Cancel” is not possible in the state “Paid in part”"):
        LIFECYCLE.next(State.PART_PAID, Move.CANCEL)


def test_a_draft_takes_no_payment() -> None:
    assert LIFECYCLE.moves(State.DRAFT) == (Move.ISSUE, Move.CANCEL)


def test_payments_reduce_what_is_outstanding() -> None:
    owed = rules.outstanding(yuan("100"), [yuan("30"), yuan("20.50")])
    assert owed == yuan("49.50")
    assert rules.payment_move(owed, yuan("49.49")) is Move.PAY_IN_PART
    assert rules.payment_move(owed, yuan("49.50")) is Move.PAY_IN_FULL


def test_fees_and_interest_may_be_paid_on_top_of_what_is_outstanding() -> None:
    assert rules.payment_move(yuan("100"), yuan("103"), yuan("3")) is Move.PAY_IN_FULL
    assert rules.payment_move(yuan("100"), yuan("100"), yuan("3")) is Move.PAY_IN_FULL
    with pytest.raises(Invalid, match=r"100\.00 CNY is outstanding, 103\.00 CNY with fees and interest"):
        rules.payment_move(yuan("100"), yuan("103.01"), yuan("3"))
    assert rules.outstanding(yuan("100"), [yuan("103")]) == yuan("0")


def test_fees_and_interest_may_be_paid_after_the_invoice_itself_and_then_nothing_more() -> None:
    assert rules.payment_move(yuan("0"), yuan("1"), yuan("3")) is Move.PAY_CHARGES
    assert rules.payment_move(yuan("-1"), yuan("2"), yuan("3")) is Move.PAY_CHARGES
    with pytest.raises(Invalid, match=r"2\.00 CNY of fees and interest is still owed"):
        rules.payment_move(yuan("-1"), yuan("2.01"), yuan("3"))
    for owed, charges in ((yuan("0"), None), (yuan("0"), yuan("0")), (yuan("-3"), yuan("3"))):
        with pytest.raises(WrongState, match="nothing is owed on it any more"):
            rules.payment_move(owed, yuan("1"), charges)


@pytest.mark.parametrize("amount", [yuan("0"), yuan("-1"), yuan("49.51"), Money.of("1", "EUR")])
def test_a_payment_of_nothing_or_of_too_much_or_in_another_currency_is_refused(amount: Money) -> None:
    with pytest.raises(Invalid):
        rules.payment_move(yuan("49.50"), amount)


def test_an_invoice_is_late_from_the_day_after_its_due_date() -> None:
    due_on = date(2026, 3, 2)
    assert not rules.is_overdue(State.ISSUED, due_on, due_on)
    assert rules.is_overdue(State.PART_PAID, due_on, date(2026, 3, 3))
    assert not rules.is_overdue(State.PAID, due_on, date(2026, 3, 3))
    assert [rules.days_overdue(due_on, date(2026, 3, day)) for day in (1, 2, 3, 12)] == [0, 0, 1, 10]


def test_a_line_comes_to_quantity_times_price_and_its_tax_each_rounded_once() -> None:
    made = rules.line("CNY", "  Support \n in May ", "1.5", "333.33", "6")
    assert (made.description, made.amount.net, made.amount.tax) == ("Support in May", yuan("500.00"), yuan("30.00"))
    found = sums([made, rules.line("CNY", "Licence", "3", "0.01", "13")], "CNY")
    assert (found.net, found.tax, found.total) == (yuan("500.03"), yuan("30.00"), yuan("530.03"))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"description": " "}, "description"),
        ({"description": "x" * 501}, "description"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1.0001"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1e999999999"}, "quantity"),
        ({"quantity": "much"}, "quantity"),
        ({"quantity": "1000001"}, "quantity"),
        ({"unit_price": "-0.01"}, "unitPrice"),
        ({"unit_price": "1.001"}, "unitPrice"),
        ({"unit_price": "1e15"}, "unitPrice"),
        ({"unit_price": "1000000000000", "quantity": "1000"}, "unitPrice"),
        ({"tax_percent": "-1"}, "taxPercent"),
        ({"tax_percent": "101"}, "taxPercent"),
        ({"tax_percent": "Infinity"}, "taxPercent"),
        ({"discount_percent": "100.0001"}, "discountPercent"),
        ({"discount_percent": "-5"}, "discountPercent"),
        ({"unit": "x" * 41}, "unit"),
    ],
)
def test_a_line_that_is_none_says_where(changes: dict[str, Any], path: str) -> None:
    fields: dict[str, Any] = {
        "description": "Support",
        "quantity": "1",
        "unit_price": "100",
        "tax_percent": "6",
    } | changes
    with pytest.raises(Invalid) as caught:
        rules.line("CNY", **fields, path=("lines", "0"))
    assert caught.value.path == ("lines", "0", path)


def test_an_invoice_of_a_million_millions_is_possible_and_one_cent_more_is_not() -> None:
    most = rules.line("CNY", "Everything", "1", "1000000000000")
    assert sums([most], "CNY").total == yuan("1000000000000")
    for lines in ([most, rules.line("CNY", "And a cent", "1", "0.01")], [], [rules.line("CNY", "Nothing", "1", "0")]):
        with pytest.raises(Invalid):
            sums(lines, "CNY")


def test_an_invoice_is_due_by_a_day_or_within_days() -> None:
    issued_on = date(2026, 3, 2)
    assert rules.due_day(issued_on, None, 30) == date(2026, 4, 1)
    assert rules.due_day(issued_on, issued_on, None) == issued_on
    for due_on, days in ((None, None), (issued_on, 1), (date(2026, 3, 1), None), (date(2029, 1, 1), None), (None, -1)):
        with pytest.raises(Invalid):
            rules.due_day(issued_on, due_on, days)


def test_a_payment_is_received_between_the_issue_and_today() -> None:
    issued_on, today = date(2026, 3, 2), date(2026, 3, 20)
    assert rules.check_received(issued_on, issued_on, today) == issued_on
    for day in (date(2026, 3, 1), date(2026, 3, 21)):
        with pytest.raises(Invalid):
            rules.check_received(day, issued_on, today)


@st.composite
def some_lines(draw: st.DrawFn) -> list[Line]:
    """Lines whose tax does not come out even: few rates, odd prices, discounts, now and then for nothing."""
    return [
        rules.line(
            "CNY",
            "Work",
            draw(st.sampled_from(["0.001", "0.333", "1", "1.5", "7", "999.999"])),
            draw(st.sampled_from(["0", "0.01", "0.03", "0.99", "33.33", "1234567.89"])),
            draw(st.sampled_from(["0", "6", "6.5", "13", "19"])),
            discount_percent=draw(st.sampled_from(["0", "3", "33.3333", "100"])),
        )
        for _ in range(draw(st.integers(1, 12)))
    ]


@given(lines=some_lines(), rounding=st.sampled_from(TaxRounding))
def test_the_parts_always_come_to_the_total(lines: list[Line], rounding: TaxRounding) -> None:
    try:
        found = sums(lines, "CNY", rounding)
    except Invalid:
        return
    taxes = line_taxes(lines, found, rounding)
    assert Money.total(taxes, "CNY") == found.tax
    assert Money.total((each.amount.net for each in lines), "CNY") == found.net
    assert found.net + found.tax == found.total
    assert Money.total((rate.net + rate.tax for rate in found.rates), "CNY") == found.total
    for rate in found.rates:
        of_rate = [tax for each, tax in zip(lines, taxes, strict=True) if each.amount.tax_percent == rate.tax_percent]
        assert Money.total(of_rate, "CNY") == rate.tax
    for each, tax in zip(lines, taxes, strict=True):
        assert abs(tax.minor - each.amount.tax.minor) <= 1
        assert each.amount.gross - each.amount.discount == each.amount.net


def test_the_same_lines_are_taxed_otherwise_by_line_and_by_rate() -> None:
    lines = [rules.line("CNY", "Call", "1", "0.03", "13") for _ in range(3)]
    assert sums(lines, "CNY", TaxRounding.PER_LINE).tax == yuan("0")
    by_rate = sums(lines, "CNY", TaxRounding.PER_RATE)
    assert by_rate.tax == yuan("0.01")
    assert [tax.minor for tax in line_taxes(lines, by_rate, TaxRounding.PER_RATE)] == [1, 0, 0]
