"""The clauses that a resignation goes by: notice, calendar and chain, of one version for its whole course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.people import rules
from domain.people.models import Resignation
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import (
    ApprovalChain,
    BusinessCalendarClause,
    K,
    NoticePeriod,
)
from domain.policies.rules.scopes import Scope
from tenancy.work import Work


@dataclass(frozen=True)
class Grounds:
    """What the handbook lays down for somebody's leaving."""

    notice: Ruling[NoticePeriod]
    calendar_clause: Ruling[BusinessCalendarClause]
    chain: Ruling[ApprovalChain]

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar by which days and hours are reckoned."""
        return self.calendar_clause.value

    def reckon(self, letter_on: date, on_probation: bool, wished_on: date | None) -> rules.Notice:
        """What the notice clause makes of a letter; a refusal that it causes names it."""
        return rules.notice(
            letter_on, self.notice.value, on_probation, self.calendar, wished_on, clause=self.notice.clause
        )

    def last_moment(self, last_day_on: date) -> datetime:
        """The instant at which somebody's work ends for good."""
        return rules.last_moment(last_day_on, self.calendar)


async def grounds_for(work: Work, staff_id: UUID, pinned_version_id: UUID | None = None) -> Grounds:
    """The clauses in force for somebody, or those of the version that their resignation started under."""
    staff = await organisation.staff(work, staff_id)
    scope = Scope(department_id=staff.department_id, post_id=staff.post_id)

    async def ruled(kind: type[K], topic: str = "") -> Ruling[K]:
        if pinned_version_id is None:
            return await policies.rule(work, kind, scope=scope, topic=topic)
        return await policies.rule_for_running_case(
            work, kind, pinned_version_id=pinned_version_id, scope=scope, topic=topic
        )

    return Grounds(
        notice=await ruled(NoticePeriod),
        calendar_clause=await ruled(BusinessCalendarClause),
        chain=await ruled(ApprovalChain, chain_topic(SubjectKind.RESIGNATION)),
    )


def cite_last_day(work: Work, resignation: Resignation, grounds: Grounds) -> None:
    """Keep how the notice clause led to the last day."""
    rule = grounds.notice.value
    _cite(
        work,
        resignation,
        grounds.notice,
        rules.LAST_DAY,
        inputs={
            "letter_on": resignation.letter_on,
            "on_probation": resignation.on_probation,
            "wished_on": resignation.wished_on,
            "notice_days": resignation.notice_days,
            "day_kind": rule.day_kind,
        },
        result={
            "earliest_last_day_on": resignation.earliest_last_day_on,
            "last_day_on": resignation.last_day_on,
        },
    )


def cite_last_day_at_approval(
    work: Work, resignation: Resignation, grounds: Grounds, asked_on: date, approved_on: date
) -> None:
    """Keep that the last day moved, since the one that was asked for had passed when the last approver agreed."""
    inputs = {"last_day_on": asked_on, "approved_on": approved_on}
    result = {"earliest_last_day_on": resignation.earliest_last_day_on, "last_day_on": resignation.last_day_on}
    _cite(work, resignation, grounds.notice, rules.LAST_DAY, inputs, result)


def cite_waiver(work: Work, resignation: Resignation, grounds: Grounds, before: date) -> None:
    """Keep that the notice clause let the last day be brought forward."""
    inputs = {"last_day_on": before, "waived_by_id": resignation.waived_by_id}
    result = {"last_day_on": resignation.last_day_on}
    _cite(work, resignation, grounds.notice, "people.waiver", inputs, result)


def cite_refusal(work: Work, resignation: Resignation, grounds: Grounds) -> None:
    """Keep by which chain the letter was refused."""
    inputs = {"approval_id": resignation.approval_id, "last_day_on": resignation.last_day_on}
    _cite(work, resignation, grounds.chain, "people.refused", inputs, {"state": resignation.state})


def cite_last_moment(work: Work, resignation: Resignation, grounds: Grounds) -> None:
    """Keep how the calendar led from the last day to the last working moment."""
    inputs, result = {"last_day_on": resignation.last_day_on}, {"leaves_at": resignation.leaves_at}
    _cite(work, resignation, grounds.calendar_clause, "people.last_moment", inputs, result)


def _cite(
    work: Work,
    resignation: Resignation,
    ruling: Ruling[Any],
    decision: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
) -> None:
    about = Subject(SubjectKind.RESIGNATION, resignation.id)
    policies_commands.cite(work, ruling, about=about, decision=decision, inputs=inputs, result=result)
