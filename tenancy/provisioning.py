"""Companies come, pause and go: creating a tenant with its first administrator, suspending and resuming it."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

import asyncpg
from sqlalchemy import func, insert, select, update
from uuid_utils.compat import uuid7

from tenancy.actor import Actor
from tenancy.database import Settle, founding, platform, writing
from tenancy.identity import accounts, tokens
from tenancy.identity.inputs import clean_email, clean_language, clean_name
from tenancy.identity.permits import MANAGE_ACCESS, managers, permissions_of
from tenancy.members import Member, MemberRole, Role
from tenancy.refusals import Conflict, Invalid, NotFound, message
from tenancy.secrets import hash_password
from tenancy.tenants import Tenant, TenantStatus
from tenancy.work import Work

# Whoever holds one of them administers the company; the list of all permissions belongs to the house above.
ADMINISTERING = {"tenant.administer", MANAGE_ACCESS}
SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
SLUGS_DIFFER = "uq_tenants_slug"


@dataclass(frozen=True)
class Founding:
    """A new tenant and its first administrator, with the administrator's personal token if one was asked for."""

    tenant_id: UUID
    member_id: UUID
    token: str | None = None


async def create_tenant(
    *,
    slug: str,
    name: str,
    zone: str,
    language: str,
    administrator: tuple[str, str],
    permissions: Sequence[str],
    settle: Settle,
    rehearsal_starts_at: datetime | None = None,
    password: str | None = None,
    token_name: str | None = None,
) -> Founding:
    """Create a company and the member (name, e-mail) who administers it with `permissions`.

    With a `password` the administrator can sign in; with a `token_name` they get a personal token of that name, shown
    this once. `rehearsal_starts_at` makes it a rehearsal tenant whose clock begins there. Raises `Invalid` and
    `Conflict`.
    """
    if not SLUG.fullmatch(slug):
        raise Invalid(
            message("A short name has 3 to 40 small letters, digits and hyphens, and begins with a letter."),
            path=("slug",),
        )
    if zone not in _zones():
        text = message("“{zone}” is not a time zone of the IANA list, such as Asia/Shanghai.")
        raise Invalid(text, {"zone": zone}, path=("zone",))
    password_hash = await hash_password(password) if password is not None else None
    name, spoken = clean_name(name), clean_language(language)
    person, email = (
        clean_name(administrator[0], "administratorName"),
        clean_email(administrator[1], "administratorEmail"),
    )
    tenant_id: UUID = uuid7()
    tenant = insert(Tenant).values(
        id=tenant_id,
        slug=slug,
        name=name,
        zone=zone,
        language=spoken,
        created_at=func.now(),
        status=TenantStatus.ACTIVE,
        rehearsal=rehearsal_starts_at is not None,
        clock_at=rehearsal_starts_at,
        clock_target_at=rehearsal_starts_at,
    )
    async with _unless_taken(slug), founding(tenant, tenant_id, settle=settle) as work:
        member = work.add(Member(name=person, email=email, language=spoken))
        role = work.add(Role(name="administrator", permissions=sorted(permissions)))
        work.add(MemberRole(member_id=member.id, role_id=role.id))
        if password_hash is not None:
            await accounts.keep_password(work, member, password_hash)
        token = tokens.issue_to_founder(work, member, token_name) if token_name is not None else None
    return Founding(tenant_id=tenant_id, member_id=member.id, token=token)


@cache
def _zones() -> frozenset[str]:
    """The names of the IANA list, for which Python goes through the machine's folders."""
    return frozenset(available_timezones())


@asynccontextmanager
async def _unless_taken(slug: str) -> AsyncIterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name != SLUGS_DIFFER:
            raise
        text = message("The short name “{slug}” is taken.")
        raise Conflict(text, {"slug": slug}, path=("slug",)) from violation


@dataclass(frozen=True)
class Admission:
    """A new personal token, shown this once, and the address of whom it belongs to."""

    email: str
    token: str


async def issue_administrator_token(
    *, slug: str, email: str | None = None, token_name: str, settle: Settle
) -> tuple[Founding, Admission]:
    """Another personal token for an active administrator who has lost theirs, such as one that was never received.

    Without an address it is for the first who manages access. Raises `NotFound` for an unknown company, for an address
    that no administrator of it has, and where nobody manages access.
    """
    async with platform() as door:
        tenant = await door.row(select(Tenant.id).where(Tenant.slug == slug))
    if tenant is None:
        raise NotFound(message("There is no company with the short name “{slug}”."), {"slug": slug}, path=("slug",))
    async with writing(Actor.system(tenant["id"]), settle=settle) as work:
        member = await _administrator(work, email)
        token = tokens.issue_to_founder(work, member, token_name)
    founding = Founding(tenant_id=tenant["id"], member_id=member.id, token=token)
    return founding, Admission(member.email, token)


async def _administrator(work: Work, email: str | None) -> Member:
    if email is None:
        found = await work.first(managers().limit(1))
        if found is None:
            text = message("Nobody in this company may manage access.")
            raise NotFound(text, path=("administratorEmail",))
        return found
    member = await work.first(select(Member).where(Member.email == clean_email(email, "administratorEmail")))
    if member is None or not member.active or not ADMINISTERING & await permissions_of(work, member.id):
        text = message("No administrator of this company has the address “{email}”.")
        raise NotFound(text, {"email": email}, path=("administratorEmail",))
    return member


async def admit_where_nobody_can_sign_in(tenant_id: UUID, *, token_name: str, settle: Settle) -> Admission | None:
    """A personal token for the first who manages access, unless somebody who does can sign in with a password.

    None where nobody needs one. Raises `NotFound` where nobody manages access, so that nobody can be let in.
    """
    async with writing(Actor.system(tenant_id), settle=settle) as work:
        if await work.first(managers().where(Member.account_id.is_not(None)).limit(1)) is not None:
            return None
        member = await _administrator(work, None)
        return Admission(member.email, tokens.issue_to_founder(work, member, token_name))


async def set_status(slug: str, status: TenantStatus) -> None:
    """Suspend or resume a company; raises `NotFound`."""
    async with platform() as door:
        changed = await door.row(update(Tenant).where(Tenant.slug == slug).values(status=status).returning(Tenant.id))
        if changed is None:
            raise NotFound(message("There is no company with the short name “{slug}”."), {"slug": slug})


async def list_tenants() -> list[Tenant]:
    """Every company of this installation, by its short name."""
    async with platform() as door:
        return await door.all(select(Tenant).order_by(Tenant.slug))


async def find_tenant(slug: str) -> UUID | None:
    """The company with a short name, for mail that names nothing else of it; None when there is none."""
    async with platform() as door:
        found = await door.row(select(Tenant.id).where(Tenant.slug == slug))
    return found["id"] if found is not None else None
