"""What a document with amounts says on paper: facts, lines, sums and paragraphs, written out in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.kernel.amounts import TaxRounding, Totals, totals
from domain.kernel.lines import LINE_KINDS, Line
from domain.kernel.money import Money
from tenancy.language import Language, translate, write_amount
from tenancy.refusals import message


@dataclass(frozen=True)
class Paper:
    """A document with amounts, ready to be set: every text is written out."""

    language: str
    title: str
    running_head: str
    # Labels and values at its head.
    facts: Sequence[tuple[str, str]]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    # Labels and amounts below the lines; the last one is what is to be paid.
    sums: Sequence[tuple[str, str]]
    # Headings and paragraphs.
    sections: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class QuotationText:
    """What a quotation's paper says, before it is written out."""

    number: str
    version: int
    title: str
    company: str
    customer: str
    contact: str
    currency: str
    terms: str
    valid_until_on: date | None
    lines: Sequence[Line]
    tax_rounding: TaxRounding = TaxRounding.PER_LINE


def quotation_paper(said: QuotationText, language: Language) -> Paper:
    """A quotation on paper, in a language."""

    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    names = {"number": said.number, "version": said.version}
    facts = [
        (write(message("Offered by")), said.company),
        (write(message("Offered to")), said.customer),
        (write(message("Attention")), said.contact),
    ]
    if said.valid_until_on is not None:
        until = write(message("{valid_until_on}, that day included"), {"valid_until_on": said.valid_until_on})
        facts.append((write(message("Valid until")), until))
    sections = [(write(message("Terms")), said.terms.split("\n"))] if said.terms else []
    return Paper(
        language=language.value,
        title=said.title,
        running_head=write(message("Quotation {number}, version {version}"), names),
        facts=facts,
        columns=columns(language),
        rows=[row(number, line, language) for number, line in enumerate(said.lines, start=1)],
        sums=sums_of(said.lines, said.currency, said.tax_rounding, language),
        sections=sections,
    )


def columns(language: Language) -> list[str]:
    """The heads of the columns of lines."""
    heads = (
        message("Line"),
        message("Item"),
        message("Quantity"),
        message("Unit price"),
        message("Discount"),
        message("Tax rate"),
        message("Net amount"),
    )
    return [translate(head, language) for head in heads]


def row(number: int, line: Line, language: Language) -> list[str]:
    """A line as the cells of its row."""
    amount = line.amount
    quantity = f"{plain(amount.quantity)} {line.unit}".strip()
    discount = f"{plain(amount.discount_percent)} %" if amount.discount_percent else ""
    return [
        str(number),
        f"{translate(LINE_KINDS[line.kind], language)}: {line.description}",
        quantity,
        _money(amount.unit_price, language),
        discount,
        f"{plain(amount.tax_percent)} %",
        _money(amount.net, language),
    ]


def sums_of(lines: Sequence[Line], currency: str, rounding: TaxRounding, language: Language) -> list[tuple[str, str]]:
    """What lines come to, as labels and amounts: the discount where there is one, the tax by rate, the whole."""
    return sums_said(totals((line.amount for line in lines), currency, rounding), language)


def sums_said(found: Totals, language: Language) -> list[tuple[str, str]]:
    """As `sums_of`, of what is stated already."""
    told = []
    if found.discount.minor:
        told.append((translate(message("Before discount"), language), _money(found.gross, language)))
        told.append((translate(message("Discount"), language), _money(-found.discount, language)))
    told.append((translate(message("Net amount"), language), _money(found.net, language)))
    for rate in found.rates:
        label = translate(message("Tax of {percent} %"), language, {"percent": plain(rate.tax_percent)})
        told.append((label, _money(rate.tax, language)))
    told.append((translate(message("Total amount"), language), _money(found.total, language)))
    return told


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing."""
    return f"{number.normalize():f}"


def _money(amount: Money, language: Language) -> str:
    return write_amount(amount.decimal, amount.currency, language)
