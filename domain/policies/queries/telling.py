"""When people are told of what a day brings: as work begins, by the company's calendar, not at midnight."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from domain.policies.queries.rulings import EVERYWHERE, find_rule
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.scopes import Scope
from tenancy.work import Work

# Where no clause lays down any hours of work.
USUAL_HOUR = time(9)


async def told_ahead(work: Work, day: date, scope: Scope = EVERYWHERE) -> datetime:
    """When to remind of what is still to come: as work begins on the day, or on the last day worked before it, since
    the next might be too late. In UTC, by the calendar in force now."""
    found = await find_rule(work, BusinessCalendarClause, scope=scope)
    if found is None:
        return _usually(work, day)
    calendar = found.value
    return calendar.next_opening(_midnight(calendar.working_day_on_or_before(day), calendar.zone)).astimezone(UTC)


async def told_afterwards(work: Work, day: date, scope: Scope = EVERYWHERE) -> datetime:
    """When to tell what has passed: as work begins on the day, or on the next that is worked. In UTC, by the calendar
    in force now."""
    return await told_from(work, _midnight(day, work.opening.zone), scope)


async def told_from(work: Work, at: datetime, scope: Scope = EVERYWHERE) -> datetime:
    """When to tell what is so from an instant on: then, if people are at work, else as work begins again. In UTC, by
    the calendar in force now."""
    found = await find_rule(work, BusinessCalendarClause, scope=scope)
    if found is None:
        return max(_usually(work, at.astimezone(ZoneInfo(work.opening.zone)).date()), at.astimezone(UTC))
    return found.value.next_opening(at).astimezone(UTC)


def _usually(work: Work, day: date) -> datetime:
    return datetime.combine(day, USUAL_HOUR, ZoneInfo(work.opening.zone)).astimezone(UTC)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
