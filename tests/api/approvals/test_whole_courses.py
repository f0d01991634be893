"""A write-off from the request to its end over GraphQL: an account owner, a panel by per cent, a countersign by one of
each group, somebody who stands in, a return to an earlier step, and silence that decides after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.domain.approvals.company import Company, founded, step
from tests.domain.billing.office import BEGINNING, CALENDAR, Office, open_office
from tests.domain.policies.handbooks import in_force
from tests.workers.facts import found_rehearsal

pytestmark = pytest.mark.usefixtures("pool")

WRITE_OFF = """mutation($id: ID!) { writeOffInvoice(input: {invoiceId: $id}) {
  invoice { state } approval { id state } errors { code message } } }"""
MINE = "{ approvals(filter: {waitingForMe: true}) { nodes { id tasks { id mine } } } }"
APPROVE = """mutation($seat: ID!) { approve(input: {taskId: $seat}) {
  approval { state step } errors { code message path } } }"""
RETURN = """mutation($seat: ID!) { returnToStep(input: {taskId: $seat, step: 1, comment: "Ask the panel again."}) {
  approval { step round } errors { code message } } }"""
DELEGATE = """mutation($to: ID!, $from: DateTime!, $until: DateTime!) { delegateApprovals(
  input: {toId: $to, startsAt: $from, endsAt: $until}) { delegation { id } errors { code message } } }"""
SHOW = """query($id: ID!) { approval(id: $id) { state step round
  tasks { step round state seatReason endReason assigneePerson { id } insteadOfPerson { id } }
  decisions(first: 60) { nodes { decision inputs result clause { number } } }
  timeline(first: 60) { totalCount } } }"""
INVOICE = "query($id: ID!) { invoice(id: $id) { state } }"


@dataclass
class Case:
    """The company, its people, and an invoice that nobody pays."""

    office: Office
    people: Company
    invoice_id: UUID


async def company_with(laid_down: Callable[[Company], Sequence[tuple[str, str, dict[str, Any]]]]) -> Case:
    """Its engineer collects; its colleague looks after the customer."""
    office = await open_office(None)
    people = await founded(office.admin)
    collects = people.engineer.permissions | {Permission.BILLING_COLLECT, Permission.BILLING_READ}
    people = replace(people, engineer=replace(people.engineer, permissions=frozenset(collects)))
    async with writing(office.admin, settle=settle) as work:
        await customers.change_customer(
            work,
            customer_id=office.customer_id,
            name="Customer",
            tier=CustomerTier.KEY,
            language=Language.EN,
            billing_email="billing@example.com",
            owner_id=people.colleague.id,
        )
    await in_force(office.admin, ("1.1", "business_calendar", CALENDAR.stored()), *laid_down(people))
    return Case(office, people, await office.bill("10000"))


def regulated(people: Company) -> list[tuple[str, str, dict[str, Any]]]:
    """The panel and the chain of the company that asks many."""
    members = [{"by": "member", "value": str(each.id)} for each in (people.boss, people.head, people.hr)]
    chain = {
        "subject_kind": "invoices",
        "purpose": "write_off",
        "steps": [
            step({"by": "customer_owner"}),
            step({"by": "expert_panel", "value": "Risk"}, mode="quorum", quorum_percent=60),
            step({"by": "post", "value": "Engineer"}, {"by": "post", "value": "HR"}, mode="per_group"),
            step({"by": "superior", "level": 2}, deadline={"working_days": 1}, on_deadline="approve"),
        ],
    }
    return [("8.1", "expert_panel", {"name": "Risk", "members": members}), ("8.2", "approval_chain", chain)]


async def seat_of(ask: Ask, actor: Actor) -> str:
    """The seat from which somebody is to decide now."""
    (approval,) = (await ask(actor, MINE))["approvals"]["nodes"]
    (seat,) = [task["id"] for task in approval["tasks"] if task["mine"]]
    return str(seat)


async def approve(ask: Ask, *actors: Actor) -> Any:
    """One after the other agrees; where that leads."""
    found: Any = None
    for actor in actors:
        found = (await ask(actor, APPROVE, seat=await seat_of(ask, actor)))["approve"]
        assert found["errors"] == []
    return found["approval"]


@pytest.fixture
async def case(pool: None) -> Case:
    """The company that asks many before it writes something off."""
    return await company_with(regulated)


async def test_a_write_off_goes_its_whole_course(ask: Ask, case: Case) -> None:
    people, invoice = case.people, str(case.invoice_id)
    asked = (await ask(people.engineer, WRITE_OFF, id=invoice))["writeOffInvoice"]
    assert (asked["errors"], asked["invoice"], asked["approval"]["state"]) == ([], {"state": "ISSUED"}, "WAITING")
    id = asked["approval"]["id"]

    # The account owner first; then two of the panel's three, which is more than sixty per cent.
    assert await approve(ask, people.colleague) == {"state": "WAITING", "step": 1}
    assert await approve(ask, people.head) == {"state": "WAITING", "step": 1}
    assert await approve(ask, people.boss) == {"state": "WAITING", "step": 2}
    # One of the engineers, and for personnel whoever stands in.
    begun = (BEGINNING - timedelta(hours=1)).isoformat()
    away = {"to": str(people.boss.id), "from": begun, "until": (BEGINNING + timedelta(days=1)).isoformat()}
    assert (await ask(people.hr, DELEGATE, **away))["delegateApprovals"]["errors"] == []
    assert await approve(ask, people.colleague, people.boss) == {"state": "WAITING", "step": 3}
    # The superior's superior has it looked at again: everything from the panel on is decided anew.
    back = (await ask(people.boss, RETURN, seat=await seat_of(ask, people.boss)))["returnToStep"]
    assert back == {"approval": {"step": 1, "round": 1}, "errors": []}
    assert await approve(ask, people.hr, people.head) == {"state": "WAITING", "step": 2}
    assert await approve(ask, people.head, people.hr) == {"state": "WAITING", "step": 3}
    # The time of the last step begins anew, and when it is up, silence agrees.
    await case.office.live_until(BEGINNING + timedelta(days=4))
    assert (await ask(people.engineer, INVOICE, id=invoice))["invoice"] == {"state": "WRITTEN_OFF"}

    found = (await ask(case.office.admin, SHOW, id=id))["approval"]
    assert (found["state"], found["round"]) == ("GRANTED", 1)
    stood_in = [task for task in found["tasks"] if task["seatReason"] == "DELEGATED"]
    assert [(task["assigneePerson"]["id"], task["insteadOfPerson"]["id"]) for task in stood_in] == [
        (str(people.boss.id), str(people.hr.id))
    ]
    told = [(node["decision"], node["clause"]["number"]) for node in found["decisions"]["nodes"]]
    assert told[0] == ("approvals.chain", "8.2")
    assert told[-3:] == [
        ("approvals.deadline", "8.2"),
        ("approvals.step_decided", "8.2"),
        ("approvals.ended", "8.2"),
    ]
    votes = [node["inputs"] for node in found["decisions"]["nodes"] if node["decision"] == "approvals.step_decided"]
    assert [(vote["step"], vote["round"], vote["mode"], vote["agreed"], vote["needed"]) for vote in votes] == [
        (0, 0, "any", 1, 1),
        (1, 0, "quorum", 2, 2),
        (2, 0, "per_group", 2, 2),
        (1, 1, "quorum", 2, 2),
        (2, 1, "per_group", 2, 2),
        (3, 1, "any", 1, 1),
    ]
    assert found["timeline"]["totalCount"] > len(votes)


async def test_another_company_asks_nobody_and_a_third_sees_nothing(ask: Ask, case: Case) -> None:
    other, third = await company_with(lambda _: ()), await found_rehearsal(BEGINNING)
    done = (await ask(other.people.engineer, WRITE_OFF, id=str(other.invoice_id)))["writeOffInvoice"]
    assert done == {"invoice": {"state": "WRITTEN_OFF"}, "approval": None, "errors": []}
    asked = (await ask(case.people.engineer, WRITE_OFF, id=str(case.invoice_id)))["writeOffInvoice"]
    for actor in (other.office.admin, third):
        assert (await ask(actor, SHOW, id=asked["approval"]["id"]))["approval"] is None
        seat = await seat_of(ask, case.people.colleague)
        refused = (await ask(actor, APPROVE, seat=seat))["approve"]
        assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
