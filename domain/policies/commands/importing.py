"""Beginning a version from a document: one that somebody wrote or exported, or one of the starters."""

import asyncio
from collections.abc import Mapping, Sequence

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies.commands.drafting import draft_version, refuse_unknown_scope
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules import checks, exchange
from domain.policies.rules.content import ClauseContent
from domain.policies.rules.scopes import Scope
from domain.policies.rules.starters import starter as starter_named
from tenancy.refusals import NotFound
from tenancy.work import Work


@command(needs=Permission.POLICIES_DRAFT)
async def import_version(work: Work, *, source: str) -> HandbookVersion:
    """A draft from a document as `export_version` gives it. Refuses the whole document with its first fault, whose path
    leads to the clause by its number and into its value."""
    # A large one takes seconds, which others don't wait for.
    written, clauses = await asyncio.to_thread(exchange.read, source)
    return await _begin(work, written, clauses)


@command(needs=Permission.POLICIES_DRAFT)
async def start_handbook(
    work: Work,
    *,
    starter: str,
    title: Mapping[str, str] | None = None,
    document_number: str | None = None,
    note: str | None = None,
) -> HandbookVersion:
    """A draft from one of the starters, under the company's own title, document number and note where they are given;
    refuses with `NotFound` for a name there is none of (PO-8)."""
    found = starter_named(starter)
    return await _begin(work, found.written, found.clauses, title=title, document_number=document_number, note=note)


async def _begin(
    work: Work,
    written: exchange.Written,
    clauses: Sequence[ClauseContent],
    *,
    title: Mapping[str, str] | None = None,
    document_number: str | None = None,
    note: str | None = None,
) -> HandbookVersion:
    draft = await draft_version(
        work,
        title=title if title is not None else written.title.model_dump(),
        document_number=document_number if document_number is not None else written.document_number,
        note=note if note is not None else written.note,
    )
    for clause in clauses:
        try:
            await refuse_unknown_scope(work, Scope.model_validate(clause.scope))
        except NotFound as refusal:
            refusal.path = ("source", "clauses", clause.number, *refusal.path)
            raise
        work.add(
            Clause(
                version_id=draft.id,
                number=clause.number,
                position=checks.position(clause.number),
                kind=clause.kind,
                value=dict(clause.value),
                scope=dict(clause.scope),
                title=dict(clause.title),
                text=dict(clause.text),
                applies_to_open_cases=clause.applies_to_open_cases,
            )
        )
    return draft
