"""What identity keeps: hashes instead of secrets, in the tenant's guarded tables wherever the tenant is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import PlatformModel, TenantModel, references


class Account(PlatformModel, kw_only=True, eq=False):
    """A person's way into one company by e-mail and password.

    The same address in two companies is two accounts with two passwords: nobody has proved that one person owns
    both, and whoever administers one company must not come into the other with a password they chose.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", "tenant_id"), UniqueConstraint("tenant_id", "member_id"))

    # In small letters.
    email: Mapped[str]
    tenant_id: Mapped[UUID]
    member_id: Mapped[UUID]
    password_hash: Mapped[str]
    signed_in_at: Mapped[datetime | None] = mapped_column(default=None)


class SignInAttempt(PlatformModel, kw_only=True, eq=False):
    """A try of a password that is under way or was wrong; it counts for a quarter of an hour and then goes."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_bucket", "bucket", "at"), Index("ix_sign_in_attempts_at", "at"))

    # A fingerprint of what is bounded: the address that was typed, or one browser that its owner used before.
    bucket: Mapped[bytes]
    at: Mapped[datetime]


class SigningKey(PlatformModel, kw_only=True, eq=False):
    """An ES256 key for partners' access tokens; its private half is sealed with the installation key."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("kid"),)

    kid: Mapped[str]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    # A retired key signs nothing; it is recognised until the last token that it signed has expired.
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class AccessToken(TenantModel, kw_only=True, eq=False):
    """A member's token for programs. Its instants are real time, also in a rehearsal tenant."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        UniqueConstraint("tenant_id", "hash"),
        references("member_id", "members"),
        Index("ix_access_tokens_member", "tenant_id", "member_id"),
    )

    member_id: Mapped[UUID]
    name: Mapped[str]
    hash: Mapped[bytes]
    # None follows the member's roles as they change.
    scopes: Mapped[list[str] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    # To within some minutes.
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class Session(TenantModel, kw_only=True, eq=False):
    """A browser in which a member is signed in. Its instants are real time, also in a rehearsal tenant."""

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "hash"),
        references("member_id", "members"),
        Index("ix_sessions_member", "tenant_id", "member_id"),
    )

    member_id: Mapped[UUID]
    hash: Mapped[bytes]
    user_agent: Mapped[str]
    created_at: Mapped[datetime]
    # To within some minutes; long disuse ends the session.
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class OAuthClient(TenantModel, kw_only=True, eq=False):
    """A partner's program, which acts in its own name with the permissions in `scopes`."""

    __tablename__ = "oauth_clients"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    # Whose program it is, in the words of whoever registered it.
    partner: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)


class ClientSecret(TenantModel, kw_only=True, eq=False):
    """The hash of a client's secret, apart from the client so that the journal keeps no trace of it."""

    __tablename__ = "oauth_client_secrets"
    __table_args__ = (UniqueConstraint("tenant_id", "client_id"), references("client_id", "oauth_clients"))

    client_id: Mapped[UUID]
    hash: Mapped[bytes]


class RevokedToken(TenantModel, kw_only=True, eq=False):
    """A partner's access token that was revoked before its end; `id` is the token's `jti`."""

    __tablename__ = "revoked_tokens"

    expires_at: Mapped[datetime]
