"""Carrying out a mutation: its function, its consequences and its payload in one transaction, or a reason as data."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, Protocol

import orjson
import structlog
from graphql import FieldNode, GraphQLField, get_named_type

from api.inputs import taken
from api.races import ORIGIN, against_others
from api.reading import mapping
from api.reading.binding import Values
from api.reading.documents import Prepared, collect
from api.reading.planning import Plan
from api.reading.refusing import refused
from api.reading.requests import Call
from api.results import Problem, Write, problems
from domain.consequences import settle
from tenancy import idempotency
from tenancy.actor import Actor
from tenancy.database import answer, only_trying, writing
from tenancy.ids import read_id
from tenancy.refusals import Refusal, message
from tenancy.storing import ReadBack
from tenancy.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Unread:
    """A payload that is read when its change is kept already: a statement that sets the tenant itself.

    Where the change is a single statement, that one can read the payload too.
    """

    plan: Plan
    arguments: Sequence[Any]
    back: ReadBack | None

    async def read(self, actor: Actor) -> bytes:
        """The payload; a GraphQL error that doesn't say that nothing was changed when it cannot be read."""
        if self.back is not None and self.back.found is not None:
            return self.plan.finished(self.back.found, actor)
        try:
            return self.plan.finished(await answer(self.plan.sql, self.arguments), actor)
        except Exception as problem:
            log.warning("mutation.unread", exc_info=problem)
            said = message("It is done, but what became of it could not be read. Ask for it; do not send this again.")
            raise refused("DONE_UNREAD", said) from problem


class Read(Protocol):
    """How a payload's selection is read from the results of a mutation."""

    async def within(self, work: Work, results: Mapping[str, Any]) -> bytes:
        """Read it inside the transaction."""

    def afterwards(self, results: Mapping[str, Any]) -> Unread | None:
        """What reads it once the change is kept, which spares the change a transaction; None: only within."""


class Writer:
    """The mutations of one call, one transaction each, in the order of the document."""

    def __init__(self, actor: Actor, call: Call) -> None:
        self.actor, self.call = actor, call

    async def carry_out(
        self,
        prepared: Prepared,
        field: GraphQLField,
        key: str,
        nodes: list[FieldNode],
        variables: Any,
        values: Values,
        read: Read,
    ) -> bytes:
        """One mutation; its payload is read before the commit, a refusal becomes its error."""
        definition = field.extensions["strawberry-definition"]
        write: Write = definition.metadata[mapping.WRITE]
        arguments = taken(definition, values.get(id(nodes[0]), {}))
        try:
            if write.platform:
                results = await self._on_the_platform(write, arguments)
                return _written(prepared, field, nodes, variables.coerced, results, [])
            done = await against_others(partial(self._in_the_company, write, key, arguments, read))
        except Refusal as refusal:
            nothing = dict.fromkeys([*write.records, *write.values])
            errors = problems(refusal, self.actor.language)
            return _written(prepared, field, nodes, variables.coerced, nothing, errors)
        return await done.read(self.actor) if isinstance(done, Unread) else done

    async def try_out(self, field: GraphQLField, values: Mapping[str, Any]) -> list[Problem]:
        """What keeps the caller from a mutation, which is carried out with its consequences, and undone.

        Of one that takes several records, each has its outcome; all their errors are told, once each.
        """
        definition = field.extensions["strawberry-definition"]
        write: Write = definition.metadata[mapping.WRITE]
        arguments = taken(definition, values)

        async def attempt() -> None:
            async with self._open(write, arguments) as work:
                await write.function(work, **arguments)

        try:
            with only_trying():
                if not write.platform:
                    await against_others(attempt)
                    return []
                results = write.results(await write.function(self.actor, **arguments))
        except Refusal as refusal:
            return problems(refusal, self.actor.language)
        outcomes = [item for found in results.values() if isinstance(found, list) for item in found]
        each = [error for item in outcomes for error in getattr(item, "errors", ())]
        return [error for place, error in enumerate(each) if error not in each[:place]]

    async def _in_the_company(self, write: Write, key: str, arguments: Mapping[str, Any], read: Read) -> bytes | Unread:
        """A change of the actor's company, with its consequences, in one transaction.

        What answers an idempotency key is kept with the change, so it is read in the transaction too.
        """
        async with self._open(write, arguments) as work:
            claimed = await self._claim(work, key)
            if claimed is not None and claimed.answer is not None:
                return idempotency.answer_of(work, claimed)
            results = write.results(await write.function(work, **arguments))
            if claimed is None and (unread := read.afterwards(results)) is not None:
                if unread.back is not None:
                    work.read_back(unread.back)
                return unread
            await settle(work)
            payload = await read.within(work, results)
            if claimed is not None:
                idempotency.keep(work, claimed, payload)
            return payload

    async def _on_the_platform(self, write: Write, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A change outside of every company, where keys and answers have no place to be kept."""
        if self.call.idempotency_key is not None:
            raise Refusal(
                message("This change keeps no idempotency key: send it without."),
                path=("Idempotency-Key",),
                code="NO_IDEMPOTENCY_KEY",
            )
        origin = ORIGIN.set(self._origin())
        try:
            return write.results(await write.function(self.actor, **arguments))
        finally:
            ORIGIN.reset(origin)

    def _origin(self) -> dict[str, Any]:
        """What the journal keeps of the call."""
        call = self.call
        return {
            "request_id": read_id(call.request_id) if call.request_id is not None else None,
            "reason": call.reason,
        }

    def _open(self, write: Write, arguments: Mapping[str, Any]) -> Any:
        return writing(
            self.actor,
            settle=settle,
            **self._origin(),
            while_suspended=write.while_suspended,
            foreseen=write.foreseen(arguments),
        )

    async def _claim(self, work: Work, key: str) -> idempotency.IdempotencyKey | None:
        if self.call.idempotency_key is None:
            return None
        call = self.call
        asked = [call.document, call.operation_name, call.variables]
        digest = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return await idempotency.claim(work, self.call.idempotency_key, key, digest)


def _written(
    prepared: Prepared,
    field: GraphQLField,
    nodes: list[FieldNode],
    variables: Mapping[str, Any],
    results: Mapping[str, Any],
    errors: list[Problem],
) -> bytes:
    """A payload that no statement reads, with the fields that were asked of it."""
    payload = SimpleNamespace(**results, errors=errors)
    # The driver has a class of its own for ids.
    return orjson.dumps(_rendered(prepared, get_named_type(field.type), nodes, variables, payload), default=str)


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
