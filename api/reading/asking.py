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


async def answered(work: Work, statement: Select[Any], known: dict[str, Any]) -> Select[Any]:
    """A statement with the answers to all that it asks; `known` keeps those of one reading."""
    names = {str(getattr(part, "key", "")) for part in visitors.iterate(statement) if _is_question(part)}
    if not names:
        return statement
    known.update(await answers(work, names - known.keys()))

    def answer(part: Any, **_: Any) -> Any:
        return bindparam(part.key, known[part.key], type_=JSONB()) if _is_question(part) else None

    # SQLAlchemy's types know this of columns only.
    traverse: Callable[..., Select[Any]] = visitors.replacement_traverse
    return traverse(statement, {}, answer)


def _is_question(part: Any) -> bool:
    return isinstance(part, BindParameter) and is_asked(part.key)
