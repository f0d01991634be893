"""Reading a table of a file that somebody has sent: within bounds, whatever it is, and each cell as a text."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat

from tenancy.refusals import Invalid, message
from tenancy.tables import workbooks
from tenancy.tables.bounds import LONGEST_CELL, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, too_large

# How far down the row of headings is looked for: titles stand above it.
HEADING_WITHIN = 10
# What `zipfile`, `expat` and a part that is missing, or has other than numbers in places of numbers, raise.
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    LookupError,
    ValueError,
)
UNREADABLE, NO_ROWS = "NOT_A_TABLE", "NO_ROWS"


class Encoding(StrEnum):
    """In which characters a CSV file is written."""

    # UTF-8 or UTF-16 by their marks, else UTF-8, else GB 18030, which Chinese spreadsheets write.
    AUTO = "auto"
    UTF_8 = "utf_8"
    GB18030 = "gb18030"
    BIG5 = "big5"


@dataclass(frozen=True)
class Table:
    """The headings, each once, and the rows below them by the numbers that a spreadsheet shows; every row as long as
    the headings."""

    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def read(path: Path, encoding: Encoding = Encoding.AUTO) -> Table:
    """The table of a CSV or XLSX file. Raises `Invalid` with a code for what is none, or more than is read."""
    if path.stat().st_size > MOST_BYTES:
        raise too_large()
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning.startswith(b"PK"):
        return _table(_of_workbook(path))
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        text = message("This is an old or a protected workbook: save it as XLSX without a password.")
        raise Invalid(text, code=UNREADABLE)
    return _table(_of_text(path.read_bytes(), encoding))


def _of_workbook(path: Path) -> list[tuple[int, list[str]]]:
    try:
        return workbooks.rows(path)
    except _FAULTS as no:
        raise Invalid(message("The file is no workbook that can be read."), code=UNREADABLE) from no


def _of_text(content: bytes, encoding: Encoding) -> list[tuple[int, list[str]]]:
    text = _decoded(content, encoding)
    if "\x00" in text:
        raise Invalid(message("The file is no table: neither CSV nor XLSX."), code=UNREADABLE)
    return list(_records(text))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            bounded(number, cells)
            yield number, cells
    except csv.Error as no:
        raise Invalid(
            message("The file is no table that can be read: line {line}."), {"line": reader.line_num}, code=UNREADABLE
        ) from no


def bounded(number: int, cells: Sequence[str]) -> None:
    """Refuse a row that is one too many, or too wide."""
    if number > MOST_ROWS + HEADING_WITHIN:
        raise too_many_rows()
    if len(cells) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
        text = message("Row {row} is too large: at most {columns} columns of {characters} characters are read.")
        values = {"row": number, "columns": MOST_COLUMNS, "characters": LONGEST_CELL}
        raise Invalid(text, values, code="ROW_TOO_LARGE")


def too_many_rows() -> Invalid:
    """There are more rows than are read."""
    text = message("The file has more than {most} rows; divide it.")
    return Invalid(text, {"most": MOST_ROWS}, code="TOO_MANY_ROWS")


def _decoded(content: bytes, encoding: Encoding) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried: Iterable[str] = ("utf-16",)
    elif content.startswith(b"\xef\xbb\xbf") or encoding is Encoding.UTF_8:
        tried = ("utf-8-sig",)
    elif encoding is Encoding.BIG5:
        tried = ("cp950",)
    elif encoding is Encoding.GB18030:
        tried = ("gb18030",)
    else:
        tried = ("utf-8-sig", "gb18030")
    for name in tried:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise Invalid(message("The file's characters can't be read; save it as CSV in UTF-8, or as XLSX."), code=UNREADABLE)


def _delimiter(text: str) -> str:
    """Whichever divides the first lines most often, outside of quotation marks."""
    beginning = text[:20_000]
    counted = dict.fromkeys(",;\t", 0)
    quoted = False
    for each in beginning:
        if each == '"':
            quoted = not quoted
        elif not quoted and each in counted:
            counted[each] += 1
    return max(counted, key=lambda each: counted[each])


def _table(rows: Sequence[tuple[int, list[str]]]) -> Table:
    filled = [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        raise Invalid(message("There is nothing in the file."), code=NO_ROWS)
    # A title above the headings is alone in its row.
    beginning = filled[:HEADING_WITHIN]
    place = next((place for place, (_, cells) in enumerate(beginning) if sum(map(bool, map(str.strip, cells))) > 1), 0)
    heads = _named([cell.strip() for cell in filled[place][1]])
    below = filled[place + 1 :]
    if not below:
        raise Invalid(message("There are no rows below the headings."), code=NO_ROWS)
    if len(below) > MOST_ROWS:
        raise too_many_rows()
    return Table(heads, [(number, _as_long(cells, len(heads))) for number, cells in below])


def _named(heads: Sequence[str]) -> list[str]:
    """The headings without empty ones at the end; each has a name of its own."""
    while heads and not heads[-1]:
        heads = heads[:-1]
    named: list[str] = []
    for place, head in enumerate(heads, 1):
        name = " ".join(head.split())[:100] or f"#{place}"
        while name in named:
            name = f"{name} #{place}"
        named.append(name)
    return named


def _as_long(cells: Sequence[str], length: int) -> list[str]:
    return [cell.strip() for cell in [*cells, *[""] * length][:length]]
