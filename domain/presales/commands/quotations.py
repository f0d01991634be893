"""Writing quotations: the draft, its changes, and a new version that takes the place of the one before (PS-4)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding, Totals
from domain.kernel.command import command
from domain.kernel.lines import Line, line_taxes, sums
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.commands import cite
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import PaymentTerms
from domain.policies.rules.scopes import Case
from domain.presales.events import QuotationChanged, QuotationDrafted, QuotationSuperseded
from domain.presales.models import Quotation, QuotationLine
from domain.presales.queries import quotations as queries
from domain.presales.queries import solutions
from domain.presales.rules import quotations as rules
from domain.presales.rules.quotations import QUOTATIONS, QuotationMove
from tenancy.numbers import next_number
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "quotations"


@command(needs=Permission.PRESALES_QUOTE)
async def draft_quotation(
    work: Work,
    *,
    customer_id: UUID,
    contact_id: UUID,
    title: str,
    currency: str,
    lines: Sequence[Line],
    terms: str = "",
    valid_days: int | None = None,
    service_line_id: UUID | None = None,
    solution_id: UUID | None = None,
) -> Quotation:
    """Write the first version of a quotation for a customer, which nobody outside sees yet.

    `valid_days` is checked against the clause when the quotation is submitted.
    """
    customer = await customers.get(work, customer_id, "customerId")
    if not customer.active:
        raise Invalid(message("This customer is inactive and gets no new quotations."), path=("customerId",))
    author = await organisation.find_staff(work, work.actor.id) if work.actor.is_member else None
    service_lines = await catalogue.line_codes(work, service_line_id, "serviceLineId") if service_line_id else []
    terms_of_payment = await _payment_terms(work, queries.case(customer.tier, service_lines))
    found = sums(lines, currency, _rounding(terms_of_payment))
    quotation = Quotation(
        number="",
        version=1,
        previous_id=None,
        customer_id=customer_id,
        contact_id=await _contact_of(work, customer_id, contact_id),
        customer_tier=customer.tier,
        service_line_id=service_line_id,
        service_lines=service_lines,
        solution_id=await _solution_of(work, customer_id, solution_id),
        department_id=author.department_id if author is not None else None,
        prepared_by_id=work.actor.id if work.actor.is_member else None,
        currency=currency,
        tax_rounding=_rounding(terms_of_payment),
        drafted_at=work.now,
        **_written(title, terms, valid_days),
        **_amounts(lines, found),
    )
    quotation.number = f"QUO-{await next_number(work, NUMBERS):06}"
    work.add(quotation)
    _add_lines(work, quotation, lines, found, terms_of_payment)
    work.record(QuotationDrafted(quotation_id=quotation.id), about=quotation)
    return quotation


@command(needs=Permission.PRESALES_QUOTE)
async def change_quotation(
    work: Work,
    *,
    quotation_id: UUID,
    contact_id: UUID,
    title: str,
    currency: str,
    lines: Sequence[Line],
    terms: str = "",
    valid_days: int | None = None,
    solution_id: UUID | None = None,
) -> Quotation:
    """Write a draft anew: what is given replaces all that it said."""
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.CHANGE)
    quotation.contact_id = await _contact_of(work, quotation.customer_id, contact_id)
    quotation.solution_id = await _solution_of(work, quotation.customer_id, solution_id)
    terms_of_payment = await _payment_terms(work, queries.case_of(quotation))
    quotation.currency, quotation.tax_rounding = currency, _rounding(terms_of_payment)
    found = sums(lines, currency, quotation.tax_rounding)
    for name, value in (_written(title, terms, valid_days) | _amounts(lines, found)).items():
        setattr(quotation, name, value)
    for row in await queries.lines_of(work, quotation):
        work.delete(row)
    await work.flush()
    _add_lines(work, quotation, lines, found, terms_of_payment)
    work.record(QuotationChanged(quotation_id=quotation.id), about=quotation)
    return quotation


@command(needs=Permission.PRESALES_QUOTE)
async def revise_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Begin a new version as a copy; the former one is superseded at once, and its link opens nothing any more.

    The customer's importance is that of today, and so is how the tax is rounded.
    """
    timers = await lock_timers(work, quotation_id)
    former = await queries.get(work, quotation_id, "quotationId", lock=True)
    former.state = QUOTATIONS.next(former.state, QuotationMove.REVISE)
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, former.id)
    customer = await customers.get(work, former.customer_id)
    author = await organisation.find_staff(work, work.actor.id) if work.actor.is_member else None
    lines = queries.as_rules(await queries.lines_of(work, former))
    terms_of_payment = await _payment_terms(work, queries.case(customer.tier, former.service_lines))
    found = sums(lines, former.currency, _rounding(terms_of_payment))
    kept = (
        "number", "customer_id", "contact_id", "service_line_id", "service_lines", "title", "terms", "currency",
        "wished_valid_days", "solution_id",
    )  # fmt: skip
    # The former one stops being live before the new one is, as the table's index demands.
    await work.flush()
    quotation = work.add(
        Quotation(
            version=former.version + 1,
            previous_id=former.id,
            customer_tier=customer.tier,
            department_id=author.department_id if author is not None else former.department_id,
            prepared_by_id=work.actor.id if work.actor.is_member else None,
            tax_rounding=_rounding(terms_of_payment),
            drafted_at=work.now,
            **_amounts(lines, found),
            **{name: getattr(former, name) for name in kept},
        )
    )
    _add_lines(work, quotation, lines, found, terms_of_payment)
    work.record(QuotationSuperseded(quotation_id=former.id, by_id=quotation.id), about=former)
    work.record(QuotationDrafted(quotation_id=quotation.id), about=quotation)
    return quotation


