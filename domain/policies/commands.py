"""Changing the handbook: drafting a version, writing its clauses, reviewing and publishing it; citing a clause."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_jsonable_python
from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject
from domain.organisation import queries as organisation
from domain.policies import queries
from domain.policies.events import (
    ClauseRemoved,
    ClauseWritten,
    HandbookDrafted,
    HandbookPublished,
    HandbookReturned,
    HandbookReviewed,
    HandbookSubmitted,
    HandbookTookEffect,
)
from domain.policies.models import Clause, Decision, HandbookVersion
from domain.policies.rules import checks
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ClauseKind
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import LIFECYCLE, Move, State, check_effective
from tenancy.actor import ActorKind
from tenancy.numbers import next_number
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, message
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
    """Begin a new version, empty or with the clauses of another; several drafts may be written at once (PO-2)."""
    clauses = await _clauses(work, copy_from) if copy_from is not None else []
    draft = HandbookVersion(
        number=0,
        document_number=checks.clean_line(document_number, checks.DOCUMENT_NUMBER_LENGTH, "documentNumber"),
        title=checks.clean_wording(title, checks.TITLE_LENGTH, "title"),
        note=_clean_note(note),
        drafted_at=work.now,
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

    `value` is the JSON form of the kind, checked by it: a refusal's path leads into the value. With `seen_revision`, a
    draft that somebody else has changed since is refused with `Conflict`.
    """
    number = checks.clean_number(number)
    kind_class = checks.clause_kind(kind)
    parsed = checks.parse(kind_class, value, "value")
    limits = checks.parse(Scope, scope.model_dump(mode="json") if isinstance(scope, Scope) else scope or {}, "scope")
    checks.check_scope(kind_class, limits)
    draft = await _change(work, version_id, seen_revision)
    await _refuse_unknown_scope(work, limits)
    found = await _clause(work, draft.id, number)
    clause = found or Clause(
        version_id=draft.id, number=number, position="", kind="", value={}, scope={}, title={}, text={}
    )
    clause.position, clause.kind, clause.value = checks.position(number), kind, parsed.stored()
    clause.scope = limits.model_dump(mode="json", exclude_none=True)
    clause.title = checks.clean_wording(title, checks.TITLE_LENGTH, "title")
    clause.text = checks.clean_wording(text, checks.TEXT_LENGTH, "text") if text else dict(checks.NOTHING_SAID)
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
async def submit_version(work: Work, *, version_id: UUID) -> HandbookVersion:
    """Hand a draft in for review; from now on its clauses stand still. Refuses with the first finding, if any."""
    draft = await _moved(work, version_id, Move.SUBMIT)
    await _refuse_findings(work, draft)
    draft.submitter_id = work.actor.id if work.actor.is_member else None
    work.record(HandbookSubmitted(version_id=draft.id), about=draft)
    return draft


@command(needs=Permission.POLICIES_PUBLISH)
async def review_version(work: Work, *, version_id: UUID) -> HandbookVersion:
    """Confirm that one has reviewed a version, which is recorded on the document."""
    reviewed = await _moved(work, version_id, Move.REVIEW)
    await _refuse_own(work, reviewed)
    reviewed.reviewer_id = work.actor.id
    work.record(HandbookReviewed(version_id=reviewed.id), about=reviewed)
    return reviewed


@command(needs=Permission.POLICIES_PUBLISH)
async def return_version(work: Work, *, version_id: UUID) -> HandbookVersion:
    """Send a version in review back to be changed; the work's reason says why."""
    returned = await _moved(work, version_id, Move.RETURN)
    returned.reviewer_id = None
    work.record(HandbookReturned(version_id=returned.id), about=returned)
    return returned


