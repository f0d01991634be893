"""Tables that people send: as Chinese and other spreadsheets write them, and what only pretends to be one."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tenancy.refusals import Invalid
from tenancy.tables import bounds, reading, workbooks
from tenancy.tables.reading import Encoding, Table, read


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "sent"


def text(sent: Path, content: bytes, encoding: Encoding = Encoding.AUTO) -> Table:
    sent.write_bytes(content)
    return read(sent, encoding)


def workbook(sent: Path, fill: Any, **options: Any) -> Table:
    with xlsxwriter.Workbook(str(sent), options) as book:
        fill(book)
    return read(sent)


def refused(sent: Path, content: bytes, encoding: Encoding = Encoding.AUTO) -> str:
    with pytest.raises(Invalid) as told:
        text(sent, content, encoding)
    return told.value.code


TABLE = "名称,Mail\r\n上海公司,a@b.example\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace("\r\n", "\n").encode(),
        ("客户名单\r\n\r\n" + TABLE).encode(),
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(sent: Path, content: bytes) -> None:
    found = text(sent, content)
    assert found.headings == ["名称", "Mail"]
    assert [cells for _, cells in found.rows] == [["上海公司", "a@b.example"]]


def test_big5_is_read_where_it_is_told(sent: Path) -> None:
    found = text(sent, "名稱,信箱\n臺北公司,a@b.example\n".encode("cp950"), Encoding.BIG5)
    assert found == Table(["名稱", "信箱"], [(2, ["臺北公司", "a@b.example"])])


def test_rows_have_the_numbers_that_a_spreadsheet_shows_and_headings_are_each_once(sent: Path) -> None:
    found = text(sent, b'a,a,,b,\n1,2,3,4\n,,,\n"x\ny",5\n')
    assert found.headings == ["a", "a #2", "#3", "b"]
    assert found.rows == [(2, ["1", "2", "3", "4"]), (4, ["x\ny", "5", "", ""])]


def test_a_workbook_is_read_as_people_see_it(sent: Path) -> None:
    at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC).replace(tzinfo=None)

    def fill(book: Any) -> None:
        book.add_worksheet("Hidden").hide()
        sheet = book.add_worksheet("客户")
        book.worksheets()[1].activate()
        book.worksheets()[1].set_first_sheet()
        sheet.merge_range("A1:D1", "客户名单")
        for column, head in enumerate(["名称", "电话", "日期", "时间", "合计", "是", "空"]):
            sheet.write_string(2, column, head)
        sheet.write_rich_string(3, 0, "上海", book.add_format({"bold": True}), "公司")
        sheet.write_number(3, 1, 13812345678)
        sheet.write_datetime(3, 2, date(2026, 11, 22), book.add_format({"num_format": "yyyy年m月d日"}))
        sheet.write_datetime(3, 3, at, book.add_format({"num_format": 22}))
        sheet.write_formula(3, 4, "=1+2", None, 3)
        sheet.write_boolean(3, 5, True)
        sheet.write_formula(5, 0, '="="&"1"', None, "=1")
        sheet.write_number(5, 1, 0.5)

    found = workbook(sent, fill)
    assert found.headings == ["名称", "电话", "日期", "时间", "合计", "是", "空"]
    assert found.rows == [
        (4, ["上海公司", "13812345678", "2026-11-22", "2026-11-22 08:30:00", "3", "true", ""]),
        (6, ["=1", "0.5", "", "", "", "", ""]),
    ]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=9), min_size=2, max_size=3)))
def test_what_a_spreadsheet_writes_is_what_is_read(rows: list[list[str]]) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([["a", "b", "c"], *rows]):
            for column, value in enumerate(row):
                sheet.write_string(place, column, value)
    found = dict(workbooks.rows(out))  # type: ignore[arg-type]  # what zipfile opens
    for place, row in enumerate(rows, 2):
        cells = found.get(place, [])
        assert cells + [""] * (len(row) - len(cells)) == row


def test_cells_merged_over_rows_are_refused(sent: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.merge_range("A2:A3", "one for two")

    with pytest.raises(Invalid) as told:
        workbook(sent, fill)
    assert told.value.code == "MERGED_CELLS"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "NO_ROWS"),
        (b" ,\n,\n", "NO_ROWS"),
        (b"a,b\n", "NO_ROWS"),
        (b"%PDF-1.7\x00\x01", "NOT_A_TABLE"),
        (b"a,b\n\x81,2\n" * 2 + b"\xff\xff", "NOT_A_TABLE"),
        (b'a,b\n"1,2\n', "NOT_A_TABLE"),
        (b"PK\x03\x04 no workbook", "NOT_A_TABLE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "NOT_A_TABLE"),
        (b"a,b\n" + b"1," * 200 + b"\n", "ROW_TOO_LARGE"),
        (b"a,b\n" + b"x" * 40_000 + b",1\n", "ROW_TOO_LARGE"),
    ],
)
def test_what_is_no_table_is_refused(sent: Path, content: bytes, code: str) -> None:
    assert refused(sent, content) == code


def test_a_million_rows_are_not_read(sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(sent, b"a,b\n" + b"1,2\n" * 1_000_000) == "TOO_MANY_ROWS"
    monkeypatch.setattr(workbooks, "MOST_ROWS", 20)

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for number in range(100):
            sheet.write_row(number, 0, ["a", "b"])

    with pytest.raises(Invalid) as told:
        workbook(sent, fill)
    assert told.value.code == "TOO_MANY_ROWS"
    monkeypatch.setattr(reading, "MOST_BYTES", 2)
    assert refused(sent, TABLE.encode()) == "FILE_TOO_LARGE"


def _packed(**parts: bytes) -> bytes:
    """A workbook of one sheet, with parts of one's own."""
    relation = b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    usual = {
        "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation,
        "xl/worksheets/sheet1.xml": b"<worksheet/>",
    }
    given = {
        "xl/worksheets/sheet1.xml" if name == "sheet" else "xl/sharedStrings.xml": part for name, part in parts.items()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in (usual | given).items():
            book.writestr(name, part)
    return out.getvalue()


def test_what_a_workbook_packs_is_bounded_whatever_it_says(sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 300_000)
    bomb = b"<worksheet><sheetData>" + b" " * 400_000 + b"</sheetData></worksheet>"
    assert refused(sent, _packed(sheet=bomb)) == "FILE_TOO_LARGE"
    shared = b"<sst>" + b"<si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    assert refused(sent, _packed(texts=shared)) == "FILE_TOO_LARGE"


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>', "NOT_A_TABLE"),
        (b'<worksheet><row r="x"/></worksheet>', "NOT_A_TABLE"),
        (b'<worksheet><c r="A1"><v>1</v></c></worksheet>', "NOT_A_TABLE"),
        (b'<worksheet><row r="1"><c r="XFD1"><v>1</v></c></row></worksheet>', "ROW_TOO_LARGE"),
        (b'<worksheet><row r="99999999"/></worksheet>', "TOO_MANY_ROWS"),
        (b"<worksheet><row", "NOT_A_TABLE"),
        (b"<worksheet/>", "NO_ROWS"),
    ],
)
def test_a_sheet_that_lies_is_refused(sent: Path, sheet: bytes, code: str) -> None:
    assert refused(sent, _packed(sheet=sheet)) == code


def test_a_part_that_is_missing_is_told(sent: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("word/document.xml", b"<w/>")
    assert refused(sent, out.getvalue()) == "NOT_A_TABLE"
    assert bounds.too_large().values["most"] == bounds.MOST_BYTES
