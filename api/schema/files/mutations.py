"""Attaching files that were uploaded, and taking them away."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain import attachments
from domain.files.models import Attachment
from tenancy.work import Work


@strawberry.input(description="A file of yours and the record it belongs to.")
class AttachFileInput:
    """A file of yours and the record it belongs to."""

    subject_kind: str = given(
        "The kind of record: approvals, service_requests, request_messages, site_visits or scheduled_works."
    )
    subject_id: UUID = given("The record.")
    file_id: UUID = given("A file that you have uploaded by POST /files.")
    note: str = optional("What you say of it, in at most 500 characters.", default="")


async def attach_file(work: Work, input: AttachFileInput) -> Attachment:
    """Attach a file that you have uploaded: to an approval that you see and that is not decided yet, to a request that
    you asked for or work on, to a message that you have written, to a visit or planned work that you do or plan.
    Whoever sees the record sees the file; at an internal message those who work on requests. Sent twice, it is attached
    once; at most 50 are at one record."""
    return await attachments.attach(
        work, subject_kind=input.subject_kind, subject_id=input.subject_id, file_id=input.file_id, note=input.note
    )


@strawberry.input(description="A file that you take away from a record.")
class RemoveAttachmentInput:
    """A file that you take away from a record."""

    attachment_id: UUID = given("The attachment.")


async def remove_attachment(work: Work, input: RemoveAttachmentInput) -> UUID:
    """Take away what you have attached: from an approval until somebody has decided since, from a request and its
    messages until it is closed. A file that is attached to nothing is deleted a day later."""
    return await attachments.detach(work, attachment_id=input.attachment_id)
