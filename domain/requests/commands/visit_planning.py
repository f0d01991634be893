"""Visits on site are planned: within working hours, for somebody who is free, and told to the customer (RQ-7)."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.words import word
from domain.requests import queries
from domain.requests.commands import conversation, relating
from domain.requests.commands.visiting import await_arrival, begin, end
from domain.requests.events import (
    RequestCancelled,
)
from domain.requests.events.visits import (
    SiteVisitCancelled,
    SiteVisitPlanned,
    SiteVisitRescheduled,
)
from domain.requests.models import ServiceRequest, SiteVisit
from domain.requests.queries import visits as seen
from domain.requests.rules import Audience, clean_reason, missing
from domain.requests.rules import visits as rules
from domain.requests.rules.visits import SITE_VISITS, SiteVisitMove
from tenancy.identity.permits import who_may
from tenancy.language import translate
from tenancy.numbers import next_number
from tenancy.refusals import Conflict, Invalid, NotFound, Refusal, message
from tenancy.work import Work

NUMBERS = "site_visits"
_MOMENT = timedelta(microseconds=1)


@command(needs=Permission.REQUESTS_WORK)
async def plan_visit(
    work: Work,
    *,
    request_id: UUID,
    engineer_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    site: str,
    purpose: str = "",
    contact_id: UUID | None = None,
    outside_hours: bool = False,
    tell_customer: bool = True,
) -> SiteVisit:
    """Send somebody to the customer of a request that one has or assigns, within the hours of its calendar unless
    `outside_hours` says that this is meant; the clause on its course says what is done before anybody goes."""
    await relating.worked_on(work, request_id, "requestId")
    await organisation.staff(work, engineer_id, "engineerId")
    request = await queries.get(work, request_id, "requestId", lock=True)
    ruling = await _may_be_visited(work, request)
    if contact_id is not None:
        await _one_of_the_customers(work, request, contact_id)
    visit = SiteVisit(
        number="",
        request_id=request_id,
        engineer_id=engineer_id,
        contact_id=contact_id,
        site=rules.clean_place(site),
        purpose=rules.clean_purpose(purpose),
        starts_at=starts_at,
        ends_at=ends_at,
        outside_hours=False,
        planned_at=work.now,
        planned_by_id=work.actor.id if work.actor.is_member else None,
        signature_needed=ruling is not None and ruling.value.visit_signature,
        course_clause_id=ruling.clause.clause_id if ruling is not None else None,
    )
    await _must_be_free(work, visit, but=None)
    visit.number = f"VST-{await next_number(work, NUMBERS):06}"
    work.add(visit)
    await _within_hours(work, request, visit, meant=outside_hours)
    work.record(SiteVisitPlanned(request_id=request_id, visit_id=visit.id, engineer_id=engineer_id), about=visit)
    await await_arrival(work, request, visit)
    if tell_customer:
        text = message("{name} comes to you on {starts_at} (until {ends_at}): {site}")
        await tell_the_requester(work, request, visit, text)
    return visit


async def _one_of_the_customers(work: Work, request: ServiceRequest, contact_id: UUID) -> None:
    if (await customers.contact(work, contact_id, "contactId")).customer_id != request.customer_id:
        raise NotFound(path=("contactId",))


async def _may_be_visited(work: Work, request: ServiceRequest) -> Ruling[RequestCourse] | None:
    """The clause on the request's course, if nothing keeps anybody from going to its customer."""
    if request.state not in queries.UNDER_WAY:
        raise Refusal(message("The request is over."), code="WRONG_STATE", path=("requestId",))
    if request.assignee_id is None:
        text = message("Somebody has to have the request before anybody goes to the customer.")
        raise Refusal(text, code="WRONG_STATE", path=("requestId",))
    ruling = await queries.ruled(work, RequestCourse, request)
    if ruling is not None:
        moves = [change.move for change in await queries.history_of(work, request.id)]
        steps = Labels(word(step) for step in missing(ruling.value.before_visits, moves))
        if steps:
            text = message("The handbook asks for this first: {steps}.")
            raise Refusal(text, {"steps": steps}, code="STEP_MISSING", path=("requestId",), clause=ruling.clause)
    return ruling


