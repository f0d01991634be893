"""Visits on site are made: whoever is sent checks in, reports, has it signed by the customer and finishes (RQ-7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.files import commands as files
from domain.files import queries as files_kept
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.kinds.handling import Step
from domain.requests import queries
from domain.requests.commands import conversation, moving
from domain.requests.events import (
    RequestDiagnosed,
    RequestStarted,
)
from domain.requests.events.visits import (
    SiteVisitCheckedIn,
    SiteVisitDue,
    SiteVisitFileAttached,
    SiteVisitFileRemoved,
    SiteVisitFinished,
    SiteVisitMissed,
    SiteVisitReported,
    SiteVisitSetOut,
    SiteVisitSigned,
)
from domain.requests.models import ServiceRequest, SiteVisit, SiteVisitPart
from domain.requests.queries import visits as seen
from domain.requests.rules import Audience, Move, State, clean_message, clean_reason, lacking
from domain.requests.rules import visits as rules
from domain.requests.rules.visits import OPEN, SITE_VISITS, SiteVisitMove, SiteVisitObstacle, UsedPart
from tenancy.outbox import lock_timers
from tenancy.refusals import Forbidden, Invalid, WrongState, message
from tenancy.work import Work


@command(needs=None)
async def set_out(work: Work, *, site_visit_id: UUID) -> SiteVisit:
    """Be on the way."""
    request, visit = await begin(work, site_visit_id, SiteVisitMove.TRAVEL)
    visit.travelled_at = work.now
    work.record(SiteVisitSetOut(request_id=request.id, visit_id=visit.id), about=visit)
    return visit


@command(needs=None)
async def check_in(
    work: Work, *, site_visit_id: UUID, latitude: str | None = None, longitude: str | None = None
) -> SiteVisit:
    """Be there, now. A request that nobody has begun with is begun by that, which is its first response: with the
    diagnosis, where the clause on its course asks for one before the work."""
    if (latitude is None) != (longitude is None):
        raise Invalid(message("Degrees are told of both or of neither."), path=("latitude",))
    latitude = rules.clean_coordinate(latitude, 90, "latitude")
    longitude = rules.clean_coordinate(longitude, 180, "longitude")
    request, visit = await begin(work, site_visit_id, SiteVisitMove.CHECK_IN)
    visit.checked_in_at, visit.latitude, visit.longitude = work.now, latitude, longitude
    work.record(SiteVisitCheckedIn(request_id=request.id, visit_id=visit.id), about=visit)
    if request.state in (State.ASSIGNED, State.AGREED):
        await _begin_the_request(work, request)
    return visit


async def _begin_the_request(work: Work, request: ServiceRequest) -> None:
    steps = [each for each in Step if each.value in request.missing_steps]
    move = Move.DIAGNOSE if lacking(Move.START, steps) else Move.START
    if request.state is State.AGREED and move is Move.DIAGNOSE:
        return
    view = await moving.begin(work, request.id, move, in_the_place_of_its_assignee=True)
    change_id = await moving.end(work, view, move)
    began = RequestStarted if move is Move.START else RequestDiagnosed
    work.record(began(request_id=request.id, change_id=change_id), about=view.request)


@command(needs=None)
async def report_visit(
    work: Work, *, site_visit_id: UUID, found: str, done: str, parts: Sequence[UsedPart] | None = None
) -> SiteVisit:
    """Write down what was found and done, and the parts that were used, in place of what was written before; a
    signature under that is void then."""
    found = _text(found, "found", may_be_empty=True)
    done = _text(done, "done")
    used = rules.clean_parts(parts) if parts is not None else None
    request, visit = await begin(work, site_visit_id, SiteVisitMove.REPORT)
    visit.found, visit.done = found, done
    kept: Sequence[SiteVisitPart] | None = None
    if used is not None:
        for part in await seen.parts_of_visit(work, visit.id):
            work.delete(part)
        await work.flush()
        kept = [work.add(_part(visit, place, part)) for place, part in enumerate(used, start=1)]
    void = visit.signed_at is not None and await seen.digest_of_visit(work, visit, kept) != visit.signed_digest
    if void:
        visit.signed_at = visit.signature_file_id = visit.signed_digest = None
        visit.signer_name = ""
    work.record(SiteVisitReported(request_id=request.id, visit_id=visit.id, void=void), about=visit)
    return visit


def _text(text: str, path: str, *, may_be_empty: bool = False) -> str:
    return several_lines(text, rules.MAX_REPORT, path, may_be_empty=may_be_empty)


def _part(visit: SiteVisit, place: int, part: UsedPart) -> SiteVisitPart:
    return SiteVisitPart(
        site_visit_id=visit.id,
        position=place,
        part_number=part.part_number,
        name=part.name,
        quantity=part.quantity,
        serial_number=part.serial_number,
        price_minor=part.price.minor if part.price is not None else None,
        currency=part.price.currency if part.price is not None else None,
    )


@command(needs=None)
async def sign_visit(work: Work, *, site_visit_id: UUID, signer_name: str, file_id: UUID) -> SiteVisit:
    """Keep the customer's signature under the report as it stands: a drawing of one's own upload, who has signed, and
    the fingerprint of what they have signed."""
    signer_name = one_line(signer_name, rules.MAX_NAME, "signerName")
    request, visit = await begin(work, site_visit_id, SiteVisitMove.SIGN)
    await _attach(work, visit, file_id, "")
    file, blob = await files_kept.with_content(work, file_id)
    content = b"" if blob.size_bytes > rules.MOST_SIGNATURE_BYTES else await files_kept.content_of(work, file_id)
    rules.check_drawing(content or bytes(rules.MOST_SIGNATURE_BYTES + 1), file.media_type)
    visit.signed_at, visit.signer_name, visit.signature_file_id = work.now, signer_name, file_id
    visit.signed_digest = await seen.digest_of_visit(work, visit)
    signed = SiteVisitSigned(request_id=request.id, visit_id=visit.id, digest=visit.signed_digest)
    work.record(signed, about=visit)
    return visit


@command(needs=None)
async def finish_visit(
    work: Work,
    *,
    site_visit_id: UUID,
    on_site_minutes: int = 0,
    travel_minutes: int = 0,
    billable: bool = False,
    internal_note: str | None = None,
) -> SiteVisit:
    """Be done there. The minutes become working time of whoever was sent; the note is kept in the request's history,
    where its requester does not read it."""
    for minutes, path in ((on_site_minutes, "onSiteMinutes"), (travel_minutes, "travelMinutes")):
        if minutes < 0:
            raise Invalid(message("Working time is not negative."), path=(path,))
    request, visit = await begin(work, site_visit_id, SiteVisitMove.FINISH)
    end(visit, SiteVisitMove.FINISH, work.now)
    finished = SiteVisitFinished(
        request_id=request.id,
        visit_id=visit.id,
        on_site_minutes=on_site_minutes,
        travel_minutes=travel_minutes,
        billable=billable,
    )
    work.record(finished, about=visit)
    if internal_note is not None:
        conversation.say(work, request, clean_message(internal_note), Audience.INTERNAL)
    return visit


@command(needs=None)
async def miss_visit(work: Work, *, site_visit_id: UUID, reason: str) -> SiteVisit:
    """Say that whoever was to be met was not there, or could not be worked with."""
    reason = clean_reason(reason)
    request, visit = await begin(work, site_visit_id, SiteVisitMove.MISS)
    visit.reason = reason
    end(visit, SiteVisitMove.MISS, work.now)
    work.record(SiteVisitMissed(request_id=request.id, visit_id=visit.id), about=visit)
    return visit


async def attach_to_visit(work: Work, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Put a file of one's own at a visit: for who is sent, and who assigns requests."""
    visit = await seen.site_visit(work, subject_id, "subjectId")
    _must_be_sent(work, visit)
    return await _attach(work, visit, file_id, note)


