"""One document for every place at which somebody may name a record, and what to put there."""

import base64
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLEnumType, get_named_type, is_leaf_type, is_required_argument

from api.reading import mapping
from api.reading.pages import cursor_tag
from tests.isolation.companies import Company, like, strange
from tests.isolation.coordinates import (
    COMBINING,
    SCHEMA_GRAPH,
    Coordinate,
    Place,
    Samples,
    coordinates,
    is_node,
    node_type,
    places,
    questions,
    selection,
    shown_by,
    table_of,
)

Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""Ask as the victim's administrator; what comes is the data."""

# What arguments need beyond their types, by input and field, or by the field's name alone.
SPECIAL: Mapping[str, Any] = {
    "email": "somebody-new@example.com",
    "billingEmail": "bills@example.com",
    "permissions": ["members.read"],
    "localPart": "letters",
    "publicAddress": "help@example.com",
    # One's own: whose contact it is has to be said.
    "ReleaseInboundMailInput.customerId": None,
    "url": "https://example.com/hook",
    "events": ["*"],
    "comment": "Why",
    "currency": "CNY",
    "unitPrice": "1.00",
    "budget": "1.00",
    "BillingParticularsInput.country": "DE",
    "MoneyInput.amount": "1.00",
    "TextInput.en": "A title",
    "PutClauseInput.number": "7.1",
    "PutClauseInput.kind": "notice_period",
    "PutClauseInput.value": {"days": 30},
    "CreateServiceLineInput.code": "new",
    "CreateServiceOfferingInput.code": "new",
    "FormFieldInput.code": "new",
    # An amount, since a currency is given wherever one may be.
    "FormFieldInput.kind": "MONEY",
    "AnswerFilter.code": "asker",
    # One that comes of no quotation says with whom, and for how much.
    "DraftContractInput.customerId": None,
    "DraftContractInput.net": None,
    "AttachFileInput.subjectKind": "service_requests",
    "ReportFaultInput.beganAt": "2026-11-01T09:00:00Z",
    "PlanDutyInput.endsAt": "2026-12-02T09:00:00Z",
    # Somebody of one's own: without them the rules choose, and nothing else may be named.
    "AssignRequestInput.assigneeId": None,
    "AssignAllInput.assigneeId": None,
    # Planned work begins from a day on; a finding becomes what its ids are about.
    "CreateWorkPlanInput.rhythm": {"unit": "WEEK", "every": 1, "firstOn": "2026-12-01"},
    "WorkPlanContentInput.departmentId": None,
    "AddWorkFindingInput.requestTitle": "A new title",
    "AddWorkFindingInput.improvement": "Better",
    "AddWorkFindingInput.improveByOn": "2026-12-01",
    "AddWorkFindingInput.responsibleId": None,
    # A field comes from a column, or has a value.
    "ImportSourceInput.value": None,
    "SaveViewInput.audience": "DEPARTMENT",
    "SaveViewInput.departmentId": None,
    "ChangeViewInput.audience": "DEPARTMENT",
    "ChangeViewInput.departmentId": None,
}


PAGE = 5
IDS = -1


@dataclass(frozen=True)
class Inside:
    """How an id stands inside of a JSON argument: of which table, in what form, and what else the form needs."""

    table: str
    form: Callable[[str], Any]
    special: Mapping[str, Any] = field(default_factory=dict)


def _chain_of(member_id: str) -> dict[str, Any]:
    step = {"name": {"en": "Step"}, "approvers": [{"by": "member", "value": member_id}]}
    return {"subject_kind": "resignations", "steps": [step]}


def _of_customer(customer_id: str) -> dict[str, Any]:
    return {"customerId": {"eq": customer_id}}


JSON_IDS: Mapping[str, tuple[Inside, ...]] = {
    "Mutation.putClause(input.scope)": (
        Inside("departments", lambda id_: {"department_id": id_}),
        Inside("posts", lambda id_: {"post_id": id_}),
    ),
    # One's own offering, and somebody's contact in the answer.
    "Mutation.submitRequest(input.answers)": (
        Inside("contacts", lambda id_: {"asker": id_}, {"SubmitRequestInput.offeringId": None}),
    ),
    "Query.simulateApproval(facts)": (
        Inside("departments", lambda id_: {"department_id": id_}, {"subjectKind": "resignations"}),
    ),
    "Query.mayCall(input)": (Inside("service_requests", lambda id_: {"requestId": id_}, {"mutation": "startRequest"}),),
    "Mutation.saveView(input.filter)": (Inside("customers", _of_customer, {"SaveViewInput.viewedList": "REQUESTS"}),),
    "Mutation.changeView(input.filter)": (Inside("customers", _of_customer),),
    "Mutation.putClause(input.value)": (Inside("members", _chain_of, {"PutClauseInput.kind": "approval_chain"}),),
}


# What Python gives in pages: which document gives the victim a cursor, and what else it is asked with.
OF_PYTHON: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Query.search(after)": ('{ search(text: "title", first: 1) { pageInfo { startCursor } } }', {"text": "title"}),
    "Query.viewRows(after)": ("{ requests(first: 1) { pageInfo { startCursor } } }", {}),
}


