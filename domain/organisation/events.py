"""What happens to the company's shape."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class DepartmentCreated(Event, name="organisation.department_created"):
    department_id: UUID


@dataclass(frozen=True, kw_only=True)
class DepartmentChanged(Event, name="organisation.department_changed"):
    department_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostCreated(Event, name="organisation.post_created"):
    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class StaffEngaged(Event, name="organisation.staff_engaged"):
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class StaffMoved(Event, name="organisation.staff_moved"):
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class StaffLeft(Event, name="organisation.staff_left"):
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class StaffDescribed(Event, name="organisation.staff_described"):
    """What somebody knows and the region they work in are written down anew."""

    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class AbsenceRecorded(Event, name="organisation.absence_recorded"):
    absence_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class AbsenceWithdrawn(Event, name="organisation.absence_withdrawn"):
    absence_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class DutyPlanned(Event, name="organisation.duty_planned"):
    shift_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class DutyWithdrawn(Event, name="organisation.duty_withdrawn"):
    shift_id: UUID
    staff_id: UUID
