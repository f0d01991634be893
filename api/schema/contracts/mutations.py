"""Contracts: drafting, review, the checklist, signature, copies, notice and completion."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import strawberry

from api.schema.contracts.rates import ContractRateInput, read_rates
from api.schema.contracts.types import Party, Trigger
from api.schema.inputs import given, optional
from api.schema.money import MoneyInput
from domain.contracts import commands
from domain.contracts.commands.drafting import Fees, Wording
from domain.contracts.models import Contract, ContractCheck, ContractCopy, ContractObligation
from domain.contracts.rules import Instalment, instalment
from domain.kernel.amounts import read_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@strawberry.input(description="One part of a contract's fees, or several that come round.")
class InstalmentInput:
    """One part of a contract's fees, or several that come round."""

    name: str = given("What it is called.")
    trigger: Trigger = given("What it falls due with.")
    share_percent: str = given("Its share of the whole in per cent, as decimal text; of all together if it repeats.")
    due_on: date | None = optional("The day on which it falls due; for DATE alone, which needs it.")
    repeats: int = optional("How many equal parts it makes, for DATE alone: the first on dueOn.", default=1)
    every_months: int = optional("How many months lie between two of them.", default=1)


@strawberry.input(description="What a contract says besides its fees.")
class ContractTextInput:
    """What a contract says besides its fees."""

    title: str = given("What it is about; at most 200 characters.")
    own_party: str = given("The company as it stands in the contract.")
    customer_party: str = given("The customer as it stands in the contract.")
    starts_on: date = given("The first day.")
    ends_on: date | None = optional("The last day, today at the earliest; without one it runs until somebody ends it.")
    notice_days: int = optional(
        "How many calendar days ahead of the last day its end is announced. One that renews needs a day on which that"
        " can still be done.",
        default=0,
    )
    renewal_months: int | None = optional(
        "By how many months it renews unless notice is given in time, for one with a last day; 0 for not at all. As the"
        " clause `contract_renewal` says unless told."
    )
    scope: str = optional("What is to be done.", default="")
    acceptance_standard: str = optional("By what the work is accepted.", default="")
    liability: str = optional("Who answers for what.", default="")

    def wording(self) -> Wording:
        """The text as the command takes it."""
        return Wording(
            title=self.title,
            own_party=self.own_party,
            customer_party=self.customer_party,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            notice_days=self.notice_days,
            renewal_months=self.renewal_months,
            scope=self.scope,
            acceptance_standard=self.acceptance_standard,
            liability=self.liability,
        )


def _fees(net: MoneyInput | None, tax_percent: str) -> Fees | None:
    rate = read_number(tax_percent, 4, ("taxPercent",))
    if not 0 <= rate <= 100:
        raise Invalid(message("A tax rate is between 0 and 100 per cent."), {}, ("taxPercent",))
    if net is None:
        if rate:
            raise Invalid(message("A tax rate is that of net, which is not given."), {}, ("taxPercent",))
        return None
    amount = net.value("net")
    return Fees(amount, amount.percent(rate))


def _instalments(given_: Sequence[InstalmentInput] | None) -> list[Instalment] | None:
    if given_ is None:
        return None
    return [
        made
        for index, each in enumerate(given_)
        for made in instalment(
            each.name,
            each.trigger,
            each.share_percent,
            each.due_on,
            repeats=each.repeats,
            every_months=each.every_months,
            path=("instalments", str(index)),
        )
    ]


@strawberry.input(description="A new contract.")
class DraftContractInput:
    """A new contract."""

    text: ContractTextInput = given("What it says.")
    quotation_id: UUID | None = optional(
        "The accepted quotation it comes of: customer, price and kind of service are that one's, and what is given"
        " beside it and says otherwise is refused. Or give customerId. A quotation becomes one contract; once that is"
        " withdrawn, another may come of it."
    )
    customer_id: UUID | None = optional("With whom, for one that comes of no quotation; with net.")
    net: MoneyInput | None = optional("The fees before tax, for one that comes of no quotation.")
    tax_percent: str = optional("The tax rate on net in per cent, as decimal text.", default="0")
    instalments: list[InstalmentInput] | None = optional(
        "When the fees fall due; unless told as the clause `payment_terms` says, each with the trigger it has there,"
        " or all of it on signing."
    )
    rates: list[ContractRateInput] | None = optional(
        "What is charged by what is counted, on top of the fees; up to 50. With rates `net` may be 0, for one that has"
        " no fixed fees, and then no instalments."
    )
    billing_months: int = optional(
        "By how many calendar months what is counted is billed, 1 to 12; the first period ends with a month.", default=1
    )
    department_id: UUID | None = optional("Who carries it out; the quotation's department unless told.")
    service_line_id: UUID | None = optional("What kind of service it is about, for clauses that differ by it.")


