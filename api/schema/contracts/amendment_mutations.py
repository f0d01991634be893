"""Supplementary agreements: writing, review and signature."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import strawberry

from api.schema.contracts.amendments import Cause
from api.schema.contracts.types import Trigger
from api.schema.inputs import given, optional
from api.schema.money import MoneyInput
from domain.contracts import commands
from domain.contracts.commands.amending import Changes, Term
from domain.contracts.models import ContractAmendment
from domain.contracts.rules.amendments import Item
from domain.kernel.amounts import read_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@strawberry.input(description="An instalment as it is to be.")
class AmendedInstalmentInput:
    """An instalment as it is to be."""

    instalment_id: UUID | None = optional(
        "One that the contract has, which keeps its id; what is left out of the rest stays as it is. Without one it is"
        " new, and the rest is needed."
    )
    name: str | None = optional("What it is called.")
    trigger: Trigger | None = optional("What it falls due with.")
    due_on: date | None = optional("The day on which it falls due; for DATE alone, which needs it.")
    net: MoneyInput | None = optional("What it comes to before tax.")


@strawberry.input(description="When a contract ends from then on.")
class AmendedTermInput:
    """When a contract ends from then on."""

    ends_on: date | None = optional("The last day, today or later; without one it runs until somebody ends it.")
    notice_days: int = optional("How many calendar days ahead of the last day its end is announced.", default=0)


@strawberry.input(description="What an amendment says. What is left out stays as the contract has it.")
class AmendmentTextInput:
    """What an amendment says. What is left out stays as the contract has it."""

    title: str = given("What it is about; at most 200 characters.")
    reason: str = given("Why the contract is changed, or what of it is impossible.")
    effective_on: date = given("From which day on it holds, within the contract's term; it may lie in the past.")
    cause: Cause = optional("Whether something is wanted otherwise, or is impossible.", default=Cause.CHANGE)
    own_party: str | None = optional("The company as it stands in the contract from then on.")
    customer_party: str | None = optional("The customer as it stands in the contract from then on.")
    scope: str | None = optional("What is to be done from then on.")
    acceptance_standard: str | None = optional("By what the work is accepted from then on.")
    liability: str | None = optional("Who answers for what from then on.")
    term: AmendedTermInput | None = optional("When it ends from then on.")
    instalments: list[AmendedInstalmentInput] | None = optional(
        "All instalments after it: together they are the new fees, and one that is left out is taken away. Those that"
        " are invoiced have to be among them, unchanged. They hold from the signature on."
    )
    tax_percent: str | None = optional(
        "The tax rate of new and changed amounts in per cent, as decimal text; the others keep their tax."
    )

    def changes(self) -> Changes:
        """The amendment as the command takes it. Raises `Invalid` with the place of what is wrong."""
        return Changes(
            title=self.title,
            cause=self.cause,
            reason=self.reason,
            effective_on=self.effective_on,
            own_party=self.own_party,
            customer_party=self.customer_party,
            scope=self.scope,
            acceptance_standard=self.acceptance_standard,
            liability=self.liability,
            term=Term(self.term.ends_on, self.term.notice_days) if self.term is not None else None,
            items=_items(self.instalments) if self.instalments is not None else None,
            tax_percent=_rate(self.tax_percent) if self.tax_percent is not None else None,
        )


def _items(given_: Sequence[AmendedInstalmentInput]) -> list[Item]:
    return [
        Item(
            instalment_id=each.instalment_id,
            name=each.name,
            trigger=each.trigger,
            due_on=each.due_on,
            net=each.net.value("instalments", str(place), "net") if each.net is not None else None,
        )
        for place, each in enumerate(given_)
    ]


def _rate(text: str) -> Decimal:
    rate = read_number(text, 4, ("taxPercent",))
    if not 0 <= rate <= 100:
        raise Invalid(message("A tax rate is between 0 and 100 per cent."), {}, ("taxPercent",))
    return rate


@strawberry.input(description="A new supplementary agreement.")
class DraftContractAmendmentInput:
    """A new supplementary agreement."""

    contract_id: UUID = given("A contract that is signed or in force.")
    text: AmendmentTextInput = given("What it says.")


async def draft_contract_amendment(work: Work, input: DraftContractAmendmentInput) -> ContractAmendment:
    """Write a supplementary agreement to a signed contract. Needs `contracts.manage`. Then submitContractAmendment and
    signContractAmendment. Errors: OVERLAPS while another that changes the same is under way, CONTRADICTED where what
    was agreed changes the same from the same day on or a later one, INVOICED for instalments that are invoiced,
    NOTICE_GIVEN for the term of a contract that was given notice of, CONTRACT_OVER."""
    return await commands.draft_amendment(work, contract_id=input.contract_id, changes=input.text.changes())


@strawberry.input(description="What an amendment says from now on.")
class ChangeContractAmendmentInput:
    """What an amendment says from now on."""

    amendment_id: UUID = given("An amendment that is not signed.")
    text: AmendmentTextInput = given("What it says; this replaces all that it said.")


async def change_contract_amendment(work: Work, input: ChangeContractAmendmentInput) -> ContractAmendment:
    """Write an amendment anew that is not signed. It is a draft then: what was approved, or waits for it, is void. The
    errors are those of draftContractAmendment."""
    return await commands.change_amendment(work, amendment_id=input.amendment_id, changes=input.text.changes())


@strawberry.input(description="An amendment to be reviewed.")
class SubmitContractAmendmentInput:
    """An amendment to be reviewed."""

    amendment_id: UUID = given("The draft.")


async def submit_contract_amendment(work: Work, input: SubmitContractAmendmentInput) -> ContractAmendment:
    """Have a draft reviewed by the approval chain for `contract_amendments`; where the handbook has none it is APPROVED
    at once. What is approved is fixed by its fingerprint."""
    return await commands.submit_amendment(work, amendment_id=input.amendment_id)


@strawberry.input(description="The signatures under an amendment.")
class SignContractAmendmentInput:
    """The signatures under an amendment."""

    amendment_id: UUID = given("An approved amendment.")
    signed_on: date = given("The day of the last signature, today at the latest.")
    own_signatory: str = given("Who signed for the company.")
    customer_signatory: str = given("Who signed for the customer.")


async def sign_contract_amendment(work: Work, input: SignContractAmendmentInput) -> ContractAmendment:
    """Record that both parties have signed what was approved. Needs `contracts.sign`. Changed fees and their schedule
    hold at once, everything else from its day on by itself. Refuses for what has happened since it was written, with
    the errors of draftContractAmendment."""
    return await commands.sign_amendment(
        work,
        amendment_id=input.amendment_id,
        signed_on=input.signed_on,
        own_signatory=input.own_signatory,
        customer_signatory=input.customer_signatory,
    )


@strawberry.input(description="An amendment to give up.")
class WithdrawContractAmendmentInput:
    """An amendment to give up."""

    amendment_id: UUID = given("An amendment that is not signed.")


async def withdraw_contract_amendment(work: Work, input: WithdrawContractAmendmentInput) -> ContractAmendment:
    """Give up an amendment that is not signed; what waits for approval is void."""
    return await commands.withdraw_amendment(work, amendment_id=input.amendment_id)
