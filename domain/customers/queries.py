"""Who is served, how important they are, and who looks after them."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, any_, false, func, literal, not_, select, true, update

from domain.customers.models import Contact, CountedLetter, Customer, PortalAccess
from domain.customers.rules import ContactLetters
from domain.kernel.permissions import Permission, PortalGrant
from domain.kernel.terms import CustomerTier
from domain.organisation import queries as organisation
from domain.policies.rules.dunning import ServiceRestriction
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import DunningLadder
from tenancy.actor import Actor, ActorKind
from tenancy.effects import Effect, EffectState
from tenancy.identity import credentials
from tenancy.identity.actors import FINDERS, TOUCHED_AFTER, Found
from tenancy.identity.door import tenant_door
from tenancy.models import current_contact, current_member, one_of
from tenancy.refusals import Unauthenticated
from tenancy.rows import another
from tenancy.secrets import fingerprint
from tenancy.work import Work


@dataclass(frozen=True)
class Restricted:
    """What becomes of new requests of a customer who does not pay, and the ladder that says so."""

    how: ServiceRestriction
    ruling: Ruling[DunningLadder]


# Who knows of such: the module of invoices, which stands above those whom it concerns, writes itself here.
RESTRICTED_BY: list[Callable[[Work, UUID], Awaitable[Restricted | None]]] = []


async def restriction(work: Work, customer_id: UUID) -> Restricted | None:
    """What becomes of new requests of a customer at this moment; None where they are served as ever."""
    for ask in RESTRICTED_BY:
        found = await ask(work, customer_id)
        if found is not None:
            return found
    return None


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Customers and their contacts are open to whoever may read them."""
    return true() if actor.may(Permission.CUSTOMERS_READ) else false()


def accesses_visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Who may come into the portal is open to whoever invites people there."""
    return true() if actor.may(Permission.CUSTOMERS_MANAGE) else false()


def open_to_me(actor: Actor, customer_id: Any, contact_id: Any) -> ColumnElement[bool]:
    """Whether a record of a customer, and of a person of theirs, is open to the acting person in the portal."""
    if not (actor.is_contact and actor.may(PortalGrant.USE)):
        return false()
    if actor.may(PortalGrant.COMPANY):
        return of_my_company(customer_id)
    own: ColumnElement[bool] = func.coalesce(contact_id == current_contact(), false())
    return own


def company_open_to_me(actor: Actor, grant: PortalGrant, customer_id: Any) -> ColumnElement[bool]:
    """Whether what a customer as such has, as its invoices, is open to the acting person in the portal."""
    return of_my_company(customer_id) if actor.is_contact and actor.may(grant) else false()


def of_my_company(customer_id: Any) -> ColumnElement[bool]:
    """Whether a customer is that of the acting person of a customer."""
    me = another(Contact)
    return select(me.id).where(me.id == current_contact(), me.customer_id == customer_id).exists()


def myself(actor: Actor, contacts: Any) -> ColumnElement[bool]:
    """The acting person of a customer, in the portal. `contacts` is `Contact` or an alias of it."""
    me: ColumnElement[bool] = contacts.id == current_contact()
    return me if actor.is_contact else false()


def looked_after_by_me(customer_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether the acting member is the account owner of a customer, by the customer's id."""
    mine = another(Customer)
    return select(mine.id).where(mine.id == customer_id, mine.owner_id == current_member()).exists()


def tier_of(customer_id: Any) -> ScalarSelect[Any]:
    """Inside a statement, how important a customer is."""
    there = another(Customer)
    return select(there.tier).where(there.id == customer_id).scalar_subquery()


async def get(work: Work, id: UUID, *path: str) -> Customer:
    """One customer; refuses with `NotFound`, whose path is that of the input which named it."""
    return await work.get(Customer, id, *path)


def wants(letters: ContactLetters) -> Callable[[Any], ColumnElement[bool]]:
    """Whether a contact gets letters of this kind."""
    return lambda contacts: not_(literal(letters.value) == any_(contacts.unwanted_letters))


