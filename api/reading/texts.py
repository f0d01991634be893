"""Texts that a row has in all three languages, inside a statement."""

from typing import Any

from sqlalchemy import ColumnElement, func

from tenancy.models import current_language


def text_of(row: Any, name: str, asked: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    """A text of a column that holds all three languages: in the one asked for, in the reader's, or in what there is."""
    texts = getattr(row, name)
    wanted = () if asked is None else (texts.op("->>")(asked),)
    own = texts.op("->>")(current_language())
    return func.coalesce(*wanted, own, texts.op("->>")("zh_Hans"), texts.op("->>")("en"), "")
