"""Who sees which quotation, by which clause its discount is judged, and what a link opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from domain.approvals import queries as approvals
from domain.customers import queries as customers
from domain.kernel.amounts import LineAmount, Totals, totals
from domain.kernel.lines import Line
from domain.kernel.money import Money
from domain.kernel.permissions import Permission, PortalGrant
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import DiscountLimit
from domain.policies.rules.scopes import Case
from domain.presales.models import Inquiry, Quotation, QuotationLine, Solution
from domain.presales.queries import evaluations, inquiries
from domain.presales.rules.quotations import QuotationState
from domain.presales.rules.solutions import SolutionState
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member, one_of
from tenancy.refusals import WrongState, message
from tenancy.rows import another
from tenancy.work import Work

# What a customer has before them.
OUTSIDE = (QuotationState.SENT, QuotationState.ACCEPTED, QuotationState.DECLINED, QuotationState.EXPIRED)


def visible(actor: Actor, quotations: Any) -> ColumnElement[bool]:
    """Quotations are seen by whoever may read presales, by who prepared them, by the customer's account owner, and by
    those who decide on them. `quotations` is `Quotation` or an alias of it."""
    if actor.may(Permission.PRESALES_READ):
        return true()
    return or_(
        quotations.prepared_by_id == current_member(),
        customers.looked_after_by_me(quotations.customer_id),
        approvals.shown_to_me(SubjectKind.QUOTATION, quotations.id),
    )


def open_to_me(actor: Actor, quotations: Any) -> ColumnElement[bool]:
    """The quotations that were sent to the company of the acting person of a customer, by their last version.

    `quotations` is `Quotation` or an alias of it.
    """
    sent = one_of(quotations.state, OUTSIDE)
    return and_(sent, customers.company_open_to_me(actor, PortalGrant.QUOTATIONS, quotations.customer_id))


def lines_open_to_me(actor: Actor, lines: Any) -> ColumnElement[bool]:
    """Their lines. `lines` is `QuotationLine` or an alias of it."""
    found = another(Quotation)
    return select(found.id).where(found.id == lines.quotation_id, open_to_me(actor, found)).exists()


def visible_lines(actor: Actor, lines: Any) -> ColumnElement[bool]:
    """Lines are seen with their quotation. `lines` is `QuotationLine` or an alias of it."""
    if actor.may(Permission.PRESALES_READ):
        return true()
    found = another(Quotation)
    return select(found.id).where(found.id == lines.quotation_id, visible(actor, found)).exists()


def expired(quotations: Any) -> ColumnElement[bool]:
    """Whether a quotation holds no more, whether its timer has said so yet or not."""
    over: ColumnElement[bool] = and_(
        quotations.state == QuotationState.SENT, quotations.expires_at <= current_instant()
    )
    return or_(quotations.state == QuotationState.EXPIRED, over)


def lacks_solution(quotations: Any) -> ColumnElement[bool]:
    """Whether the clause wants a solution that the customer has confirmed, and there is none."""
    solutions = another(Solution)
    confirmed = select(solutions.id).where(
        solutions.id == quotations.solution_id, solutions.state == SolutionState.CONFIRMED
    )
    return and_(quotations.needs_solution, not_(confirmed.exists()))


def is_stopped(quotations: Any) -> ColumnElement[bool]:
    """Whether it was decided not to go with the inquiry of its solution, where the clause wants a go."""
    solutions = another(Solution)
    named = solutions.id == quotations.solution_id
    return select(solutions.id).where(named, inquiries.is_stopped_for(solutions)).exists()


def evaluation_clause_of(quotations: Any) -> Any:
    """The clause on evaluation by which the inquiry of its solution goes."""
    solutions, found = another(Solution), another(Inquiry)
    named = and_(solutions.id == quotations.solution_id, found.id == solutions.inquiry_id)
    return select(found.evaluation_clause_id).where(named)


async def refuse_stopped(work: Work, solution_id: UUID | None, *path: str) -> None:
    """Refuse with NO_GO what rests on a solution with whose inquiry it was decided not to go."""
    if solution_id is not None:
        await evaluations.refuse_stopped(work, (await work.get(Solution, solution_id)).inquiry_id, *path)


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Quotation:
    """One quotation that the actor may see; refuses with `NotFound`."""
    return await work.seen(Quotation, id, visible(work.actor, Quotation), *path, lock=lock)


@dataclass(frozen=True)
class Accepted:
    """What a contract takes over from an accepted quotation."""

    id: UUID
    customer_id: UUID
    department_id: UUID | None
    service_line_id: UUID | None
    net: Money
    tax: Money


async def accepted(work: Work, id: UUID, *path: str) -> Accepted:
    """An accepted quotation that the actor may see, locked; refuses with `NotFound`, and others with `WrongState`."""
    found = await get(work, id, *path, lock=True)
    if found.state is not QuotationState.ACCEPTED:
        raise WrongState(message("Only an accepted quotation becomes a contract."), path=path)
    await refuse_stopped(work, found.solution_id, *path)
    return Accepted(
        id=found.id,
        customer_id=found.customer_id,
        department_id=found.department_id,
        service_line_id=found.service_line_id,
        net=Money(found.net_minor, found.currency),
        tax=Money(found.tax_minor, found.currency),
    )


async def any_one(work: Work, id: UUID, *, lock: bool = False) -> Quotation:
    """One quotation, whoever acts: for links, timers and outcomes of approvals."""
    return await work.get(Quotation, id, lock=lock)


async def lines_of(work: Work, quotation: Quotation) -> list[QuotationLine]:
    """Its lines in order."""
    own = select(QuotationLine).where(QuotationLine.quotation_id == quotation.id)
    return await work.all(own.order_by(QuotationLine.position))


async def lines_and_totals(work: Work, quotation_id: UUID) -> tuple[list[Line], Totals]:
    """What an accepted quotation offered, and what it comes to by tax rate, whoever acts."""
    quotation = await any_one(work, quotation_id)
    lines = as_rules(await lines_of(work, quotation))
    return lines, totals((line.amount for line in lines), quotation.currency, quotation.tax_rounding)


def as_rules(rows: Sequence[QuotationLine]) -> list[Line]:
    """Stored lines as the rules know them."""
    return [
        Line(
            row.kind,
            row.description,
            row.unit,
            LineAmount(row.quantity, Money(row.unit_price_minor, row.currency), row.discount_percent, row.tax_percent),
        )
        for row in rows
    ]


def case_of(quotation: Quotation, post_id: UUID | None = None) -> Case:
    """Where a quotation stands; `post_id` is the post of who prepared it."""
    return case(quotation.customer_tier, quotation.service_lines, post_id)


def case(tier: CustomerTier, service_lines: Sequence[str], post_id: UUID | None = None) -> Case:
    """Where what is offered stands: to a customer of this importance, for these service lines, the nearest first."""
    return Case(
        customer_tier=tier,
        service_line=service_lines[0] if service_lines else None,
        lines_above=tuple(service_lines[1:]),
        post_id=post_id,
    )


async def limit_of(work: Work, quotation: Quotation) -> Ruling[DiscountLimit] | None:
    """The limit that a quotation was submitted under; None where the handbook was silent, and for drafts."""
    if quotation.clause_id is None or quotation.handbook_version_id is None:
        return None
    return await policies.rule_by_clause(
        work, DiscountLimit, clause_id=quotation.clause_id, version_id=quotation.handbook_version_id
    )


@dataclass(frozen=True)
class Offer:
    """What a link shows: the quotation, its lines, from whom and to whom."""

    quotation: Quotation
    lines: Sequence[QuotationLine]
    company: str
    customer: str
    contact: str
    language: Language


async def offer(work: Work, quotation: Quotation) -> Offer:
    """A quotation with all that stands on its paper."""
    contact = await customers.contact(work, quotation.contact_id)
    return Offer(
        quotation=quotation,
        lines=await lines_of(work, quotation),
        company=(await organisation.company(work)).name,
        customer=(await customers.get(work, quotation.customer_id)).name,
        contact=contact.name,
        language=contact.language,
    )


async def open_offer(work: Work, quotation_id: UUID) -> Offer | None:
    """What a link opens; None when it was answered, has expired, was withdrawn or superseded, or there is nothing."""
    found = await work.find(Quotation, quotation_id)
    if found is None or found.state is not QuotationState.SENT:
        return None
    if found.expires_at is None or found.expires_at <= work.now:
        return None
    return await offer(work, found)
