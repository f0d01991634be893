"""Requests, their clocks and their history, for commands and reactions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.requests import rules
from domain.requests.models import Clock, Escalation, Message, ServiceRequest, StateChange
from domain.requests.queries.showing import visible, visible_messages
from domain.requests.rules import Audience, State
from tenancy.models import one_of
from tenancy.work import Work

# In which a clock runs or rests; the others have stopped every one.
UNDER_WAY = (
    State.NEW,
    State.TRIAGED,
    State.ASSIGNED,
    State.DIAGNOSING,
    State.PROPOSED,
    State.AGREED,
    State.IN_PROGRESS,
    State.ON_HOLD,
)


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> ServiceRequest:
    """One request that the actor may see; refuses with `NotFound`."""
    return await work.seen(ServiceRequest, id, visible(work.actor, ServiceRequest), *path, lock=lock)


async def said(work: Work, id: UUID) -> Message:
    """One message; refuses with `NotFound`."""
    return await work.get(Message, id)


async def message_seen(work: Work, id: UUID, *path: str) -> Message:
    """One message that the actor may read; refuses with `NotFound`."""
    return await work.seen(Message, id, visible_messages(work.actor, Message), *path)


async def change(work: Work, id: UUID) -> StateChange:
    """One change of a request's state; refuses with `NotFound`."""
    return await work.get(StateChange, id)


async def escalation(work: Work, id: UUID) -> Escalation:
    """One escalation; refuses with `NotFound`."""
    return await work.get(Escalation, id)


async def clock(work: Work, id: UUID) -> Clock:
    """One clock; refuses with `NotFound`."""
    return await work.get(Clock, id)


async def clocks_of(work: Work, request_id: UUID) -> list[Clock]:
    """A request's clocks, the response first."""
    found = await work.all(select(Clock).where(Clock.request_id == request_id))
    order = list(rules.ClockKind)
    return sorted(found, key=lambda clock: order.index(clock.kind))


async def history_of(work: Work, request_id: UUID) -> list[StateChange]:
    """The states a request has been in, the intake first."""
    return await work.all(
        select(StateChange).where(StateChange.request_id == request_id).order_by(StateChange.position)
    )


async def said_at(work: Work, request: ServiceRequest) -> datetime | None:
    """When somebody on the company's side has last said something to a request's requester."""
    theirs = (Message.request_id == request.id, Message.audience == Audience.PUBLIC, Message.contact_id.is_(None))
    said = select(func.max(Message.at)).where(*theirs)
    found: datetime | None = await work.value(said.where(Message.author_id.is_distinct_from(request.requester_id)))
    return found


async def ids_under_way(work: Work, *, after_id: UUID | None, most: int) -> list[UUID]:
    """The ids of requests whose clocks run or rest, in order, behind an id."""
    found = select(ServiceRequest.id).where(one_of(ServiceRequest.state, UNDER_WAY)).order_by(ServiceRequest.id)
    if after_id is not None:
        found = found.where(ServiceRequest.id > after_id)
    return [row["id"] for row in await work.rows(found.limit(most))]
