"""What only Python can tell and a statement needs: asked beforehand, and given to the statement as a value."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import visitors

from tenancy.work import Work

ASKED = -2
"""Where the answers stand among the values of a call, whose keys are nodes."""
_BEGINNING = "asked_"
_QUESTIONS: dict[str, Callable[[Work], Awaitable[Any]]] = {}


def asked(name: str, question: Callable[[Work], Awaitable[Any]]) -> Callable[[], BindParameter[Any]]:
    """A question of the company as a whole, for use inside expressions over rows; its answer is plain JSON."""
    key = f"{_BEGINNING}{name}"
    assert key not in _QUESTIONS, f"{name} is asked already"
    _QUESTIONS[key] = question
    return lambda: bindparam(key, None, type_=JSONB())


def is_asked(parameter: str) -> bool:
    """Whether a statement's parameter is an answer."""
    return parameter in _QUESTIONS


async def answers(work: Work, parameters: Iterable[str]) -> dict[str, Any]:
    """What the company's state answers to these questions now."""
    return {parameter: await _QUESTIONS[parameter](work) for parameter in parameters}


async def answered(work: Work, statement: Select[Any]) -> Select[Any]:
    """A statement with the answers to all that it asks."""
    parts = visitors.iterate(statement)
    names = {part.key for part in parts if isinstance(part, BindParameter) and is_asked(part.key)}
    return statement.params(await answers(work, names)) if names else statement
