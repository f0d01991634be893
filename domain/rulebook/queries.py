"""What a version says, beside another one, and what is odd about it; what its approvers are shown of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from domain.approvals import queries as approvals
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.events import ClauseRemoved, ClauseWritten
from domain.policies.rules import exchange, linting
from domain.policies.rules.chains import Approver, ApproverKind
from domain.policies.rules.content import Content, Difference, differences
from domain.policies.rules.handbooks import Handbook
from domain.policies.rules.kinds import ApprovalChain, ReadingConfirmation
from domain.policies.rules.linting import Finding, Severity
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import SignedAs
from domain.policies.rules.words import word
from domain.rulebook.models import DryRun, HandbookReading
from domain.rulebook.rules import documents
from domain.rulebook.rules.hindsight import Compared, Trial
from tenancy.actor import Actor, ActorKind
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.refusals import message
from tenancy.work import Work


async def facts_about(work: Work, version_id: UUID) -> dict[str, Any]:
    """A version in numbers, what it changes, and the fingerprint of all it says (PO-3).

    `changed_kinds` are the kinds of the clauses that differ from the version in force, separated by blanks.
    """
    version = await policies.version(work, version_id)
    content = await policies.content(work, version_id)
    in_force = await policies.version_in_force(work)
    before = await policies.content(work, in_force.id) if in_force is not None else Content("", {}, ())
    changes = differences(before, content)
    kinds = {clause.kind for change in changes for clause in (change.before, change.after) if clause is not None}
    effective_at = version.planned_effective_at or work.now
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
    written = or_(JournalEntry.name == ClauseWritten.name, JournalEntry.name == ClauseRemoved.name)
    in_it = JournalEntry.payload.op("->>")("version_id") == str(version_id)
    by_people = JournalEntry.actor_kind == ActorKind.MEMBER
    last = select(JournalEntry.actor_id).where(written, in_it, by_people).order_by(JournalEntry.id.desc()).limit(1)
    return {person for person in (found.author_id, found.submitter_id, await work.value(last)) if person is not None}


async def compared(work: Work, *, before_id: UUID, after_id: UUID) -> list[Difference]:
    """What the second version adds, removes and changes (PO-7); refuses with `NotFound` what the actor doesn't see."""
    await policies.seen(work, before_id, "beforeId")
    await policies.seen(work, after_id, "afterId")
    return differences(await policies.content(work, before_id), await policies.content(work, after_id))


async def findings(work: Work, version_id: UUID) -> list[Finding]:
    """All that keeps a version from being published, then all that is odd about it by the order of its clauses."""
    await policies.seen(work, version_id, "versionId")
    errors = [Finding.of(refusal) for refusal in await policies.findings(work, version_id)]
    book = await policies.handbook(work, version_id)
    content = await policies.content(work, version_id)
    today = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    odd = linting.lint(book.clauses, {clause.number: clause for clause in content.clauses}, today)
    return [*errors, *odd, *await _seats(work, book)]


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
        names={**await _names(work, people), **await organisation.names(work, places)},
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
    return await policies.coverage(work, version_id, since, until)


async def _seats(work: Work, book: Handbook) -> list[Finding]:
    """What is odd about whom chains lead to today: nobody, or nobody who may decide."""
    found: list[Finding] = []
    for clause in book.of_kind(ApprovalChain):
        chain = clause.parsed
        assert isinstance(chain, ApprovalChain)
        for index, step in enumerate(chain.steps, 1):
            for approver in step.approvers:
                values: dict[str, Any] = {"number": clause.number, "step": index}
                if await _is_vacant(work, approver):
                    text = message("Clause {number}: nobody holds the post “{post}”, which decides in step {step}.")
                    values |= {"post": approver.value}
                    found.append(Finding(Severity.WARNING, "EMPTY_POST", clause.number, text, values))
                elif await approvals.is_powerless(work, approver):
                    text = message(
                        "Clause {number}: nobody whom step {step} names by {by} may decide; they lack the permission "
                        "“{permission}”, and the step goes as if it were vacant."
                    )
                    values |= {"by": Labels((word(approver.by),)), "permission": Permission.APPROVALS_DECIDE.value}
                    found.append(Finding(Severity.WARNING, "NO_PERMISSION", clause.number, text, values))
    return found


