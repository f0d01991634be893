"""The PDF: real signs of each language, text that is never markup, and a plain word where there is no font."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.rulebook.rules.documents import Document, Entry
from press.printing import MOST_CHARACTERS, Printer
from tenancy.refusals import Refusal, Unavailable

AT = datetime(2026, 11, 21, tzinfo=UTC)
TRICKS = '#panic("x") #read("/etc/passwd") *bold* _x_ $y$ @z <label> `raw` \\u{41} // no /* comment'


def document(language: str, title: str, *lines: str) -> Document:
    entry = Entry(number="1.1", title=title, level=2, concerns="", wording=lines, laid_down=())
    return Document(
        language=language,
        title=title,
        running_head="QM-1",
        facts=(("N", "QM-1"),),
        as_of="",
        contents="Contents",
        entries=(entry,),
    )


def signs(pdf: bytes) -> set[str]:
    """The signs whose shapes are in a PDF, by the tables that tell what each shape stands for."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"beginbfchar" in text:
            for glyph, stands_for in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", text):
                # Shape nought is the empty box.
                if int(glyph, 16):
                    found |= set(bytes.fromhex(stands_for.decode()).decode("utf-16-be"))
    return found


@pytest.mark.parametrize(
    ("language", "title"), [("zh_Hans", "服务级别须遵守"), ("zh_Hant", "服務級別須遵守"), ("en", "Service levels")]
)
async def test_each_language_has_its_signs(language: str, title: str) -> None:
    pdf = await Printer().pdf(document(language, title), AT)
    assert pdf.startswith(b"%PDF-")
    assert set(title) - {" "} <= signs(pdf)
    # The document says its language, for whoever has it read aloud.
    assert f"/Lang ({'en' if language == 'en' else 'zh'}".encode() in pdf.replace(b"/Lang(", b"/Lang (")


async def test_the_same_version_at_the_same_instant_is_the_same_pdf() -> None:
    assert await Printer().pdf(document("en", "A"), AT) == await Printer().pdf(document("en", "A"), AT)


async def test_text_is_never_markup() -> None:
    pdf = await Printer().pdf(document("en", TRICKS, TRICKS), AT)
    assert set("#*_$@<>`\\/") <= signs(pdf)


async def test_where_there_is_no_font_it_is_said_plainly() -> None:
    with pytest.raises(Unavailable) as refused:
        await Printer(font="No Such Font").pdf(document("en", "A"), AT)
    assert refused.value.code == "NO_FONT"


async def test_what_takes_too_long_is_ended() -> None:
    printer = Printer(seconds=0.001)
    with pytest.raises(Unavailable) as refused:
        await printer.pdf(document("en", "A"), AT)
    assert refused.value.code == "PRINTING_FAILED"


async def test_what_cannot_be_set_leaves_the_press_free_for_the_next() -> None:
    printer = Printer()
    with pytest.raises(Unavailable) as refused:
        await printer.pdf(replace(document("en", "A"), facts=(("only one",),)), AT)  # type: ignore[arg-type]  # no fact
    assert refused.value.code == "PRINTING_FAILED"
    assert await printer.pdf(document("en", "A"), AT)


async def test_what_is_too_long_is_not_begun() -> None:
    with pytest.raises(Refusal) as refused:
        await Printer().pdf(document("en", "A", "x" * MOST_CHARACTERS), AT)
    assert refused.value.code == "TOO_LONG"
