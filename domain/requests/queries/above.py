"""Who has to act on a request, and who stands above it."""

from collections.abc import Sequence
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.organisation import queries as organisation
from domain.requests.models import ServiceRequest
from tenancy.work import Work


async def escalated_to(work: Work, request: ServiceRequest, superior_level: int) -> UUID | None:
    """The n-th of those who stand above a request; where their line ends earlier, the last in it. None: nobody does."""
    line = await line_above(work, request)
    return line[min(superior_level, len(line)) - 1] if line else None


async def line_above(work: Work, request: ServiceRequest) -> list[UUID]:
    """Who stands above a request, the nearest first: the assignee's superiors; then the head of the department that is
    responsible, that head's superiors, and the heads of the departments above with theirs. Nobody in it: the customer's
    account owner with theirs, or else whoever heads the company. Who stands below the assignee is never in it."""
    line = await organisation.line_above(work, request.assignee_id) if request.assignee_id else []
    department_id = await responsible_department(work, request)
    if department_id is not None:
        heads = await organisation.heads_above(work, department_id)
        line += await organisation.lines_from(work, heads, above=request.assignee_id)
    if not line:
        owner = await customers.owner_of(work, request.customer_id)
        starts = [owner] if owner is not None else await organisation.heads_at_the_top(work)
        line = await organisation.lines_from(work, starts, above=request.assignee_id)
    return list(dict.fromkeys(line))


async def responsible_department(work: Work, request: ServiceRequest) -> UUID | None:
    """The department that has a request, or the one that took it in; else the one that is responsible for what it asks
    for, or in which its assignee works."""
    found = request.department_id or request.intake_department_id
    if found is None and request.offering_id is not None:
        found = await catalogue.responsible_for(work, request.offering_id)
    if found is None and request.assignee_id is not None:
        found = (await organisation.staff(work, request.assignee_id)).department_id
    return found


async def responsible(work: Work, request: ServiceRequest) -> Sequence[UUID]:
    """Who has to act: the assignee, or the second while there is none or they have left or are absent, or else the head
    of the department. Where both are absent it stays with the assignee, and the head is to know."""
    people = [person for person in (request.assignee_id, request.second_assignee_id) if person is not None]
    for person in people:
        if await organisation.is_free(work, person):
            return [person]
    here = [person for person in people if (await organisation.staff(work, person)).left_on is None]
    head = await organisation.head_of(work, request.department_id) if request.department_id else None
    if here:
        return list(dict.fromkeys([here[0], *([head] if head is not None else [])]))
    return [head] if head is not None else []
