"""Answers to a form: whether they fit it, and the one form in which each is kept and compared."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from domain.catalogue.rules.forms import (
    LARGEST,
    LONGEST,
    Bound,
    FieldKind,
    FormField,
    day_of,
    decimal_of,
    instant_of,
)
from tenancy.refusals import Invalid, message

# All answers of a request together.
MOST_CHARACTERS = 100_000

_NEEDED = message("This is needed.")
_LEAST, _MOST = message("The least possible is {least}."), message("The most possible is {most}.")
_TOO_SHORT, _TOO_LONG = (
    message("At least {least} characters are needed."),
    message("At most {most} characters are possible."),
)
_TOO_LITTLE = {
    FieldKind.TEXT: _TOO_SHORT,
    FieldKind.LONG_TEXT: _TOO_SHORT,
    FieldKind.CHOICES: message("At least {least} choices are needed."),
}
_TOO_MUCH = {
    FieldKind.TEXT: _TOO_LONG,
    FieldKind.LONG_TEXT: _TOO_LONG,
    FieldKind.CHOICES: message("At most {most} choices are possible."),
}
_EXPECTED = {
    FieldKind.TEXT: message("A text is needed here."),
    FieldKind.LONG_TEXT: message("A text is needed here."),
    FieldKind.NUMBER: message("A number is needed here."),
    FieldKind.MONEY: message("An amount is needed here, as text with figures such as 1234.50."),
    FieldKind.DAY: message("A day such as 2026-01-31 is needed here."),
    FieldKind.INSTANT: message("An instant with its offset is needed here, such as 2026-11-21T09:30:00+08:00."),
    FieldKind.CHOICE: message("One of these is needed: {expected}."),
    FieldKind.CHOICES: message("A list is needed here, each once of these: {expected}."),
    FieldKind.YES_NO: message("Yes or no is needed here: true or false."),
    FieldKind.CONTACT: message("The id of one of the customer's contacts is needed here."),
}


def check_answers(fields: Sequence[FormField], answers: Any) -> dict[str, Any]:
    """The answers in the form in which they are kept, those that say nothing left out.

    A text is normalised, a number is whole or a text with all its decimals, an instant is in UTC, choices stand in the
    form's order. What was kept passes again unchanged. Raises `Invalid` with the path `answers.<code>`.
    """
    given = {} if answers is None else answers
    if not isinstance(given, Mapping):
        raise Invalid(message("Answers are an object by the codes of the form's fields."), path=("answers",))
    known = {field.code: field for field in fields}
    for code in given:
        if code not in known:
            raise Invalid(message("The form has no field of this name."), path=("answers", *_shown(code)))
    kept: dict[str, Any] = {}
    for field in fields:
        answer = _answer(field, given.get(field.code))
        if answer is not None:
            kept[field.code] = answer
        elif field.required:
            raise Invalid(_NEEDED, path=("answers", field.code))
    if sum(len(each) for each in kept.values() if isinstance(each, str)) > MOST_CHARACTERS:
        text = message("The answers together have more than {most} characters.")
        raise Invalid(text, {"most": MOST_CHARACTERS}, path=("answers",))
    return kept


def contacts_in(fields: Sequence[FormField], kept: Mapping[str, Any]) -> Iterator[tuple[str, UUID]]:
    """The contacts that checked answers name, by the codes of their fields."""
    for field in fields:
        if field.kind is FieldKind.CONTACT and field.code in kept:
            yield field.code, UUID(kept[field.code])


def _shown(code: Any) -> tuple[str, ...]:
    """A code in an error's path, unless nobody could have meant it."""
    return (code,) if isinstance(code, str) and len(code) <= 60 and code.isascii() and code.isprintable() else ()


def _answer(field: FormField, given: Any) -> Any:
    """One answer as it is kept; None when nothing is said."""
    if given is None:
        return None
    match field.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            return _text(field, given)
        case FieldKind.NUMBER | FieldKind.MONEY:
            return _number(field, given)
        case FieldKind.DAY:
            day = day_of(given) if isinstance(given, str) else None
            return _bounded(field, day, day).isoformat()
        case FieldKind.INSTANT:
            instant = instant_of(given) if isinstance(given, str) else None
            return _bounded(field, instant, instant).isoformat()
        case FieldKind.CHOICE:
            return _bounded(field, given if given in _codes(field) else None)
        case FieldKind.CHOICES:
            return _choices(field, given)
        case FieldKind.YES_NO:
            return _bounded(field, given if isinstance(given, bool) else None)
        case FieldKind.CONTACT:
            return str(_bounded(field, _id(given)))


def _bounded(field: FormField, answer: Any, measure: Bound | None = None) -> Any:
    """The answer, unless it is none of its kind (None) or its measure lies outside the field's bounds."""
    path = ("answers", field.code)
    if answer is None:
        expected = ", ".join(_codes(field))
        raise Invalid(_EXPECTED[field.kind], {"expected": expected}, path=path)
    if measure is None:
        return answer
    least = field.bound(field.minimum) if field.minimum is not None else None
    most = field.bound(field.maximum) if field.maximum is not None else LONGEST.get(field.kind)
    if least is not None and measure < least:  # type: ignore[operator]  # a measure and its bounds are of one kind
        raise Invalid(_TOO_LITTLE.get(field.kind, _LEAST), {"least": str(field.minimum)}, path=path)
    if most is not None and measure > most:  # type: ignore[operator]  # as above
        raise Invalid(_TOO_MUCH.get(field.kind, _MOST), {"most": field.maximum or str(most)}, path=path)
    return answer


def _text(field: FormField, given: Any) -> str | None:
    if not isinstance(given, str):
        return str(_bounded(field, None))
    lines = given.replace("\r\n", "\n").replace("\r", "\n").strip()
    text = unicodedata.normalize("NFC", " ".join(lines.split()) if field.kind is FieldKind.TEXT else lines)
    if not text:
        return None
    # Control characters and halves of characters are what a database or a mail refuses later and less politely.
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
        raise Invalid(message("The text contains characters that cannot be stored."), path=("answers", field.code))
    return str(_bounded(field, text, len(text)))


def _number(field: FormField, given: Any) -> int | str:
    number: Decimal | None = None
    if isinstance(given, str):
        number = decimal_of(given)
    # True is no number here; a float is what a program makes of 12.5, and its shortest text is what was meant.
    elif type(given) is int and abs(given) <= LARGEST:
        number = Decimal(given)
    elif type(given) is float and field.kind is FieldKind.NUMBER and isfinite(given) and abs(given) <= LARGEST:
        number = Decimal(repr(given))
    number = _bounded(field, number, number)
    assert number is not None
    exact = number.quantize(Decimal(1).scaleb(-field.places))
    if exact != number:
        text = message("It has at most {places} decimals.")
        raise Invalid(text, {"places": field.places}, path=("answers", field.code))
    exact = exact + 0
    return int(exact) if field.kind is FieldKind.NUMBER and not field.places else f"{exact:f}"


def _choices(field: FormField, given: Any) -> list[str] | None:
    if given == []:
        return None
    possible = _codes(field)
    chosen = isinstance(given, list) and all(isinstance(each, str) and each in possible for each in given)
    if not chosen or len(set(given)) != len(given):
        return list(_bounded(field, None))
    return list(_bounded(field, [code for code in possible if code in given], len(given)))


def _codes(field: FormField) -> list[str]:
    return [choice.code for choice in field.choices]


def _id(given: Any) -> UUID | None:
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None
