"""The people of a tenant and what they may do: members, roles, and which member holds which role."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class Member(TenantModel, kw_only=True, eq=False):
    """A person inside one tenant. Staff records share the member's id; an account lets the person sign in."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)

    name: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    # The platform's account, once the person may sign in.
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)


class Role(TenantModel, kw_only=True, eq=False):
    """A named set of permissions, defined by the tenant (TN-3)."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    permissions: Mapped[list[str]]


class MemberRole(TenantModel, kw_only=True, eq=False):
    """A member holds a role."""

    __tablename__ = "member_roles"
    __table_args__ = (
        UniqueConstraint("tenant_id", "member_id", "role_id"),
        references("member_id", "members"),
        references("role_id", "roles"),
        Index("ix_member_roles_role", "tenant_id", "role_id"),
    )

    member_id: Mapped[UUID]
    role_id: Mapped[UUID]
