"""What co-operating departments do for requests, and whom that is shown to."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select

from domain.kernel.permissions import Permission
from domain.requests.models import RequestHelper, RequestPart, ServiceRequest
from domain.requests.queries.showing import visible_parts
from domain.requests.rules import HelpState, PartState
from tenancy.actor import Actor
from tenancy.models import one_of
from tenancy.rows import another
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
    part = another(RequestPart)
    return select(part.id).where(part.request_id == requests.id, part.state == PartState.OPEN).exists()


async def open_parts(work: Work, request_id: UUID) -> list[RequestPart]:
    """The parts of a request that are not done, by id."""
    found = select(RequestPart).where(RequestPart.request_id == request_id, RequestPart.state == PartState.OPEN)
    return await work.all(found.order_by(RequestPart.id))


async def part(work: Work, id: UUID, *path: str, lock: bool = False) -> RequestPart:
    """One part that the actor may see; refuses with `NotFound`."""
    return await work.seen(RequestPart, id, visible_cooperation(work.actor, RequestPart), *path, lock=lock)


async def helps(work: Work, request_id: UUID, staff_id: UUID | None) -> bool:
    """Whether somebody beside the two who are responsible helps with a request at present."""
    found = select(RequestHelper.id).where(RequestHelper.request_id == request_id, RequestHelper.staff_id == staff_id)
    return await work.value(found.where(RequestHelper.state == HelpState.HELPING)) is not None


async def asked_or_helping(work: Work, request_id: UUID, staff_id: UUID) -> bool:
    """Whether it is being decided that somebody helps, or they do."""
    found = select(RequestHelper.id).where(RequestHelper.request_id == request_id, RequestHelper.staff_id == staff_id)
    open_states = one_of(RequestHelper.state, (HelpState.ASKED, HelpState.HELPING))
    return await work.value(found.where(open_states)) is not None


async def asked_for(work: Work, request_id: UUID) -> list[RequestHelper]:
    """Those of whom it is being decided whether they help with a request, by id."""
    found = select(RequestHelper).where(RequestHelper.request_id == request_id, RequestHelper.state == HelpState.ASKED)
    return await work.all(found.order_by(RequestHelper.id))


async def help(work: Work, id: UUID, *path: str, lock: bool = False) -> RequestHelper:
    """One helper of a request that the actor may see; refuses with `NotFound`."""
    return await work.seen(RequestHelper, id, visible_cooperation(work.actor, RequestHelper), *path, lock=lock)


async def acts_for(work: Work, request: ServiceRequest, member_id: UUID | None) -> bool:
    """Whether somebody has a request, or helps with it, and so acts on it."""
    return member_id is not None and (request.assignee_id == member_id or await helps(work, request.id, member_id))