async def _attach(work: Work, visit: SiteVisit, file_id: UUID, note: str) -> Attachment:
    subject = Subject(SubjectKind.SITE_VISIT, visit.id)
    attached, new = await files.attach(work, subject, file_id=file_id, note=note)
    if new:
        told = SiteVisitFileAttached(visit_id=visit.id, attachment_id=attached.id, file_id=file_id)
        work.record(told, about=visit)
    return attached


async def detach_from_visit(work: Work, *, attachment: Attachment) -> None:
    """Take away what one has attached oneself, while the visit goes on and no signature is drawn on it."""
    visit = await seen.site_visit(work, attachment.subject_id, "attachmentId", lock=True)
    own = attachment.attached_by_id if work.actor.is_member else attachment.attaching_client_id
    if own is None or own != work.actor.id:
        raise Forbidden(message("A file is taken away by who has attached it."), code="NOT_YOURS")
    if visit.state not in OPEN or attachment.file_id == visit.signature_file_id:
        raise WrongState(message("What the report rests on stays with it."), path=("attachmentId",))
    await files.detach(work, attachment)
    told = SiteVisitFileRemoved(visit_id=visit.id, attachment_id=attachment.id, file_id=attachment.file_id)
    work.record(told, about=visit)


def _must_be_sent(work: Work, visit: SiteVisit) -> None:
    sent = work.actor.is_member and visit.engineer_id == work.actor.id
    if not sent and not work.actor.may(Permission.REQUESTS_ASSIGN):
        raise rules.refusal(SiteVisitObstacle.NOT_YOURS, SiteVisitMove.REPORT, visit.state)


