"""Whose files they are, where they are attached, and what may be uploaded."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from domain.files.models import Attachment, File
from domain.files.rules import Limits
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.kinds import FileRules
from tenancy import blobs
from tenancy.actor import Actor
from tenancy.models import current_client, current_contact, current_member
from tenancy.refusals import Forbidden, message
from tenancy.rows import another
from tenancy.work import Work

# Whether an actor sees the record with an id.
Shows = Callable[[Actor, Any], ColumnElement[bool]]
# A program uploads what it can attach.
_UPLOADING = (
    Permission.REQUESTS_SUBMIT,
    Permission.REQUESTS_WORK,
    Permission.REQUESTS_ASSIGN,
    Permission.BILLING_COLLECT,
)


def uploaded_by_me(actor: Actor, files: Any) -> ColumnElement[bool]:
    """What the acting member, program or contact has uploaded, or what came in by itself and Zhidu has kept.

    `files` is `File` or an alias of it.
    """
    if actor.is_member:
        mine: ColumnElement[bool] = files.uploader_id == current_member()
        return mine
    if actor.is_client:
        own: ColumnElement[bool] = files.uploading_client_id == current_client()
        return own
    if actor.is_contact:
        theirs: ColumnElement[bool] = files.uploading_contact_id == current_contact()
        return theirs
    uploaders = (files.uploader_id, files.uploading_client_id, files.uploading_contact_id)
    return and_(*(uploader.is_(None) for uploader in uploaders))


def visible_attachments(actor: Actor, attachments: Any, shown: Mapping[SubjectKind, Shows]) -> ColumnElement[bool]:
    """Attachments are seen with the record they are at; `shown` tells of each kind whom its records are shown to."""
    return or_(
        *(
            and_(attachments.subject_kind == kind.value, shows(actor, attachments.subject_id))
            for kind, shows in shown.items()
        )
    )


def visible(actor: Actor, files: Any, shown: Mapping[SubjectKind, Shows]) -> ColumnElement[bool]:
    """Files are seen by who has uploaded them, and wherever one sees them attached."""
    attachments = another(Attachment)
    seen = select(attachments.id).where(attachments.file_id == files.id, visible_attachments(actor, attachments, shown))
    return or_(uploaded_by_me(actor, files), seen.exists())


async def seen(work: Work, file_id: UUID, shown: Mapping[SubjectKind, Shows]) -> tuple[File, blobs.Blob]:
    """A file that the actor sees, and its content; refuses with `NotFound`."""
    file = await work.seen(File, file_id, visible(work.actor, File, shown), "fileId")
    return file, await work.get(blobs.Blob, file.blob_id)


async def attachment(work: Work, id: UUID, shown: Mapping[SubjectKind, Shows]) -> Attachment:
    """An attachment that the actor sees; refuses with `NotFound`."""
    mine = visible_attachments(work.actor, Attachment, shown)
    return await work.seen(Attachment, id, mine, "attachmentId", lock=True)


def digest_of(files: Any) -> Any:
    """The SHA-256 of a file's content inside a statement, in hexadecimal."""
    return select(blobs.Blob.sha256).where(blobs.Blob.id == files.blob_id)


def size_of(files: Any) -> Any:
    """How many bytes a file has, inside a statement."""
    return select(blobs.Blob.size_bytes).where(blobs.Blob.id == files.blob_id)


async def limits(work: Work) -> Limits:
    """What the actor may upload now, by the clause in force and the installation's ceilings.

    Refuses with `Forbidden` a program that could not attach anything.
    """
    actor = work.actor
    if actor.is_client and not any(actor.may(permission) for permission in _UPLOADING):
        raise Forbidden(message("Files are uploaded by members, and by programs that work on requests or payments."))
    ceilings = blobs.ceilings()
    used = await blobs.used_bytes(work)
    ruling = await policies.find_rule(work, FileRules)
    if ruling is None:
        return Limits(ceilings.content_bytes, ceilings.company_bytes, used)
    rules = ruling.value
    most = min(ceilings.content_bytes, rules.most_megabytes * 1024**2)
    company = ceilings.company_bytes
    if rules.company_megabytes is not None:
        company = min(company, rules.company_megabytes * 1024**2)
    return Limits(
        most,
        company,
        used,
        rules.media_types,
        size_clause=ruling.clause if most < ceilings.content_bytes else None,
        company_clause=ruling.clause if company < ceilings.company_bytes else None,
        type_clause=ruling.clause,
    )


async def find_attachment(work: Work, subject: Subject, file_id: UUID) -> Attachment | None:
    """Where a file is attached to a record, if it is."""
    there = (Attachment.subject_kind == subject.kind.value, Attachment.subject_id == subject.id)
    return await work.first(select(Attachment).where(*there, Attachment.file_id == file_id))


async def object_names(work: Work) -> set[str]:
    """The names of the objects that the company's contents have in the store."""
    return {row["object_name"] for row in await work.rows(select(blobs.Blob.object_name))}


async def of_record(work: Work, subject: Subject) -> list[UUID]:
    """The files at a record, in the order in which they were attached."""
    there = (Attachment.subject_kind == subject.kind.value, Attachment.subject_id == subject.id)
    rows = await work.rows(select(Attachment.file_id).where(*there).order_by(Attachment.id))
    return [row["file_id"] for row in rows]


async def with_content(work: Work, file_id: UUID) -> tuple[File, blobs.Blob]:
    """A file and its content, for Zhidu's own use; refuses with `NotFound`."""
    file = await work.get(File, file_id)
    return file, await work.get(blobs.Blob, file.blob_id)


async def content_of(work: Work, file_id: UUID) -> bytes:
    """All bytes of a file, for Zhidu's own use of small ones; refuses as `blobs.content` does."""
    _, blob = await with_content(work, file_id)
    return b"".join([piece async for piece in blobs.content(work.actor.tenant_id, blob)])


async def is_mine(work: Work, file_id: UUID) -> bool:
    """Whether the actor has uploaded a file."""
    mine = select(File.id).where(File.id == file_id, uploaded_by_me(work.actor, File))
    return await work.value(mine) is not None