@dataclass(frozen=True)
class Case:
    """One document; `special` is what its arguments need, `probes` gives the victim's value and nobody's."""

    name: str
    coordinate: Coordinate
    place: Place
    probes: Callable[[Company, Ask], Awaitable[tuple[Any, Any]]]
    special: Mapping[str, Any] = field(default_factory=dict)
    # How far the document follows what a record leads to.
    depth: int = 1

    @property
    def changes(self) -> bool:
        """Whether it is a mutation."""
        return self.coordinate.type_name == "Mutation"

    @property
    def is_of_the_portal(self) -> bool:
        """Whether customers' people alone have something there."""
        return f"{self.place.before.strip()} {self.coordinate.field_name}".strip().startswith("portal")

    @property
    def document(self) -> str:
        """The document, the same for everybody."""
        called, leaf = self.coordinate.field, self.coordinate.leaf
        names = [
            name
            for name, argument in called.args.items()
            if is_required_argument(argument) or (leaf and name == leaf.path[0]) or name in self.special
        ]
        declared = [f"${name}: {called.args[name].type}" for name in names] + (["$own: ID!"] if self.place.own else [])
        given = "(" + ", ".join(f"{name}: ${name}" for name in names) + ")" if names else ""
        shown = self._payload if self.changes else selection(get_named_type(called.type), self.depth)
        body = f"{self.place.before} {self.coordinate.field_name}{given} {shown} {self.place.after}"
        variables = f"({', '.join(declared)})" if declared else ""
        return f"{'mutation' if self.changes else 'query'} Walk{variables} {{ {body} }}"

    @property
    def _payload(self) -> str:
        """A mutation's answer: which records came of it, and all that it says of why not."""
        payload: Any = get_named_type(self.coordinate.field.type)
        shown = []
        for name, found in payload.fields.items():
            kind = get_named_type(found.type)
            shown.append(f"{name} {selection(kind, 1 if shown_by(kind) is None else IDS)}")
        return "{ " + " ".join(shown) + " }"

    def variables(self, own: Company, probe: Any) -> dict[str, Any]:
        """The document's variables, starting from one's own records."""
        samples = Samples(own.id, {**SPECIAL, **self.special})
        given = samples.arguments(self.coordinate.field, self.coordinate.leaf, probe)
        given |= {name: value for name, value in self.special.items() if name in self.coordinate.field.args}
        return given | ({"own": str(own.id(self.place.own))} if self.place.own else {})


def cases() -> Iterator[Case]:
    """A case for every coordinate and every question; AssertionError for one that nobody knows how to make."""
    reached = places()
    for question in questions():
        special = {"first": PAGE} if "first" in question.field.args else {}
        yield Case(str(question), question, reached["Query"], _nothing, special)
    for coordinate in coordinates():
        if coordinate.type_name == "Subscription":
            # It is listened to and not asked: see test_listening.py.
            continue
        place = reached.get(coordinate.type_name)
        assert place is not None, f"no document reaches {coordinate}"
        yield from _cases(coordinate, place)


def _cases(coordinate: Coordinate, place: Place) -> Iterator[Case]:
    leaf = coordinate.leaf
    assert leaf is not None
    name, kind = str(coordinate), leaf.kind
    if name == "Query.node(id)":
        for gtype in SCHEMA_GRAPH.type_map.values():
            shown = shown_by(gtype)
            if shown is not None and is_node(gtype):
                yield Case(f"{name} of {gtype.name}", coordinate, place, _id_of(shown.model.__tablename__))
    elif kind == "cursor" and "order" not in coordinate.field.args:
        asked, special = OF_PYTHON[name]
        yield Case(name, coordinate, place, _place_among(asked), special)
    elif kind == "cursor":
        orders: Any = get_named_type(coordinate.field.args["order"].type)
        assert isinstance(orders, GraphQLEnumType)
        size = "first" if leaf.path == ("after",) else "last"
        for order in orders.values:
            special = {"order": order, size: PAGE}
            yield Case(f"{name} by {order}", coordinate, place, _cursor(coordinate, place, order), special, IDS)
    elif kind == "json":
        assert name in JSON_IDS, f"say in JSON_IDS of tests/isolation/graphql_cases.py how an id stands in {name}"
        for inside in JSON_IDS[name]:
            yield Case(f"{name} of {inside.table}", coordinate, place, _inside(inside), inside.special)
    elif coordinate.type_name == "Mutation":
        yield Case(name, coordinate, place, _id_of(table_of(leaf.owner, leaf.path[-1])))
    elif leaf.path == ("id",):
        shown = shown_by(get_named_type(coordinate.field.type))
        assert shown is not None, f"whose id does {name} take?"
        yield Case(name, coordinate, place, _id_of(shown.model.__tablename__))
    elif kind == "id" and len(leaf.path) == 1:
        yield Case(name, coordinate, place, _id_of(table_of(leaf.owner, leaf.path[-1])))
    elif kind == "text" and len(leaf.path) == 1:
        yield Case(name, coordinate, place, _words)
    else:
        yield Case(name, coordinate, place, _condition(coordinate, place), {"first": PAGE}, IDS)


