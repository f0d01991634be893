"""Requests among each other: merging, splitting, linking, parents with their parts."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.requests import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.terms import Impact, Urgency
from domain.requests import commands
from domain.requests.models import RequestLink, ServiceRequest
from domain.requests.rules import LinkKind
from tenancy.work import Work


@strawberry.input(description="A request that goes on as another one.")
class MergeRequestInput:
    """A request that goes on as another one."""

    request_id: UUID = given("The request that ends; you have it, or you assign requests.")
    target_id: UUID = given("The open request of the same customer as which it goes on.")
    reason: str = optional("Why, in at most 500 characters.", default="")


async def merge_request(work: Work, input: MergeRequestInput) -> ServiceRequest:
    """Let a request go on as another one: its state is MERGED for good, its clocks stop without a verdict, its messages
    stand among the other's, its children become the other's, and its requester is told. Sent again, nothing more
    happens."""
    return await commands.merge(work, request_id=input.request_id, target_id=input.target_id, reason=input.reason)


@strawberry.input(description="A message that becomes a request of its own.")
class SplitRequestInput:
    """A message that becomes a request of its own."""

    message_id: UUID = given("The message; you have the request that it is about, or you assign requests.")
    title: str = given("What the new request is about, in a line of at most 200 characters.")
    description: str = optional("What it is about; the message itself unless told.", default="")
    impact: Impact | None = optional("How much stands still; as with the other request unless told.")
    urgency: Urgency | None = optional("How soon it hurts; as with the other request unless told.")


async def split_request(work: Work, input: SplitRequestInput) -> ServiceRequest:
    """Make a request of its own out of something that was said about another one: for the same customer and requester,
    rated anew, with time of its own from now on, and linked with the other as SPLIT_FROM."""
    return await commands.split(
        work,
        message_id=input.message_id,
        title=input.title,
        description=input.description,
        impact=input.impact,
        urgency=input.urgency,
    )


@strawberry.input(description="How one request stands to another.")
class LinkRequestInput:
    """How one request stands to another."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    other_id: UUID = given("The other one, which you see.")
    kind: LinkKind = given("How the request stands to the other one; SPLIT_FROM comes of splitting alone.")


async def link_request(work: Work, input: LinkRequestInput) -> RequestLink:
    """Write down how one request stands to another. The same again is the same link."""
    return await commands.link(work, request_id=input.request_id, other_id=input.other_id, kind=input.kind)


@strawberry.input(description="A link that is taken away.")
class UnlinkRequestInput:
    """A link that is taken away."""

    link_id: UUID = given("The link.")


async def unlink_request(work: Work, input: UnlinkRequestInput) -> ServiceRequest:
    """Take a link between requests away; the payload has the request that was its first. SPLIT_FROM stays."""
    return await commands.unlink(work, link_id=input.link_id)


@strawberry.input(description="What a request is a part of.")
class ChooseParentInput:
    """What a request is a part of."""

    request_id: UUID = given("The request; you have it, or you assign requests. It has no parts of its own.")
    parent_id: UUID | None = optional("The open request that it is a part of, which is nobody's part; none for none.")


async def choose_parent(work: Work, input: ChooseParentInput) -> ServiceRequest:
    """Make a request a part of another one, or of none. A parent is resolved after its parts, or together with them,
    unless the handbook's clause on its course lets them stay open."""
    return await commands.choose_parent(work, request_id=input.request_id, parent_id=input.parent_id)
