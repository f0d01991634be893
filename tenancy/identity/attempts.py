"""How many passwords may be tried: ten wrong ones in a quarter of an hour for one account, from anywhere.

A try is counted before the password is looked at, so a thousand at once are no way around the bound; a right one is
taken off again. A browser in which the owner was signed in before has a count of its own: whoever uses up the common
one, day after day, does not lock the owner out.
"""

import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from uuid_utils.compat import uuid7

from tenancy import secrets
from tenancy.database import platform
from tenancy.identity.models import SignInAttempt
from tenancy.refusals import Refusal, message

MOST_WRONG = 10
WINDOW = timedelta(minutes=15)
# Each try clears away some that no longer count, so that the table stays as small as a quarter of an hour.
CLEARED_AT_ONCE = 20


@dataclass
class TooManyAttempts(Refusal):
    """Too many wrong passwords; the right one is not looked at either until the wait is over."""

    text: str = message("Too many wrong passwords. Try again in {minutes} minutes.")
    code: str = "TOO_MANY_ATTEMPTS"
    wait_seconds: int = 0


def bucket(email: str, device: str | None) -> bytes:
    """What a try counts against: the address, or the browser that proves it belongs to the address's owner."""
    nonce = _nonce_of(email, device)
    return secrets.fingerprint(f"device:{nonce}:{email}" if nonce else f"address:{email}")


def device_mark(email: str, device: str | None) -> str:
    """What a browser keeps after a right password: the mark it has, or a new one for this address."""
    if device is not None and _nonce_of(email, device):
        return device
    nonce = secrets.new_key(16).hex()
    return f"{nonce}.{_proof(email, nonce)}"


def _nonce_of(email: str, device: str | None) -> str | None:
    nonce, _, proof = (device or "").partition(".")
    return nonce if nonce and secrets.same(_proof(email, nonce).encode(), proof.encode()) else None


def _proof(email: str, nonce: str) -> str:
    return hmac.digest(secrets.subkey("sign-in-device"), f"{nonce}:{email}".encode(), "sha256").hex()


async def count(counted: bytes) -> UUID:
    """Count one try; raises `TooManyAttempts` when there were ten. A right password takes it off by `forget`."""
    recent = (SignInAttempt.bucket == counted, SignInAttempt.at > func.now() - WINDOW)
    id = uuid7()
    async with platform() as door:
        await door.text("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", counted.hex())
        found = await door.row(
            select(
                func.count().label("tries"),
                func.extract("epoch", func.min(SignInAttempt.at) + WINDOW - func.now()).label("wait"),
            ).where(*recent)
        )
        assert found is not None
        if found["tries"] >= MOST_WRONG:
            wait = max(1, math.ceil(found["wait"]))
            raise TooManyAttempts(values={"minutes": math.ceil(wait / 60)}, wait_seconds=wait)
        await door.rows(insert(SignInAttempt).values(id=id, bucket=counted, at=func.now()))
        old = (
            select(SignInAttempt.id)
            .where(SignInAttempt.at < func.now() - WINDOW)
            .order_by(SignInAttempt.at)
            .limit(CLEARED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        await door.rows(delete(SignInAttempt).where(SignInAttempt.id.in_(old)))
    return id


async def forget(id: UUID) -> None:
    """The password was right: this try does not count."""
    async with platform() as door:
        await door.rows(delete(SignInAttempt).where(SignInAttempt.id == id))
