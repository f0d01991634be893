"""What follows the facts of the module views: whoever waits for a file is told that it is there."""

from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.views import queries
from domain.views.events import ExportFailed, ExportFinished
from tenancy.refusals import message
from tenancy.work import Work


async def tell_of_an_export(work: Work, event: ExportFinished) -> None:
    """An export may take minutes, in which nobody waits before a screen."""
    export = await queries.get_export(work, event.export_id)
    await notifications.notify(
        work,
        member_ids=[export.owner_id],
        text=message("Your export “{name}” is ready: {count} rows."),
        values={"name": export.name, "count": event.row_count},
        about=Subject(SubjectKind.EXPORT, export.id),
        mail=False,
        key=f"export:{export.id}",
    )


async def tell_of_a_failure(work: Work, event: ExportFailed) -> None:
    """What came of it is read at the export."""
    export = await queries.get_export(work, event.export_id)
    await notifications.notify(
        work,
        member_ids=[export.owner_id],
        text=message("Your export “{name}” failed."),
        values={"name": export.name},
        about=Subject(SubjectKind.EXPORT, export.id),
        mail=False,
        key=f"export:{export.id}",
    )
