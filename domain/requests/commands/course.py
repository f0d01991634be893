"""Which steps a request has to take, by the clause on its course (RQ-5)."""

from collections.abc import Sequence

from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.kinds.handling import Step
from domain.requests import queries, rules
from domain.requests.models import ServiceRequest, StateChange
from tenancy.work import Work


async def follow(work: Work, request: ServiceRequest, changes: Sequence[StateChange]) -> Ruling[RequestCourse] | None:
    """Note which steps a request lacks by its history. Gives the clause that asks for them, if there is one."""
    followed = () if request.course_clause_id is None else (request.course_clause_id,)
    ruling = await queries.ruled(work, RequestCourse, request, followed=followed)
    needed = ruling.value.steps(request.complexity) if ruling is not None else ()
    request.missing_steps = [step.value for step in rules.missing(needed, [change.move for change in changes])]
    request.demands = [each.value for each in (ruling.value.demands() if ruling is not None else rules.USUAL_DEMANDS)]
    request.course_clause_id = ruling.clause.clause_id if ruling is not None else None
    return ruling


def closes_by_hand(request: ServiceRequest) -> bool:
    """Whether somebody has to close the request once it is confirmed."""
    return Step.CLOSING.value in request.missing_steps
