"""Who acts: in which tenant, as which person or client, with which permissions."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from tenancy.refusals import missing_permission

NO_TENANT = UUID(int=0)


class ActorKind(StrEnum):
    """A person, a partner's OAuth client, a customer's person in the portal, or Zhidu itself acting by a clause."""

    MEMBER = "member"
    CLIENT = "client"
    CONTACT = "contact"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """One acting party inside one tenant. `id` is a member's, a client's or a contact's id; the system has none."""

    tenant_id: UUID
    kind: ActorKind
    id: UUID | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    language: str = "en"

    @classmethod
    def system(cls, tenant_id: UUID) -> "Actor":
        """Zhidu itself: may do what the rulebook makes it do, and signs the journal as the system."""
        return cls(tenant_id=tenant_id, kind=ActorKind.SYSTEM)

    @classmethod
    def operator(cls) -> "Actor":
        """Whoever runs this installation: in no tenant, for creating tenants and nothing else."""
        return cls(tenant_id=NO_TENANT, kind=ActorKind.CLIENT, permissions=frozenset({"platform.tenants"}))

    @property
    def is_member(self) -> bool:
        """Whether a person acts."""
        return self.kind is ActorKind.MEMBER

    @property
    def is_client(self) -> bool:
        """Whether a partner's program acts."""
        return self.kind is ActorKind.CLIENT

    @property
    def is_contact(self) -> bool:
        """Whether a customer's person acts, who stands outside."""
        return self.kind is ActorKind.CONTACT

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """Tenant, member and language as PostgreSQL is told of them, and of a client or a contact, who are no members,
        their id."""
        told = str(self.tenant_id), str(self.id) if self.is_member else "", self.language
        return (*told, str(self.id or "")) if self.is_client or self.is_contact else told

    @cached_property
    def caller(self) -> str:
        """Who is counted as one: a member or a client of a tenant, or the tenant's own doings."""
        return f"{self.tenant_id}/{self.id}"

    def may(self, permission: str) -> bool:
        """Whether the actor holds a permission; the system holds all."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, permission: str) -> None:
        """Refuse with `Forbidden` unless the actor holds the permission."""
        if not self.may(permission):
            raise missing_permission(permission)
