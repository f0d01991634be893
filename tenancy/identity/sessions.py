"""Sessions of browsers: opened by a sign-in, ended by a sign-out, by disuse, by age or by whoever revokes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from uuid_utils.compat import uuid7

from tenancy import secrets
from tenancy.actor import Actor
from tenancy.identity import credentials
from tenancy.identity.door import note, tenant_door
from tenancy.identity.events import SessionRevoked, SignedIn, SignedOut
from tenancy.identity.models import Session
from tenancy.identity.permits import own_or_managed, require_own_or_managed
from tenancy.members import Member
from tenancy.refusals import Invalid, message
from tenancy.work import Work

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# Ended sessions are shown for some time, so that a person can see where they were signed in.
KEPT = timedelta(days=30)
USER_AGENT_LENGTH = 300


@dataclass(frozen=True)
class OpenedSession:
    """A new session; the token is for the browser's cookie and is known to nobody else."""

    tenant_id: UUID
    member_id: UUID
    token: str
    expires_at: datetime


def visible(actor: Actor, table: Any = Session) -> ColumnElement[bool]:
    """One's own sessions; all of them for whoever manages access."""
    return own_or_managed(actor, table.member_id)


async def open_session(tenant_id: UUID, member_id: UUID, *, user_agent: str = "") -> OpenedSession | None:
    """A new session of a member whose password was right, or None when the member is not active."""
    token = credentials.new_token(credentials.SESSION, tenant_id)
    id = uuid7()
    async with tenant_door(tenant_id) as door:
        if await door.row(select(Member.id).where(Member.id == member_id, Member.active)) is None:
            return None
        await door.rows(delete(Session).where(Session.member_id == member_id, Session.expires_at < func.now() - KEPT))
        row = await door.row(
            insert(Session)
            .values(
                id=id,
                member_id=member_id,
                hash=secrets.fingerprint(token),
                user_agent=user_agent.replace("\x00", "")[:USER_AGENT_LENGTH],
                created_at=func.now(),
                last_used_at=func.now(),
                expires_at=func.now() + LONGEST,
            )
            .returning(Session.expires_at)
        )
        assert row is not None
        await note(door, SignedIn(session_id=id, member_id=member_id), member_id)
    return OpenedSession(tenant_id=tenant_id, member_id=member_id, token=token, expires_at=row["expires_at"])


async def close_session(token: str) -> None:
    """End the session of this cookie; a cookie that is none ends nothing."""
    tenant_id = credentials.tenant_of(token) if token.startswith(credentials.SESSION) else None
    if tenant_id is None:
        return
    async with tenant_door(tenant_id) as door:
        row = await door.row(
            update(Session)
            .where(Session.hash == secrets.fingerprint(token), Session.revoked_at.is_(None))
            .values(revoked_at=func.now())
            .returning(Session.id, Session.member_id)
        )
        if row is not None:
            await note(door, SignedOut(session_id=row["id"], member_id=row["member_id"]), row["member_id"])


async def list_sessions(work: Work, *, member_id: UUID | None = None) -> list[Session]:
    """Where a member is signed in, newest first: oneself, or with `access.manage` anybody."""
    owner = _owner(work, member_id)
    require_own_or_managed(work.actor, owner, "memberId")
    open_ones = (
        Session.member_id == owner,
        Session.revoked_at.is_(None),
        Session.expires_at > work.opening.real_now,
        Session.last_used_at > work.opening.real_now - IDLE,
    )
    return await work.all(select(Session).where(*open_ones).order_by(Session.id.desc()))


async def revoke_session(work: Work, *, session_id: UUID) -> Session:
    """End a session of one's own, or with `access.manage` anybody's."""
    row = await work.get(Session, session_id, "sessionId", lock=True)
    require_own_or_managed(work.actor, row.member_id, "sessionId")
    await _revoke(work, [row])
    return row


async def revoke_sessions(work: Work, *, member_id: UUID | None = None) -> int:
    """End every session of a member and say how many: one's own everywhere, or with `access.manage` anybody's."""
    owner = _owner(work, member_id)
    require_own_or_managed(work.actor, owner, "memberId")
    open_ones = await work.all(
        select(Session).where(Session.member_id == owner, Session.revoked_at.is_(None)).with_for_update()
    )
    await _revoke(work, open_ones)
    return len(open_ones)


async def end_sessions(work: Work, member_id: UUID) -> None:
    """End every session of a member, as part of a change whose own fact tells of it."""
    await work.rows(
        update(Session)
        .where(Session.member_id == member_id, Session.revoked_at.is_(None))
        .values(revoked_at=work.opening.real_now)
    )


async def _revoke(work: Work, rows: list[Session]) -> None:
    for row in rows:
        if row.revoked_at is None:
            row.revoked_at = work.opening.real_now
            member = await work.get(Member, row.member_id)
            work.record(SessionRevoked(session_id=row.id, member_id=row.member_id), about=member)


def _owner(work: Work, member_id: UUID | None) -> UUID:
    owner = member_id or (work.actor.id if work.actor.is_member else None)
    if owner is None:
        raise Invalid(message("Say whose sessions are meant."), path=("memberId",))
    return owner
