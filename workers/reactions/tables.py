"""What follows exports and imports: whoever waits for one is told that it is through."""

from uuid import UUID

from domain.imports import queries as imports
from domain.imports.events import ImportChecked, ImportFailed, ImportFinished
from domain.imports.rules import Outcome
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


async def tell_of_a_check(work: Work, event: ImportChecked) -> None:
    """Whoever sent the file says what becomes of it."""
    counts = await imports.counts(work, event.import_id)
    refused = counts[Outcome.REFUSED]
    text = message("Your file “{name}” was checked: {good} rows can be imported, {refused} would be refused.")
    values = {"good": sum(counts.values()) - refused, "refused": refused}
    made = await imports.get(work, event.import_id)
    await _tell_of_an_import(work, event.import_id, text, values, f"checked:{made.checked_at}")


async def tell_of_an_import(work: Work, event: ImportFinished) -> None:
    """The report says what became of each row."""
    text = message("Your file “{name}” was imported: {done} rows are done, {refused} were refused.")
    await _tell_of_an_import(work, event.import_id, text, {"done": event.done, "refused": event.refused}, "finished")


async def tell_of_a_failed_import(work: Work, event: ImportFailed) -> None:
    """What came of it is read at the import."""
    await _tell_of_an_import(work, event.import_id, message("Your file “{name}” could not be imported."), {}, "failed")


async def _tell_of_an_import(work: Work, import_id: UUID, text: str, values: dict[str, int], what: str) -> None:
    made = await imports.get(work, import_id)
    await notifications.notify(
        work,
        member_ids=[made.owner_id],
        text=text,
        values={"name": made.name, **values},
        about=Subject(SubjectKind.IMPORT, made.id),
        mail=False,
        key=f"import:{made.id}:{what}",
    )
