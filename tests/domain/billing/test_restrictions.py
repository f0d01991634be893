"""Service of customers who do not pay: restricted as the ladder says, and as ever the moment the invoice is paid."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.billing.rules import letters
from domain.consequences import settle
from domain.kernel.terms import Impact, Priority, Urgency
from domain.policies.models import Decision
from domain.policies.rules.dunning import HoldKind, LadderStep
from domain.policies.rules.kinds import DunningLadder
from domain.requests import commands as requests
from domain.requests.models import ServiceRequest
from domain.requests.rules import Channel
from tenancy.database import reading, writing
from tenancy.refusals import Refusal
from tests.domain.billing.office import CALENDAR, Office, march, open_office, step
from tests.domain.billing.test_letters import particulars
from tests.domain.requests.company import matrix
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")


def ladder(restricts: str | None) -> dict[str, Any]:
    """A reminder, and a final step that restricts the service."""
    return {"steps": [step(1, 3, "calendar"), step(2, 10, "calendar", tone="final", restricts=restricts)]}


async def office(restricts: str | None) -> Office:
    opened = await open_office(None)
    book = (("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(ladder(restricts))))
    await publish(opened.admin, *book, ("4.1", matrix(lambda *_: Priority.P2)))
    return opened


async def ask(opened: Office, **more: Any) -> ServiceRequest:
    """The customer wants something."""
    async with writing(opened.admin, settle=settle) as work:
        return await requests.submit(
            work,
            customer_id=opened.customer_id,
            title="The printer is on fire",
            channel=Channel.HOTLINE,
            impact=Impact.MEDIUM,
            urgency=Urgency.MEDIUM,
            **more,
        )


async def test_each_ladder_says_what_becomes_of_new_requests_until_the_invoice_is_paid() -> None:
    strict, lenient, third = await office("no_requests"), await office("lowest_priority"), await office(None)
    billed = {}
    for opened in (strict, lenient, third):
        billed[opened.admin.id] = await opened.bill()
        await opened.live_until(march(10))
        assert (await ask(opened)).priority is Priority.P2
        await opened.live_until(march(17))
    with pytest.raises(Refusal, match="once it is paid") as refused:
        await ask(strict)
    assert (refused.value.code, refused.value.path) == ("SERVICE_RESTRICTED", ("customerId",))
    assert refused.value.clause is not None
    assert refused.value.clause.number == "7.1"
    # What the company finds itself is done all the same, behind all others.
    assert (await ask(strict, own_work=True)).priority is Priority.P4
    behind = await ask(lenient)
    assert behind.priority is Priority.P4
    async with reading(lenient.admin) as work:
        found = await work.all(select(Decision).where(Decision.subject_id == behind.id).order_by(Decision.id))
        told = {each.decision: each.result for each in found}
    assert (told["requests.priority"]["priority"], told["requests.service_restricted"]["priority"]) == ("p2", "p4")
    assert (await ask(third)).priority is Priority.P2
    # A part is not enough; the whole is, at once.
    await strict.pay(billed[strict.admin.id], "100")
    with pytest.raises(Refusal):
        await ask(strict)
    await strict.pay(billed[strict.admin.id], "9900")
    await lenient.pay(billed[lenient.admin.id], "10000")
    assert [(await ask(opened)).priority for opened in (strict, lenient)] == [Priority.P2, Priority.P2]


async def test_a_disputed_invoice_restricts_nothing_while_it_is_held() -> None:
    opened = await office("no_requests")
    billed = await opened.bill()
    await opened.live_until(march(17))
    held = await opened.hold(HoldKind.DISPUTE, invoice_id=billed)
    assert (await ask(opened)).priority is Priority.P2
    await opened.release(held)
    with pytest.raises(Refusal):
        await ask(opened)


def test_letters_say_what_becomes_of_new_requests() -> None:
    rules = [
        LadderStep.model_validate(step(1, 3, "calendar", restricts=restricts))
        for restricts in (None, "lowest_priority", "no_requests")
    ]
    said = [letters.write(rule, particulars(), "en").text for rule in rules]
    assert ["new requests" in text for text in said] == [False, True, True]
    joint = letters.write_joint([letters.Asked(rule, particulars()) for rule in rules], "en").text
    assert "we take no new requests of yours" in joint
    assert "lowest priority" not in joint
