"""What is looked for: the terms of a text as PostgreSQL's function `search_keys` makes them, and where they stand."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenancy.refusals import Invalid, message

# Letters that stand for themselves, of which words are not set apart: Chinese, Japanese and Korean, and pictures.
WIDE = "\u2e80-\u2fff\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff"
# What stands between words, beside what is wide; the beginning is all of ASCII that is no letter and no digit.
BETWEEN = "\x00-\x2f\x3a-\x60\x7b-\xbf\u2000-\u206f\u3000-\u303f\ud800-\udfff\ufe00-\ufe0f\U00040000-\U0010ffff"
# A word is found by its beginning, up to so many letters.
LONGEST_BEGINNING = 12
LONGEST_WORD = 200
MAX_TEXT = 200

# How much of a text is shown around what was found, and how much of that before it.
EXCERPT = 160
BEFORE = 40
CUT = "…"

_RUNS = re.compile(f"([{WIDE}]+)|([^{WIDE}{BETWEEN}]+)")


class SearchKind(StrEnum):
    """What can be found."""

    REQUEST = "request"
    MESSAGE = "message"
    CUSTOMER = "customer"
    CONTACT = "contact"


@dataclass(frozen=True)
class Sought:
    """What a text asks for: all of `terms` must be there; whoever has all of `whole` in the title comes first."""

    terms: tuple[str, ...]
    whole: tuple[str, ...]
    # Where any of it stands in a text.
    pattern: re.Pattern[str]


def sought(text: str) -> Sought:
    """The terms of what somebody looks for. Raises `Invalid` for too much, and for too little to look for."""
    if len(text) > MAX_TEXT:
        too_long = message("The text has {length} characters; at most {most} are possible.")
        raise Invalid(too_long, {"length": len(text), "most": MAX_TEXT}, ("text",))
    runs = [(match[1], match[2]) for match in _RUNS.finditer(_folded(text))]
    if not any(wide or len(word) > 1 for wide, word in runs):
        raise Invalid(
            message("Search for two letters or digits at least, or for one Chinese character."), {}, ("text",)
        )
    terms: dict[str, None] = {}
    whole: dict[str, None] = {}
    shapes: dict[str, None] = {}
    for wide, word in runs:
        pairs = [wide[place : place + 2] for place in range(len(wide) - 1)] or [wide] if wide else []
        terms |= dict.fromkeys(pairs or [word[:LONGEST_BEGINNING]])
        whole |= dict.fromkeys(pairs or [word[:LONGEST_WORD] + " "])
        # A whole run before its pairs, so that the longest is taken.
        shapes |= dict.fromkeys(map(re.escape, (wide, *pairs)) if wide else [_beginning(word)])
    return Sought(tuple(terms), tuple(whole), re.compile("|".join(shapes)))


def _beginning(word: str) -> str:
    """A word at the beginning of one, before which a number may have noughts."""
    noughts = "0*" if word.isdecimal() else ""
    return f"(?<![^{WIDE}{BETWEEN}]){noughts}{re.escape(word[:LONGEST_WORD])}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def excerpt(texts: Sequence[str], looked_for: Sought) -> list[tuple[str, bool]]:
    """The piece of the first of the texts that has something of what was looked for, in parts: which were sought, and
    which stand around them. The beginning of the first text where none has."""
    for text in texts:
        places = list(_places(text, looked_for.pattern))
        if places:
            return _cut(text, places)
    return _cut(next((text for text in texts if text), ""), [])


def _places(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """From where to where what is sought stands in a text; folding may make several letters of one."""
    folded: str = _folded(text)
    origin: Sequence[int] = range(len(text))
    if len(folded) != len(text) or not unicodedata.is_normalized("NFKC", text):
        letters = [(one, place) for place, letter in enumerate(text) for one in _folded(letter)]
        folded, origin = "".join(one for one, _ in letters), [place for _, place in letters]
    for match in pattern.finditer(folded):
        if match.end() > match.start():
            yield origin[match.start()], origin[match.end() - 1] + 1


def _cut(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    start = max(0, places[0][0] - BEFORE) if places else 0
    end = min(len(text), start + EXCERPT)
    parts = [(CUT, False)] if start else []
    here = start
    for since, until in places:
        if until > end or since < here:
            continue
        parts += [(text[here:since], False), (text[since:until], True)]
        here = until
    parts += [(text[here:end], False), (CUT if end < len(text) else "", False)]
    return [(part, found) for part, found in parts if part]
