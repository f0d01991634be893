"""Invoices by a contract's schedule: how each instalment's net amount and tax are divided among the tax rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.kernel.amounts import PERCENT_PLACES, LineAmount, RateTotal, Totals
from domain.kernel.lines import Line, LineKind
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Part:
    """What one tax rate has in the whole of a contract's fees, and what it is for."""

    kind: LineKind
    rate: RateTotal


def parts_of(lines: Sequence[Line], found: Totals) -> list[Part]:
    """The parts of what a quotation offered: a kind is named where all lines of a rate are of it."""
    parts = []
    for rate in found.rates:
        kinds = {line.kind for line in lines if line.amount.tax_percent == rate.tax_percent}
        parts.append(Part(kinds.pop() if len(kinds) == 1 else LineKind.OTHER, rate))
    return parts


def one_part(net: Money, tax: Money) -> list[Part]:
    """Fees that were agreed as net amount and tax: the shortest rate that makes the one of the other."""
    exact = Decimal(tax.minor) * 100 / net.minor
    for places in range(PERCENT_PLACES + 1):
        percent = round(exact, places)
        if net.percent(percent) == tax:
            break
    return [Part(LineKind.OTHER, RateTotal(percent.normalize() + 0, net, tax))]


def divided(parts: Sequence[Part], schedule: Sequence[tuple[Money, Money]]) -> list[list[Part]]:
    """Of each instalment, given as net and tax, what falls on which rate.

    Every instalment comes to what the contract says, and where the fees are still those of the parts, so does every
    rate over all of them, to the cent. Rates on which nothing falls are left out.
    """
    currency = schedule[0][0].currency
    net = _scaled([part.rate.net for part in parts], Money.total((each for each, _ in schedule), currency))
    tax = _scaled([part.rate.tax for part in parts], Money.total((each for _, each in schedule), currency))
    found = []
    for its_net, its_tax in schedule:
        nets, taxes = _taken(its_net, net), _taken(its_tax, tax)
        each = [
            Part(part.kind, RateTotal(part.rate.tax_percent, one, other))
            for part, one, other in zip(parts, nets, taxes, strict=True)
            if one.minor or other.minor
        ]
        found.append(each)
    return found


def _scaled(parts: Sequence[Money], whole: Money) -> list[int]:
    weights = [part.minor for part in parts]
    return [each.minor for each in whole.allocate(weights if any(weights) else [1] * len(weights))]


def _taken(amount: Money, left: list[int]) -> list[Money]:
    """An amount in proportion to what is left, which becomes less by it."""
    shares = amount.allocate(left) if any(left) else [Money.zero(amount.currency)] * len(left)
    for place, share in enumerate(shares):
        left[place] -= share.minor
    return list(shares)


def lines_of(parts: Sequence[Part], description: str) -> tuple[list[Line], Totals]:
    """The lines of an instalment's invoice, one for each rate, and what they come to."""
    nothing = Decimal(0)
    lines = [
        Line(part.kind, description, "", LineAmount(Decimal(1), part.rate.net, nothing, part.rate.tax_percent))
        for part in parts
    ]
    rates = tuple(part.rate for part in sorted(parts, key=lambda part: -part.rate.tax_percent))
    currency = rates[0].net.currency
    net = Money.total((rate.net for rate in rates), currency)
    tax = Money.total((rate.tax for rate in rates), currency)
    return lines, Totals(gross=net, discount=Money.zero(currency), net=net, tax=tax, rates=rates)
