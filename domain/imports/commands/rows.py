"""What becomes of one row: the commands that everybody uses, with the fields of the row in place of their inputs."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import commands as customers
from domain.customers import queries as customers_known
from domain.customers.models import Contact, Customer
from domain.imports import queries, rules
from domain.imports.rules import ImportKind, Outcome
from domain.kernel.terms import CustomerTier, Impact, Language, Urgency
from domain.organisation import queries as organisation
from domain.requests import commands as requests
from domain.requests import queries as requests_known
from domain.requests.rules.states import Channel
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work

Given = Mapping[str, str]
Done = tuple[Outcome, UUID]


async def apply(work: Work, kind: ImportKind, given: Given) -> Done:
    """Carry out one row, as its fields say: what came of it, and of which record. Refuses as the commands do, with the
    field that is at fault as path."""
    for name, field in rules.FIELDS[kind].items():
        if field.required and name not in given:
            raise Invalid(message("This must not be empty."), path=(name,), code="FIELD_EMPTY")
    return await _WAYS[kind](work, given)


@contextmanager
def _said_of(fields: Mapping[str, str]) -> Iterator[None]:
    """Let a refusal name the field of the row in place of the command's input."""
    try:
        yield
    except Refusal as refusal:
        refusal.path = tuple(fields.get(step, step) for step in refusal.path[:1])
        raise


async def _customer(work: Work, given: Given) -> Done:
    known = await customers_known.named(work, " ".join(given["name"].split()))
    with _said_of({"billingEmail": "billing_email", "ownerId": "owner"}):
        customer, changed = (await _change(work, known, given)) if known else (await _create(work, given), True)
    outcome = (Outcome.CHANGED if known else Outcome.ADDED) if changed else Outcome.UNCHANGED
    if "contact_email" not in given and "contact_name" not in given:
        return outcome, customer.id
    came = await _contact(work, customer, given)
    if Outcome.ADDED in (outcome, came):
        return Outcome.ADDED, customer.id
    return (Outcome.CHANGED if Outcome.CHANGED in (outcome, came) else Outcome.UNCHANGED), customer.id


async def _create(work: Work, given: Given) -> Customer:
    if "billing_email" not in given:
        text = message("A new customer needs a billing e-mail address.")
        raise Invalid(text, path=("billing_email",), code="FIELD_EMPTY")
    customer = await customers.create_customer(
        work,
        name=given["name"],
        tier=rules.word(CustomerTier, given["tier"], "tier") if "tier" in given else CustomerTier.STANDARD,
        language=_language(given, "language", Language(work.actor.language)),
        billing_email=given["billing_email"],
        owner_id=await _owner(work, given, None),
        region=given.get("region", ""),
    )
    if "active" in given and not rules.flag(given["active"], "active"):
        return (await _change(work, customer, given))[0]
    return customer


async def _change(work: Work, customer: Customer, given: Given) -> tuple[Customer, bool]:
    """The customer as the row has it, and whether that is another than before; what the row leaves out stays."""
    was = _particulars(customer)
    wanted: dict[str, Any] = {
        "tier": rules.word(CustomerTier, given["tier"], "tier") if "tier" in given else customer.tier,
        "language": _language(given, "language", customer.language),
        "billing_email": given.get("billing_email", customer.billing_email),
        "owner_id": await _owner(work, given, customer.owner_id),
        "active": rules.flag(given["active"], "active") if "active" in given else customer.active,
        "region": given.get("region", customer.region),
    }
    if wanted == was:
        return customer, False
    return await customers.change_customer(work, customer_id=customer.id, name=customer.name, **wanted), True


def _particulars(customer: Customer) -> dict[str, Any]:
    names = ("tier", "language", "billing_email", "owner_id", "active", "region")
    return {name: getattr(customer, name) for name in names}


