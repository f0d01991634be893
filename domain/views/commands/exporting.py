"""Exports: asking for the rows of a view as a file, what a worker says of it, and how the file goes again."""

from datetime import datetime
from uuid import UUID

from domain.files import commands as files
from domain.files import queries as files_kept
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from domain.views import queries, rules
from domain.views.events import ExportExpired, ExportExpiryDue, ExportFailed, ExportFinished, ExportStarted
from domain.views.models import Export
from domain.views.rules import ExportForm, ExportState, Headings
from tenancy.blobs import Received
from tenancy.identity import permits
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Refusal, WrongState, message
from tenancy.work import Work

JOB = "views.export"


@command(needs=None)
async def start_export(work: Work, *, view_id: UUID, form: ExportForm, headings: Headings) -> Export:
    """Have a worker write the rows of a view into a file, as the view and the actor's permissions are at this moment.
    Refuses with `Conflict` while too many of the actor's exports are under way."""
    view = await queries.seen(work, view_id)
    actor = work.actor
    assert actor.id is not None, "only members see views"
    await work.get(Member, actor.id, lock=True)
    if await queries.running_exports(work, actor.id) >= rules.MOST_EXPORTING:
        text = message("{most} of your exports are being written; wait until one is finished.")
        raise Conflict(text, {"most": rules.MOST_EXPORTING}, code="TOO_MANY_EXPORTS")
    export = work.add(
        Export(
            owner_id=actor.id,
            permissions=sorted(actor.permissions),
            name=view.name,
            viewed_list=view.viewed_list,
            conditions=view.conditions,
            ordering=view.ordering,
            columns=view.columns,
            form=form,
            headings=headings,
            started_at=work.now,
        )
    )
    work.record(ExportStarted(export_id=export.id, view_id=view.id), about=export)
    work.run_later(JOB, about=export.id, while_suspended=True)
    return export


async def note_exporting(work: Work, export_id: UUID) -> tuple[Export, Member, frozenset[str]] | None:
    """The yard's: an attempt begins. The export, whoever wants it, and what they may do now of what they might when
    they asked; None when there is nothing to write any more."""
    export = await work.find(Export, export_id, lock=True)
    if export is None or export.state is not ExportState.RUNNING:
        return None
    member = await work.get(Member, export.owner_id)
    if not member.active:
        text = message("Whoever asked for this doesn't work here any more.")
        await note_failed(work, export_id, Forbidden(text))
        return None
    export.total, export.written = None, 0
    return export, member, frozenset(export.permissions) & await permits.permissions_of(work, member.id)


async def note_written(work: Work, export_id: UUID, *, written: int, total: int) -> None:
    """The yard's: so many of so many rows are written."""
    export = await work.get(Export, export_id, lock=True)
    export.written, export.total = written, total


async def note_exported(work: Work, export_id: UUID, *, received: Received, name: str, row_count: int) -> bool:
    """The yard's: the file is there. Whether its content is a new one, which the store needs besides."""
    export = await work.get(Export, export_id, lock=True)
    file = await files.keep_original(work, received=received, name=name, media_type=export.form.media_type)
    await files.attach(work, Subject(SubjectKind.EXPORT, export.id), file_id=file.id)
    export.state, export.file_id = ExportState.FINISHED, file.id
    export.written = export.total = row_count
    export.finished_at = work.now
    export.expires_at = work.now + rules.EXPORT_KEPT
    due = ExportExpiryDue(export_id=export.id)
    work.schedule(export.expires_at, due, about=export.id, key=f"export:{export.id}", while_suspended=True)
    work.record(ExportFinished(export_id=export.id, row_count=row_count), about=export)
    return await _object_of(work, file.id) == received.object_name


async def _object_of(work: Work, file_id: UUID) -> str:
    _, blob = await files_kept.with_content(work, file_id)
    return blob.object_name


async def note_failed(work: Work, export_id: UUID, why: Refusal) -> None:
    """The yard's: there will be no file."""
    export = await work.get(Export, export_id, lock=True)
    if export.state is not ExportState.RUNNING:
        return
    export.state, export.finished_at = ExportState.FAILED, work.now
    export.problem, export.problem_values = why.text, dict(why.values)
    work.record(ExportFailed(export_id=export.id), about=export)


async def expire_export(work: Work, event: ExportExpiryDue) -> None:
    """Give the file of an export out no more; its content goes with the sweep of what is attached to nothing."""
    export = await work.find(Export, event.export_id, lock=True)
    if export is not None and export.file_id is not None:
        await _let_go(work, export, expires_at=export.expires_at)


async def detach_export(work: Work, *, attachment: Attachment) -> None:
    """Let the file of an export of one's own go before its time."""
    await discard_export(work, export_id=attachment.subject_id)


@command(needs=None)
async def discard_export(work: Work, *, export_id: UUID) -> Export:
    """Let the file of an export of one's own go before its time. Refuses with `WrongState` where there is none."""
    export = await queries.export(work, export_id, lock=True)
    if export.file_id is None:
        raise WrongState(message("There is no file of this export."), path=("exportId",))
    await work.cancel_timers(export.id)
    await _let_go(work, export, expires_at=work.now)
    return export


async def _let_go(work: Work, export: Export, *, expires_at: datetime | None) -> None:
    assert export.file_id is not None
    there = await files_kept.find_attachment(work, Subject(SubjectKind.EXPORT, export.id), export.file_id)
    if there is not None:
        await files.detach(work, there)
    export.state, export.file_id, export.expires_at = ExportState.EXPIRED, None, expires_at
    work.record(ExportExpired(export_id=export.id), about=export)
