"""How offerings do by their service standards."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.schema.catalogue import types as catalogue_types  # noqa: F401  # declares ServiceStandardAspect
from api.schema.quality import types  # noqa: F401  # declares QualityMetric
from domain.catalogue.rules import Aspect
from domain.organisation.queries import today
from domain.policies.rules.kinds import Metric
from domain.quality import queries
from tenancy.work import Work

USUAL_DAYS = 30


@part
class ServiceStandardFigures:
    """How an offering does by one of its standards that is measured."""

    position: int = strawberry.field(description="The standard's place among those of the offering, from 1.")
    name: str = strawberry.field(description="What it is about, in your language.")
    aspect: Aspect | None = strawberry.field(description="What kind of standard it is; null where that is not said.")
    metric: Metric = strawberry.field(description="By what it is measured.")
    at_least_percent: str = strawberry.field(description="The share that has to be reached, as decimal text.")
    counted: int = strawberry.field(description="How many requests for the offering count.")
    good: int = strawberry.field(description="How many of them were good enough.")
    actual_percent: str | None = strawberry.field(
        description="The share that was reached, as decimal text, rounded down; null where nothing counted."
    )
    reached: bool | None = strawberry.field(description="Whether that is enough; null where nothing counted.")


async def service_standard_figures(
    info: strawberry.Info,
    offering_id: Annotated[UUID, strawberry.argument(description="The offering.")],
    since_on: Annotated[
        date | None, strawberry.argument(description="The first day; 30 days before the last unless told.")
    ] = None,
    until_on: Annotated[
        date | None, strawberry.argument(description="The last day, at most five years later; today unless told.")
    ] = None,
) -> list[ServiceStandardFigures]:
    """The measured standards of an offering, in their order."""
    work: Work = info.context.work
    async with info.context.lock:
        last = until_on or today(work)
        since = since_on or last - timedelta(days=USUAL_DAYS)
        found = await queries.standard_figures(work, offering_id=offering_id, since_on=since, until_on=last)
    return [
        ServiceStandardFigures(
            position=each.position,
            name=each.name.get(work.actor.language, ""),
            aspect=Aspect(each.aspect) if each.aspect is not None else None,
            metric=each.metric,
            at_least_percent=f"{each.at_least_percent:f}",
            counted=each.figure.denominator,
            good=each.figure.numerator,
            actual_percent=None if each.figure.actual_percent is None else f"{each.figure.actual_percent:f}",
            reached=each.reached,
        )
        for each in found
    ]


@strawberry.type(description="What can be asked of service standards.")
class StandardsQuery:
    """The part of the root that is about service standards."""

    service_standard_figures: list[ServiceStandardFigures] = strawberry.field(
        resolver=service_standard_figures,
        description="How an offering does by its standards that are measured, of the requests for it in a time. Needs "
        "`quality.read`.",
    )