async def _contact(work: Work, customer: Customer, given: Given) -> Outcome:
    if "contact_email" not in given:
        raise Invalid(message("A contact needs an e-mail address."), path=("contact_email",), code="FIELD_EMPTY")
    email = given["contact_email"]
    with _said_of({"name": "contact_name", "email": "contact_email", "phone": "contact_phone"}):
        known = await _person(work, customer.id, email)
        if known is None:
            await customers.add_contact(
                work,
                customer_id=customer.id,
                name=given.get("contact_name", email),
                email=email,
                language=_language(given, "contact_language", customer.language),
                phone=given.get("contact_phone"),
            )
            return Outcome.ADDED
        name, phone = given.get("contact_name", known.name), given.get("contact_phone", known.phone)
        language = _language(given, "contact_language", known.language)
        if (name, phone, language) == (known.name, known.phone, known.language):
            return Outcome.UNCHANGED
        await customers.change_contact(
            work, contact_id=known.id, name=name, email=known.email, language=language, phone=phone
        )
    return Outcome.CHANGED


async def _request(work: Work, given: Given) -> Done:
    reference = given["source_reference"]
    known = await requests_known.submitted_as(work, reference)
    if known is not None:
        return Outcome.UNCHANGED, known.id
    customer = await customers_known.named(work, " ".join(given["customer"].split()))
    if customer is None:
        text = message("There is no customer “{name}”.")
        raise Invalid(text, {"name": given["customer"][:100]}, ("customer",), code="UNKNOWN_CUSTOMER")
    contact = await _person(work, customer.id, given["contact"]) if "contact" in given else None
    if "contact" in given and contact is None:
        text = message("The customer has no contact with the address {email}.")
        raise Invalid(text, {"email": given["contact"][:100]}, ("contact",), code="UNKNOWN_CONTACT")
    names = {"customerId": "customer", "contactId": "contact", "departmentId": "department", "offeringId": "offering"}
    with _said_of({**names, "sourceReference": "source_reference", "answers": "offering"}):
        request = await requests.submit(
            work,
            customer_id=customer.id,
            title=given["title"],
            description=given.get("description", ""),
            channel=rules.word(Channel, given["channel"], "channel") if "channel" in given else Channel.API,
            impact=rules.word(Impact, given["impact"], "impact") if "impact" in given else Impact.MEDIUM,
            urgency=rules.word(Urgency, given["urgency"], "urgency") if "urgency" in given else Urgency.MEDIUM,
            contact_id=contact.id if contact is not None else None,
            department_id=await _department(work, given),
            offering_id=await _offering(work, given),
            source_reference=reference,
            own_work=True,
        )
    return Outcome.ADDED, request.id


async def _department(work: Work, given: Given) -> UUID | None:
    if "department" not in given:
        return None
    found = await organisation.department_named(work, given["department"])
    if found is None:
        text = message("There is no department “{name}”.")
        raise Invalid(text, {"name": given["department"][:100]}, ("department",), code="UNKNOWN_DEPARTMENT")
    return found.id


async def _offering(work: Work, given: Given) -> UUID | None:
    if "offering" not in given:
        return None
    found = await catalogue.offering_coded(work, given["offering"])
    if found is None:
        text = message("There is no service offering “{code}”.")
        raise Invalid(text, {"code": given["offering"][:100]}, ("offering",), code="UNKNOWN_OFFERING")
    return found.id


async def _owner(work: Work, given: Given, otherwise: UUID | None) -> UUID | None:
    if "owner" not in given:
        return otherwise
    member = await queries.member_with(work, given["owner"])
    if member is None:
        text = message("Nobody here has the address {email}.")
        raise Invalid(text, {"email": given["owner"][:100]}, ("owner",), code="UNKNOWN_MEMBER")
    return member.id


async def _person(work: Work, customer_id: UUID, email: str) -> Contact | None:
    return await customers_known.contact_at(work, customer_id, email)


def _language(given: Given, field: str, otherwise: Language) -> Language:
    return rules.word(Language, given[field], field) if field in given else otherwise


_WAYS: Mapping[ImportKind, Callable[[Work, Given], Awaitable[Done]]] = {
    ImportKind.CUSTOMERS: _customer,
    ImportKind.REQUESTS: _request,
}
