"""Who sees which complaint, by which clauses its clocks run, who stands above it, and which requests had one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from domain.customers import queries as customers
from domain.feedback.models import Complaint, ComplaintChange, ComplaintClock
from domain.feedback.rules.complaints import OPEN, ComplaintState
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause, ComplaintHandling
from domain.policies.rules.scopes import Case
from tenancy.actor import Actor
from tenancy.models import current_client, current_member, one_of
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, complaints: Any) -> ColumnElement[bool]:
    """Complaints are seen by whoever may read all feedback; with `feedback.read` by who recorded or handles them, the
    account owner, the heads of their department and of those above it, and the partner's program that brought them,
    but not by whom they are about. `complaints` is `Complaint` or an alias of it."""
    if actor.may(Permission.FEEDBACK_READ_ALL):
        return true()
    if not actor.may(Permission.FEEDBACK_READ):
        return false()
    if actor.is_client:
        own: ColumnElement[bool] = complaints.submitting_client_id == current_client()
        return own
    mine = or_(
        complaints.recorded_by_id == current_member(),
        complaints.handler_id == current_member(),
        customers.looked_after_by_me(complaints.customer_id),
        organisation.headed_by_me(complaints.department_id),
    )
    return and_(mine, complaints.about_staff_id.is_distinct_from(current_member()))


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Clocks and changes are seen with their complaint. `parts` is their table or an alias of it."""
    if actor.may(Permission.FEEDBACK_READ_ALL):
        return true()
    complaints = another(Complaint)
    return select(complaints.id).where(complaints.id == parts.complaint_id, visible(actor, complaints)).exists()


def breached(complaints: Any) -> ColumnElement[bool]:
    """Whether a deadline of a complaint was missed."""
    late = another(ComplaintClock)
    return select(late.id).where(late.complaint_id == complaints.id, late.breached_at.is_not(None)).exists()


def handled_by_me(complaints: Any) -> ColumnElement[bool]:
    """What the acting member is to deal with."""
    mine: ColumnElement[bool] = complaints.handler_id == current_member()
    return mine


def brought_by_me(complaints: Any) -> ColumnElement[bool]:
    """What the acting member or program has recorded."""
    return or_(complaints.recorded_by_id == current_member(), complaints.submitting_client_id == current_client())


def own(complaints: Any) -> ColumnElement[bool]:
    """What the acting member has complained of themselves: recorded for no contact."""
    return and_(complaints.recorded_by_id == current_member(), complaints.contact_id.is_(None))


def about_me(complaints: Any) -> ColumnElement[bool]:
    """What is about the acting member."""
    mine: ColumnElement[bool] = complaints.about_staff_id == current_member()
    return mine


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Complaint:
    """One complaint that the actor may see; refuses with `NotFound`."""
    return await work.seen(Complaint, id, visible(work.actor, Complaint), *path, lock=lock)


async def change(work: Work, id: UUID) -> ComplaintChange:
    """One change of a complaint's state; refuses with `NotFound`."""
    return await work.get(ComplaintChange, id)


async def clock(work: Work, id: UUID) -> ComplaintClock:
    """One clock; refuses with `NotFound`."""
    return await work.get(ComplaintClock, id)


async def changes_of(work: Work, complaint_id: UUID) -> list[ComplaintChange]:
    """The states a complaint has been in, the receipt first."""
    found = select(ComplaintChange).where(ComplaintChange.complaint_id == complaint_id)
    return await work.all(found.order_by(ComplaintChange.position))


async def clocks_of(work: Work, complaint_id: UUID) -> list[ComplaintClock]:
    """A complaint's clocks."""
    found = select(ComplaintClock).where(ComplaintClock.complaint_id == complaint_id)
    return await work.all(found.order_by(ComplaintClock.id))


async def ids_open(work: Work, *, after_id: UUID | None, most: int) -> list[UUID]:
    """The ids of complaints that still have to be dealt with, in order, behind an id."""
    found = select(Complaint.id).where(one_of(Complaint.state, OPEN)).order_by(Complaint.id)
    if after_id is not None:
        found = found.where(Complaint.id > after_id)
    return [row["id"] for row in await work.rows(found.limit(most))]


