"""Taking a request in: its priority by the matrix, its deadlines by the service level, its number."""

from typing import Any
from uuid import UUID

from domain.customers import queries as customers
from domain.customers.queries import Restricted
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.dunning import ServiceRestriction
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import PriorityMatrix
from domain.policies.rules.kinds.intake import AssignedAt
from domain.requests import queries, rules
from domain.requests.commands import assessment, choosing, course, ordering, timing
from domain.requests.commands.ordering import Asked
from domain.requests.events import RequestSubmitted
from domain.requests.models import ServiceRequest
from domain.requests.rules import Channel
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, NotFound, Refusal, message
from tenancy.work import Work

NUMBERS = "requests"


@command(needs=Permission.REQUESTS_SUBMIT, contacts=True)
async def submit(
    work: Work,
    *,
    customer_id: UUID,
    title: str,
    description: str = "",
    channel: Channel,
    impact: Impact,
    urgency: Urgency,
    contact_id: UUID | None = None,
    department_id: UUID | None = None,
    offering_id: UUID | None = None,
    answers: Any = None,
    source_reference: str | None = None,
    own_work: bool = False,
) -> ServiceRequest:
    """Take a request in, rate it by the priority matrix, start its clocks by the service level in force (RQ-1, RQ-2).

    The acting member is its requester; a partner's program sees what it submitted, and a customer's person submits for
    themselves alone. By its offering it goes to whoever is responsible, and clauses for the offering's service line
    hold for it; `answers` are the JSON of its form. Refuses with NO_CLAUSE where the handbook has no matrix; without a
    service level for the case there is no limit.

    `own_work` is what the company opens of itself, such as on a finding: that a customer does not pay never refuses it.
    `source_reference` is what the submitter calls it: whoever submits the same name again is given the first request,
    as it is by now, and nothing else happens.
    """
    source_reference, known = await _submitted_before(work, source_reference)
    if known is not None:
        return known
    title, description = rules.clean_title(title), rules.clean_description(description)
    tier = await _tier_of(work, customer_id, contact_id)
    restricted = await _restricted(work, customer_id, own_work=own_work)
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    asked = await ordering.asked_for(work, offering_id, answers, customer_id)
    department_id = department_id or asked.department_id
    matrix = await policies.rule(work, PriorityMatrix, scope=asked.case(department_id, tier))
    request = ServiceRequest(
        number="",
        customer_id=customer_id,
        contact_id=contact_id,
        requester_id=work.actor.id if work.actor.is_member else None,
        submitting_client_id=work.actor.id if work.actor.is_client else None,
        title=title,
        description=description,
        channel=channel,
        impact=impact,
        urgency=urgency,
        customer_tier=tier,
        priority=Priority.P4 if restricted is not None else matrix.value.rate(tier, impact, urgency),
        submitted_at=work.now,
        handbook_version_id=matrix.clause.version_id,
        intake_department_id=department_id,
        department_id=department_id,
        source_reference=source_reference,
        **asked.columns,
    )
    await open_request(work, request, matrix, asked, restricted)
    return request


async def open_request(
    work: Work,
    request: ServiceRequest,
    matrix: Ruling[PriorityMatrix],
    asked: Asked,
    restricted: Restricted | None = None,
) -> None:
    """Give a request its number and its clocks, and cite what rated it."""
    grounds = await queries.grounds(work, request)
    # Late, for others who want a number wait from here on.
    request.number = f"REQ-{await next_number(work, NUMBERS):06}"
    work.add(request)
    assessment.cite_priority(work, request, matrix, asked.inputs)
    if restricted is not None:
        assessment.cite_restriction(work, request, restricted)
    view = timing.View(request=request, clocks=[], changes=[], grounds=grounds, at=work.now, timers={})
    view.enter(work, move=None)
    await course.follow(work, request, view.changes)
    timing.start(work, view)
    timing.reckon(work, view)
    work.record(RequestSubmitted(request_id=request.id, priority=request.priority), about=request)
    await choosing.by_itself(work, view, AssignedAt.SUBMISSION)


async def _tier_of(work: Work, customer_id: UUID, contact_id: UUID | None) -> CustomerTier:
    """How important the customer is; refuses an inactive one, and somebody else's contact."""
    if work.actor.is_contact and contact_id != work.actor.id:
        raise NotFound(path=("contactId",))
    customer = await customers.get(work, customer_id, "customerId")
    if not customer.active:
        raise Invalid(message("This customer is inactive and gets no new requests."), path=("customerId",))
    if contact_id is not None:
        contact = await customers.contact(work, contact_id, "contactId")
        if contact.customer_id != customer_id:
            raise Invalid(message("This contact belongs to another customer."), path=("contactId",))
    return customer.tier


async def _restricted(work: Work, customer_id: UUID, *, own_work: bool) -> Restricted | None:
    """What the dunning ladder makes of the request of a customer who does not pay: it has the lowest priority, or is
    refused with SERVICE_RESTRICTED."""
    found = await customers.restriction(work, customer_id)
    if found is not None and found.how is ServiceRestriction.NO_REQUESTS and not own_work:
        text = message("An invoice to this customer is long overdue: new requests are taken again once it is paid.")
        path = () if work.actor.is_contact else ("customerId",)
        raise Refusal(text, path=path, clause=found.ruling.clause, code="SERVICE_RESTRICTED")
    return found


async def _submitted_before(work: Work, reference: str | None) -> tuple[str | None, ServiceRequest | None]:
    """A name as it is kept, and what the actor has submitted under it. Two who submit the same at once take turns."""
    if reference is None:
        return None, None
    reference = rules.clean_source_reference(reference)
    turn = f"request:{work.actor.tenant_id}:{work.actor.id}:{reference}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    return reference, await queries.submitted_as(work, reference)
