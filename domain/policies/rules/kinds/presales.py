"""Before a contract: how soon inquiries are answered, what is evaluated and reviewed, which discounts are granted."""

from typing import Annotated, Self

from pydantic import Field, ValidationInfo, model_validator

from domain.kernel.money import Money
from domain.policies.rules.clause_kind import ClauseKind, Percent
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Target, unfit
from tenancy.refusals import message

_CALENDAR = "business_calendar"
_CUSTOMER = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)


class InquiryContact(ClauseKind):
    """How soon presales gets in touch about an inquiry (PS-1)."""

    kind = "inquiry_contact"
    label = message("Contact after an inquiry")
    dimensions = _CUSTOMER
    consumed_by = "presales.register_inquiry"

    within: Annotated[Target, Field(description="From the inquiry to the first contact.")]

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (_CALENDAR,)

    def standard_text(self) -> tuple[Sentence, ...]:
        return (say(message("Presales gets in touch within {target} of an inquiry."), target=self.within),)


class InquiryEvaluationRules(ClauseKind):
    """How inquiries are evaluated before something is offered (PS-2)."""

    kind = "inquiry_evaluation"
    label = message("Evaluation of inquiries")
    dimensions = _CUSTOMER
    consumed_by = "presales.draft_evaluation, presales.qualify_inquiry"

    highest: Annotated[int, Field(ge=3, le=10, description="Difficulty and risk have so many points at most.")] = 5
    complex_from: Annotated[int, Field(ge=2, le=10, description="From which difficulty on it counts as complex.")] = 4
    go_needed: Annotated[
        bool,
        Field(
            description="Whether an inquiry is qualified only once it was decided to go, and nothing is written or sent"
            " for it, neither solution nor quotation nor contract, once it was decided not to."
        ),
    ] = False

    @model_validator(mode="after")
    def _on_the_scale(self) -> Self:
        if self.complex_from > self.highest:
            raise unfit(message("“complex_from” is at most {highest}."), "complex_from", highest=self.highest)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Inquiries are evaluated with 1 to {highest} points; from {complex_from} on they are complex.")
        told = say(text, highest=self.highest, complex_from=self.complex_from)
        if not self.go_needed:
            return (told,)
        return told, say(message("Something is offered only once it was decided to go."))


class ExpertReview(ClauseKind):
    """Which solutions experts review before a customer sees them, and how many of them (PS-3)."""

    kind = "expert_review"
    label = message("Expert review of solutions")
    dimensions = (Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER)
    consumed_by = "presales.submit_solution"

    from_amount: Annotated[Money | None, Field(description="From which price on a solution is major.")] = None
    when_complex: Annotated[bool, Field(description="Whether complex solutions are reviewed whatever they cost.")] = (
        True
    )
    least_experts: Annotated[int, Field(ge=1, le=20, description="How many experts review a solution at least.")] = 3
    # None only in what was published before there was a choice.
    panel: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="The panel whose experts review, by its name in a clause `expert_panel`. So many of them as "
            "`least_experts` says agree, after the steps of the approval chain for `solutions`.",
        ),
    ] = None

    @model_validator(mode="after")
    def _reviews_something(self, info: ValidationInfo) -> Self:
        if self.from_amount is None and not self.when_complex:
            raise unfit(message("Say which solutions are reviewed: from an amount on, complex ones, or both."))
        # Only what is written now is checked: a published version must still be read.
        if info.mode == "json" and self.panel is None:
            raise unfit(message("Say in “panel” whose experts review."), "panel")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = []
        if self.from_amount is not None:
            text = message("Solutions of {amount} or more are reviewed by {least} experts.")
            if self.least_experts == 1:
                text = message("Solutions of {amount} or more are reviewed by one expert.")
            told.append(say(text, amount=self.from_amount, least=self.least_experts))
        if self.when_complex:
            text = message("Complex solutions are reviewed by {least} experts.")
            if self.least_experts == 1:
                text = message("Complex solutions are reviewed by one expert.")
            told.append(say(text, least=self.least_experts))
        return tuple(told)


class DiscountLimit(ClauseKind):
    """Which discount a quotation may grant without, and with, an approval (PS-4)."""

    kind = "discount_limit"
    label = message("Discount limit")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.POST)
    consumed_by = "presales.submit_quotation, presales.send_quotation"

    free_percent: Annotated[Percent, Field(description="Up to this much without an approval.")]
    most_percent: Annotated[Percent, Field(description="Up to this much with an approval; never more.")]
    valid_days: Annotated[int, Field(ge=1, le=366, description="Calendar days a quotation holds.")] = 30
    solution_needed: Annotated[
        bool,
        Field(
            description="Whether a quotation is sent only once the customer has confirmed the solution that it names."
        ),
    ] = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.free_percent > self.most_percent:
            raise unfit(message("What needs no approval can't be more than what is allowed at all."), "free_percent")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message(
            "Discounts up to {free} % need no approval, up to {most} % they do; quotations hold for {days} days."
        )
        told = say(text, free=self.free_percent, most=self.most_percent, days=self.valid_days)
        if not self.solution_needed:
            return (told,)
        return told, say(message("A quotation is sent only once the customer has confirmed its solution."))