async def draft_contract(work: Work, input: DraftContractInput) -> Contract:
    """Write a contract, with the checklist of the clause `contract_checklist`. Needs `contracts.manage`. Then
    submitContract, settleContractCheck for each item, and signContract."""
    fees, instalments = _fees(input.net, input.tax_percent), _instalments(input.instalments)
    rates = read_rates(input.rates)
    return await commands.draft_contract(
        work,
        customer_id=input.customer_id,
        quotation_id=input.quotation_id,
        wording=input.text.wording(),
        fees=Fees(fees.net, fees.tax, instalments, rates, input.billing_months) if fees is not None else None,
        instalments=instalments,
        rates=rates,
        billing_months=input.billing_months,
        department_id=input.department_id,
        service_line_id=input.service_line_id,
    )


@strawberry.input(description="What a contract says from now on.")
class ChangeContractInput:
    """What a contract says from now on."""

    contract_id: UUID = given("A contract that is not signed.")
    text: ContractTextInput = given("What it says; this replaces all that it said.")
    net: MoneyInput | None = optional("The fees before tax; not for one that comes of a quotation.")
    tax_percent: str = optional("The tax rate on net in per cent, as decimal text.", default="0")
    instalments: list[InstalmentInput] | None = optional(
        "When the fees fall due; unless told as the clause `payment_terms` says, each with the trigger it has there,"
        " or all of it on signing."
    )
    rates: list[ContractRateInput] | None = optional(
        "What is charged by what is counted, all of it given anew; unless told, the contract has no rates any more."
    )
    billing_months: int = optional("By how many calendar months what is counted is billed, 1 to 12.", default=1)


async def change_contract(work: Work, input: ChangeContractInput) -> Contract:
    """Write a contract anew that is not signed. It is a draft then: what was approved, or waits for it, is void."""
    return await commands.change_contract(
        work,
        contract_id=input.contract_id,
        wording=input.text.wording(),
        fees=_fees(input.net, input.tax_percent),
        instalments=_instalments(input.instalments),
        rates=read_rates(input.rates),
        billing_months=input.billing_months,
    )


@strawberry.input(description="A contract to be reviewed.")
class SubmitContractInput:
    """A contract to be reviewed."""

    contract_id: UUID = given("The draft.")


async def submit_contract(work: Work, input: SubmitContractInput) -> Contract:
    """Have a draft reviewed by the approval chain for contracts; where the handbook has none it is APPROVED at once.
    What is approved is fixed by its fingerprint."""
    return await commands.submit_contract(work, contract_id=input.contract_id)


@strawberry.input(description="Whether a contract settles an item of its checklist.")
class SettleContractCheckInput:
    """Whether a contract settles an item of its checklist."""

    check_id: UUID = given("The item, from Contract.checklist.")
    settled: bool = optional("Whether the contract settles it.", default=True)
    note: str = optional("Where, or what is missing.", default="")


async def settle_contract_check(work: Work, input: SettleContractCheckInput) -> ContractCheck:
    """Say that a contract settles an item of the clause's checklist, or that it does not. It is signed only when all
    are settled. While a text is empty that the clause names for the item, the error NOTHING_SAID names the clause; a
    change of the contract opens again what it may concern."""
    return await commands.settle_check(work, check_id=input.check_id, settled=input.settled, note=input.note)


@strawberry.input(description="The signatures under a contract.")
class SignContractInput:
    """The signatures under a contract."""

    contract_id: UUID = given("An approved contract whose checklist is settled.")
    signed_on: date = given(
        "The day of the last signature, today at the latest, and a year before the draft and the first day at the"
        " earliest."
    )
    own_signatory: str = given("Who signed for the company.")
    customer_signatory: str = given("Who signed for the customer.")


