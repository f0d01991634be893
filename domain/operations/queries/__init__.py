"""Alarms, and whom they are shown to."""

from domain.operations.queries.alarms import (
    alarms_of,
    handling,
    opened_since,
    storm_under_way,
    under_way,
    visible_alarms,
)

__all__ = ["alarms_of", "handling", "opened_since", "storm_under_way", "under_way", "visible_alarms"]
