"""What the report of a visit on site says on paper, written out in one language (RQ-7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.kernel.money import Money
from domain.presales.rules.papers import Paper, plain
from domain.requests.rules.visits import SITE_VISITS, SiteVisitState
from tenancy.language import Language, translate, write_amount
from tenancy.refusals import message

Write = Callable[..., str]
"""Writes a marked text out in one language, with its values."""
Used = tuple[str, str, Decimal, str, int | None, str | None]
"""A part: its number, name, quantity and serial number, and what one costs, in the smallest unit of a currency."""


@dataclass(frozen=True)
class ReportText:
    """What the paper of a visit says, before it is written out."""

    number: str
    request_number: str
    title: str
    state: SiteVisitState
    company: str
    customer: str
    contact: str
    engineer: str
    site: str
    # By whose clocks instants are told.
    zone: str
    starts_at: datetime
    ends_at: datetime
    checked_in_at: datetime | None
    ended_at: datetime | None
    purpose: str
    found: str
    done: str
    reason: str
    parts: Sequence[Used]
    signed_at: datetime | None
    signer_name: str
    digest: str | None


def report_paper(said: ReportText, language: Language) -> Paper:
    """The report of a visit on paper, in a language."""

    def write(text: str, values: dict[str, object] | None = None) -> str:
        return translate(text, language, values, zone=ZoneInfo(said.zone))

    heads = (
        message("Line"),
        message("Item"),
        message("Part number"),
        message("Serial number"),
        message("Quantity"),
        message("Unit price"),
        message("Amount"),
    )
    return Paper(
        language=language.value,
        title=said.title,
        running_head=write(message("Visit report {number}"), {"number": said.number}),
        facts=_facts(said, write),
        columns=[write(head) for head in heads],
        rows=[_row(place, part, language) for place, part in enumerate(said.parts, start=1)],
        sums=_sums(said, write, language),
        sections=_sections(said, write),
    )


def _facts(said: ReportText, write: Write) -> list[tuple[str, str]]:
    between = write(message("{starts_at} to {ends_at}"), {"starts_at": said.starts_at, "ends_at": said.ends_at})
    facts = [
        (write(message("Request")), said.request_number),
        (write(message("State")), write(SITE_VISITS.state_labels[said.state])),
        (write(message("Carried out by")), f"{said.engineer}, {said.company}"),
        (write(message("Customer")), ", ".join(filter(None, (said.customer, said.contact)))),
        (write(message("Place")), said.site),
        (write(message("Planned")), between),
    ]
    if said.checked_in_at is not None:
        facts.append((write(message("On site since")), write("{at}", {"at": said.checked_in_at})))
    if said.ended_at is not None:
        facts.append((write(message("Ended")), write("{at}", {"at": said.ended_at})))
    return facts


def _row(place: int, part: Used, language: Language) -> list[str]:
    part_number, name, quantity, serial_number, minor, currency = part
    price = amount = ""
    if minor is not None and currency is not None:
        price = write_amount(Money(minor, currency).decimal, currency, language)
        amount = write_amount(_amount(quantity, minor, currency).decimal, currency, language)
    return [str(place), name, part_number, serial_number, plain(quantity), price, amount]


def _amount(quantity: Decimal, minor: int, currency: str) -> Money:
    return Money(int((quantity * minor).quantize(Decimal(1), rounding="ROUND_HALF_UP")), currency)


def _sums(said: ReportText, write: Write, language: Language) -> list[tuple[str, str]]:
    priced = [
        _amount(quantity, minor, currency)
        for _, _, quantity, _, minor, currency in said.parts
        if minor is not None and currency is not None
    ]
    if not priced:
        return []
    total = Money(sum(each.minor for each in priced), priced[0].currency)
    return [(write(message("Parts, before tax")), write_amount(total.decimal, total.currency, language))]


def _sections(said: ReportText, write: Write) -> list[tuple[str, Sequence[str]]]:
    told = (
        (message("What was to be done"), said.purpose),
        (message("What was found"), said.found),
        (message("What was done"), said.done),
        (message("Why it was moved or did not take place"), said.reason),
    )
    sections: list[tuple[str, Sequence[str]]] = [(write(head), text.split("\n")) for head, text in told if text]
    lines = [write(message("Not signed."))]
    if said.signed_at is not None:
        what = message("Fingerprint of what was signed (SHA-256): {digest}")
        lines = [
            write("{name}, {signed_at}", {"name": said.signer_name, "signed_at": said.signed_at}),
            write(what, {"digest": said.digest}),
        ]
    return [*sections, (write(message("Signature of the customer")), lines)]
