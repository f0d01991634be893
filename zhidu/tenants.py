"""The companies of this installation, from the operator's terminal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.search import commands as search
from tenancy import logs, provisioning
from tenancy.actor import Actor
from tenancy.database import database, open_database, writing
from tenancy.refusals import NotFound, message
from tenancy.tenants import TenantStatus
from zhidu import printing


def create(
    *,
    slug: str,
    name: str,
    zone: str,
    language: str,
    administrator: tuple[str, str],
    rehearsal_starts_at: datetime | None,
) -> int:
    """Create a company and print its administrator's token, this once."""

    async def found() -> None:
        founding = await provisioning.create_tenant(
            slug=slug,
            name=name,
            zone=zone,
            language=language,
            administrator=administrator,
            permissions=list(Permission),
            settle=settle,
            rehearsal_starts_at=rehearsal_starts_at,
            token_name="first",  # noqa: S106  # what the token is called
        )
        printing.once(f"{slug}  {founding.tenant_id}\ntoken of {administrator[1]}, shown this once: {founding.token}")

    return _with_database(found)


def issue_token(slug: str, email: str | None, name: str) -> int:
    """Print another token of a company's administrator, this once; the journal keeps that it was issued."""

    async def issue() -> None:
        _, admitted = await provisioning.issue_administrator_token(
            slug=slug, email=email, token_name=name, settle=settle
        )
        printing.once(f"token of {admitted.email}, shown this once: {admitted.token}")

    return _with_database(issue)


def suspend(slug: str) -> int:
    """Let a company read and export, and change nothing."""
    return _with_database(lambda: provisioning.set_status(slug, TenantStatus.SUSPENDED))


def resume(slug: str) -> int:
    """Let a suspended company work again."""
    return _with_database(lambda: provisioning.set_status(slug, TenantStatus.ACTIVE))


def reindex(slug: str) -> int:
    """Write anew by what a company's records are found."""

    async def rebuild() -> None:
        tenant_id = await provisioning.find_tenant(slug)
        if tenant_id is None:
            raise NotFound(message("There is no company with the short name “{slug}”."), {"slug": slug})
        async with writing(Actor.system(tenant_id), settle=settle, while_suspended=True) as work:
            await search.rebuild(work)

    return _with_database(rebuild)


def show() -> int:
    """Print every company, one a line."""

    async def listed() -> None:
        for tenant in await provisioning.list_tenants():
            kind = "rehearsal" if tenant.rehearsal else "live"
            print(f"{tenant.slug:<40} {tenant.id}  {tenant.status:<10} {kind:<10} {tenant.zone:<20} {tenant.name}")

    return _with_database(listed)


def _with_database(act: Callable[[], Awaitable[None]]) -> int:
    logs.keep_silent()

    async def run() -> None:
        await open_database(size=1)
        try:
            await act()
        finally:
            await database.close()

    asyncio.run(run())
    return 0