# What to put there


async def _nothing(_: Company, __: Ask) -> tuple[Any, Any]:
    return None, None


async def _words(victim: Company, _: Ask) -> tuple[Any, Any]:
    """A question that Python answers is asked in words: the victim's, and nobody's."""
    return victim.mark, strange(victim.mark)


def _place_among(document: str) -> Any:
    """The first cursor of the victim's that a document gives, and the place right before it."""

    async def probes(_: Company, ask: Ask) -> tuple[Any, Any]:
        [found] = (await ask(document, {})).values()
        given = found["pageInfo"]["startCursor"]
        *parts, id_ = orjson.loads(base64.b64decode(given))
        return given, base64.b64encode(orjson.dumps([*parts, str(UUID(int=UUID(id_).int + 1))])).decode()

    return probes


def _id_of(table: str) -> Any:
    async def probes(victim: Company, _: Ask) -> tuple[Any, Any]:
        return str(victim.id(table)), str(like(victim.id(table)))

    return probes


def _inside(inside: Inside) -> Any:
    async def probes(victim: Company, _: Ask) -> tuple[Any, Any]:
        id_ = victim.id(inside.table)
        return inside.form(str(id_)), inside.form(str(like(id_)))

    return probes


def _cursor(coordinate: Coordinate, place: Place, order: str) -> Any:
    """A cursor that the victim was given, and one to the same place in the order that leads to no row."""
    orders: Any = get_named_type(coordinate.field.args["order"].type)
    read = mapping.read_of(coordinate.field.extensions["strawberry-definition"])
    assert read is not None, f"how is {coordinate} read?"
    chosen = next(key for key in read.how.orders if key.value == orders.values[order].value)
    order_of: Any = read.how.orders[chosen]
    # Just short of the row, seen in the direction of reading, so that the row itself would come next.
    step = -1 if order_of.descending is (coordinate.leaf is not None and coordinate.leaf.path == ("before",)) else 1

    async def probes(victim: Company, ask: Ask) -> tuple[Any, Any]:
        page = await _first(coordinate, place, victim, ask, f", order: {order}", "pageInfo { startCursor }")
        given = page["pageInfo"]["startCursor"]
        if given is None:
            # The victim has nothing there; a cursor to any of its records of this kind must do.
            row = victim.rows[0][_table(coordinate)]
            tag = cursor_tag(node_type(coordinate.field).name, chosen.value)
            parts = [tag, order_of.by(SimpleNamespace(**row)), row["id"]]
            given = base64.b64encode(orjson.dumps(parts)).decode()
        *parts, id_ = orjson.loads(base64.b64decode(given))
        return given, base64.b64encode(orjson.dumps([*parts, str(UUID(int=UUID(id_).int + step))])).decode()

    return probes


def _condition(coordinate: Coordinate, place: Place) -> Any:
    """What a filter compares with: the victim's own value of the column, or what its records show under that name."""
    leaf = coordinate.leaf
    assert leaf is not None
    path = [step for step in leaf.path[1:] if step not in COMBINING]
    inputs: Any = get_named_type(coordinate.field.args[leaf.path[0]].type)
    column = inputs.fields[path[0]].extensions["strawberry-definition"].python_name
    gtype = node_type(coordinate.field)
    shows_it = path[0] in gtype.fields and is_leaf_type(get_named_type(gtype.fields[path[0]].type))

    async def probes(victim: Company, ask: Ask) -> tuple[Any, Any]:
        values = [rows[_table(coordinate)].get(column) for rows in victim.rows]
        if shows_it:
            page = await _first(coordinate, place, victim, ask, "", f"nodes {{ {path[0]} }}")
            values += [node[path[0]] for node in page["nodes"]]
        known = _first_inside(next((value for value in values if value is not None), None))
        if leaf.kind == "id":
            id_ = UUID(str(known)) if known is not None else victim.id(table_of(leaf.owner, path[0]))
            return str(id_), str(like(id_))
        text = str(known) if known is not None else victim.mark
        return text, strange(text) if strange(text) != text else f"{text} of nobody"

    return probes


def _first_inside(value: Any) -> Any:
    """What is compared of a list or an object: one of the values in it."""
    while isinstance(value, dict | list) and value:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value


def _table(coordinate: Coordinate) -> str:
    shown = shown_by(node_type(coordinate.field))
    assert shown is not None, f"whose rows does {coordinate} choose?"
    return str(shown.model.__tablename__)


async def _first(coordinate: Coordinate, place: Place, victim: Company, ask: Ask, order: str, shown: str) -> Any:
    """What the victim itself sees on the first page there; an empty page where it sees no such place."""
    own = "($own: ID!)" if place.own else ""
    called = f"{coordinate.field_name}(first: 1{order}) {{ {shown} }}"
    data: Any = await ask(
        f"query First{own} {{ {place.before} found: {called} {place.after} }}",
        {"own": str(victim.id(place.own))} if place.own else {},
    )
    while data is not None and "found" not in data:
        (data,) = data.values()
    return data["found"] if data is not None else {"nodes": [], "pageInfo": {"startCursor": None}}
