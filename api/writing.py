"""Carrying out a mutation: its function, its consequences and its payload in one transaction, or a reason as data."""

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from graphql import FieldNode, GraphQLField, get_named_type

from api.inputs import taken
from api.reading import mapping
from api.reading.binding import Values
from api.reading.documents import Prepared, collect
from api.reading.planning import PAYLOAD, Plan
from api.reading.requests import Call
from api.results import Problem, Write, problem
from domain.consequences import settle
from tenancy import idempotency
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.models import TenantModel
from tenancy.refusals import Refusal
from tenancy.work import Work


class Writer:
    """The mutations of one call, one transaction each, in the order of the document."""

    def __init__(self, actor: Actor, call: Call) -> None:
        self.actor, self.call = actor, call

    async def planned(
        self,
        prepared: Prepared,
        field: GraphQLField,
        key: str,
        nodes: list[FieldNode],
        plan: Plan,
        variables: Any,
        values: Values,
    ) -> bytes:
        """One mutation; its payload is read by one statement before the commit, a refusal becomes its error."""
        definition = field.extensions["strawberry-definition"]
        write: Write = definition.metadata[mapping.WRITE]
        arguments = taken(definition, values.get(id(nodes[0]), {}))
        if write.platform:
            answer = await self.plain(write, arguments)
            return orjson.dumps(_rendered(prepared, get_named_type(field.type), nodes, variables.coerced, answer))
        try:
            async with self._open() as work:
                claimed = await self._claim(work, key)
                if claimed is not None and claimed.answer is not None:
                    return idempotency.answer_of(work, claimed)
                results = write.results(await write.function(work, **arguments))
                await settle(work)
                bound = {**values, PAYLOAD: {name: _stored(item) for name, item in results.items()}}
                rows = await work.sql(plan.sql, *plan.arguments(bound, self.actor))
                answer = plan.finished(rows[0][0], self.actor)
                if claimed is not None:
                    idempotency.keep(work, claimed, answer)
                return answer
        except Refusal as refusal:
            return _refused(prepared, field, nodes, variables.coerced, write, problem(refusal, self.actor.language))

    async def plain(self, write: Write, arguments: Mapping[str, Any]) -> Any:
        """One mutation whose payload strawberry executes after the commit."""
        nothing = dict.fromkeys([*write.records, *write.values])
        try:
            if write.platform:
                results = write.results(await write.function(self.actor, **arguments))
            else:
                async with self._open() as work:
                    results = write.results(await write.function(work, **arguments))
        except Refusal as refusal:
            return SimpleNamespace(**nothing, errors=[problem(refusal, self.actor.language)])
        return SimpleNamespace(**results, errors=[])

    def _open(self) -> Any:
        request_id = UUID(self.call.request_id) if self.call.request_id is not None else None
        return writing(self.actor, settle=settle, request_id=request_id, reason=self.call.reason)

    async def _claim(self, work: Work, key: str) -> idempotency.IdempotencyKey | None:
        if self.call.idempotency_key is None:
            return None
        call = self.call
        asked = [call.document, call.operation_name, call.variables]
        digest = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return await idempotency.claim(work, self.call.idempotency_key, key, digest)


def _stored(item: Any) -> Any:
    """A record by its id, which the payload's statement reads; anything else as it is."""
    return item.id if isinstance(item, TenantModel) else item


def _refused(
    prepared: Prepared,
    field: GraphQLField,
    nodes: list[FieldNode],
    variables: Mapping[str, Any],
    write: Write,
    error: Problem,
) -> bytes:
    """The payload without records, with the fields that were asked of its error."""
    nothing = SimpleNamespace(**dict.fromkeys([*write.records, *write.values]), errors=[error])
    return orjson.dumps(_rendered(prepared, get_named_type(field.type), nodes, variables, nothing))


def _rendered(
    prepared: Prepared, gtype: Any, nodes: list[FieldNode], variables: Mapping[str, Any], value: Any
) -> dict[str, Any]:
    """The selected fields of an object that is no row."""
    out: dict[str, Any] = {}
    for key, fields in collect(prepared, gtype, nodes, variables).items():
        name = fields[0].name.value
        if name == "__typename":
            out[key] = gtype.name
            continue
        found = getattr(value, gtype.fields[name].extensions["strawberry-definition"].python_name)
        inner = get_named_type(gtype.fields[name].type)
        if isinstance(found, list) and fields[0].selection_set is not None:
            found = [_rendered(prepared, inner, fields, variables, item) for item in found]
        elif fields[0].selection_set is not None and found is not None:
            found = _rendered(prepared, inner, fields, variables, found)
        out[key] = found
    return out
