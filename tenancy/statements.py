"""From SQLAlchemy's statements to what the driver takes: SQL text, compiled once per shape, and its arguments."""

import enum
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Enum, bindparam, inspect, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.orm import Mapper, configure_mappers
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from tenancy.models import Model

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its dialects untyped
CACHED_SHAPES = 2_000
# What stands in a row besides its values: SQLAlchemy's mark, and the tenant of one that was loaded.
BESIDES = ("_sa_instance_state", "tenant_id")

M = TypeVar("M", bound=Model)

_compiled: dict[Any, SQLCompiler] = {}


def prepare(statement: ClauseElement) -> tuple[str, list[Any]]:
    """The text of a statement and its arguments; statements of one shape share one compilation."""
    key = statement._generate_cache_key()
    if key is None:
        compiled = statement.compile(dialect=DIALECT)
        assert isinstance(compiled, SQLCompiler)
        values = compiled.construct_params()
    else:
        found = _compiled.get(key.key)
        if found is None:
            # The compiler takes the key so that later statements of this shape can bring their own values.
            found = statement.compile(dialect=DIALECT, cache_key=key)  # type: ignore[assignment]  # a DML or SELECT compiler
            assert isinstance(found, SQLCompiler)
            if len(_compiled) >= CACHED_SHAPES:
                _compiled.clear()
            _compiled[key.key] = found
        compiled = found
        values = compiled.construct_params(extracted_parameters=key.bindparams)
    return compiled.string, [values[name] for name in compiled.positiontup or ()]


@cache
def by_id(model: type[Model], *, lock: bool) -> str:
    """The text that loads the row with an id, its only argument: what is asked most often is not built each time."""
    found = select(model).where(model.id == bindparam("id"))
    return str((found.with_for_update() if lock else found).compile(dialect=DIALECT))


@cache
def columns_of(model: type[Model]) -> tuple[str, ...]:
    """The column names of a table, in the order of its class."""
    return tuple(column.name for column in _mapper(model).columns)


@cache
def _mapper(model: type[M]) -> Mapper[M]:
    # Constructors do this by themselves; a row that is built and then changed may come before the first of them.
    configure_mappers()
    return inspect(model)


@cache
def _enums(model: type[Model]) -> Mapping[str, Mapping[str, enum.Enum]]:
    """The attributes whose Python type is a `StrEnum` although the column is text, and what each text means."""
    found: dict[str, Mapping[str, enum.Enum]] = {}
    for column in _mapper(model).columns:
        if isinstance(column.type, Enum) and column.type.enum_class is not None:
            found[column.name] = {str(word): word for word in column.type.enum_class}
    return found


@cache
def _defaults(model: type[Model]) -> Mapping[str, Any]:
    """What the columns of a row hold that says nothing of them; the tenant's is PostgreSQL's own."""
    blank = _mapper(model).class_manager.new_instance()
    return {name: getattr(blank, name) for name in columns_of(model) if name != "tenant_id"}


def state_of(row: Model) -> dict[str, Any]:
    """What a row holds, by the names of its columns and in their order, without the tenant."""
    state = {**_defaults(type(row)), **row.__dict__}
    for name in BESIDES:
        state.pop(name, None)
    return state


def build(model: type[M], values: Mapping[str, Any]) -> M:
    """An instance of a stored row; its class's constructor is for new rows and is not called."""
    row: M = _mapper(model).class_manager.new_instance()
    state = dict(values)
    for name, words in _enums(model).items():
        if state[name] is not None:
            state[name] = words[state[name]]
    row.__dict__.update(state)
    return row
