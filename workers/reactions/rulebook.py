"""What follows the facts of the module rulebook: whoever asked, and whoever has not read yet, is told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.policies import queries as policies
from domain.policies.events import HandbookReturned, HandbookTookEffect
from domain.policies.models import HandbookVersion
from domain.policies.rules.versions import Why
from domain.rulebook import queries
from domain.rulebook.events import DryRunFinished, ReadingAsked, ReadingReminded
from tenancy.refusals import message
from tenancy.work import Work


async def tell_who_asked_for_a_dry_run(work: Work, event: DryRunFinished) -> None:
    """A dry run may take minutes, in which nobody waits before a screen."""
    run = await queries.dry_run(work, event.dry_run_id)
    if run.started_by_id is None:
        return
    await notifications.notify(
        work,
        member_ids=[run.started_by_id],
        text=message("The dry run over {months} months is finished: {judged} cases judged, {differing} differences."),
        values={"months": run.months, "judged": run.judged, "differing": run.differing},
        about=Subject(SubjectKind.HANDBOOK_VERSION, run.version_id),
        mail=False,
        key=f"dry-run:{run.id}",
    )


async def ask_to_read(work: Work, event: HandbookTookEffect) -> None:
    """Whoever is to confirm that they have read a version learns it when it takes effect, not only once it is late."""
    in_force = await policies.version_in_force(work)
    if in_force is None or in_force.id != event.version_id:
        return
    by_day: dict[datetime, list[UUID]] = {}
    for each in await queries.outstanding(work, event.version_id):
        if not each.came_later:
            by_day.setdefault(each.due_at, []).append(each.member_id)
    for due_at, member_ids in by_day.items():
        await _ask(work, in_force, member_ids, due_at, key=f"handbook-in-force:{event.version_id}")


async def ask_newcomer_to_read(work: Work, event: ReadingAsked) -> None:
    """Whoever came later learns it on their first working day."""
    in_force = await policies.version_in_force(work)
    if in_force is None or in_force.id != event.version_id:
        return
    there = await queries.outstanding(work, event.version_id, member_id=event.member_id)
    if any(each.due_at == event.due_at for each in there):
        key = f"handbook-asked:{event.version_id}:{event.due_at.isoformat()}"
        await _ask(work, in_force, [event.member_id], event.due_at, key=key)


async def _ask(work: Work, version: HandbookVersion, member_ids: Sequence[UUID], due_at: datetime, *, key: str) -> None:
    await notifications.notify(
        work,
        member_ids=member_ids,
        text=message("Version {number} of the handbook is in force: please read it and confirm so by {due_at}."),
        values={"number": version.number, "due_at": due_at},
        about=Subject(SubjectKind.HANDBOOK_VERSION, version.id),
        mail=False,
        key=key,
    )


async def tell_of_a_void_approval(work: Work, event: HandbookReturned) -> None:
    """Whoever wrote or submitted a version learns why its approval came to nothing."""
    if event.why != Why.VOID:
        return
    version = await policies.version(work, event.version_id)
    text = message(
        "Version {number} was approved, but is a draft again: it isn't what its approvers saw, or could not work "
        "any more."
    )
    if event.because:
        text = message(
            "Version {number} was approved, but is a draft again: another version has come in between. Rebase it, then "
            "submit it again."
        )
    await notifications.notify(
        work,
        member_ids=[member for member in {version.author_id, version.submitter_id} if member is not None],
        text=text,
        values={"number": version.number},
        about=Subject(SubjectKind.HANDBOOK_VERSION, version.id),
        mail=False,
        key=f"handbook-void:{version.id}:{version.revision}",
    )


async def remind_whoever_has_not_read(work: Work, event: ReadingReminded) -> None:
    """Whoever has confirmed since then is not told any more."""
    missing = await queries.missing_by(
        work, event.version_id, event.clause_id, member_id=event.member_id, asked_from=event.asked_from
    )
    whose = f":{event.asked_from.isoformat()}" if event.asked_from is not None else ""
    await notifications.notify(
        work,
        member_ids=missing,
        text=message("Please read the handbook in force and confirm that you have (reminder {number})."),
        values={"number": event.number},
        about=Subject(SubjectKind.HANDBOOK_VERSION, event.version_id),
        mail=True,
        key=f"handbook-unread:{event.version_id}:{event.clause_id}:{event.number}{whose}",
    )
