"""Members and their roles: creating, granting, deactivating; and the passwords that administrators give."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update

from tenancy import secrets
from tenancy.identity import accounts, sessions
from tenancy.identity.events import (
    MemberActivated,
    MemberCreated,
    MemberDeactivated,
    MemberLanguageChanged,
    MemberRolesChanged,
    PasswordChanged,
    RoleChanged,
    RoleCreated,
)
from tenancy.identity.inputs import clean_email, clean_language, clean_name, clean_scopes
from tenancy.identity.models import AccessToken
from tenancy.identity.permits import (
    MANAGE_ACCESS,
    MANAGE_MEMBERS,
    is_self,
    permissions_of,
    refuse_to_orphan,
    require_all,
)
from tenancy.members import Member, MemberRole, Role
from tenancy.refusals import Conflict, Forbidden, Invalid, message
from tenancy.work import Work


async def create_member(
    work: Work, *, name: str, email: str, language: str, role_ids: Sequence[UUID] = (), password: str | None = None
) -> Member:
    """Let a person in, with roles that the actor holds too; without a password they can't sign in yet (TN-2)."""
    work.actor.require(MANAGE_MEMBERS)
    email = clean_email(email)
    if await work.first(select(Member).where(Member.email == email)) is not None:
        raise Conflict(message("There is a member with the address “{email}” already."), {"email": email}, ("email",))
    roles = await _roles(work, role_ids)
    _require_holding(work, roles)
    member = work.add(Member(name=clean_name(name), email=email, language=clean_language(language)))
    for role in roles:
        work.add(MemberRole(member_id=member.id, role_id=role.id))
    work.record(MemberCreated(member_id=member.id), about=member)
    if password is not None:
        await accounts.keep_password(work, member, await secrets.hash_password(password))
    return member


async def set_roles(work: Work, *, member_id: UUID, role_ids: Sequence[UUID]) -> Member:
    """Give a member these roles and no others; what is given or taken, the actor holds too (TN-3)."""
    work.actor.require(MANAGE_MEMBERS)
    member = await work.get(Member, member_id, "memberId", lock=True)
    held = {row.role_id: row for row in await work.all(select(MemberRole).where(MemberRole.member_id == member_id))}
    wanted = {role.id: role for role in await _roles(work, role_ids)}
    removed = [await work.get(Role, id) for id in held if id not in wanted]
    added = [role for id, role in wanted.items() if id not in held]
    _require_holding(work, [*added, *removed])
    for role in removed:
        work.delete(held[role.id])
    for role in added:
        work.add(MemberRole(member_id=member_id, role_id=role.id))
    if added or removed:
        work.record(
            MemberRolesChanged(
                member_id=member_id, added=[role.id for role in added], removed=[role.id for role in removed]
            ),
            about=member,
        )
    if any(MANAGE_ACCESS in role.permissions for role in removed):
        await refuse_to_orphan(work)
    return member


async def set_language(work: Work, *, language: str, member_id: UUID | None = None) -> Member:
    """Choose the language that the acting member reads, or with `members.manage` another member's."""
    if member_id is None:
        if not work.actor.is_member or work.actor.id is None:
            raise Invalid(message("A program reads no language of its own: name a member."), path=("memberId",))
        member_id = work.actor.id
    if not is_self(work.actor, member_id):
        work.actor.require(MANAGE_MEMBERS)
    member = await work.get(Member, member_id, "memberId", lock=True)
    spoken = clean_language(language)
    if member.language != spoken:
        member.language = spoken
        work.record(MemberLanguageChanged(member_id=member.id), about=member)
    return member


async def deactivate_member(work: Work, *, member_id: UUID) -> Member:
    """Shut a person out within seconds: their sessions and tokens end for good, their records stay."""
    work.actor.require(MANAGE_MEMBERS)
    member = await work.get(Member, member_id, "memberId", lock=True)
    if is_self(work.actor, member_id):
        raise Conflict(message("Nobody deactivates themselves; ask another administrator."), path=("memberId",))
    await shut_out(work, member)
    return member


