"""Money: exact, in one currency, rounded once and where it can be seen."""

import operator
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.kernel.money import MAX_MINOR, Money, exponent
from tenancy.refusals import Invalid

minors = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any)


def test_an_amount_is_counted_in_the_currency_s_smallest_unit() -> None:
    assert Money.of("1234.5", "CNY") == Money(123450, "CNY")
    assert Money.of(Decimal("1234"), "JPY") == Money(1234, "JPY")
    assert Money.of("1.234", "KWD") == Money(1234, "KWD")
    assert Money.of(7, "EUR") == Money(700, "EUR")
    assert Money.of(Decimal("1.500e3"), "EUR") == Money(150000, "EUR")
    assert Money.of(Decimal("0e999999999"), "EUR") == Money.of("-0.000", "EUR") == Money.zero("EUR")
    assert Money(-5, "CNY").decimal == Decimal("-0.05")
    assert str(Money(123450, "CNY")) == "1234.50 CNY"


def test_decimals_follow_iso_4217_and_not_what_a_locale_displays() -> None:
    assert [exponent(currency) for currency in ("IQD", "LBP", "AFN", "TWD", "CLF", "KRW")] == [3, 2, 2, 2, 4, 0]


@pytest.mark.parametrize(
    ("amount", "currency", "complaint"),
    [
        ("1.005", "CNY", "CNY has 2 decimals; 1.005 has more"),
        ("0.5", "JPY", "JPY has 0 decimals"),
        ("1", "XYZ", "“XYZ” is not a currency"),
        ("1", "cny", "“cny” is not a currency"),
        ("1", "XAU", "“XAU” is not a currency"),
        ("", "CNY", "“” is not a number"),
        ("ten", "CNY", "“ten” is not a number"),
        ("NaN", "CNY", "“NaN” is not a number"),
        ("Infinity", "CNY", "“Infinity” is not a number"),
        ("99999999999999999999", "CNY", "larger than can be handled"),
        ("-0.00001", "CNY", "CNY has 2 decimals"),
        *((text, "CNY", "is not a number") for text in ("1e999999999", "1e-5", "1e12", "1E2", "1_000", "1,000", "+5")),
        *(
            (text, "CNY", "is not a number")
            for text in (" 5", "5 ", "5\n", "5.", ".5", "-", "--5", "０.５", "٣", "0x1")
        ),
        ("9" * 21, "CNY", "too many digits"),
        ("10000000000000.01", "CNY", "larger than can be handled"),
        ("1." + "0" * 80 + "1", "CNY", "too many digits"),
    ],
)
def test_an_amount_that_is_none_is_refused(amount: str, currency: str, complaint: str) -> None:
    with pytest.raises(Invalid) as caught:
        Money.of(amount, currency)
    assert complaint in str(caught.value)


def test_amounts_of_one_currency_add_and_compare() -> None:
    assert Money(150, "CNY") + Money(50, "CNY") - Money(20, "CNY") == Money(180, "CNY")
    assert Money(150, "CNY") * 3 == 3 * Money(150, "CNY") == Money(450, "CNY")
    assert -Money(150, "CNY") < Money.zero("CNY") <= Money(0, "CNY") < Money(1, "CNY")
    assert Money.total([Money(1, "CNY"), Money(2, "CNY")], "CNY") == Money(3, "CNY")
    assert Money.total([], "EUR") == Money(0, "EUR")


def test_amounts_of_two_currencies_are_different_and_never_mixed() -> None:
    yuan, euro = Money(100, "CNY"), Money(100, "EUR")
    assert yuan != euro
    for mix in (operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(Invalid, match="CNY and in EUR"):
            mix(yuan, euro)


def test_an_amount_is_not_multiplied_by_a_fraction() -> None:
    with pytest.raises(TypeError):
        Money(100, "CNY") * 1.5  # type: ignore[operator]  # the wrong type is the subject


def test_amounts_are_bounded() -> None:
    most = Money(MAX_MINOR, "CNY")
    with pytest.raises(Invalid, match="larger than can be handled"):
        most + Money(1, "CNY")
    with pytest.raises(Invalid, match="larger than can be handled"):
        most * -2
    with pytest.raises(Invalid, match="larger than can be handled"):
        most.percent(Decimal("1e14"))
    with pytest.raises(Invalid, match="is not a number"):
        most.percent(Decimal("1e999999999"))


def test_a_percentage_is_rounded_half_up_and_away_from_zero() -> None:
    assert Money(1050, "CNY").percent(Decimal(5)) == Money(53, "CNY")
    assert Money(-1050, "CNY").percent(Decimal(5)) == Money(-53, "CNY")
    assert Money(1050, "CNY").percent(Decimal(5), ROUND_DOWN) == Money(52, "CNY")
    assert Money(10000, "CNY").percent(Decimal("13")) == Money(1300, "CNY")


def test_interest_is_simple_and_by_the_day_of_a_year_of_365() -> None:
    assert Money(1_000_000, "CNY").interest(Decimal("3.65"), 10) == Money(1000, "CNY")
    assert Money(1_000_000, "CNY").interest(Decimal("3.65"), 0) == Money(0, "CNY")
    with pytest.raises(Invalid, match="negative number of days"):
        Money(1, "CNY").interest(Decimal(1), -1)


def test_what_does_not_divide_goes_to_the_parts_that_lose_most() -> None:
    assert Money(100, "CNY").allocate([1, 1, 1]) == (Money(34, "CNY"), Money(33, "CNY"), Money(33, "CNY"))
    assert Money(100, "CNY").allocate([1, 5]) == (Money(17, "CNY"), Money(83, "CNY"))
    assert Money(5, "CNY").allocate([0, 1, 1]) == (Money(0, "CNY"), Money(3, "CNY"), Money(2, "CNY"))
    for senseless in ([], [0, 0], [2, -1]):
        with pytest.raises(Invalid, match="Shares"):
            Money(100, "CNY").allocate(senseless)


def test_an_amount_inside_a_clause_goes_through_json_and_complains_in_its_place() -> None:
    fees = TypeAdapter(dict[str, Money])
    assert fees.validate_json(fees.dump_json({"fee": Money(500, "CNY")})) == {"fee": Money(500, "CNY")}
    with pytest.raises(ValidationError, match="“XXX” is not a currency") as caught:
        fees.validate_python({"fee": {"minor": 500, "currency": "XXX"}})
    assert caught.value.errors()[0]["loc"] == ("fee",)


@given(minors, weights)
def test_shares_add_up_to_the_whole_and_are_fair_to_a_minor_unit(minor: int, shares: list[int]) -> None:
    parts = Money(minor, "CNY").allocate(shares)
    assert Money.total(parts, "CNY") == Money(minor, "CNY")
    for part, share in zip(parts, shares, strict=True):
        assert abs(part.minor * sum(shares) - minor * share) < sum(shares)
        assert share or part.minor == 0


@given(minors, st.sampled_from(["CNY", "JPY", "KWD", "CLF"]))
def test_an_amount_written_out_reads_back(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert Money.of(amount.decimal, currency) == amount
    assert Money.of(f"{amount.decimal:f}", currency) == amount
