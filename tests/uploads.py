"""Uploading in a line, for tests of what comes after it."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain import attachments
from domain.consequences import settle
from domain.files import commands
from tenancy import blobs
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import NotFound


async def upload(
    actor: Actor, content: bytes = b"%PDF-1.7", name: str = "contract.pdf", media_type: str = "application/pdf"
) -> UUID:
    """A file of an actor's own, as `POST /files` makes one."""

    async def body() -> AsyncIterator[bytes]:
        yield content

    received = await blobs.receive(actor.tenant_id, body(), lambda _: None)
    async with writing(actor, settle=settle) as work:
        file, _ = await commands.register(work, received=received, name=name, media_type=media_type)
    if (await blob_of(actor, file.id)).object_name != received.object_name:
        await blobs.discard(actor.tenant_id, received)
    return file.id


async def blob_of(actor: Actor, file_id: UUID) -> blobs.Blob:
    """The content of a file, as somebody who sees it gets it."""
    async with writing(actor, settle=settle) as work:
        return (await attachments.hand_out(work, file_id=file_id, noted=False))[1]


async def sees(actor: Actor, file_id: UUID) -> bool:
    """Whether somebody could download a file."""
    try:
        await blob_of(actor, file_id)
    except NotFound:
        return False
    return True
