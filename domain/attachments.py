"""The one table of what files can be attached to: who sees them there, who attaches them and takes them away.

A module that lets files be attached to its records writes its line here; files themselves know none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.banking import commands as banking
from domain.banking import queries as banking_seen
from domain.files import commands as files
from domain.files import queries as files_seen
from domain.files.models import Attachment, File
from domain.imports import commands as imports
from domain.imports import queries as imports_seen
from domain.kernel.command import command
from domain.kernel.subjects import SubjectKind
from domain.mail import commands as mail
from domain.mail import queries as mail_seen
from domain.operations import commands as operations
from domain.operations.queries import works as works_seen
from domain.requests import commands as requests
from domain.requests import queries as requests_seen
from domain.views import commands as views
from domain.views import queries as views_seen
from tenancy.actor import Actor
from tenancy.blobs import Blob
from tenancy.refusals import Invalid, message
from tenancy.work import Work


class Attach(Protocol):
    """The command of a module that attaches a file to one of its records, or refuses to."""

    async def __call__(self, work: Work, /, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
        """What is attached then."""


class Detach(Protocol):
    """The command of a module that takes a file away from one of its records, or refuses to."""

    async def __call__(self, work: Work, /, *, attachment: Attachment) -> None:
        """Nothing comes of it."""


@dataclass(frozen=True)
class Place:
    """A kind of record that has files; `shows` tells whom the record with an id is shown to.

    Without `attach` it has those that it came with, and people attach none.
    """

    shows: Callable[[Actor, Any], ColumnElement[bool]]
    attach: Attach | None
    detach: Detach


PLACES: Mapping[SubjectKind, Place] = {
    SubjectKind.APPROVAL: Place(approvals_seen.shows, approvals.attach, approvals.detach),
    SubjectKind.EXPORT: Place(views_seen.shows_export, None, views.detach_export),
    SubjectKind.BANK_STATEMENT: Place(banking_seen.shows, None, banking.detach),
    SubjectKind.IMPORT: Place(imports_seen.shows, None, imports.detach),
    SubjectKind.INBOUND_MAIL: Place(mail_seen.shows, None, mail.detach),
    SubjectKind.REQUEST: Place(requests_seen.shows, requests.attach, requests.detach),
    SubjectKind.REQUEST_MESSAGE: Place(requests_seen.shows_message, requests.attach_to_message, requests.detach),
    SubjectKind.SITE_VISIT: Place(requests_seen.shows_visit, requests.attach_to_visit, requests.detach_from_visit),
    SubjectKind.SCHEDULED_WORK: Place(works_seen.shows_work, operations.attach_to_work, operations.detach_from_work),
}
_SHOWN = {kind: place.shows for kind, place in PLACES.items()}


def visible(actor: Actor, files: Any) -> ColumnElement[bool]:
    """Files are seen by who has uploaded them, and with what they are attached to. `files` is `File` or an alias."""
    return files_seen.visible(actor, files, _SHOWN)


def visible_attachments(actor: Actor, attachments: Any) -> ColumnElement[bool]:
    """Attachments are seen with their record. `attachments` is `Attachment` or an alias of it."""
    return files_seen.visible_attachments(actor, attachments, _SHOWN)


@command(needs=None)
async def attach(work: Work, *, subject_kind: str, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Attach a file of one's own to a record, if the record's module lets one."""
    ways = {kind.value: place.attach for kind, place in PLACES.items() if place.attach is not None}
    if subject_kind not in ways:
        text = message("Files can be attached to {expected}.")
        raise Invalid(text, {"expected": ", ".join(ways)}, path=("subjectKind",))
    return await ways[subject_kind](work, subject_id=subject_id, file_id=file_id, note=note)


@command(needs=None)
async def detach(work: Work, *, attachment_id: UUID) -> UUID:
    """Take a file away from a record, if the record's module lets one; the file's id."""
    attachment = await files_seen.attachment(work, attachment_id, _SHOWN)
    await PLACES[SubjectKind(attachment.subject_kind)].detach(work, attachment=attachment)
    return attachment.file_id


@command(needs=None)
async def hand_out(work: Work, *, file_id: UUID, noted: bool) -> tuple[File, Blob]:
    """A file that one sees, with its content; `noted` writes down that it is downloaded (KD-5)."""
    file, blob = await files_seen.seen(work, file_id, _SHOWN)
    if noted:
        files.note_download(work, file)
    return file, blob
