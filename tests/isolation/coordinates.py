"""Every place of the schema at which somebody may name a record, and how to reach it with a document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from api.reading import mapping
from api.schema import SCHEMA
from migrations.tables import METADATA
from tests.isolation.companies import references_of

SCHEMA_GRAPH = SCHEMA._schema
CURSORS = {"after", "before"}
COMBINING = ("and", "or", "not")
Path = tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """A place in a field's arguments: `kind` is id, cursor, text or json; `owner` the type that declares it."""

    path: Path
    kind: str
    owner: str

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Coordinate:
    """One field of one type, and one place in its arguments."""

    type_name: str
    field_name: str
    leaf: Leaf | None

    @property
    def field(self) -> GraphQLField:
        """The field's declaration."""
        found: GraphQLField = object_type(self.type_name).fields[self.field_name]
        return found

    def __str__(self) -> str:
        return f"{self.type_name}.{self.field_name}" + (f"({self.leaf})" if self.leaf else "")


def object_type(name: str) -> GraphQLObjectType:
    """A type that has fields."""
    found = SCHEMA_GRAPH.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def questions() -> Iterator[Coordinate]:
    """Every question that can be asked without naming anything."""
    for field_name, field in object_type("Query").fields.items():
        if not any(is_required_argument(argument) for argument in field.args.values()):
            yield Coordinate("Query", field_name, None)


