"""Credit notes: what is left of an invoice to be credited by tax rate, and how an amount is divided among these."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.kernel.amounts import RateTotal
from domain.kernel.money import Money
from tenancy.refusals import Invalid, WrongState, message

AMOUNT, RATE = ("amount",), ("taxPercent",)


def left(billed: Iterable[RateTotal], credited: Iterable[RateTotal]) -> list[RateTotal]:
    """What remains of each rate of an invoice after the credit notes that there are, without rates of nothing."""
    found = {rate.tax_percent.normalize(): rate for rate in billed}
    for each in credited:
        rate = found[each.tax_percent.normalize()]
        found[rate.tax_percent.normalize()] = RateTotal(rate.tax_percent, rate.net - each.net, rate.tax - each.tax)
    return [rate for rate in found.values() if rate.net.minor or rate.tax.minor]


def shares(remaining: Sequence[RateTotal], amount: Money | None, tax_percent: Decimal | None) -> list[RateTotal]:
    """What a credit note takes off each rate: an amount with tax, or all that remains where none is given.

    It is divided in proportion to what remains, so that whatever is credited in parts comes to the whole to the cent.
    With a rate only its lines are credited. Refuses nothing, another currency, a rate that is not on the invoice, and
    more than remains, naming what that is.
    """
    if not remaining:
        raise WrongState(message("All of this invoice was credited already."), path=("invoiceId",))
    if tax_percent is not None:
        remaining = [rate for rate in remaining if rate.tax_percent == tax_percent]
        if not remaining:
            text = message("Nothing is left to be credited of lines with a tax of {percent} %.")
            raise Invalid(text, {"percent": f"{tax_percent.normalize():f}"}, RATE)
    currency = remaining[0].net.currency
    whole = Money.total((rate.net + rate.tax for rate in remaining), currency)
    if amount is None:
        return list(remaining)
    if amount.currency != currency:
        text = message("The invoice is in {currency}: it can only be credited in that currency.")
        raise Invalid(text, {"currency": currency}, (*AMOUNT, "currency"))
    if amount.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, AMOUNT)
    if amount > whole:
        text = message("{left} of this invoice is left to be credited; no more than that is possible.")
        raise Invalid(text, {"left": str(whole)}, AMOUNT)
    parts = amount.allocate([(rate.net + rate.tax).minor for rate in remaining])
    found = []
    for rate, part in zip(remaining, parts, strict=True):
        if part.minor:
            net, tax = part.allocate([rate.net.minor, rate.tax.minor])
            found.append(RateTotal(rate.tax_percent, net, tax))
    return found


def total(rates: Iterable[RateTotal], currency: str) -> RateTotal:
    """What several rates come to together; its own rate says nothing."""
    several = list(rates)
    net = Money.total((rate.net for rate in several), currency)
    return RateTotal(Decimal(0), net, Money.total((rate.tax for rate in several), currency))
