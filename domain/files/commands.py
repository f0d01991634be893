"""Uploading, attaching and taking away, giving out, and forgetting what is attached to nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from domain.files import queries, rules
from domain.files.events import FileDownloaded, FileForgotten, FileUploaded
from domain.files.models import Attachment, File
from domain.kernel.command import command
from domain.kernel.subjects import Subject
from tenancy import blobs
from tenancy.blobs import Blob, Received
from tenancy.refusals import Conflict, NotFound, message
from tenancy.work import Work

TIDY = "files.tidy"
# A record with more than this is no record any more, and lists of them are shown whole.
MOST_AT_A_RECORD = 50
# How many files one sweep forgets at most; the next one goes on.
FORGOTTEN_AT_ONCE = 5_000


@command(needs=None)
async def register(work: Work, *, received: Received, name: str, media_type: str) -> tuple[File, bool]:
    """Make a file of what was received (KD-5); also answers whether it is a new one.

    The content is stored once in a company, and the same file sent twice by the same sender is one file. Refuses as
    `queries.limits` and its checks do.
    """
    await blobs.lock(work)
    limits = await queries.limits(work)
    limits.check_size(received.size_bytes)
    limits.check_type(media_type)
    name = rules.clean_name(name)
    blob = await blobs.find(work, received.sha256)
    if blob is None:
        limits.check_room(received.size_bytes)
        blob = blobs.keep(work, received)
    else:
        same = (File.blob_id == blob.id, File.name == name, File.media_type == media_type)
        known = select(File).where(*same, queries.uploaded_by_me(work.actor, File)).order_by(File.id).limit(1)
        # Locked, since somebody may be attaching it at this moment.
        file = await work.first(known.with_for_update())
        if file is not None:
            if file.unattached_at is not None:
                # Sent again, it waits for its attachment from now on.
                file.unattached_at = work.now
            return file, False
    actor = work.actor
    file = work.add(
        File(
            blob_id=blob.id,
            name=name,
            media_type=media_type,
            uploaded_at=work.now,
            unattached_at=work.now,
            uploader_id=actor.id if actor.is_member else None,
            uploading_client_id=actor.id if actor.is_client else None,
            uploading_contact_id=actor.id if actor.is_contact else None,
        )
    )
    work.record(FileUploaded(file_id=file.id), about=file)
    return file, True


async def keep_original(work: Work, *, received: Received, name: str, media_type: str) -> File:
    """Make a file of something that came in by itself, such as a mail: whatever it is, as long as there is room."""
    await blobs.lock(work)
    (await queries.limits(work)).check_room(received.size_bytes)
    blob = await blobs.find(work, received.sha256) or blobs.keep(work, received)
    file = work.add(
        File(
            blob_id=blob.id,
            name=rules.clean_name(name),
            media_type=media_type,
            uploaded_at=work.now,
            unattached_at=work.now,
        )
    )
    work.record(FileUploaded(file_id=file.id), about=file)
    return file


async def attach(
    work: Work, subject: Subject, *, file_id: UUID, note: str = "", received: bool = False
) -> tuple[Attachment, bool]:
    """Put one of the actor's own files at a record; the record's module has said that they may, and tells of it.

    Attached twice it is attached once; also answers whether it is new. Refuses with `NotFound` a file that somebody
    else has uploaded, unless it was `received` from outside and is at a record that the actor works on.
    """
    note = rules.clean_note(note)
    if not received and not await queries.is_mine(work, file_id):
        raise NotFound(path=("fileId",))
    file = await work.get(File, file_id, "fileId", lock=True)
    known = await queries.find_attachment(work, subject, file_id)
    if known is not None:
        return known, False
    there = (Attachment.subject_kind == subject.kind.value, Attachment.subject_id == subject.id)
    if len(await work.rows(select(Attachment.id).where(*there).limit(MOST_AT_A_RECORD))) == MOST_AT_A_RECORD:
        text = message("At most {most} files can be attached to one record.")
        raise Conflict(text, {"most": MOST_AT_A_RECORD}, ("fileId",), code="TOO_MANY_ATTACHMENTS")
    file.unattached_at = None
    actor = work.actor
    attached = work.add(
        Attachment(
            file_id=file_id,
            subject_kind=subject.kind.value,
            subject_id=subject.id,
            at=work.now,
            note=note,
            attached_by_id=actor.id if actor.is_member else None,
            attaching_client_id=actor.id if actor.is_client else None,
        )
    )
    return attached, True


async def detach(work: Work, attachment: Attachment) -> None:
    """Take a file away from a record; the record's module has said that the actor may, and tells of it."""
    file = await work.get(File, attachment.file_id, lock=True)
    elsewhere = select(Attachment.id).where(Attachment.file_id == file.id, Attachment.id != attachment.id).limit(1)
    work.delete(attachment)
    if await work.value(elsewhere) is None:
        file.unattached_at = work.now


def note_download(work: Work, file: File) -> None:
    """Write down that somebody was given a file (KD-5)."""
    work.record(FileDownloaded(file_id=file.id), about=file)


async def forget_unattached(work: Work, *, before: datetime) -> None:
    """Delete the files that have been attached to nothing since before an instant, with contents that nobody has.

    The objects themselves are removed after the commit, by a job.
    """
    await blobs.lock(work)
    old = select(File).where(File.unattached_at < before).order_by(File.unattached_at).limit(FORGOTTEN_AT_ONCE)
    for file in await work.all(old.with_for_update()):
        work.record(FileForgotten(file_id=file.id))
        work.delete(file)
    used = select(File.id).where(File.blob_id == Blob.id)
    if await work.rows(delete(Blob).where(~used.exists()).returning(Blob.id)):
        tidy(work)


def tidy(work: Work) -> None:
    """Have the objects removed that no content has any more, and those that broken uploads have left."""
    work.run_later(TIDY, about=work.actor.tenant_id)