def coordinates() -> Iterator[Coordinate]:
    """All of the schema's, reachable or not."""
    for name, gtype in SCHEMA_GRAPH.type_map.items():
        if isinstance(gtype, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            for field_name, field in gtype.fields.items():
                for argument_name, argument in field.args.items():
                    for leaf in _leaves(argument.type, (argument_name,), f"{name}.{field_name}", name != "Mutation"):
                        yield Coordinate(name, field_name, leaf)


def _leaves(gtype: Any, path: Path, owner: str, texts: bool, inside: tuple[str, ...] = ()) -> Iterator[Leaf]:
    named = get_named_type(gtype)
    name = path[-1]
    if isinstance(named, GraphQLInputObjectType):
        if named.name in inside:
            return
        for key, field in named.fields.items():
            yield from _leaves(field.type, (*path, key), named.name, texts, (*inside, named.name))
        # A condition inside of another one: once for each way of combining them.
        if not inside:
            first = next((leaf for leaf in _plain_leaves(named, path, texts) if leaf.kind == "id"), None)
            for key in COMBINING:
                if key in named.fields and first is not None:
                    yield Leaf((*path, key, *first.path[len(path) :]), first.kind, first.owner)
    elif named.name == "ID":
        yield Leaf(path, "id", owner)
    elif named.name == "JSON":
        yield Leaf(path, "json", owner)
    elif named.name == "String" and name in CURSORS and not inside:
        yield Leaf(path, "cursor", owner)
    elif named.name == "String" and re.search(r"(^i|I)ds?$", name):
        yield Leaf(path, "id", owner)
    elif named.name == "String" and texts:
        yield Leaf(path, "text", owner)


def _plain_leaves(gtype: GraphQLInputObjectType, path: Path, texts: bool) -> Iterator[Leaf]:
    for key, field in gtype.fields.items():
        yield from _leaves(field.type, (*path, key), gtype.name, texts, (gtype.name,))


# How to reach a type


@dataclass(frozen=True)
class Place:
    """What stands before and after a type's fields in a document; `own` is the table of the record it begins at."""

    before: str
    after: str
    own: str | None = None

    def below(self, field: str) -> "Place":
        """The place of an object that this one's field gives."""
        return Place(f"{self.before} {field} {{", f"}} {self.after}", self.own)


def places() -> Mapping[str, Place]:
    """How to reach each type from the root, as shortly as possible; records of a table by their id."""
    found = {"Query": Place("", ""), "Mutation": Place("", "")}
    by_id = {
        get_named_type(field.type).name: key for key, field in object_type("Query").fields.items() if "id" in field.args
    }
    for name, gtype in SCHEMA_GRAPH.type_map.items():
        shown = shown_by(gtype)
        if shown is None:
            continue
        table = shown.model.__tablename__
        # The field `node` looks into every table, so it is the longer way.
        if name in by_id:
            found[name] = Place(f"{by_id[name]}(id: $own) {{", "}", table)
        elif is_node(gtype):
            found[name] = Place(f"node(id: $own) {{ ... on {name} {{", "} }", table)
    left = list(found)
    while left:
        name = left.pop(0)
        for field_name, field in object_type(name).fields.items():
            below = get_named_type(field.type)
            if isinstance(below, GraphQLObjectType) and below.name not in found and not _required(field):
                found[below.name] = found[name].below(field_name)
                left.append(below.name)
    return found


def is_node(gtype: Any) -> bool:
    """Whether a type's records are found by the field `node`."""
    return isinstance(gtype, GraphQLObjectType) and SCHEMA_GRAPH.type_map["Node"] in gtype.interfaces


def shown_by(gtype: Any) -> mapping.Shown | None:
    """The rows behind a type."""
    definition = getattr(gtype, "extensions", {}).get("strawberry-definition")
    return mapping.shown_by(definition.origin) if isinstance(gtype, GraphQLObjectType) and definition else None


def node_type(field: GraphQLField) -> Any:
    """The type of a connection's rows."""
    connection: Any = get_named_type(field.type)
    return get_named_type(connection.fields["nodes"].type) if is_connection(connection) else connection


def is_connection(gtype: Any) -> bool:
    """Whether a type is a page of rows."""
    return isinstance(gtype, GraphQLObjectType) and {"nodes", "pageInfo"} <= gtype.fields.keys()


def selection(gtype: Any, depth: int = 1) -> str:
    """What a type shows: its ids alone, all of its own (0), or also what it leads to (1)."""
    if is_leaf_type(gtype):
        return ""
    if is_connection(gtype):
        inner = selection(get_named_type(gtype.fields["nodes"].type), depth)
        return f"{{ totalCount pageInfo {{ startCursor endCursor hasNextPage }} nodes {inner} }}"
    chosen = ["__typename"]
    for name, field in getattr(gtype, "fields", {}).items():
        below = get_named_type(field.type)
        if _required(field):
            continue
        if is_leaf_type(below):
            if depth >= 0 or below.name == "ID":
                chosen.append(name)
        elif depth > 0:
            few = "(first: 2)" if is_connection(below) and "first" in field.args else ""
            chosen.append(f"{name}{few} {selection(below, depth - 1)}")
    return "{ " + " ".join(chosen) + " }"


def _required(field: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in field.args.values())


# What to put into arguments


class Samples:
    """Values for arguments: `own` gives the id of one's own record of a table, `special` what types don't tell."""

    def __init__(self, own: Any, special: Mapping[str, Any]) -> None:
        self.own, self.special = own, special

    def arguments(self, field: GraphQLField, leaf: Leaf | None, probe: Any) -> dict[str, Any]:
        """Values for what a field requires, and the probe at its place."""
        given: dict[str, Any] = {}
        for name, argument in field.args.items():
            aimed = leaf is not None and leaf.path[0] == name
            if aimed or is_required_argument(argument):
                given[name] = self._value(argument.type, name, "", (leaf.path[1:] if leaf and aimed else None), probe)
        return given

    def _value(self, gtype: Any, name: str, owner: str, path: Path | None, probe: Any) -> Any:
        if path == ():
            return [probe] if _is_list(gtype) else probe
        named = get_named_type(gtype)
        if isinstance(named, GraphQLInputObjectType):
            value: Any = {
                key: self._value(field.type, key, named.name, path[1:] if path and path[0] == key else None, probe)
                for key, field in named.fields.items()
                if (path and path[0] == key)
                or is_required_input_field(field)
                or {key, f"{named.name}.{key}"} & self.special.keys()
            }
        else:
            value = self._plain(named, name, owner)
        return [value] if _is_list(gtype) and not isinstance(value, list) else value

    def _plain(self, gtype: Any, name: str, owner: str) -> Any:
        special = self.special.get(f"{owner}.{name}", self.special.get(name))
        if special is not None:
            return special
        if isinstance(gtype, GraphQLEnumType):
            return next(iter(gtype.values))
        match gtype.name:
            case "ID":
                return str(self.own(table_of(owner, name)))
            case "String":
                return f"A new {name}"
            case "Int":
                return 1
            case "Boolean":
                return True
            case "Date":
                return "2026-12-01"
            case "DateTime":
                return "2026-12-01T09:00:00Z"
            case "Decimal":
                return "1"
            case "JSON":
                return {}
        raise AssertionError(f"no sample is known for {owner}.{name} of the type {gtype}")


def _is_list(gtype: Any) -> bool:
    return is_list_type(gtype.of_type if is_non_null_type(gtype) else gtype)


# Ids whose name does not tell the table.
TABLES: Mapping[str, str] = {
    "ReleaseItemInput.itemId": "agenda",
    "ConfirmContractCopyInput.copyId": "contract_copies",
    "inquiryId": "inquiries",
    "demandId": "technology_demands",
    "solutionId": "solutions",
    "findingId": "work_findings",
    "monthId": "time_months",
    "recordId": "time_records",
    "SettleContractCheckInput.checkId": "contract_checks",
    "AddWorkFindingInput.responsibleId": "staff",
    "WorkFindingFilter.responsibleId": "staff",
    "requirementsId": "requirements_documents",
    "AccessTokenInput.tokenId": "access_tokens",
    "DraftVersionInput.copyFromId": "handbook_versions",
    "beforeId": "handbook_versions",
    "afterId": "handbook_versions",
    "CreateDepartmentInput.parentId": "departments",
    "CreateServiceLineInput.parentId": "service_lines",
    "ChangeServiceLineInput.parentId": "service_lines",
    "ServiceLineFilter.parentId": "service_lines",
    "AttachFileInput.subjectId": "service_requests",
    "MergeRequestInput.targetId": "service_requests",
    "LinkRequestInput.otherId": "service_requests",
    "ChooseParentInput.parentId": "service_requests",
    "ServiceRequestFilter.parentId": "service_requests",
    "linkId": "request_links",
    "partId": "request_parts",
    "helpId": "request_helpers",
    "visitId": "return_visits",
    "answerId": "canned_answers",
    "actionId": "postmortem_actions",
    "toId": "members",
    "taskId": "approval_tasks",
    "BookBankLineInput.lineId": "bank_lines",
    "BookSuggestedBankLinesInput.lineIds": "bank_lines",
    "LinkBankLineInput.lineId": "bank_lines",
    "IgnoreBankLineInput.lineId": "bank_lines",
    "ReopenBankLineInput.lineId": "bank_lines",
    "lineIds": "bank_lines",
    "ImportBankStatementInput.accountId": "bank_accounts",
    "ChangeBankAccountInput.accountId": "bank_accounts",
    "BankLineFilter.accountId": "bank_accounts",
    "BankStatementFilter.accountId": "bank_accounts",
}


def table_of(owner: str, name: str) -> str:
    """The table whose record an input names: by its name, as references and tables are called."""
    known = TABLES.get(f"{owner}.{name}", TABLES.get(name))
    if known is not None:
        return known
    word = re.sub(r"(?<!^)([A-Z])", r"_\1", re.sub(r"(_i|I)ds?$", "", name)).lower()
    referred = {
        target
        for table in METADATA.tables.values()
        for column, target in references_of(table).items()
        if column == f"{word}_id"
    }
    named = {table for table in METADATA.tables if table.removesuffix("s") == word or table.endswith(f"_{word}s")}
    # Where a record shares its id with the one that it extends, it stands for both.
    referred -= {references_of(METADATA.tables[target]).get("id", "") for target in referred}
    for candidates in (referred, named):
        if len(candidates) == 1:
            return candidates.pop()
    raise AssertionError(f"say in TABLES of tests/isolation/coordinates.py which table {owner}.{name} names")


def variables_of(field: GraphQLField, names: Sequence[str]) -> tuple[str, str]:
    """A field's arguments as declared variables, and as they are given to it."""
    declared = " ".join(f"${name}: {field.args[name].type}" for name in names)
    given = ", ".join(f"{name}: ${name}" for name in names)
    return declared, f"({given})" if given else ""
