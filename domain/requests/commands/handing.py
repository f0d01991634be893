"""The two who are responsible for a request: the first hands it to the second, and gets it back (RQ-4)."""

from uuid import UUID

from domain.kernel.command import command
from domain.organisation import queries as organisation
from domain.requests import queries, rules
from domain.requests.commands import moving
from domain.requests.events import NobodyFree, RequestHandedBack, RequestHandedOver
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move
from tenancy.work import Work


@command(needs=DUTIES[Move.HAND_OVER].permission)
async def hand_over(work: Work, *, request_id: UUID, summary: str) -> ServiceRequest:
    """Give a request to the second who is responsible for it, with all they have to know; its state stays.

    Where there is no second, or they have left or are absent, or it is the second who has it, neither is free: whoever
    stands above is told, and the request stays where it is.
    """
    view = await moving.begin(work, request_id, Move.HAND_OVER)
    summary = rules.clean_summary(summary)
    request = view.request
    first, second = request.assignee_id, request.second_assignee_id
    assert first is not None
    if second is None or second == first or not await organisation.is_free(work, second):
        await nobody_is_free(work, request, summary)
        return request
    request.assignee_id, request.handed_over_from_id = second, first
    change = await moving.end(work, view, Move.HAND_OVER, summary)
    handed = RequestHandedOver(request_id=request_id, change_id=change, from_id=first, to_id=second)
    work.record(handed, about=request)
    return request


@command(needs=DUTIES[Move.HAND_BACK].permission)
async def hand_back(work: Work, *, request_id: UUID, summary: str) -> ServiceRequest:
    """Give a request back to the first who is responsible for it, saying what was done meanwhile."""
    view = await moving.begin(work, request_id, Move.HAND_BACK)
    summary = rules.clean_summary(summary)
    request = view.request
    second, first = request.assignee_id, request.handed_over_from_id
    assert second is not None
    assert first is not None
    if not await organisation.is_free(work, first):
        await nobody_is_free(work, request, summary)
        return request
    request.assignee_id, request.handed_over_from_id = first, None
    change = await moving.end(work, view, Move.HAND_BACK, summary)
    handed = RequestHandedBack(request_id=request_id, change_id=change, from_id=second, to_id=first)
    work.record(handed, about=request)
    return request


async def nobody_is_free(work: Work, request: ServiceRequest, summary: str) -> None:
    """Tell whoever stands above that neither of those who are responsible is free."""
    manager = await queries.escalated_to(work, request, 1)
    told = NobodyFree(request_id=request.id, notice_id=work.new_id(), manager_id=manager, summary=summary)
    work.record(told, about=request)