async def shut_out(work: Work, member: Member) -> None:
    """End a locked member's access for good, for whoever decides it: their sessions and tokens end with it.

    Their roles and password stay for the day when they are let in again, and the same person's access to other
    companies is none of this one's business. Refuses when nobody could manage access any more.
    """
    if not member.active:
        return
    manages = MANAGE_ACCESS in await permissions_of(work, member.id)
    member.active = False
    work.record(MemberDeactivated(member_id=member.id), about=member)
    await _end_access(work, member.id)
    await accounts.prefer_others(work, member.id)
    if manages:
        await refuse_to_orphan(work)


async def activate_member(work: Work, *, member_id: UUID) -> Member:
    """Let a person in again, with their roles and password; earlier sessions and tokens stay ended."""
    work.actor.require(MANAGE_MEMBERS)
    member = await work.get(Member, member_id, "memberId", lock=True)
    if member.active:
        return member
    require_all(work.actor, await permissions_of(work, member_id))
    member.active = True
    work.record(MemberActivated(member_id=member_id), about=member)
    await _end_access(work, member_id)
    return member


async def set_password(work: Work, *, member_id: UUID, password: str) -> Member:
    """Give a member a password, as when they forgot theirs; their sessions end.

    Whoever knows it can act as the member, so the actor must hold everything that the member does.
    """
    work.actor.require(MANAGE_MEMBERS)
    member = await work.get(Member, member_id, "memberId", lock=True)
    if is_self(work.actor, member_id):
        raise Forbidden(message("Your own password is changed by whoever knows the present one."), path=("memberId",))
    require_all(work.actor, await permissions_of(work, member_id))
    await accounts.keep_password(work, member, await secrets.hash_password(password))
    await sessions.end_sessions(work, member_id)
    work.record(PasswordChanged(member_id=member_id), about=member)
    return member


async def create_role(work: Work, *, name: str, permissions: Sequence[str]) -> Role:
    """Name a set of permissions, all of which the actor holds (TN-3)."""
    work.actor.require(MANAGE_ACCESS)
    name, words = clean_name(name), clean_scopes(permissions, "permissions")
    require_all(work.actor, words)
    await _refuse_taken(work, name)
    role = work.add(Role(name=name, permissions=words))
    work.record(RoleCreated(role_id=role.id), about=role)
    return role


async def change_role(work: Work, *, role_id: UUID, name: str, permissions: Sequence[str]) -> Role:
    """Rename a role or give it other permissions; what is added or taken, the actor holds too."""
    work.actor.require(MANAGE_ACCESS)
    role = await work.get(Role, role_id, "roleId", lock=True)
    name, words = clean_name(name), clean_scopes(permissions, "permissions")
    if name != role.name:
        await _refuse_taken(work, name)
    changed = set(words) ^ set(role.permissions)
    require_all(work.actor, changed)
    role.name, role.permissions = name, words
    work.record(RoleChanged(role_id=role.id), about=role)
    if MANAGE_ACCESS in changed and MANAGE_ACCESS not in words:
        await refuse_to_orphan(work)
    return role


async def _refuse_taken(work: Work, name: str) -> None:
    if await work.first(select(Role).where(Role.name == name)) is not None:
        raise Conflict(message("There is a role “{name}” already."), {"name": name}, path=("name",))


async def _roles(work: Work, role_ids: Iterable[UUID]) -> list[Role]:
    return [await work.get(Role, id, "roleIds") for id in dict.fromkeys(role_ids)]


def _require_holding(work: Work, roles: Iterable[Role]) -> None:
    require_all(work.actor, {word for role in roles for word in role.permissions})


async def _end_access(work: Work, member_id: UUID) -> None:
    await sessions.end_sessions(work, member_id)
    await work.rows(
        update(AccessToken)
        .where(AccessToken.member_id == member_id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=work.opening.real_now)
    )
