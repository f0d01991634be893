"""A draft is tried on invoices as they were really dunned: the same ladder makes no difference, another one does."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals.commands import open_approval
from domain.billing import commands as billing
from domain.consequences import settle
from domain.kernel.money import Money
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.kinds import ApprovalChain, DunningLadder, ExpertPanel
from domain.rulebook import commands, queries
from domain.rulebook.models import DryRun, DryRunFinding
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tenancy.members import Role
from tests.domain.billing.office import CALENDAR, STRICT, Office, march, open_office, step
from tests.domain.policies.handbooks import draft
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

ANEW: dict[str, Any] = {**STRICT, "after_part_payment": "from_payment"}


async def tried(office: Office, ladder: dict[str, Any], *more: Any) -> tuple[DryRun, list[DryRunFinding]]:
    """What a draft with this ladder and further clauses would have made of the company's past."""
    value = DunningLadder.model_validate(ladder).stored()
    async with writing(office.admin, settle=settle) as work:
        clauses = (("5.1", CALENDAR.kind, CALENDAR.stored()), ("7.1", "dunning_ladder", value), *more)
        version: UUID = (await draft(work, *clauses)).id
        run = await commands.start_dry_run(work, version_id=version, months=2)
    await office.work_off(Task.RUN)
    async with reading(office.admin) as work:
        found = await work.all(select(DryRunFinding).where(DryRunFinding.dry_run_id == run.id))
        return await queries.dry_run(work, run.id), found


async def dunned_with_a_part_payment(ladder: dict[str, Any]) -> Office:
    """An invoice of March that was paid in part, then disputed for two days, and stayed open."""
    office = await open_office(ladder)
    billed = await office.bill()
    await office.live_until(march(10))
    await office.pay(billed, "4000")
    await office.live_until(march(12))
    await office.hold(HoldKind.PROMISE_TO_PAY, invoice_id=billed, until_on=march(13).date())
    await office.live_until(march(31))
    return office


@pytest.mark.parametrize("ladder", [STRICT, ANEW])
async def test_the_ladder_that_was_followed_makes_no_difference(ladder: dict[str, Any]) -> None:
    office = await dunned_with_a_part_payment(ladder)
    run, found = await tried(office, ladder)
    assert [each.before for each in found] == []
    assert (run.total, run.judged, run.unjudged) == (1, 1, 0)


@pytest.mark.parametrize("ladder", [STRICT, ANEW])
async def test_what_was_credited_is_no_difference_either(ladder: dict[str, Any]) -> None:
    office = await open_office(ladder)
    billed, cancelled = await office.bill(), await office.bill()
    await office.live_until(march(10))
    async with writing(office.admin, settle=settle) as work:
        amount = Money.of("4000", "CNY")
        await billing.credit_invoice(work, invoice_id=billed, reason="Less work.", amount=amount)
        await billing.cancel_invoice(work, invoice_id=cancelled)
    await office.live_until(march(31))
    run, found = await tried(office, ladder)
    assert [each.before for each in found] == []
    assert (run.total, run.judged, run.unjudged) == (2, 2, 0)


async def test_what_follows_a_part_payment_is_compared_by_its_day() -> None:
    office = await dunned_with_a_part_payment(STRICT)
    _, (finding,) = await tried(office, ANEW)
    before, after = finding.before["value"], finding.after["value"]
    assert [letter["step"] for letter in before] == [1, 2, 3]
    assert before[0] == after[0]
    assert before != after


async def test_a_letter_of_another_name_is_another_letter() -> None:
    office = await open_office({"steps": [step(1, 7, "calendar")]})
    await office.bill()
    await office.live_until(march(31))
    _, (finding,) = await tried(office, {"steps": [step(1, 7, "calendar", template="gentle")]})
    assert finding.before == {"value": [{"on": "2026-03-13", "step": 1, "channel": "email", "template": "friendly"}]}
    assert finding.after == {"value": [{"on": "2026-03-13", "step": 1, "channel": "email", "template": "gentle"}]}


def asking(*approvers: dict[str, Any]) -> dict[str, Any]:
    steps = [{"name": {"en": "Write it off"}, "approvers": list(approvers)}]
    return {"subject_kind": "invoices", "purpose": "write_off", "steps": steps}


async def test_approvals_are_compared_by_whom_they_name_panels_included() -> None:
    panel = {"name": "Board", "members": [{"by": "role", "value": "Board"}]}
    asks = asking({"by": "expert_panel", "value": "Board"})
    office = await open_office(STRICT)
    async with writing(office.admin, settle=settle) as work:
        work.add(Role(name="Board", permissions=[]))
    await office.set_clock(march(3))
    ladder = ("7.1", DunningLadder.model_validate(STRICT))
    await publish(
        office.admin,
        ("5.1", CALENDAR),
        ladder,
        ("8.1", ApprovalChain.model_validate(asks)),
        ("8.2", ExpertPanel.model_validate(panel)),
    )
    billed = await office.bill()
    async with writing(office.admin, settle=settle) as work:
        assert office.admin.id is not None
        await open_approval(
            work,
            subject=Subject(SubjectKind.INVOICE, billed),
            chain=await policies.rule(work, ApprovalChain, topic="invoices/write_off"),
            requester_id=office.admin.id,
            facts={},
            purpose="write_off",
        )
    await office.set_clock(march(31))
    same = (("8.1", "approval_chain", asks), ("8.2", "expert_panel", panel))
    run, found = await tried(office, STRICT, *same)
    assert (run.total, [each.compared for each in found if each.subject_kind == "approvals"]) == (2, [])
    other = {**panel, "members": [{"by": "member", "value": str(office.admin.id)}]}
    _, found = await tried(office, STRICT, same[0], ("8.2", "expert_panel", other))
    (finding,) = [each for each in found if each.subject_kind == "approvals"]
    assert finding.after["value"][0]["approvers"] == other["members"]
