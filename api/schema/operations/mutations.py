"""Raising alarms."""

from collections.abc import Sequence
from types import SimpleNamespace
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.schema.inputs import given, optional
from api.schema.operations import types  # noqa: F401  # declares the enumerations that are used below
from domain.operations import commands, models
from domain.operations.rules.alarms import Signal
from domain.policies.rules.kinds.operations import AlarmSeverity
from tenancy.work import Work


@strawberry.input(description="Something else that is known of an alarm.")
class AlarmDetailInput:
    """Something else that is known of an alarm."""

    name: str = given("What it is called, in at most 100 characters.")
    value: str = given("What is known, in a line of at most 500 characters.")


@strawberry.input(description="What a monitoring system says of a customer's system.")
class AlarmInput:
    """What a monitoring system says of a customer's system."""

    fingerprint: str = given(
        "By which you know the alarm again, in at most 200 characters: the same is one alarm with one request."
    )
    title: str = given("What is wrong, in a line of at most 200 characters.")
    severity: AlarmSeverity = given("How bad it is; the handbook's clause `alarm_handling` says what opens a request.")
    customer_id: UUID = given("Whose system it is about.")
    recovered: bool = optional("Whether it is over, rather than so.", default=False)
    details: list[AlarmDetailInput] | None = optional("What else is known: at most 50; of one name the last counts.")


@strawberry.input(description="An alarm of one monitoring system.")
class RaiseAlarmInput(AlarmInput):
    """An alarm of one monitoring system."""

    monitor: str = given("The monitoring system, in at most 100 characters.")


@strawberry.input(description="Alarms of one monitoring system.")
class RaiseAlarmsInput:
    """Alarms of one monitoring system."""

    monitor: str = given("The monitoring system, in at most 100 characters.")
    alarms: list[AlarmInput] = given("Up to 500 of them; of one fingerprint the last says how it is.")


async def raise_alarm(work: Work, input: RaiseAlarmInput) -> models.Alarm | None:
    """Tell of something that is wrong with a customer's system, or that it is over. The first time, and anew when its
    request is over, it opens a request whose requester you are; else it is counted. Send it as often as you like. More
    than the clause lets open at a time share one request, a storm. Null without errors: nothing was known of what has
    recovered."""
    found = await commands.raise_alarms(work, monitor=input.monitor, alarms=[_signal(input)])
    return found[0] if found else None


@part
class AlarmOutcome:
    """What became of one alarm."""

    alarm_id: UUID = strawberry.field(description="The alarm.")
    fingerprint: str = strawberry.field(description="By which it is known.")
    count: int = strawberry.field(description="How often it was raised by now.")
    request_id: UUID | None = strawberry.field(description="The request about it; null where it opens none.")


async def raise_alarms(work: Work, input: RaiseAlarmsInput) -> Sequence[SimpleNamespace]:
    """Tell of many alarms at once, as with `raiseAlarm`: all are kept, or on an error none. The answer lists each
    fingerprint once, in the order of fingerprints, without recoveries of what is unknown."""
    alarms = [_signal(alarm) for alarm in input.alarms]
    return [
        SimpleNamespace(
            alarm_id=alarm.id, fingerprint=alarm.fingerprint, count=alarm.count, request_id=alarm.request_id
        )
        for alarm in await commands.raise_alarms(work, monitor=input.monitor, alarms=alarms)
    ]


def _signal(alarm: AlarmInput) -> Signal:
    details = {detail.name: detail.value for detail in alarm.details or ()}
    return Signal(
        fingerprint=alarm.fingerprint,
        title=alarm.title,
        severity=alarm.severity.value,
        customer_id=alarm.customer_id,
        recovered=alarm.recovered,
        details=details,
    )
