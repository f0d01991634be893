"""Who is served, how important they are, and who looks after them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, false, select, true
from sqlalchemy.orm import aliased

from domain.customers.models import Contact, Customer
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier
from domain.organisation import queries as organisation
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.work import Work


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Customers and their contacts are open to whoever may read them."""
    return true() if actor.may(Permission.CUSTOMERS_READ) else false()


def looked_after_by_me(customer_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the acting member is the account owner of a customer, by the customer's id."""
    mine = aliased(Customer)
    return select(mine.id).where(mine.id == customer_id, mine.owner_id == current_member()).exists()


def tier_of(customer_id: Any) -> ScalarSelect[Any]:
    """Inside a statement, how important a customer is."""
    there = aliased(Customer)
    return select(there.tier).where(there.id == customer_id).scalar_subquery()


async def get(work: Work, id: UUID, *path: str) -> Customer:
    """One customer; refuses with `NotFound`, whose path is that of the input which named it."""
    return await work.get(Customer, id, *path)


async def contact(work: Work, id: UUID, *path: str, lock: bool = False) -> Contact:
    """One contact; refuses with `NotFound`. Who locks it does one thing at a time with this person."""
    return await work.get(Contact, id, *path, lock=lock)


async def contacts_with(work: Work, email: str) -> list[Contact]:
    """Everybody of an active customer who is written to at this address, the longest known first."""
    of_active = select(Customer.id).where(Customer.id == Contact.customer_id, Customer.active)
    return await work.all(select(Contact).where(Contact.email == email, of_active.exists()).order_by(Contact.id))


async def named(work: Work, name: str) -> Customer | None:
    """The customer with exactly this name."""
    return await work.first(select(Customer).where(Customer.name == name))


async def tiers(work: Work) -> set[CustomerTier]:
    """Of which tiers the company has customers."""
    return {CustomerTier(row["tier"]) for row in await work.rows(select(Customer.tier).distinct())}


async def owner_of(work: Work, customer_id: UUID) -> UUID | None:
    """Who looks after a customer; None when nobody does (any more), and when there is no such customer."""
    found = await work.find(Customer, customer_id)
    if found is None or found.owner_id is None:
        return None
    owner = await organisation.staff(work, found.owner_id)
    return owner.id if owner.left_on is None else None
