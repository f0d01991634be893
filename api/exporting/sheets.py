"""Rows as CSV and as XLSX, row by row, so that no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import orjson
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from domain.views.rules import ExportForm

# Instants are without a zone: their column's heading tells it.
Cell = str | int | float | bool | date | datetime | None
# What a spreadsheet takes for the beginning of a formula; a plain number is none.
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")
# As much as a cell holds in the programs that people use.
LONGEST_CELL = 32_767
# Days before this one are texts in a workbook, whose calendar begins later.
FIRST_YEAR = 1901


class Sheet(Protocol):
    """A table that is being written."""

    def write(self, row: Sequence[Cell]) -> None:
        """One more row, below the last."""

    def close(self) -> None:
        """It has all its rows."""


def cell(value: Any) -> Cell:
    """A value of an answer as one cell: lists in a line, objects as JSON."""
    if isinstance(value, list):
        return ", ".join(str(cell(each)) for each in value)
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    assert value is None or isinstance(value, str | int | float | bool)
    return value


class CsvSheet:
    """A table in UTF-8 with its mark, by which spreadsheets know it. A text that would be taken for a formula has an
    apostrophe before it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = io.TextIOWrapper(out, "utf-8", "replace", newline="")
        self._out.write("\ufeff")
        self._writer = csv.writer(self._out)

    def write(self, row: Sequence[Cell]) -> None:
        """One more row."""
        self._writer.writerow([_said(value) for value in row])

    def close(self) -> None:
        """Everything is in the file, which stays open."""
        self._out.flush()
        self._out.detach()


def _said(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.match(value):
        return f"'{value}"
    return value


class XlsxSheet:
    """A workbook of one sheet. Texts are written as texts, which no program takes for formulas. Rows lie in `folder`
    until the end, and without one in memory."""

    def __init__(self, out: IO[bytes], name: str, folder: Path | None = None) -> None:
        lying = {"tmpdir": str(folder)} if folder is not None else {"in_memory": True}
        # Rows are written as they come, and not kept.
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True, **lying})
        self._sheet = self._book.add_worksheet(_sheet_name(name))
        self._sheet.freeze_panes(1, 0)
        self._formats: dict[type, Any] = {
            datetime: self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._rows = 0

    def write(self, row: Sequence[Cell]) -> None:
        """One more row."""
        for column, value in enumerate(row):
            _write(self._sheet, self._rows, column, value, self._formats)
        self._rows += 1

    def close(self) -> None:
        """Pack the workbook, which takes a while for many rows; the file stays open."""
        self._book.close()


def _sheet_name(name: str) -> str:
    """At most 31 units of UTF-16, as spreadsheets count, without the characters that names of sheets must not have."""
    allowed = re.sub(r"[\[\]:*?/\\']", " ", name)
    return allowed.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip() or "1"


def _write(sheet: Worksheet, row: int, column: int, value: Cell, formats: Mapping[type, Any]) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, date):
        if value.year >= FIRST_YEAR:
            sheet.write_datetime(row, column, value, formats[type(value)])
        else:
            sheet.write_string(row, column, str(value))
    elif value:
        sheet.write_string(row, column, value[:LONGEST_CELL])


def sheet(form: ExportForm, out: IO[bytes], name: str, folder: Path | None = None) -> Sheet:
    """A new sheet of a form; what of it must wait until the end lies in `folder`, and without one in memory."""
    return CsvSheet(out) if form is ExportForm.CSV else XlsxSheet(out, name, folder)
