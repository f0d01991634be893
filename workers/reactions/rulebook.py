"""What follows the facts of the module rulebook: whoever asked, and whoever has not read yet, is told."""

from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.rulebook import queries
from domain.rulebook.events import DryRunFinished, ReadingReminded
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


async def remind_whoever_has_not_read(work: Work, event: ReadingReminded) -> None:
    """Whoever has confirmed since then is not told any more."""
    await notifications.notify(
        work,
        member_ids=await queries.missing_by(work, event.version_id, event.clause_id),
        text=message("Please read the handbook in force and confirm that you have (reminder {number})."),
        values={"number": event.number},
        about=Subject(SubjectKind.HANDBOOK_VERSION, event.version_id),
        mail=True,
        key=f"handbook-unread:{event.version_id}:{event.clause_id}:{event.number}",
    )
