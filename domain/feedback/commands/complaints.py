"""Complaints: taking them in, and every move from the acknowledgement to the analysis of the cause (CP-1)."""

from uuid import UUID

from domain.customers import queries as customers
from domain.feedback.commands import complaint_time as timing
from domain.feedback.commands.complaint_time import View
from domain.feedback.events import ComplaintAssigned, ComplaintMoved, ComplaintReceived
from domain.feedback.models import Complaint
from domain.feedback.queries import complaints as queries
from domain.feedback.rules import complaints as rules
from domain.feedback.rules.complaints import COMPLAINTS, ComplaintMove, ComplaintState, Standing
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.requests import queries as requests
from domain.requests.rules import Channel
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "complaints"


@command(needs=Permission.FEEDBACK_SUBMIT)
async def submit_complaint(
    work: Work,
    *,
    customer_id: UUID,
    title: str,
    description: str = "",
    channel: Channel,
    contact_id: UUID | None = None,
    request_id: UUID | None = None,
    department_id: UUID | None = None,
    about_staff_id: UUID | None = None,
) -> Complaint:
    """Take a complaint in and start its clocks by the clause in force; without one there is no limit (CP-1).

    Without a contact it is the acting member's own. About a request, it goes to the department that has that.
    """
    title = one_line(title, rules.MAX_TITLE, "title")
    description = several_lines(description, rules.MAX_TEXT, "description", may_be_empty=True)
    customer = await customers.get(work, customer_id, "customerId")
    if contact_id is not None:
        contact = await customers.contact(work, contact_id, "contactId")
        if contact.customer_id != customer_id:
            raise Invalid(message("This contact belongs to another customer."), path=("contactId",))
    department_id, service_lines = await _place_of(work, customer_id, request_id, department_id)
    if about_staff_id is not None:
        await organisation.staff(work, about_staff_id, "aboutStaffId")
    in_force = await policies.version_in_force(work)
    complaint = Complaint(
        number="",
        customer_id=customer_id,
        contact_id=contact_id,
        request_id=request_id,
        department_id=department_id,
        about_staff_id=about_staff_id,
        recorded_by_id=work.actor.id if work.actor.is_member else None,
        submitting_client_id=work.actor.id if work.actor.is_client else None,
        title=title,
        description=description,
        channel=channel,
        customer_tier=customer.tier,
        service_lines=service_lines,
        received_at=work.now,
        handbook_version_id=in_force.id if in_force else None,
    )
    await _open(work, complaint)
    return complaint


async def _place_of(
    work: Work, customer_id: UUID, request_id: UUID | None, department_id: UUID | None
) -> tuple[UUID | None, list[str]]:
    """The department that a complaint is for, and the service lines of what it is about."""
    service_lines: list[str] = []
    if request_id is not None:
        request = await requests.get(work, request_id, "requestId")
        if request.customer_id != customer_id:
            raise Invalid(message("This request is another customer's."), path=("requestId",))
        department_id, service_lines = department_id or request.department_id, list(request.service_lines)
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    return department_id, service_lines


async def _open(work: Work, complaint: Complaint) -> None:
    """Give a complaint its number and its clocks."""
    grounds = await queries.grounds(work, complaint)
    # Late, for others who want a number wait from here on.
    complaint.number = f"CMP-{await next_number(work, NUMBERS):06}"
    work.add(complaint)
    view = View(complaint=complaint, clocks=[], changes=[], grounds=grounds, at=work.now, timers=[])
    view.enter(work, move=None)
    timing.start(work, view)
    timing.reckon(work, view)
    work.record(ComplaintReceived(complaint_id=complaint.id), about=complaint)


@command(needs=Permission.FEEDBACK_MANAGE)
async def assign_complaint(work: Work, *, complaint_id: UUID, handler_id: UUID) -> Complaint:
    """Give a complaint to one of the staff, but neither to whom it is about nor to whoever complained."""
    handler = await organisation.staff(work, handler_id, "handlerId")
    view = await _begin(work, complaint_id, ComplaintMove.ASSIGN)
    complaint = view.complaint
    if handler.left_on is not None:
        raise Invalid(message("This person has left the company and gets no complaints."), path=("handlerId",))
    if handler_id == complaint.about_staff_id:
        text = message("Nobody deals with a complaint about themselves.")
        raise Invalid(text, path=("handlerId",), code="CONCERNS_YOU")
    if handler_id == complaint.recorded_by_id and complaint.contact_id is None:
        raise Invalid(message("Whoever complained does not decide on it."), path=("handlerId",), code="OWN_COMPLAINT")
    complaint.handler_id = handler_id
    change = view.enter(work, ComplaintMove.ASSIGN)
    timing.reckon(work, view)
    assigned = ComplaintAssigned(complaint_id=complaint.id, change_id=change.id, handler_id=handler_id)
    work.record(assigned, about=complaint)
    return complaint


@command(needs=None)
async def acknowledge_complaint(work: Work, *, complaint_id: UUID, text: str) -> Complaint:
    """Tell the customer that their complaint is taken seriously, or apologise; the contact is written to."""
    return await _make(work, complaint_id, ComplaintMove.ACKNOWLEDGE, _text(text))


