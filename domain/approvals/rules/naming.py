"""What the subject of an approval is called where people are told of it, from the facts laid before its approvers."""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Any

from domain.kernel.money import Money
from domain.kernel.subjects import TITLES, FactType, SubjectKind, facts_of
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.words import word

_AMOUNT = "_minor"


def title(kind_word: str, purpose: str, facts: Mapping[str, Any]) -> Sentence:
    """The title of a subject: its number, its amount and the like; its kind alone while one of them is not known."""
    if kind_word not in set(SubjectKind):
        return Sentence("{kind}", {"kind": kind_word})
    kind = SubjectKind(kind_word)
    text = TITLES.get((kind, purpose))
    names = [name for _, name, _, _ in Formatter().parse(text or "") if name]
    values = {name: _value(kind, purpose, name, facts) for name in names}
    if text is None or None in values.values():
        return say(word(kind))
    return Sentence(text, values)


def _value(kind: SubjectKind, purpose: str, name: str, facts: Mapping[str, Any]) -> Any:
    fact, declared = facts.get(name), facts_of(kind, purpose).get(name)
    # What an older approval was told in another form is not known.
    if fact is None or declared is None or not declared.admits(fact):
        return None
    if name.endswith(_AMOUNT):
        currency = facts.get("currency")
        return Money(fact, currency) if isinstance(currency, str) else None
    return date.fromisoformat(fact) if declared is FactType.DAY else fact
