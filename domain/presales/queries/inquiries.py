"""Who sees which inquiry, and which of them are late."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlalchemy import false as sql_false

from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.presales.models import Inquiry
from domain.presales.rules.inquiries import InquiryState
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member
from tenancy.work import Work


def visible(actor: Actor, inquiries: Any) -> ColumnElement[bool]:
    """Inquiries are seen by whoever may read presales, by who deals with them, and by the customer's account owner.

    `inquiries` is `Inquiry` or an alias of it.
    """
    if actor.may(Permission.PRESALES_READ):
        return true()
    mine = func.coalesce(inquiries.assignee_id == current_member(), sql_false())
    return or_(mine, customers.looked_after_by_me(inquiries.customer_id))


def overdue(inquiries: Any) -> ColumnElement[bool]:
    """Whether somebody should have been in touch by now."""
    late: ColumnElement[bool] = func.coalesce(inquiries.due_at <= current_instant(), sql_false())
    return and_(inquiries.state == InquiryState.RECEIVED, late)


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Inquiry:
    """One inquiry that the actor may see; refuses with `NotFound`."""
    return await work.seen(Inquiry, id, visible(work.actor, Inquiry), *path, lock=lock)
