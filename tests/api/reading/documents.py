"""Random documents over the schema: any mapped field, argument, alias, fragment and condition may appear."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

from api.reading import mapping

DEEPEST = 3
LEAVES = 5
# What moves between two executions of one document.
MOVING = {("Tenant", "now")}


class Generator:
    """Draws documents; `ids` are ids that exist, so that relations and nodes are found and not only missed."""

    def __init__(self, schema: GraphQLSchema, draw: st.DrawFn, ids: list[str]) -> None:
        self.schema, self.draw, self.ids = schema, draw, ids
        self.aliases = 0

    def document(self) -> str:
        """A query with one to three root fields."""
        root = self.schema.query_type
        assert root is not None
        names = [name for name, field in root.fields.items() if mapped(field)]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        fields = " ".join(self.field(root, name, 0) for name in chosen)
        # Both variables are used, whatever else is drawn.
        used = "y: __typename @include(if: $yes) n: __typename @skip(if: $no)"
        return f"query($yes: Boolean! = true, $no: Boolean! = false) {{ {used} {fields} }}"

    def field(self, gtype: GraphQLObjectType, name: str, depth: int) -> str:
        """One field with arguments, an alias, a condition and a selection, as they come."""
        field = gtype.fields[name]
        self.aliases += 1
        # Always an alias: two selections of one field may then have different arguments.
        text = f"f{self.aliases}: {name}{self.arguments(field)}"
        if self.draw(st.integers(0, 9)) == 0:
            text += self.draw(st.sampled_from([" @include(if: $yes)", " @skip(if: $no)", " @include(if: $no)"]))
        named = get_named_type(field.type)
        return text + self.selection(named, depth + 1) if is_composite_type(named) else text

    def selection(self, gtype: Any, depth: int) -> str:
        """A selection set that is never empty."""
        if is_abstract_type(gtype):
            kinds = self.schema.get_possible_types(gtype)
            kind = self.draw(st.sampled_from(sorted(kinds, key=lambda item: item.name)))
            return f" {{ __typename id ... on {kind.name}{self.selection(kind, depth)} }}"
        names = [
            name
            for name, field in gtype.fields.items()
            if (gtype.name, name) not in MOVING
            and is_part(gtype, field)
            and (depth < DEEPEST or not is_composite_type(get_named_type(field.type)))
        ]
        if not names:
            return " { __typename }"
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=LEAVES))
        inner = " ".join(self.field(gtype, name, depth) for name in chosen)
        if self.draw(st.integers(0, 5)) == 0:
            inner = f"... on {gtype.name} {{ {inner} }}"
        return f" {{ __typename {inner} }}"

    def arguments(self, field: GraphQLField) -> str:
        """Some of the field's arguments, and all that it needs."""
        given: dict[str, str] = {}
        if "first" in field.args:
            given[self.draw(st.sampled_from(["first", "last"]))] = str(self.draw(st.integers(1, 4)))
        for name, argument in field.args.items():
            if name in ("first", "last", "after", "before"):
                continue
            if is_required_argument(argument) or self.draw(st.booleans()):
                value = self.value(argument.type, 0)
                if value is not None:
                    given[name] = value
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def value(self, gtype: Any, depth: int) -> str | None:
        """A literal of an input type, or None where none is worth having."""
        bare = getattr(gtype, "of_type", gtype) if not is_list_type(gtype) else gtype
        if is_list_type(bare):
            inner = self.value(bare.of_type, depth + 1)
            return None if inner is None else f"[{inner}]"
        named = get_named_type(gtype)
        if isinstance(named, GraphQLEnumType):
            return self.draw(st.sampled_from(sorted(named.values)))
        if isinstance(named, GraphQLInputObjectType):
            return self.input(named, depth) if depth < 4 else None
        literals: Mapping[str, st.SearchStrategy[str]] = {
            "ID": st.sampled_from([f'"{id}"' for id in self.ids]),
            "Boolean": st.sampled_from(["true", "false"]),
            "Int": st.integers(-2, 60).map(str),
            "String": st.sampled_from(['"a"', '"Ada"', '"%"', '"\'"', '"公司"', '""']),
            "DateTime": st.sampled_from(['"2026-01-01T00:00:00Z"', '"2030-01-01T08:00:00.5+08:00"']),
            "Date": st.sampled_from(['"2025-01-12"', '"2030-12-31"']),
        }
        return self.draw(literals[named.name]) if named.name in literals else None

    def input(self, gtype: GraphQLInputObjectType, depth: int) -> str | None:
        """One or two fields of an input object, and those that it requires."""
        chosen = self.draw(st.lists(st.sampled_from(sorted(gtype.fields)), min_size=1, max_size=2, unique=True))
        required = [name for name, field in sorted(gtype.fields.items()) if is_required_input_field(field)]
        names = dict.fromkeys([*chosen, *required])
        values = {name: self.value(gtype.fields[name].type, depth + 1) for name in names}
        inner = ", ".join(f"{name}: {value}" for name, value in values.items() if value is not None)
        return f"{{{inner}}}" if inner else None


def mapped(field: GraphQLField) -> bool:
    """Whether the reader answers a field."""
    return mapping.read_of(field.extensions["strawberry-definition"]) is not None


def is_part(gtype: GraphQLObjectType, field: GraphQLField) -> bool:
    """Whether a field belongs to what the reader answers: mapped, or a piece of a connection or part."""
    definition = field.extensions.get("strawberry-definition")
    return definition is not None and (mapped(field) or definition.base_resolver is None)


@st.composite
def documents(draw: st.DrawFn, schema: GraphQLSchema, ids: list[str]) -> str:
    """A random document."""
    return Generator(schema, draw, ids).document()
