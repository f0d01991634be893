"""Writing solutions, their versions, sending them, and the customer's answer (PS-3).

Locks are taken in one order: the inquiry, what waits for approval, the solution.
"""

from typing import Any
from uuid import UUID

from domain.approvals import commands as approvals
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.presales.events import (
    SolutionAnswered,
    SolutionChanged,
    SolutionDrafted,
    SolutionSent,
    SolutionSuperseded,
    SolutionWithdrawn,
)
from domain.presales.models import Inquiry, Solution
from domain.presales.queries import inquiries
from domain.presales.queries import solutions as queries
from domain.presales.queries.evaluations import refuse_stopped
from domain.presales.rules import solutions as rules
from domain.presales.rules.inquiries import INQUIRIES, InquiryMove
from domain.presales.rules.solutions import SOLUTIONS, Proposal, SolutionMove, SolutionObstacle, SolutionState
from tenancy.numbers import next_number
from tenancy.outbox import withdraw_effects
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

NUMBERS = "solutions"


@command(needs=Permission.PRESALES_QUOTE)
async def draft_solution(work: Work, *, inquiry_id: UUID, proposal: Proposal) -> Solution:
    """Write the first version of how what an inquiry asks for is to be done; later ones come of a revision."""
    inquiry = await inquiries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.DRAFT_SOLUTION)
    await refuse_stopped(work, inquiry.id, "inquiryId")
    if await queries.live(work, inquiry.id) is not None:
        text = message("There is a solution for this inquiry: make a new version of it.")
        raise Conflict(text, path=("inquiryId",))
    said = _columns(proposal.checked())
    number = f"SOL-{await next_number(work, NUMBERS):06}"
    solution = await _add(work, inquiry, number=number, version=1, reason="", **said)
    work.record(SolutionDrafted(solution_id=solution.id), about=solution)
    return solution


@command(needs=Permission.PRESALES_QUOTE)
async def change_solution(work: Work, *, solution_id: UUID, proposal: Proposal) -> Solution:
    """Write a draft anew."""
    _, solution = await moved(work, solution_id, SolutionMove.CHANGE)
    for name, value in _columns(proposal.checked()).items():
        setattr(solution, name, value)
    work.record(SolutionChanged(solution_id=solution.id), about=solution)
    return solution


@command(needs=Permission.PRESALES_QUOTE)
async def revise_solution(work: Work, *, solution_id: UUID, reason: str) -> Solution:
    """Begin the next version as a draft that says the same; the former one is superseded at once, and its link opens
    nothing any more."""
    inquiry, former = await moved(work, solution_id, SolutionMove.REVISE)
    if former.version >= rules.MOST_VERSIONS:
        raise Invalid(message("There are at most {most} versions."), {"most": rules.MOST_VERSIONS}, ("solutionId",))
    why = several_lines(reason, rules.MAX_COMMENT, "reason")
    await withdraw_effects(work, former.id)
    # The former one stops being live before the new one is, as the table's index demands.
    await work.flush()
    said = _columns(queries.as_proposal(former))
    solution = await _add(work, inquiry, number=former.number, version=former.version + 1, reason=why, **said)
    work.record(SolutionSuperseded(solution_id=former.id, by_id=solution.id), about=former)
    work.record(SolutionDrafted(solution_id=solution.id), about=solution)
    return solution


@command(needs=Permission.PRESALES_QUOTE)
async def withdraw_solution(work: Work, *, solution_id: UUID) -> Solution:
    """Take a solution back that the customer has not answered; what waits about it is void, its link opens nothing."""
    seen = await queries.get(work, solution_id, "solutionId")
    await inquiries.get(work, seen.inquiry_id, "solutionId", lock=True)
    return await _withdraw(work, solution_id)


async def end_solution_with_inquiry(work: Work, inquiry: Inquiry) -> None:
    """The inquiry is refused: a solution that is under way is withdrawn."""
    found = await queries.live(work, inquiry.id)
    if found is not None and SOLUTIONS.allows(found.state, SolutionMove.WITHDRAW):
        await _withdraw(work, found.id, only_if_possible=True)


@command(needs=Permission.PRESALES_QUOTE)
async def send_solution(work: Work, *, solution_id: UUID, contact_id: UUID | None = None) -> Solution:
    """Send an approved solution to a person of the customer, whoever asked unless told, by a link that is answered
    once. The fingerprint of what they are shown is kept."""
    inquiry, solution = await moved(work, solution_id, SolutionMove.SEND)
    solution.contact_id = await recipient(work, inquiry, contact_id)
    solution.sent_at = work.now
    solution.digest = queries.as_proposal(solution).digest()
    work.record(SolutionSent(solution_id=solution.id), about=solution)
    return solution


