"""A version rests on the one before it: what that one brought is not lost by accident, and is brought in on demand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies import queries
from domain.policies.commands.moving import moved
from domain.policies.events import ClauseRemoved, ClauseWritten, HandbookRebased
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules import checks
from domain.policies.rules.content import ClauseContent, Content, merge
from domain.policies.rules.versions import Move
from tenancy.refusals import Conflict, Invalid, WrongState, message
from tenancy.work import Work


async def refuse_outdated(work: Work, version: HandbookVersion, starts_at: datetime) -> None:
    """Refuse with OUTDATED_BASE or LATER_VERSION a version that cannot take effect at an instant; see
    `queries.outdated`."""
    refusal = await queries.outdated(work, version, starts_at)
    if refusal is not None:
        raise refusal


@command(needs=Permission.POLICIES_DRAFT)
async def rebase_version(
    work: Work, *, version_id: UUID, effective_at: datetime | None = None, keep: Sequence[str] = ()
) -> HandbookVersion:
    """Let a draft rest on the version that comes before it: the last one published, or the last before `effective_at`.

    What changed from the old base to the new one is brought in, clause by clause, where the draft itself hasn't touched
    the clause. Clauses changed in both are refused by their numbers with CLAUSES_CLASH, and nothing is changed, unless
    they are among `keep`, of which the draft's own form stays.
    """
    kept = {checks.clean_number(number) for number in keep}
    draft = await moved(work, version_id, Move.EDIT)
    onto = await (queries.version_before(work, effective_at) if effective_at else queries.latest_published(work))
    if onto is None:
        raise WrongState(message("No version is published yet that this one could rest on."), path=("versionId",))
    if draft.base_id == onto.id:
        return draft
    newer, own = await queries.content(work, onto.id), await queries.content(work, draft.id)
    # A draft without a base has written all of its clauses itself.
    base = await queries.content(work, draft.base_id) if draft.base_id is not None else Content("", {}, ())
    known = {clause.number for content in (base, newer, own) for clause in content.clauses}
    if strange := sorted(kept - known):
        text = message("Neither this version nor version {number} has the clauses {clauses}.")
        raise Invalid(text, {"number": onto.number, "clauses": ", ".join(strange)}, path=("keep",))
    found = merge(base, newer, own, kept)
    if found.clashes:
        text = message(
            "These clauses were changed both here and in version {number}: {clauses}. Write them as they are there, "
            "or name them to keep what stands here."
        )
        values = {"number": onto.number, "clauses": ", ".join(found.clashes)}
        raise Conflict(text, values, path=("keep",), code="CLAUSES_CLASH")
    rows = {row.number: row for row in await work.all(select(Clause).where(Clause.version_id == draft.id))}
    for written in found.written:
        _write(work, draft, rows.get(written.number), written)
    for number in found.removed:
        work.record(ClauseRemoved(version_id=draft.id, clause_id=rows[number].id), about=draft)
        work.delete(rows[number])
    draft.revision, draft.base_id = draft.revision + 1, onto.id
    numbers = [*(clause.number for clause in found.written), *found.removed]
    work.record(HandbookRebased(version_id=draft.id, base_id=onto.id, numbers=numbers), about=draft)
    return draft


def _write(work: Work, draft: HandbookVersion, row: Clause | None, content: ClauseContent) -> None:
    clause = row or Clause(
        version_id=draft.id, number=content.number, position="", kind="", value={}, scope={}, title={}, text={}
    )
    clause.position, clause.kind = checks.position(content.number), content.kind
    clause.value, clause.scope = dict(content.value), dict(content.scope)
    clause.title, clause.text = dict(content.title), dict(content.text)
    clause.applies_to_open_cases = content.applies_to_open_cases
    if row is None:
        work.add(clause)
    work.record(ClauseWritten(version_id=draft.id, clause_id=clause.id), about=clause)
