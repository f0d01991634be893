"""The addresses at which a company takes mail, and the secrets of their webhooks."""

from dataclasses import dataclass
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.customers import rules as customer_rules
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.terms import Impact, Urgency
from domain.mail import queries, rules
from domain.mail.events import MailAddressAdded, MailAddressChanged, MailSecretRotated
from domain.mail.models import MailAddress
from domain.organisation import queries as organisation
from tenancy.refusals import Conflict, message
from tenancy.secrets import new_key, seal, webhook_secret_text
from tenancy.work import Work

SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What a mail to an address asks for: the offering, who gets it, whose contacts strangers become, how pressing."""

    public_address: str | None = None
    offering_id: UUID | None = None
    department_id: UUID | None = None
    walk_in_customer_id: UUID | None = None
    impact: Impact = Impact.MEDIUM
    urgency: Urgency = Urgency.MEDIUM


@dataclass(frozen=True)
class MadeSecret:
    """An address with the new secret of its webhook, which is shown this once."""

    address: MailAddress
    secret: str


@command(needs=Permission.MAIL_MANAGE)
async def add_address(work: Work, *, local_part: str, intake: Intake) -> MailAddress:
    """Take mail at another address, `local_part` at the company's own part of the installation's mail domain (RQ-1).

    Refuses one that there is already.
    """
    local_part = rules.clean_local_part(local_part, "localPart")
    if await queries.address_named(work, local_part) is not None:
        text = message("There is an address “{name}” already.")
        raise Conflict(text, {"name": local_part}, path=("localPart",))
    address = MailAddress(local_part=local_part, added_at=work.now)
    await _set(work, address, intake)
    work.add(address)
    work.record(MailAddressAdded(address_id=address.id), about=address)
    return address


@command(needs=Permission.MAIL_MANAGE)
async def change_address(work: Work, *, address_id: UUID, intake: Intake, active: bool = True) -> MailAddress:
    """Say what mail to an address asks for from now on; one that is not active takes none."""
    address = await queries.address(work, address_id, "addressId", lock=True)
    await _set(work, address, intake)
    address.active = active
    work.record(MailAddressChanged(address_id=address.id), about=address)
    return address


async def _set(work: Work, address: MailAddress, intake: Intake) -> None:
    public = intake.public_address
    address.public_address = customer_rules.clean_email(public, "publicAddress") if public else None
    if intake.offering_id is not None:
        await catalogue.offered(work, intake.offering_id, "offeringId")
    if intake.department_id is not None:
        await organisation.department(work, intake.department_id, "departmentId")
    if intake.walk_in_customer_id is not None:
        await customers.get(work, intake.walk_in_customer_id, "walkInCustomerId")
    address.offering_id, address.department_id = intake.offering_id, intake.department_id
    address.walk_in_customer_id = intake.walk_in_customer_id
    address.impact, address.urgency = intake.impact, intake.urgency


@command(needs=Permission.MAIL_MANAGE)
async def rotate_secret(work: Work, *, address_id: UUID) -> MadeSecret:
    """Give the webhook of an address another secret; the one before signs no more."""
    address = await queries.address(work, address_id, "addressId", lock=True)
    secret = new_key(SECRET_BYTES)
    address.sealed_secret = seal(secret, tenant_id=work.actor.tenant_id, purpose=queries.SECRET_PURPOSE)
    # No `about`: the journal keeps what changed for ever, and that must not be a secret, even sealed.
    work.record(MailSecretRotated(address_id=address.id))
    return MadeSecret(address, webhook_secret_text(secret))
