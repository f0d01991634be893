"""What became of planned work, in one statement."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import part
from domain.operations.queries import figures
from domain.operations.queries.figures import WorkGrouping
from domain.organisation.queries import today
from tenancy.work import Work

USUAL_DAYS, MOST = 30, 500

SinceOn = Annotated[date | None, strawberry.argument(description="The first day; 30 days before the last unless told.")]
UntilOn = Annotated[
    date | None, strawberry.argument(description="The last day, at most five years later; today unless told.")
]
FirstGroups = Annotated[int, strawberry.argument(description="How many groups to give, up to 500.")]


def days_of(work: Work, since_on: date | None, until_on: date | None) -> tuple[date, date]:
    """The first and the last day of a report, as they are unless somebody says otherwise."""
    until = until_on or today(work)
    return since_on or until - timedelta(days=USUAL_DAYS), until


strawberry.enum(
    WorkGrouping,
    name="ScheduledWorkGrouping",
    description="What planned work that is counted together has in common.",
)


@part
class ScheduledWorkFigures:
    """What became of the planned work of a group, among that which you see."""

    id: UUID | None = strawberry.field(
        description="The customer, department, person or plan; null for the other groupings, and for work without one."
    )
    name: str | None = strawberry.field(description="What that is called, as far as you may know, or the kind of work.")
    due: int = strawberry.field(description="How much was due.")
    done: int = strawberry.field(description="How much of it is done.")
    in_time: int = strawberry.field(description="How much of that was done by its day.")
    missed: int = strawberry.field(description="How much was missed.")
    cancelled: int = strawberry.field(description="How much was cancelled.")
    open: int = strawberry.field(description="How much is planned or in progress.")
    overdue: int = strawberry.field(description="How much of that should have been done by now.")
    deviations: int = strawberry.field(description="How many checks deviated.")
    findings: int = strawberry.field(description="How many findings were noted.")


async def scheduled_work_figures(
    info: strawberry.Info,
    by: Annotated[WorkGrouping, strawberry.argument(description="What is counted together has this in common.")],
    since_on: SinceOn = None,
    until_on: UntilOn = None,
    first: FirstGroups = MOST,
) -> list[ScheduledWorkFigures]:
    """What was due on these days, and what became of it, the largest groups first."""
    work: Work = info.context.work
    async with info.context.lock:
        since, until = days_of(work, since_on, until_on)
        found = await figures.work_figures(work, by=by, since_on=since, until_on=until, most=max(1, min(first, MOST)))
    return [ScheduledWorkFigures(**vars(each)) for each in found]
