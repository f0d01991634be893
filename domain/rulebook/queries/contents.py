"""What a version says: as a document, beside another one, and what its approvers are shown of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, true

from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.events import ClauseRemoved, ClauseWritten, HandbookRetitled
from domain.policies.rules import exchange
from domain.policies.rules.content import Content, Difference, differences
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import SignedAs
from domain.rulebook.rules import documents
from tenancy.actor import ActorKind
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.refusals import Invalid, message
from tenancy.work import Work


async def facts_about(work: Work, version_id: UUID) -> dict[str, Any]:
    """A version in numbers, what it changes, and the fingerprint of all it says (PO-3).

    `changed_kinds` are the kinds of the clauses that differ from the version in force, separated by blanks;
    `effective_on` is the day on which it takes effect if it is approved at once, by the publishing rules in force.
    """
    version = await policies.version(work, version_id)
    content = await policies.content(work, version_id)
    in_force = await policies.version_in_force(work)
    before = await policies.content(work, in_force.id) if in_force is not None else Content("", {}, ())
    changes = differences(before, content)
    kinds = {clause.kind for change in changes for clause in (change.before, change.after) if clause is not None}
    effective_at = await policies.effect_if_approved_now(work, version)
    return {
        "version_number": version.number,
        "document_number": version.document_number,
        "clause_count": len(content.clauses),
        "changed_clauses": len(changes),
        "changed_kinds": " ".join(sorted(kinds)),
        "effective_on": effective_at.astimezone(ZoneInfo(work.opening.zone)).date(),
        "content": content.digest(),
    }


async def writers_of(work: Work, version_id: UUID) -> set[UUID]:
    """Whose own matter a version is: its author, whoever submitted it, and the last to write in it."""
    found = await policies.version(work, version_id, "versionId")
    written = or_(*(JournalEntry.name == fact.name for fact in (ClauseWritten, ClauseRemoved, HandbookRetitled)))
    in_it = JournalEntry.payload.op("->>")("version_id") == str(version_id)
    by_people = JournalEntry.actor_kind == ActorKind.MEMBER
    last = select(JournalEntry.actor_id).where(written, in_it, by_people).order_by(JournalEntry.id.desc()).limit(1)
    return {person for person in (found.author_id, found.submitter_id, await work.value(last)) if person is not None}


async def compared(work: Work, *, before_id: UUID, after_id: UUID) -> list[Difference]:
    """What the second version adds, removes and changes (PO-7); refuses with `NotFound` what the actor doesn't see."""
    await policies.seen(work, before_id, "beforeId")
    await policies.seen(work, after_id, "afterId")
    return differences(await policies.content(work, before_id), await policies.content(work, after_id))


async def exported(work: Work, version_id: UUID) -> str:
    """A version as a document that `import_version` reads; importing and exporting it again gives the same bytes."""
    await policies.seen(work, version_id, "versionId")
    version = await policies.version(work, version_id)
    return exchange.write(await policies.content(work, version_id), note=version.note)


async def document(work: Work, version_id: UUID) -> documents.Record:
    """All that a version's document is written from, as far as the actor may know it; refuses with `NotFound`."""
    await policies.seen(work, version_id, "versionId")
    version = await policies.version(work, version_id)
    content = await policies.content(work, version_id)
    reviewed, approved = await _signatures(work, version_id)
    people = {each.member_id for each in (*reviewed, *approved)} | ({version.author_id} - {None})
    people |= {id for clause in content.clauses for id in documents.people_in(clause.value)}
    limits = [Scope.model_validate(clause.scope) for clause in content.clauses]
    places = {id for scope in limits for id in (scope.department_id, scope.post_id) if id is not None}
    return documents.Record(
        content=content,
        number=version.number,
        control=await policies.control_of(work, version_id),
        note=version.note,
        author_id=version.author_id,
        reviewed=reviewed,
        approved=approved,
        issued_on=version.issued_on,
        effective_at=version.effective_at,
        planned_effective_at=version.planned_effective_at,
        names={
            **await _names(work, people),
            **await organisation.names(work, places | {id for id in people if id is not None}),
            **await customers.names(work, {id for id in people if id is not None}),
        },
        zone=work.opening.zone,
        as_of=work.now,
    )


async def _signatures(
    work: Work, version_id: UUID
) -> tuple[tuple[documents.Signature, ...], tuple[documents.Signature, ...]]:
    """Who reviewed a version and who approved it, the first to do so first."""
    signed = await policies.signatures(work, version_id)
    reviewed, approved = (
        tuple(documents.Signature(each.member_id, each.at) for each in signed if each.signed_as is what)
        for what in (SignedAs.REVIEWER, SignedAs.APPROVER)
    )
    return reviewed, approved


async def _names(work: Work, ids: Collection[UUID | None]) -> dict[UUID, str]:
    """The people among these whom the actor may know: colleagues, or at least oneself."""
    known = true() if work.actor.may(Permission.MEMBERS_READ) else Member.id == current_member()
    rows = await work.rows(select(Member.id, Member.name).where(one_of(Member.id, ids), known))
    return {row["id"]: row["name"] for row in rows}


async def coverage(work: Work, version_id: UUID, *, since: datetime, until: datetime) -> Sequence[policies.Covered]:
    """Clause by clause who acts on it, and how often it has decided something from one instant until another."""
    await policies.seen(work, version_id, "versionId")
    if since > until:
        raise Invalid(message("The period begins before it ends: since comes before until."), path=("until",))
    return await policies.coverage(work, version_id, since, until)
