"""What follows the facts of the module contracts: copies for departments, and news of what is approved and runs out."""

from collections.abc import Collection, Mapping
from uuid import UUID

from domain.contracts import queries
from domain.contracts.events import (
    ContractAmendmentApproved,
    ContractAmendmentSigned,
    ContractAmendmentTookEffect,
    ContractApproved,
    ContractCopiesLate,
    ContractEnded,
    ContractObligationReminded,
    ContractRenewed,
    ContractRunningOut,
    ContractSigned,
)
from domain.contracts.rules import last_safe_day, renewed, renews
from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.organisation import queries as organisation
from tenancy.refusals import message
from tenancy.work import Work


async def send_the_copies(work: Work, event: ContractSigned) -> None:
    """The heads of the departments that get a copy are told of it, and until when it is confirmed."""
    await _ask_for_confirmation(
        work,
        event.contract_id,
        message("Your department has a copy of contract {number} with {customer}; please confirm it until {due_on}."),
        "copy",
    )


async def remind_of_late_copies(work: Work, event: ContractCopiesLate) -> None:
    """The heads of the departments that have not confirmed their copies are reminded."""
    await _ask_for_confirmation(
        work,
        event.contract_id,
        message("Your department has not confirmed its copy of contract {number} with {customer}, due on {due_on}."),
        "copy-late",
    )


async def tell_that_it_may_be_signed(work: Work, event: ContractApproved) -> None:
    """Whoever wrote it learns that it is approved."""
    if not event.by_itself:
        text = message("Contract {number} with {customer} is approved and may be signed.")
        await _tell(work, event.contract_id, text, f"contract-approved:{event.contract_id}")


async def remind_of_the_end(work: Work, event: ContractRunningOut) -> None:
    """Whoever wrote it, and whoever looks after the customer, are reminded that it runs out."""
    text = message(
        "Contract {number} with {customer} over {total} ends on {ends_on}; notice is possible until {safe_on}."
    )
    contract = await queries.any_one(work, event.contract_id)
    values: dict[str, object] = {}
    if contract.ends_on is not None and renews(contract.renewal_months, contract.most_renewals, contract.renewals):
        text = message(
            "Contract {number} with {customer} over {total} renews by itself until {renews_until}, unless notice is"
            " given until {safe_on}."
        )
        values["renews_until"] = renewed(contract.ends_on, contract.renewal_months or 0)
    # An amendment or a renewal may give it another end, of which reminders begin anew.
    key = f"contract-running-out:{event.contract_id}:{contract.ends_on}:{event.reminder}"
    await _tell(work, event.contract_id, text, key, values)


async def tell_of_a_renewal(work: Work, event: ContractRenewed) -> None:
    """The same people learn that it has renewed."""
    text = message("Contract {number} with {customer} has renewed until {ends_on}.")
    await _tell(work, event.contract_id, text, f"contract-renewed:{event.contract_id}:{event.renewals}")


async def tell_of_the_end(work: Work, event: ContractEnded) -> None:
    """The same people learn that it has ended."""
    text = message("Contract {number} with {customer} has ended.")
    await _tell(work, event.contract_id, text, f"contract-ended:{event.contract_id}")


async def remind_of_an_obligation(work: Work, event: ContractObligationReminded) -> None:
    """Whoever is responsible, or else who wrote the contract and who looks after the customer, are reminded."""
    contract = await queries.any_one(work, event.contract_id)
    obligation = await queries.obligation(work, event.obligation_id)
    text = message("“{title}” of contract {number} with {customer} is due on {due_on}.")
    if event.overdue:
        text = message("“{title}” of contract {number} with {customer} was due on {due_on} and is still open.")
    key = f"obligation{'-overdue' if event.overdue else ''}:{obligation.id}"
    values: dict[str, object] = {"title": obligation.title, "due_on": obligation.due_on}
    if obligation.responsible_id is None:
        await _tell(work, contract.id, text, key, values)
        return
    customer = await customers.get(work, contract.customer_id)
    values |= {"number": contract.number, "customer": customer.name}
    await _notify(work, contract.id, [obligation.responsible_id], text, values, key)


