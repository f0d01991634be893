"""Cancelling and writing off: by the permission alone, or by approval where the handbook has a chain for it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import State as ApprovalState
from domain.approvals.rules.states import TaskState
from domain.billing import commands
from domain.billing.models import Invoice, PlannedStep
from domain.billing.rules.invoices import State, line
from domain.consequences import settle
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import ApprovalChain, DunningLadder
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Refusal, WrongState
from tests.domain.billing.office import CALENDAR, GENTLE, Office, open_office
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

RIGHTS = frozenset({Permission.BILLING_COLLECT, Permission.BILLING_INVOICE, Permission.BILLING_READ})


def chain(purpose: str, *steps: dict[str, Any]) -> ApprovalChain:
    return ApprovalChain.model_validate(
        {
            "subject_kind": "invoices",
            "purpose": purpose,
            "steps": [{"name": {"en": "Step"}, "approvers": [{"by": "administrator"}], **step} for step in steps],
        }
    )


async def office_with(*chains: ApprovalChain) -> Office:
    """A company whose handbook has a ladder and these chains."""
    office = await open_office(None)
    ladder = DunningLadder.model_validate(GENTLE)
    numbered = [(f"8.{number}", each) for number, each in enumerate(chains, 1)]
    await publish(office.admin, ("5.1", CALENDAR), ("7.1", ladder), *numbered)
    return office


async def clerk_of(office: Office) -> Actor:
    """Somebody who bills and collects; the administrator decides."""
    async with writing(office.admin, settle=settle) as work:
        member = work.add(Member(name="Clerk", email="clerk@example.com", language="en"))
    return Actor(tenant_id=office.admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=RIGHTS)


async def give_up(
    actor: Actor, invoice_id: UUID, command: Any = commands.write_off_invoice
) -> tuple[State, UUID | None]:
    async with writing(actor, settle=settle) as work:
        invoice, approval_id = await command(work, invoice_id=invoice_id)
        return invoice.state, approval_id


async def decide(office: Office, approval_id: UUID | None, decision: Any = approvals.approve, **more: Any) -> Approval:
    async with writing(office.admin, settle=settle) as work:
        seats = select(ApprovalTask).where(
            ApprovalTask.approval_id == approval_id, ApprovalTask.state == TaskState.WAITING
        )
        (seat,) = await work.all(seats)
        approval: Approval = await decision(work, task_id=seat.id, **more)
        return approval


async def approval(office: Office, approval_id: UUID | None) -> Approval:
    assert approval_id is not None
    async with reading(office.admin) as work:
        return await work.get(Approval, approval_id)


async def test_without_a_chain_the_permission_is_enough() -> None:
    office = await office_with()
    billed, other = await office.bill(), await office.bill()
    assert await give_up(office.admin, billed) == (State.WRITTEN_OFF, None)
    assert await give_up(office.admin, other, commands.cancel_invoice) == (State.CANCELLED, None)
    async with reading(office.admin) as work:
        assert await work.all(select(PlannedStep)) == []
    with pytest.raises(WrongState, match="written off"):
        await office.pay(billed, "1")
    with pytest.raises(Forbidden):
        await give_up(Actor(tenant_id=office.admin.tenant_id, kind=ActorKind.MEMBER, id=office.admin.id), billed)


@pytest.mark.parametrize(
    ("purpose", "command", "state"),
    [
        ("write_off", commands.write_off_invoice, State.WRITTEN_OFF),
        ("cancel", commands.cancel_invoice, State.CANCELLED),
    ],
)
async def test_what_is_approved_takes_effect_with_the_last_consent(purpose: str, command: Any, state: State) -> None:
    office = await office_with(chain(purpose, {}, {"when": "open_minor >= 500000"}))
    clerk, billed = await clerk_of(office), await office.bill("10000")
    before, approval_id = await give_up(clerk, billed, command)
    assert before is State.ISSUED
    assert (await decide(office, approval_id)).state is ApprovalState.WAITING
    assert (await office.invoice(billed)).state is State.ISSUED
    assert (await decide(office, approval_id)).state is ApprovalState.GRANTED
    assert (await office.invoice(billed)).state is state


async def test_each_company_s_chain_is_its_own_and_each_purpose_too() -> None:
    asks, does = await office_with(chain("write_off", {})), await office_with(chain("cancel", {}))
    for office, waits in ((asks, True), (does, False)):
        clerk, billed = await clerk_of(office), await office.bill()
        _, approval_id = await give_up(clerk, billed)
        assert (approval_id is not None) is waits
    async with reading(does.admin) as work:
        assert await work.all(select(Approval)) == []
        assert len(await work.all(select(Invoice))) == 1


async def test_what_is_refused_changes_nothing_and_may_be_asked_again() -> None:
    office = await office_with(chain("write_off", {}))
    clerk, billed = await clerk_of(office), await office.bill()
    _, approval_id = await give_up(clerk, billed)
    with pytest.raises(Conflict):
        await give_up(clerk, billed)
    await decide(office, approval_id, approvals.reject, comment="Ask once more.")
    assert (await office.invoice(billed)).state is State.ISSUED
    _, again = await give_up(clerk, billed)
    assert again not in (None, approval_id)


async def test_a_payment_makes_what_waits_void() -> None:
    office = await office_with(chain("write_off", {}), chain("cancel", {}))
    clerk, billed = await clerk_of(office), await office.bill("100")
    _, asked = await give_up(clerk, billed)
    await office.pay(billed, "40")
    assert (await approval(office, asked)).state is ApprovalState.WITHDRAWN
    # What is left may be written off, and is less.
    _, again = await give_up(clerk, billed)
    assert (await approval(office, again)).facts["open_minor"] == 6000


async def test_a_draft_that_is_issued_meanwhile_is_not_what_was_to_be_cancelled() -> None:
    office = await office_with(chain("cancel", {}))
    clerk = await clerk_of(office)
    async with writing(office.admin, settle=settle) as work:
        lines = [line("CNY", "Support", "1", "100")]
        drafted = (await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)).id
    _, asked = await give_up(clerk, drafted, commands.cancel_invoice)
    assert (await approval(office, asked)).facts["invoice_number"] is None
    async with writing(office.admin, settle=settle) as work:
        await commands.issue_invoice(work, invoice_id=drafted, payment_days=7)
    assert (await approval(office, asked)).state is ApprovalState.WITHDRAWN
    state, again = await give_up(clerk, drafted, commands.cancel_invoice)
    assert state is State.ISSUED
    assert (await approval(office, again)).facts["invoice_number"] == "1"


async def test_what_cannot_be_is_refused_before_anybody_is_asked() -> None:
    office = await office_with(chain("cancel", {}), chain("write_off", {}))
    clerk, billed = await clerk_of(office), await office.bill("100")
    await office.pay(billed, "100")
    for command in (commands.cancel_invoice, commands.write_off_invoice):
        with pytest.raises(WrongState):
            await give_up(clerk, billed, command)
    client = Actor(tenant_id=clerk.tenant_id, kind=ActorKind.CLIENT, id=clerk.id, permissions=RIGHTS)
    other = await office.bill()
    with pytest.raises(Forbidden, match="only people"):
        await give_up(client, other)


async def credit(actor: Actor, invoice_id: UUID) -> UUID | None:
    async with writing(actor, settle=settle) as work:
        amount = Money(1000, "CNY")
        return (await commands.credit_invoice(work, invoice_id=invoice_id, reason="Less", amount=amount))[1]


WAYS: dict[str, Any] = {
    "write_off": lambda clerk, billed: give_up(clerk, billed, commands.write_off_invoice),
    "cancel": lambda clerk, billed: give_up(clerk, billed, commands.cancel_invoice),
    "credit": credit,
}


@pytest.mark.parametrize("first", WAYS)
async def test_while_one_approval_about_an_invoice_waits_nothing_else_is_asked_or_done(first: str) -> None:
    """Whoever decides has the invoice before them as it is; each company's chains say who waits for what."""
    for chained in (tuple(WAYS), (first,)):
        office = await office_with(*(chain(each, {}) for each in chained))
        clerk, billed = await clerk_of(office), await office.bill("100")
        await WAYS[first](clerk, billed)
        for way in WAYS.values():
            with pytest.raises(Conflict, match="waits already") as refused:
                await way(clerk, billed)
            assert (refused.value.code, refused.value.clause and refused.value.clause.number) == (
                "AWAITS_APPROVAL",
                f"8.{chained.index(first) + 1}",
            )
        async with reading(office.admin) as work:
            (waiting,) = await work.all(select(Approval).where(Approval.state == ApprovalState.WAITING))
        assert waiting.purpose == first
        await decide(office, waiting.id, approvals.reject, comment="No")
        for other in WAYS:
            if other != first:
                await WAYS[other](clerk, billed)
                break


async def test_asking_for_several_things_at_once_leaves_one_that_waits() -> None:
    office = await office_with(*(chain(each, {}) for each in WAYS))
    clerk, billed = await clerk_of(office), await office.bill("100")
    outcomes = await asyncio.gather(*(way(clerk, billed) for way in WAYS.values()), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert len(refused) == 2
    assert all(isinstance(each, Conflict) and each.code == "AWAITS_APPROVAL" for each in refused)
    async with reading(office.admin) as work:
        (waiting,) = await work.all(select(Approval))
    await decide(office, waiting.id)
    assert (await approval(office, waiting.id)).state is ApprovalState.GRANTED


async def test_a_payment_and_the_last_consent_at_once_have_one_outcome() -> None:
    office = await office_with(chain("write_off", {}))
    clerk, billed = await clerk_of(office), await office.bill("100")
    _, approval_id = await give_up(clerk, billed)
    outcomes = await asyncio.gather(office.pay(billed, "100"), decide(office, approval_id), return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert len(failed) == 1
    assert isinstance(failed[0], Refusal | ValueError)
    state = (await office.invoice(billed)).state
    assert state is (State.PAID if not isinstance(outcomes[0], BaseException) else State.WRITTEN_OFF)
