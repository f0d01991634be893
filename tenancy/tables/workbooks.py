"""The rows of a workbook's first visible sheet, as they are unpacked: nothing is believed of what the file promises."""

import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from re import IGNORECASE, compile
from xml.parsers import expat

from tenancy.refusals import Invalid, message
from tenancy.tables.bounds import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED, too_large

PIECE_BYTES = 64 * 1024
# The formats of days and times that need not be written out.
DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERAL = compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE = compile(r"[ymdhs年月日]", IGNORECASE)
_CELL = compile(r"([A-Z]{1,3})([0-9]{1,7})")
# Rows that hold nothing are told of too, but a sheet ends.
LAST_ROW = 1_048_576

Attributes = Mapping[str, str]


def rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows by number, each with the texts of its cells; of a formula the value that was saved with it. Raises
    `Invalid`, and whatever `zipfile` and `expat` raise of what is no workbook."""
    with zipfile.ZipFile(path) as book:
        parts = _Parts(book)
        sheet, first_day = parts.first_sheet()
        texts, dates = parts.texts(), parts.date_styles()
        reading = _Sheet(texts, dates, first_day)
        parts.scan(sheet, reading.start, reading.end, reading.text)
    reading.refuse_merged()
    return reading.rows


class _Parts:
    """The parts of a workbook, of all of which only so much is unpacked."""

    def __init__(self, book: zipfile.ZipFile) -> None:
        self._book, self._left = book, MOST_UNPACKED
        self._names = set(book.namelist())

    def scan(
        self,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda _: None,
        text: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Read one part, by the local names of its elements."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, given: start(tag.rpartition(":")[2], given)
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _no_doctype
        with self._book.open(name) as part:
            while piece := part.read(PIECE_BYTES):
                self._left -= len(piece)
                if self._left < 0:
                    raise too_large()
                parser.Parse(piece, False)
        parser.Parse(b"", True)

    def first_sheet(self) -> tuple[str, datetime]:
        """Where the first sheet is that one sees, and the day from which the workbook counts."""
        sheets: list[tuple[str, bool]] = []
        since = [datetime(1899, 12, 30, tzinfo=UTC)]
        places: dict[str, str] = {}

        def book(tag: str, given: Attributes) -> None:
            if tag == "sheet":
                id = next((value for name, value in given.items() if name.rpartition(":")[2] == "id"), "")
                sheets.append((id, given.get("state", "visible") == "visible"))
            elif tag == "workbookPr" and given.get("date1904") in ("1", "true"):
                since[0] = datetime(1904, 1, 1, tzinfo=UTC)

        def relation(tag: str, given: Attributes) -> None:
            if tag == "Relationship":
                places[given["Id"]] = given["Target"]

        self.scan("xl/workbook.xml", book)
        self.scan("xl/_rels/workbook.xml.rels", relation)
        [id, *_] = [id for id, seen in sheets if seen] or [""]
        target = PurePosixPath(places[id])
        return str(target.relative_to("/")) if target.is_absolute() else f"xl/{target}", since[0]

    def texts(self) -> list[str]:
        """The texts that cells share."""
        found: list[str] = []
        inside = {"t": False, "rPh": False}
        size = 0

        def start(tag: str, _: Attributes) -> None:
            if tag == "si":
                found.append("")
            elif tag in inside:
                inside[tag] = True

        def end(tag: str) -> None:
            if tag in inside:
                inside[tag] = False

        def text(given: str) -> None:
            nonlocal size
            # How Chinese and Japanese words are read stands beside them.
            if inside["t"] and not inside["rPh"]:
                size += len(given)
                if size > MOST_UNPACKED // 4:
                    raise too_large()
                found[-1] += given

        if "xl/sharedStrings.xml" in self._names:
            self.scan("xl/sharedStrings.xml", start, end, text)
        return found

    def date_styles(self) -> frozenset[int]:
        """The styles of cells that show a number as a day or a time."""
        custom: set[int] = set()
        found: list[int] = []
        inside = False

        def start(tag: str, given: Attributes) -> None:
            nonlocal inside
            if tag == "numFmt" and _DATE.search(_LITERAL.sub("", given.get("formatCode", ""))):
                custom.add(int(given["numFmtId"]))
            elif tag == "cellXfs":
                inside = True
            elif tag == "xf" and inside:
                found.append(int(given.get("numFmtId", "0")))

        def end(tag: str) -> None:
            nonlocal inside
            inside = inside and tag != "cellXfs"

        if "xl/styles.xml" in self._names:
            self.scan("xl/styles.xml", start, end)
        return frozenset(style for style, format in enumerate(found) if format in DATES or format in custom)


def _no_doctype(*_: object) -> None:
    # No workbook has one, and what it could declare unfolds without end.
    raise Invalid(message("The file is no workbook that can be read."), code="NOT_A_TABLE")


class _Sheet:
    """The cells of a sheet as they come by."""

    def __init__(self, texts: list[str], dates: frozenset[int], first_day: datetime) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._texts, self._dates, self._first_day = texts, dates, first_day
        self._merged: list[int] = []
        self._kind, self._style, self._column = "n", 0, 0
        self._text: str | None = None
        self._row = 0
        self._phonetic = False

    def start(self, tag: str, given: Attributes) -> None:
        """An element begins."""
        match tag:
            case "row":
                self._row = int(given.get("r", self._row + 1))
                if self._row > LAST_ROW or len(self.rows) > MOST_ROWS + 10:
                    text = message("The file has more than {most} rows; divide it.")
                    raise Invalid(text, {"most": MOST_ROWS}, code="TOO_MANY_ROWS")
                self.rows.append((self._row, []))
            case "c":
                self._kind, self._style = given.get("t", "n"), int(given.get("s", "0"))
                self._column = _column(given["r"]) if "r" in given else len(self.rows[-1][1])
                self._text = None
            case "v" | "t":
                if not self._phonetic:
                    self._text = self._text or ""
            case "rPh":
                self._phonetic = True
            case "mergeCell":
                self._merged.append(max(int(found[2]) for found in _CELL.finditer(given.get("ref", "A1"))))

    def text(self, given: str) -> None:
        """Characters come by."""
        if self._text is not None and not self._phonetic:
            self._text += given
            if len(self._text) > LONGEST_CELL:
                self._too_large()

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "rPh":
            self._phonetic = False
        elif tag == "f":
            # What is calculated is not read, only what came of it.
            self._text = None
        elif tag == "c" and self._text:
            cells = self.rows[-1][1]
            if self._column >= MOST_COLUMNS:
                self._too_large()
            cells += [""] * (self._column + 1 - len(cells))
            cells[self._column] = self._said(self._text)
            self._text = None
        elif tag == "row" and not self.rows[-1][1]:
            self.rows.pop()

    def _too_large(self) -> None:
        text = message("Row {row} is too large: at most {columns} columns of {characters} characters are read.")
        values = {"row": self._row, "columns": MOST_COLUMNS, "characters": LONGEST_CELL}
        raise Invalid(text, values, code="ROW_TOO_LARGE")

    def _said(self, text: str) -> str:
        match self._kind:
            case "s":
                place = int(text)
                return self._texts[place] if 0 <= place < len(self._texts) else ""
            case "b":
                return "true" if text == "1" else "false"
            case "n":
                return self._number(text)
            case "d" | "str" | "inlineStr":
                return text
        # What came of a formula that could not be calculated, such as #N/A.
        return ""

    def _number(self, text: str) -> str:
        try:
            number = float(text)
        except ValueError:
            return text
        if self._style in self._dates and 0 <= number < 2_958_466:
            at = self._first_day + timedelta(seconds=round(number * 86_400))
            return at.date().isoformat() if number == int(number) else at.replace(tzinfo=None).isoformat(" ", "seconds")
        return str(int(number)) if number == int(number) and abs(number) < 1e15 else text

    def refuse_merged(self) -> None:
        """Cells below the headings that are merged have one value for many rows, or none."""
        heading = next((number for number, cells in self.rows if sum(map(bool, cells)) > 1), 0)
        if any(last > heading for last in self._merged):
            text = message("Cells below the headings are merged, so it is open which rows they are of: part them.")
            raise Invalid(text, code="MERGED_CELLS")


def _column(place: str) -> int:
    found = _CELL.fullmatch(place)
    if found is None:
        return MOST_COLUMNS
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1
