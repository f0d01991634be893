"""Rows as CSV and XLSX: what is written comes back, and nothing is a formula."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from api.exporting import sheets

# Where everything is empty, a sheet ends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


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
    [[_], [written]] = read_csv(sheets.as_csv(["a"], [[text]]))
    assert written == f"'{text}"
    # What a program takes for a formula is kept apart from texts in the file; here it would come back as nought.
    assert read_xlsx(sheets.as_xlsx("a", ["a"], [[text]])) == [["a"], [text]]


@pytest.mark.parametrize("text", ["-12.50", "12", "-3", "0.00"])
def test_a_number_stays_a_number(text: str) -> None:
    assert read_csv(sheets.as_csv(["a"], [[text]])) == [["a"], [text]]


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5), st.text(max_size=60))
def test_what_is_written_comes_back(rows: list[Any], name: str) -> None:
    assert read_xlsx(sheets.as_xlsx(name, ["a", "b"], rows)) == [["a", "b"], *rows]
    back = read_csv(sheets.as_csv(["a", "b"], rows))[1:]
    assert [[text.removeprefix("'") for text in row] for row in back] == [
        [text.removeprefix("'") for text in row] for row in rows
    ]


def test_values_of_all_kinds() -> None:
    values = [1, 2.5, True, None, ["a", "b"], {"a": 1}, "文本", "two\nlines", "a\x00b"]
    cells = [sheets.cell(value) for value in values]
    [_, row] = read_xlsx(sheets.as_xlsx("x", ["n"] * len(values), [cells]))
    assert row[:8] == [1, 2.5, True, "", "a, b", '{"a":1}', "文本", "two\nlines"]
    [_, plain] = read_csv(sheets.as_csv(["n"] * len(values), [cells]))
    assert plain[:8] == ["1", "2.5", "true", "", "a, b", '{"a":1}', "文本", "two\nlines"]
