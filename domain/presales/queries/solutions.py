"""Who sees which solution, which one counts, and what its link opens."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from domain.approvals import queries as approvals
from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.customers.models import Customer
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import queries as organisation
from domain.policies.rules.scopes import Case
from domain.presales.models import Inquiry, Solution
from domain.presales.queries import inquiries
from domain.presales.rules.shown import Shown, Sides, solution_shown
from domain.presales.rules.solutions import Proposal, SolutionState
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.work import Work


def visible(actor: Actor, solutions: Any) -> ColumnElement[bool]:
    """Solutions are seen with their inquiry, by who prepared them, and by those who decide on them. `solutions` is
    their table or an alias of it."""
    return or_(
        inquiries.visible_parts(actor, solutions),
        solutions.prepared_by_id == current_member(),
        approvals.shown_to_me(SubjectKind.SOLUTION, solutions.id),
    )


async def get(work: Work, id: UUID, *path: str) -> Solution:
    """One solution that the actor may see; refuses with `NotFound`."""
    return await work.seen(Solution, id, visible(work.actor, Solution), *path)


async def live(work: Work, inquiry_id: UUID) -> Solution | None:
    """The version that counts of the solution for an inquiry."""
    own = select(Solution).where(Solution.inquiry_id == inquiry_id, Solution.state != SolutionState.SUPERSEDED)
    return await work.first(own)


def as_proposal(solution: Solution) -> Proposal:
    """A stored solution as the rules know it."""
    return Proposal(
        title=solution.title,
        functions=solution.functions,
        architecture=solution.architecture,
        plan=solution.plan,
        expected_effect=solution.expected_effect,
        budget=Money(solution.budget_minor, solution.currency),
    )


async def case_of(work: Work, inquiry: Inquiry, customer: Customer) -> Case:
    """Where the solution for an inquiry stands: whom it is for, and what kind of service."""
    return await case_for(work, inquiry.service_line_id, customer.tier)


async def case_for(work: Work, service_line_id: UUID | None, tier: CustomerTier) -> Case:
    """The same of a kind of service and the importance of a customer."""
    codes = await catalogue.line_codes(work, service_line_id) if service_line_id is not None else []
    return Case(customer_tier=tier, service_line=codes[0] if codes else None, lines_above=tuple(codes[1:]))


@dataclass(frozen=True)
class ShownSolution:
    """What a link shows: the solution, from whom and to whom."""

    solution: Solution
    sides: Sides
    language: Language

    def written(self, language: Language) -> Shown:
        """The page in a language."""
        solution = self.solution
        return solution_shown(as_proposal(solution), solution.number, solution.version, self.sides, language)


async def opened(work: Work, solution_id: UUID) -> ShownSolution | None:
    """What a link opens; None when it was answered, withdrawn or superseded, or there is nothing."""
    found = await work.find(Solution, solution_id)
    if found is None or found.state is not SolutionState.SENT or found.contact_id is None:
        return None
    contact = await customers.contact(work, found.contact_id)
    return ShownSolution(
        solution=found,
        sides=Sides(
            company=(await organisation.company(work)).name,
            customer=(await customers.get(work, found.customer_id)).name,
            contact=contact.name,
        ),
        language=contact.language,
    )
