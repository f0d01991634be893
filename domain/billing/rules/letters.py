"""Dunning letters: the company's own words or the standard ones of a tone, with the invoice's figures filled in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.kernel.money import Money, decimal_text
from domain.policies.rules.dunning import LETTER_BLANKS, LadderStep, ServiceRestriction, Tone
from domain.presales.rules.papers import Paper
from tenancy.language import Language, translate, write_amount, write_day
from tenancy.refusals import message

SUBJECT_CHARACTERS = 150
_BLANK = re.compile(r"\{(" + "|".join(LETTER_BLANKS) + r")\}")


class _Standard(NamedTuple):
    subject: str
    text: str


_STANDARD = {
    Tone.FRIENDLY: _Standard(
        message("Reminder: invoice {number} was due on {due_on}"),
        message(
            "Dear {customer},\n\nOur invoice {number} was due on {due_on}, and {amount} of it is outstanding. Perhaps"
            " it has escaped your notice. Please pay it in the next few days. If your payment is on its way already,"
            " please disregard this letter."
        ),
    ),
    Tone.FIRM: _Standard(
        message("Payment is overdue: invoice {number}"),
        message(
            "Dear {customer},\n\nOur invoice {number} was due on {due_on}; {amount} is outstanding (days overdue:"
            " {days_overdue}). Please pay without delay, or tell us what stands in the way."
        ),
    ),
    Tone.FINAL: _Standard(
        message("Final notice: invoice {number}"),
        message(
            "Dear {customer},\n\nDespite our earlier letters, {amount} of our invoice {number}, due on {due_on}, is"
            " still outstanding (days overdue: {days_overdue}). This is our final notice: if we receive no payment, we"
            " shall hand the matter over for collection."
        ),
    ),
}
# Whatever its tone, what comes before anything is overdue is no more than a word in good time.
_IN_GOOD_TIME = _Standard(
    message("Invoice {number} is payable by {due_on}"),
    message(
        "Dear {customer},\n\nPlease remember that our invoice {number} is payable by {due_on}; {amount} of it is"
        " outstanding. If your payment is on its way already, please disregard this letter."
    ),
)
# What several invoices of one customer are asked for in; `invoices` is a line for each.
_JOINT = {
    Tone.FRIENDLY: _Standard(
        message("Reminder: {count} invoices are overdue"),
        message(
            "Dear {customer},\n\nThese invoices of ours are outstanding:\n\n{invoices}\n\nPerhaps they have escaped"
            " your notice. Please pay {total} in the next few days. If your payment is on its way already, please"
            " disregard this letter."
        ),
    ),
    Tone.FIRM: _Standard(
        message("Payment is overdue: {count} invoices"),
        message(
            "Dear {customer},\n\nThese invoices of ours are outstanding:\n\n{invoices}\n\nPlease pay {total} without"
            " delay, or tell us what stands in the way."
        ),
    ),
    Tone.FINAL: _Standard(
        message("Final notice: {count} invoices"),
        message(
            "Dear {customer},\n\nDespite our earlier letters, these invoices of ours are still outstanding:"
            "\n\n{invoices}\n\nThis is our final notice: if we do not receive {total}, we shall hand the matter"
            " over for collection."
        ),
    ),
}
_JOINT_IN_GOOD_TIME = _Standard(
    message("{count} invoices are payable soon"),
    message(
        "Dear {customer},\n\nPlease remember these invoices of ours:\n\n{invoices}\n\nIf your payment is on its way"
        " already, please disregard this letter."
    ),
)
_TONES = list(Tone)
_INVOICE = message("Invoice {number}, due on {due_on}: {amount} (days overdue: {days_overdue}).")
_ITS_CHARGES = message("Fees: {fee}. Interest for late payment: {interest}.")
_CHARGES = message("Fees: {fee}. Interest for late payment: {interest}. The total to be paid is {total}.")
_RESTRICTED = {
    ServiceRestriction.LOWEST_PRIORITY: message("Until this is paid, your new requests have the lowest priority."),
    ServiceRestriction.NO_REQUESTS: message("Until this is paid, we take no new requests of yours."),
}
_CLOSING = message("Kind regards,\n{company}")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a letter is filled with. `fee` and `interest` are all that has been asked for up to this letter."""

    number: int
    customer: str
    company: str
    outstanding: Money
    due_on: date
    days_overdue: int
    fee: Money
    interest: Money

    @property
    def total(self) -> Money:
        """What is to be paid, charges included."""
        return self.outstanding + self.fee + self.interest

    def written(self, language: str) -> dict[str, str]:
        """Every blank's text as the language writes it."""
        return {
            "number": str(self.number),
            "customer": self.customer,
            "company": self.company,
            "amount": _amount(self.outstanding, language),
            "due_on": write_day(self.due_on, language),
            "days_overdue": str(self.days_overdue),
            "fee": _amount(self.fee, language),
            "interest": _amount(self.interest, language),
            "total": _amount(self.total, language),
            "invoices": self.line(language),
        }

    def line(self, language: str) -> str:
        """The invoice in one line, as a letter about several of them lists it."""
        blanks = {
            "number": self.number,
            "due_on": write_day(self.due_on, language),
            "amount": _amount(self.outstanding, language),
            "days_overdue": self.days_overdue,
        }
        told = translate(_INVOICE, language, blanks)
        if not self.fee.minor and not self.interest.minor:
            return told
        charges = {"fee": _amount(self.fee, language), "interest": _amount(self.interest, language)}
        return f"{told} {translate(_ITS_CHARGES, language, charges)}"


