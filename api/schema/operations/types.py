"""Alarms as clients see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, one, shows
from api.schema.access.types import OAuthClient
from api.schema.customers.types import Customer
from api.schema.requests.types import ServiceRequest
from domain.operations import models, queries
from domain.operations.rules.alarms import AlarmState
from domain.policies.rules.kinds.operations import AlarmSeverity

strawberry.enum(AlarmState, description="Whether what an alarm tells of is still so.")
strawberry.enum(AlarmSeverity, description="How bad a monitoring system finds something.")


@shows(models.Alarm, visible=queries.visible_alarms)
class Alarm(Node):
    """What a monitoring system tells of a customer's system: one record for each fingerprint, however often it is
    raised."""

    monitor: str = column("The monitoring system that tells of it.")
    fingerprint: str = column("By which that system knows the alarm again.")
    title: str = column("What is wrong, in a line, as it was said last.")
    severity: AlarmSeverity = column("How bad it was found last.")
    details: JSON = column("What else was said of it last: texts by their names.")
    state: AlarmState = column("Whether it is still so.")
    count: int = column("How often it was raised.")
    episodes: int = column("How often it began, being raised anew after it had recovered.")
    first_at: datetime = column("When it was raised first.")
    last_at: datetime = column("When it was last raised, or recovered.")
    recovered_at: datetime | None = column("When it recovered; null while it is firing.")
    customer: Customer | None = one("Whose system it is about.", "customer_id")
    client: OAuthClient | None = one("The program that has raised it first; null when a person did.", "client_id")
    request: ServiceRequest | None = one(
        "The request that was opened for it last, or that stands for a whole storm of alarms; null where its severity "
        "opens none by the handbook's clause `alarm_handling`.",
        "request_id",
    )


@strawberry.enum(description="How alarms are ordered.")
class AlarmOrder(Enum):
    """Orders of alarms."""

    LAST = "last"
    OLDEST = "oldest"


ALARM_ORDERS = {
    AlarmOrder.LAST: Order(lambda row: row.last_at, descending=True),
    AlarmOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which alarms to give.")
class AlarmFilter:
    """Conditions on alarms."""

    monitor: TextFilter | None = filtered("By the monitoring system.")
    fingerprint: TextFilter | None = filtered("By fingerprint.")
    severity: WordFilter[AlarmSeverity] | None = filtered("By severity.")
    state: WordFilter[AlarmState] | None = filtered("By whether they are still so.")
    customer_id: IdFilter | None = filtered("By whose system they are about.")
    request_id: IdFilter | None = filtered("By the request that was opened for them.")
    last_at: InstantFilter | None = filtered("By when they were last raised or recovered.")
    and_: "list[AlarmFilter] | None" = combining("All of these hold.", "and")
    or_: "list[AlarmFilter] | None" = combining("One of these holds.", "or")
    not_: "AlarmFilter | None" = combining("This does not hold.", "not")
