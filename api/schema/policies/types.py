"""The handbook as clients see it."""

from datetime import date, datetime
from enum import Enum
from inspect import cleandoc
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.handbook.addresses import address
from api.reading.filters import TextFilter, WordFilter, filtered
from api.reading.mapping import (
    Node,
    Order,
    column,
    computed,
    localized,
    many,
    one,
    page,
    part,
    rendered,
    rendered_in_language,
    shows,
)
from api.schema.access.types import Member
from api.schema.policies.confirmations import HANDBOOK_READING_ORDERS, HandbookReading
from api.schema.policies.decisions import decisions
from api.schema.policies.moves import HandbookMove, allowed_moves
from api.schema.policies.reading import people_named, standard_text
from api.schema.policies.trials import DryRun
from domain.kernel.subjects import SubjectKind
from domain.policies import models, queries
from domain.policies.rules import kinds
from domain.policies.rules.versions import Control, SignedAs, State
from domain.rulebook import queries as rulebook
from tenancy.language import Language, translate

strawberry.enum(State, name="HandbookState", description="How far a version of the handbook has come.")
strawberry.enum(SignedAs, description="What somebody put their name to a version of the handbook for.")
strawberry.enum(Control, name="HandbookControl", description="The control status of a version as a document.")


@shows(models.Clause, visible=queries.visible_clauses)
class Clause(Node):
    """One numbered clause of a version of the handbook."""

    number: str = column("Its number, such as 4.2.1.")
    kind: str = column("Its kind; clauseKinds tells the form of its value.")
    value: JSON = column("What it lays down, in the form of its kind.")
    scope: JSON = column("What it is limited to; nothing means the whole company.")
    title: str = localized("Its heading, in your language unless told.", "title", choosable=True)
    text: str = localized(
        "Its wording, in your language unless told; empty where its standard text is enough.", "text", choosable=True
    )
    standard_text: str = rendered_in_language(
        "What its value lays down, in your language unless told.",
        standard_text,
        kind=lambda row: row.kind,
        value=lambda row: row.value,
        people=people_named,
    )
    applies_to_open_cases: bool = column(
        "Whether running cases go by it as soon as it is in force. A deadline that a request has missed before stays "
        "missed, by the clause it was promised by."
    )
    version: "HandbookVersion | None" = one("The version it belongs to.", "version_id")


@strawberry.enum(description="How clauses are ordered.")
class ClauseOrder(Enum):
    """Orders of clauses."""

    NUMBER = "number"


CLAUSE_ORDERS = {ClauseOrder.NUMBER: Order(lambda row: row.position)}


@strawberry.input(description="Which clauses to give.")
class ClauseFilter:
    """Conditions on clauses."""

    kind: TextFilter | None = filtered("By kind.")
    number: TextFilter | None = filtered("By number.")


@shows(models.HandbookSignature, visible=queries.visible_signatures)
class HandbookSignature:
    """Somebody put their name to a version of the handbook."""

    id: UUID = column("The signature's id.")
    member: Member | None = one("Who signed.", "member_id")
    signed_as: SignedAs = column("For what.")
    at: datetime = column("When.")


@shows(models.HandbookVersion, visible=queries.visible)
class HandbookVersion(Node):
    """One version of the handbook as a controlled document."""

    number: int = column("The version's number.")
    document_number: str = column("The document's number.")
    title: str = localized("The handbook's title, in your language unless told.", "title", choosable=True)
    note: str = column("Why there is this version and what it changes, in the language in which it was written.")
    state: State = column("How far it has come.")
    control: Control = computed("Its control status at the company's present instant.", queries.control)
    revision: int = column("Raised at every change of its clauses; send it as seenRevision to notice other editors.")
    drafted_at: datetime = column("When it was begun.")
    issued_on: date | None = column("The day it was published.")
    effective_at: datetime | None = column("From when it is in force.")
    planned_effective_at: datetime | None = column("When it is to take effect, as it was submitted and is reviewed.")
    base: "HandbookVersion | None" = one("The version that it changes, which comes right before it.", "base_id")
    author: Member | None = one("Who began it.", "author_id")
    reviewer: Member | None = one("Who reviewed it last.", "reviewer_id")
    signatures: list[HandbookSignature] = many("Everybody who reviewed or approved it.", "version_id", most=100)
    approver: Member | None = one("Who approved it.", "approver_id")
    read_by_me: bool = computed("Whether you have confirmed that you have read it.", rulebook.read_by_me)
    readings = page(
        "Who has confirmed that they have read it.", HandbookReading, on="version_id", orders=HANDBOOK_READING_ORDERS
    )
    dry_runs: list[DryRun] = many("The dry runs it was tried by.", "version_id", most=20)
    html_url: str = rendered(
        "Where it is as a page to read, for whoever is signed in; with ?language=zh-Hant in that language.",
        lambda values, _: address(values, "html"),
        id=lambda row: row.id,
    )
    pdf_url: str = rendered(
        "Where it is as a PDF, likewise.", lambda values, _: address(values, "pdf"), id=lambda row: row.id
    )
    decisions = decisions(SubjectKind.HANDBOOK_VERSION)
    allowed_moves: list[HandbookMove] = allowed_moves()
    clauses = page("Its clauses.", Clause, on="version_id", orders=CLAUSE_ORDERS, filter=ClauseFilter)


@strawberry.enum(description="How versions are ordered.")
class HandbookVersionOrder(Enum):
    """Orders of versions."""

    NEWEST = "newest"


HANDBOOK_VERSION_ORDERS = {HandbookVersionOrder.NEWEST: Order(lambda row: row.number, descending=True)}


@strawberry.input(description="Which versions to give.")
class HandbookVersionFilter:
    """Conditions on versions."""

    state: WordFilter[State] | None = filtered("By how far they have come.")


@part
class ClauseKind:
    """A kind of clause: what it is for and the form of its value."""

    name: str = strawberry.field(description="Its name, for ever.")
    label: str = strawberry.field(description="What people call it, in your language.")
    description: str = strawberry.field(description="What clauses of this kind lay down.")
    dimensions: list[str] = strawberry.field(description="What may limit a clause of this kind, the strongest first.")
    reaches_open_cases: bool = strawberry.field(
        description="Whether a clause of this kind may apply to cases that began under another version; a letter of "
        "resignation, for one, keeps the notice period it was handed in under."
    )
    consumed_by: str = strawberry.field(description="What acts on it; empty where people follow it by hand.")
    value_schema: JSON = strawberry.field(description="The form of its value, as JSON Schema.")


async def clause_kinds(info: strawberry.Info) -> list[ClauseKind]:
    """Every kind of clause a handbook can have."""
    language: Language = info.context.actor.language
    return [
        ClauseKind(
            name=kind.kind,
            label=translate(kind.label, language),
            description=cleandoc(kind.__doc__ or ""),
            dimensions=[dimension.value for dimension in kind.dimensions],
            reaches_open_cases=kind.reaches_open_cases,
            consumed_by=kind.consumed_by,
            value_schema=JSON(kind.json_schema()),
        )
        for kind in kinds.KINDS.values()
    ]
