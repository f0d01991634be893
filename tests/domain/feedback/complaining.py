"""Complaints in the companies of the requests: each with its own deadlines."""

from typing import Any

from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.models import Complaint, ComplaintClock
from domain.feedback.queries import complaints as queries
from domain.feedback.rules.complaints import ComplaintClockKind
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import ComplaintHandling
from domain.requests.rules import Channel
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.feedback.company import limited
from tests.domain.requests.company import Company, founded, service_clauses, software_clauses
from tests.handbooks import publish

HANDLES = (Permission.FEEDBACK_READ, Permission.FEEDBACK_HANDLE)
SUBMITS = (Permission.FEEDBACK_READ, Permission.FEEDBACK_SUBMIT, Permission.REQUESTS_READ)
MANAGES = (Permission.FEEDBACK_READ_ALL, Permission.FEEDBACK_MANAGE)

FAST = {
    "acknowledge": {"working_minutes": 60},
    "proposal": {"working_days": 1},
    "result": {"working_days": 3},
    "escalates_to_level": 2,
    "warning_fractions": ["0.5"],
}
SLOW = {"acknowledge": {"working_days": 1, "end_of_day": True}, "result": {"working_days": 5}, "warning_fractions": []}


async def fast_company() -> Company:
    """An hour to acknowledge, a day to propose, three for the result; the boss takes over what is late."""
    company = await founded()
    await publish(company.admin, *software_clauses(), ("9.1", ComplaintHandling.model_validate(FAST)))
    return company


async def slow_company() -> Company:
    """A day to acknowledge and five for the result, no warnings; the nearest superior takes over."""
    company = await founded()
    await publish(company.admin, *service_clauses(), ("9.7", ComplaintHandling.model_validate(SLOW)))
    return company


async def complain(company: Company, actor: Actor | None = None, **given: Any) -> Complaint:
    """The clerk records what the customer's contact is not content with, unless told otherwise."""
    usual = {
        "customer_id": company.strategic_id,
        "contact_id": company.contact_id,
        "title": "Nobody called back",
        "channel": Channel.HOTLINE,
        "department_id": company.support_id,
    }
    async with writing(actor or limited(company.clerk, *SUBMITS), settle=settle) as work:
        return await commands.submit_complaint(work, **{**usual, **given})


async def make(move: Any, actor: Actor, complaint: Complaint, **given: Any) -> Complaint:
    """A move by somebody; the complaint as it is then."""
    async with writing(actor, settle=settle) as work:
        found: Complaint = await move(work, complaint_id=complaint.id, **given)
        return found


async def assigned(company: Company, **given: Any) -> Complaint:
    """A new complaint that the agent deals with."""
    complaint = await complain(company, **given)
    manager = limited(company.dispatcher, *MANAGES)
    return await make(commands.assign_complaint, manager, complaint, handler_id=company.agent.id)


async def agreed(company: Company, **given: Any) -> Complaint:
    """A complaint whose remedy the customer wants."""
    complaint, agent = await assigned(company, **given), limited(company.agent, *HANDLES)
    await make(commands.acknowledge_complaint, agent, complaint, text="We are sorry")
    await make(commands.investigate_complaint, agent, complaint)
    await make(commands.propose_remedy, agent, complaint, proposal="We call today")
    return await make(commands.agree_to_remedy, limited(company.clerk, *SUBMITS), complaint)


async def stored(company: Company, complaint: Complaint) -> Complaint:
    """The complaint as it is stored."""
    async with reading(company.admin) as work:
        return await queries.get(work, complaint.id)


async def clock(company: Company, complaint: Complaint, kind: ComplaintClockKind) -> ComplaintClock:
    """One of a complaint's clocks."""
    async with reading(company.admin) as work:
        return next(each for each in await queries.clocks_of(work, complaint.id) if each.kind is kind)