@command(needs=None)
async def reschedule_visit(
    work: Work,
    *,
    site_visit_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    engineer_id: UUID | None = None,
    outside_hours: bool = False,
    tell_customer: bool = True,
) -> SiteVisit:
    """Plan a visit for another time, or with somebody else, and say why."""
    reason = clean_reason(reason)
    if engineer_id is not None:
        await organisation.staff(work, engineer_id, "engineerId")
    request, visit = await begin(work, site_visit_id, SiteVisitMove.RESCHEDULE)
    before_id = visit.engineer_id
    visit.engineer_id = engineer_id or before_id
    visit.starts_at, visit.ends_at, visit.reason = starts_at, ends_at, reason
    await _must_be_free(work, visit, but=visit.id)
    await _within_hours(work, request, visit, meant=outside_hours)
    moved = SiteVisitRescheduled(
        request_id=request.id,
        visit_id=visit.id,
        engineer_id=visit.engineer_id,
        before_id=before_id,
        notice_id=work.new_id(),
    )
    work.record(moved, about=visit)
    await await_arrival(work, request, visit)
    if tell_customer:
        text = message("The visit is moved: {name} comes to you on {starts_at} (until {ends_at}): {site}")
        await tell_the_requester(work, request, visit, text)
    return visit


@command(needs=None)
async def cancel_visit(work: Work, *, site_visit_id: UUID, reason: str, tell_customer: bool = True) -> SiteVisit:
    """Say that nobody goes, and why."""
    reason = clean_reason(reason)
    request, visit = await begin(work, site_visit_id, SiteVisitMove.CANCEL)
    visit.reason = reason
    end(visit, SiteVisitMove.CANCEL, work.now)
    work.record(SiteVisitCancelled(request_id=request.id, visit_id=visit.id), about=visit)
    if tell_customer:
        text = message("The visit on {starts_at} does not take place: {reason}")
        await tell_the_requester(work, request, visit, text)
    return visit


async def cancel_visits(work: Work, event: RequestCancelled) -> None:
    """Nobody goes to a customer for what is not needed any more; who is there already reports and finishes."""
    request = await work.get(ServiceRequest, event.request_id)
    for visit in await queries.open_visits(work, request.id):
        if SITE_VISITS.allows(visit.state, SiteVisitMove.CANCEL):
            history = await queries.history_of(work, request.id)
            visit.reason = history[-1].reason
            end(visit, SiteVisitMove.CANCEL, work.now)
            work.record(SiteVisitCancelled(request_id=request.id, visit_id=visit.id), about=visit)


async def _must_be_free(work: Work, visit: SiteVisit, *, but: UUID | None) -> None:
    """Refuse a time that nobody plans, and somebody who can't go then; two who send the same person wait in turn."""
    rules.check_time(visit.starts_at, visit.ends_at, work.now)
    engineer = await organisation.staff(work, visit.engineer_id, "engineerId", lock=True)
    if engineer.left_on is not None or not await who_may(work, Permission.REQUESTS_WORK, [engineer.id]):
        raise Invalid(message("This person does not work on requests."), path=("engineerId",))
    if await seen.absent_between(work, engineer.id, visit.starts_at, visit.ends_at):
        raise Conflict(message("This person is absent then."), code="ABSENT", path=("engineerId",))
    other = await seen.visit_between(work, engineer.id, visit.starts_at, visit.ends_at, but)
    if other is not None:
        text = message("This person is sent elsewhere then.")
        raise Conflict(text, code="ENGINEER_BUSY", path=("engineerId",))


async def _within_hours(work: Work, request: ServiceRequest, visit: SiteVisit, *, meant: bool) -> None:
    """Refuse a time outside the working hours unless it is meant; which calendar was asked is kept."""
    ruling = await queries.calendar_for(work, request)
    calendar = ruling.value
    # That people rest at noon, or overnight, makes no visit one outside the hours.
    visit.outside_hours = not (calendar.is_open(visit.starts_at) and calendar.is_open(visit.ends_at - _MOMENT))
    if visit.outside_hours and not meant:
        text = message("This lies outside the working hours; the next ones begin at {opens_at}.")
        values = {"opens_at": calendar.next_opening(visit.starts_at)}
        raise Refusal(text, values, code="OUTSIDE_HOURS", path=("startsAt",), clause=ruling.clause)
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.SITE_VISIT, visit.id),
        decision="requests.visit_planned",
        inputs={"starts_at": visit.starts_at, "ends_at": visit.ends_at, "engineer_id": visit.engineer_id},
        result={"outside_hours": visit.outside_hours},
    )


async def tell_the_requester(work: Work, request: ServiceRequest, visit: SiteVisit, text: str) -> None:
    """Say it publicly in the request's history, in the customer's language: from there it goes to who takes part."""
    customer = await customers.get(work, request.customer_id)
    values = {
        "name": (await organisation.member(work, visit.engineer_id)).name,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "site": visit.site,
        "reason": visit.reason,
    }
    said = translate(text, customer.language, values, zone=ZoneInfo(work.opening.zone))
    conversation.say(work, request, said, Audience.PUBLIC)
