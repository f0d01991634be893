"""What is looked for, and where it stands: pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search import rules
from domain.search.rules import excerpt, sought
from tenancy.refusals import Invalid


def test_words_are_terms_by_their_beginning_and_chinese_by_its_pairs() -> None:
    found = sought("Printer 打印机 x-ray 000042 incomprehensibilities")
    assert found.terms == ("printer", "打印", "印机", "x", "ray", "000042", "incomprehens")
    assert "printer " in found.whole


def test_one_chinese_character_is_enough_and_width_and_case_do_not_matter() -> None:
    assert sought("门").terms == ("门",)
    assert sought("ＶＰＮ").terms == sought("vpn").terms


@pytest.mark.parametrize("text", ["", "   ", "a", "%", "_", "\\", "'; --", "——！？", "\x00", "\ud800", "1"])
def test_nothing_to_look_for_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        sought(text)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="at most 200"):
        sought("x" * 10_000)


def test_a_picture_is_a_character_like_others() -> None:
    assert sought("🔥").terms == ("🔥",)


@given(st.text(max_size=60))
def test_whatever_is_looked_for_is_refused_or_looked_for(text: str) -> None:
    try:
        found = sought(text)
    except Invalid:
        return
    assert all(term for term in found.terms)
    assert "".join(part for part, _ in excerpt([text], found)).strip(rules.CUT) in text


def test_what_was_found_is_marked_at_the_beginning_of_words_only() -> None:
    parts = excerpt(["", "A sprinter's Printers print in 打印机房"], sought("print 打印"))
    assert [part for part, found in parts if found] == ["Print", "print", "打印"]
    assert "".join(part for part, _ in parts) == "A sprinter's Printers print in 打印机房"


def test_an_excerpt_is_cut_around_the_first_place() -> None:
    parts = excerpt(["word " * 100 + "needle " + "word " * 100], sought("needle"))
    assert (parts[0], parts[-1]) == (("…", False), ("…", False))
    assert ("needle", True) in parts
    assert sum(len(part) for part, _ in parts) <= rules.EXCERPT + 2


def test_without_a_place_the_first_text_begins_the_excerpt() -> None:
    assert excerpt(["", "Something"], sought("else")) == [("Something", False)]
    assert excerpt(["", ""], sought("else")) == []


def test_a_number_is_marked_with_its_noughts() -> None:
    assert excerpt(["See REQ-000042."], sought("42")) == [("See REQ-", False), ("000042", True), (".", False)]
