"""Trying a draft on cases that are past; the trial itself is made by `workers/jobs/dry_runs`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.rules.versions import State as VersionState
from domain.rulebook import queries
from domain.rulebook.events import DryRunFinished, DryRunSigned, DryRunStarted
from domain.rulebook.models import DryRun, DryRunFinding
from domain.rulebook.rules import trials
from domain.rulebook.rules.hindsight import Differs
from domain.rulebook.rules.trials import LIFECYCLE, Move
from tenancy.refusals import Conflict, Forbidden, WrongState, message
from tenancy.work import Work

JOB = "rulebook.dry_run"


@command(needs=Permission.POLICIES_DRAFT)
async def start_dry_run(work: Work, *, version_id: UUID, months: int) -> DryRun:
    """Have a draft tried on the cases of the past months; a worker does so after the commit (PO-6).

    Refuses versions that are published, withdrawn or discarded: nothing about them can change any more.
    """
    version = await policies.version(work, version_id, "versionId")
    if version.state is VersionState.PUBLISHED:
        raise WrongState(message("Only a version that is not published yet is tried."), path=("versionId",))
    if version.state in (VersionState.DISCARDED, VersionState.WITHDRAWN):
        text = message("Nobody goes on with this version: copy it into a new draft, and try that.")
        raise WrongState(text, path=("versionId",))
    since = trials.begins_at(work.now, months, work.opening.zone)
    for run in await queries.dry_runs_of(work, version_id):
        if run.state is trials.State.RUNNING:
            raise Conflict(message("A dry run of this version is under way."), path=("versionId",))
    run = work.add(
        DryRun(
            version_id=version_id,
            content=(await policies.content(work, version_id)).digest(),
            months=months,
            since=since,
            until=work.now,
            started_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    work.record(DryRunStarted(dry_run_id=run.id, version_id=version_id), about=run)
    work.run_later(JOB, about=run.id)
    return run


@command(needs=Permission.POLICIES_PUBLISH)
async def sign_dry_run(work: Work, *, dry_run_id: UUID) -> DryRun:
    """Confirm that one has read what a dry run found. Whoever wrote the version doesn't, unless nobody else could, nor
    whoever may not read all that it found. Refuses with OUTDATED_DRY_RUN once the version has changed since."""
    run = await work.get(DryRun, dry_run_id, "dryRunId", lock=True)
    run.state = LIFECYCLE.next(run.state, Move.SIGN)
    person, version = work.actor.id, await policies.version(work, run.version_id)
    if not work.actor.is_member or person is None:
        raise Forbidden(message("The result of a dry run is signed by people."))
    if person in (version.author_id, version.submitter_id) and not await policies.may_publish_alone(work, person):
        text = message("Whoever wrote a version doesn't sign its dry run: ask somebody else who may publish.")
        raise Forbidden(text, code="OWN_VERSION")
    if await queries.is_outdated(work, run):
        text = message(
            "This version has changed since it was tried, so this result says nothing of it any more: start another "
            "dry run, and sign that."
        )
        raise Conflict(text, path=("dryRunId",), code="OUTDATED_DRY_RUN")
    unseen = await queries.needed_to_read(work, run) - work.actor.permissions
    if unseen:
        text = message(
            "This dry run found differences in records that you may not read. Whoever signs it needs the permissions: "
            "{permissions}."
        )
        values = {"permissions": ", ".join(sorted(unseen))}
        raise Forbidden(text, values, path=("dryRunId",), code="UNSEEN_FINDINGS")
    run.signed_by_id, run.signed_at = person, work.now
    work.record(DryRunSigned(dry_run_id=run.id, version_id=run.version_id), about=run)
    return run


async def note_begun(work: Work, run_id: UUID) -> DryRun | None:
    """The yard's: an attempt begins, and what an earlier one found is forgotten. None when there is nothing to do."""
    run = await work.find(DryRun, run_id, lock=True)
    if run is None or run.state is not trials.State.RUNNING:
        return None
    for finding in await work.all(select(DryRunFinding).where(DryRunFinding.dry_run_id == run_id)):
        work.delete(finding)
    run.judged = run.unjudged = run.differing = 0
    run.total = None
    run.by_clause = {}
    return run


async def note_total(work: Work, run_id: UUID, total: int) -> None:
    """The yard's: so many cases are to be judged."""
    run = await work.get(DryRun, run_id, lock=True)
    run.total = total


async def note_judged(work: Work, run_id: UUID, *, judged: int, unjudged: int, found: Sequence[Differs]) -> None:
    """The yard's: so many more cases were judged, so many could not be, and this would have been otherwise."""
    run = await work.get(DryRun, run_id, lock=True)
    for differs in found[: max(0, trials.MOST_KEPT - run.differing)]:
        work.add(
            DryRunFinding(
                dry_run_id=run_id,
                compared=differs.compared,
                number=differs.number,
                subject_kind=differs.subject_kind.value,
                subject_id=differs.subject_id,
                member_id=differs.member_id,
                before={"value": differs.before},
                after={"value": differs.after},
            )
        )
    run.judged += judged
    run.unjudged += unjudged
    run.differing += len(found)
    run.by_clause = trials.counted(run.by_clause, found)


async def note_finished(work: Work, run_id: UUID) -> None:
    """The yard's: every case was judged."""
    run = await work.get(DryRun, run_id, lock=True)
    run.state = LIFECYCLE.next(run.state, Move.FINISH)
    run.finished_at = work.now
    work.record(DryRunFinished(dry_run_id=run.id, version_id=run.version_id), about=run)
