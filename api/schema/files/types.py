"""Files, and where they are attached, as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_

from api.http.addresses import address
from api.reading.mapping import Node, column, computed, many, one, rendered, shows
from api.schema.access.types import Member
from domain import attachments
from domain.files import models, queries
from domain.files.commands import MOST_AT_A_RECORD
from domain.kernel.subjects import SubjectKind


@shows(models.File, visible=attachments.visible, contacts=True)
class File(Node):
    """Something that somebody uploaded by `POST /files`: its bytes never change."""

    name: str = column("Its name, for people; without folders and invisible characters.")
    media_type: str = column("What it is: as its bytes tell, or as its uploader said where they leave that open.")
    bytes: float = computed("Its size, in whole bytes.", queries.size_of)
    sha256: str = computed("The SHA-256 of its bytes, in hexadecimal.", queries.digest_of)
    url: str = rendered(
        "Where its bytes are, for whoever sees it: a GET with the same sign-in as here. Each download is written down.",
        lambda values, _: address(values),
        id=lambda row: row.id,
    )
    uploaded_by: Member | None = one("Who uploaded it; nobody when a partner's program did.", "uploader_id")
    uploaded_at: datetime = column("When it was uploaded.")
    unattached_at: datetime | None = column(
        "Since when it has been attached to nothing; after a day it is deleted. Null while it is attached."
    )


@shows(models.Attachment, visible=attachments.visible_attachments, contacts=True)
class Attachment(Node):
    """A file at a record; whoever sees the record sees it."""

    file: File | None = one("The file.", "file_id")
    subject_kind: str = column("The kind of the record that it is at.")
    subject_id: UUID = column("The record that it is at.")
    note: str = column("What was said of it; empty when nothing was.")
    attached_by: Member | None = one("Who attached it; nobody when a partner's program did.", "attached_by_id")
    at: datetime = column("When it was attached.")


def attached(kind: SubjectKind, *, but: Callable[[Any], Any] | None = None) -> Any:
    """The field of a record that lists what is attached to it, `but` for the file that the record is itself."""

    def there_is(here: Any, there: Any) -> Any:
        others = () if but is None else (there.file_id.is_distinct_from(but(here)),)
        return and_(there.subject_kind == kind.value, there.subject_id == here.id, *others)

    return many("What is attached to it, oldest first.", there_is, most=MOST_AT_A_RECORD)
