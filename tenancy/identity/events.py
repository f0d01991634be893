"""What happens to the people, tokens and clients of a company; no fact carries a secret or its hash."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class MemberCreated(Event, name="identity.member_created"):
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberRolesChanged(Event, name="identity.member_roles_changed"):
    member_id: UUID
    added: list[UUID]
    removed: list[UUID]


@dataclass(frozen=True, kw_only=True)
class MemberLanguageChanged(Event, name="identity.member_language_changed"):
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberDeactivated(Event, name="identity.member_deactivated"):
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberActivated(Event, name="identity.member_activated"):
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, name="identity.password_changed"):
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class RoleCreated(Event, name="identity.role_created"):
    role_id: UUID


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event, name="identity.role_changed"):
    role_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessTokenCreated(Event, name="identity.access_token_created"):
    token_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessTokenRevoked(Event, name="identity.access_token_revoked"):
    token_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event, name="identity.signed_in"):
    session_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event, name="identity.signed_out"):
    session_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class SessionRevoked(Event, name="identity.session_revoked"):
    session_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClientCreated(Event, name="identity.client_created"):
    client_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClientSecretRotated(Event, name="identity.client_secret_rotated"):
    client_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClientDisabled(Event, name="identity.client_disabled"):
    client_id: UUID
