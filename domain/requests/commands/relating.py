"""Requests among each other: links, parents with their parts, and one that goes on as another."""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.requests import queries, rules
from domain.requests.commands import moving
from domain.requests.events import ParentChosen, RequestLinked, RequestMerged, RequestUnlinked
from domain.requests.models import RequestLink, ServiceRequest
from domain.requests.rules import DUTIES, LinkKind, Move, State
from tenancy.refusals import Forbidden, Invalid, Refusal, message
from tenancy.work import Work


@command(needs=DUTIES[Move.MERGE].permission)
async def merge(work: Work, *, request_id: UUID, target_id: UUID, reason: str = "") -> ServiceRequest:
    """Let a request go on as another one of the same customer, because both are about the same.

    Its clocks stop without a verdict, what was said about it stands in the other's history, its children and its open
    parts become the other's, and its requester hears of it. Merged into the same again, nothing happens.
    """
    if request_id == target_id:
        raise Invalid(message("A request isn't merged into itself."), path=("targetId",))
    target = await queries.get(work, target_id, "targetId")
    known = await queries.get(work, request_id, "requestId")
    children = [child.id for child in await queries.children(work, request_id)]
    await queries.lock_together(work, [request_id, target_id, *children])
    if known.merged_into_id == target_id:
        return known
    if target.customer_id != known.customer_id:
        raise Invalid(message("These requests are of two customers."), path=("targetId",))
    if target.state not in queries.UNDER_WAY:
        text = message("Request {number} is not open any more; nothing is merged into it.")
        raise Refusal(text, {"number": target.number}, code="TARGET_OVER", path=("targetId",))
    reason = rules.clean_reason(reason) if reason.strip() else ""
    view = await moving.begin(work, request_id, Move.MERGE)
    request = view.request
    request.merged_into_id, request.closed_at, request.parent_id = target_id, view.at, None
    if target.parent_id == request_id:
        target.parent_id = None
    for child in await queries.children(work, request_id):
        child.parent_id = target.parent_id or target_id
    for part in await queries.open_parts(work, request_id):
        part.request_id = target_id
    for said in await queries.thread_of(work, request_id):
        said.thread_id = target_id
    change = await moving.end(work, view, Move.MERGE, reason)
    work.record(RequestMerged(request_id=request_id, change_id=change, target_id=target_id), about=request)
    return request


@command(needs=Permission.REQUESTS_WORK)
async def link(work: Work, *, request_id: UUID, other_id: UUID, kind: LinkKind) -> RequestLink:
    """Write down how one request stands to another; written down twice it is one link."""
    if request_id == other_id:
        raise Invalid(message("A request isn't linked with itself."), path=("otherId",))
    if kind is LinkKind.SPLIT_FROM:
        raise Invalid(message("Only what is split off another request is linked so."), path=("kind",))
    request = await worked_on(work, request_id, "requestId")
    await queries.get(work, other_id, "otherId")
    one, other = (request_id, other_id)
    if kind is LinkKind.RELATES_TO:
        one, other = sorted((request_id, other_id))
        await queries.lock_together(work, [one])
    known = await queries.find_link(work, one, other, kind)
    return known or keep_link(work, request, one, other, kind)


def keep_link(work: Work, request: ServiceRequest, from_id: UUID, to_id: UUID, kind: LinkKind) -> RequestLink:
    """Keep a link and tell of it at one of its requests."""
    kept = work.add(RequestLink(from_id=from_id, to_id=to_id, kind=kind, at=work.now))
    other_id = to_id if request.id == from_id else from_id
    linked = RequestLinked(link_id=kept.id, request_id=request.id, other_id=other_id, kind=kind)
    work.record(linked, about=request)
    return kept


@command(needs=Permission.REQUESTS_WORK)
async def unlink(work: Work, *, link_id: UUID) -> ServiceRequest:
    """Take a link away; gives the request that was its first. What was split off stays linked."""
    found = await queries.link(work, link_id, "linkId")
    if found.kind is LinkKind.SPLIT_FROM:
        raise Refusal(message("What was split off another request stays linked with it."), code="SPLIT_STAYS")
    request = await worked_on(work, found.from_id, "linkId")
    told = RequestUnlinked(link_id=found.id, request_id=request.id, other_id=found.to_id, kind=found.kind)
    work.record(told, about=request)
    work.delete(found)
    return request


@command(needs=Permission.REQUESTS_WORK)
async def choose_parent(work: Work, *, request_id: UUID, parent_id: UUID | None) -> ServiceRequest:
    """Make a request a part of another one, or of none. A parent is nobody's part itself, so there are no circles, and
    it is open."""
    request = await worked_on(work, request_id, "requestId")
    if parent_id is not None:
        if parent_id == request_id:
            raise Invalid(message("A request isn't its own parent."), path=("parentId",))
        parent = await queries.get(work, parent_id, "parentId")
        await queries.lock_together(work, [request_id, parent_id])
        if parent.parent_id is not None:
            text = message("Request {number} is a part of another one itself.")
            raise Invalid(text, {"number": parent.number}, path=("parentId",))
        if await queries.children(work, request_id):
            text = message("Request {number} has parts of its own.")
            raise Invalid(text, {"number": request.number}, path=("requestId",))
        if parent.state not in queries.UNDER_WAY:
            text = message("Request {number} is not open any more and gets no parts.")
            raise Refusal(text, {"number": parent.number}, code="PARENT_OVER", path=("parentId",))
    else:
        await queries.lock_together(work, [request_id])
    if request.state in (State.MERGED, State.CANCELLED):
        raise Refusal(message("The request is over."), code="WRONG_STATE", path=("requestId",))
    request.parent_id = parent_id
    work.record(ParentChosen(request_id=request_id, parent_id=parent_id), about=request)
    return request


async def worked_on(work: Work, request_id: UUID, *path: str) -> ServiceRequest:
    """A request, if the actor has it, helps with it, or assigns requests; refuses with NOT_YOURS."""
    request = await queries.get(work, request_id, *path)
    mine = work.actor.id if work.actor.is_member else None
    if not work.actor.may(Permission.REQUESTS_ASSIGN) and not await queries.acts_for(work, request, mine):
        text = message("This is for whoever has the request or assigns requests.")
        raise Forbidden(text, code="NOT_YOURS", path=path)
    return request
