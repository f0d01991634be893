"""Dry runs: who sees them, and the draft as it rules on past cases."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, select, true

from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.rulebook.models import DryRun, DryRunFinding
from domain.rulebook.rules.hindsight import Compared, Trial
from tenancy.actor import Actor
from tenancy.models import one_of
from tenancy.work import Work

# More versions than these are nowhere under way at once; whoever has more is told by the commands.
MOST_WATCHED = 40


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


async def needed_to_read(work: Work, run: DryRun) -> set[str]:
    """The permissions without which a part of what a dry run found stays hidden."""
    found = select(DryRunFinding.compared).where(DryRunFinding.dry_run_id == run.id).distinct()
    return {_NEEDED[Compared(row["compared"]).value.split("_")[0]] for row in await work.rows(found)}


async def dry_run(work: Work, id: UUID) -> DryRun:
    """One dry run; refuses with `NotFound`."""
    return await work.get(DryRun, id)


async def dry_runs_of(work: Work, version_id: UUID) -> list[DryRun]:
    """The dry runs of a version, the newest first."""
    return await work.all(select(DryRun).where(DryRun.version_id == version_id).order_by(DryRun.id.desc()))


async def is_outdated(work: Work, run: DryRun) -> bool:
    """Whether the version says something else by now than what was tried."""
    return run.content != (await policies.content(work, run.version_id)).digest()


async def outdated_runs(work: Work) -> list[str]:
    """The ids of dry runs whose version has changed since, among the versions under way: others change no more."""
    versions = await policies.underway(work, MOST_WATCHED)
    ids = [version.id for version in versions]
    runs = await work.all(select(DryRun).where(one_of(DryRun.version_id, ids)))
    tried = {run.version_id for run in runs}
    contents = await policies.contents(work, [version for version in versions if version.id in tried])
    digests = {id: content.digest() for id, content in contents.items()}
    return [str(run.id) for run in runs if run.content != digests[run.version_id]]


async def trial(work: Work, run: DryRun) -> tuple[Trial, dict[UUID, tuple[UUID, UUID]]]:
    """The draft as it rules on past cases, and where everybody stands."""
    book = await policies.handbook(work, run.version_id)
    return Trial(book, await organisation.parents(work), work.opening.zone), await organisation.places(work)