async def sign_contract(work: Work, input: SignContractInput) -> Contract:
    """Record that both parties have signed what was approved. Needs `contracts.sign`. Copies go to the departments of
    the clause; from its first day on it is IN_FORCE by itself, and EXPIRED after its last. While the checklist is open,
    the error CHECKS_OPEN names the clause."""
    return await commands.sign_contract(
        work,
        contract_id=input.contract_id,
        signed_on=input.signed_on,
        own_signatory=input.own_signatory,
        customer_signatory=input.customer_signatory,
    )


@strawberry.input(description="A copy that has arrived.")
class ConfirmContractCopyInput:
    """A copy that has arrived."""

    copy_id: UUID = given("The copy, from Contract.copies.")


async def confirm_contract_copy(work: Work, input: ConfirmContractCopyInput) -> ContractCopy:
    """Confirm that a department has its copy: for anybody of the department, or with `contracts.manage`."""
    return await commands.confirm_copy(work, copy_id=input.copy_id)


@strawberry.input(description="A contract that is done.")
class CompleteContractInput:
    """A contract that is done."""

    contract_id: UUID = given("A contract in force.")


async def complete_contract(work: Work, input: CompleteContractInput) -> Contract:
    """Say that both sides have done what they owed: the contract is COMPLETED before its term is over."""
    return await commands.complete_contract(work, contract_id=input.contract_id)


@strawberry.input(description="Notice of a contract's end.")
class TerminateContractInput:
    """Notice of a contract's end."""

    contract_id: UUID = given("A contract that is signed or in force.")
    last_day_on: date = given("Its last day: after the notice that the contract lays down, unless both sides agree.")
    reason: str = given("Why.")
    agreed: bool = optional("Whether both sides agreed on the day.", default=False)


async def terminate_contract(work: Work, input: TerminateContractInput) -> Contract:
    """Give, or note, notice of a contract's end; after its last day it is TERMINATED by itself. Needs
    `contracts.sign`."""
    return await commands.terminate_contract(
        work,
        contract_id=input.contract_id,
        last_day_on=input.last_day_on,
        reason=input.reason,
        agreed=input.agreed,
    )


@strawberry.input(description="A contract to give up.")
class WithdrawContractInput:
    """A contract to give up."""

    contract_id: UUID = given("A contract that is not signed.")


async def withdraw_contract(work: Work, input: WithdrawContractInput) -> Contract:
    """Give up a contract that is not signed; what waits for approval is void."""
    return await commands.withdraw_contract(work, contract_id=input.contract_id)


@strawberry.input(description="Something that one side owes the other by a contract.")
class AddContractObligationInput:
    """Something that one side owes the other by a contract."""

    contract_id: UUID = given("A contract that is not over.")
    title: str = given("What is owed; at most 200 characters.")
    party: Party = given("Who owes it.")
    due_on: date = given("The last day on which it is in time, within the contract's term.")
    remind_days: int = optional("How many calendar days before its day somebody is reminded.", default=7)
    responsible_id: UUID | None = optional(
        "Who of the staff sees to it; unless told, who wrote the contract and who looks after the customer."
    )


async def add_contract_obligation(work: Work, input: AddContractObligationInput) -> ContractObligation:
    """Write down what one side owes by a day, such as a milestone. Needs `contracts.manage`. Somebody is reminded of it
    before its day, and once when that has passed."""
    return await commands.add_obligation(
        work,
        contract_id=input.contract_id,
        title=input.title,
        party=input.party,
        due_on=input.due_on,
        remind_days=input.remind_days,
        responsible_id=input.responsible_id,
    )


@strawberry.input(description="An obligation that is done with.")
class CloseContractObligationInput:
    """An obligation that is done with."""

    obligation_id: UUID = given("An open obligation.")
    fulfilled: bool = optional("Whether it is fulfilled; else it is waived, and the note says why.", default=True)
    note: str = optional("By what it was fulfilled, or why it is waived.", default="")


async def close_contract_obligation(work: Work, input: CloseContractObligationInput) -> ContractObligation:
    """Say that an obligation is fulfilled, or that it is not insisted on any more: for who is responsible for it, or
    with `contracts.manage`."""
    return await commands.close_obligation(
        work, obligation_id=input.obligation_id, fulfilled=input.fulfilled, note=input.note
    )
