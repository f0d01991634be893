"""What a bank's file says, whatever its form: lines, balances, and by what a line is known again."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from domain.kernel.money import MAX_MINOR
from domain.kernel.texts import NOT_STORABLE
from tenancy.refusals import Refusal, message

MOST_BYTES = 20 * 1024**2
MOST_LINES = 10_000
PURPOSE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH = 1000, 200, 100
BAD_FILE = "BAD_BANK_FILE"


class LineState(StrEnum):
    """What became of a line."""

    OPEN = "open"
    BOOKED = "booked"
    IGNORED = "ignored"


class Form(StrEnum):
    """The forms of banks' files that are read."""

    CSV = "csv"
    CAMT_053 = "camt_053"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: what came in is above zero, what went out below, in minor units of its currency."""

    booked_on: date
    minor: int
    payer_name: str = ""
    payer_account: str = ""
    purpose: str = ""
    # The bank's own reference, by which it knows the line; empty where it says none.
    bank_reference: str = ""
    value_on: date | None = None

    @property
    def digest(self) -> str:
        """By what the line is known again in another file: by the bank's reference if it has one, or else by all that
        it says. Two lines may have the same; then it is counted how many there are."""
        said: tuple[object, ...] = (self.booked_on, self.minor, self.bank_reference)
        if not self.bank_reference:
            said = (*said, self.payer_name, self.payer_account, self.purpose)
        return hashlib.sha256("\x1f".join(str(each) for each in said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a file says of one account. Balances are None where it does not tell them."""

    form: Form
    lines: tuple[Line, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    # What its sender calls it.
    reference: str = ""

    @property
    def total_minor(self) -> int:
        """What all lines come to."""
        return sum(line.minor for line in self.lines)

    @property
    def difference_minor(self) -> int | None:
        """By how much the closing balance is above what the opening balance and the lines come to; zero is right."""
        if self.opening_minor is None or self.closing_minor is None:
            return None
        return self.closing_minor - self.opening_minor - self.total_minor


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line with its place in the file, and which of those with its digest it is, from 1."""

    position: int
    line: Line
    digest: str
    occurrence: int


@dataclass(slots=True)
class _Counting:
    seen: Counter[str] = field(default_factory=Counter)

    def next(self, position: int, line: Line) -> Numbered:
        digest = line.digest
        self.seen[digest] += 1
        return Numbered(position, line, digest, self.seen[digest])


def number(lines: Sequence[Line]) -> list[Numbered]:
    """The lines with what they are known again by."""
    counting = _Counting()
    return [counting.next(position, line) for position, line in enumerate(lines, start=1)]


def unknown(numbered: Iterable[Numbered], known: dict[str, int]) -> list[Numbered]:
    """The lines that are new; `known` says of a digest how many of it the account has already."""
    return [each for each in numbered if each.occurrence > known.get(each.digest, 0)]


def clean(text: str, most: int) -> str:
    """A bank's text on one line, storable, cut to so many characters: nobody can mend what a bank has written."""
    return " ".join(NOT_STORABLE.sub(" ", text).split())[:most].strip()


def clean_account(number: str) -> str:
    """An account's number or IBAN as it is compared: without blanks, in capitals."""
    return re.sub(r"\s+", "", NOT_STORABLE.sub(" ", number)).upper()[:NAME_LENGTH]


def check_count(lines: Sequence[Any]) -> None:
    """Refuse a file with no lines at all, and one with too many."""
    if not lines:
        raise fault(message("The file has no lines of this account."))
    if len(lines) > MOST_LINES:
        raise fault(message("The file has more than {most} lines: divide it."), most=MOST_LINES)


def check_amount(minor: int, place: str) -> int:
    """Refuse an amount of a bank that is larger than can be handled, naming its place."""
    if abs(minor) > MAX_MINOR:
        raise fault(message("{place}: the amount is larger than can be handled."), place=place)
    return minor


def fault(text: str, **values: Any) -> Refusal:
    """What is wrong with a file."""
    return Refusal(text, values, path=("fileId",), code=BAD_FILE)
