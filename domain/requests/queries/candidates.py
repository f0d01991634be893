"""Whom a request could be assigned to, and all that the assignment rules compare of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select

from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import Priority
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import AssignmentRules
from domain.requests.models import AssignmentTurn, ServiceRequest
from domain.requests.queries.above import responsible_department
from domain.requests.queries.showing import UNDER_WAY
from domain.requests.rules import Candidate
from tenancy.identity.permits import who_may
from tenancy.models import one_of
from tenancy.work import Work


async def department_for(work: Work, request: ServiceRequest, rules: AssignmentRules) -> UUID | None:
    """The department that a request goes to: the one that the clause names, or else the one that has it. One that was
    renamed since counts as none."""
    if rules.department is None:
        return await responsible_department(work, request)
    found = await organisation.department_named(work, rules.department)
    return found.id if found is not None else None


async def place_for(work: Work, request: ServiceRequest, rules: AssignmentRules) -> tuple[UUID | None, Sequence[str]]:
    """The department that a request goes to at its tier of support, and the posts of those who can get it; any will do
    where none is named. A department without a post of a higher tier leaves it to the group of the customer's region,
    where the clause names one."""
    department_id = await department_for(work, request, rules)
    if request.support_tier == 1:
        return department_id, rules.posts
    posts = rules.higher_posts or rules.posts
    group = rules.regional_groups.get(await region_of(work, request)) if rules.regional_groups else None
    if group is None or (department_id is not None and await _has(work, department_id, rules.higher_posts)):
        return department_id, posts
    found = await organisation.department_named(work, group)
    return (found.id, ()) if found is not None else (department_id, posts)


async def _has(work: Work, department_id: UUID, posts: Sequence[str]) -> bool:
    """Whether somebody in a department itself holds one of these posts."""
    return bool(posts) and any(
        person.department_id == department_id
        for person in await organisation.nearest_with_posts(work, department_id, posts)
    )


async def candidates(
    work: Work, request: ServiceRequest, department_id: UUID, posts: Sequence[str], rules: AssignmentRules
) -> list[Candidate]:
    """Who works there, or in the nearest department above that has one of these posts, in one of them."""
    people = await organisation.nearest_with_posts(work, department_id, posts)
    ids = [person.id for person in people]
    if not ids:
        return []
    able = set(await who_may(work, Permission.REQUESTS_WORK, ids))
    absent, on_duty = await organisation.away(work, ids), await organisation.on_duty(work, ids)
    counted, turns = await open_by_priority(work, ids, but=request.id), await _turns(work, ids)
    found = []
    for person in people:
        theirs = counted.get(person.id, {})
        found.append(
            Candidate(
                staff_id=person.id,
                may=person.id in able,
                absent=person.id in absent,
                on_duty=person.id in on_duty,
                skills=frozenset(person.skills),
                region=person.region,
                open_requests=sum(theirs.values()),
                load=sum(rules.weights.get(priority, 1) * count for priority, count in theirs.items()),
                turn=turns.get(person.id),
            )
        )
    return found


async def can_take(work: Work, staff_id: UUID) -> bool:
    """Whether somebody is there and may work on requests."""
    there = await organisation.is_free(work, staff_id)
    return there and staff_id in await who_may(work, Permission.REQUESTS_WORK, [staff_id])


async def open_by_priority(
    work: Work, staff_ids: list[UUID], *, but: UUID | None = None
) -> Mapping[UUID, Mapping[Priority, int]]:
    """How many open requests of each priority these people have, but one: their load, before it is weighed."""
    counted = (
        select(ServiceRequest.assignee_id, ServiceRequest.priority, func.count().label("count"))
        .where(
            one_of(ServiceRequest.assignee_id, staff_ids),
            one_of(ServiceRequest.state, UNDER_WAY),
            ServiceRequest.id.is_distinct_from(but),
        )
        .group_by(ServiceRequest.assignee_id, ServiceRequest.priority)
    )
    found: dict[UUID, dict[Priority, int]] = {}
    for row in await work.rows(counted):
        found.setdefault(row["assignee_id"], {})[Priority(row["priority"])] = row["count"]
    return found


async def _turns(work: Work, staff_ids: list[UUID]) -> dict[UUID, int]:
    rows = await work.rows(
        select(AssignmentTurn.staff_id, AssignmentTurn.turn).where(one_of(AssignmentTurn.staff_id, staff_ids))
    )
    return {row["staff_id"]: row["turn"] for row in rows}


async def turn_of(work: Work, staff_id: UUID) -> AssignmentTurn | None:
    """When it was last somebody's turn; None when it never was."""
    return await work.first(select(AssignmentTurn).where(AssignmentTurn.staff_id == staff_id))


async def region_of(work: Work, request: ServiceRequest) -> str:
    """The region in which a request's customer lies; empty where none is written down."""
    return (await customers.get(work, request.customer_id)).region
