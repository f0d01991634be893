"""Imports as records: a file is sent and checked, its columns are mapped otherwise, its rows are carried out."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete

from domain.files import commands as files
from domain.files import queries as files_kept
from domain.files.models import Attachment
from domain.imports import queries, rules
from domain.imports.events import (
    ImportChecked,
    ImportExpiryDue,
    ImportFailed,
    ImportFinished,
    ImportRemapped,
    ImportRun,
    ImportStarted,
)
from domain.imports.models import Import, ImportRow
from domain.imports.rules import ImportKind, ImportState, Outcome
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from tenancy.blobs import Received
from tenancy.identity import permits
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, NotFound, Refusal, WrongState, message
from tenancy.tables.reading import Encoding
from tenancy.work import Work

JOB = "imports.pass"
REPORT = "report.csv"

NEEDED: Mapping[ImportKind, Sequence[Permission]] = {
    ImportKind.CUSTOMERS: (Permission.CUSTOMERS_READ, Permission.CUSTOMERS_MANAGE),
    ImportKind.REQUESTS: (Permission.CUSTOMERS_READ, Permission.REQUESTS_SUBMIT),
}

Mapped = Mapping[str, Mapping[str, str]]


@command(needs=None)
async def start_import(
    work: Work, *, file_id: UUID, kind: ImportKind, mapping: Mapped | None, encoding: Encoding = Encoding.AUTO
) -> Import:
    """Have a file of one's own read and tried, row by row; nothing of it is kept. Needs what its rows need. Refuses
    with `Conflict` while too many are under way, and what somebody else has imported already (SAME_FILE)."""
    actor = work.actor
    for permission in NEEDED[kind]:
        actor.require(permission)
    if not actor.is_member or actor.id is None:
        raise Forbidden(message("Files are imported by members."))
    await work.get(Member, actor.id, lock=True)
    if await queries.under_way(work, actor.id) >= rules.MOST_IMPORTING:
        text = message("{most} of your imports are under way; wait until one is finished.")
        raise Conflict(text, {"most": rules.MOST_IMPORTING}, code="TOO_MANY_IMPORTS")
    if not await files_kept.is_mine(work, file_id):
        raise NotFound(path=("fileId",))
    file, blob = await files_kept.with_content(work, file_id)
    if await queries.imported_by_another(work, kind, blob.sha256) is not None:
        raise Conflict(message("Somebody else has imported this file already."), {}, ("fileId",), code="SAME_FILE")
    made = work.add(
        Import(
            owner_id=actor.id,
            permissions=sorted(actor.permissions),
            kind=kind,
            name=file.name,
            encoding=encoding,
            source_id=file.id,
            sha256=blob.sha256,
            started_at=work.now,
            mapping={name: dict(source) for name, source in mapping.items()} if mapping is not None else None,
        )
    )
    await files.attach(work, Subject(SubjectKind.IMPORT, made.id), file_id=file.id)
    due = ImportExpiryDue(import_id=made.id)
    work.schedule(work.now + rules.FILES_KEPT, due, about=made.id, key=f"import:{made.id}")
    work.record(ImportStarted(import_id=made.id), about=made)
    work.run_later(JOB, about=made.id)
    return made


@command(needs=None)
async def map_columns(work: Work, *, import_id: UUID, mapping: Mapped) -> Import:
    """Map the columns of a file otherwise, and have it tried again. Refuses a mapping that does not fit, and an import
    that is under way or carried out."""
    made = await queries.own(work, import_id, lock=True)
    _refuse_unless_checked(made)
    rules.check_mapping(made.kind, made.columns, mapping)
    made.mapping = {name: dict(source) for name, source in mapping.items()}
    made.state, made.checked_at = ImportState.CHECKING, None
    made.permissions = sorted(work.actor.permissions)
    work.record(ImportRemapped(import_id=made.id), about=made)
    work.run_later(JOB, about=made.id)
    return made


@command(needs=None)
async def run_import(work: Work, *, import_id: UUID) -> Import:
    """Carry out the rows of an import that was checked, each by itself; those that are refused stay out."""
    made = await queries.own(work, import_id, lock=True)
    _refuse_unless_checked(made)
    for permission in NEEDED[made.kind]:
        work.actor.require(permission)
    if made.problem_code is not None:
        raise WrongState(message("Map the columns first."), path=("importId",), code="FIELD_NOT_MAPPED")
    made.state = ImportState.RUNNING
    made.permissions = sorted(work.actor.permissions)
    work.record(ImportRun(import_id=made.id), about=made)
    work.run_later(JOB, about=made.id)
    return made


def _refuse_unless_checked(made: Import) -> None:
    if made.state is not ImportState.CHECKED or made.source_id is None:
        raise WrongState(message("The import is not one that was checked and waits."), path=("importId",))


async def note_begun(work: Work, import_id: UUID) -> tuple[Import, Member, frozenset[str]] | None:
    """The yard's: a pass begins, or goes on. The import, whoever sent it, and what they may do now of what they might
    when they asked; None when there is nothing to do any more."""
    made = await work.find(Import, import_id, lock=True)
    if made is None or made.state not in (ImportState.CHECKING, ImportState.RUNNING):
        return None
    member = await work.get(Member, made.owner_id)
    if not member.active or made.source_id is None:
        await note_failed(work, import_id, Forbidden(message("Whoever asked for this doesn't work here any more.")))
        return None
    # What was tried before counts no more; what was carried out does.
    await work.rows(delete(ImportRow).where(ImportRow.import_id == import_id, ~ImportRow.done))
    return made, member, frozenset(made.permissions) & await permits.permissions_of(work, member.id)


async def note_mapped(work: Work, import_id: UUID, columns: Sequence[str], total: int) -> Import:
    """The yard's: the file was read. Its columns are mapped as they were before, or as their headings say."""
    made = await work.get(Import, import_id, lock=True)
    made.columns, made.total = list(columns), total
    if made.mapping is None:
        before = await queries.mapped_before(work, made.kind, columns)
        made.mapping = before or rules.guess(made.kind, columns)
    try:
        rules.check_mapping(made.kind, columns, made.mapping)
    except Refusal as refusal:
        _tell(made, refusal)
    else:
        made.problem_code, made.problem, made.problem_values = None, None, {}
    return made