async def recipient(work: Work, inquiry: Inquiry, contact_id: UUID | None) -> UUID:
    """The customer's person who gets a letter about an inquiry: the one that is given, else whoever asked."""
    chosen = contact_id if contact_id is not None else inquiry.contact_id
    if chosen is None:
        raise Invalid(message("Say who of the customer's people gets it: the inquiry names none."), path=("contactId",))
    contact = await customers.contact(work, chosen, "contactId")
    if contact.customer_id != inquiry.customer_id:
        raise Invalid(message("This contact is another customer's."), path=("contactId",))
    return contact.id


@command(needs=Permission.PRESALES_QUOTE)
async def record_solution_answer(
    work: Work, *, solution_id: UUID, confirmed: bool, answered_by: str, comment: str = ""
) -> Solution:
    """Record what a customer has said in another way than by the link, such as in a meeting."""
    await queries.get(work, solution_id, "solutionId")
    return await _answer(work, solution_id, confirmed, answered_by, comment, by_link=False)


async def answer_solution_by_link(
    work: Work, *, solution_id: UUID, confirmed: bool, name: str, comment: str
) -> Solution:
    """Keep the answer of whoever holds the link, once. Refuses with `WrongState` what is not open any more."""
    return await _answer(work, solution_id, confirmed, name, comment, by_link=True)


async def _answer(
    work: Work, solution_id: UUID, confirmed: bool, name: str, comment: str, *, by_link: bool
) -> Solution:
    solution = await work.get(Solution, solution_id, lock=True)
    solution.state = SOLUTIONS.next(solution.state, SolutionMove.CONFIRM if confirmed else SolutionMove.OBJECT)
    solution.answered_at = work.now
    solution.answered_by = one_line(name, rules.MAX_NAME, "name" if by_link else "answeredBy")
    # Whoever wants changes says which.
    solution.comment = several_lines(comment, rules.MAX_COMMENT, "comment", may_be_empty=confirmed)
    await withdraw_effects(work, solution.id)
    answered = SolutionAnswered(solution_id=solution.id, confirmed=confirmed, by_link=by_link)
    work.record(answered, about=solution)
    return solution


async def _withdraw(work: Work, solution_id: UUID, *, only_if_possible: bool = False) -> Solution:
    subject = Subject(SubjectKind.SOLUTION, solution_id)
    await approvals.lock_with_subject(work, subject=subject)
    solution = await work.get(Solution, solution_id, lock=True)
    if only_if_possible and not SOLUTIONS.allows(solution.state, SolutionMove.WITHDRAW):
        return solution
    solution.state = SOLUTIONS.next(solution.state, SolutionMove.WITHDRAW)
    await withdraw_effects(work, solution.id)
    await approvals.end_with_subject(work, subject=subject)
    work.record(SolutionWithdrawn(solution_id=solution.id), about=solution)
    return solution


async def moved(work: Work, solution_id: UUID, move: SolutionMove) -> tuple[Inquiry, Solution]:
    """A version that the actor sees, locked after its inquiry, in the state that a move leads to."""
    seen = await queries.get(work, solution_id, "solutionId")
    work.concerns(SubjectKind.SOLUTION, solution_id)
    inquiry = await work.get(Inquiry, seen.inquiry_id, lock=True)
    solution = await work.get(Solution, solution_id, lock=True)
    before = solution.state
    solution.state = SOLUTIONS.next(before, move)
    await refuse_stopped(work, inquiry.id, "solutionId")
    if not INQUIRIES.allows(inquiry.state, InquiryMove.DRAFT_SOLUTION):
        raise rules.refusal(SolutionObstacle.INQUIRY_OVER, move, before)
    return inquiry, solution


async def _add(work: Work, inquiry: Inquiry, **said: Any) -> Solution:
    author = await organisation.find_staff(work, work.actor.id) if work.actor.is_member else None
    return work.add(
        Solution(
            inquiry_id=inquiry.id,
            customer_id=inquiry.customer_id,
            department_id=author.department_id if author is not None else None,
            prepared_by_id=work.actor.id if work.actor.is_member else None,
            drafted_at=work.now,
            state=SolutionState.DRAFT,
            **said,
        )
    )


def _columns(said: Proposal) -> dict[str, Any]:
    return {
        "title": said.title,
        "functions": said.functions,
        "architecture": said.architecture,
        "plan": said.plan,
        "expected_effect": said.expected_effect,
        "budget_minor": said.budget.minor,
        "currency": said.budget.currency,
    }