async def begin(work: Work, site_visit_id: UUID, move: SiteVisitMove) -> tuple[ServiceRequest, SiteVisit]:
    """The locked request and visit, moved on, if the actor may make this move now. The timers and the request are
    locked first, as by its own moves."""
    known = await seen.site_visit(work, site_visit_id, "siteVisitId")
    work.concerns(SubjectKind.SITE_VISIT, site_visit_id)
    await lock_timers(work, known.id)
    await lock_timers(work, known.request_id)
    request = await queries.get(work, known.request_id, "siteVisitId", lock=True)
    visit = await seen.site_visit(work, site_visit_id, "siteVisitId", lock=True)
    mine = work.actor.id if work.actor.is_member else None
    standing = await seen.standing_of(work, visit, has_request=await queries.acts_for(work, request, mine))
    found = rules.obstacles(move, standing, work.actor.may)
    if found:
        refused = rules.refusal(found[0], move, visit.state)
        if found[0] is SiteVisitObstacle.SIGNATURE_MISSING:
            refused.clause = await seen.clause_of_visit(work, visit)
        raise refused
    if move not in (SiteVisitMove.FINISH, SiteVisitMove.MISS, SiteVisitMove.CANCEL):
        visit.state = SITE_VISITS.next(visit.state, move)
    return request, visit


def end(visit: SiteVisit, move: SiteVisitMove, at: datetime) -> None:
    visit.state, visit.ended_at = SITE_VISITS.next(visit.state, move), at


async def await_arrival(work: Work, request: ServiceRequest, visit: SiteVisit, level: int = 0) -> None:
    """Let the clock look, by the clause on the request's course, whether anybody has checked in when the visit was to
    have begun so many minutes ago; a former date moves."""
    ruling = await queries.ruled(work, RequestCourse, request)
    minutes = ruling.value.visit_late_minutes if ruling is not None else ()
    if level < len(minutes):
        at = visit.starts_at + timedelta(minutes=minutes[level])
        due = SiteVisitDue(visit_id=visit.id, level=level)
        work.schedule(at, due, about=visit.id, key=f"site_visit:{visit.id}")
