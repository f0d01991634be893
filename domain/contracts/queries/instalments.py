"""Which instalments of contracts have fallen due, and what stands in the way of doing something with one."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from domain.contracts.models import Contract, ContractInstalment
from domain.contracts.queries import visible_parts
from domain.contracts.rules import Trigger
from domain.contracts.rules.instalments import InstalmentObstacle
from tenancy.models import current_day
from tenancy.rows import another
from tenancy.work import Work


def falls_due_on(instalments: Any, contracts: Any) -> ColumnElement[Any]:
    """The day on which an instalment falls due; NULL while its milestone is not reached, or nothing is signed."""
    return case(
        (contracts.signed_on.is_(None), None),
        (instalments.trigger == Trigger.SIGNING, contracts.signed_on),
        (instalments.trigger == Trigger.DATE, func.greatest(instalments.due_on, contracts.signed_on)),
        else_=instalments.completed_on,
    )


def due_day_of(instalments: Any) -> Any:
    """As `falls_due_on`, of an instalment alone."""
    contracts = another(Contract)
    return select(falls_due_on(instalments, contracts)).where(contracts.id == instalments.contract_id)


def is_to_be_invoiced(instalments: Any, contracts: Any) -> ColumnElement[bool]:
    """Whether an instalment has fallen due by the tenant's day, while its contract ran."""
    day = falls_due_on(instalments, contracts)
    return and_(
        instalments.dropped_by_id.is_(None),
        instalments.total_minor > 0,
        day <= current_day(),
        or_(contracts.terminated_on.is_(None), day <= contracts.terminated_on),
    )


def hinders(obstacle: InstalmentObstacle, instalments: Any) -> ColumnElement[bool]:
    """Whether an obstacle, other than a missing permission, stands in the way of what is done with an instalment."""
    contracts = another(Contract)
    mine = select(contracts.id).where(contracts.id == instalments.contract_id)
    day = falls_due_on(instalments, contracts)
    found: Any
    by_itself = or_(instalments.trigger == Trigger.SIGNING, instalments.trigger == Trigger.DATE)
    match obstacle:
        case InstalmentObstacle.NOT_SIGNED:
            found = mine.where(contracts.signed_on.is_(None)).exists()
        case InstalmentObstacle.DROPPED:
            found = instalments.dropped_by_id.is_not(None)
        case InstalmentObstacle.INVOICED:
            found = instalments.invoiced_at.is_not(None)
        case InstalmentObstacle.NO_MILESTONE:
            found = by_itself
        case InstalmentObstacle.COMPLETED:
            found = instalments.completed_on.is_not(None)
        case InstalmentObstacle.CONTRACT_OVER:
            over = func.coalesce(day, func.greatest(current_day(), instalments.due_on)) > contracts.terminated_on
            found = mine.where(contracts.signed_on.is_not(None), over).exists()
        case InstalmentObstacle.NOT_DUE:
            found = mine.where(contracts.signed_on.is_not(None), or_(day.is_(None), day > current_day())).exists()
        case InstalmentObstacle.NOTHING:
            found = instalments.total_minor <= 0
        case _:
            raise ValueError(obstacle)
    return found  # type: ignore[no-any-return]  # a condition


async def instalment(work: Work, id: UUID, *path: str, lock: bool = False) -> ContractInstalment:
    """One instalment that the actor may see; refuses with `NotFound`."""
    return await work.seen(ContractInstalment, id, visible_parts(work.actor, ContractInstalment), *path, lock=lock)
