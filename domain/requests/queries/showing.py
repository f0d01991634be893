"""Whom requests, and what belongs to them, are shown to."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true

from domain.customers import queries as customers
from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.kernel.terms import ClockKind
from domain.organisation import queries as organisation
from domain.policies.models import Clause, HandbookVersion
from domain.requests.models import Clock, Escalation, Message, RequestHelper, RequestPart, ServiceRequest, SiteVisit
from domain.requests.rules import Audience, HelpState, Move, State
from tenancy.actor import Actor
from tenancy.models import current_client, current_contact, current_member, one_of
from tenancy.rows import another

# In which a clock runs or rests; the others have stopped every one.
UNDER_WAY = (
    State.NEW,
    State.TRIAGED,
    State.ASSIGNED,
    State.DIAGNOSING,
    State.PROPOSED,
    State.AGREED,
    State.IN_PROGRESS,
    State.ON_HOLD,
)


# Moves whose reasons are for whoever takes it on.
AMONG_OURSELVES = (Move.HAND_OVER, Move.HAND_BACK, Move.RAISE, Move.RETURN)


def visible(actor: Actor, requests: Any) -> ColumnElement[bool]:
    """Requests are seen by whoever may read all; with `requests.read`, by their requester, their assignee and the
    second who stands in for them, whoever gets them back from a higher tier of support, whoever has the request that
    they are a part of or were merged into, the heads of their department and of those above it, whoever they were
    escalated to, whoever helps with them, is sent to the customer for them, does a part for them or heads the
    department that does, and the partner's program that submitted them.

    `requests` is `ServiceRequest` or an alias of it.
    """
    if actor.may(Permission.REQUESTS_READ_ALL):
        return true()
    if not actor.may(Permission.REQUESTS_READ):
        return false()
    if actor.is_client:
        return submitted_by_my_program(requests)
    told = another(Escalation)
    escalated = select(told.id).where(told.request_id == requests.id, told.escalated_to_id == current_member())
    return or_(
        requested_by_me(requests),
        assigned_to_me(requests),
        stood_in_by_me(requests),
        organisation.headed_by_me(requests.department_id),
        escalated.exists(),
        _of_mine(requests.parent_id),
        _of_mine(requests.merged_into_id),
        _with_my_part(requests.id),
        helped_by_me(requests.id),
        _visited_by_me(requests.id),
    )


def open_to_me(actor: Actor, requests: Any) -> ColumnElement[bool]:
    """What a customer's person sees in the portal: what was asked for by them, or by anybody of their company.

    `requests` is `ServiceRequest` or an alias of it.
    """
    return customers.open_to_me(actor, requests.customer_id, requests.contact_id)


def asked_by_contact(requests: Any) -> ColumnElement[bool]:
    """What the acting person of a customer has asked for."""
    mine: ColumnElement[bool] = func.coalesce(requests.contact_id == current_contact(), false())
    return mine


def reached(actor: Actor, requests: Any) -> ColumnElement[bool]:
    """What somebody may act on: what they see, inside or in the portal."""
    return open_to_me(actor, requests) if actor.is_contact else visible(actor, requests)


def messages_open_to_me(actor: Actor, messages: Any) -> ColumnElement[bool]:
    """What a customer's person reads in the portal: what was said publicly about what they see there. `messages` is
    `Message` or an alias of it."""
    requests = another(ServiceRequest)
    about = select(requests.id).where(requests.id == thread(messages), open_to_me(actor, requests))
    return and_(messages.audience == Audience.PUBLIC, about.exists())


def thread(messages: Any) -> ColumnElement[UUID]:
    """The request in whose history a message stands: its own, or the one that its own was merged into.

    By cases rather than COALESCE, of which PostgreSQL does not know that it tells nobody anything: under row-level
    security its index would not be used. `messages` is `Message` or an alias of it.
    """
    return case((messages.thread_id.is_(None), messages.request_id), else_=messages.thread_id)


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """What belongs to requests is seen with their request. `parts` is their table or an alias."""
    if actor.may(Permission.REQUESTS_READ_ALL):
        return true()
    requests = another(ServiceRequest)
    return select(requests.id).where(requests.id == parts.request_id, visible(actor, requests)).exists()


def visible_clocks(actor: Actor, clocks: Any) -> ColumnElement[bool]:
    """Clocks are seen with their request; the internal target by those who work on requests. `clocks` is `Clock` or an
    alias of it."""
    seen = visible_parts(actor, clocks)
    if any(actor.may(permission) for permission in WORKS_ON_REQUESTS):
        return seen
    return and_(seen, clocks.kind != ClockKind.INTERNAL)


def visible_escalations(actor: Actor, escalations: Any) -> ColumnElement[bool]:
    """Escalations are seen with the clock they are about, and by whoever was told. `escalations` is `Escalation` or an
    alias of it."""
    seen, clocks = visible_parts(actor, escalations), another(Clock)
    timed = select(clocks.id).where(clocks.id == escalations.clock_id, visible_clocks(actor, clocks)).exists()
    return and_(seen, or_(timed, func.coalesce(escalations.escalated_to_id == current_member(), false())))


def visible_messages(actor: Actor, messages: Any) -> ColumnElement[bool]:
    """Messages are seen with their request; internal ones by those who work on requests, but not by a requester who
    happens to be one of them, nor by the program that submitted it (RQ-10)."""
    return and_(visible_parts(actor, messages), or_(messages.audience == Audience.PUBLIC, _is_inside(actor, messages)))


def visible_changes(actor: Actor, changes: Any) -> ColumnElement[bool]:
    """Changes of state are seen with their request; what one of us hands to another, whose summary is for them,
    like an internal message."""
    public = and_(*(changes.move.is_distinct_from(handing) for handing in AMONG_OURSELVES))
    return and_(visible_parts(actor, changes), or_(public, _is_inside(actor, changes)))


def _is_inside(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Whether somebody who sees the request of `parts` is on the side of those who work on it."""
    if actor.may(Permission.REQUESTS_ASSIGN):
        return true()
    if not actor.may(Permission.REQUESTS_WORK):
        return false()
    requests = another(ServiceRequest)
    asked = and_(requests.requester_id == current_member(), requests.assignee_id.is_distinct_from(current_member()))
    from_the_other_side = select(requests.id).where(
        requests.id == parts.request_id, submitted_by_my_program(requests) if actor.is_client else asked
    )
    return ~from_the_other_side.exists()


