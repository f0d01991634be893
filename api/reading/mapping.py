"""What a GraphQL type says of its rows: the table, each field's column or expression, and how relations run."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, TypeVar, dataclass_transform
from uuid import UUID

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from sqlalchemy import ColumnElement, Select, false
from strawberry.types.base import StrawberryObjectDefinition

from api.reading.descriptions import SHARED
from api.reading.relay import Connection
from api.reading.texts import text_of
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.language import Language
from tenancy.models import Model

T = TypeVar("T")
Row = Any
"""A row's alias inside a statement, or a loaded row: both answer to the names of its columns."""
Expression = Callable[[Row], "ColumnElement[Any] | Select[Any]"]
"""A value over a row; a select stands for the one value that it finds."""
On = Callable[[Row, Row], ColumnElement[bool]]
Visible = Callable[[Actor, Any], ColumnElement[bool]]
LONGEST_LIST = 200
_LANGUAGE = (Language | None, None, "In another language than your own.")
BY_ID = (UUID, inspect.Parameter.empty, SHARED["id"])


@dataclass(frozen=True)
class Shown:
    """The rows behind a type: whose table, and which of them an actor may see."""

    model: type[Model]
    visible: Visible
    # Whether rows of another type may have the same ids; those are then what an id alone stands for.
    gives_way: bool = False
    # Whether it is for customers' people: they see no type of these rows but this.
    contacts: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the row, named as the field is."""

    name: str | None = None


@dataclass(frozen=True)
class Computed:
    """An SQL expression over the row."""

    sql: Expression


@dataclass(frozen=True)
class Localized:
    """A text of which the row has all three languages: in the reader's, or in that of the argument `language`."""

    name: str


@dataclass(frozen=True)
class Known:
    """A value that is known without a row: of the actor or the request."""

    value: Callable[[Actor], Any]


@dataclass(frozen=True)
class Rendered:
    """A value that Python writes from some of the row's: a sentence of the catalogue, in the reader's language."""

    needs: Mapping[str, Expression]
    write: Callable[[Mapping[str, Any], Actor], Any]
    # Whether `write` is given the language, the reader's or that of the argument `language`, beside what it needs.
    choosable: bool = False


@dataclass(frozen=True)
class Part:
    """An object made of the same row: each of its fields is an expression over it; `when` tells whether it is there."""

    fields: Mapping[str, Expression]
    when: Expression | None = None


@dataclass(frozen=True)
class One:
    """At most one row elsewhere."""

    on: On


@dataclass(frozen=True)
class Many:
    """A short list of rows elsewhere, in order; `most` bounds it and counts in the cost."""

    on: On
    order: Callable[[Row], Sequence[ColumnElement[Any]]]
    most: int = 50


@dataclass(frozen=True)
class Listed:
    """A list that the product knows rather than stores, such as the moves of a state; its rows are plain values, and
    each also has what it carries of the row that it is listed at. They may depend on the actor's permissions, not on
    language or id: a plan is shared by whoever has the same permissions."""

    rows: Callable[[Actor], Sequence[Mapping[str, Any]]]
    on: On
    most: int = 20
    carrying: Mapping[str, Expression] = field(default_factory=dict)
    # As how many objects it counts, where it is known to be much shorter than it could be.
    counts: int | None = None


@dataclass(frozen=True)
class Either:
    """One record of several types: the row names its kind and its id."""

    kind: Expression
    id: Expression
    types: Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """A keyset order: by one expression that is never null, then by id, both in one direction."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """A connection: rows elsewhere in pages, filtered and ordered by the caller."""

    on: On | None
    orders: Mapping[Enum, Order]


@dataclass(frozen=True)
class ById:
    """A root field that gives the row whose id is its argument `id`."""


@dataclass(frozen=True)
class AnyNode:
    """The root field `node`: the row with this id, of whatever type."""


@dataclass(frozen=True)
class Self:
    """A root object without a row, whose relations start from nothing: the viewer."""


@dataclass(frozen=True)
class Read:
    """How one field is read, and the permission it needs beyond its row's visibility."""

    how: Any
    needs: Permission | None = None
    # Of a root field: whether customers' people may ask for it.
    contacts: bool = False


