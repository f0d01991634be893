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
