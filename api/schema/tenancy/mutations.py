"""The company's clock, the work that waits, and the platform's own: new companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.terms import Language
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy import outbox, provisioning, rehearsal
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.effects import Effect
from tenancy.work import Work


@strawberry.input(description="Where a rehearsal's clock goes.")
class AdvanceClockInput:
    """Where a rehearsal's clock goes."""

    to: datetime = given("The instant, later than the clock's present target and at most 366 days ahead of it.")


async def advance_clock(work: Work, input: AdvanceClockInput) -> datetime:
    """Send a rehearsal's clock forward. On the way every timer fires in order; clock.settled tells when all is done."""
    return (await rehearsal.advance_clock(work, to=input.to)).target_at


@strawberry.input(description="A parked or held item.")
class ReleaseItemInput:
    """A parked or held item."""

    item_id: UUID = given("The item.")


async def release_item(work: Work, input: ReleaseItemInput) -> AgendaItem:
    """Let a parked or held item be tried again."""
    return await outbox.release(work, input.item_id)


@strawberry.input(description="A mail or webhook that was given up.")
class SendAgainInput:
    """A mail or webhook that was given up."""

    effect_id: UUID = given(
        "The mail or webhook; `effects(filter: {state: {eq: FAILED}})` lists them with their errors."
    )


async def send_again(work: Work, input: SendAgainInput) -> Effect:
    """Let a mail or webhook that was given up be tried anew. It leaves under the id that it had (its Message-ID, its
    webhook-id), so a receiver who got it after all takes it for the same."""
    return await outbox.send_again(work, input.effect_id)


@strawberry.input(description="A new company and its first administrator.")
class CreateTenantInput:
    """A new company and its first administrator."""

    slug: str = given("Its short name: 3 to 40 small letters, digits and hyphens.")
    name: str = given("Its name.")
    zone: str = given("The IANA zone of its days and deadlines, such as Asia/Shanghai.")
    language: Language = given("Its language.")
    administrator_name: str = given("The first administrator's name.")
    administrator_email: str = given("The first administrator's e-mail address.")
    administrator_password: str | None = optional("A first password; without one only the token lets them in.")
    rehearsal_starts_at: datetime | None = optional("Makes it a rehearsal, whose clock begins here and is advanced.")


async def create_tenant(actor: Actor, input: CreateTenantInput) -> dict[str, Any]:
    """Create a company and its first administrator, who may do everything in it. For the platform's operator only;
    without an Idempotency-Key."""
    actor.require("platform.tenants")
    founding = await provisioning.create_tenant(
        slug=input.slug,
        name=input.name,
        zone=input.zone,
        language=input.language,
        administrator=(input.administrator_name, input.administrator_email),
        permissions=list(Permission),
        settle=settle,
        rehearsal_starts_at=input.rehearsal_starts_at,
        password=input.administrator_password,
        token_name="first",  # noqa: S106  # what the token is called
    )
    return {
        "tenant_id": str(founding.tenant_id),
        "slug": input.slug,
        "member_id": str(founding.member_id),
        "token": founding.token,
    }


@strawberry.input(description="An administrator who has lost their token.")
class IssueAdministratorTokenInput:
    """An administrator who has lost their token."""

    slug: str = given("The company's short name.")
    administrator_email: str = given("The administrator's e-mail address.")
    token_name: str = optional("What the new token is called.", default="issued by the operator")


async def issue_administrator_token(actor: Actor, input: IssueAdministratorTokenInput) -> dict[str, Any]:
    """Give a company's administrator another personal token, shown this once. For the platform's operator only;
    without an Idempotency-Key."""
    actor.require("platform.tenants")
    founding, _ = await provisioning.issue_administrator_token(
        slug=input.slug, email=input.administrator_email, token_name=input.token_name, settle=settle
    )
    return {"tenant_id": str(founding.tenant_id), "member_id": str(founding.member_id), "token": founding.token}
