"""CSV: the export of a bank's web page, read as the account says, for every bank writes its own."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from domain.banking.rules.lines import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    REFERENCE_LENGTH,
    Contents,
    Form,
    Line,
    check_amount,
    check_count,
    clean,
    clean_account,
    fault,
)
from domain.kernel.money import Money
from tenancy.refusals import Invalid, Refusal, message

MOST_SKIPPED, MOST_COLUMNS, COLUMN_LENGTH = 50, 100, 100


class Encoding(StrEnum):
    """How the letters of a file are written; GB18030 includes GBK and GB2312."""

    UTF_8 = "utf_8"
    GB18030 = "gb18030"


class DayForm(StrEnum):
    """How a file writes days."""

    YEAR_MONTH_DAY = "year_month_day"
    DAY_MONTH_YEAR = "day_month_year"
    MONTH_DAY_YEAR = "month_day_year"


_DAY_FORMS = {
    DayForm.YEAR_MONTH_DAY: ("%Y-%m-%d", "%Y%m%d"),
    DayForm.DAY_MONTH_YEAR: ("%d-%m-%Y", "%d-%m-%y", "%d%m%Y"),
    DayForm.MONTH_DAY_YEAR: ("%m-%d-%Y", "%m-%d-%y", "%m%d%Y"),
}
# The columns that name a header each; `purpose` names several.
_SINGLE = (
    "booked_on",
    "value_on",
    "amount",
    "credit",
    "debit",
    "payer",
    "payer_account",
    "reference",
    "balance",
    "currency",
)


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a bank writes its CSV: letters, delimiter, decimal mark, and the headers of the columns that are read."""

    booked_on: str
    amount: str = ""
    credit: str = ""
    debit: str = ""
    value_on: str = ""
    payer: str = ""
    payer_account: str = ""
    purpose: tuple[str, ...] = ()
    reference: str = ""
    balance: str = ""
    currency: str = ""
    encoding: Encoding = Encoding.UTF_8
    delimiter: str = ","
    decimal_mark: str = "."
    day_form: DayForm = DayForm.YEAR_MONTH_DAY
    skipped_rows: int = 0

    def stored(self) -> dict[str, Any]:
        """As the account keeps it, in the words of the input."""
        return {
            _camel(name): list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in self.__dataclass_fields__
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "CsvForm":
        """What an account keeps."""
        values = {name: stored[_camel(name)] for name in cls.__dataclass_fields__}
        values["encoding"], values["day_form"] = Encoding(values["encoding"]), DayForm(values["day_form"])
        values["purpose"] = tuple(values["purpose"])
        return cls(**values)


def check_form(form: CsvForm) -> CsvForm:
    """Refuse a form by which nothing could be read, with the path of what is wrong with it."""
    headers = [getattr(form, name) for name in _SINGLE] + list(form.purpose)
    if any(len(header) > COLUMN_LENGTH or header != header.strip() for header in headers):
        text = message("The header of a column has at most {most} characters, without outer blanks.")
        raise Invalid(text, {"most": COLUMN_LENGTH}, ("csv",))
    if not form.booked_on:
        raise Invalid(message("This must not be empty."), {}, ("csv", "bookedOn"))
    if bool(form.amount) == bool(form.credit and form.debit) or bool(form.credit) != bool(form.debit):
        text = message("Name either one column with signed amounts, or one of credits and one of debits.")
        raise Invalid(text, {}, ("csv", "amount"))
    if len(form.purpose) > MOST_COLUMNS:
        raise Invalid(message("At most {most} columns can be named."), {"most": MOST_COLUMNS}, ("csv", "purpose"))
    if form.delimiter not in (",", ";", "\t", "|"):
        raise Invalid(message("Columns are parted by a comma, a semicolon, a tab or a bar."), {}, ("csv", "delimiter"))
    if form.decimal_mark not in (".", ",") or form.decimal_mark == form.delimiter:
        text = message("The decimal mark is a point or a comma, and not what parts the columns.")
        raise Invalid(text, {}, ("csv", "decimalMark"))
    if not 0 <= form.skipped_rows <= MOST_SKIPPED:
        text = message("At most {most} rows are skipped.")
        raise Invalid(text, {"most": MOST_SKIPPED}, ("csv", "skippedRows"))
    return form


def read(content: bytes, form: CsvForm, currency: str) -> Contents:
    """What a file says. Refuses with BAD_BANK_FILE, naming the row, what cannot be read as the account says."""
    try:
        # UTF-8 may begin with a mark that is no part of the first header.
        text = content.decode("utf-8-sig" if form.encoding is Encoding.UTF_8 else "gb18030")
    except UnicodeDecodeError as problem:
        raise fault(message("The file is not written in {encoding}."), encoding=form.encoding.value) from problem
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
    try:
        table = [(rows.line_num, [cell.strip() for cell in row]) for row in rows]
    except csv.Error as problem:
        raise fault(message("Row {row} of the file is no CSV."), row=rows.line_num) from problem
    table = [(at, row) for at, row in table[form.skipped_rows :] if any(row)]
    if not table:
        raise fault(message("The file has no lines of this account."))
    columns = _columns(form, table[0][1])
    read_rows = [_Row(at, row, columns, form, currency) for at, row in table[1:]]
    check_count(read_rows)
    lines = [row.line() for row in read_rows]
    opening, closing = _balances(lines, [row.balance() for row in read_rows]) if form.balance else (None, None)
    return Contents(Form.CSV, tuple(lines), opening, closing)


def _columns(form: CsvForm, header: Sequence[str]) -> dict[str, int]:
    columns = {}
    for name in [*(getattr(form, name) for name in _SINGLE), *form.purpose]:
        if not name:
            continue
        if header.count(name) != 1:
            text = message("The file has no column, or several, headed “{name}”; its headers are {headers}.")
            raise fault(text, name=name, headers=clean(", ".join(header), PURPOSE_LENGTH))
        columns[name] = header.index(name)
    return columns


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, by the headers of its columns."""

    at: int
    cells: Sequence[str]
    columns: Mapping[str, int]
    form: CsvForm
    currency: str

    def line(self) -> Line:
        """What it says."""
        form = self.form
        said = self._cell(form.currency)
        if said and said.upper() != self.currency:
            text = message("Row {row}: an amount is in {found}, and the account in {currency}.")
            raise fault(text, row=self.at, found=said[:10], currency=self.currency)
        booked_on = self._day(form.booked_on)
        if booked_on is None:
            raise fault(message("Row {row} does not say on which day it was booked."), row=self.at)
        return Line(
            booked_on=booked_on,
            minor=self._signed(),
            payer_name=clean(self._cell(form.payer), NAME_LENGTH),
            payer_account=clean_account(self._cell(form.payer_account)),
            purpose=clean(" ".join(self._cell(name) for name in form.purpose), PURPOSE_LENGTH),
            bank_reference=clean(self._cell(form.reference), REFERENCE_LENGTH),
            value_on=self._day(form.value_on),
        )

    def balance(self) -> int | None:
        """The balance after it."""
        return self._minor(self.form.balance)

    def _signed(self) -> int:
        if self.form.amount:
            minor = self._minor(self.form.amount)
        else:
            credit, debit = self._minor(self.form.credit), self._minor(self.form.debit)
            # Some banks write debits with a sign although they have a column of their own.
            minor = None if credit is None and debit is None else (credit or 0) - abs(debit or 0)
        if minor is None:
            raise fault(message("Row {row} has no amount."), row=self.at)
        return minor

    def _cell(self, header: str) -> str:
        place = self.columns.get(header)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _minor(self, header: str) -> int | None:
        said = self._cell(header)
        if not said:
            return None
        grouping = "," if self.form.decimal_mark == "." else "."
        plain = said.replace(" ", "").replace("\u00a0", "").replace("'", "").replace(grouping, "")
        plain = plain.replace(self.form.decimal_mark, ".").removeprefix("+")
        try:
            minor = Money.of(plain, self.currency).minor
        except Refusal as problem:
            text = message("Row {row}: “{given}” is no amount in {currency}.")
            raise fault(text, row=self.at, given=said[:40], currency=self.currency) from problem
        return check_amount(minor, str(self.at))

    def _day(self, header: str) -> date | None:
        said = self._cell(header)
        if not said:
            return None
        # The hour that some banks add is no matter here, and any sign may part a day.
        plain = said.split()[0].translate(str.maketrans("./年月", "----", "日"))
        for form in _DAY_FORMS[self.form.day_form]:
            try:
                return datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day has no zone
            except ValueError:
                continue
        raise fault(
            message("Row {row}: “{given}” is no day in the form of this account."), row=self.at, given=said[:40]
        )


def _balances(lines: Sequence[Line], balances: Sequence[int | None]) -> tuple[int | None, int | None]:
    """The balances before and after; some banks write the newest line first."""
    first, last = balances[0], balances[-1]
    if first is None or last is None:
        return None, None
    total = sum(line.minor for line in lines)
    oldest_first, newest_first = (first - lines[0].minor, last), (last - lines[-1].minor, first)
    backwards = oldest_first[1] - oldest_first[0] != total and newest_first[1] - newest_first[0] == total
    return newest_first if backwards else oldest_first


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
