"""What can be asked of operations."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.operations.types import ALARM_ORDERS, Alarm, AlarmFilter
from api.schema.requests.statistics import RequestFigures, request_statistics


@strawberry.type(description="What can be asked of operations.")
class OperationsQuery:
    """The part of the root that is about operations."""

    request_statistics: list[RequestFigures] = strawberry.field(
        resolver=request_statistics,
        description="What became of the requests that you see in a time: by category, cause, customer, department, "
        "person, service line or priority, and as a trend by week or month; with the backlog, resolution at first "
        "contact, reopenings, missed deadlines and satisfaction.",
    )
    alarm = by_id("One alarm.", Alarm)
    alarms = page(
        "Alarms of customers' systems, for those who work on requests and the programs that raise them. Those behind a "
        "request: `alarms(filter: {requestId: …})`.",
        Alarm,
        orders=ALARM_ORDERS,
        filter=AlarmFilter,
    )
