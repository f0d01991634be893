"""The languages people read: texts from the catalogue, and days, instants and amounts as each language writes them."""

import re
from collections.abc import Mapping
from copy import copy
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.core import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import get_currency_symbol

from tenancy.refusals import message

LOCALE = Path(__file__).parent / "locale"


class Language(StrEnum):
    """A language of the product, as it is stored; `tag` is how clients, browsers and mails write it."""

    ZH_HANS = "zh_Hans"
    ZH_HANT = "zh_Hant"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag: `zh-Hans`, `zh-Hant`, `en`."""
        return self.value.replace("_", "-")


# What browsers and systems say for Chinese; the script decides where it is named, the region where it is not.
_CHINESE = {"hans": Language.ZH_HANS, "hant": Language.ZH_HANT} | dict.fromkeys(("tw", "hk", "mo"), Language.ZH_HANT)


def language_of(tag: str) -> Language | None:
    """The language that a tag in any usual form stands for (`zh-CN`, `zh_Hant_HK`, `en-GB`); None for any other."""
    first, *rest = tag.strip().lower().replace("_", "-").split("-")
    if first == "en":
        return Language.EN
    if first in ("zh", "cmn"):
        return next((_CHINESE[part] for part in rest if part in _CHINESE), Language.ZH_HANS)
    return None


def negotiate(accept_language: str | None, default: Language) -> Language:
    """The language that an Accept-Language header prefers among ours, or the default."""
    best, best_weight = default, 0.0
    for choice in (accept_language or "")[:500].split(","):
        tag, _, parameters = choice.partition(";")
        weight = _weight(parameters)
        language = default if tag.strip() == "*" else language_of(tag)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    text = parameters.strip()
    if not text:
        return 1.0
    name, _, number = text.partition("=")
    try:
        weight = float(number) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def translate(text: str, language: str, values: Mapping[str, Any] | None = None, *, zone: tzinfo = UTC) -> str:
    """A marked text in a language, its `{blanks}` filled with the values as that language writes them.

    A text without translation, or an unknown language, gives the English one. Days and instants are written out
    (instants in `zone`); a tuple is taken for marked words, each translated. A blank without a value stays visible:
    what explains an error must not raise another.
    """
    known = language_of(language) or Language.EN
    found = _translations(known).get(text, text)
    if values is None:
        return found
    return found.format_map(_Filled({name: _written(value, known, zone) for name, value in values.items()}))


class _Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _written(value: Any, language: Language, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        # One that says whose clocks it is written by keeps to them.
        own = value.tzinfo if value.tzinfo not in (None, UTC) else None
        return write_instant(value, own or zone, language)
    if isinstance(value, date):
        return write_day(value, language)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return write_span(value, language)
    if isinstance(value, tuple):
        joint = ", " if language is Language.EN else "、"
        return joint.join(translate(str(each), language) for each in value)
    return str(value)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """A text that is kept in several languages as its reader understands it best; empty where there is none."""
    return texts.get(language) or texts.get(Language.ZH_HANS) or texts.get(Language.EN) or ""


def write_day(day: date, language: str) -> str:
    """A day: `2026年11月21日`, `Nov 21, 2026`."""
    return format_date(day, "medium", locale=_locale(language))


def write_instant(instant: datetime, zone: tzinfo, language: str) -> str:
    """An instant to the minute, by the clocks of a zone: `2026年11月21日 11:05`, `Nov 21, 2026, 11:05`."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    local = instant.astimezone(zone)
    comma = "," if language_of(language) in (Language.EN, None) else ""
    return f"{write_day(local.date(), language)}{comma} {format_time(local, 'HH:mm', locale=_locale(language))}"


def write_span(span: timedelta, language: str) -> str:
    """A length of time to the minute, such as working time, whose days would mislead: `26 h 5 min`."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if hours and minutes:
        return translate(message("{hours} h {minutes} min"), language, {"hours": hours, "minutes": minutes})
    if hours:
        return translate(message("{hours} h"), language, {"hours": hours})
    return translate(message("{minutes} min"), language, {"minutes": minutes})


def write_amount(amount: Decimal, currency: str, language: str) -> str:
    """An amount with as many decimals as it has: `¥1,234.50`. Only the language at hand decides which sign is bare."""
    locale = _locale(language)
    places = max(0, -int(amount.as_tuple().exponent))
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    text = str(pattern.apply(amount, locale, currency=currency, currency_digits=False))
    # A code that stands for a sign does not stick to the figures.
    text = re.sub(r"(?<=[A-Z])(?=[0-9])", "\xa0", text)
    # Traditional Chinese is read where the dollar at home is Taiwan's, Hong Kong's or Macao's.
    if get_currency_symbol(currency, locale) == "$" and currency != "USD":
        return text.replace("$", get_currency_symbol(currency, "en"))
    return text


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse(language_of(language) or Language.EN)


@lru_cache(maxsize=8)
def _translations(language: Language) -> dict[str, str]:
    if language is Language.EN:
        return {}
    with (LOCALE / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}
