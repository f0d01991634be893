"""Taking a mail: whose it is by its address, and keeping it for good before anybody is told that it was taken."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain.consequences import settle
from domain.mail import commands, queries, rules
from domain.mail.commands import Envelope
from domain.mail.models import InboundMail
from tenancy import blobs, postbox, provisioning
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import reading, writing


@dataclass(frozen=True)
class Route:
    """Where a mail belongs: a company's address that is active. `secret` signs its webhook, if it has one."""

    tenant_id: UUID
    address_id: UUID
    secret: bytes | None


def most_bytes() -> int:
    """The largest mail that is taken, by the settings."""
    return settings().mail_megabytes * 1024**2


async def route(recipient: str) -> Route | None:
    """Where mail to an address belongs; None for an address that takes none, or that nobody has.

    The company's short name stands in the address, so only that company's own addresses are ever looked at.
    """
    named = postbox.read_address(recipient)
    tenant_id = await provisioning.find_tenant(named.slug) if named is not None else None
    if named is None or tenant_id is None:
        return None
    async with reading(Actor.system(tenant_id)) as work:
        address = await queries.address_named(work, named.local_part)
        if address is None or not address.active:
            return None
        return Route(tenant_id, address.id, queries.secret_of(work, address))


async def keep(route: Route, envelope: Envelope, content: bytes) -> tuple[InboundMail, bool]:
    """Keep a mail as it came, durably; also answers whether it is new.

    Raises what the store and the database raise, and refuses for a suspended company and one without room; nothing is
    kept then, and whoever delivers it has to try again.
    """
    identity = rules.identity_of(content)
    received = await blobs.receive(route.tenant_id, _once(content), _any_size)
    new = False
    try:
        async with writing(Actor.system(route.tenant_id), settle=settle) as work:
            mail, new = await commands.receive(
                work, address_id=route.address_id, envelope=envelope, received=received, identity=identity
            )
    finally:
        # Nobody's row has it where this failed, where the mail was known, and where other content is the same.
        await blobs.discard(route.tenant_id, received)
    return mail, new


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _any_size(_: int) -> None:
    """Whoever received it has looked."""
