"""Writing quotations, having their discount judged, sending them, and recording the customer's answer."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.presales.types import LineKind
from domain.kernel.amounts import read_currency
from domain.kernel.lines import Line, line
from domain.presales import commands
from domain.presales.models import Quotation
from tenancy.work import Work


@strawberry.input(description="One line of a quotation or a contract.")
class OfferLineInput:
    """One line of a quotation or a contract."""

    kind: LineKind = given("What it is for.")
    description: str = given("What is offered; at most 500 characters.")
    unit_price: str = given("What one costs before discount and tax, as decimal text in the currency.")
    quantity: str = optional("How much of it, as decimal text with at most 3 decimals.", default="1")
    unit: str = optional("What one of it is, such as “person-day”.", default="")
    discount_percent: str = optional("How much is taken off, in per cent as decimal text.", default="0")
    tax_percent: str = optional("The tax rate in per cent, as decimal text.", default="0")


def read_lines(lines: Sequence[OfferLineInput], currency: str) -> list[Line]:
    """The lines as the rules know them. Raises `Invalid` with the place of the part at fault."""
    return [
        line(
            currency,
            each.kind,
            each.description,
            unit_price=each.unit_price,
            quantity=each.quantity,
            unit=each.unit,
            discount_percent=each.discount_percent,
            tax_percent=each.tax_percent,
            path=("lines", str(index)),
        )
        for index, each in enumerate(lines)
    ]


@strawberry.input(description="A new quotation.")
class DraftQuotationInput:
    """A new quotation."""

    customer_id: UUID = given("Whom it is for.")
    contact_id: UUID = given("The customer's person who will get the link.")
    title: str = given("What it is about; at most 200 characters.")
    currency: str = given("The currency it is in, by its code of ISO 4217, such as CNY.")
    lines: list[OfferLineInput] = given("What is offered: 1 to 100 lines.")
    terms: str = optional("What else holds: delivery, conditions, what is not included.", default="")
    valid_days: int | None = optional(
        "For how many calendar days it holds once it is sent; as long as the clause says unless told, and never longer."
    )
    service_line_id: UUID | None = optional("What kind of service it is about, for clauses that differ by it.")
    solution_id: UUID | None = optional("The solution for this customer that it offers.")


async def draft_quotation(work: Work, input: DraftQuotationInput) -> Quotation:
    """Write the first version of a quotation, which nobody outside sees yet. Needs `presales.quote`, as all that is
    done with quotations. Then submitQuotation, then sendQuotation."""
    currency = read_currency(input.currency)
    return await commands.draft_quotation(
        work,
        customer_id=input.customer_id,
        contact_id=input.contact_id,
        title=input.title,
        currency=currency,
        lines=read_lines(input.lines, currency),
        terms=input.terms,
        valid_days=input.valid_days,
        service_line_id=input.service_line_id,
        solution_id=input.solution_id,
    )


@strawberry.input(description="What a draft says from now on.")
class ChangeQuotationInput:
    """What a draft says from now on."""

    quotation_id: UUID = given("The draft.")
    contact_id: UUID = given("The customer's person who will get the link.")
    title: str = given("What it is about; at most 200 characters.")
    currency: str = given("The currency it is in, by its code of ISO 4217.")
    lines: list[OfferLineInput] = given("What is offered: 1 to 100 lines.")
    terms: str = optional("What else holds; empty unless told.", default="")
    valid_days: int | None = optional("For how many calendar days it holds once it is sent.")
    solution_id: UUID | None = optional("The solution for this customer that it offers; none unless told.")


async def change_quotation(work: Work, input: ChangeQuotationInput) -> Quotation:
    """Write a draft anew: what is given here replaces all that it said; what is left out is empty."""
    currency = read_currency(input.currency)
    return await commands.change_quotation(
        work,
        quotation_id=input.quotation_id,
        contact_id=input.contact_id,
        title=input.title,
        currency=currency,
        lines=read_lines(input.lines, currency),
        terms=input.terms,
        valid_days=input.valid_days,
        solution_id=input.solution_id,
    )


@strawberry.input(description="A quotation to be judged.")
class SubmitQuotationInput:
    """A quotation to be judged."""

    quotation_id: UUID = given("The draft.")


async def submit_quotation(work: Work, input: SubmitQuotationInput) -> Quotation:
    """Have a draft judged by the clause `discount_limit`. A discount that is free makes it APPROVED at once; for a
    larger one an approval by the chain for quotations is opened, and it is IN_REVIEW; more than the most is refused,
    and the error names the clause."""
    return await commands.submit_quotation(work, quotation_id=input.quotation_id)


@strawberry.input(description="A quotation to be sent.")
class SendQuotationInput:
    """A quotation to be sent."""

    quotation_id: UUID = given("An approved quotation.")


async def send_quotation(work: Work, input: SendQuotationInput) -> Quotation:
    """Send an approved quotation to its contact by mail, with a link that shows it without an account and takes one
    answer. It expires by itself at the end of its last day. Where the clause `discount_limit` says `solution_needed`,
    the customer has to have confirmed its solution (NO_SOLUTION, naming the clause)."""
    return await commands.send_quotation(work, quotation_id=input.quotation_id)


@strawberry.input(description="What a customer has answered.")
class RecordQuotationAnswerInput:
    """What a customer has answered."""

    quotation_id: UUID = given("A quotation that was sent and still holds.")
    accepted: bool = given("Whether it is accepted; otherwise it is declined.")
    answered_by: str = given("Who answered for the customer.")
    comment: str = optional("What was said with it.", default="")


async def record_quotation_answer(work: Work, input: RecordQuotationAnswerInput) -> Quotation:
    """Record an answer that did not come by the link, such as on the telephone; the link takes none any more."""
    return await commands.record_answer(
        work,
        quotation_id=input.quotation_id,
        accepted=input.accepted,
        answered_by=input.answered_by,
        comment=input.comment,
    )


@strawberry.input(description="A quotation to take back.")
class WithdrawQuotationInput:
    """A quotation to take back."""

    quotation_id: UUID = given("A quotation that is not answered.")


async def withdraw_quotation(work: Work, input: WithdrawQuotationInput) -> Quotation:
    """Take a quotation back that is not answered: what waits for approval is void, and its link opens nothing."""
    return await commands.withdraw_quotation(work, quotation_id=input.quotation_id)


@strawberry.input(description="A quotation to be written anew.")
class ReviseQuotationInput:
    """A quotation to be written anew."""

    quotation_id: UUID = given("A quotation that is approved, sent, declined, expired or withdrawn.")


async def revise_quotation(work: Work, input: ReviseQuotationInput) -> Quotation:
    """Begin the next version as a draft that says the same; the former one is SUPERSEDED at once, and its link opens
    nothing any more. Gives the new version."""
    return await commands.revise_quotation(work, quotation_id=input.quotation_id)
