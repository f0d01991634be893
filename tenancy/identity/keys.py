"""The ES256 keys that sign partners' access tokens: made once, sealed at rest, published as a JWK set, retired."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from joserfc.jwk import ECKey
from sqlalchemy import func, insert, select, update
from uuid_utils.compat import uuid7

from tenancy import secrets
from tenancy.database import Platform, platform
from tenancy.identity.models import SigningKey

ALGORITHM = "ES256"
# Longer than a token lives and longer than a process remembers the keys.
RECOGNISED = timedelta(hours=2)
REMEMBERED_SECONDS = 60.0
# Asking for keys that nobody has must not become a query each time.
RELOADED_SECONDS = 3.0

_PURPOSE = "signing-key"
_LOCK = 7_294_502


@dataclass(frozen=True)
class Keyring:
    """The key that signs, and every key whose signatures hold, by their ids."""

    signing: ECKey
    verifying: Mapping[str, ECKey]
    read_at: float

    def published(self) -> list[dict[str, Any]]:
        """The public halves as JSON Web Keys."""
        return [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM} for key in self.verifying.values()]


_remembered: Keyring | None = None


async def keyring(*, needed: str | None = None) -> Keyring:
    """The keys of this installation, remembered for a minute; the first is made when there is none.

    `needed` is the id of a key that must be among them if it is new: another process may have made it.
    """
    global _remembered
    ring, now = _remembered, time.monotonic()
    if ring is not None:
        age = now - ring.read_at
        if age < RELOADED_SECONDS or (age < REMEMBERED_SECONDS and (needed is None or needed in ring.verifying)):
            return ring
    async with platform() as door:
        _remembered = await _read(door, now) or await _make(door, now)
    return _remembered


async def rotate_signing_key() -> str:
    """Sign with a new key from now on and give its id; tokens that the old ones signed hold until they expire."""
    global _remembered
    async with platform() as door:
        await door.text("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await door.rows(update(SigningKey).where(SigningKey.retired_at.is_(None)).values(retired_at=func.now()))
        kid = await _add(door)
    _remembered = None
    return kid


async def _make(door: Platform, now: float) -> Keyring:
    await door.text("SELECT pg_advisory_xact_lock($1)", _LOCK)
    # Another process may have been first while this one waited.
    ring = await _read(door, now)
    if ring is None:
        await _add(door)
        ring = await _read(door, now)
    assert ring is not None
    return ring


async def _add(door: Platform) -> str:
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()
    sealed = secrets.seal(orjson.dumps({**key.as_dict(private=True), "kid": kid}), tenant_id=None, purpose=_PURPOSE)
    await door.rows(insert(SigningKey).values(id=uuid7(), kid=kid, sealed=sealed, created_at=func.now()))
    return kid


async def _read(door: Platform, now: float) -> Keyring | None:
    rows = await door.rows(
        select(SigningKey.kid, SigningKey.sealed, SigningKey.retired_at)
        .where(SigningKey.retired_at.is_(None) | (SigningKey.retired_at > func.now() - RECOGNISED))
        .order_by(SigningKey.id.desc())
    )
    keys = {row["kid"]: _open(row["sealed"]) for row in rows}
    signing = next((keys[row["kid"]] for row in rows if row["retired_at"] is None), None)
    return Keyring(signing=signing, verifying=keys, read_at=now) if signing is not None else None


def _open(sealed: bytes) -> ECKey:
    return ECKey.import_key(orjson.loads(secrets.unseal(sealed, tenant_id=None, purpose=_PURPOSE)))
