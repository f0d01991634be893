"""A version read as a whole: beside another one, with what is odd about it, and with what its clauses have done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import Text, Uuid, any_, cast, func, select
from strawberry.scalars import JSON

from api.reading.mapping import part
from domain.customers.models import Customer
from domain.kernel.permissions import Permission
from domain.organisation.models import Department
from domain.policies.rules.checks import AS_SENT
from domain.policies.rules.clause_kind import CoveredBy
from domain.policies.rules.content import Change
from domain.policies.rules.content import ClauseContent as Said
from domain.policies.rules.findings import Severity
from domain.policies.rules.starters import starters
from domain.rulebook import queries
from domain.rulebook.rules import documents
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.members import Member
from tenancy.work import Work

strawberry.enum(Change, name="ClauseChange", description="What became of a clause from one version to another.")
strawberry.enum(Severity, name="FindingSeverity", description="How grave a finding is.")
strawberry.enum(CoveredBy, name="ClauseCoverage", description="Who acts on a clause.")


# Wherever a clause names somebody or something by their id: an approver, or what a condition compares with.
_NAMED = r"\m[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\M"
_NAMES: Mapping[str, type[Member | Department | Customer]] = {
    "members": Member,
    "departments": Department,
    "customers": Customer,
}


def standard_text(values: Mapping[str, Any], actor: Actor) -> str:
    """What a clause's value lays down, in the language of the values, else in the reader's; nothing where this product
    doesn't know its kind."""
    language = values.get("language") or actor.language
    return documents.standard_text(values["kind"], values["value"], language, _known(values.get("people"), actor))


def people_named(row: Any) -> Any:
    """The names of the people, departments and customers that a clause names by their ids, inside a statement."""
    found = func.regexp_matches(cast(row.value, Text), _NAMED, "g").column_valued("found")
    ids = select(cast(func.array_to_string(found, ""), Uuid)).scalar_subquery()
    named = [
        part
        for kind, table in _NAMES.items()
        for part in (
            kind,
            select(func.jsonb_object_agg(table.id, table.name))
            .where(table.id == any_(func.array(ids)))
            .scalar_subquery(),
        )
    ]
    return select(func.jsonb_build_object(*named))


def _known(named: Mapping[str, Mapping[str, str] | None] | None, actor: Actor) -> Mapping[UUID, str]:
    """Those of them whom the reader may know: departments, customers for who reads them, and of people colleagues, or
    at least oneself."""
    people, departments, customers = (
        {UUID(id): name for id, name in ((named or {}).get(kind) or {}).items()} for kind in _NAMES
    )
    known = {id: name for id, name in people.items() if actor.may(Permission.MEMBERS_READ) or id == actor.id}
    return {**departments, **known, **(customers if actor.may(Permission.CUSTOMERS_READ) else {})}


@part
class ClauseContent:
    """All that a clause says."""

    kind: str = strawberry.field(description="Its kind; clauseKinds tells the form of its value.")
    value: JSON = strawberry.field(description="What it lays down, in the form of its kind.")
    scope: JSON = strawberry.field(description="What it is limited to; nothing means the whole company.")
    title: str = strawberry.field(description="Its heading, in your language.")
    text: str = strawberry.field(description="Its wording, in your language.")
    standard_text: str = strawberry.field(description="What its value lays down, in your language.")
    applies_to_open_cases: bool = strawberry.field(description="Whether running cases go by it.")


@part
class FieldDifference:
    """One place in a clause that differs."""

    path: list[str] = strawberry.field(
        description="The place, outermost first, such as value, days. In a list of named parts, such as the steps of a "
        "chain, each part is told by itself, with its place from 0 in the second version, or in the first where it is "
        "gone; a list whose parts change their order is told as a whole."
    )
    before: JSON | None = strawberry.field(description="What it says in the first version; nothing where it is new.")
    after: JSON | None = strawberry.field(description="What it says in the second version.")


@part
class ClauseDifference:
    """What became of the clause of one number."""

    number: str = strawberry.field(description="The clause's number.")
    change: Change = strawberry.field(description="What became of it.")
    before: ClauseContent | None = strawberry.field(description="The clause in the first version.")
    after: ClauseContent | None = strawberry.field(description="The clause in the second version.")
    fields: list[FieldDifference] = strawberry.field(description="Where a clause that is in both differs.")


