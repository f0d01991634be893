"""From the search for the cause to the solution that the requester agrees to (RQ-5)."""

from uuid import UUID

from domain.kernel.command import command
from domain.policies.rules.kinds import HoldReasons
from domain.requests import queries, rules
from domain.requests.commands import moving
from domain.requests.events import RequestDiagnosed, SolutionAgreed, SolutionDeclined, SolutionProposed
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move
from tenancy.work import Work


@command(needs=DUTIES[Move.DIAGNOSE].permission)
async def diagnose(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Look for the cause of what a request is about, which is its first response (RQ-6)."""
    view = await moving.begin(work, request_id, Move.DIAGNOSE)
    change = await moving.end(work, view, Move.DIAGNOSE)
    work.record(RequestDiagnosed(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.PROPOSE].permission)
async def propose(work: Work, *, request_id: UUID, solution: str) -> ServiceRequest:
    """Lay a solution before the requester, or a better one; each proposal stays in the history."""
    solution = rules.clean_solution(solution)
    view = await moving.begin(work, request_id, Move.PROPOSE)
    view.request.solution = solution
    resting = await queries.ruled(work, HoldReasons, view.request)
    pauses = resting.value.while_proposed if resting is not None else None
    change = await moving.end(work, view, Move.PROPOSE, solution, pauses=pauses)
    work.record(SolutionProposed(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.AGREE].permission, contacts=True)
async def agree(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Agree to the solution that was proposed; the work can begin."""
    view = await moving.begin(work, request_id, Move.AGREE)
    change = await moving.end(work, view, Move.AGREE)
    work.record(SolutionAgreed(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.DECLINE].permission, contacts=True)
async def decline(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why the solution that was proposed will not do; another one is looked for."""
    reason = rules.clean_reason(reason)
    view = await moving.begin(work, request_id, Move.DECLINE)
    change = await moving.end(work, view, Move.DECLINE, reason)
    work.record(SolutionDeclined(request_id=request_id, change_id=change), about=view.request)
    return view.request
