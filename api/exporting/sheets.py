"""Rows as CSV and as XLSX, so that no cell is taken for a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

import orjson

Cell = str | int | float | bool | None
# What a spreadsheet takes for the beginning of a formula; a plain number is none.
FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")
# What XML has no way of writing.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# As much as a cell holds in the programs that people use.
LONGEST_CELL = 32_767

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    "</Relationships>"
)
_BOOK = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)


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
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"))
        book.writestr("xl/workbook.xml", _BOOK.format(name=_sheet_name(name)))
        relations = _RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        book.writestr("xl/_rels/workbook.xml.rels", relations)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_SHEET.encode())
            for line in _lines(heads, rows):
                sheet.write(line.encode())
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """At most 31 characters, without those that names of sheets must not have."""
    return _escaped(re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "1", quotes=True)


def _lines(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    for row in (heads, *rows):
        yield "<row>" + "".join(map(_xml, row)) + "</row>"


def _xml(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_escaped(value[:LONGEST_CELL])}</t></is></c>'


def _escaped(text: str, *, quotes: bool = False) -> str:
    return escape(UNWRITABLE.sub("", text), {'"': "&quot;"} if quotes else {})
