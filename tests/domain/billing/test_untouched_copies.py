"""A copy of the version in force in which nothing was touched makes no difference to anything that has been lived."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import ApprovalTask
from domain.approvals.rules.states import TaskState
from domain.billing import commands as billing
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.people import commands as people
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.kinds import ApprovalChain, DunningLadder, NoticePeriod
from domain.requests import commands as requests
from domain.rulebook import commands, queries
from domain.rulebook.models import DryRun, DryRunFinding
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tests.domain.billing.office import BEGINNING, STRICT, Office, march, step
from tests.domain.requests.company import Company, assigned, do, founded, software_clauses, submit, under_way
from tests.handbooks import publish
from tests.workers.facts import found_rehearsal

pytestmark = pytest.mark.usefixtures("pool")

# From the third step on nothing is done before somebody has approved it.
CAREFUL: dict[str, Any] = {
    **STRICT,
    "steps": [*STRICT["steps"][:2], step(3, 5, "working", needs_approval=True), step(4, 9, "working", channel="post")],
}


def chain(kind: str, purpose: str = "") -> ApprovalChain:
    """The administrator decides."""
    steps = [{"name": {"en": "Decide"}, "approvers": [{"by": "administrator"}]}]
    return ApprovalChain.model_validate({"subject_kind": kind, "purpose": purpose, "steps": steps})


def clauses(ladder: dict[str, Any]) -> list[tuple[str, Any]]:
    """A handbook of everything that a dry run judges but targets."""
    return [
        *software_clauses(),
        ("4.1", NoticePeriod.model_validate({"days": 10, "waiver_allowed": True})),
        ("5.1", chain("resignations")),
        ("7.1", DunningLadder.model_validate(ladder)),
        ("8.1", chain("invoices", "write_off")),
    ]


async def decide(company: Company) -> None:
    """The administrator agrees to all that waits."""
    async with writing(company.admin, settle=settle) as work:
        for seat in await work.all(select(ApprovalTask).where(ApprovalTask.state == TaskState.WAITING)):
            await approvals.approve(work, task_id=seat.id)


async def write_off(company: Company, invoice_id: UUID) -> None:
    """The clerk asks for it, the administrator agrees."""
    clerk = replace(company.clerk, permissions=company.clerk.permissions | {Permission.BILLING_COLLECT})
    async with writing(clerk, settle=settle) as work:
        await billing.write_off_invoice(work, invoice_id=invoice_id)
    await decide(company)


async def resign(actor: Actor, **more: Any) -> None:
    actor = replace(actor, permissions=actor.permissions | {Permission.PEOPLE_RESIGN})
    async with writing(actor, settle=settle) as work:
        await people.submit_resignation(work, letter_on=march(3).date(), **more)


async def lived(ladder: dict[str, Any]) -> tuple[Office, Company, dict[str, UUID]]:
    """Five weeks of a company, and its invoices by what became of them."""
    admin = await found_rehearsal(BEGINNING)
    company = await founded(admin)
    await publish(admin, *clauses(ladder))
    office = Office(admin, company.standard_id)
    bills = {name: await office.bill() for name in ("left", "approved", "early", "part", "paid", "held")}
    await office.set_clock(march(3))
    urgent, _, late = await under_way(company), await submit(company), await assigned(company)
    await resign(company.colleague)
    await decide(company)
    await resign(company.agent, wished_on=march(5).date())
    await write_off(company, bills["early"])
    await do(requests.resolve, company.agent, urgent, resolution="Restarted.")
    await office.live_until(march(10))
    await office.pay(bills["part"], "4000")
    await office.pay(bills["paid"], "10000")
    await office.hold(HoldKind.PROMISE_TO_PAY, invoice_id=bills["held"], until_on=march(12).date())
    await office.live_until(march(12))
    await write_off(company, bills["part"])
    await do(requests.start, company.agent, late)
    await office.live_until(march(17))
    async with writing(admin, settle=settle) as work:
        await billing.approve_step(work, invoice_id=bills["approved"], step_number=3)
    await office.live_until(march(31))
    return office, company, bills


async def tried(office: Office, *changed: tuple[str, Any]) -> tuple[DryRun, list[DryRunFinding]]:
    """What a copy of the version in force would have made of it, untouched but for these clauses."""
    async with writing(office.admin, settle=settle) as work:
        version = await policies_queries.version_in_force(work)
        assert version is not None
        copy = await policies.draft_version(
            work, title={"en": "Handbook"}, document_number=version.document_number, copy_from=version.id
        )
        for number, value in changed:
            await policies.put_clause(
                work, version_id=copy.id, number=number, kind=value.kind, value=value.stored(), title={"en": "New"}
            )
        run = await commands.start_dry_run(work, version_id=copy.id, months=2)
    await office.work_off(Task.RUN)
    async with reading(office.admin) as work:
        found = await work.all(select(DryRunFinding).where(DryRunFinding.dry_run_id == run.id))
        return await queries.dry_run(work, run.id), found


def told(findings: list[DryRunFinding]) -> list[Any]:
    return [(each.compared.value, each.number, each.before, each.after) for each in findings]


async def test_nothing_differs_where_nothing_was_changed() -> None:
    office, _, bills = await lived(CAREFUL)
    assert [number for number, _ in await office.days(bills["left"])] == [1, 2]
    assert [number for number, _ in await office.days(bills["approved"])] == [1, 2, 3, 4]
    run, found = await tried(office)
    assert told(found) == []
    assert (run.total, run.judged, run.unjudged, run.by_clause) == (15, 15, 0, {})
    # Without the approval, what nobody approved would have gone on; what was written off before would not.
    steps = [{**each, "needs_approval": False} for each in CAREFUL["steps"]]
    _, found = await tried(office, ("7.1", DunningLadder.model_validate({**CAREFUL, "steps": steps})))
    assert {each.subject_id for each in found} == {bills["left"], bills["held"]}