def _tell(made: Import, why: Refusal) -> None:
    made.problem_code, made.problem, made.problem_values = why.code, why.text, dict(why.values)


def note_rows(work: Work, rows: Sequence[ImportRow]) -> None:
    """The yard's: what would become of rows."""
    for row in rows:
        work.add(row)


def note_done(work: Work, row: ImportRow) -> None:
    """The yard's: what became of a row, in the transaction in which it did."""
    work.add(row)


async def note_checked(work: Work, import_id: UUID) -> None:
    """The yard's: every row was tried, or none can be as the columns are mapped."""
    made = await work.get(Import, import_id, lock=True)
    made.state, made.checked_at = ImportState.CHECKED, work.now
    work.record(ImportChecked(import_id=made.id), about=made)


async def note_finished(work: Work, import_id: UUID, report: Received) -> bool:
    """The yard's: every row was carried out or refused, of which the report tells. Whether the report's content is a
    new one, which the store needs besides."""
    made = await work.get(Import, import_id, lock=True)
    file = await files.keep_original(work, received=report, name=REPORT, media_type="text/csv")
    await files.attach(work, Subject(SubjectKind.IMPORT, made.id), file_id=file.id)
    made.state, made.finished_at, made.report_id = ImportState.FINISHED, work.now, file.id
    counts = await queries.counts(work, import_id)
    refused = counts[Outcome.REFUSED]
    done = sum(counts.values()) - refused
    work.record(ImportFinished(import_id=made.id, done=done, refused=refused), about=made)
    _, blob = await files_kept.with_content(work, file.id)
    return blob.object_name == report.object_name


async def note_failed(work: Work, import_id: UUID, why: Refusal) -> None:
    """The yard's: the file can't be read, or nobody may carry it out any more."""
    made = await work.get(Import, import_id, lock=True)
    if made.state in (ImportState.FINISHED, ImportState.FAILED):
        return
    made.state, made.finished_at = ImportState.FAILED, work.now
    _tell(made, why)
    work.record(ImportFailed(import_id=made.id), about=made)


async def expire(work: Work, event: ImportExpiryDue) -> None:
    """Let the file and the report go; what became of the rows is kept."""
    made = await work.find(Import, event.import_id, lock=True)
    if made is None:
        return
    for file_id in (made.source_id, made.report_id):
        if file_id is not None:
            there = await files_kept.find_attachment(work, Subject(SubjectKind.IMPORT, made.id), file_id)
            if there is not None:
                await files.detach(work, there)
    made.source_id = made.report_id = None
    if made.state is ImportState.CHECKED:
        made.state, made.finished_at = ImportState.FAILED, work.now
        _tell(made, WrongState(message("It was not carried out for so long that its file is gone.")))
        work.record(ImportFailed(import_id=made.id), about=made)


async def detach(work: Work, *, attachment: Attachment) -> None:
    """Nothing is taken from an import before its time."""
    raise Forbidden(message("An import keeps its files until they have served their time."), code="NOT_YOURS")
