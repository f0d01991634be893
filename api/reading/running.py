"""Carrying out a call: planned as one statement where the planner knows it all, by strawberry where it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
)
from graphql.pyutils import is_awaitable

from api.reading import mapping
from api.reading.asking import ASKED, answers
from api.reading.binding import Values, shape
from api.reading.cost import Survey, survey
from api.reading.documents import Documents, GraphQLErrors, Prepared, collect_sets, is_mutation
from api.reading.grafting import call_for
from api.reading.pieces import UnplannableError
from api.reading.plain import PlainContext
from api.reading.planning import PAYLOAD, Plan, Planner
from api.reading.refusing import refused, shown
from api.reading.requests import Answer, Call
from api.results import Problem, problem_of
from api.writing import Read, Unread, Writer
from tenancy.actor import Actor
from tenancy.database import answer, reading
from tenancy.models import TenantModel
from tenancy.refusals import message
from tenancy.storing import ReadBack
from tenancy.work import Work

REFUSED_POINTS = 20


class Made:
    """What was made for one shape of a document: its survey, and its plan unless strawberry must execute it."""

    __slots__ = ("by_hand", "plan", "survey", "writes")

    def __init__(self, survey: Survey, plan: Plan | None, writes: dict[str, Plan], by_hand: list[str]) -> None:
        self.survey, self.plan, self.writes, self.by_hand = survey, plan, writes, by_hand


class Reader:
    """One process's reader: the documents it knows, and the two ways to carry them out."""

    def __init__(self, schema: GraphQLSchema, *, plans: bool = True) -> None:
        self.schema, self.plans = schema, plans
        self.documents = Documents(schema)

    def prepare(self, call: Call) -> tuple[Prepared, Any, Values]:
        """Everything that is known of a call without its actor; raises GraphQLError or GraphQLErrors."""
        prepared = self.documents.prepare(call.document, call.operation_name)
        variables = prepared.variables(call.variables)
        return prepared, variables, prepared.arguments(variables)

    async def run(self, call: Call, actor: Actor, charge: Any = None) -> Answer:
        """Carry out one call. `charge` is asked for the cost before anything runs and may raise GraphQLError."""
        try:
            prepared, variables, values = self.prepare(call)
            if call.only_reading and is_mutation(prepared):
                raise refused("BAD_METHOD", message("Changes are sent as a POST."))
            made = self._made(prepared, actor, variables.coerced, values)
            if made.survey.refused:
                raise GraphQLErrors(made.survey.refused)
            if charge is not None:
                charge(made.survey.cost)
        except (GraphQLErrors, GraphQLError) as stopped:
            errors = stopped.errors if isinstance(stopped, GraphQLErrors) else [stopped]
            return Answer(None, _charged(errors, charge))
        if is_mutation(prepared):
            found = await self._write(prepared, made, call, actor, variables, values)
        elif made.plan is None:
            found = await self._by_strawberry(prepared.document, prepared, call, actor)
        else:
            found = await self._read(prepared, made, call, actor, values)
        found.cost = made.survey.cost
        return found

    def _made(self, prepared: Prepared, actor: Actor, variables: Mapping[str, Any], values: Values) -> Made:
        key = (
            actor.kind,
            actor.permissions,
            tuple([shape(values[key]) for key in prepared.shaped]),
            tuple([variables.get(name) for name in prepared.conditions]),
        )
        made: Made | None = prepared.plans.get(key)
        if made is None:
            made = self._make(prepared, actor, variables, values)
            prepared.keep(key, made)
        return made

    def _make(self, prepared: Prepared, actor: Actor, variables: Mapping[str, Any], values: Values) -> Made:
        surveyed = survey(prepared, actor, variables, values)
        if surveyed.refused or not self.plans:
            return Made(surveyed, None, {}, [])
        fields = collect_sets(prepared, prepared.root, [prepared.operation.selection_set], variables)
        try:
            if is_mutation(prepared):
                writes = {
                    key: Planner(prepared, actor, variables, values).payload(nodes)
                    for key, nodes in fields.items()
                    if nodes[0].name.value != "__typename"
                }
                return Made(surveyed, None, writes, [])
            by_hand = [key for key, nodes in fields.items() if not _is_mapped(prepared, nodes)]
            mapped = {key: nodes for key, nodes in fields.items() if key not in by_hand}
            plan = Planner(prepared, actor, variables, values).plan(mapped) if mapped else None
            return Made(surveyed, plan, {}, by_hand)
        except UnplannableError:
            return Made(surveyed, None, {}, [])

    async def _read(self, prepared: Prepared, made: Made, call: Call, actor: Actor, values: Values) -> Answer:
        assert made.plan is not None
        if made.plan.asked:
            async with reading(actor) as work:
                values = {**values, ASKED: await answers(work, made.plan.asked)}
        try:
            arguments = made.plan.arguments(values, actor)
        except GraphQLError as error:
            return Answer(None, [error])
        data = made.plan.finished(await answer(made.plan.sql, arguments), actor)
        if not made.by_hand:
            return Answer(data)
        return await self._mixed(prepared, made, call, actor, data)

    async def _mixed(self, prepared: Prepared, made: Made, call: Call, actor: Actor, data: bytes) -> Answer:
        """Some root fields are Python's: strawberry executes those alone, and both halves meet in document order."""
        variables = prepared.variables(call.variables).coerced
        fields = collect_sets(prepared, prepared.root, [prepared.operation.selection_set], variables)
        rest = [node for key in made.by_hand for node in fields[key]]
        other = await self._by_strawberry(_only(prepared, rest), prepared, call, actor)
        parts: dict[str, Any] = {**orjson.loads(data), **(orjson.loads(other.data) if other.data else {})}
        return Answer(orjson.dumps({key: parts.get(key) for key in fields}), other.errors, planned=False)

    async def _write(
        self, prepared: Prepared, made: Made, call: Call, actor: Actor, variables: Any, values: Values
    ) -> Answer:
        fields = collect_sets(prepared, prepared.root, [prepared.operation.selection_set], variables.coerced)
        parts: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        for key, nodes in fields.items():
            if nodes[0].name.value == "__typename":
                parts[key] = prepared.root.name
                continue
            field = prepared.root.fields[nodes[0].name.value]
            try:
                if parts:
                    actor, made = await self._met_again(prepared, made, call, actor, variables, values)
                if key in made.writes:
                    read: Read = _ByPlan(made.writes[key], values, actor)
                else:
                    read = _ByStrawberry(self, prepared, nodes, key, call, actor)
                data = await Writer(actor, call).carry_out(prepared, field, key, nodes, variables, values, read)
                parts[key] = orjson.Fragment(data)
            except Exception as problem:
                # What came before in the document has happened, and the caller must learn of it.
                parts[key] = None
                errors.append(_at(problem, nodes, key))
        return Answer(orjson.dumps(parts), errors, planned=bool(made.writes), in_vain=len(errors) == len(fields))

    async def _met_again(
        self, prepared: Prepared, made: Made, call: Call, actor: Actor, variables: Any, values: Values
    ) -> tuple[Actor, Made]:
        """Who goes on after a mutation, and what was made for them; refuses whoever may not ask this any more."""
        now = await call.actor_now() if call.actor_now is not None else actor
        if now == actor:
            return actor, made
        made = self._made(prepared, now, variables.coerced, values)
        if made.survey.refused:
            raise made.survey.refused[0]
        return now, made

    async def _by_strawberry(self, document: DocumentNode, prepared: Prepared, call: Call, actor: Actor) -> Answer:
        # Beforehand, since nobody waits for a connection while holding another.
        try:
            tried = await self._tried(prepared, call, actor)
        except GraphQLError as error:
            return Answer(None, [error], planned=False, in_vain=True)
        async with reading(actor) as work:

            async def ask(of: Prepared, nodes: Sequence[FieldNode], given: Mapping[str, Any]) -> Any:
                inner = call_for(of, call, nodes, given)
                return (await self._within(inner, actor, work))[nodes[0].name.value]

            context = PlainContext(actor, work, prepared, ask=ask, tried=tried)
            result = await self.execute(document, call, context)
        for path, value in context.grafts:
            _put(result.data, path, value)
        data = orjson.dumps(result.data) if result.data is not None else None
        return Answer(data, list(result.errors or []), planned=False, in_vain=data is None)

    async def _tried(self, prepared: Prepared, call: Call, actor: Actor) -> dict[str, list[Problem]]:
        """What keeps the caller from each mutation that the call asks about."""
        variables = prepared.variables(call.variables)
        fields = collect_sets(prepared, prepared.root, [prepared.operation.selection_set], variables.coerced)
        asking = {key: nodes[0] for key, nodes in fields.items() if _tries(prepared, nodes[0])}
        values = prepared.arguments(variables) if asking else {}
        return {key: await self._blockers(actor, call, **values[id(node)]) for key, node in asking.items()}

    async def _blockers(self, actor: Actor, call: Call, mutation: str, input: Any = None) -> list[Problem]:
        """What keeps the caller from a mutation with an input: what is wrong with that, or what would be refused."""
        root = self.schema.mutation_type
        field = root.fields.get(mutation) if root is not None else None
        if field is None:
            text = message("There is no mutation “{name}”.")
            raise refused("NO_MUTATION", text, {"name": shown(mutation)}, inputPath=["mutation"])
        if input is not None and "input" not in field.args:
            text = message("The mutation {name} takes no input.")
            raise refused("NO_INPUT", text, {"name": mutation}, inputPath=["input"])
        given = {"input": input} if input is not None else {}
        declared = f"($input: {field.args['input'].type})" if given else ""
        document = f"mutation{declared} {{ {mutation}{'(input: $input)' if given else ''} {{ __typename }} }}"
        try:
            prepared, variables, values = self.prepare(Call(document, variables=given))
            made = self._made(prepared, actor, variables.coerced, values)
            if made.survey.refused:
                raise GraphQLErrors(made.survey.refused)
        except (GraphQLErrors, GraphQLError) as stopped:
            errors = stopped.errors if isinstance(stopped, GraphQLErrors) else [stopped]
            return [problem_of(error, actor.language) for error in errors]
        [node] = prepared.operation.selection_set.selections
        return await Writer(actor, call).try_out(field, values.get(id(node), {}))

    async def _within(self, call: Call, actor: Actor, work: Work) -> Mapping[str, Any]:
        """The data of a query in a piece of work that reads already; raises what would be its first error."""
        try:
            prepared, variables, values = self.prepare(call)
        except GraphQLErrors as stopped:
            raise stopped.errors[0] from None
        made = self._made(prepared, actor, variables.coerced, values)
        if made.survey.refused:
            raise made.survey.refused[0]
        if made.plan is None or made.by_hand:
            result = await self.execute(prepared.document, call, PlainContext(actor, work, prepared))
            if result.errors:
                raise result.errors[0]
            assert result.data is not None
            return result.data
        if made.plan.asked:
            values = {**values, ASKED: await answers(work, made.plan.asked)}
        rows = await work.sql(made.plan.sql, *made.plan.arguments(values, actor))
        found: Mapping[str, Any] = orjson.loads(made.plan.finished(rows[0][0], actor))
        return found

    async def execute(self, document: DocumentNode, call: Call, context: PlainContext) -> ExecutionResult:
        """Let strawberry execute a document."""
        found: Any = execute(
            self.schema,
            document,
            context_value=context,
            variable_values=dict(call.variables),
            operation_name=call.operation_name,
        )
        result: ExecutionResult = await found if is_awaitable(found) else found
        return result


