"""What happens in operations."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class AlarmOpenedRequest(Event, name="operations.alarm_opened_request"):
    """An alarm was raised about which nobody does anything yet; repeats of it are counted and told of no more."""

    alarm_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmStormBegan(Event, name="operations.alarm_storm_began"):
    """So many alarms of a source open requests of a customer that one request stands for all further ones."""

    storm_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmsRecovered(Event, name="operations.alarms_recovered"):
    """Alarms behind a request tell of nothing any more."""

    request_id: UUID
    notice_id: UUID
