"""Who may do what to whose access: the permissions of members, and the rule that nobody grants what they don't hold."""

from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, any_, literal, select, true

from tenancy.actor import Actor, ActorKind
from tenancy.members import Member, MemberRole, Role
from tenancy.models import current_member, one_of
from tenancy.refusals import Conflict, NotFound, message
from tenancy.work import Work

# The words of the permissions that rule this room; the list of all belongs to the house above.
MANAGE_MEMBERS = "members.manage"
MANAGE_ACCESS = "access.manage"
# In whose eyes the rest of the transaction's statements look; writing stays what the door has said.
_AS_MEMBER = "SELECT set_config('app.member', $1, true)"


def granted_to(member_id: UUID | SQLColumnExpression[UUID]) -> Select[list[str]]:
    """The permissions of each role that a member holds."""
    return (
        select(Role.permissions)
        .join(MemberRole, MemberRole.role_id == Role.id)
        .where(MemberRole.member_id == member_id)
    )


async def permissions_of(work: Work, member_id: UUID) -> frozenset[str]:
    """Everything that a member may do by their roles."""
    return frozenset(word for row in await work.rows(granted_to(member_id)) for word in row["permissions"])


async def who_may(
    work: Work, permission: str, among: Collection[UUID] | None = None, also: ColumnElement[bool] | None = None
) -> tuple[UUID, ...]:
    """The active members who hold a permission by their roles, by id; with `among`, those of these who do, and with
    `also` those to whom this applies."""
    holders = (
        select(Member.id)
        .distinct()
        .join(MemberRole, MemberRole.member_id == Member.id)
        .join(Role, Role.id == MemberRole.role_id)
        .where(Member.active, literal(str(permission)) == any_(Role.permissions))
        .order_by(Member.id)
    )
    if among is not None:
        holders = holders.where(one_of(Member.id, among))
    if also is not None:
        holders = holders.where(also)
    return tuple(row["id"] for row in await work.rows(holders))


async def answered(work: Work, member_ids: Collection[UUID], question: Callable[[Actor], Select[Any]]) -> set[UUID]:
    """Those active members to whom a question has an answer, as each of them sees the company by their own roles."""
    await work.flush()
    granted = (
        select(Member.id, Role.permissions)
        .outerjoin(MemberRole, MemberRole.member_id == Member.id)
        .outerjoin(Role, Role.id == MemberRole.role_id)
        .where(one_of(Member.id, member_ids), Member.active)
    )
    theirs: dict[UUID, frozenset[str]] = {}
    for row in await work.rows(granted):
        theirs[row["id"]] = theirs.get(row["id"], frozenset()) | frozenset(row["permissions"] or ())
    found = set()
    for member_id, permissions in theirs.items():
        await work.sql(_AS_MEMBER, str(member_id))
        asking = Actor(work.actor.tenant_id, ActorKind.MEMBER, member_id, permissions)
        if await work.value(question(asking)) is not None:
            found.add(member_id)
    await work.sql(_AS_MEMBER, str(work.actor.id) if work.actor.is_member else "")
    return found


def require_all(actor: Actor, permissions: Iterable[str]) -> None:
    """Refuse with `Forbidden` unless the actor holds each of these: nobody grants or takes over what they lack."""
    for permission in sorted(permissions):
        actor.require(permission)


async def outranks_all(work: Work) -> bool:
    """Whether the actor holds everything that any role of the company grants, so that nobody there may do more."""
    return all(work.actor.may(word) for row in await work.rows(select(Role.permissions)) for word in row["permissions"])


def is_self(actor: Actor, member_id: UUID) -> bool:
    """Whether a person acts on their own."""
    return actor.is_member and actor.id == member_id


def require_own_or_managed(actor: Actor, member_id: UUID, *path: str) -> None:
    """Refuse others' tokens and sessions as if they were not there, unless the actor manages access."""
    if not is_self(actor, member_id) and not actor.may(MANAGE_ACCESS):
        raise NotFound(path=path)


def own_or_managed(actor: Actor, member_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """The rows of the acting member, or all for whoever manages access."""
    return true() if actor.may(MANAGE_ACCESS) else member_id == current_member()


def managers() -> Select[Member]:
    """The active members who may manage access, the earliest first."""
    found = select(MemberRole.member_id).join(Role, Role.id == MemberRole.role_id)
    holders = found.where(literal(MANAGE_ACCESS) == any_(Role.permissions))
    return select(Member).where(Member.active, Member.id.in_(holders)).order_by(Member.id)


async def refuse_to_orphan(work: Work) -> None:
    """Refuse a change after which nobody could manage access any more.

    Such changes take turns: two managers who depose each other at once would each still find the other in place.
    """
    turn = f"access:{work.actor.tenant_id}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    if await work.first(managers().limit(1)) is None:
        raise Conflict(
            message("Nobody would hold the permission “{permission}” any more; give it to somebody else first."),
            {"permission": MANAGE_ACCESS},
        )
