"""Members, roles and what they come in with, as clients see them."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, select, true

from api.reading.filters import TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, many, shows
from api.schema.policies.decisions import decisions
from api.schema.terms import Language
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from tenancy.actor import Actor
from tenancy.identity import clients, sessions, tokens
from tenancy.identity.models import AccessToken as AccessTokenRow
from tenancy.identity.models import OAuthClient as OAuthClientRow
from tenancy.identity.models import Session as SessionRow
from tenancy.members import Member as MemberRow
from tenancy.members import MemberRole
from tenancy.members import Role as RoleRow
from tenancy.models import current_member


def visible(actor: Actor, members: Any) -> ColumnElement[bool]:
    """Colleagues know each other; everybody knows themselves."""
    return true() if actor.may(Permission.MEMBERS_READ) else members.id == current_member()


def visible_roles(actor: Actor, roles: Any) -> ColumnElement[bool]:
    """The company's roles; one's own for whoever may not see them all."""
    if actor.may(Permission.MEMBERS_READ):
        return true()
    held = select(MemberRole.role_id).where(MemberRole.member_id == current_member())
    return roles.id.in_(held)  # type: ignore[no-any-return]  # a column's in_


@shows(RoleRow, visible=visible_roles)
class Role(Node):
    """A named set of permissions, defined by the company."""

    name: str = column("The role's name.")
    permissions: list[str] = column("What holders of the role may do.")


def _holds(member: Any, role: Any) -> Any:
    held = select(MemberRole.id).where(MemberRole.member_id == member.id, MemberRole.role_id == role.id)
    return held.correlate(member.source, role.source).exists() if hasattr(member, "source") else held.exists()


@shows(AccessTokenRow, visible=tokens.visible)
class AccessToken(Node):
    """A personal token for scripts; its secret is shown once, when it is made."""

    name: str = column("What it is for.")
    scopes: list[str] | None = column("The permissions it is limited to; none follows the member's roles.")
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("Until when it is good; none is without end.")
    last_used_at: datetime | None = column("When it was last used, to within minutes.")
    revoked_at: datetime | None = column("When it was revoked.")


@shows(SessionRow, visible=sessions.visible)
class Session(Node):
    """A browser in which a member is or was signed in; it is kept for thirty days after its end. Its instants are real
    time, also in a rehearsal company."""

    user_agent: str = column("What the browser called itself when it signed in.")
    created_at: datetime = column("When it signed in.")
    last_used_at: datetime = column("When it was last used, to within minutes; twelve hours of disuse end it.")
    expires_at: datetime = column("When it ends at the latest.")
    revoked_at: datetime | None = column("When it was ended before that, by its member or by somebody else.")


@shows(MemberRow, visible=visible, gives_way=True)
class Member(Node):
    """A person inside the company, who may be one of the staff: their staff record then has the same id, and the field
    `node` gives that one."""

    name: str = column("The person's name.")
    email: str = column("The person's e-mail address.")
    language: Language = column("The language the person reads: mails and sentences come in it.")
    active: bool = column("Whether the person may sign in.")
    roles: list[Role] = many("The person's roles.", _holds, order=lambda there: (there.name,))
    access_tokens: list[AccessToken] = many("The person's tokens; your own, or all if you manage access.", "member_id")
    sessions: list[Session] = many(
        "Where the person is and was signed in, the newest first; your own, or all if you manage access.",
        "member_id",
        most=100,
        order=lambda there: (there.id.desc(),),
    )
    decisions = decisions(
        SubjectKind.MEMBER,
        "What clauses refused them where there is no record to keep it with, such as a file that was too large: your "
        "own, or everybody's if you may read the journal or all resignations.",
    )


@shows(MemberRow, visible=lambda *_: true())
class CasePerson:
    """Somebody who has to do with a case that you may see: their name and nothing more, whether you may read members or
    not."""

    id: UUID = column("The member's id.")
    name: str = column("The person's name.")


@shows(OAuthClientRow, visible=clients.visible)
class OAuthClient(Node):
    """A partner's program, which comes in by OAuth 2.0 client credentials."""

    name: str = column("What it is called.")
    partner: str = column("Whose it is.")
    scopes: list[str] = column("The permissions it may ask for.")
    created_at: datetime = column("When it was registered.")
    disabled_at: datetime | None = column("When it was disabled.")
    decisions = decisions(
        SubjectKind.CLIENT, "What clauses refused it where there is no record to keep it with, such as a file."
    )


@strawberry.enum(description="How members are ordered.")
class MemberOrder(Enum):
    """Orders of members."""

    NAME = "name"
    NEWEST = "newest"


MEMBER_ORDERS = {
    MemberOrder.NAME: Order(lambda row: row.name),
    MemberOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which members to give.")
class MemberFilter:
    """Conditions on members."""

    name: TextFilter | None = filtered("By name.")
    email: TextFilter | None = filtered("By e-mail address.")
    active: bool | None = filtered("Those who may sign in, or the others.")
    and_: "list[MemberFilter] | None" = combining("All of these hold.", "and")
    or_: "list[MemberFilter] | None" = combining("One of these holds.", "or")


@strawberry.enum(description="How roles, clients, departments and posts are ordered.")
class NameOrder(Enum):
    """Orders by name."""

    NAME = "name"


NAME_ORDERS = {NameOrder.NAME: Order(lambda row: row.name)}