async def _solution_of(work: Work, customer_id: UUID, solution_id: UUID | None) -> UUID | None:
    """A solution for the same customer, whatever it still waits for."""
    if solution_id is None:
        return None
    solution = await solutions.get(work, solution_id, "solutionId")
    if solution.customer_id != customer_id:
        raise Invalid(message("This solution is another customer's."), path=("solutionId",))
    await queries.refuse_stopped(work, solution.id, "solutionId")
    return solution.id


async def _contact_of(work: Work, customer_id: UUID, contact_id: UUID) -> UUID:
    contact = await customers.contact(work, contact_id, "contactId")
    if contact.customer_id != customer_id:
        raise Invalid(message("This contact is another customer's."), path=("contactId",))
    return contact.id


def _written(title: str, terms: str, valid_days: int | None) -> dict[str, Any]:
    if valid_days is not None and not 1 <= valid_days <= rules.MOST_VALID_DAYS:
        text = message("A quotation holds for 1 to {most} days.")
        raise Invalid(text, {"most": rules.MOST_VALID_DAYS}, ("validDays",))
    return {
        "title": one_line(title, rules.MAX_TITLE, "title"),
        "terms": several_lines(terms, rules.MAX_TERMS, "terms", may_be_empty=True),
        "wished_valid_days": valid_days,
    }


def _amounts(lines: Sequence[Line], found: Totals) -> dict[str, Any]:
    return {
        "gross_minor": found.gross.minor,
        "discount_minor": found.discount.minor,
        "net_minor": found.net.minor,
        "tax_minor": found.tax.minor,
        "total_minor": found.total.minor,
        "discount_percent": rules.granted_percent(lines, found),
    }


async def _payment_terms(work: Work, case: Case) -> Ruling[PaymentTerms] | None:
    return await policies.find_rule(work, PaymentTerms, scope=case)


def _rounding(terms: Ruling[PaymentTerms] | None) -> TaxRounding:
    return terms.value.tax_rounding if terms is not None else TaxRounding.PER_LINE


def _add_lines(
    work: Work, quotation: Quotation, lines: Sequence[Line], found: Totals, terms: Ruling[PaymentTerms] | None
) -> None:
    if terms is not None:
        cite(
            work,
            terms,
            about=Subject(SubjectKind.QUOTATION, quotation.id),
            decision="presales.tax",
            inputs={"customer_tier": quotation.customer_tier, "net_minor": found.net.minor},
            result={"tax_rounding": quotation.tax_rounding, "tax_minor": found.tax.minor},
        )
    taxes = line_taxes(lines, found, quotation.tax_rounding)
    for position, (line, tax) in enumerate(zip(lines, taxes, strict=True), start=1):
        work.add(
            QuotationLine(
                quotation_id=quotation.id,
                position=position,
                kind=line.kind,
                description=line.description,
                unit=line.unit,
                quantity=line.amount.quantity,
                unit_price_minor=line.amount.unit_price.minor,
                discount_percent=line.amount.discount_percent,
                tax_percent=line.amount.tax_percent,
                gross_minor=line.amount.gross.minor,
                discount_minor=line.amount.discount.minor,
                net_minor=line.amount.net.minor,
                tax_minor=tax.minor,
                currency=quotation.currency,
            )
        )
