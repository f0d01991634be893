"""Retrying is safe: a change sent again under the same key gives the first answer and happens once."""

from base64 import b64decode, b64encode
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel
from tenancy.refusals import Conflict, Invalid, message
from tenancy.secrets import seal, unseal
from tenancy.work import Work

LONGEST_KEY = 255
PURPOSE = "idempotent-answer"


class IdempotencyKey(TenantModel, kw_only=True, eq=False):
    """One change that a caller named, and what it was answered. Purged after 30 days."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "caller_id", "key"),
        Index("ix_idempotency_keys_at", "tenant_id", "at"),
    )

    caller_id: Mapped[UUID]
    key: Mapped[str]
    # Of the operation and its variables: the same key for something else is refused.
    digest: Mapped[str]
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(default=None)


async def claim(work: Work, key: str, field: str, digest: str) -> IdempotencyKey:
    """The row of this key and field of the answer: new and without an answer, or the first call's with its answer.

    A call that is still running holds its row, so a second one waits here and is then given the first one's answer.
    """
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid(message("An idempotency key has 1 to 255 characters."), path=("Idempotency-Key",))
    caller, key = work.actor.id or work.actor.tenant_id, f"{key}/{field}"
    await work.sql(
        "INSERT INTO idempotency_keys (id, caller_id, key, digest, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant_id, caller_id, key) DO NOTHING",
        work.new_id(),
        caller,
        key,
        digest,
        work.opening.real_now,
    )
    found = await work.first(
        select(IdempotencyKey).where(IdempotencyKey.caller_id == caller, IdempotencyKey.key == key)
    )
    assert found is not None
    if found.digest != digest:
        raise Conflict(message("This idempotency key was used for something else."), path=("Idempotency-Key",))
    return found


def keep(work: Work, claimed: IdempotencyKey, answer: bytes) -> None:
    """Store the first answer, sealed: it may hold a secret that is shown this once."""
    sealed = seal(answer, tenant_id=work.actor.tenant_id, purpose=PURPOSE)
    claimed.answer = b64encode(sealed).decode()


def answer_of(work: Work, claimed: IdempotencyKey) -> bytes:
    """The first answer again."""
    assert claimed.answer is not None
    return unseal(b64decode(claimed.answer), tenant_id=work.actor.tenant_id, purpose=PURPOSE)


async def forget(work: Work, *, before: datetime) -> None:
    """Delete the keys that were first used before an instant."""
    await work.rows(delete(IdempotencyKey).where(IdempotencyKey.at < before))
