"""Invoices and credit notes as EN 16931 has them, and the rules of that standard which their amounts have to keep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.billing.rules.parties import Particulars
from domain.kernel.amounts import RateTotal
from domain.kernel.money import Money, exponent
from domain.policies.rules.kinds.money import ZeroRate
from tenancy.refusals import Invalid, Refusal, WrongState, message


class DocumentKind(StrEnum):
    """What is written: the codes are those of UNTDID 1001."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


# Units as people write them, by their codes of UN/ECE Recommendation 20.
_UNITS: Mapping[str, Sequence[str]] = {
    "C62": (
        "",
        "one",
        "unit",
        "licence",
        "license",
        "user",
        "项",
        "項",
        "套",
        "份",
        "个",
        "個",
        "次",
        "人",
        "用户",
        "用戶",
    ),
    "H87": ("piece", "pieces", "pc", "pcs", "件", "台", "臺"),
    "MIN": ("minute", "minutes", "min", "分钟", "分鐘"),
    "HUR": ("hour", "hours", "h", "person-hour", "person-hours", "小时", "小時", "人时", "人時", "工时", "工時"),
    "DAY": ("day", "days", "person-day", "person-days", "天", "日", "人天", "人日"),
    "WEE": ("week", "weeks", "周", "週", "星期"),
    "MON": ("month", "months", "person-month", "person-months", "月", "个月", "個月", "人月"),
    "QAN": ("quarter", "quarters", "季", "季度"),
    "ANN": ("year", "years", "年"),
    "KMT": ("km", "kilometre", "kilometres", "公里"),
    "AD": ("byte",),
    "4L": ("mb", "megabyte"),
    "E34": ("gb", "gigabyte"),
}
_CODES = {word: code for code, words in _UNITS.items() for word in words}
# “As agreed”: what people write stands beside it.
AS_AGREED = "ZZ"


def unit_code(unit: str) -> str:
    """The code of a unit by UN/ECE Recommendation 20; ZZ, as agreed, for words that it has not."""
    return _CODES.get(unit.strip().lower(), AS_AGREED)


@dataclass(frozen=True)
class StatedLine:
    """One line as it was booked; the discount is taken off already in `net`."""

    description: str
    unit: str
    quantity: Decimal
    unit_price: Money
    discount: Money
    net: Money
    tax_percent: Decimal


@dataclass(frozen=True)
class Stated:
    """What an invoice or a credit note states, as it was booked."""

    kind: DocumentKind
    number: str
    issued_on: date
    due_on: date | None
    currency: str
    contract_number: str
    # Of a credit note: which invoice it takes something of, and when that was issued.
    credited_number: str
    credited_on: date | None
    note: str
    seller: Particulars
    buyer: Particulars
    lines: Sequence[StatedLine]
    rates: Sequence[RateTotal]
    net: Money
    tax: Money
    total: Money
    # How lines without tax are to be understood, and why there is none.
    zero_rate: ZeroRate = ZeroRate.ZERO
    exemption_reason: str = ""
    # To which account of the seller it is paid: its IBAN or number; empty where none is known.
    account: str = ""

    def category(self, percent: Decimal) -> str:
        """The tax category of a rate, by its code of UNTDID 5305."""
        return "S" if percent else self.zero_rate.code


def check(stated: Stated) -> None:
    """Refuse what EN 16931 would refuse. Raises `Invalid` with the place of a particular that is missing, and
    `WrongState` with the code E_INVOICE and the rule for amounts that don't fit together."""
    for place, needed, given in _needed(stated):
        if needed and not given:
            text = message("An e-invoice needs this particular: {field}.")
            raise Invalid(text, {"field": ".".join(place)}, place, code="PARTICULARS_MISSING")
    if exponent(stated.currency) > 2:
        raise _broken("BR-DEC-09")
    for rule, holds in RULES.items():
        if not holds(stated):
            raise _broken(rule)


def _needed(stated: Stated) -> Iterable[tuple[tuple[str, str], bool, str]]:
    for side, particulars in (("seller", stated.seller), ("buyer", stated.buyer)):
        yield (side, "legalName"), True, particulars.legal_name
        yield (side, "country"), True, particulars.country
    yield ("seller", "taxNumber"), True, stated.seller.tax_number
    reverse = stated.zero_rate is ZeroRate.REVERSE_CHARGE and any(not rate.tax_percent for rate in stated.rates)
    yield ("buyer", "taxNumber"), reverse, stated.buyer.tax_number


def _broken(rule: str) -> Refusal:
    text = message("This can't be written as an e-invoice: it breaks the rule {rule} of EN 16931.")
    return WrongState(text, {"rule": rule}, code="E_INVOICE")


def _sum(amounts: Iterable[Money], stated: Stated) -> Money:
    return Money.total(amounts, stated.currency)


def _lines_by_rate(stated: Stated) -> bool:
    return {rate.tax_percent for rate in stated.rates} >= {line.tax_percent for line in stated.lines} and all(
        rate.net == _sum((line.net for line in stated.lines if line.tax_percent == rate.tax_percent), stated)
        for rate in stated.rates
    )


def _tax_of_rates(stated: Stated) -> bool:
    """The tax of a rate is that share of its net; where it was rounded by line, it may be off by less than one whole
    unit of the currency, as the standard's own checks have it."""
    whole = 10 ** exponent(stated.currency)
    return all(abs(rate.tax.minor - rate.net.percent(rate.tax_percent).minor) < whole for rate in stated.rates)


RULES: Mapping[str, Callable[[Stated], bool]] = {
    "BR-16": lambda stated: bool(stated.lines),
    "BR-CO-10": lambda stated: _sum((line.net for line in stated.lines), stated) == stated.net,
    "BR-CO-13": lambda stated: _sum((rate.net for rate in stated.rates), stated) == stated.net,
    "BR-CO-14": lambda stated: _sum((rate.tax for rate in stated.rates), stated) == stated.tax,
    "BR-CO-15": lambda stated: stated.net + stated.tax == stated.total,
    "BR-CO-17": _tax_of_rates,
    "BR-CO-18": lambda stated: bool(stated.rates),
    "BR-S-08": _lines_by_rate,
    "BR-CO-25": lambda stated: (
        stated.total.minor <= 0 or stated.due_on is not None or stated.kind is DocumentKind.CREDIT_NOTE
    ),
    "BR-E-10": lambda stated: (
        all(rate.tax_percent for rate in stated.rates)
        or stated.zero_rate is ZeroRate.ZERO
        or bool(stated.exemption_reason)
    ),
}
"""The rules of EN 16931 on amounts, by their names there; BR-CO-16 holds by itself, as nothing is prepaid."""
