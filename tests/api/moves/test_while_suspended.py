"""What records and beginnings say can be done knows that the company is suspended or closing, as its mutations do."""

from typing import Any

import pytest
from sqlalchemy import select

from api.schema import SCHEMA
from domain.consequences import settle
from domain.people import commands
from tenancy.actor import Actor
from tenancy.database import platform, writing
from tenancy.provisioning import set_status
from tenancy.tenants import Tenant, TenantStatus
from tests.api.conftest import Ask
from tests.domain.people.company import HEAD, chain, founded, lay_down

TYPES = SCHEMA._schema.type_map
MOVES = "allowedMoves { move allowed blockers { code message } }"
ASKED = f"{{ resignations {{ nodes {{ {MOVES} approval {{ {MOVES} }} }} }} }}"
STARTS = "{ mayStart { draftInvoice { allowed blockers { code message } } } }"
SENTENCE = "This company is suspended: everything can be read and exported, nothing changed."


def test_every_record_with_moves_knows_it() -> None:
    moves = [
        name for name, each in TYPES.items() if {"move", "allowed", "blockers"} <= set(getattr(each, "fields", ()))
    ]
    codes = {TYPES[name].fields["blockers"].type.of_type.of_type.of_type.fields["code"].type.of_type for name in moves}  # type: ignore[union-attr]  # a list of parts
    assert len(codes) > 15
    assert [each.name for each in codes if next(iter(each.values)) != "TENANT_SUSPENDED"] == []


async def with_letter(admin: Actor) -> Any:
    company = await founded(admin)
    await lay_down(admin, {"days": 30, "day_kind": "calendar"}, chain(HEAD))
    async with writing(company.engineer, settle=settle) as work:
        await commands.submit_resignation(work, letter_on=work.now.astimezone().date())
    return company


@pytest.mark.parametrize("status", [TenantStatus.SUSPENDED, TenantStatus.CLOSING])
async def test_nothing_can_be_done_while_it_lasts_and_the_moves_say_so(
    ask: Ask, acme: Actor, globex: Actor, status: TenantStatus
) -> None:
    company, active = await with_letter(acme), await with_letter(globex)
    before = await ask(company.head, ASKED)
    async with platform() as door:
        tenant = await door.row(select(Tenant.slug).where(Tenant.id == acme.tenant_id))
    assert tenant is not None
    await set_status(tenant["slug"], status)
    during, elsewhere = await ask(company.head, ASKED), await ask(active.head, ASKED)
    assert during != before
    assert any(each["allowed"] for each in elsewhere["resignations"]["nodes"][0]["approval"]["allowedMoves"])
    start = await ask.executed(company.head, STARTS)
    letter = during["resignations"]["nodes"][0]
    for move in [*letter["allowedMoves"], *letter["approval"]["allowedMoves"], start["mayStart"]["draftInvoice"]]:
        assert move["allowed"] is False
        assert move["blockers"][0] == {"code": "TENANT_SUSPENDED", "message": SENTENCE}
    await set_status(tenant["slug"], TenantStatus.ACTIVE)
    assert await ask(company.head, ASKED) == before