async def _is_vacant(work: Work, approver: Approver) -> bool:
    if approver.by is not ApproverKind.POST:
        return False
    post = await organisation.post_named(work, approver.value or "")
    # A post the company has not at all is an error already.
    return post is not None and not await organisation.holders(work, post.id)


# Dry runs


def visible_runs(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Dry runs are seen by those who work on versions."""
    return true() if actor.may(Permission.POLICIES_DRAFT) or actor.may(Permission.POLICIES_PUBLISH) else false()


# Who sees what a dry run found, by the first word of what was compared.
_NEEDED = {
    "request": Permission.REQUESTS_READ_ALL,
    "resignation": Permission.PEOPLE_READ_ALL,
    "invoice": Permission.BILLING_READ,
    "quality": Permission.QUALITY_READ,
    "approval": Permission.APPROVALS_READ_ALL,
}


def visible_findings(actor: Actor, findings: Any) -> ColumnElement[bool]:
    """What was found about a record is seen by who sees the dry run and may read all records of that kind."""
    allowed = [compared for compared in Compared if actor.may(_NEEDED[compared.value.split("_")[0]])]
    return and_(visible_runs(actor), one_of(findings.compared, allowed))


async def dry_run(work: Work, id: UUID) -> DryRun:
    """One dry run; refuses with `NotFound`."""
    return await work.get(DryRun, id)


async def dry_runs_of(work: Work, version_id: UUID) -> list[DryRun]:
    """The dry runs of a version, the newest first."""
    return await work.all(select(DryRun).where(DryRun.version_id == version_id).order_by(DryRun.id.desc()))


async def trial(work: Work, run: DryRun) -> tuple[Trial, dict[UUID, tuple[UUID, UUID]]]:
    """The draft as it rules on past cases, and where everybody stands."""
    book = await policies.handbook(work, run.version_id)
    return Trial(book, await organisation.parents(work)), await organisation.places(work)


# Who has read a version


def visible_readings(actor: Actor, readings: Any) -> ColumnElement[bool]:
    """Everybody sees their own; those who work on versions see all."""
    return or_(visible_runs(actor), readings.member_id == current_member())


def read_by_me(versions: Any) -> ColumnElement[bool]:
    """Whether the acting member has confirmed that they have read a version."""
    own = aliased(HandbookReading)
    return select(own.id).where(own.version_id == versions.id, own.member_id == current_member()).exists()


@dataclass(frozen=True)
class Outstanding:
    """Somebody who has not confirmed yet that they have read a version, and until when they should."""

    member_id: UUID
    name: str
    due_at: datetime | None
    clause_id: UUID


async def outstanding(work: Work, version_id: UUID) -> list[Outstanding]:
    """Everybody at work whom a clause of the version itself asks to read it and who has not confirmed, by name."""
    version = await policies.version(work, version_id, "versionId")
    book, parents = await policies.handbook(work, version_id), await organisation.parents(work)
    trial = Trial(book, parents)
    done = {row["member_id"] for row in await work.rows(_confirmed(version_id))}
    names = {row["id"]: row["name"] for row in await work.rows(select(Member.id, Member.name).where(Member.active))}
    found = []
    for person in await organisation.at_work(work):
        scope = Scope(department_id=person.department_id, post_id=person.post_id)
        ruling = trial.rule(ReadingConfirmation, scope)
        if ruling is not None and person.id not in done and person.id in names:
            days = timedelta(days=ruling.value.within_days)
            due_at = version.effective_at + days if version.effective_at is not None else None
            found.append(Outstanding(person.id, names[person.id], due_at, ruling.clause.clause_id))
    return sorted(found, key=lambda each: (each.name, each.member_id))


async def missing_by(work: Work, version_id: UUID, clause_id: UUID) -> list[UUID]:
    """Who has not confirmed yet among those whom one clause asks."""
    return [each.member_id for each in await outstanding(work, version_id) if each.clause_id == clause_id]


def _confirmed(version_id: UUID) -> Select[Any]:
    return select(HandbookReading.member_id).where(HandbookReading.version_id == version_id)
