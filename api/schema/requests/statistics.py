"""Statistics of requests, each of which is one statement."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import part
from domain.organisation.queries import today
from domain.requests import queries
from domain.requests.queries import GroupedBy, Interval
from tenancy.work import Work

USUAL_DAYS = 30
MOST = 500

strawberry.enum(
    GroupedBy,
    name="RequestGrouping",
    description="What requests that are counted together have in common. A CAUSE is a recurring fault under which they "
    "are filed.",
)
strawberry.enum(Interval, name="StatisticsInterval", description="The periods that are told apart.")


@part
class RequestFigures:
    """What became of the requests of a group in a period, among those that you see."""

    starts_on: date = strawberry.field(description="The first day of the period, in the company's zone.")
    ends_on: date = strawberry.field(description="Its last day.")
    id: UUID | None = strawberry.field(
        description="The customer, department, person, service line or recurring fault; null for the other groupings, "
        "and for requests that have none."
    )
    name: str | None = strawberry.field(
        description="What that is called, or the category or priority itself; null where you may not know it, and for "
        "requests that have none."
    )
    submitted: int = strawberry.field(description="How many came in.")
    resolved: int = strawberry.field(description="How many were resolved, and are not open again.")
    first_contact: int = strawberry.field(
        description="How many of the resolved ones were so at first contact: by the first who had them, never handed "
        "over, raised to a higher tier, put on hold or reopened."
    )
    reopened: int = strawberry.field(description="How many were reopened in the period.")
    breached: int = strawberry.field(description="How many missed a deadline in the period.")
    scored: int = strawberry.field(description="How many were given a score of satisfaction.")
    satisfied: int = strawberry.field(description="How many of those scores mean satisfied.")
    open_at_end: int = strawberry.field(description="The backlog: how many were open when the period ended.")
    request_ids: list[UUID] = strawberry.field(
        description="The newest of those that came in, at most 20. All of them: `requests` with a filter on what the "
        "group has in common and on `submittedAt`."
    )


async def request_statistics(
    info: strawberry.Info,
    by: Annotated[GroupedBy, strawberry.argument(description="What those that are counted together have in common.")],
    interval: Annotated[
        Interval | None, strawberry.argument(description="Weeks from Monday on, or months; else one period.")
    ] = None,
    since_on: Annotated[
        date | None, strawberry.argument(description="The first day; 30 days before the last unless told.")
    ] = None,
    until_on: Annotated[
        date | None, strawberry.argument(description="The last day, at most five years later; today unless told.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="How many groups of all periods to give, up to 500.")] = MOST,
) -> list[RequestFigures]:
    """What came in, was resolved, reopened, late and left open, by group and period, the largest groups first."""
    work: Work = info.context.work
    async with info.context.lock:
        last = until_on or today(work)
        since = since_on or last - timedelta(days=USUAL_DAYS)
        most = max(1, min(first, MOST))
        found = await queries.statistics(work, by=by, interval=interval, since_on=since, until_on=last, most=most)
    return [RequestFigures(**{**vars(each), "request_ids": list(each.request_ids)}) for each in found]
