"""Rows as CSV and XLSX: what is written comes back, and nothing is a formula."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from api.exporting import sheets
from domain.views.rules import ExportForm

# Where everything is empty, a sheet ends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


def as_csv(heads: Any, rows: Any) -> bytes:
    """A table as CSV."""
    return _filled(ExportForm.CSV, "a", heads, rows)


def as_xlsx(name: str, heads: Any, rows: Any) -> bytes:
    """A table as a workbook."""
    return _filled(ExportForm.XLSX, name, heads, rows)


def _filled(form: ExportForm, name: str, heads: Any, rows: Any) -> bytes:
    out = io.BytesIO()
    sheet = sheets.sheet(form, out, name)
    for row in (heads, *rows):
        sheet.write(row)
    sheet.close()
    return out.getvalue()


def read_xlsx(content: bytes) -> list[list[Any]]:
    """The cells of the only sheet."""
    [name] = (book := load_workbook(io.BytesIO(content))).sheet_names
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def read_csv(content: bytes) -> list[list[str]]:
    """The cells as texts."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 138", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", '"=1', "-"]
)
def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    [[_], [written]] = read_csv(as_csv(["a"], [[text]]))
    assert written == f"'{text}"
    # What a program takes for a formula is kept apart from texts in the file; here it would come back as nought.
    assert read_xlsx(as_xlsx("a", ["a"], [[text]])) == [["a"], [text]]


@pytest.mark.parametrize("text", ["-12.50", "12", "-3", "0.00"])
def test_a_number_stays_a_number(text: str) -> None:
    assert read_csv(as_csv(["a"], [[text]])) == [["a"], [text]]


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5), st.text(max_size=60))
def test_what_is_written_comes_back(rows: list[Any], name: str) -> None:
    assert read_xlsx(as_xlsx(name, ["a", "b"], rows)) == [["a", "b"], *rows]
    back = read_csv(as_csv(["a", "b"], rows))[1:]
    assert [[text.removeprefix("'") for text in row] for row in back] == [
        [text.removeprefix("'") for text in row] for row in rows
    ]


def test_days_and_times_are_such_in_a_workbook_and_texts_where_its_calendar_ends() -> None:
    at = datetime(2026, 11, 22, 8, 30, 5, tzinfo=UTC).replace(tzinfo=None)
    values = [date(2026, 11, 22), at, date(1850, 1, 1)]
    [_, row] = read_xlsx(as_xlsx("x", ["n"] * 3, [values]))
    assert row == [date(2026, 11, 22), at, "1850-01-01"]
    [_, plain] = read_csv(as_csv(["n"] * 3, [values]))
    assert plain == ["2026-11-22", "2026-11-22 08:30:05", "1850-01-01"]


def test_values_of_all_kinds() -> None:
    values = [1, 2.5, True, None, ["a", "b"], {"a": 1}, "文本", "two\nlines", "a\x00b"]
    cells = [sheets.cell(value) for value in values]
    [_, row] = read_xlsx(as_xlsx("x", ["n"] * len(values), [cells]))
    assert row[:8] == [1, 2.5, True, "", "a, b", '{"a":1}', "文本", "two\nlines"]
    [_, plain] = read_csv(as_csv(["n"] * len(values), [cells]))
    assert plain[:8] == ["1", "2.5", "true", "", "a, b", '{"a":1}', "文本", "two\nlines"]