@dataclass(frozen=True)
class _ByPlan:
    """The payload by one statement, which finds the records by their ids."""

    plan: Plan
    values: Values
    actor: Actor

    async def within(self, work: Work, results: Mapping[str, Any]) -> bytes:
        answered = {ASKED: await answers(work, self.plan.asked)} if self.plan.asked else None
        rows = await work.sql(self.plan.sql, *self._arguments(results, answered))
        return self.plan.finished(rows[0][0], self.actor)

    def afterwards(self, results: Mapping[str, Any]) -> Unread | None:
        if self.plan.asked:
            return None
        arguments = self._arguments(results)
        records = [results[key] for key in self.plan.records]
        back = None
        if all(isinstance(record, TenantModel) for record in records):
            back = ReadBack(self.plan.of_added, arguments, records)
        return Unread(self.plan, arguments, back)

    def _arguments(self, results: Mapping[str, Any], answered: Values | None = None) -> list[Any]:
        bound = {**self.values, **(answered or {}), PAYLOAD: {name: _stored(item) for name, item in results.items()}}
        return self.plan.arguments(bound, self.actor)


@dataclass(frozen=True)
class _ByStrawberry:
    """The payload by strawberry, whose resolvers read in the transaction."""

    reader: Reader
    prepared: Prepared
    nodes: list[FieldNode]
    key: str
    call: Call
    actor: Actor

    async def within(self, work: Work, results: Mapping[str, Any]) -> bytes:
        context = PlainContext(self.actor, work, self.prepared, SimpleNamespace(**results, errors=[]))
        found = await self.reader.execute(_only(self.prepared, self.nodes), self.call, context)
        if found.errors:
            raise found.errors[0]
        assert found.data is not None
        return orjson.dumps(found.data[self.key])

    def afterwards(self, results: Mapping[str, Any]) -> None:
        return None