READ = "read"
WRITE = "write"
# Of a root field: it asks what a mutation would answer.
TRIES = "tries"


def read_of(strawberry_field: Any) -> Read | None:
    """What a strawberry field says; None for ordinary resolvers."""
    found = strawberry_field.metadata.get(READ)
    return found if isinstance(found, Read) else None


def shows(
    model: type[Model], *, visible: Visible, name: str | None = None, gives_way: bool = False, contacts: bool = False
) -> Callable[[type[T]], type[T]]:
    """Declare a GraphQL type over the rows of `model`; its docstring is its description. With `gives_way` an id that
    another type's row has too stands for that one where it is asked for alone. Customers' people see none of its rows,
    whatever `visible` says, unless it is for `contacts` too."""

    def declare(cls: type[T]) -> type[T]:
        declared = strawberry.type(cls, name=name, description=inspect.getdoc(cls))
        declared.__shows__ = Shown(model, visible if contacts else _inside(visible), gives_way, contacts)  # type: ignore[attr-defined]  # the reader looks for it
        return declared

    return declare


def _inside(visible: Visible) -> Visible:
    """The same for everybody but customers' people, who see nothing."""
    return lambda actor, rows: false() if actor.is_contact else visible(actor, rows)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def part(cls: type[T]) -> type[T]:
    """Declare a GraphQL type without rows of its own; its docstring is its description."""
    return strawberry.type(cls, description=inspect.getdoc(cls))


def shown_by(origin: Any) -> Shown | None:
    """The rows behind a strawberry class."""
    found = getattr(origin, "__shows__", None)
    return found if isinstance(found, Shown) else None


