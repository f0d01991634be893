"""What co-operating departments do for requests, and whom that is shown to."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import aliased

from domain.kernel.permissions import Permission
from domain.requests.models import RequestPart
from domain.requests.queries.showing import visible_parts
from domain.requests.rules import PartState
from tenancy.actor import Actor
from tenancy.work import Work


def visible_cooperation(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Parts are seen with their request by those who work on requests: they are nothing of the requester's. `parts` is
    `RequestPart` or an alias of it."""
    works = (Permission.REQUESTS_WORK, Permission.REQUESTS_ASSIGN, Permission.REQUESTS_READ_ALL)
    if not any(actor.may(permission) for permission in works) or actor.is_client:
        return false()
    return visible_parts(actor, parts)


def has_open_parts(requests: Any) -> ColumnElement[bool]:
    """Whether a co-operating department has something left to do for a request."""
    part = aliased(RequestPart)
    return select(part.id).where(part.request_id == requests.id, part.state == PartState.OPEN).exists()


async def open_parts(work: Work, request_id: UUID) -> list[RequestPart]:
    """The parts of a request that are not done, by id."""
    found = select(RequestPart).where(RequestPart.request_id == request_id, RequestPart.state == PartState.OPEN)
    return await work.all(found.order_by(RequestPart.id))


async def part(work: Work, id: UUID, *path: str, lock: bool = False) -> RequestPart:
    """One part that the actor may see; refuses with `NotFound`."""
    return await work.seen(RequestPart, id, visible_cooperation(work.actor, RequestPart), *path, lock=lock)
