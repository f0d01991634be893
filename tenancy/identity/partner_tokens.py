"""Partners' access tokens (RFC 9068): signed by ES256 only, for half an hour, for one tenant, one client, one scope."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry
from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from tenancy.config import settings
from tenancy.identity import credentials, keys
from tenancy.identity.clients import KnownClient
from tenancy.identity.door import tenant_door
from tenancy.identity.models import OAuthClient, RevokedToken

LIFETIME_SECONDS = 30 * 60
LONGEST_TOKEN = 8_192
TYPE = "at+jwt"


@dataclass(frozen=True)
class PartnerToken:
    """What a recognised token says. Whether its client is still in use, and the token not revoked, it cannot say."""

    id: UUID
    tenant_id: UUID
    client_id: UUID
    client_name: str
    scopes: frozenset[str]
    issued_at: int
    # Seconds since 1970, UTC.
    expires_at: int


def issuer() -> str:
    """Who signs the tokens, and whom they are for: this installation, by its public address."""
    return settings().public_url.rstrip("/")


def issue(client: KnownClient, scopes: Iterable[str], key: ECKey, *, now: int | None = None) -> str:
    """A signed token of this client; `now` is in seconds since 1970, UTC."""
    issued_at = int(time.time()) if now is None else now
    claims: dict[str, Any] = {
        "iss": issuer(),
        "aud": issuer(),
        "sub": client.name,
        "client_id": client.name,
        "tid": str(client.tenant_id),
        "scope": " ".join(sorted(scopes)),
        "jti": str(uuid7()),
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
    }
    return jwt.encode({"alg": keys.ALGORITHM, "typ": TYPE, "kid": key.kid}, claims, key, [keys.ALGORITHM])


async def recognise(token: str, *, now: int | None = None) -> PartnerToken | None:
    """What a token says when this installation signed it and it has not expired; None for everything else."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        header = extract_compact(token.encode()).headers()
        kid = header.get("kid")
        # Our tokens have exactly this header: no key of their own, no other algorithm, nothing critical.
        if not isinstance(kid, str) or header != {"alg": keys.ALGORITHM, "typ": TYPE, "kid": kid}:
            return None
        ring = await keys.keyring(needed=kid)
        if kid not in ring.verifying:
            return None
        claims = jwt.decode(token, ring.verifying[kid], algorithms=[keys.ALGORITHM]).claims
        _expected(now).validate(claims)
        return _read(claims)
    except (JoseError, ValueError, TypeError, KeyError):
        # Every way in which a token can be malformed ends alike.
        return None


def _expected(now: int | None) -> JWTClaimsRegistry:
    text: ClaimsOption = {"essential": True}
    return _Claims(
        now=now,
        iss={"essential": True, "value": issuer()},
        aud={"essential": True, "value": issuer()},
        exp={"essential": True},
        sub=text,
        client_id=text,
        tid=text,
        jti=text,
        scope={"essential": True, "allow_blank": True},
    )


class _Claims(JWTClaimsRegistry):
    def validate_iat(self, value: object) -> None:
        """Clocks of two processes differ by a moment, and nothing rests on when a token was issued."""


def _read(claims: Mapping[str, Any]) -> PartnerToken | None:
    named = credentials.read_client_name(claims["client_id"])
    if not isinstance(claims["scope"], str):
        return None
    if named is None or claims["sub"] != claims["client_id"] or str(named.tenant_id) != claims["tid"]:
        return None
    return PartnerToken(
        id=UUID(claims["jti"]),
        tenant_id=named.tenant_id,
        client_id=named.client_id,
        client_name=claims["client_id"],
        scopes=frozenset(claims["scope"].split()),
        issued_at=int(claims["iat"]),
        expires_at=int(claims["exp"]),
    )


async def usable_scopes(token: PartnerToken) -> frozenset[str] | None:
    """What a recognised token allows today: its scope, as far as its client still has it.

    None when the client is disabled or the token was revoked.
    """
    revoked = exists().where(RevokedToken.id == token.id)
    async with tenant_door(token.tenant_id) as door:
        row = await door.row(
            select(OAuthClient.scopes).where(
                OAuthClient.id == token.client_id, OAuthClient.disabled_at.is_(None), ~revoked
            )
        )
    return None if row is None else token.scopes & frozenset(row["scopes"])


async def revoke(token: PartnerToken) -> None:
    """Let a token end before its time."""
    ends = datetime.fromtimestamp(token.expires_at, UTC)
    async with tenant_door(token.tenant_id) as door:
        # What has expired needs no mark any more.
        await door.rows(delete(RevokedToken).where(RevokedToken.expires_at < func.now()))
        await door.rows(insert(RevokedToken).values(id=token.id, expires_at=ends).on_conflict_do_nothing())
