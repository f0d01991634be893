"""What a mutation answers: its records, or the reasons why nothing was changed, as data in the reader's language."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

import strawberry
from graphql import GraphQLError

from api.reading.mapping import WRITE, part, shown_by
from api.reading.refusing import cause_of
from tenancy.language import in_language, translate
from tenancy.models import TenantModel
from tenancy.refusals import ClauseReference, Refusal


@part
class ClauseLink:
    """The clause of the handbook that a refusal or a decision rests on."""

    clause_id: UUID = strawberry.field(description="The clause.")
    number: str = strawberry.field(description="Its number in the handbook, such as 4.2.1.")
    title: str = strawberry.field(description="Its heading, in your language.")
    version_id: UUID = strawberry.field(description="The version of the handbook.")
    version_number: str = strawberry.field(description="That version's number.")


@part
class UserError:
    """Why nothing was changed: something the caller can mend."""

    code: str = strawberry.field(description="A word for programs, such as INVALID, NOT_FOUND or FORBIDDEN.")
    message: str = strawberry.field(description="A sentence for people, in their language.")
    path: list[str] = strawberry.field(description="The input at fault, outermost first; empty when it is none.")
    clause: ClauseLink | None = strawberry.field(description="The clause that refuses, where one does.")


RECORD = "The record as it is now; null when nothing was changed, and when you may not see it: `errors` tells which."


@dataclass(frozen=True)
class Write:
    """How a mutation runs: its function on a piece of work, and the records and values of its payload."""

    function: Callable[..., Awaitable[Any]]
    records: Mapping[str, Any]
    values: Mapping[str, Any]
    # A change of the platform itself: no tenant, so its function opens its own transaction.
    platform: bool = False
    # Whether a suspended company can still do this: exporting, and nothing else.
    while_suspended: bool = False
    # Which field of the input names a record that the function will load without a lock, and that record's type.
    foresees: tuple[str, Any] | None = None
    # Whether customers' people may ask for it.
    contacts: bool = False

    def foreseen(self, arguments: Mapping[str, Any]) -> tuple[type[TenantModel], UUID] | None:
        """The row that comes along with the opening of the work."""
        if self.foresees is None:
            return None
        field, kind = self.foresees
        shown = shown_by(kind)
        assert shown is not None
        assert issubclass(shown.model, TenantModel)
        return shown.model, getattr(arguments["input"], field)

    def results(self, returned: Any) -> dict[str, Any]:
        """What the function returned, by payload field: a single record, or a mapping of all."""
        if len(self.records) + len(self.values) == 1:
            return {next(iter(self.records or self.values)): returned}
        return dict(returned)


def mutation(
    function: Callable[..., Awaitable[Any]],
    *,
    values: Mapping[str, tuple[Any, str]] | None = None,
    platform: bool = False,
    while_suspended: bool = False,
    foresees: tuple[str, Any] | None = None,
    contacts: bool = False,
    **records: Any,
) -> Any:
    """A field of Mutation. Its description is the function's docstring, its arguments those after the first.

    `records` are GraphQL types with rows, answered by the reader; `values` are plain ones, such as a new secret.
    The function is called with the piece of work, or with the actor when the change is the platform's own. What it
    loads by an id and does not lock may come along with the opening of its work: `foresees` names it. Customers' people
    may ask for what is for `contacts` too, and for nothing else.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters = [
        item.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, item in inspect.signature(function).parameters.items()
        if name not in ("work", "actor")
    ]
    payload = _payload(function.__name__, records, values or {})

    write = Write(function, records, values or {}, platform, while_suspended, foresees, contacts)

    async def resolve(info: strawberry.Info, **arguments: Any) -> Any:
        return await info.context.write(write, arguments)

    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # inspect looks for it there
        [inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info), *parameters],
        return_annotation=payload | None,
    )
    resolve.__annotations__ = {"info": strawberry.Info, "return": payload | None} | {
        item.name: item.annotation for item in parameters
    }
    description = inspect.getdoc(function)
    assert description, f"{function.__name__} says nothing of itself"
    return strawberry.field(resolver=resolve, description=description, metadata={WRITE: write})


def _payload(name: str, records: Mapping[str, Any], values: Mapping[str, tuple[Any, str]]) -> type:
    annotations: dict[str, Any] = {}
    body: dict[str, Any] = {}
    for field, kind in records.items():
        annotations[field] = kind | None
        body[field] = strawberry.field(description=RECORD)
    for field, (kind, description) in values.items():
        annotations[field] = kind | None
        body[field] = strawberry.field(description=description)
    annotations["errors"] = list[UserError]
    body["errors"] = strawberry.field(description="Why nothing was changed; empty when it was.")
    title = "".join(word.capitalize() for word in name.split("_")) + "Payload"
    declared = type(title, (), {**body, "__annotations__": annotations, "__module__": __name__})
    return strawberry.type(declared, description=f"What {name.replace('_', ' ')} has done, or why it has not.")


@dataclass(frozen=True)
class Problem:
    """A refusal on its way into a payload."""

    code: str
    message: str
    path: list[str]
    clause: ClauseLink | None
    earliest_at: datetime | None = None


def problem(refusal: Refusal, language: str) -> Problem:
    """A refusal as the payload's error, its sentence in the reader's language."""
    clause = clause_link(refusal.clause, language) if refusal.clause is not None else None
    said = translate(refusal.text, language, refusal.values)
    return Problem(refusal.code, said, list(refusal.path), clause, refusal.earliest_at)


def problems(refusal: Refusal, language: str) -> list[Problem]:
    """A refusal and whatever else is wrong, as a payload tells it."""
    return [problem(each, language) for each in (refusal, *refusal.further)]


def problem_of(error: GraphQLError, language: str) -> Problem:
    """What is wrong with the document of a mutation whose input is the variable `input`, as its payload's error."""
    cause = cause_of(error)
    if isinstance(cause, Refusal):
        found = problem(cause, language)
    else:
        said = error.extensions or {}
        found = Problem(said.get("code", "BAD_REQUEST"), error.message, list(said.get("inputPath", [])), None)
    return replace(found, path=found.path[1:] if found.path[:1] == ["input"] else found.path)


def clause_link(clause: ClauseReference, language: str) -> ClauseLink:
    """A clause that an answer rests on, its heading in the reader's language."""
    return ClauseLink(
        clause_id=clause.clause_id,
        number=clause.number,
        title=in_language(clause.title, language),
        version_id=clause.version_id,
        version_number=clause.version_number,
    )
