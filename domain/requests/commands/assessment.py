"""The assessment of a request: its priority by the matrix, and whether it is routine or complex (RQ-2)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.customers.queries import Restricted
from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import Complexity, Impact, Urgency
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import PriorityMatrix
from domain.policies.rules.kinds.intake import AssignedAt
from domain.requests import queries, rules
from domain.requests.commands import choosing, course, moving, timing
from domain.requests.commands.timing import View
from domain.requests.events import RequestRatedAgain, RequestTriaged
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move
from tenancy.work import Work


@command(needs=DUTIES[Move.TRIAGE].permission)
async def triage(
    work: Work,
    *,
    request_id: UUID,
    complexity: Complexity,
    category: str | None = None,
    impact: Impact | None = None,
    urgency: Urgency | None = None,
) -> ServiceRequest:
    """Assess a request: routine or complex, its category, and its impact and urgency where the intake had them wrong.

    The matrix rates it anew, and its clocks go by what the new priority is promised, from the intake on.
    """
    cleaned = rules.clean_category(category) if category is not None else None
    view = await moving.begin(work, request_id, Move.TRIAGE)
    request = view.request
    request.complexity = complexity
    if cleaned is not None:
        request.category = cleaned
    if impact not in (None, request.impact) or urgency not in (None, request.urgency):
        request.impact, request.urgency = impact or request.impact, urgency or request.urgency
        await _rate_anew(work, view)
    change = await moving.end(work, view, Move.TRIAGE)
    triaged = RequestTriaged(request_id=request_id, change_id=change, priority=request.priority)
    work.record(triaged, about=request)
    await choosing.by_itself(work, view, AssignedAt.TRIAGE)
    return request


async def rate_again(work: Work, *, request_id: UUID, impact: Impact, urgency: Urgency) -> ServiceRequest | None:
    """Rate a request by the matrix once more, because what it is about has become better or worse. None where nothing
    changes: it is over, rated so already, or somebody has assessed it, whose word counts."""
    view = await timing.locked(work, request_id, "requestId")
    request = view.request
    same = (request.impact, request.urgency) == (impact, urgency)
    if same or request.complexity is not None or request.state not in queries.UNDER_WAY:
        return None
    await timing.catch_up(work, view, before_a_move=True)
    before, request.impact, request.urgency = request.priority, impact, urgency
    await _rate_anew(work, view)
    await course.follow(work, request, view.changes)
    timing.reckon(work, view)
    if request.priority is not before:
        told = RequestRatedAgain(request_id=request.id, notice_id=work.new_id(), priority=request.priority)
        work.record(told, about=request)
    return request


async def _rate_anew(work: Work, view: View) -> None:
    request = view.request
    # A handbook may have lost its matrix since; then the priority stays as it was.
    matrix = await queries.ruled(work, PriorityMatrix, request)
    if matrix is None:
        return
    request.priority = matrix.value.rate(request.customer_tier, request.impact, request.urgency)
    cite_priority(work, request, matrix, {})
    view.grounds = await queries.grounds(work, request, view.clocks)
    timing.start(work, view)


def cite_priority(work: Work, request: ServiceRequest, matrix: Ruling[PriorityMatrix], more: Mapping[str, Any]) -> None:
    """Keep by which clause a request has its priority."""
    policies.cite(
        work,
        matrix,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.priority",
        inputs={
            "customer_tier": request.customer_tier,
            "impact": request.impact,
            "urgency": request.urgency,
            "department_id": request.intake_department_id,
            **more,
        },
        result={"priority": matrix.value.rate(request.customer_tier, request.impact, request.urgency)},
    )


def cite_restriction(work: Work, request: ServiceRequest, restricted: Restricted) -> None:
    """Keep by which clause a request of a customer who does not pay comes last."""
    policies.cite(
        work,
        restricted.ruling,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.service_restricted",
        inputs={"customer_id": request.customer_id, "restriction": restricted.how},
        result={"priority": request.priority},
    )