def shows(actor: Actor, request_id: Any) -> ColumnElement[bool]:
    """Whether somebody sees the request with an id, for what is attached to it."""
    requests = another(ServiceRequest)
    return select(requests.id).where(requests.id == request_id, reached(actor, requests)).exists()


def shows_message(actor: Actor, message_id: Any) -> ColumnElement[bool]:
    """Whether somebody reads the message with an id, for what is attached to it."""
    messages = another(Message)
    seen = messages_open_to_me(actor, messages) if actor.is_contact else visible_messages(actor, messages)
    return select(messages.id).where(messages.id == message_id, seen).exists()


def requested_by_me(requests: Any) -> ColumnElement[bool]:
    """What the acting member has asked for."""
    mine: ColumnElement[bool] = requests.requester_id == current_member()
    return mine


def submitted_by_my_program(requests: Any) -> ColumnElement[bool]:
    """What the acting partner's program has submitted."""
    own: ColumnElement[bool] = requests.submitting_client_id == current_client()
    return own


def assigned_to_me(requests: Any) -> ColumnElement[bool]:
    """What the acting member is to do."""
    mine: ColumnElement[bool] = requests.assignee_id == current_member()
    return mine


def is_closed(request_id: Any) -> ColumnElement[bool]:
    """Whether a request is closed, inside a statement, by its id."""
    asked = another(ServiceRequest)
    return select(asked.id).where(asked.id == request_id, asked.state == State.CLOSED).exists()


def stood_in_by_me(requests: Any) -> ColumnElement[bool]:
    """What the acting member is the second for, or has handed over or raised and gets back."""
    me = current_member()
    return or_(requests.second_assignee_id == me, requests.handed_over_from_id == me, requests.raised_from_id == me)


def breached(requests: Any) -> ColumnElement[bool]:
    """Whether a deadline of a request was missed; targets among ourselves are none."""
    late = another(Clock)
    missed = (late.breached_at.is_not(None), late.kind != ClockKind.INTERNAL)
    return select(late.id).where(late.request_id == requests.id, *missed).exists()


def is_version_of_clocks(requests: Any, versions: Any) -> ColumnElement[bool]:
    """Whether a version is the newest of those whose clauses the clocks of a request go by."""
    clock, clause, newest = another(Clock), another(Clause), another(HandbookVersion)
    by_clock = or_(clause.id == clock.clause_id, clause.id == clock.calendar_clause_id)
    found = (
        select(newest.id)
        .where(clause.version_id == newest.id, by_clock, clock.request_id == requests.id)
        .order_by(newest.number.desc())
        .limit(1)
    )
    return versions.id == found.scalar_subquery()  # type: ignore[no-any-return]  # a column's comparison


def visible_links(actor: Actor, links: Any) -> ColumnElement[bool]:
    """Links are seen from either of their requests. `links` is `RequestLink` or an alias of it."""
    return or_(shows(actor, links.from_id), shows(actor, links.to_id))


def _of_mine(request_id: Any) -> ColumnElement[bool]:
    """Whether the acting member has the request with an id."""
    mine = another(ServiceRequest)
    return select(mine.id).where(mine.id == request_id, mine.assignee_id == current_member()).exists()


def _with_my_part(request_id: Any) -> ColumnElement[bool]:
    """Whether the acting member does a part for a request, or heads a department that does."""
    part = another(RequestPart)
    department_id: Any = part.department_id
    mine = or_(part.assignee_id == current_member(), organisation.headed_by_me(department_id))
    return select(part.id).where(part.request_id == request_id, mine).exists()


def helped_by_me(request_id: Any) -> ColumnElement[bool]:
    """Whether the acting member helps with a request at present, by its id."""
    mine = another(RequestHelper)
    helping = (mine.staff_id == current_member(), mine.state == HelpState.HELPING)
    return select(mine.id).where(mine.request_id == request_id, *helping).exists()


def _visited_by_me(request_id: Any) -> ColumnElement[bool]:
    """Whether the acting member is, or was, sent to the customer for a request, by its id."""
    visit = another(SiteVisit)
    mine = (visit.request_id == request_id, visit.engineer_id == current_member())
    return select(visit.id).where(*mine).exists()


def has_open_children(requests: Any) -> ColumnElement[bool]:
    """Whether a part of a request is not resolved."""
    part = another(ServiceRequest)
    return select(part.id).where(part.parent_id == requests.id, one_of(part.state, UNDER_WAY)).exists()
