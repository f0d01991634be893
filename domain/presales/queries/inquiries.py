"""Who sees which inquiry, which of them are late, and what is known of the customer's needs."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy import false as sql_false

from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.presales.models import Inquiry, InquiryEvaluation, InquiryNeed, RequirementsDocument
from domain.presales.rules.evaluations import EvaluationState
from domain.presales.rules.inquiries import InquiryState
from domain.presales.rules.requirements import RequirementsState
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member
from tenancy.rows import another
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


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Needs and requirements are seen with their inquiry. `parts` is one of their tables or an alias of it."""
    if actor.may(Permission.PRESALES_READ):
        return true()
    found = another(Inquiry)
    return select(found.id).where(found.id == parts.inquiry_id, visible(actor, found)).exists()


def waits_for_go(inquiries: Any) -> ColumnElement[bool]:
    """Whether the clause wants a go that was not decided yet."""
    evaluations = another(InquiryEvaluation)
    go = select(evaluations.id).where(evaluations.inquiry_id == inquiries.id, evaluations.state == EvaluationState.GO)
    return and_(inquiries.needs_go, not_(go.exists()))


def is_stopped(inquiries: Any) -> ColumnElement[bool]:
    """Whether the clause wants a go, and what was decided last is not to go; also while it is evaluated anew."""
    evaluations = another(InquiryEvaluation)
    decided = select(evaluations.id).where(evaluations.inquiry_id == inquiries.id, evaluations.decided_at.is_not(None))
    return and_(waits_for_go(inquiries), decided.exists())


def is_stopped_for(parts: Any) -> ColumnElement[bool]:
    """Whether that is so of the inquiry of a solution."""
    found = another(Inquiry)
    return select(found.id).where(found.id == parts.inquiry_id, is_stopped(found)).exists()


def evaluation_clause_of(parts: Any) -> Any:
    """The clause on evaluation by which the inquiry of a solution goes."""
    found = another(Inquiry)
    return select(found.evaluation_clause_id).where(found.id == parts.inquiry_id)


def is_over_for(documents: Any) -> ColumnElement[bool]:
    """Whether nothing is offered any more for a version's inquiry."""
    found = another(Inquiry)
    refused = found.state == InquiryState.REFUSED
    return select(found.id).where(found.id == documents.inquiry_id, refused).exists()


async def needs_of(work: Work, inquiry_id: UUID) -> list[InquiryNeed]:
    """What was found out about the needs behind an inquiry, in the order of days."""
    own = select(InquiryNeed).where(InquiryNeed.inquiry_id == inquiry_id)
    return await work.all(own.order_by(InquiryNeed.held_on, InquiryNeed.id))


async def requirements(work: Work, id: UUID, *path: str) -> RequirementsDocument:
    """One version of requirements that the actor may see; refuses with `NotFound`."""
    return await work.seen(RequirementsDocument, id, visible_parts(work.actor, RequirementsDocument), *path)


async def live_requirements(work: Work, inquiry_id: UUID) -> RequirementsDocument | None:
    """The version that counts."""
    own = select(RequirementsDocument).where(
        RequirementsDocument.inquiry_id == inquiry_id, RequirementsDocument.state != RequirementsState.SUPERSEDED
    )
    return await work.first(own)
