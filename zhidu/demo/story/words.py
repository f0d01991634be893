"""The story's own words in the language of the terminal."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def language_of(locale: str) -> str:
    """The language of a POSIX locale such as `zh_TW.UTF-8`; English for all that we don't speak."""
    first, *rest = locale.partition(".")[0].lower().replace("@", "_").split("_")
    if first != "zh":
        return "en"
    return "zh-Hant" if {"tw", "hk", "mo", "hant"} & set(rest) else "zh-Hans"


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        with Path(__file__).with_name("words.toml").open("rb") as opened:
            texts: Mapping[str, Mapping[str, str]] = tomllib.load(opened)
        self._texts = {key: text[language] for key, text in texts.items()}

    def __call__(self, key: str, **values: Any) -> str:
        """A text with its blanks filled; a word that nobody has translated is shown as the API says it."""
        return self._texts.get(key, key.lower().replace("_", " ")).format_map(values)
