"""Companies that plan work, for the tests of operations."""

from datetime import date
from typing import Any

from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.operations import commands
from domain.operations.commands import Content
from domain.operations.models import ScheduledWork, WorkPlan
from domain.operations.rules.plans import Check, CheckKind, Rhythm, RhythmUnit, WorkKind
from domain.policies.rules.kinds import ClauseKind
from domain.policies.rules.kinds.operations import ScheduledWorkRules
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.requests.company import Company, founded, software_clauses
from tests.handbooks import publish

CHECKS = (
    Check("Backups are there", CheckKind.YES_NO),
    Check("Free space", CheckKind.NUMBER, minimum="20", unit="%"),
    Check("Remarks", CheckKind.TEXT, required=False),
)


async def ruled(*clauses: tuple[str, ClauseKind], **rules: Any) -> Company:
    """A company whose Thursday the 4th of June is a feast for which Saturday the 6th is worked."""
    company = await founded()
    given = [("8.1", ScheduledWorkRules.model_validate(rules))] if rules else []
    await publish(company.admin, *software_clauses(), *given, *clauses)
    return company


def with_more(actor: Actor, *permissions: Permission) -> Actor:
    """Somebody who may do more."""
    more = actor.permissions | {str(permission) for permission in permissions}
    return Actor(tenant_id=actor.tenant_id, kind=actor.kind, id=actor.id, permissions=more)


def planner(company: Company) -> Actor:
    """The head, who plans."""
    return with_more(company.head, Permission.OPERATIONS_PLAN)


async def planned(
    company: Company, first_on: date, every: int = 1, unit: RhythmUnit = RhythmUnit.WEEK, **more: Any
) -> WorkPlan:
    """An inspection of the small customer's systems, by the agent unless told otherwise."""
    usual: dict[str, Any] = {"title": "Server room", "assignee_id": company.agent.id, "checks": CHECKS, "lead_days": 0}
    rhythm = Rhythm(RhythmUnit.WEEK, every, first_on)
    async with writing(planner(company), settle=settle) as work:
        return await commands.create_plan(
            work,
            kind=WorkKind.INSPECTION,
            content=Content(**{**usual, **more}),
            customer_id=company.standard_id,
            rhythm=rhythm,
        )


async def nightly(company: Company) -> None:
    """What the sweep does each night."""
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.open_due(work)


async def brought(company: Company, plan: WorkPlan) -> list[ScheduledWork]:
    """What a plan has brought, the first day first."""
    async with reading(company.admin) as work:
        own = select(ScheduledWork).where(ScheduledWork.plan_id == plan.id)
        return await work.all(own.order_by(ScheduledWork.planned_on))


async def act(actor: Actor, command: Any, **given: Any) -> Any:
    """A command by somebody."""
    async with writing(actor, settle=settle) as work:
        return await command(work, **given)
