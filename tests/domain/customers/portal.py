"""Companies whose customers' people come into the portal, and a person's way in, in a line."""

from uuid import UUID

from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands
from domain.customers import queries as customers
from domain.customers.models import PortalAccess
from domain.policies.rules.kinds import ClauseKind, CustomerPortal
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.requests.company import Company, founded, software_clauses
from tests.handbooks import publish


def opened(**value: object) -> CustomerPortal:
    """A clause on the portal."""
    return CustomerPortal.model_validate(value)


async def with_portal(portal: CustomerPortal | None, *more: tuple[str, ClauseKind]) -> Company:
    """A company with this clause, or none."""
    company = await founded()
    clause = [("2.7", portal)] if portal is not None else []
    await publish(company.admin, *software_clauses(), *clause, *more)
    return company


async def contact(company: Company, name: str, customer_id: UUID | None = None) -> UUID:
    """Another person of a customer."""
    async with writing(company.admin, settle=settle) as work:
        made = await commands.add_contact(
            work,
            customer_id=customer_id or company.strategic_id,
            name=name,
            email=f"{name.lower()}@big.example.com",
        )
    return made.id


async def invited(company: Company, contact_id: UUID) -> PortalAccess:
    """An invitation."""
    async with writing(company.admin, settle=settle) as work:
        return await commands.invite(work, contact_id=contact_id)


async def token_of(company: Company, contact_id: UUID) -> str:
    """The token of a person who has opened their invitation."""
    access = await invited(company, contact_id)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        return (await commands.open_portal(work, access_id=access.id)).token


async def visitor(company: Company, contact_id: UUID | None = None) -> Actor:
    """A person in the portal: Lin, unless told otherwise."""
    return (await customers.visitor(await token_of(company, contact_id or company.contact_id))).actor


async def accesses(company: Company) -> list[PortalAccess]:
    """Every invitation and way in of a company, oldest first."""
    async with reading(company.admin) as work:
        return await work.all(select(PortalAccess).order_by(PortalAccess.id))