@command(needs=None)
async def investigate_complaint(work: Work, *, complaint_id: UUID) -> Complaint:
    """Begin to find out what happened, also anew after the customer was not satisfied."""
    return await _make(work, complaint_id, ComplaintMove.INVESTIGATE, "")


@command(needs=None)
async def propose_remedy(work: Work, *, complaint_id: UUID, proposal: str) -> Complaint:
    """Tell the customer what is offered; the contact is written to."""
    proposal = several_lines(proposal, rules.MAX_TEXT, "proposal")
    return await _make(work, complaint_id, ComplaintMove.PROPOSE, proposal)


@command(needs=None)
async def agree_to_remedy(work: Work, *, complaint_id: UUID) -> Complaint:
    """Note that the customer agrees to what was offered."""
    return await _make(work, complaint_id, ComplaintMove.AGREE, "")


@command(needs=None)
async def decline_remedy(work: Work, *, complaint_id: UUID, reason: str) -> Complaint:
    """Note that the customer does not want what was offered, and why; something else is looked for."""
    return await _make(work, complaint_id, ComplaintMove.DECLINE, _reason(reason))


@command(needs=None)
async def carry_out_remedy(work: Work, *, complaint_id: UUID, result: str) -> Complaint:
    """Tell the customer the result: what was done; the contact is written to."""
    result = several_lines(result, rules.MAX_TEXT, "result")
    return await _make(work, complaint_id, ComplaintMove.CARRY_OUT, result)


@command(needs=None)
async def settle_complaint(work: Work, *, complaint_id: UUID) -> Complaint:
    """Note that the customer is satisfied with what was done."""
    return await _make(work, complaint_id, ComplaintMove.SATISFY, "")


@command(needs=None)
async def escalate_complaint(work: Work, *, complaint_id: UUID, reason: str) -> Complaint:
    """Note that the customer is not satisfied; the superior whom the clause names takes over."""
    return await _make(work, complaint_id, ComplaintMove.ESCALATE, _reason(reason))


@command(needs=None)
async def analyse_complaint(work: Work, *, complaint_id: UUID, cause: str, improvement: str = "") -> Complaint:
    """Record why it came to this and what is to keep it from happening again, which closes the complaint."""
    cause = several_lines(cause, rules.MAX_TEXT, "cause")
    improvement = several_lines(improvement, rules.MAX_TEXT, "improvement", may_be_empty=True)
    complaint = await _make(work, complaint_id, ComplaintMove.ANALYSE, cause)
    complaint.improvement = improvement
    return complaint


@command(needs=None)
async def withdraw_complaint(work: Work, *, complaint_id: UUID, reason: str) -> Complaint:
    """Note that the customer has taken the complaint back; its clocks stop without a verdict unless they were late."""
    return await _make(work, complaint_id, ComplaintMove.WITHDRAW, _reason(reason))


def _text(text: str) -> str:
    return several_lines(text, rules.MAX_TEXT, "text")


def _reason(reason: str) -> str:
    return one_line(reason, rules.MAX_REASON, "reason")


async def _begin(work: Work, complaint_id: UUID, move: ComplaintMove) -> View:
    """The locked complaint, if the actor may make this move now; what was due before has happened."""
    view = await timing.locked(work, complaint_id, "complaintId")
    complaint, actor = view.complaint, work.actor
    mine = actor.id if actor.is_member else None
    recorded = mine is not None and complaint.recorded_by_id == mine
    standing = Standing(
        handler=mine is not None and complaint.handler_id == mine,
        bringer=recorded or (actor.is_client and complaint.submitting_client_id == actor.id),
        own=recorded and complaint.contact_id is None,
        concerned=mine is not None and complaint.about_staff_id == mine,
    )
    found = rules.obstacles(move, complaint.state, actor.may, standing)
    if found:
        raise rules.refusal(found[0], move, complaint.state)
    await timing.catch_up(work, view, before_a_move=True)
    return view


async def _make(work: Work, complaint_id: UUID, move: ComplaintMove, text: str) -> Complaint:
    """Make a move: its change of state, what it keeps, what it does to the clocks; cited where there is a clause."""
    view = await _begin(work, complaint_id, move)
    complaint, before = view.complaint, view.complaint.state
    complaint.state = COMPLAINTS.next(before, move)
    match move:
        case ComplaintMove.PROPOSE:
            complaint.proposal = text
        case ComplaintMove.CARRY_OUT:
            complaint.result = text
        case ComplaintMove.ANALYSE:
            complaint.cause = text
        case ComplaintMove.ESCALATE:
            await timing.hand_up(work, view, None)
    if complaint.state in (ComplaintState.ANALYSED, ComplaintState.WITHDRAWN):
        complaint.closed_at = view.at
    change = view.enter(work, move, text)
    timing.reckon(work, view)
    timing.cite(work, view, f"feedback.complaint_{move}", {"from": before}, {"state": complaint.state})
    moved = ComplaintMoved(complaint_id=complaint.id, change_id=change.id, move=move, state=complaint.state)
    work.record(moved, about=complaint)
    return complaint
