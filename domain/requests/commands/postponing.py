"""Postponing a request: whoever has it asks its requester to wait, who agrees or does not (RQ-4)."""

from datetime import datetime
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.terms import ClockKind
from domain.requests import rules
from domain.requests.commands import moving, timing
from domain.requests.commands.timing import View
from domain.requests.events import (
    HoldEndDue,
    PostponementAgreed,
    PostponementAsked,
    PostponementDeclined,
    RequestHeld,
)
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, LIFECYCLE, Move, Obstacle, Standing
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work

# What rests while the requester has agreed to wait.
RESTING = (ClockKind.PROPOSAL, ClockKind.RESOLUTION, ClockKind.UPDATE, ClockKind.INTERNAL)


@command(needs=DUTIES[Move.HOLD].permission)
async def ask_to_postpone(work: Work, *, request_id: UUID, until: datetime, reason: str) -> ServiceRequest:
    """Ask the requester to wait until an instant; until they agree everything goes on as before. Asked again, the
    later question is meant."""
    view = await moving.begin(work, request_id, Move.HOLD)
    reason = rules.clean_reason(reason)
    _check_ahead(until, view)
    request = view.request
    request.postpone_until, request.postpone_reason = until, reason
    timing.reckon(work, view)
    asked = PostponementAsked(request_id=request_id, notice_id=work.new_id(), until=until, reason=reason)
    work.record(asked, about=request)
    return request


@command(needs=Permission.REQUESTS_CONFIRM, contacts=True)
async def agree_to_postpone(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Agree to wait: the request is on hold until then, its clocks rest, and it goes on by itself."""
    view = await _asked(work, request_id, agreeing=True)
    request, until = view.request, view.request.postpone_until
    assert until is not None
    if not LIFECYCLE.allows(request.state, Move.HOLD):
        raise LIFECYCLE.refusal(request.state, Move.HOLD)
    _check_ahead(until, view)
    await timing.catch_up(work, view, before_a_move=True)
    reason = request.postpone_reason
    request.hold_reason, request.hold_expected_at, request.postponed = reason, until, True
    change = await moving.end(work, view, Move.HOLD, reason, pauses=RESTING)
    work.schedule(until, HoldEndDue(request_id=request_id), about=request_id, key=moving.hold_key(request_id))
    work.record(PostponementAgreed(request_id=request_id, change_id=change), about=request)
    work.record(RequestHeld(request_id=request_id, change_id=change), about=request)
    return request


@command(needs=Permission.REQUESTS_CONFIRM, contacts=True)
async def decline_postponement(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why it can't wait: everything goes on as before."""
    view = await _asked(work, request_id, agreeing=False)
    reason = rules.clean_reason(reason)
    request = view.request
    request.postpone_until, request.postpone_reason = None, ""
    declined = PostponementDeclined(request_id=request_id, notice_id=work.new_id(), reason=reason)
    work.record(declined, about=request)
    return request


async def _asked(work: Work, request_id: UUID, *, agreeing: bool) -> View:
    """The locked request whose requester is asked to wait, if the actor may answer for them: whoever has it agrees to
    no delay of their own, not even as its requester, who may still say that it can't wait."""
    view = await timing.locked(work, request_id, "requestId")
    request, actor = view.request, work.actor
    mine = actor.id if actor.is_member else None
    is_requester = actor.is_contact or (mine is not None and request.requester_id == mine)
    if not is_requester and not actor.may(Permission.REQUESTS_ASSIGN):
        raise rules.refusal(Obstacle.NOT_YOURS, Move.HOLD, Standing(request.state))
    if mine is not None and request.assignee_id == mine and (agreeing or not is_requester):
        raise rules.refusal(Obstacle.OWN_WORK, Move.HOLD, Standing(request.state))
    if request.postpone_until is None:
        raise Refusal(message("Nobody has asked to postpone it."), code="NOT_ASKED")
    return view


def _check_ahead(until: datetime, view: View) -> None:
    if until <= view.at:
        raise Invalid(message("This instant has passed already."), path=("until",))