async def contact(work: Work, id: UUID, *path: str, lock: bool = False) -> Contact:
    """One contact; refuses with `NotFound`. Who locks it does one thing at a time with this person."""
    return await work.get(Contact, id, *path, lock=lock)


async def contacts_with(work: Work, email: str) -> list[Contact]:
    """Everybody of an active customer who is written to at this address, the longest known first."""
    of_active = select(Customer.id).where(Customer.id == Contact.customer_id, Customer.active)
    return await work.all(select(Contact).where(Contact.email == email, of_active.exists()).order_by(Contact.id))


async def contact_at(work: Work, customer_id: UUID, email: str) -> Contact | None:
    """The person of a customer with an address, however it is capitalised."""
    theirs = select(Contact).where(Contact.customer_id == customer_id, func.lower(Contact.email) == email.lower())
    return await work.first(theirs.order_by(Contact.id).limit(1))


async def named(work: Work, name: str) -> Customer | None:
    """The customer with exactly this name."""
    return await work.first(select(Customer).where(Customer.name == name))


async def names(work: Work, ids: Collection[UUID]) -> dict[UUID, str]:
    """What customers are called, as far as the actor may know."""
    rows = await work.rows(select(Customer.id, Customer.name).where(one_of(Customer.id, ids), visible(work.actor)))
    return {row["id"]: row["name"] for row in rows}


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


async def open_invitation(work: Work, access_id: UUID, *, lock: bool = False) -> PortalAccess | None:
    """An invitation whose link opens the portal; None when it was opened, has expired or was taken back."""
    found = await work.find(PortalAccess, access_id, lock=lock)
    if found is None or found.opened_at is not None or found.revoked_at is not None:
        return None
    return found if work.opening.real_now < found.invitation_ends_at else None


async def visitor(token: str) -> Found:
    """Whose token of the portal this is, with what they were granted; raises `Unauthenticated` for anything else."""
    tenant_id = credentials.tenant_of(token)
    if tenant_id is None:
        raise Unauthenticated
    async with tenant_door(tenant_id) as door:
        found = await door.row(
            select(
                PortalAccess.id,
                PortalAccess.contact_id,
                PortalAccess.grants,
                Contact.language,
                func.extract("epoch", PortalAccess.ends_at - func.now()).label("seconds_left"),
                func.coalesce(PortalAccess.last_used_at < func.now() - TOUCHED_AFTER, true()).label("stale"),
            )
            .join(Contact, Contact.id == PortalAccess.contact_id)
            .where(PortalAccess.hash == fingerprint(token), PortalAccess.revoked_at.is_(None))
            .where(PortalAccess.ends_at > func.now())
        )
        if found is None:
            raise Unauthenticated
        if found["stale"]:
            used = update(PortalAccess).where(PortalAccess.id == found["id"])
            await door.rows(used.values(last_used_at=func.now()))
    actor = Actor(
        tenant_id=tenant_id,
        kind=ActorKind.CONTACT,
        id=found["contact_id"],
        permissions=frozenset(found["grants"]),
        language=found["language"],
    )
    return Found(actor, float(found["seconds_left"]))


FINDERS[credentials.PORTAL] = visitor


@dataclass(frozen=True)
class Counted:
    """A letter that counts towards the contact budget, and its place in the ledger."""

    letter: CountedLetter
    effect: Effect


async def counted_letters(work: Work, customer_id: UUID, email: str | None, since: date) -> list[Counted]:
    """The letters to a customer, or to one of its addresses, that have taken room since a day; not those withdrawn."""
    found = select(CountedLetter).where(CountedLetter.customer_id == customer_id, CountedLetter.leaves_on >= since)
    if email is not None:
        found = found.where(CountedLetter.email == email)
    letters = await work.all(found.order_by(CountedLetter.id))
    ledger = await work.all(select(Effect).where(one_of(Effect.id, [letter.effect_id for letter in letters])))
    effects = {effect.id: effect for effect in ledger if effect.state is not EffectState.WITHDRAWN}
    return [Counted(letter, effects[letter.effect_id]) for letter in letters if letter.effect_id in effects]