def _put(data: Any, path: Sequence[str | int], value: Any) -> None:
    """Let a value stand at a place of an answer, unless something above it came to nothing."""
    for step in path[:-1]:
        data = data[step] if data is not None else None
    if data is not None:
        data[path[-1]] = value


def _stored(item: Any) -> Any:
    """A record by its id, which the payload's statement reads; anything else as it is."""
    return item.id if isinstance(item, TenantModel) else item


def _at(problem: Exception, nodes: list[FieldNode], key: str) -> GraphQLError:
    """What went wrong with one of several root fields, at its place in the answer."""
    extensions = problem.extensions if isinstance(problem, GraphQLError) else None
    return GraphQLError(str(problem), nodes, path=[key], original_error=problem, extensions=extensions)


def _charged(errors: list[GraphQLError], charge: Any) -> list[GraphQLError]:
    """What is refused was read all the same; whoever sends nothing else is told to wait like everybody."""
    if charge is not None and (errors[0].extensions or {}).get("code") != "RATE_LIMITED":
        try:
            charge(REFUSED_POINTS)
        except GraphQLError as limited:
            return [limited]
    return errors


def _tries(prepared: Prepared, node: FieldNode) -> bool:
    field = prepared.root.fields.get(node.name.value)
    return field is not None and mapping.TRIES in field.extensions["strawberry-definition"].metadata


def _is_mapped(prepared: Prepared, nodes: list[FieldNode]) -> bool:
    name = nodes[0].name.value
    if name == "__typename":
        return True
    field = prepared.root.fields.get(name)
    return field is not None and mapping.read_of(field.extensions["strawberry-definition"]) is not None


def _only(prepared: Prepared, nodes: list[FieldNode]) -> DocumentNode:
    """The document with nothing but these root fields."""
    operation = prepared.operation
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(alone, *prepared.fragments.values()))
