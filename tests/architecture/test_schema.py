"""The schema as a promise to partners: committed, described everywhere, its words the stored ones."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_specified_scalar_type,
)

from api.schema import SCHEMA, sdl

COMMITTED = Path(__file__).parents[2] / "api" / "schema.graphql"


def test_the_committed_schema_is_the_one_that_runs() -> None:
    assert COMMITTED.read_text() == sdl(), "run `make schema` and commit the file"


def test_everything_in_the_schema_is_described() -> None:
    missing: list[str] = []
    for name, gtype in SCHEMA._schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(gtype):
            continue
        if not gtype.description:
            missing.append(name)
        if isinstance(gtype, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in gtype.fields.items():
                if not field.description:
                    missing.append(f"{name}.{field_name}")
                for argument_name, argument in getattr(field, "args", {}).items():
                    # The input of a mutation is described by its type.
                    if not argument.description and argument_name != "input":
                        missing.append(f"{name}.{field_name}({argument_name})")
    assert missing == []


def test_a_word_of_an_enumeration_is_its_stored_value_in_capitals() -> None:
    wrong = [
        f"{name}.{word}"
        for name, gtype in SCHEMA._schema.type_map.items()
        if isinstance(gtype, GraphQLEnumType) and not name.startswith("__")
        for word, value in gtype.values.items()
        if str(getattr(value.value, "value", value.value)).upper() != word
    ]
    assert wrong == []
