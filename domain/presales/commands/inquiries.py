"""Inquiries: registered at once, dealt with in the clause's time, qualified for an offer or refused (PS-1).

Locks are taken in one order: the inquiry's timers, then the inquiry.
"""

from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.kinds import BusinessCalendarClause, InquiryContact, InquiryEvaluationRules
from domain.policies.rules.scopes import Case
from domain.presales.commands.evaluations import end_with_inquiry
from domain.presales.commands.solutions import end_solution_with_inquiry
from domain.presales.events import (
    InquiryAssigned,
    InquiryBreached,
    InquiryClosed,
    InquiryContactDue,
    InquiryContacted,
    InquiryReceived,
)
from domain.presales.models import Inquiry
from domain.presales.queries import evaluations
from domain.presales.queries import inquiries as queries
from domain.presales.rules import inquiries as rules
from domain.presales.rules.evaluations import EvaluationState
from domain.presales.rules.inquiries import INQUIRIES, InquiryMove, InquiryObstacle, InquiryState
from tenancy.numbers import next_number
from tenancy.outbox import lock_timers
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "inquiries"


@command(needs=Permission.PRESALES_QUOTE)
async def register_inquiry(
    work: Work,
    *,
    customer_id: UUID,
    title: str,
    content: str = "",
    contact_id: UUID | None = None,
    service_line_id: UUID | None = None,
    assignee_id: UUID | None = None,
) -> Inquiry:
    """Write an inquiry down and pass it on: to whom is told, or else to who looks after the customer.

    The clause on contact after an inquiry and the business calendar say until when somebody gets in touch.
    """
    customer = await customers.get(work, customer_id, "customerId")
    if contact_id is not None:
        contact = await customers.contact(work, contact_id, "contactId")
        if contact.customer_id != customer_id:
            raise Invalid(message("This contact is another customer's."), path=("contactId",))
    if assignee_id is not None:
        await _refuse_absent(work, assignee_id)
    codes = await catalogue.line_codes(work, service_line_id, "serviceLineId") if service_line_id is not None else []
    inquiry = Inquiry(
        number="",
        customer_id=customer_id,
        contact_id=contact_id,
        service_line_id=service_line_id,
        title=one_line(title, rules.MAX_TITLE, "title"),
        content=several_lines(content, rules.MAX_TEXT, "content", may_be_empty=True),
        received_at=work.now,
        assignee_id=assignee_id or await customers.owner_of(work, customer_id),
        due_at=None,
        clause_id=None,
        version_id=None,
    )
    inquiry.number = f"INQ-{await next_number(work, NUMBERS):06}"
    work.add(inquiry)
    case = Case(customer_tier=customer.tier, service_line=codes[0] if codes else None, lines_above=tuple(codes[1:]))
    await _set_deadline(work, inquiry, case)
    evaluation = await policies.find_rule(work, InquiryEvaluationRules, scope=case)
    if evaluation is not None:
        inquiry.evaluation_clause_id = evaluation.clause.clause_id
        inquiry.evaluation_version_id = evaluation.clause.version_id
        inquiry.needs_go = evaluation.value.go_needed
    work.record(InquiryReceived(inquiry_id=inquiry.id), about=inquiry)
    return inquiry


async def _set_deadline(work: Work, inquiry: Inquiry, case: Case) -> None:
    clause = await policies.find_rule(work, InquiryContact, scope=case)
    if clause is None:
        return
    calendar = await policies.rule(work, BusinessCalendarClause, scope=case)
    inquiry.due_at = clause.value.within.ends_at(work.now, calendar.value)
    inquiry.clause_id, inquiry.version_id = clause.clause.clause_id, clause.clause.version_id
    policies_commands.cite(
        work,
        clause,
        about=Subject(SubjectKind.INQUIRY, inquiry.id),
        decision="presales.contact_deadline",
        inputs={"received_at": inquiry.received_at, "within": clause.value.within.model_dump()},
        result={"due_at": inquiry.due_at},
    )
    work.schedule(
        inquiry.due_at, InquiryContactDue(inquiry_id=inquiry.id), about=inquiry.id, key=f"inquiry:{inquiry.id}"
    )


