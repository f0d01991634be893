"""What happens to people's employment."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ResignationSubmitted(Event, name="people.resignation_submitted"):
    resignation_id: UUID
    staff_id: UUID
    last_day_on: date


@dataclass(frozen=True, kw_only=True)
class ResignationReturned(Event, name="people.resignation_returned"):
    """An approver wants something changed before deciding."""

    resignation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ResignationResubmitted(Event, name="people.resignation_resubmitted"):
    resignation_id: UUID
    staff_id: UUID
    last_day_on: date


@dataclass(frozen=True, kw_only=True)
class ResignationApproved(Event, name="people.resignation_approved"):
    resignation_id: UUID
    staff_id: UUID
    last_day_on: date


@dataclass(frozen=True, kw_only=True)
class ResignationRefused(Event, name="people.resignation_refused"):
    resignation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ResignationWithdrawn(Event, name="people.resignation_withdrawn"):
    resignation_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoticeWaived(Event, name="people.notice_waived"):
    """Somebody whose leaving is approved may go earlier."""

    resignation_id: UUID
    last_day_on: date


@dataclass(frozen=True, kw_only=True)
class LastMomentReached(Event, name="people.last_moment_reached"):
    """The timer of an approved resignation: the last working moment has come."""

    resignation_id: UUID


@dataclass(frozen=True, kw_only=True)
class EmploymentEnded(Event, name="people.employment_ended"):
    resignation_id: UUID
    staff_id: UUID
