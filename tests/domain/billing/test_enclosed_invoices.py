"""Letters that the invoice goes along with, where the ladder says so, and as it stood when they were written."""

import pytest
from sqlalchemy import select

from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.effects import Effect
from tests.conftest import found_company
from tests.domain.billing.office import march, open_office, step

pytestmark = pytest.mark.usefixtures("pool")


async def letters(actor: Actor) -> dict[str, list[str]]:
    """What goes along with each planned letter, by the beginning of its key."""
    async with reading(actor) as work:
        effects = await work.all(select(Effect).order_by(Effect.id))
    return {
        effect.key.split("/")[0]: [each["name"] for each in effect.payload.get("enclosures", [])] for effect in effects
    }


async def test_one_company_encloses_the_invoice_in_its_letters_and_another_does_not() -> None:
    with_it = await open_office({"steps": [step(1, 1, "calendar", with_invoice=True)]})
    without = await open_office({"steps": [step(1, 1, "calendar")]})
    third = await found_company()
    for office in (with_it, without):
        await office.bill()
        await office.live_until(march(8))
    assert await letters(with_it.admin) == {"invoice": ["invoice-1.pdf"], "dunning": ["invoice-1.pdf"]}
    assert await letters(without.admin) == {"invoice": ["invoice-1.pdf"], "dunning": []}
    assert await letters(third) == {}


async def test_the_invoice_stands_there_as_it_was_when_the_letter_was_written() -> None:
    office = await open_office({"steps": [step(1, 1, "calendar", with_invoice=True)]})
    invoice_id = await office.bill("10000")
    await office.pay(invoice_id, "4000")
    await office.live_until(march(8))
    await office.pay(invoice_id, "6000")
    async with reading(office.admin) as work:
        effects = await work.all(select(Effect).order_by(Effect.id))
    [enclosed] = [effect.payload["enclosures"][0] for effect in effects if effect.key.startswith("dunning/")]
    amounts = [amount for _, amount in enclosed["paper"]["sums"]]
    assert any("6,000.00" in amount for amount in amounts), amounts
