"""What lines come to: every stated part is rounded once, and the stated parts always add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.amounts import LineAmount, TaxRounding, read_line, totals
from domain.kernel.money import Money
from tenancy.refusals import Invalid

_percents = st.decimals(min_value=0, max_value=100, places=4)
_lines = st.builds(
    LineAmount,
    quantity=st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3),
    unit_price=st.integers(min_value=0, max_value=10**7).map(lambda minor: Money(minor, "CNY")),
    discount_percent=_percents,
    tax_percent=st.sampled_from([Decimal(0), Decimal("6.00"), Decimal(6), Decimal(9), Decimal(13)]),
)


@given(st.lists(_lines, max_size=20), st.sampled_from(TaxRounding))
def test_the_stated_parts_always_add_up_to_the_whole(lines: list[LineAmount], rounding: TaxRounding) -> None:
    found = totals(lines, "CNY", rounding)
    assert found.gross - found.discount == found.net
    assert found.net == Money.total((line.net for line in lines), "CNY")
    assert found.net == Money.total((rate.net for rate in found.rates), "CNY")
    assert found.tax == Money.total((rate.tax for rate in found.rates), "CNY")
    assert found.total == found.net + found.tax


@given(st.lists(_lines, min_size=1, max_size=20))
def test_the_two_roundings_differ_by_half_a_unit_a_line_at_most(lines: list[LineAmount]) -> None:
    by_line, by_rate = totals(lines, "CNY", TaxRounding.PER_LINE), totals(lines, "CNY", TaxRounding.PER_RATE)
    assert abs(by_line.tax.minor - by_rate.tax.minor) * 2 <= len(lines) + len(by_rate.rates)
    assert by_line.net == by_rate.net


@given(_lines)
def test_a_line_never_costs_less_than_nothing_or_more_than_without_its_discount(line: LineAmount) -> None:
    assert 0 <= line.net.minor <= line.gross.minor
    assert line.discount + line.net == line.gross


@given(st.lists(_lines, max_size=8), st.randoms())
def test_the_order_of_lines_changes_nothing(lines: list[LineAmount], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert totals(shuffled, "CNY") == totals(lines, "CNY")


def test_three_lines_of_one_third_show_where_the_tax_is_rounded() -> None:
    third = LineAmount(Decimal(1), Money(33, "CNY"), tax_percent=Decimal(13))
    assert totals([third] * 3, "CNY", TaxRounding.PER_LINE).tax == Money(12, "CNY")
    assert totals([third] * 3, "CNY", TaxRounding.PER_RATE).tax == Money(13, "CNY")


def test_rates_are_told_apart_by_value_and_not_by_how_they_are_written() -> None:
    lines = [LineAmount(Decimal(1), Money(100, "CNY"), tax_percent=rate) for rate in (Decimal("6.00"), Decimal(6))]
    assert [rate.net.minor for rate in totals([*lines, LineAmount(Decimal(1), Money(7, "CNY"))], "CNY").rates] == [
        200,
        7,
    ]


def test_the_discount_of_the_whole_is_stated_in_per_cent() -> None:
    lines = [LineAmount(Decimal(1), Money(10_000, "CNY"), Decimal(10)), LineAmount(Decimal(1), Money(20_000, "CNY"))]
    assert totals(lines, "CNY").discount_percent == Decimal("3.3333")
    assert totals([], "CNY").discount_percent == 0


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(Invalid):
        totals([LineAmount(Decimal(1), Money(1, "EUR"))], "CNY")


@pytest.mark.parametrize(
    ("given_", "place"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1.0001"}, "quantity"),
        ({"quantity": "1e3"}, "quantity"),
        ({"quantity": "1000001"}, "quantity"),
        ({"unit_price": "-0.01"}, "unitPrice"),
        ({"unit_price": "0.001"}, "unitPrice"),
        ({"quantity": "1000000", "unit_price": "1000000000000"}, "unitPrice"),
        ({"discount_percent": "100.1"}, "discountPercent"),
        ({"tax_percent": "-1"}, "taxPercent"),
        ({"tax_percent": "1_0"}, "taxPercent"),
    ],
)
def test_bad_lines_are_refused_at_the_part_at_fault(given_: dict[str, str], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_line("CNY", **({"quantity": "1", "unit_price": "1"} | given_), path=("lines", "0"))
    assert refused.value.path == ("lines", "0", place)


def test_a_total_of_more_than_can_be_handled_is_refused() -> None:
    line = read_line("CNY", quantity="1", unit_price="1000000000000")
    assert totals([line], "CNY").total == Money(10**14, "CNY")
    with pytest.raises(Invalid):
        totals([line, read_line("CNY", quantity="1", unit_price="0.01")], "CNY")
