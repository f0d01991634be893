"""Letting people and programs in, and out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.terms import Language
from domain.kernel.permissions import Permission, known
from tenancy.identity import clients, people, sessions, tokens
from tenancy.identity.models import AccessToken, OAuthClient, Session
from tenancy.members import Member, Role
from tenancy.work import Work

ALL_PERMISSIONS = f"There are: {', '.join(Permission)}. viewer.permissions lists yours; nobody gives others."


@strawberry.input(description="A new member.")
class CreateMemberInput:
    """A new member."""

    name: str = given("The person's name.")
    email: str = given("The person's e-mail address, unique in the company.")
    language: Language = given("The language the person reads.")
    role_ids: list[UUID] = given("The person's roles; nobody gives permissions that they don't hold.")
    password: str | None = optional("A first password, of 10 to 256 characters; without one the person can't sign in.")


async def create_member(work: Work, input: CreateMemberInput) -> Member:
    """Add a person to the company."""
    return await people.create_member(
        work,
        name=input.name,
        email=input.email,
        language=input.language,
        role_ids=input.role_ids,
        password=input.password,
    )


@strawberry.input(description="The roles of a member from now on.")
class SetRolesInput:
    """The roles of a member from now on."""

    member_id: UUID = given("The member.")
    role_ids: list[UUID] = given("All roles the person holds from now on.")


async def set_roles(work: Work, input: SetRolesInput) -> Member:
    """Give a member these roles and no others."""
    return await people.set_roles(work, member_id=input.member_id, role_ids=input.role_ids)


@strawberry.input(description="The language that somebody reads from now on.")
class SetLanguageInput:
    """The language that somebody reads from now on."""

    language: Language = given("The language of the sentences and mails that they get.")
    member_id: UUID | None = optional("Who; you unless told. For others this needs the permission members.manage.")


async def set_language(work: Work, input: SetLanguageInput) -> Member:
    """Choose the language that you read, or that a member does. It holds within seconds, for mails at once."""
    return await people.set_language(work, language=input.language, member_id=input.member_id)


@strawberry.input(description="Another member's new password.")
class SetMemberPasswordInput:
    """Another member's new password."""

    member_id: UUID = given("The member; not yourself.")
    password: str = given("The password, of 10 to 256 characters; tell it to nobody but them.")


async def set_member_password(work: Work, input: SetMemberPasswordInput) -> Member:
    """Give another member a password, as when they forgot theirs or have none yet; all their sessions end. Needs
    `members.manage`, and everything that the member may do: whoever knows the password can act as they do. Your own is
    changed at `/auth/change-password`."""
    return await people.set_password(work, member_id=input.member_id, password=input.password)


@strawberry.input(description="A member.")
class MemberInput:
    """A member."""

    member_id: UUID = given("The member.")


async def deactivate_member(work: Work, input: MemberInput) -> Member:
    """Keep a member out: sessions and tokens end, the person's records stay."""
    return await people.deactivate_member(work, member_id=input.member_id)


async def activate_member(work: Work, input: MemberInput) -> Member:
    """Let a member in again."""
    return await people.activate_member(work, member_id=input.member_id)


@strawberry.input(description="A new role.")
class CreateRoleInput:
    """A new role."""

    name: str = given("The role's name, unique in the company.")
    permissions: list[str] = given(f"What its holders may do. {ALL_PERMISSIONS}")


async def create_role(work: Work, input: CreateRoleInput) -> Role:
    """Define a role."""
    return await people.create_role(work, name=input.name, permissions=known(input.permissions, "permissions"))


@strawberry.input(description="A role as it is from now on.")
class ChangeRoleInput:
    """A role as it is from now on."""

    role_id: UUID = given("The role.")
    name: str = given("The role's name.")
    permissions: list[str] = given(f"All that its holders may do. {ALL_PERMISSIONS}")


async def change_role(work: Work, input: ChangeRoleInput) -> Role:
    """Change a role for everybody who holds it."""
    words = known(input.permissions, "permissions")
    return await people.change_role(work, role_id=input.role_id, name=input.name, permissions=words)


@strawberry.input(description="A new personal token.")
class CreateAccessTokenInput:
    """A new personal token."""

    name: str = given("What it is for.")
    member_id: UUID | None = optional("Whose it is; yours unless told.")
    scopes: list[str] | None = optional(
        "The permissions it is limited to; none follows the member's roles. For somebody else that needs every "
        "permission that a role of the company grants: from who has fewer, the token is limited to what the member may "
        "do today, and its `scopes` say so."
    )
    expires_at: datetime | None = optional("Until when it is good; none is without end.")


async def create_access_token(work: Work, input: CreateAccessTokenInput) -> dict[str, Any]:
    """Make a personal token. Its secret is in this answer and nowhere else."""
    scopes = None if input.scopes is None else known(input.scopes, "scopes")
    row, secret = await tokens.create_access_token(
        work, name=input.name, member_id=input.member_id, scopes=scopes, expires_at=input.expires_at
    )
    return {"access_token": row, "secret": secret}


@strawberry.input(description="A personal token.")
class AccessTokenInput:
    """A personal token."""

    token_id: UUID = given("The token.")


async def revoke_access_token(work: Work, input: AccessTokenInput) -> AccessToken:
    """End a personal token; it is refused everywhere within five seconds."""
    return await tokens.revoke_access_token(work, token_id=input.token_id)


@strawberry.input(description="A browser that is signed in.")
class RevokeSessionInput:
    """A browser that is signed in."""

    session_id: UUID = given("The session: one's own, or with `access.manage` anybody's.")


async def revoke_session(work: Work, input: RevokeSessionInput) -> Session:
    """Sign one browser out, such as one that was lost: your own, or with `access.manage` anybody's. It is refused
    everywhere within five seconds; one that has ended stays as it is."""
    return await sessions.revoke_session(work, session_id=input.session_id)


async def revoke_sessions(work: Work, input: MemberInput) -> int:
    """End all of a member's sessions."""
    await work.get(Member, input.member_id, "memberId")
    return await sessions.revoke_sessions(work, member_id=input.member_id)


@strawberry.input(description="A new client of a partner.")
class CreateClientInput:
    """A new client of a partner."""

    name: str = given("What it is called, unique in the company.")
    scopes: list[str] = given(f"The permissions it may ask for. {ALL_PERMISSIONS}")
    partner: str = optional("Whose it is.", default="")


async def create_client(work: Work, input: CreateClientInput) -> dict[str, Any]:
    """Register a partner's program. Its secret is in this answer and nowhere else."""
    row, client_id, secret = await clients.create_client(
        work, name=input.name, scopes=known(input.scopes, "scopes"), partner=input.partner
    )
    return {"client": row, "client_id": client_id, "secret": secret}


@strawberry.input(description="A client of a partner.")
class ClientInput:
    """A client of a partner."""

    client_id: UUID = given("The client's record.")


async def rotate_client_secret(work: Work, input: ClientInput) -> dict[str, Any]:
    """Give a client a new secret, shown once; the old one opens nothing from now on."""
    row, secret = await clients.rotate_client_secret(work, client_id=input.client_id)
    return {"client": row, "secret": secret}


async def disable_client(work: Work, input: ClientInput) -> OAuthClient:
    """Keep a client out; its tokens are refused everywhere within five seconds."""
    return await clients.disable_client(work, client_id=input.client_id)
