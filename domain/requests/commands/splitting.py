"""Making a request of its own out of something that was said about another one."""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.terms import Impact, Urgency
from domain.policies import queries as policies
from domain.policies.rules.kinds import PriorityMatrix
from domain.requests import queries, rules
from domain.requests.commands import intake, relating
from domain.requests.commands.ordering import Asked
from domain.requests.events import RequestSplit
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Audience, LinkKind
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@command(needs=Permission.REQUESTS_WORK)
async def split(
    work: Work,
    *,
    message_id: UUID,
    title: str,
    description: str = "",
    impact: Impact | None = None,
    urgency: Urgency | None = None,
) -> ServiceRequest:
    """Make a request of its own out of a message, linked with the one that it was about.

    It is for the same customer, contact and requester, in the same department and service line; it is rated by the
    matrix in force and promised time of its own, from now on. Its description is the message unless another is given;
    an internal note needs one, since the requester reads it.
    """
    title = rules.clean_title(title)
    said = await queries.message_seen(work, message_id, "messageId")
    origin = await relating.worked_on(work, said.request_id, "messageId")
    description = rules.clean_description(description) or _told(said)
    impact, urgency, tier = impact or origin.impact, urgency or origin.urgency, origin.customer_tier
    department_id = origin.department_id or origin.intake_department_id
    case = queries.case_of(department_id, tier, service_lines=origin.service_lines, sla_class=origin.sla_class)
    matrix = await policies.rule(work, PriorityMatrix, scope=case)
    request = ServiceRequest(
        number="",
        customer_id=origin.customer_id,
        contact_id=origin.contact_id,
        requester_id=origin.requester_id,
        submitting_client_id=origin.submitting_client_id,
        title=title,
        description=description,
        channel=origin.channel,
        impact=impact,
        urgency=urgency,
        customer_tier=tier,
        priority=matrix.value.rate(tier, impact, urgency),
        submitted_at=work.now,
        handbook_version_id=matrix.clause.version_id,
        intake_department_id=department_id,
        department_id=department_id,
        service_line_id=origin.service_line_id,
        service_lines=list(origin.service_lines),
        sla_class=origin.sla_class,
    )
    await intake.open_request(work, request, matrix, Asked(inputs={"split_from": origin.number}))
    work.record(RequestSplit(request_id=request.id, origin_id=origin.id, message_id=said.id), about=request)
    relating.keep_link(work, request, request.id, origin.id, LinkKind.SPLIT_FROM)
    return request


def _told(said: Message) -> str:
    if said.audience is Audience.INTERNAL:
        text = message("The requester would read this internal note; give the new request a description of its own.")
        raise Invalid(text, path=("description",))
    return said.text
