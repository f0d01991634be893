"""Visits on site that nobody begins, that go on with another request, and whose engineer has left (RQ-7)."""

from datetime import timedelta
from uuid import UUID

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.organisation.events import StaffLeft
from domain.policies import commands as policies
from domain.policies.rules.kinds import RequestCourse
from domain.requests import queries
from domain.requests.commands.visit_planning import tell_the_requester
from domain.requests.commands.visiting import await_arrival
from domain.requests.events import RequestMerged
from domain.requests.events.visits import (
    SiteVisitDue,
    SiteVisitLate,
    SiteVisitMoved,
    SiteVisitRescheduled,
    SiteVisitUnmanned,
)
from domain.requests.models import ServiceRequest, SiteVisit
from domain.requests.queries import visits as seen
from domain.requests.rules.visits import WAITING
from tenancy.identity.permits import who_may
from tenancy.outbox import lock_timers
from tenancy.refusals import message
from tenancy.work import Work


async def visit_due(work: Work, event: SiteVisitDue) -> None:
    """A visit was to have begun: unless somebody is there, whoever goes is reminded first, and then one after another
    of those who stand above the request is told. An outdated timer does nothing."""
    known = await queries.site_visit(work, event.visit_id)
    request = await queries.get(work, known.request_id, lock=True)
    visit = await queries.site_visit(work, event.visit_id, lock=True)
    ruling = await queries.ruled(work, RequestCourse, request)
    minutes = ruling.value.visit_late_minutes if ruling is not None else ()
    if ruling is None or visit.state not in WAITING or event.level >= len(minutes):
        return
    late_at = visit.starts_at + timedelta(minutes=minutes[event.level])
    if work.now < late_at:
        return
    told_id = await queries.escalated_to(work, request, event.level) if event.level else visit.engineer_id
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.SITE_VISIT, visit.id),
        decision="requests.visit_late",
        inputs={"starts_at": visit.starts_at, "engineer_id": visit.engineer_id},
        result={"level": event.level, "told_id": told_id},
    )
    late = SiteVisitLate(
        request_id=request.id, visit_id=visit.id, level=event.level, told_id=told_id, starts_at=visit.starts_at
    )
    work.record(late, about=visit)
    await await_arrival(work, request, visit, event.level + 1)


async def move_visits(work: Work, event: RequestMerged) -> None:
    """Whoever was to go to the customer for a request, or is there, goes for the one that it goes on as."""
    for visit in await queries.open_visits(work, event.request_id):
        visit.request_id = event.target_id
        moved = SiteVisitMoved(
            request_id=event.target_id,
            visit_id=visit.id,
            before_id=event.request_id,
            engineer_id=visit.engineer_id,
        )
        work.record(moved, about=visit)


async def hand_on_visits_of_leaver(work: Work, event: StaffLeft) -> None:
    """Somebody has left: whoever has to act on the request goes in their place if they can, and the customer hears who
    comes; else whoever stands above is told that somebody has to be found."""
    for visit_id in await seen.ids_waiting_for(work, event.staff_id):
        known = await queries.site_visit(work, visit_id)
        await lock_timers(work, known.request_id)
        request = await queries.get(work, known.request_id, lock=True)
        visit = await queries.site_visit(work, visit_id, lock=True)
        if visit.engineer_id != event.staff_id or visit.state not in WAITING:
            continue
        successor_id = await _who_can_go(work, request, visit)
        if successor_id is None:
            told_id = await queries.escalated_to(work, request, 1)
            work.record(SiteVisitUnmanned(request_id=request.id, visit_id=visit.id, told_id=told_id), about=visit)
            continue
        visit.engineer_id = successor_id
        handed = SiteVisitRescheduled(
            request_id=request.id,
            visit_id=visit.id,
            engineer_id=successor_id,
            before_id=event.staff_id,
            notice_id=work.new_id(),
        )
        work.record(handed, about=visit)
        text = message("Somebody else comes to you on {starts_at} (until {ends_at}): {name}, {site}")
        await tell_the_requester(work, request, visit, text)


async def _who_can_go(work: Work, request: ServiceRequest, visit: SiteVisit) -> UUID | None:
    """The first of those who are responsible for a request who works on requests and is free at a visit's time."""
    for person_id in await queries.responsible(work, request):
        # Two who get the same person for the same hour wait in turn.
        person = await organisation.staff(work, person_id, lock=True)
        if person_id == visit.engineer_id or person.left_on is not None:
            continue
        if not await who_may(work, Permission.REQUESTS_WORK, [person_id]):
            continue
        if await seen.absent_between(work, person_id, visit.starts_at, visit.ends_at):
            continue
        if await seen.visit_between(work, person_id, visit.starts_at, visit.ends_at, visit.id) is None:
            return person_id
    return None
