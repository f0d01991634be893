"""Columns stay straight in a terminal where a Chinese character takes two cells."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhidu.demo.story import words
from zhidu.demo.story.terminal import cells, padded, row, wrapped

TEXTS = st.text(alphabet="制度离職、。〔1.2〕 –abc é", max_size=80)
# Without marks that stay with the piece before them, however many there are.
UNMARKED = st.text(alphabet="制度离職〔12〕 –abc é", max_size=80)


def test_a_chinese_character_takes_two_cells_and_an_accent_none() -> None:
    assert cells("制度 v1") == 7
    assert cells("e\u0301") == 1
    assert padded("制度", 6) == "制度  "


def test_words_stay_whole_and_chinese_breaks_anywhere_but_before_a_closing_mark() -> None:
    assert wrapped("the head of department", 12) == ["the head of", "department"]
    assert wrapped("部门负责人,同意", 10) == ["部门负责", "人,同意"]
    assert wrapped("一\n二", 10) == ["一", "二"]


@given(TEXTS, st.integers(min_value=8, max_value=40))
def test_nothing_of_a_text_is_lost_when_it_is_wrapped(text: str, width: int) -> None:
    assert "".join(wrapped(text, width)).replace(" ", "") == text.replace(" ", "")


@given(UNMARKED, st.integers(min_value=8, max_value=40))
def test_no_line_is_wider_than_its_column_unless_it_is_a_single_word(text: str, width: int) -> None:
    for line in wrapped(text, width):
        assert cells(line) <= width or len(line.split()) == 1


@given(TEXTS, TEXTS)
def test_the_second_column_begins_in_the_same_cell_on_every_line(left: str, right: str) -> None:
    for line in row((left.replace(" ", ""), right), (200, 30)):
        assert cells(line) <= 200 + 2 + max(30, cells(right))


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh_Hant", "zh-Hant"),
        ("en_GB.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("", "en"),
    ],
)
def test_the_story_is_told_in_the_language_of_the_terminal(locale: str, language: str) -> None:
    assert words.language_of(locale) == language


def test_every_word_of_the_story_exists_in_three_languages_with_the_same_blanks() -> None:
    texts = tomllib.loads(Path(words.__file__).with_name("words.toml").read_text())
    for key, text in texts.items():
        assert set(text) == set(words.LANGUAGES), key
        assert len({frozenset(re.findall(r"\{\w+\}", said)) for said in text.values()}) == 1, key
    assert words.Words("zh-Hans")("days", days=3) == "3 天"
    assert words.Words("en")("SOMETHING_NEW") == "something new"
