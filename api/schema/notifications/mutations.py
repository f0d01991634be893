"""Reading what one is told, and having programs told."""

from typing import Any
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.notifications import commands
from domain.notifications.models import WebhookEndpoint
from tenancy.work import Work


@strawberry.input(description="Notifications that you have read.")
class MarkReadInput:
    """Notifications that you have read."""

    notification_ids: list[UUID] = given("At most 100 of them.")


async def mark_read(work: Work, input: MarkReadInput) -> int:
    """Note that you have read these; others' are passed over."""
    return len(await commands.mark_read(work, notification_ids=input.notification_ids))


@strawberry.input(description="A new webhook endpoint.")
class RegisterEndpointInput:
    """A new webhook endpoint."""

    url: str = given(
        "Where facts are sent: https on port 443 or 8443 of a public host. What a rehearsal company sends stays with"
        " the installation instead, as files which its operator reads with `zhidu mail`."
    )
    events: list[str] = given("The names of the facts, of `factNames`, or * for all.")


async def register_endpoint(work: Work, input: RegisterEndpointInput) -> dict[str, Any]:
    """Have facts sent to an address. The signing secret is in this answer and nowhere else."""
    made = await commands.register_endpoint(work, url=input.url, events=input.events)
    return {"endpoint": made.endpoint, "secret": made.secret}


@strawberry.input(description="A webhook endpoint as it is from now on.")
class ChangeEndpointInput:
    """A webhook endpoint as it is from now on."""

    endpoint_id: UUID = given("The endpoint.")
    url: str = given(
        "Where facts are sent: https on port 443 or 8443 of a public host. What a rehearsal company sends stays with"
        " the installation instead, as files which its operator reads with `zhidu mail`."
    )
    events: list[str] = given("The names of the facts, of `factNames`, or * for all.")


async def change_endpoint(work: Work, input: ChangeEndpointInput) -> WebhookEndpoint:
    """Give an endpoint another address or other facts; its secrets stay."""
    return await commands.change_endpoint(work, endpoint_id=input.endpoint_id, url=input.url, events=input.events)


@strawberry.input(description="Another signing secret for a webhook endpoint.")
class RotateEndpointSecretInput:
    """Another signing secret for a webhook endpoint."""

    endpoint_id: UUID = given("The endpoint.")
    grace_hours: int = optional(
        "For how many hours the former secret signs too, 0 to 168: time for the receiver to learn the new one. With 0"
        " it ends at once, as after a leak.",
        default=24,
    )


async def rotate_endpoint_secret(work: Work, input: RotateEndpointSecretInput) -> dict[str, Any]:
    """Give an endpoint another signing secret, which is in this answer and nowhere else. Until formerSecretEndsAt every
    webhook carries a signature of each secret, as Standard Webhooks has it; a receiver accepts either."""
    made = await commands.rotate_secret(work, endpoint_id=input.endpoint_id, grace_hours=input.grace_hours)
    return {"endpoint": made.endpoint, "secret": made.secret}


@strawberry.input(description="A webhook endpoint.")
class EndpointInput:
    """A webhook endpoint."""

    endpoint_id: UUID = given("The endpoint.")


async def switch_on_endpoint(work: Work, input: EndpointInput) -> WebhookEndpoint:
    """Send to an endpoint again, from now on; what it missed is not made up for."""
    return await commands.switch_on(work, endpoint_id=input.endpoint_id)


async def switch_off_endpoint(work: Work, input: EndpointInput) -> WebhookEndpoint:
    """Send nothing more to an endpoint, not even what is planned."""
    return await commands.switch_off(work, endpoint_id=input.endpoint_id)


async def remove_endpoint(work: Work, input: EndpointInput) -> UUID:
    """Forget an endpoint and its secret."""
    return await commands.remove_endpoint(work, endpoint_id=input.endpoint_id)
