"""Identity's own way to one tenant's tokens, sessions and clients, also while that tenant is suspended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from tenancy.actor import ActorKind
from tenancy.database import Platform, platform
from tenancy.journal import Event, JournalEntry
from tenancy.models import current_instant


@asynccontextmanager
async def tenant_door(tenant_id: UUID) -> AsyncIterator[Platform]:
    """A transaction in which row-level security shows this tenant's rows; nobody is the actor yet.

    A suspended company still reads and exports, so its people must be able to come in and go out.
    """
    async with platform() as door:
        await door.text("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
        yield door


async def note(door: Platform, event: Event, member_id: UUID) -> None:
    """Write a member's coming or going into the journal; nothing follows from it, so there is no outbox item."""
    await door.rows(
        insert(JournalEntry).values(
            id=uuid7(),
            at=current_instant(),
            name=event.name,
            payload=event.payload(),
            subject_kind="members",
            subject_id=member_id,
            changes={},
            actor_kind=ActorKind.MEMBER,
            actor_id=member_id,
            reason=None,
            request_id=None,
        )
    )
