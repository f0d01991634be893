"""Personal access tokens: a member's programs act as the member, with all or some of the member's permissions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from tenancy import secrets
from tenancy.actor import Actor
from tenancy.identity import credentials
from tenancy.identity.events import AccessTokenCreated, AccessTokenRevoked
from tenancy.identity.inputs import clean_end, clean_name, clean_scopes
from tenancy.identity.models import AccessToken
from tenancy.identity.permits import (
    MANAGE_ACCESS,
    is_self,
    outranks_all,
    own_or_managed,
    permissions_of,
    require_all,
    require_own_or_managed,
)
from tenancy.members import Member
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work


def visible(actor: Actor, table: Any = AccessToken) -> ColumnElement[bool]:
    """One's own tokens; all of them for whoever manages access."""
    return own_or_managed(actor, table.member_id)


async def create_access_token(
    work: Work,
    *,
    name: str,
    member_id: UUID | None = None,
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[AccessToken, str]:
    """A token for oneself, or with `access.manage` for a member; the text is shown this once.

    Without scopes it follows the member's roles; but another's, made by somebody who lacks what some role grants, has
    the permissions that the member holds today, so that it never allows more than its maker may do. Whatever the token
    allows, the actor holds: so a limited token can't make a wider one. `expires_at` is real time.
    """
    owner = member_id or (work.actor.id if work.actor.is_member else None)
    if owner is None:
        raise Invalid(message("Say for which member the token is."), path=("memberId",))
    own = is_self(work.actor, owner)
    if not own:
        work.actor.require(MANAGE_ACCESS)
    member = await work.get(Member, owner, "memberId")
    if not member.active:
        raise Conflict(message("This member is not active."), path=("memberId",))
    allowed = sorted(await permissions_of(work, owner)) if scopes is None else clean_scopes(scopes)
    require_all(work.actor, allowed)
    follows = scopes is None and (own or await outranks_all(work))
    return _issue(work, member, clean_name(name), None if follows else allowed, expires_at)


def issue_to_founder(work: Work, member: Member, name: str) -> str:
    """The first token of a new company, for its administrator; it follows their roles."""
    return _issue(work, member, clean_name(name), None, None)[1]


def _issue(
    work: Work, member: Member, name: str, scopes: list[str] | None, expires_at: datetime | None
) -> tuple[AccessToken, str]:
    token = credentials.new_token(credentials.PERSONAL, work.actor.tenant_id)
    row = work.add(
        AccessToken(
            member_id=member.id,
            name=name,
            hash=secrets.fingerprint(token),
            scopes=scopes,
            created_at=work.opening.real_now,
            expires_at=clean_end(work, expires_at),
        )
    )
    # The journal keeps what changes about a fact's subject, and the token's row has a hash.
    work.record(AccessTokenCreated(token_id=row.id, member_id=member.id), about=member)
    return row, token


async def revoke_access_token(work: Work, *, token_id: UUID) -> AccessToken:
    """End a token of one's own, or with `access.manage` anybody's; a revoked one stays revoked."""
    row = await work.get(AccessToken, token_id, "tokenId", lock=True)
    require_own_or_managed(work.actor, row.member_id, "tokenId")
    if row.revoked_at is None:
        row.revoked_at = work.opening.real_now
        member = await work.get(Member, row.member_id)
        work.record(AccessTokenRevoked(token_id=row.id, member_id=row.member_id), about=member)
    return row
