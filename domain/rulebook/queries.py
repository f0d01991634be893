"""What a version says, beside another one, and what is odd about it; what its approvers are shown of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, select, true

from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules import exchange, linting
from domain.policies.rules.chains import Approver, ApproverKind
from domain.policies.rules.content import Content, Difference, differences
from domain.policies.rules.handbooks import Handbook
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.linting import Finding, Severity
from domain.rulebook.models import DryRun
from domain.rulebook.rules.hindsight import Compared, Trial
from tenancy.actor import Actor
from tenancy.models import one_of
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
    return [*errors, *odd, *await _empty_posts(work, book)]


async def exported(work: Work, version_id: UUID) -> str:
    """A version as a document that `import_version` reads; importing and exporting it again gives the same bytes."""
    await policies.seen(work, version_id, "versionId")
    version = await policies.version(work, version_id)
    return exchange.write(await policies.content(work, version_id), note=version.note)


async def coverage(work: Work, version_id: UUID, *, since: datetime, until: datetime) -> Sequence[policies.Covered]:
    """Clause by clause who acts on it, and how often it has decided something from one instant until another."""
    await policies.seen(work, version_id, "versionId")
    return await policies.coverage(work, version_id, since, until)


async def _empty_posts(work: Work, book: Handbook) -> list[Finding]:
    found = []
    for clause in book.of_kind(ApprovalChain):
        chain = clause.parsed
        assert isinstance(chain, ApprovalChain)
        for index, step in enumerate(chain.steps, 1):
            for approver in step.approvers:
                if await _is_vacant(work, approver):
                    text = message("Clause {number}: nobody holds the post “{post}”, which decides in step {step}.")
                    values = {"number": clause.number, "post": approver.value, "step": index}
                    found.append(Finding(Severity.WARNING, "EMPTY_POST", clause.number, text, values))
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
