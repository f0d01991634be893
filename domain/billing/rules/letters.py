"""Dunning letters: the company's own words or the standard ones of a tone, with the invoice's figures filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.kernel.money import Money
from domain.policies.rules.dunning import LETTER_BLANKS, LadderStep, Tone
from tenancy.language import translate, write_amount, write_day
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
_CHARGES = message("Fees: {fee}. Interest for late payment: {interest}. The total to be paid is {total}.")
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

    def written(self, language: str) -> dict[str, str]:
        """Every blank's text as the language writes it."""
        total = self.outstanding + self.fee + self.interest
        return {
            "number": str(self.number),
            "customer": self.customer,
            "company": self.company,
            "amount": _amount(self.outstanding, language),
            "due_on": write_day(self.due_on, language),
            "days_overdue": str(self.days_overdue),
            "fee": _amount(self.fee, language),
            "interest": _amount(self.interest, language),
            "total": _amount(total, language),
        }


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
    paragraphs.append(translate(_CLOSING, language, values))
    return Written(_line(translate(standard.subject, language, values)), "\n\n".join(paragraphs))


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
