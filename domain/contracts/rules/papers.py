"""What a contract says on paper, with all that was agreed since, written out in one language (CT-1, CT-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contracts.rules import CONTRACTS, ContractState, Trigger
from domain.kernel.money import Money
from domain.presales.rules.papers import Paper, plain
from tenancy.language import Language, in_language, translate, write_amount
from tenancy.refusals import message

TRIGGERS = {
    Trigger.SIGNING: message("on signing"),
    Trigger.DATE: message("on {due_on}"),
    Trigger.MILESTONE: message("with its milestone"),
    Trigger.ACCEPTANCE: message("on acceptance"),
}


@dataclass(frozen=True)
class Due:
    """One instalment."""

    # In three languages.
    name: Mapping[str, str]
    trigger: Trigger
    due_on: date | None
    share_percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True)
class Counted:
    """What one unit of something that is counted costs."""

    name: str
    unit: str
    price: Money
    tax_percent: Decimal


@dataclass(frozen=True)
class Agreed:
    """A supplementary agreement that was signed."""

    number: str
    title: str
    effective_on: date
    signed_on: date
    digest: str


@dataclass(frozen=True)
class ContractText:
    """What a contract's paper says, before it is written out; dates and texts are those that hold now."""

    number: str
    title: str
    state: ContractState
    own_party: str
    customer_party: str
    scope: str
    acceptance_standard: str
    liability: str
    starts_on: date
    ends_on: date | None
    notice_days: int
    renewal_months: int | None
    schedule: Sequence[Due]
    net: Money
    tax: Money
    amendments: Sequence[Agreed]
    rates: Sequence[Counted]
    billing_months: int | None
    # Of what was approved, and signed if it was; None while it is written.
    digest: str | None
    signed_on: date | None
    own_signatory: str
    customer_signatory: str


def contract_paper(said: ContractText, language: Language) -> Paper:
    """A contract on paper, in a language."""

    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    return Paper(
        language=language.value,
        title=said.title,
        running_head=write(message("Contract {number}"), {"number": said.number}),
        facts=_facts(said, language),
        columns=[
            write(head)
            for head in (
                message("Line"),
                message("Instalment"),
                message("Falls due"),
                message("Share"),
                message("Net amount"),
                message("Tax"),
                message("Total amount"),
            )
        ],
        rows=[_row(number, due, language) for number, due in enumerate(said.schedule, start=1)],
        sums=[
            (write(message("Net amount")), _money(said.net, language)),
            (write(message("Tax")), _money(said.tax, language)),
            (write(message("Total amount")), _money(said.net + said.tax, language)),
        ],
        sections=_sections(said, language),
    )


def _facts(said: ContractText, language: Language) -> list[tuple[str, str]]:
    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    days = {"starts_on": said.starts_on, "ends_on": said.ends_on, "days": said.notice_days}
    term = message("from {starts_on} on, until one side ends it")
    if said.ends_on is not None:
        term = message("from {starts_on} to {ends_on}")
    facts = [
        (write(message("Company")), said.own_party),
        (write(message("Customer")), said.customer_party),
        (write(message("Term")), write(term, days)),
        (write(message("Notice")), write(message("{days} days ahead of the last day"), days)),
    ]
    if said.renewal_months:
        text = write(message("by {months} months unless notice is given in time"), {"months": said.renewal_months})
        facts.append((write(message("Renewal")), text))
    facts.append((write(message("State")), write(CONTRACTS.state_labels[said.state])))
    return facts


def _sections(said: ContractText, language: Language) -> list[tuple[str, list[str]]]:
    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    texts = {
        message("Scope"): said.scope,
        message("Acceptance"): said.acceptance_standard,
        message("Liability"): said.liability,
    }
    found = [(write(heading), text.split("\n")) for heading, text in texts.items() if text]
    if said.rates:
        lines = [
            write(message("Billed every {months} months, on top of the fees above."), {"months": said.billing_months})
        ]
        for rate in said.rates:
            text = message("{name}: {price} for {unit}, with {percent} % tax on top")
            values = {"name": rate.name, "unit": rate.unit, "percent": plain(rate.tax_percent)}
            lines.append(write(text, {**values, "price": _money(rate.price, language)}))
        found.insert(0, (write(message("What is counted")), lines))
    if said.amendments:
        lines = []
        for each in said.amendments:
            text = message("{number}, {title}: signed on {signed_on}, holds from {effective_on}.")
            values = {"number": each.number, "title": each.title}
            lines.append(write(text, {**values, "signed_on": each.signed_on, "effective_on": each.effective_on}))
            lines.append(write(message("Fingerprint: {digest}"), {"digest": each.digest}))
        found.append((write(message("Amendments")), lines))
    if said.signed_on is not None and said.digest is not None:
        text = message("Signed on {signed_on}: {own} for {own_party}, {customer} for {customer_party}.")
        names = {"own": said.own_signatory, "customer": said.customer_signatory}
        parties = {"own_party": said.own_party, "customer_party": said.customer_party}
        lines = [write(text, {"signed_on": said.signed_on, **names, **parties})]
        what = message("Fingerprint of what was signed (SHA-256): {digest}")
        found.append((write(message("Signatures")), [*lines, write(what, {"digest": said.digest})]))
    elif said.digest is not None:
        text = message("Not signed yet. Fingerprint of what was approved (SHA-256): {digest}")
        found.append((write(message("Signatures")), [write(text, {"digest": said.digest})]))
    else:
        text = message("This is a draft that is neither approved nor signed.")
        found.append((write(message("Signatures")), [write(text)]))
    return found


def _row(number: int, due: Due, language: Language) -> list[str]:
    values = {"due_on": due.due_on} if due.due_on is not None else {}
    return [
        str(number),
        in_language(due.name, language),
        translate(TRIGGERS[due.trigger], language, values),
        f"{plain(round(due.share_percent, 2))} %",
        _money(due.net, language),
        _money(due.tax, language),
        _money(due.net + due.tax, language),
    ]


def _money(amount: Money, language: Language) -> str:
    return write_amount(amount.decimal, amount.currency, language)