@part
class HandbookFinding:
    """Something that keeps a version from being published, or is odd about it."""

    severity: Severity = strawberry.field(description="How grave it is: an ERROR keeps it from being published.")
    code: str = strawberry.field(description="A word for programs, such as CONTRADICTION or UNREACHABLE_STEP.")
    number: str | None = strawberry.field(description="The clause it is about; none for the version as a whole.")
    message: str = strawberry.field(description="The finding as a sentence, in your language.")


@part
class CoveredClause:
    """A clause, who acts on it, and how often it was used."""

    clause_id: UUID = strawberry.field(description="The clause.")
    number: str = strawberry.field(description="Its number.")
    kind: str = strawberry.field(description="Its kind.")
    covered_by: CoveredBy = strawberry.field(description="Who acts on it.")
    decisions: int = strawberry.field(description="How many decisions of the period cite it.")
    last_decision_at: datetime | None = strawberry.field(description="When it last decided something in the period.")


@part
class HandbookStarter:
    """A handbook to begin with."""

    name: str = strawberry.field(description="Its name, for startHandbook.")
    title: str = strawberry.field(description="Its title, in your language.")
    summary: str = strawberry.field(description="What kind of company it is for, in your language.")
    clause_count: int = strawberry.field(description="How many clauses it has.")


async def handbook_starters(info: strawberry.Info) -> list[HandbookStarter]:
    """The handbooks to begin with."""
    language = info.context.actor.language
    return [
        HandbookStarter(
            name=starter.name,
            title=starter.written.title.in_language(language),
            summary=starter.written.summary.in_language(language) if starter.written.summary else "",
            clause_count=len(starter.clauses),
        )
        for starter in starters().values()
    ]


async def handbook_document(
    info: strawberry.Info, version_id: Annotated[UUID, strawberry.argument(description="The version.")]
) -> str:
    """A version as a document in YAML."""
    work: Work = info.context.work
    async with info.context.lock:
        return await queries.exported(work, version_id)


async def handbook_difference(
    info: strawberry.Info,
    before_id: Annotated[UUID, strawberry.argument(description="The version that is compared with.")],
    after_id: Annotated[UUID, strawberry.argument(description="The version whose differences are told.")],
) -> list[ClauseDifference]:
    """What one version of the handbook adds to another, removes from it and changes, clause by clause."""
    actor: Actor = info.context.actor
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.compared(work, before_id=before_id, after_id=after_id)
    return [
        ClauseDifference(
            number=each.number,
            change=each.change,
            before=_content(each.before, actor),
            after=_content(each.after, actor),
            fields=[
                FieldDifference(path=_as_clients_write(field.path), before=field.before, after=field.after)
                for field in each.fields
            ],
        )
        for each in found
    ]


def _as_clients_write(path: Sequence[str]) -> list[str]:
    """A place with the names of inputs; below `value` and `scope` are names of their own."""
    first, *below = path
    if first in ("title", "text"):
        below = [AS_SENT.get(part, part) for part in below]
    return ["appliesToOpenCases" if first == "applies_to_open_cases" else first, *below]


def _content(said: Said | None, actor: Actor) -> ClauseContent | None:
    if said is None:
        return None
    return ClauseContent(
        kind=said.kind,
        value=JSON(said.value),
        scope=JSON(said.scope),
        title=said.title[actor.language],
        text=said.text[actor.language],
        standard_text=standard_text({"kind": said.kind, "value": said.value}, actor),
        applies_to_open_cases=said.applies_to_open_cases,
    )


async def handbook_findings(
    info: strawberry.Info, version_id: Annotated[UUID, strawberry.argument(description="The version.")]
) -> list[HandbookFinding]:
    """What keeps a version from being published, and what is odd about it, each with its clause."""
    actor: Actor = info.context.actor
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.findings(work, version_id)
    return [
        HandbookFinding(
            severity=each.severity,
            code=each.code,
            number=each.number,
            message=translate(each.text, actor.language, each.values),
        )
        for each in found
    ]


async def handbook_coverage(
    info: strawberry.Info,
    version_id: Annotated[UUID, strawberry.argument(description="The version.")],
    since: Annotated[datetime, strawberry.argument(description="From when decisions count.")],
    until: Annotated[datetime, strawberry.argument(description="Until when they count; itself excluded.")],
) -> list[CoveredClause]:
    """Clause by clause: whether Zhidu, people or nobody acts on it, and how often it decided something in a period."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.coverage(work, version_id, since=since, until=until)
    return [
        CoveredClause(
            clause_id=each.clause_id,
            number=each.number,
            kind=each.kind,
            covered_by=each.by,
            decisions=each.decisions,
            last_decision_at=each.last_at,
        )
        for each in found
    ]
