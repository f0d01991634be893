"""What files are called, what they are, and how large they may be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files.rules import (
    LONGEST_NAME,
    LONGEST_NAME_BYTES,
    Limits,
    check_digest,
    check_not_empty,
    clean_name,
    media_type,
)
from tenancy.refusals import Invalid, Refusal

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
ZIP = b"PK\x03\x04" + bytes(26)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("contract.pdf", "contract.pdf"),
        ("合同 2026年.pdf", "合同 2026年.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\lin\\offer.docx", "offer.docx"),
        ("a\x00b\x1fc.txt", "abc.txt"),
        ("one\ntwo\t three.txt", "one two three.txt"),
        # The direction of writing turned around: on a screen it would end in “exe.txt”.
        ("invoice\u202etxt.exe", "invoicetxt.exe"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ('a<b>c:"d"|e?f*.txt', "a_b_c__d__e_f_.txt"),
        ("...hidden", "hidden"),
        ("trailing. . ", "trailing"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("lone\ud800half.txt", "lonehalf.txt"),
    ],
)
def test_a_name_is_kept_for_people_and_leads_nowhere(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["", "   ", "..", "/", "a/", "\u202e\u200b", "\x00", " . . "])
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(name)
    assert refused.value.path == ("name",)


def test_a_long_name_is_cut_before_its_ending() -> None:
    assert clean_name("a" * 500 + ".pdf") == "a" * (LONGEST_NAME - 4) + ".pdf"
    cut = clean_name("文" * 500 + ".pdf")
    assert cut.endswith("文.pdf")
    assert len(cut.encode()) <= LONGEST_NAME_BYTES
    assert clean_name("x." + "y" * 500) == "x." + "y" * (LONGEST_NAME - 2)


@given(st.text(max_size=300))
def test_whatever_is_sent_becomes_a_name_that_can_be_saved_or_none(name: str) -> None:
    try:
        kept = clean_name(name)
    except Invalid:
        return
    assert 0 < len(kept) <= LONGEST_NAME
    assert len(kept.encode()) <= LONGEST_NAME_BYTES
    assert not set(kept) & set('/\\<>:"|?*\n\r\t')
    assert all(unicodedata.category(each) not in ("Cc", "Cf", "Cs") for each in kept)
    assert not kept.startswith(".")
    assert kept == unicodedata.normalize("NFC", kept)
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    ("beginning", "said", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf", "application/pdf"),
        # What is recognised goes by no other kind.
        (PNG, "application/pdf", "image/png"),
        (b"MZ\x90\x00\x03", "image/png", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02\x01", "text/plain", "application/x-executable"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypmp42", "text/html", "video/mp4"),
        # A container has many kinds, and its sender is believed among them.
        (ZIP, DOCX, DOCX),
        (ZIP, "image/png", "application/zip"),
        (OLE, "application/msword", "application/msword"),
        (OLE, "text/plain", "application/x-ole-storage"),
        (b"name,price\n", "text/csv; charset=utf-8", "text/csv"),
        (b'{"a": 1}', "application/json", "application/json"),
        ("价格".encode(), "application/pdf", "text/plain"),
        ("价格".encode()[:-1], "text/markdown", "text/markdown"),
        (b"BM is how this text begins", "text/plain", "text/plain"),
        (b"MZ is one of two letters", "", "text/plain"),
        (b"\xff\xfeh\x00i\x00", "text/plain", "text/plain"),
        # Nothing goes by a kind that its bytes belie.
        (b"\x00\x01\x02\x03", "application/pdf", "application/octet-stream"),
        (b"\x00\x01\x02\x03", "text/html", "application/octet-stream"),
        (b"\x00\x01\x02\x03", "application/x-dwg", "application/x-dwg"),
        (b"\x00\x01\x02\x03", "nonsense", "application/octet-stream"),
        (b"\x00\x01\x02\x03", "text/html\r\nx: y", "application/octet-stream"),
    ],
)
def test_bytes_tell_what_a_file_is(beginning: bytes, said: str, kind: str) -> None:
    assert media_type(beginning, said) == kind


@given(st.binary(max_size=300), st.text(max_size=60))
def test_every_content_is_of_some_kind(beginning: bytes, said: str) -> None:
    kind = media_type(beginning, said)
    assert kind.count("/") == 1
    assert kind.isascii()
    assert kind.isprintable()


def test_limits_refuse_by_size_by_room_and_by_kind() -> None:
    limits = Limits(most_bytes=10, company_bytes=100, used_bytes=95, media_types=("application/pdf", "image/*"))
    limits.check_size(10)
    limits.check_room(5)
    limits.check_type("image/png")
    for act, code in (
        (lambda: limits.check_size(11), "FILE_TOO_LARGE"),
        (lambda: limits.check_room(6), "NO_ROOM_FOR_FILES"),
        (lambda: limits.check_type("text/plain"), "MEDIA_TYPE_NOT_ADMITTED"),
        (lambda: check_not_empty(b""), "FILE_EMPTY"),
        (lambda: check_digest("aa", "bb"), "DIGEST_MISMATCH"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code
    Limits(most_bytes=1, company_bytes=1, used_bytes=0).check_type("anything/at-all")
    check_digest("aa", None)
    check_digest("aa", "AA")