@command(needs=Permission.PRESALES_QUOTE)
async def assign_inquiry(work: Work, *, inquiry_id: UUID, assignee_id: UUID) -> Inquiry:
    """Let somebody else deal with an inquiry; its time runs on."""
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.ASSIGN)
    await _refuse_absent(work, assignee_id)
    inquiry.assignee_id = assignee_id
    work.record(InquiryAssigned(inquiry_id=inquiry.id), about=inquiry)
    return inquiry


@command(needs=Permission.PRESALES_QUOTE)
async def note_contact(work: Work, *, inquiry_id: UUID, needs: str) -> Inquiry:
    """Write down that presales was in touch, and what the customer needs by then; the first contact stops the time."""
    timers = await lock_timers(work, inquiry_id)
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    first = inquiry.state is InquiryState.RECEIVED
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.CONTACT)
    inquiry.needs = several_lines(needs, rules.MAX_TEXT, "needs")
    for timer in timers:
        work.delete(timer)
    in_time = None
    if first:
        inquiry.contacted_at = work.now
        in_time = inquiry.due_at is None or work.now < inquiry.due_at
        if not in_time and inquiry.breached_at is None:
            # The timer was late, the customer was not.
            inquiry.breached_at = work.now
    contacted = InquiryContacted(inquiry_id=inquiry.id, first=first, in_time=in_time)
    work.record(contacted, about=inquiry)
    return inquiry


@command(needs=Permission.PRESALES_QUOTE)
async def qualify_inquiry(work: Work, *, inquiry_id: UUID) -> Inquiry:
    """Say that something is going to be offered."""
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    state = INQUIRIES.next(inquiry.state, InquiryMove.QUALIFY)
    evaluation = await evaluations.live(work, inquiry.id)
    if inquiry.needs_go and (evaluation is None or evaluation.state is not EvaluationState.GO):
        refusal = rules.refusal(InquiryObstacle.NO_GO, InquiryMove.QUALIFY, inquiry.state)
        clause = await evaluations.clause_of(work, inquiry)
        refusal.clause = clause.clause if clause is not None else None
        raise refusal
    inquiry.state, inquiry.closed_at = state, work.now
    await end_with_inquiry(work, inquiry)
    work.record(InquiryClosed(inquiry_id=inquiry.id, qualified=True), about=inquiry)
    return inquiry


@command(needs=Permission.PRESALES_QUOTE)
async def refuse_inquiry(work: Work, *, inquiry_id: UUID, reason: str) -> Inquiry:
    """Say that nothing is going to be offered, and why."""
    timers = await lock_timers(work, inquiry_id)
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.REFUSE)
    inquiry.reason = several_lines(reason, rules.MAX_TEXT, "reason")
    inquiry.closed_at = work.now
    for timer in timers:
        work.delete(timer)
    await end_with_inquiry(work, inquiry)
    await end_solution_with_inquiry(work, inquiry)
    work.record(InquiryClosed(inquiry_id=inquiry.id, qualified=False), about=inquiry)
    return inquiry


async def breach_inquiry(work: Work, event: InquiryContactDue) -> None:
    """The time for the first contact is up. A timer that is early or outdated does nothing."""
    await lock_timers(work, event.inquiry_id)
    inquiry = await work.get(Inquiry, event.inquiry_id, lock=True)
    if inquiry.state is not InquiryState.RECEIVED or inquiry.due_at is None or inquiry.due_at > work.now:
        return
    inquiry.breached_at = work.now
    work.record(InquiryBreached(inquiry_id=inquiry.id), about=inquiry)


async def _refuse_absent(work: Work, assignee_id: UUID) -> None:
    person = await organisation.staff(work, assignee_id, "assigneeId")
    if person.left_on is not None:
        raise Invalid(message("This person has left the company."), path=("assigneeId",))