async def tell_that_an_amendment_may_be_signed(work: Work, event: ContractAmendmentApproved) -> None:
    """Whoever wrote it learns that it is approved."""
    if not event.by_itself:
        text = message("Amendment {amendment} of contract {number} with {customer} is approved and may be signed.")
        await _tell_of_amendment(work, event.amendment_id, text, "approved")


async def tell_of_an_amendment(work: Work, event: ContractAmendmentSigned) -> None:
    """Whoever is concerned, and the heads of the departments that have a copy of the contract, learn of it."""
    text = message(
        "Amendment {amendment} of contract {number} with {customer} is signed and holds from {effective_on}."
    )
    contract = await queries.any_one(work, event.contract_id)
    heads = [await organisation.head_of(work, copy.department_id) for copy in await queries.copies_of(work, contract)]
    await _tell_of_amendment(work, event.amendment_id, text, "signed", [head for head in heads if head is not None])


async def tell_that_it_holds(work: Work, event: ContractAmendmentTookEffect) -> None:
    """Whoever is concerned learns that its day has come, where that is not the day of its signature."""
    row = await queries.amendment(work, event.amendment_id)
    if row.signed_on is not None and row.signed_on < row.effective_on:
        text = message("Amendment {amendment} of contract {number} with {customer} is in effect.")
        await _tell_of_amendment(work, event.amendment_id, text, "in-effect")


async def _tell_of_amendment(work: Work, amendment_id: UUID, text: str, what: str, more: Collection[UUID] = ()) -> None:
    row = await queries.amendment(work, amendment_id)
    contract = await queries.any_one(work, row.contract_id)
    customer = await customers.get(work, contract.customer_id)
    people = {row.prepared_by_id, contract.prepared_by_id, await customers.owner_of(work, customer.id), *more} - {None}
    await notifications.notify(
        work,
        member_ids=[person for person in people if person is not None],
        text=text,
        values={
            "amendment": row.number,
            "number": contract.number,
            "customer": customer.name,
            "effective_on": row.effective_on,
        },
        about=Subject(SubjectKind.AMENDMENT, row.id),
        mail=True,
        key=f"amendment-{what}:{row.id}",
    )


async def _ask_for_confirmation(work: Work, contract_id: UUID, text: str, what: str) -> None:
    contract = await queries.any_one(work, contract_id)
    customer = await customers.get(work, contract.customer_id)
    for copy in await queries.copies_of(work, contract):
        head = await organisation.head_of(work, copy.department_id)
        if head is None or copy.confirmed_at is not None:
            continue
        values = {"number": contract.number, "customer": customer.name, "due_on": copy.due_on}
        await _notify(work, contract_id, [head], text, values, f"contract-{what}:{copy.id}")


async def _tell(work: Work, contract_id: UUID, text: str, key: str, more: Mapping[str, object] | None = None) -> None:
    contract = await queries.any_one(work, contract_id)
    customer = await customers.get(work, contract.customer_id)
    concerned = {contract.prepared_by_id, await customers.owner_of(work, contract.customer_id)}
    values: dict[str, object] = {
        "number": contract.number,
        "customer": customer.name,
        "total": Money(contract.total_minor, contract.currency),
        **(more or {}),
    }
    if contract.ends_on is not None:
        values |= {"ends_on": contract.ends_on, "safe_on": last_safe_day(contract.ends_on, contract.notice_days)}
    people = [member for member in concerned if member is not None]
    await _notify(work, contract_id, people, text, values, key)


async def _notify(
    work: Work, contract_id: UUID, people: Collection[UUID], text: str, values: Mapping[str, object], key: str
) -> None:
    about = Subject(SubjectKind.CONTRACT, contract_id)
    await notifications.notify(work, member_ids=people, text=text, values=values, about=about, mail=True, key=key)
