"""The lines of quotations, contracts and invoices: what is offered or billed, how much of it, and at which price."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.amounts import LineAmount, TaxRounding, Totals, read_line, totals
from domain.kernel.money import Money
from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

MOST_LINES = 100
DESCRIPTION_LENGTH, UNIT_LENGTH = 500, 40


class LineKind(StrEnum):
    """What a line is for."""

    LICENCE = "licence"
    IMPLEMENTATION = "implementation"
    DEVELOPMENT = "development"
    OPERATIONS = "operations"
    SUPPORT = "support"
    TRAINING = "training"
    CONSULTING = "consulting"
    HARDWARE = "hardware"
    TRAVEL = "travel"
    OTHER = "other"


LINE_KINDS = {
    LineKind.LICENCE: message("Licence"),
    LineKind.IMPLEMENTATION: message("Implementation"),
    LineKind.DEVELOPMENT: message("Development"),
    LineKind.OPERATIONS: message("Operations"),
    LineKind.SUPPORT: message("Support"),
    LineKind.TRAINING: message("Training"),
    LineKind.CONSULTING: message("Consulting"),
    LineKind.HARDWARE: message("Hardware"),
    LineKind.TRAVEL: message("Travel"),
    LineKind.OTHER: message("Other"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, checked."""

    kind: LineKind
    description: str
    # What one is, such as “person-day”; empty for a lump sum.
    unit: str
    amount: LineAmount

    def plain(self) -> dict[str, object]:
        """The line as JSON, from which the fingerprint of what is approved is made."""
        return {
            "kind": self.kind.value,
            "description": self.description,
            "unit": self.unit,
            "quantity": f"{self.amount.quantity.normalize():f}",
            "unit_price_minor": self.amount.unit_price.minor,
            "discount_percent": f"{self.amount.discount_percent.normalize():f}",
            "tax_percent": f"{self.amount.tax_percent.normalize():f}",
        }


def line(
    currency: str,
    kind: LineKind,
    description: str,
    *,
    unit_price: str,
    quantity: str = "1",
    unit: str = "",
    discount_percent: str = "0",
    tax_percent: str = "0",
    path: tuple[str, ...] = (),
) -> Line:
    """A line from what somebody wrote; numbers are decimal text. Raises `Invalid` with the path of what is at fault."""
    return Line(
        kind,
        one_line(description, DESCRIPTION_LENGTH, *path, "description"),
        one_line(unit, UNIT_LENGTH, *path, "unit", may_be_empty=True),
        read_line(
            currency,
            quantity=quantity,
            unit_price=unit_price,
            discount_percent=discount_percent,
            tax_percent=tax_percent,
            path=path,
        ),
    )


def sums(lines: Sequence[Line], currency: str, rounding: TaxRounding = TaxRounding.PER_LINE) -> Totals:
    """What lines come to. Refuses no lines, too many, and a total of nothing or above 10^14 minor units."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid(message("There are 1 to {most} lines."), {"most": MOST_LINES}, ("lines",))
    try:
        found = totals((each.amount for each in lines), currency, rounding)
    except Invalid as refusal:
        refusal.path = ("lines",)
        raise
    if found.total.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, ("lines",))
    return found


def line_taxes(lines: Sequence[Line], found: Totals, rounding: TaxRounding) -> list[Money]:
    """The tax that each line states: with the others of its rate it comes to the rate's tax exactly."""
    if rounding is TaxRounding.PER_LINE:
        return [each.amount.tax for each in lines]
    stated: dict[int, Money] = {}
    for rate in found.rates:
        places = [place for place, each in enumerate(lines) if each.amount.tax_percent == rate.tax_percent]
        weights = [lines[place].amount.net.minor for place in places]
        shares = rate.tax.allocate(weights) if any(weights) else [rate.tax] * len(places)
        stated.update(zip(places, shares, strict=True))
    return [stated[place] for place in range(len(lines))]
