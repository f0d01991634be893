"""Writing a table as CSV, row by row, so that no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO

# Instants are without a zone: their column's heading tells it.
Cell = str | int | float | bool | date | datetime | None
# What a spreadsheet takes for the beginning of a formula; a plain number is none.
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")


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
