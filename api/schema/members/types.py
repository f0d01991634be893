"""Members as clients see them."""

from typing import Any

from sqlalchemy import ColumnElement, false, true

from api.reading.mapping import Node, column, shows
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.members import Member as MemberRow


def visible(actor: Actor, _: Any) -> ColumnElement[bool]:
    """Colleagues know each other's names."""
    return true() if actor.may(Permission.MEMBERS_READ) else false()


@shows(MemberRow, visible=visible)
class Member(Node):
    """A person inside the company."""

    name: str = column("The person's name.")
    email: str = column("The person's e-mail address.")
    language: str = column("The language the person reads: zh_Hans, zh_Hant or en.")
    active: bool = column("Whether the person may sign in.")
