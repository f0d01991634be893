"""Drafting: beginning a version, writing its clauses."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries
from domain.policies.commands.moving import moved
from domain.policies.events import (
    ClauseRemoved,
    ClauseWritten,
    HandbookDiscarded,
    HandbookDrafted,
    HandbookRetitled,
)
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules import checks, duties
from domain.policies.rules.duties import Obstacle
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import Move, State
from tenancy.numbers import next_number
from tenancy.refusals import Conflict, Invalid, NotFound, message
from tenancy.work import Work

MOST_CLAUSES = 2000


@command(needs=Permission.POLICIES_DRAFT)
async def draft_version(
    work: Work,
    *,
    title: Mapping[str, str],
    document_number: str,
    note: str = "",
    copy_from: UUID | None = None,
) -> HandbookVersion:
    """Begin a new version, empty or with the clauses of another; several drafts may be written at once (PO-2).

    Its base is what it is copied from, or the base of an unpublished one; else the last version that is published.
    """
    clauses = await _clauses(work, copy_from) if copy_from is not None else []
    draft = HandbookVersion(
        number=0,
        document_number=checks.clean_line(document_number, checks.DOCUMENT_NUMBER_LENGTH, "documentNumber"),
        title=checks.clean_texts(title, checks.TITLE_LENGTH, "title"),
        note=_clean_note(note, "note"),
        drafted_at=work.now,
        base_id=await _base(work, copy_from),
        author_id=work.actor.id if work.actor.is_member else None,
    )
    draft.number = await next_number(work, "handbook_versions")
    work.add(draft)
    for clause in clauses:
        work.add(
            Clause(
                version_id=draft.id,
                number=clause.number,
                position=clause.position,
                kind=clause.kind,
                value=clause.value,
                scope=clause.scope,
                title=clause.title,
                text=clause.text,
                applies_to_open_cases=clause.applies_to_open_cases,
            )
        )
    work.record(HandbookDrafted(version_id=draft.id), about=draft)
    return draft


@command(needs=Permission.POLICIES_DRAFT)
async def retitle_version(
    work: Work,
    *,
    version_id: UUID,
    title: Mapping[str, str] | None = None,
    document_number: str | None = None,
    note: str | None = None,
    seen_revision: int | None = None,
) -> HandbookVersion:
    """Change what stands on a draft's cover; what is not given stays. With `seen_revision`, a draft that somebody else
    has changed since is refused with `Conflict`."""
    draft = await _change(work, version_id, seen_revision)
    if title is not None:
        draft.title = checks.clean_texts(title, checks.TITLE_LENGTH, "title")
    if document_number is not None:
        draft.document_number = checks.clean_line(document_number, checks.DOCUMENT_NUMBER_LENGTH, "documentNumber")
    if note is not None:
        draft.note = _clean_note(note, "note")
    work.record(HandbookRetitled(version_id=draft.id), about=draft)
    return draft


@command(needs=Permission.POLICIES_DRAFT)
async def put_clause(
    work: Work,
    *,
    version_id: UUID,
    number: str,
    kind: str,
    value: Mapping[str, Any],
    title: Mapping[str, str],
    text: Mapping[str, str] | None = None,
    scope: Mapping[str, Any] | Scope | None = None,
    applies_to_open_cases: bool = False,
    seen_revision: int | None = None,
) -> Clause:
    """Write a clause into a draft, in place of the one with this number if there is one (PO-1).

    `value` is the JSON form of the kind, checked by it: a refusal's path leads into the value. Without `text`, a clause
    that stays of its kind keeps its wording; an empty one clears it. With `seen_revision`, a draft that somebody else
    has changed since is refused with `Conflict`.
    """
    number = checks.clean_number(number)
    kind_class = checks.clause_kind(kind)
    parsed = checks.parse(kind_class, value, "value")
    limits = checks.parse(Scope, scope.model_dump(mode="json") if isinstance(scope, Scope) else scope or {}, "scope")
    checks.check_scope(kind_class, limits)
    checks.check_open_cases(kind_class, applies_to_open_cases)
    draft = await _change(work, version_id, seen_revision)
    await refuse_unknown_scope(work, limits)
    found = await _clause(work, draft.id, number)
    clause = found or Clause(
        version_id=draft.id, number=number, position="", kind="", value={}, scope={}, title={}, text={}
    )
    if text is not None or clause.kind != kind:
        clause.text = checks.clean_texts(text, checks.TEXT_LENGTH, "text") if text else dict(checks.NOTHING_SAID)
    clause.position, clause.kind, clause.value = checks.position(number), kind, parsed.stored()
    clause.scope = limits.model_dump(mode="json", exclude_none=True)
    clause.title = checks.clean_texts(title, checks.TITLE_LENGTH, "title")
    clause.applies_to_open_cases = applies_to_open_cases
    if found is None:
        await _refuse_too_many(work, draft.id)
        work.add(clause)
    work.record(ClauseWritten(version_id=draft.id, clause_id=clause.id), about=clause)
    return clause


@command(needs=Permission.POLICIES_DRAFT)
async def remove_clause(work: Work, *, version_id: UUID, number: str, seen_revision: int | None = None) -> None:
    """Take a clause out of a draft."""
    draft = await _change(work, version_id, seen_revision)
    clause = await _clause(work, draft.id, checks.clean_number(number))
    if clause is None:
        raise NotFound(path=("number",))
    work.record(ClauseRemoved(version_id=draft.id, clause_id=clause.id), about=draft)
    work.delete(clause)


@command(needs=Permission.POLICIES_DRAFT)
async def discard_version(work: Work, *, version_id: UUID, reason: str = "") -> HandbookVersion:
    """Give up a draft: whoever began it does, or somebody who may publish; `reason` stays in the journal.

    It keeps its number and what it says, which may be copied into a new draft.
    """
    draft = await moved(work, version_id, Move.DISCARD)
    is_own = work.actor.is_member and work.actor.id == draft.author_id
    if not is_own and not work.actor.may(Permission.POLICIES_PUBLISH):
        raise duties.refusal(Obstacle.NOT_YOURS, Move.DISCARD, State.DRAFT)
    work.record(HandbookDiscarded(version_id=draft.id, reason=_clean_note(reason, "reason")), about=draft)
    return draft


async def _base(work: Work, copy_from: UUID | None) -> UUID | None:
    if copy_from is not None:
        source = await work.get(HandbookVersion, copy_from, "copyFromId")
        return source.id if source.state is State.PUBLISHED else source.base_id
    latest = await queries.latest_published(work)
    return latest.id if latest is not None else None


async def _clauses(work: Work, version_id: UUID) -> list[Clause]:
    await work.get(HandbookVersion, version_id, "copyFromId")
    return await work.all(select(Clause).where(Clause.version_id == version_id).order_by(Clause.position))


async def _clause(work: Work, version_id: UUID, number: str) -> Clause | None:
    return await work.first(select(Clause).where(Clause.version_id == version_id, Clause.number == number))


async def _change(work: Work, version_id: UUID, seen_revision: int | None) -> HandbookVersion:
    draft = await moved(work, version_id, Move.EDIT)
    if seen_revision is not None and seen_revision != draft.revision:
        text = message("Somebody has changed this draft since you read it: read it again, then repeat your change.")
        raise Conflict(text, path=("seenRevision",))
    draft.revision += 1
    return draft


def _clean_note(note: str, *path: str) -> str:
    cleaned = note.strip()
    if len(cleaned) > checks.NOTE_LENGTH:
        text = message("At most {max_length} characters are possible.")
        raise Invalid(text, {"max_length": checks.NOTE_LENGTH}, path=path)
    return cleaned


async def _refuse_too_many(work: Work, version_id: UUID) -> None:
    if len(await work.rows(select(Clause.id).where(Clause.version_id == version_id))) >= MOST_CLAUSES:
        raise Invalid(message("A handbook has at most {most} clauses."), {"most": MOST_CLAUSES}, path=("number",))


async def refuse_unknown_scope(work: Work, scope: Scope) -> None:
    """Refuse a limit to a department or post that the company has not, with the place in the scope."""
    try:
        if scope.department_id is not None:
            await organisation.department(work, scope.department_id)
    except NotFound as refusal:
        refusal.path = ("scope", "department_id")
        raise
    try:
        if scope.post_id is not None:
            await organisation.post(work, scope.post_id)
    except NotFound as refusal:
        refusal.path = ("scope", "post_id")
        raise