async def ids_handled_by(work: Work, member_id: UUID) -> list[UUID]:
    """The ids of complaints that somebody still has to deal with or to analyse, in order."""
    waiting = one_of(Complaint.state, (*OPEN, ComplaintState.SATISFIED))
    found = select(Complaint.id).where(Complaint.handler_id == member_id, waiting)
    return [row["id"] for row in await work.rows(found.order_by(Complaint.id))]


@dataclass(frozen=True)
class Grounds:
    """The clauses by which a complaint's clocks run."""

    handling: Ruling[ComplaintHandling]
    calendar_clause: Ruling[BusinessCalendarClause]

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar by which working time is counted."""
        return self.calendar_clause.value


def case_of(complaint: Complaint) -> Case:
    """Where a complaint stands for the handbook, as it was when it came in."""
    lines = complaint.service_lines
    return Case(
        department_id=complaint.department_id,
        customer_tier=complaint.customer_tier,
        service_line=lines[0] if lines else None,
        lines_above=tuple(lines[1:]),
    )


async def grounds(work: Work, complaint: Complaint, clocks: Iterable[ComplaintClock] = ()) -> Grounds | None:
    """What is promised for a complaint: by the version it came in under, or the one in force where its clause holds for
    open cases too (PO-3); by the clauses that its clocks have followed while that says the same. None where the
    handbook is silent, which is no limit."""
    pinned, scope = complaint.handbook_version_id, case_of(complaint)
    if pinned is None or await policies.find_rule(work, ComplaintHandling, scope=scope, version_id=pinned) is None:
        return None
    running = [clock for clock in clocks if clock.stopped_at is None and not clock.is_broken]
    promised, hours = {clock.clause_id for clock in running}, {clock.calendar_clause_id for clock in running}
    return Grounds(
        await policies.rule_for_running_case(
            work, ComplaintHandling, pinned_version_id=pinned, scope=scope, followed=promised
        ),
        await policies.rule_for_running_case(
            work, BusinessCalendarClause, pinned_version_id=pinned, scope=scope, followed=hours
        ),
    )


async def kept_grounds(work: Work, clocks: Iterable[ComplaintClock]) -> dict[UUID, Grounds]:
    """By which clauses those clocks go on whose time has run out: the ones that it ran out by, whatever is in force."""
    kept = {}
    for clock in clocks:
        if not clock.is_broken:
            continue
        handling = await policies.find_rule_by_clause(work, ComplaintHandling, clock.clause_id)
        hours = await policies.find_rule_by_clause(work, BusinessCalendarClause, clock.calendar_clause_id)
        if handling is not None and hours is not None:
            kept[clock.id] = Grounds(handling, hours)
    return kept


async def line_above(work: Work, complaint: Complaint) -> list[UUID]:
    """Who stands above a complaint, the nearest first: the handler's superiors, then the heads of its department and of
    those above, or else whoever heads the company; never who stands below the handler, whom it is about, nor who has
    complained for themselves."""
    line = await organisation.line_above(work, complaint.handler_id) if complaint.handler_id else []
    if complaint.department_id is not None:
        heads = await organisation.heads_above(work, complaint.department_id)
        line += await organisation.lines_from(work, heads, above=complaint.handler_id)
    if not line:
        tops = await organisation.heads_at_the_top(work)
        line = await organisation.lines_from(work, tops, above=complaint.handler_id)
    complainant = complaint.recorded_by_id if complaint.contact_id is None else None
    not_them = (complaint.handler_id, complaint.about_staff_id, complainant)
    return [person for person in dict.fromkeys(line) if person not in not_them]


async def responsible(work: Work, complaint: Complaint) -> list[UUID]:
    """Who has to act: the handler, or while there is none, whoever stands nearest above."""
    if complaint.handler_id is not None:
        return [complaint.handler_id]
    return (await line_above(work, complaint))[:1]


async def requests_complained_of(work: Work, request_ids: Collection[UUID]) -> set[UUID]:
    """Which of these requests there was a complaint about that nobody took back (QM-1)."""
    about = select(Complaint.request_id).where(
        one_of(Complaint.request_id, sorted(request_ids)), Complaint.state != ComplaintState.WITHDRAWN
    )
    return {row["request_id"] for row in await work.rows(about)}
