"""Rows as CSV or XLSX, row by row, so that no cell is taken for a formula."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import orjson
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from domain.views.rules import ExportForm
from tenancy.tables.writing import Cell, CsvSheet

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
