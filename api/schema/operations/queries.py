"""What can be asked of operations."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.operations.types import ALARM_ORDERS, Alarm, AlarmFilter


@strawberry.type(description="What can be asked of operations.")
class OperationsQuery:
    """The part of the root that is about operations."""

    alarm = by_id("One alarm.", Alarm)
    alarms = page(
        "Alarms of customers' systems, for those who work on requests and the programs that raise them. Those behind a "
        "request: `alarms(filter: {requestId: …})`.",
        Alarm,
        orders=ALARM_ORDERS,
        filter=AlarmFilter,
    )
