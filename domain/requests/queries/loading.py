"""Requests, their clocks and their history, for commands and reactions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from domain.requests import rules
from domain.requests.models import (
    Clock,
    Escalation,
    Mention,
    Message,
    RequestLink,
    ServiceRequest,
    StateChange,
    TierRaise,
)
from domain.requests.queries.showing import UNDER_WAY, reached, thread, visible_links, visible_messages
from domain.requests.rules import Audience, State
from tenancy.actor import Actor
from tenancy.identity import permits
from tenancy.models import one_of
from tenancy.outbox import lock_timers
from tenancy.work import Work


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> ServiceRequest:
    """One request that the actor may see; refuses with `NotFound`."""
    return await work.seen(ServiceRequest, id, reached(work.actor, ServiceRequest), *path, lock=lock)


async def said(work: Work, id: UUID) -> Message:
    """One message; refuses with `NotFound`."""
    return await work.get(Message, id)


async def readers_of(work: Work, said: Message, member_ids: Collection[UUID]) -> set[UUID]:
    """Who of these members may read a message."""

    def question(actor: Actor) -> Select[Any]:
        return select(Message.id).where(Message.id == said.id, visible_messages(actor, Message))

    return await permits.answered(work, member_ids, question)


async def mentioned_in(work: Work, message_id: UUID) -> set[UUID]:
    """Who is called by name in a message."""
    rows = await work.rows(select(Mention.member_id).where(Mention.message_id == message_id))
    return {row["member_id"] for row in rows}


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


async def ids_resolved(work: Work, *, after_id: UUID | None, most: int) -> list[UUID]:
    """The ids of requests that wait for their requester's word, in order, behind an id."""
    found = select(ServiceRequest.id).where(ServiceRequest.state == State.RESOLVED).order_by(ServiceRequest.id)
    if after_id is not None:
        found = found.where(ServiceRequest.id > after_id)
    return [row["id"] for row in await work.rows(found.limit(most))]


async def lock_together(work: Work, ids: Collection[UUID]) -> None:
    """Lock several requests for a change, their timers first, in one order for everybody: so two who lock the same
    wait for each other in turn and never both."""
    for id in sorted(ids):
        await lock_timers(work, id)
    for id in sorted(ids):
        await get(work, id, lock=True)


async def open_children(work: Work, parent_id: UUID) -> list[ServiceRequest]:
    """The parts of a request that are not resolved, by id."""
    found = select(ServiceRequest).where(ServiceRequest.parent_id == parent_id, one_of(ServiceRequest.state, UNDER_WAY))
    return await work.all(found.order_by(ServiceRequest.id))


async def children(work: Work, parent_id: UUID) -> list[ServiceRequest]:
    """The parts of a request, whatever has become of them."""
    found = select(ServiceRequest).where(ServiceRequest.parent_id == parent_id)
    return await work.all(found.order_by(ServiceRequest.id))


async def merged_into(work: Work, target_id: UUID) -> list[ServiceRequest]:
    """The requests that go on as this one."""
    found = select(ServiceRequest).where(ServiceRequest.merged_into_id == target_id)
    return await work.all(found.order_by(ServiceRequest.id))


async def submitted_as(work: Work, reference: str) -> ServiceRequest | None:
    """What the acting member or program has submitted under a name of the source."""
    owner = ServiceRequest.submitting_client_id if work.actor.is_client else ServiceRequest.requester_id
    found = select(ServiceRequest).where(owner == work.actor.id, ServiceRequest.source_reference == reference)
    return await work.first(found)


async def thread_of(work: Work, request_id: UUID) -> list[Message]:
    """All messages that stand in a request's history, the first first."""
    found = select(Message).where(thread(Message) == request_id)
    return await work.all(found.order_by(Message.id))


async def link(work: Work, id: UUID, *path: str) -> RequestLink:
    """One link between requests that the actor may see; refuses with `NotFound`."""
    return await work.seen(RequestLink, id, visible_links(work.actor, RequestLink), *path, lock=True)


async def find_link(work: Work, from_id: UUID, to_id: UUID, kind: rules.LinkKind) -> RequestLink | None:
    """The link of this kind between two requests, if there is one."""
    found = select(RequestLink).where(RequestLink.from_id == from_id, RequestLink.to_id == to_id)
    return await work.first(found.where(RequestLink.kind == kind))


async def raises_of(work: Work, request_id: UUID) -> list[TierRaise]:
    """How a request was raised to higher tiers and is not returned yet, the last last."""
    found = select(TierRaise).where(TierRaise.request_id == request_id, TierRaise.returned_at.is_(None))
    return await work.all(found.order_by(TierRaise.id))
