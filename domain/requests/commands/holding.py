"""What a request waits for: its reason and the clocks that rest, until when that is expected, and when it overruns."""

from datetime import datetime
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import HoldReasons
from domain.policies.rules.kinds.handling import HoldReason
from domain.policies.rules.values import Target
from domain.requests import queries, rules
from domain.requests.commands import moving, timing
from domain.requests.commands.timing import View
from domain.requests.events import HoldEndDue, HoldOverran, RequestHeld, RequestResumed
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move, State
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@command(needs=DUTIES[Move.HOLD].permission)
async def put_on_hold(
    work: Work,
    *,
    request_id: UUID,
    reason: str = "",
    reason_code: str | None = None,
    expected_at: datetime | None = None,
) -> ServiceRequest:
    """Let a request wait for somebody or something; by the clause on holds, some of its clocks rest meanwhile.

    `reason_code` is of a reason that the clause lists, to which `reason` may add a word; without it `reason` is needed.
    """
    view = await moving.begin(work, request_id, Move.HOLD)
    request = view.request
    ruling = await queries.ruled(work, HoldReasons, request)
    listed = _listed(ruling, reason_code)
    if listed is None or reason.strip():
        reason = rules.clean_reason(reason)
    await _check_end(work, view, ruling, listed, expected_at)
    request.hold_reason, request.hold_expected_at = reason, expected_at
    if ruling is not None and listed is not None:
        request.hold_code, request.hold_name = listed.code, listed.name.model_dump()
        policies.cite(
            work,
            ruling,
            about=Subject(SubjectKind.REQUEST, request.id),
            decision="requests.hold",
            inputs={"reason_code": listed.code, "expected_at": expected_at},
            result={"pauses": [kind.value for kind in listed.pauses]},
        )
    change = await moving.end(work, view, Move.HOLD, reason, pauses=listed.pauses if listed is not None else None)
    if expected_at is not None:
        work.schedule(expected_at, HoldEndDue(request_id=request.id), about=request.id, key=moving.hold_key(request.id))
    work.record(RequestHeld(request_id=request_id, change_id=change), about=request)
    return request


def _listed(ruling: Ruling[HoldReasons] | None, code: str | None) -> HoldReason | None:
    """The reason that the clause lists under a code. Raises `Invalid` without one that it wants."""
    clause = ruling.clause if ruling is not None else None
    if code is None:
        if ruling is not None and not ruling.value.others_allowed:
            text = message("The handbook lists the reasons for a hold; name one of them by its code.")
            raise Invalid(text, path=("reasonCode",), clause=clause)
        return None
    found = ruling.value.reason(code) if ruling is not None else None
    if found is None:
        text = message("The handbook has no reason “{code}” for a hold.")
        raise Invalid(text, {"code": code}, path=("reasonCode",), clause=clause)
    return found


async def _check_end(
    work: Work,
    view: View,
    ruling: Ruling[HoldReasons] | None,
    listed: HoldReason | None,
    expected_at: datetime | None,
) -> None:
    """Refuse an expected end that is past or too far ahead, or that is missing where the clause asks for it."""
    clause = ruling.clause if ruling is not None else None
    if expected_at is None:
        if listed is not None and listed.end_needed:
            text = message("The handbook wants to know until when this will take.")
            raise Invalid(text, path=("expectedAt",), clause=clause)
        return
    if expected_at <= view.at:
        raise Invalid(message("This instant has passed already."), path=("expectedAt",))
    if listed is None or listed.most_working_days is None:
        return
    calendar = await queries.calendar_for(work, view.request)
    if expected_at > Target(working_days=listed.most_working_days).ends_at(view.at, calendar.value):
        text = message("A request waits for this at most {days} working days.")
        raise Invalid(text, {"days": listed.most_working_days}, path=("expectedAt",), clause=clause)


@command(needs=DUTIES[Move.RESUME].permission)
async def resume(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Go on with a request where it was held; its deadlines move by the working time for which their clocks rested."""
    view = await moving.begin(work, request_id, Move.RESUME)
    await _resumed(work, view)
    return view.request


async def _resumed(work: Work, view: View) -> None:
    change = await moving.end(work, view, Move.RESUME)
    work.record(RequestResumed(request_id=view.request.id, change_id=change), about=view.request)


async def end_hold(work: Work, event: HoldEndDue) -> None:
    """What a request waits for was expected by now: it goes on by itself where the clause says so, or else it is told.
    An outdated timer does nothing."""
    view = await timing.locked(work, event.request_id)
    request = view.request
    expected_at = request.hold_expected_at
    if request.state is not State.ON_HOLD or expected_at is None or work.now < expected_at:
        return
    ruling = await queries.ruled(work, HoldReasons, request)
    listed = ruling.value.reason(request.hold_code) if ruling is not None else None
    if request.postponed or (listed is not None and listed.resumes_by_itself):
        await timing.catch_up(work, view, before_a_move=True)
        await _resumed(work, view)
        return
    work.record(HoldOverran(request_id=request.id, change_id=view.changes[-1].id), about=request)
