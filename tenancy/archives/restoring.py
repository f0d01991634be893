"""Restoring an archive: a new tenant of its rows, compared before anybody sees it; nothing is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from tenancy.actor import ActorKind
from tenancy.agenda import AgendaItem
from tenancy.archives.arriving import Comparison, arrive, typed
from tenancy.archives.form import Company, Manifest
from tenancy.archives.landing import landed
from tenancy.archives.reading import verify
from tenancy.database import TenantRows, restoring
from tenancy.journal import Event, JournalEntry
from tenancy.models import current_instant
from tenancy.provisioning import SLUG
from tenancy.refusals import Conflict, Invalid, message
from tenancy.tenants import Tenant, TenantStatus


@dataclass(frozen=True, kw_only=True)
class CompanyRestored(Event, name="tenancy.company_restored"):
    """The company was made from an archive; everything before this entry is the archive's."""

    archived_tenant_id: UUID
    rows: int
    held: int


@dataclass(frozen=True)
class Restored:
    """What came of a restore. `held` agenda items wait for a person; `linked` people can sign in as they could."""

    tenant_id: UUID
    slug: str
    manifest: Manifest
    tables: tuple[Comparison, ...]
    held: int
    linked: int = 0

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(each.rows for each in self.tables)

    @property
    def files(self) -> int:
        """How many different contents of files there are."""
        return self.manifest.files.rows

    @property
    def differences(self) -> list[str]:
        """The tables that do not hold what they should."""
        return [each.table for each in self.tables if not each.equal]


async def restore(source: Path, slug: str, *, identity: str, link_accounts: bool = False) -> Restored:
    """Make a new tenant of an archive, whole or not at all; every id is as it was, except the tenant's own.

    The agenda is held, so nothing is sent. Sessions, tokens and clients' secrets are in no archive. With
    `link_accounts` members sign in with the password that the same member, at the same address, has in the archived
    company now. Refuses as `verify` does, with `Conflict` for a short name that is taken, and with `Invalid` when
    the archive is of a newer version than this installation, or when the digests are not equal afterwards.
    """
    if not SLUG.fullmatch(slug):
        raise Invalid(
            message("A short name has 3 to 40 small letters, digits and hyphens, and begins with a letter."),
            path=("slug",),
        )
    async with _restored(source, slug, identity, keep=True) as (rows, restored):
        if restored.differences:
            raise Invalid(
                message("These tables are not as the archive has them, so nothing was kept: {tables}."),
                {"tables": ", ".join(restored.differences)},
            )
        linked = await _link_accounts(rows, restored.manifest.heading.company.id) if link_accounts else 0
        await _note(rows, restored)
    return Restored(restored.tenant_id, slug, restored.manifest, restored.tables, held=restored.held, linked=linked)


async def rehearse(source: Path, *, identity: str) -> Restored:
    """Restore an archive for practice: all that `restore` does until the digests are compared, and then undone.

    Everything happens in one transaction that is rolled back, so there is no scratch tenant which anybody could see,
    or which a killed process could leave behind. Refuses as `verify` does; tables that differ are only reported.
    """
    async with _restored(source, f"drill-{uuid4().hex}", identity, keep=False) as (_, restored):
        return restored


@asynccontextmanager
async def _restored(
    source: Path, slug: str, identity: str, *, keep: bool
) -> AsyncIterator[tuple[TenantRows, Restored]]:
    # A broken archive is refused before anything begins; were it exchanged after that, the second reading would see it.
    manifest = await verify(source, identity=identity)
    tenant_id = uuid7()
    async with landed(tenant_id, keep=keep), typed(), restoring(tenant_id, keep=keep) as rows:
        await _found(rows, manifest.heading.company, slug)
        tables = await arrive(rows, source, manifest, identity=identity, keep=keep)
        held = sum(each.changed for each in tables if each.table == AgendaItem.__tablename__)
        yield rows, Restored(rows.tenant_id, slug, manifest, tuple(tables), held)


async def _found(rows: TenantRows, company: Company, slug: str) -> None:
    if await rows.row(select(Tenant.id).where(Tenant.slug == slug)) is not None:
        raise Conflict(message("The short name “{slug}” is taken."), {"slug": slug}, path=("slug",))
    await rows.rows(
        insert(Tenant).values(
            id=rows.tenant_id,
            slug=slug,
            name=company.name,
            zone=company.zone,
            language=company.language,
            created_at=func.now(),
            status=TenantStatus.ACTIVE,
            # A rehearsal goes on where its clock stood; what it was on its way to is held with the agenda.
            rehearsal=company.clock_at is not None,
            clock_at=company.clock_at,
            clock_target_at=company.clock_at,
        )
    )


async def _link_accounts(rows: TenantRows, archived_tenant_id: UUID) -> int:
    linked = await rows.text(
        "WITH linked AS ("
        "INSERT INTO accounts (id, email, tenant_id, member_id, password_hash) "
        "SELECT gen_random_uuid(), a.email, $1, a.member_id, a.password_hash "
        "FROM accounts a JOIN members m ON m.id = a.member_id AND m.email = a.email AND m.active "
        "WHERE a.tenant_id = $2 RETURNING id, member_id) "
        "UPDATE members m SET account_id = linked.id FROM linked WHERE m.id = linked.member_id RETURNING m.id",
        rows.tenant_id,
        archived_tenant_id,
    )
    return len(linked)


async def _note(rows: TenantRows, restored: Restored) -> None:
    source = restored.manifest.heading.company.id
    event = CompanyRestored(archived_tenant_id=source, rows=restored.rows, held=restored.held)
    await rows.rows(
        insert(JournalEntry).values(
            id=uuid7(),
            at=current_instant(),
            name=event.name,
            payload=event.payload(),
            subject_kind=None,
            subject_id=None,
            changes={},
            actor_kind=ActorKind.SYSTEM,
            actor_id=None,
            reason=None,
            request_id=None,
        )
    )
