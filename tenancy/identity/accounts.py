"""Signing in by e-mail and password, and changing the password one has."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from tenancy import secrets
from tenancy.actor import Actor
from tenancy.database import Settle, platform, writing
from tenancy.identity import attempts, sessions
from tenancy.identity.events import PasswordChanged
from tenancy.identity.inputs import clean_email
from tenancy.identity.models import Account
from tenancy.members import Member
from tenancy.refusals import Forbidden, Invalid, Unauthenticated, message
from tenancy.tenants import Tenant
from tenancy.work import Work


@dataclass(frozen=True)
class SignIn:
    """A person who has come in: the session's token and the browser's mark go into cookies."""

    tenant_id: UUID
    member_id: UUID
    company: str
    token: str
    expires_at: datetime
    device: str


@dataclass
class SignInRefused(Unauthenticated):
    """One answer for an unknown address, a wrong password, another company and a member who has left."""

    text: str = message("The e-mail address, the password or the company is not right.")
    code: str = "SIGN_IN_REFUSED"


async def sign_in(
    email: str, password: str, *, company: str | None = None, user_agent: str = "", device: str | None = None
) -> SignIn:
    """Open a session. Without a company's short name it is the one that the person was signed in to last.

    Known and unknown addresses cost the same: the same statements and one verification of a password.
    Raises `SignInRefused` or `TooManyAttempts`.
    """
    email = _searchable(email)
    attempt = await attempts.count(attempts.bucket(email, device))
    account = await _find(email, company)
    right = await secrets.verify_password(account["password_hash"] if account else None, password)
    opened = None
    if account is not None and right:
        opened = await sessions.open_session(account["tenant_id"], account["member_id"], user_agent=user_agent)
    if account is None or opened is None:
        raise SignInRefused
    await attempts.forget(attempt)
    async with platform() as door:
        await door.rows(update(Account).where(Account.id == account["id"]).values(signed_in_at=func.now()))
    if secrets.needs_rehash(account["password_hash"]):
        await _renew_hash(account["id"], account["password_hash"], password)
    return SignIn(
        tenant_id=opened.tenant_id,
        member_id=opened.member_id,
        company=account["slug"],
        token=opened.token,
        expires_at=opened.expires_at,
        device=attempts.device_mark(email, device),
    )


async def change_password(actor: Actor, *, current: str, new: str, settle: Settle, device: str | None = None) -> None:
    """Change the acting member's own password and end their sessions, this one too.

    The present password is asked for under the same bound as a sign-in, which outlives a refused piece of work; so
    this opens its own. Raises `TooManyAttempts`, `Forbidden` and `Invalid`.
    """
    async with platform() as door:
        own = (Account.tenant_id == actor.tenant_id, Account.member_id == actor.id)
        account = await door.row(select(Account.email, Account.password_hash).where(*own))
    if not actor.is_member or account is None:
        raise Forbidden(message("Only a member who signs in with a password can change it."))
    attempt = await attempts.count(attempts.bucket(account["email"], device))
    if not await secrets.verify_password(account["password_hash"], current):
        raise Invalid(message("The present password is not right."), path=("currentPassword",))
    await attempts.forget(attempt)
    password_hash = await secrets.hash_password(new)
    assert actor.id is not None
    async with writing(actor, settle=settle) as work:
        member = await work.get(Member, actor.id, lock=True)
        await keep_password(work, member, password_hash)
        await sessions.end_sessions(work, member.id)
        work.record(PasswordChanged(member_id=member.id), about=member)


async def keep_password(work: Work, member: Member, password_hash: str) -> None:
    """Let a member sign in from now on with the password of this hash."""
    account = insert(Account).values(
        id=uuid7(),
        email=member.email,
        tenant_id=work.actor.tenant_id,
        member_id=member.id,
        password_hash=password_hash,
    )
    # In the transaction of the work, so that a member and their way in come together or not at all.
    kept = await work.rows(
        account.on_conflict_do_update(
            index_elements=[Account.tenant_id, Account.member_id],
            set_={"password_hash": account.excluded.password_hash, "email": account.excluded.email},
        ).returning(Account.id)
    )
    member.account_id = kept[0]["id"]


async def prefer_others(work: Work, member_id: UUID) -> None:
    """Whoever is shut out here and names no company is signed in to another of theirs, where they were before."""
    own = (Account.tenant_id == work.actor.tenant_id, Account.member_id == member_id)
    await work.rows(update(Account).where(*own).values(signed_in_at=None))


async def _renew_hash(id: UUID, known: str, password: str) -> None:
    renewed = await secrets.hash_password(password)
    async with platform() as door:
        # A password that was changed in the meantime stays as it is.
        same = (Account.id == id, Account.password_hash == known)
        await door.rows(update(Account).where(*same).values(password_hash=renewed))


def _searchable(email: str) -> str:
    try:
        return clean_email(email)
    except Invalid:
        # It belongs to nobody, and is refused after the same work as any unknown address.
        return "nobody"


async def _find(email: str, company: str | None) -> asyncpg.Record | None:
    found = (
        select(Account.id, Account.tenant_id, Account.member_id, Account.password_hash, Tenant.slug)
        .join(Tenant, Tenant.id == Account.tenant_id)
        .where(Account.email == email)
        .order_by(Account.signed_in_at.desc().nulls_last(), Account.id)
        .limit(1)
    )
    if company is not None:
        found = found.where(Tenant.slug == company.replace("\x00", ""))
    async with platform() as door:
        return await door.row(found)
