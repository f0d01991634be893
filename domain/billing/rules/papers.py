"""What an invoice and a credit note say on paper, written out in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.billing.rules.invoices import LIFECYCLE, OPEN, State
from domain.kernel.amounts import Totals
from domain.kernel.lines import Line
from domain.kernel.money import Money
from domain.presales.rules.papers import Paper, columns, plain, row, sums_said
from tenancy.language import Language, translate, write_amount, write_day
from tenancy.refusals import message


@dataclass(frozen=True)
class InvoiceText:
    """What an invoice's paper says, before it is written out."""

    # None while it is a draft.
    number: int | None
    state: State
    company: str
    customer: str
    # Of the contract whose schedule asks for it.
    contract_number: str | None
    issued_on: date | None
    due_on: date | None
    lines: Sequence[Line]
    # As they were stated, which nothing reckons anew.
    found: Totals
    credited: Money
    # What came in for the invoice itself.
    paid: Money

    @property
    def label(self) -> str:
        """By what it is known, in names of files."""
        return str(self.number) if self.number is not None else "draft"


@dataclass(frozen=True)
class CreditNoteText:
    """What a credit note's paper says, before it is written out."""

    number: int
    company: str
    customer: str
    invoice_number: int
    invoice_issued_on: date
    issued_on: date
    reason: str
    found: Totals


def invoice_paper(said: InvoiceText, language: Language) -> Paper:
    """An invoice on paper: its lines, its tax by rate, what was credited and paid of it, and what is to be paid."""

    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    facts = [(write(message("Invoiced by")), said.company), (write(message("Invoiced to")), said.customer)]
    if said.contract_number is not None:
        facts.append((write(message("Contract")), said.contract_number))
    if said.issued_on is not None:
        facts.append((write(message("Day of issue")), write_day(said.issued_on, language)))
    if said.due_on is not None:
        facts.append((write(message("Payable by")), write_day(said.due_on, language)))
    if said.state in (State.DRAFT, State.CANCELLED):
        facts.append((write(message("State")), write(LIFECYCLE.state_labels[said.state])))
    sums = sums_said(said.found, language)
    if said.credited.minor:
        sums.append((write(message("Credited")), _money(-said.credited, language)))
    if said.paid.minor:
        sums.append((write(message("Paid")), _money(-said.paid, language)))
    owed = said.found.total - said.credited - said.paid
    sections = []
    if said.state in OPEN:
        if owed != said.found.total:
            sums.append((write(message("To be paid")), _money(owed, language)))
        asked = message("Please pay {amount} by {due_on}, and state the number {number} with your payment.")
        values = {"amount": _money(owed, language), "due_on": said.due_on, "number": said.number}
        sections = [(write(message("Payment")), [write(asked, values)])]
    head = message("Invoice {number}") if said.number is not None else message("Draft of an invoice")
    return Paper(
        language=language.value,
        title=write(head, {"number": said.number}),
        running_head=said.company,
        facts=facts,
        columns=columns(language),
        rows=[row(number, line, language) for number, line in enumerate(said.lines, start=1)],
        sums=sums,
        sections=sections,
    )


def credit_note_paper(said: CreditNoteText, language: Language) -> Paper:
    """A credit note on paper: which invoice it takes back how much of, by tax rate, and why."""

    def write(text: str, values: Mapping[str, object] | None = None) -> str:
        return translate(text, language, values)

    about = {"number": said.invoice_number, "issued_on": said.invoice_issued_on}
    facts = [
        (write(message("Issued by")), said.company),
        (write(message("Issued to")), said.customer),
        (write(message("Credited invoice")), write(message("Invoice {number} of {issued_on}"), about)),
        (write(message("Day of issue")), write_day(said.issued_on, language)),
    ]
    rows = [
        [
            str(number),
            write(message("Lines with a tax of {percent} %"), {"percent": plain(rate.tax_percent)}),
            "",
            "",
            "",
            f"{plain(rate.tax_percent)} %",
            _money(rate.net, language),
        ]
        for number, rate in enumerate(said.found.rates, start=1)
    ]
    return Paper(
        language=language.value,
        title=write(message("Credit note {number}"), {"number": said.number}),
        running_head=said.company,
        facts=facts,
        columns=columns(language),
        rows=rows,
        sums=sums_said(said.found, language),
        sections=[(write(message("Reason")), said.reason.split("\n"))] if said.reason else [],
    )


def _money(amount: Money, language: Language) -> str:
    return write_amount(amount.decimal, amount.currency, language)
