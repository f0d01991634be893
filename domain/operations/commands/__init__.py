"""Operations: raising alarms, and what comes of their recovery."""

from domain.operations.commands.alarms import follow_recovery, raise_alarms

__all__ = ["follow_recovery", "raise_alarms"]
