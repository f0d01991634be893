"""Who has read a version of the handbook, and who has not yet."""

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import Order, column, one, part, shows
from api.schema.access.types import Member
from domain.kernel.permissions import Permission
from domain.rulebook import models, queries
from tenancy.work import Work


@shows(models.HandbookReading, visible=queries.visible_readings)
class HandbookReading:
    """Somebody has confirmed that they have read a version of the handbook."""

    id: UUID = column("The confirmation's id.")
    member: Member | None = one("Who has read it.", "member_id")
    confirmed_at: datetime = column("When they confirmed it.")


@strawberry.enum(description="How confirmations of reading are ordered.")
class HandbookReadingOrder(Enum):
    """Orders of confirmations."""

    OLDEST = "oldest"


HANDBOOK_READING_ORDERS = {HandbookReadingOrder.OLDEST: Order(lambda row: row.id)}


@part
class OutstandingReading:
    """Somebody who has not confirmed yet that they have read a version."""

    member_id: UUID = strawberry.field(description="Who.")
    name: str = strawberry.field(description="Their name.")
    due_at: datetime | None = strawberry.field(
        description="Until when they should: the clause's days from its taking effect, or for whoever came later from"
        " their first working day, their account's making or their coming under the clause."
    )


async def outstanding_readings(
    info: strawberry.Info, version_id: Annotated[UUID, strawberry.argument(description="The version.")]
) -> list[OutstandingReading]:
    """Whoever has not confirmed yet, by name. A version that is not published is refused with NOT_PUBLISHED."""
    info.context.actor.require(Permission.POLICIES_PUBLISH)
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.outstanding(work, version_id)
    return [OutstandingReading(member_id=each.member_id, name=each.name, due_at=each.due_at) for each in found]