def node_types(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """The types whose rows an id alone may stand for, those that give way last."""
    node: Any = schema.type_map["Node"]
    found = [
        (shown.gives_way, gtype)
        for gtype in schema.get_implementations(node).objects
        if (shown := shown_by(definition_of(gtype).origin)) is not None
    ]
    return [gtype for _, gtype in sorted(found, key=lambda each: each[0])]


def _field(
    how: Any, description: str, *, needs: Permission | None = None, contacts: bool = False, **options: Any
) -> Any:
    return strawberry.field(description=description, metadata={READ: Read(how, needs, contacts)}, **options)


def column(description: str, name: str | None = None, *, needs: Permission | None = None) -> Any:
    """The field is a column of the row: its own name, or `name`."""
    return _field(Column(name), description, needs=needs)


def computed(description: str, sql: Expression, *, needs: Permission | None = None) -> Any:
    """The field is an SQL expression over the row."""
    return _field(Computed(sql), description, needs=needs)


def localized(description: str, name: str, *, choosable: bool = False) -> Any:
    """The field is a text in the reader's language, from a column that holds all three; with `choosable`, in another
    one if the argument `language` says so."""
    if choosable:
        return _field(Localized(name), description, resolver=_stub(str, language=_LANGUAGE))
    return _field(Computed(lambda row: text_of(row, name)), description)


def rendered(description: str, write: Callable[[Mapping[str, Any], Actor], Any], **needs: Expression) -> Any:
    """The field is written by Python from the values that `needs` names."""
    return _field(Rendered(needs, write), description)


def rendered_in_language(
    description: str, write: Callable[[Mapping[str, Any], Actor], Any], **needs: Expression
) -> Any:
    """As `rendered`, but in the reader's language or that of the argument `language`: `write` is given `language`."""
    return _field(Rendered(needs, write, choosable=True), description, resolver=_stub(str, language=_LANGUAGE))


def known(description: str, value: Callable[[Actor], Any]) -> Any:
    """The field is known without a row."""
    return _field(Known(value), description)


def made_of(description: str, *, when: Expression | None = None, **fields: Expression) -> Any:
    """The field is an object made of the same row."""
    return _field(Part(fields, when), description)


def one(description: str, on: str | On, *, needs: Permission | None = None) -> Any:
    """The field is a row elsewhere: by the name of this row's reference, or by a condition."""
    condition = (lambda here, there: there.id == getattr(here, on)) if isinstance(on, str) else on
    return _field(One(condition), description, needs=needs)


def many(
    description: str,
    on: str | On,
    *,
    order: Callable[[Row], Sequence[ColumnElement[Any]]] = lambda there: (there.id,),
    most: int = 50,
    needs: Permission | None = None,
) -> Any:
    """The field is a short list of rows elsewhere: by the name of their reference to this row, or by a condition."""
    assert most <= LONGEST_LIST
    condition = (lambda here, there: getattr(there, on) == here.id) if isinstance(on, str) else on
    return _field(Many(condition, order, most), description, needs=needs)


def listed(
    description: str,
    rows: Callable[[Actor], Sequence[Mapping[str, Any]]],
    on: On,
    *,
    most: int = 20,
    carrying: Mapping[str, Expression] | None = None,
    counts: int | None = None,
) -> Any:
    """The field is a list that the product knows; `on` chooses which of its rows belong to this one.

    What a list inside the list, or a value of its rows, needs of this row goes along under the names of `carrying`.
    """
    return _field(Listed(rows, on, most, carrying or {}, counts), description)


def either(description: str, *, kind: Expression, id: Expression, types: Mapping[str, str]) -> Any:
    """The field is one record of several types; `types` leads from the stored kind to the GraphQL type's name."""
    return _field(Either(kind, id, types), description)


def by_id(description: str, returns: Any, *, needs: Permission | None = None, contacts: bool = False) -> Any:
    """A root field that gives one row by its id; null when there is none or it may not be seen."""
    return _field(
        ById(),
        description,
        needs=needs,
        contacts=contacts,
        resolver=_stub(returns | None, id=BY_ID),
    )


def any_node(description: str, returns: Any) -> Any:
    """The root field `node(id)`."""
    return _field(AnyNode(), description, contacts=True, resolver=_stub(returns | None, id=BY_ID))


def root(description: str) -> Any:
    """A root object without a row of its own."""
    return _field(Self(), description, contacts=True)


def page(
    description: str,
    of: Any,
    *,
    orders: Mapping[Any, Order],
    filter: Any = None,
    on: str | On | None = None,
    needs: Permission | None = None,
    contacts: bool = False,
) -> Any:
    """A connection. The first of `orders` is the default; `filter` is a strawberry input named like the columns."""
    condition = (lambda here, there: getattr(there, on) == here.id) if isinstance(on, str) else on
    first_order = next(iter(orders))
    arguments: dict[str, tuple[Any, Any, str]] = {
        "first": (int | None, None, SHARED["first"]),
        "after": (str | None, None, SHARED["after"]),
        "last": (int | None, None, SHARED["last"]),
        "before": (str | None, None, SHARED["before"]),
        "order": (type(first_order), first_order, SHARED["order"]),
    }
    if filter is not None:
        arguments["filter"] = (filter | None, None, SHARED["filter"])
    resolver = _stub(Connection[of], **arguments)
    return _field(Page(condition, dict(orders)), description, needs=needs, contacts=contacts, resolver=resolver)


def _stub(returns: Any, **arguments: tuple[Any, Any, str]) -> Callable[..., Any]:
    """A resolver that only carries arguments: strawberry reads its signature, and the reader answers the field."""

    def stub(**_: Any) -> Any:
        raise RuntimeError("the reader answers this field")

    described = {name: strawberry.argument(description=text) for name, (_, _, text) in arguments.items()}
    annotations = {name: Annotated[kind, described[name]] for name, (kind, _, _) in arguments.items()}
    stub.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # inspect looks for it there
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotations[name])
            for name, (_, default, _) in arguments.items()
        ],
        return_annotation=returns,
    )
    stub.__annotations__ = {**annotations, "return": returns}
    return stub


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    """A record that can be asked for by its id alone."""

    id: UUID = column(SHARED["id"])


def definition_of(graphql_type: Any) -> StrawberryObjectDefinition:
    """The strawberry definition behind a graphql-core type."""
    found = graphql_type.extensions["strawberry-definition"]
    assert isinstance(found, StrawberryObjectDefinition)
    return found
