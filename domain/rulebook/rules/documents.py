"""A version as people read it: what stands at its head, and its clauses with their blanks filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.policies.rules.chain_text import IDS
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.kinds import kind_named
from domain.policies.rules.scopes import Dimension, Scope
from domain.policies.rules.sentences import read_all
from domain.policies.rules.versions import Control
from domain.policies.rules.words import word
from tenancy.language import in_language, translate, write_day, write_instant
from tenancy.refusals import Refusal, message

# As much as one language of a document that can be imported may hold.
MOST_CHARACTERS = 2_000_000
DEEPEST_LEVEL = 4

_STATUS: Mapping[Control, str] = {
    Control.DRAFT: message("Draft"),
    Control.IN_REVIEW: message("In review"),
    Control.APPROVED: message("Approved, not yet in force"),
    Control.IN_FORCE: message("In force"),
    Control.SUPERSEDED: message("Superseded"),
    Control.WITHDRAWN: message("Withdrawn before its effect"),
    Control.DISCARDED: message("Discarded"),
}
_CONCERNS: Mapping[Dimension, str] = {
    Dimension.POST: message("Post: {limit}"),
    Dimension.DEPARTMENT: message("Department: {limit}"),
    Dimension.CUSTOMER_TIER: message("Customers: {limit}"),
    Dimension.SERVICE_LINE: message("Service line: {limit}"),
    Dimension.SLA_CLASS: message("Class of service: {limit}"),
    Dimension.PRIORITY: message("Priority: {limit}"),
}
_NOT_SHOWN = message("(not shown to you)")


@dataclass(frozen=True)
class Signature:
    """Somebody put their name to the version."""

    member_id: UUID
    at: datetime


@dataclass(frozen=True)
class Record:
    """All that the document of a version is written from. `names` has the people, departments and posts that its reader
    may know; `zone` is the company's."""

    content: Content
    number: int
    control: Control
    note: str
    author_id: UUID | None
    reviewed: tuple[Signature, ...]
    approved: tuple[Signature, ...]
    issued_on: date | None
    effective_at: datetime | None
    planned_effective_at: datetime | None
    names: Mapping[UUID, str]
    zone: str
    as_of: datetime


@dataclass(frozen=True)
class Entry:
    """A clause in a document: its place, whom it concerns, its wording, and what its value lays down, line by line."""

    number: str
    title: str
    level: int
    concerns: str
    wording: tuple[str, ...]
    laid_down: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A version in one language. `facts` are what a controlled document tells of itself, each with its heading."""

    language: str
    title: str
    running_head: str
    facts: tuple[tuple[str, str], ...]
    as_of: str
    contents: str
    entries: tuple[Entry, ...]

    @property
    def characters(self) -> int:
        """How much there is to be set."""
        return sum(
            len(each.title) + len(each.concerns) + sum(map(len, each.wording)) + sum(map(len, each.laid_down))
            for each in self.entries
        )


def write(record: Record, language: str) -> Document:
    """The document of a version in a language (PO-7)."""
    content = record.content
    status = translate(_STATUS[record.control], language)
    head = message("{document}, version {number}, {status}")
    values = {"document": content.document_number, "number": record.number, "status": status}
    as_of = write_instant(record.as_of, ZoneInfo(record.zone), language)
    return Document(
        language=language,
        title=in_language(content.title, language),
        running_head=translate(head, language, values),
        facts=tuple(_facts(record, status, language)),
        as_of=translate(message("As it stood at {at}"), language, {"at": as_of}),
        contents=translate(message("Contents"), language),
        entries=tuple(_entry(clause, record.names, language) for clause in content.clauses),
    )


def refuse_too_long(document: Document, most: int = MOST_CHARACTERS) -> None:
    """Refuse with the code TOO_LONG what would take too long to be set."""
    if document.characters > most:
        text = message("This version has {characters} characters; at most {most} can be written in this form.")
        raise Refusal(text, {"characters": document.characters, "most": most}, code="TOO_LONG")


def people_in(value: Any) -> Iterator[UUID]:
    """The people, departments and customers whom a clause's value names by their ids, in an expression too."""
    if isinstance(value, str):
        yield from map(UUID, IDS.findall(value))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from people_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from people_in(part)


def standard_text(kind: str, value: Any, language: str, names: Mapping[UUID, str] = MappingProxyType({})) -> str:
    """What a clause's value lays down; nothing where this product doesn't know its kind. `names` are of the people whom
    the reader may know."""
    return read_all(kind_named(kind).model_validate(value).standard_text(), language, names)


def _facts(record: Record, status: str, language: str) -> Iterator[tuple[str, str]]:
    def instant(at: datetime) -> str:
        return write_instant(at, ZoneInfo(record.zone), language)

    told = [
        (message("Document number"), record.content.document_number),
        (message("Version"), str(record.number)),
        (message("Status"), status),
        (message("What is new"), record.note),
        (message("Author"), _name(record, record.author_id, language) if record.author_id is not None else ""),
        (message("Reviewed by"), _signed(record, record.reviewed, language)),
        (message("Approved by"), _signed(record, record.approved, language)),
        (message("Issued on"), write_day(record.issued_on, language) if record.issued_on is not None else ""),
    ]
    if record.effective_at is not None:
        told.append((message("In force from"), instant(record.effective_at)))
    elif record.planned_effective_at is not None:
        told.append((message("To be in force from"), instant(record.planned_effective_at)))
    return ((translate(heading, language), said) for heading, said in told if said)


def _name(record: Record, id: UUID, language: str) -> str:
    return record.names.get(id) or translate(_NOT_SHOWN, language)


def _signed(record: Record, signatures: tuple[Signature, ...], language: str) -> str:
    text = message("{name} ({day})")
    zone = ZoneInfo(record.zone)
    return "\n".join(
        translate(
            text, language, {"name": _name(record, each.member_id, language), "day": each.at.astimezone(zone).date()}
        )
        for each in signatures
    )


def _entry(clause: ClauseContent, names: Mapping[UUID, str], language: str) -> Entry:
    return Entry(
        number=clause.number,
        title=in_language(clause.title, language),
        level=min(1 + clause.number.count("."), DEEPEST_LEVEL),
        concerns=" · ".join(_concerns(clause, names, language)),
        wording=_lines(in_language(clause.text, language)),
        laid_down=_lines(standard_text(clause.kind, clause.value, language, names)),
    )


def _concerns(clause: ClauseContent, names: Mapping[UUID, str], language: str) -> Iterator[str]:
    scope = Scope.model_validate(clause.scope)
    for dimension in scope.dimensions:
        limit = getattr(scope, dimension.value)
        match dimension:
            case Dimension.POST | Dimension.DEPARTMENT:
                said = names.get(limit) or translate(_NOT_SHOWN, language)
            case Dimension.CUSTOMER_TIER | Dimension.PRIORITY:
                said = translate(word(limit), language)
            case _:
                said = limit
        yield translate(_CONCERNS[dimension], language, {"limit": said})
    if clause.applies_to_open_cases:
        yield translate(message("Running cases go by it too, as soon as it is in force."), language)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())
