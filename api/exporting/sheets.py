"""Rows as CSV and as XLSX, so that no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | None
# What a spreadsheet takes for the beginning of a formula; a plain number is none.
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")
# As much as a cell holds in the programs that people use.
LONGEST_CELL = 32_767


def cell(value: Any) -> Cell:
    """A value of an answer as one cell: lists in a line, objects as JSON."""
    if isinstance(value, list):
        return ", ".join(str(cell(each)) for each in value)
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    assert value is None or isinstance(value, str | int | float | bool)
    return value


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table in UTF-8 with its mark, by which spreadsheets know it. A text that would be taken for a formula has an
    apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_said(head) for head in heads])
    for row in rows:
        writer.writerow([_said(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _said(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.match(value):
        return f"'{value}"
    return value


def as_xlsx(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet. Texts are written as texts, which no program takes for formulas."""
    out = io.BytesIO()
    # Rows are written as they come, and not kept.
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True}) as book:
        sheet = book.add_worksheet(_sheet_name(name))
        for place, row in enumerate((heads, *rows)):
            for column, value in enumerate(row):
                _write(sheet, place, column, value)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """At most 31 units of UTF-16, as spreadsheets count, without the characters that names of sheets must not have."""
    allowed = re.sub(r"[\[\]:*?/\\']", " ", name)
    return allowed.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip() or "1"


def _write(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, value[:LONGEST_CELL])
