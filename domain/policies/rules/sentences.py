"""Sentences that a value says of itself: marked English with blanks, filled in and translated when somebody reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from domain.kernel.money import Money
from domain.policies.rules.values import Target, Wording
from domain.policies.rules.words import word
from tenancy.language import Language, translate, write_amount
from tenancy.refusals import message


@dataclass(frozen=True)
class Sentence:
    """A marked sentence and what stands in its blanks: numbers, days, words of the catalogue, texts in three languages,
    amounts, targets, further sentences, and lists of them."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody in a blank, or a department or customer: their name is known only where the sentence is read, and to
    whoever may know it; the others read what they are `otherwise`."""

    id: UUID
    otherwise: str = message("a named person")


def say(text: str, **values: Any) -> Sentence:
    """A sentence, in a line."""
    return Sentence(text, values)


def read(sentence: Sentence, language: str, names: Mapping[UUID, str] = MappingProxyType({})) -> str:
    """A sentence as a reader of a language has it. `names` are those of the people whom the reader may know."""
    values = {name: written(value, language, names) for name, value in sentence.values.items()}
    return translate(sentence.text, language, values)


def read_all(sentences: Iterable[Sentence], language: str, names: Mapping[UUID, str] = MappingProxyType({})) -> str:
    """Several sentences, each in a line of its own."""
    return "\n".join(read(sentence, language, names) for sentence in sentences)


def written(value: Any, language: str, names: Mapping[UUID, str] = MappingProxyType({})) -> Any:
    """What stands in a blank, as a language writes it; days and instants are left to `translate`."""
    match value:
        case Sentence():
            return read(value, language, names)
        case Person():
            return names.get(value.id) or translate(value.otherwise, language)
        case Wording():
            return value.in_language(language)
        case Target():
            return read(_target(value), language)
        case Money():
            return write_amount(value.decimal, value.currency, language)
        case Decimal():
            return f"{value.normalize():f}"
        case StrEnum():
            return translate(word(value), language)
        case tuple() | list() | frozenset():
            joint = ", " if language == Language.EN else "、"
            return joint.join(str(written(each, language, names)) for each in value) or translate(_NONE, language)
        case None:
            return translate(_NONE, language)
    return value


_NONE = message("none")


def _target(target: Target) -> Sentence:
    if target.working_days is None:
        return say(message("{minutes} working minutes"), minutes=target.working_minutes)
    if target.working_days == 1:
        end_of_day = message("one working day, to the end of the day")
        return say(end_of_day if target.end_of_day else message("one working day"))
    if target.end_of_day:
        return say(message("{days} working days, to the end of the day"), days=target.working_days)
    return say(message("{days} working days"), days=target.working_days)