class Written(NamedTuple):
    """A letter as it leaves."""

    subject: str
    text: str


def write(step: LadderStep, particulars: Particulars, language: str) -> Written:
    """The letter of a step in the customer's language. The standard ones mention charges where there are any."""
    values = particulars.written(language)
    if step.letter is not None:
        subject = fill(step.letter.subject.in_language(language), values)
        return Written(_line(subject), fill(step.letter.text.in_language(language), values))
    standard = _STANDARD[step.tone] if particulars.days_overdue else _IN_GOOD_TIME
    paragraphs = [translate(standard.text, language, values)]
    if particulars.fee.minor or particulars.interest.minor:
        paragraphs.append(translate(_CHARGES, language, values))
    paragraphs += _restricted([step], language)
    paragraphs.append(translate(_CLOSING, language, values))
    return Written(_line(translate(standard.subject, language, values)), "\n\n".join(paragraphs))


class Asked(NamedTuple):
    """An invoice in a letter about several, and the step that asks for it."""

    rule: LadderStep
    particulars: Particulars


def write_joint(asked: Sequence[Asked], language: str) -> Written:
    """One letter about several invoices of a customer, at least one, in the words of the gravest of their steps."""
    if len(asked) == 1:
        return write(asked[0].rule, asked[0].particulars, language)
    rule, values = gravest(asked), _joint_values(asked, language)
    if rule.letter is not None:
        subject, text = rule.letter.subject.in_language(language), rule.letter.text.in_language(language)
        # Whoever pays has to know for what, also where the company's words were meant for a single invoice.
        text = text if "{invoices}" in text else f"{text}\n\n{{invoices}}"
        return Written(_line(fill(subject, values)), fill(text, values))
    late = any(each.particulars.days_overdue for each in asked)
    standard = _JOINT[rule.tone] if late else _JOINT_IN_GOOD_TIME
    paragraphs = [translate(standard.text, language, values), *_restricted([each.rule for each in asked], language)]
    paragraphs.append(translate(_CLOSING, language, values))
    return Written(_line(translate(standard.subject, language, values)), "\n\n".join(paragraphs))


def _restricted(rules: Sequence[LadderStep], language: str) -> list[str]:
    """What a letter says of the customer's service, if one of its steps restricts it."""
    words = [rule.restricts for rule in rules if rule.restricts is not None]
    return [translate(_RESTRICTED[max(words, key=list(ServiceRestriction).index)], language)] if words else []


def gravest(asked: Iterable[Asked]) -> LadderStep:
    """The step whose tone a joint letter has: the gravest, among equals the highest."""
    return max((each.rule for each in asked), key=lambda rule: (_TONES.index(rule.tone), rule.number))


def sums(amounts: Iterable[Money], language: str) -> str:
    """Amounts added up, each currency by itself, also where the sum is more than one amount can be."""
    totals: dict[str, int] = {}
    for amount in amounts:
        totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
    return " + ".join(
        write_amount(Decimal(decimal_text(minor, currency)), currency, language) for currency, minor in totals.items()
    )


def _joint_values(asked: Sequence[Asked], language: str) -> dict[str, str]:
    all = [each.particulars for each in asked]
    return {
        "count": str(len(all)),
        "number": ", ".join(str(each.number) for each in all),
        "customer": all[0].customer,
        "company": all[0].company,
        "amount": sums((each.outstanding for each in all), language),
        "due_on": write_day(min(each.due_on for each in all), language),
        "days_overdue": str(max(each.days_overdue for each in all)),
        "fee": sums((each.fee for each in all), language),
        "interest": sums((each.interest for each in all), language),
        "total": sums((each.total for each in all), language),
        "invoices": "\n".join(each.line(language) for each in all),
    }


def letter_paper(asked: Sequence[Asked], written: Written, on: date, language: Language) -> Paper:
    """A letter as it is posted, and as it goes along with a mail about several invoices: its text and their table."""
    heads = (
        *(message("Invoice"), message("Step"), message("Payable by"), message("Days overdue")),
        *(message("Outstanding"), message("Fees"), message("Interest")),
    )
    rows = [
        [
            str(each.particulars.number),
            each.rule.name.in_language(language),
            write_day(each.particulars.due_on, language),
            str(each.particulars.days_overdue),
            _amount(each.particulars.outstanding, language),
            _amount(each.particulars.fee, language),
            _amount(each.particulars.interest, language),
        ]
        for each in asked
    ]
    said = asked[0].particulars
    return Paper(
        language=language.value,
        title=written.subject,
        running_head=said.company,
        facts=[
            (translate(message("From"), language), said.company),
            (translate(message("To"), language), said.customer),
            (translate(message("Date"), language), write_day(on, language)),
        ],
        columns=[translate(head, language) for head in heads],
        rows=rows,
        sums=[
            (
                translate(message("To be paid"), language),
                sums((each.particulars.total for each in asked), language),
            )
        ],
        sections=[(written.subject, [part for part in written.text.split("\n") if part.strip()])],
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """A company's own words with their blanks filled, and nothing else read into them.

    These words are somebody's input: a format string of Python could reach into the values' attributes.
    """
    return _BLANK.sub(lambda blank: values[blank[1]], text)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SUBJECT_CHARACTERS else line[: SUBJECT_CHARACTERS - 1].rstrip() + "…"


def _amount(amount: Money, language: str) -> str:
    return write_amount(amount.decimal, amount.currency, language)
