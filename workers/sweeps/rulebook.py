"""Sweeps of the module rulebook."""

from datetime import datetime

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.policies import queries as policies
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.linting import HORIZON
from tenancy.refusals import message
from tenancy.work import Work


async def tell_of_the_last_holidays(work: Work, _: datetime) -> None:
    """Whoever drafts the handbook learns that the holidays of a calendar in force run out, once a month from two months
    before until a version has more: whatever is reckoned beyond may still move."""
    for ruling in await policies.rules_of(work, BusinessCalendarClause):
        calendar, clause = ruling.value, ruling.clause
        today = calendar.local_day(work.now)
        if calendar.known_until is None or calendar.known_until - HORIZON > today:
            continue
        await notifications.notify(
            work,
            member_ids=await members_who_may(work, Permission.POLICIES_DRAFT),
            text=message(
                "Clause {number}: the holidays after {day} are not entered yet; until then deadlines beyond that day "
                "are reckoned without them. Please draft a version with the next holidays."
            ),
            values={"number": clause.number, "day": calendar.known_until},
            about=Subject(SubjectKind.HANDBOOK_VERSION, clause.version_id),
            mail=True,
            key=f"holidays-end:{clause.number}:{calendar.known_until}:{today:%Y-%m}",
        )