@command(needs=Permission.POLICIES_PUBLISH)
async def publish_version(work: Work, *, version_id: UUID, effective_at: datetime | None = None) -> HandbookVersion:
    """Approve a reviewed version and put it in force at an instant, at once without one (PO-2, PO-3).

    Whoever drafted or submitted a version doesn't approve it, unless nobody else in the company could: a company of one
    administrator must be able to begin. Nothing takes effect in the past, and never two versions at the same instant.
    """
    # The oldest version stands for the handbook as a whole: who locks it publishes alone.
    await work.all(select(HandbookVersion).order_by(HandbookVersion.number).limit(1).with_for_update())
    version = await _moved(work, version_id, Move.PUBLISH)
    queries.forget(work, published=version.id)
    await _refuse_own(work, version)
    starts_at = check_effective(effective_at, work.now)
    at_that_instant = select(HandbookVersion).where(
        HandbookVersion.state == State.PUBLISHED,
        HandbookVersion.effective_at == starts_at,
        HandbookVersion.id != version_id,
    )
    if await work.first(at_that_instant) is not None:
        raise Conflict(message("Another version takes effect at that very instant."), path=("effectiveAt",))
    await _refuse_findings(work, version)
    version.approver_id = work.actor.id
    version.issued_on = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    version.effective_at = starts_at
    work.record(HandbookPublished(version_id=version.id, effective_at=starts_at), about=version)
    effect = HandbookTookEffect(version_id=version.id)
    if starts_at <= work.now:
        work.record(effect, about=version)
    else:
        work.schedule(starts_at, effect, about=version.id, key=f"handbook:{version.id}:takes-effect")
    return version


def cite(
    work: Work,
    ruling: Ruling[ClauseKind],
    *,
    about: Subject,
    decision: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
) -> Decision:
    """Keep, for ever, that something was decided by a clause: from which values, with what result (PO-5).

    `decision` is a word of the deciding module, such as `requests.deadline`. Values may be anything that has a form in
    JSON, ids, instants and decimals included.
    """
    return work.add(
        Decision(
            at=work.now,
            subject_kind=about.kind,
            subject_id=about.id,
            decision=decision,
            clause_id=ruling.clause.clause_id,
            version_id=ruling.clause.version_id,
            inputs=to_jsonable_python(dict(inputs)),
            result=to_jsonable_python(dict(result)),
            why=[candidate.stored() for candidate in ruling.why],
        )
    )


async def _clauses(work: Work, version_id: UUID) -> list[Clause]:
    await work.get(HandbookVersion, version_id, "copyFrom")
    return await work.all(select(Clause).where(Clause.version_id == version_id).order_by(Clause.position))


async def _clause(work: Work, version_id: UUID, number: str) -> Clause | None:
    return await work.first(select(Clause).where(Clause.version_id == version_id, Clause.number == number))


async def _moved(work: Work, version_id: UUID, move: Move) -> HandbookVersion:
    version = await work.get(HandbookVersion, version_id, "versionId", lock=True)
    version.state = LIFECYCLE.next(version.state, move)
    return version


async def _change(work: Work, version_id: UUID, seen_revision: int | None) -> HandbookVersion:
    draft = await _moved(work, version_id, Move.EDIT)
    if seen_revision is not None and seen_revision != draft.revision:
        text = message("Somebody has changed this draft since you read it: read it again, then repeat your change.")
        raise Conflict(text, path=("seenRevision",))
    draft.revision += 1
    return draft


def _clean_note(note: str) -> str:
    cleaned = note.strip()
    if len(cleaned) > checks.NOTE_LENGTH:
        text = message("At most {max_length} characters are possible.")
        raise Invalid(text, {"max_length": checks.NOTE_LENGTH}, path=("note",))
    return cleaned


async def _refuse_too_many(work: Work, version_id: UUID) -> None:
    if len(await work.rows(select(Clause.id).where(Clause.version_id == version_id))) >= MOST_CLAUSES:
        raise Invalid(message("A handbook has at most {most} clauses."), {"most": MOST_CLAUSES}, path=("number",))


async def _refuse_unknown_scope(work: Work, scope: Scope) -> None:
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


async def _refuse_findings(work: Work, version: HandbookVersion) -> None:
    for finding in await queries.findings(work, version.id):
        raise finding


async def _refuse_own(work: Work, version: HandbookVersion) -> None:
    if work.actor.kind is ActorKind.CLIENT:
        raise Forbidden(message("A handbook is reviewed and approved by people."))
    person = work.actor.id
    if person is None or person not in (version.author_id, version.submitter_id):
        return
    if not await queries.may_publish_alone(work, person):
        text = message("Whoever wrote or submitted a version doesn't approve it: ask somebody else who may publish.")
        raise Forbidden(text, code="OWN_VERSION")
