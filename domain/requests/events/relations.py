"""What happens among requests, and among the departments that work on one."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class RequestMerged(Event, name="requests.merged"):
    """It goes on as another one, in whose history its messages stand."""

    request_id: UUID
    change_id: UUID
    target_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestSplit(Event, name="requests.split"):
    """What was said about one request has become a request of its own."""

    request_id: UUID
    origin_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestLinked(Event, name="requests.linked"):
    link_id: UUID
    request_id: UUID
    other_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class RequestUnlinked(Event, name="requests.unlinked"):
    link_id: UUID
    request_id: UUID
    other_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class ParentChosen(Event, name="requests.parent_chosen"):
    """A request is a part of another one from now on, or of none."""

    request_id: UUID
    parent_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RequestRaised(Event, name="requests.raised"):
    """Somebody gives it to the next tier of support."""

    request_id: UUID
    change_id: UUID
    raise_id: UUID
    to_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestReturned(Event, name="requests.returned"):
    """The higher tier of support is done with it, and whoever had it has it again."""

    request_id: UUID
    change_id: UUID
    to_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartAdded(Event, name="requests.part_added"):
    """A department is to co-operate in a request."""

    request_id: UUID
    part_id: UUID
    department_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartAssigned(Event, name="requests.part_assigned"):
    request_id: UUID
    part_id: UUID
    assignee_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartFinished(Event, name="requests.part_finished"):
    request_id: UUID
    part_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartWithdrawn(Event, name="requests.part_withdrawn"):
    """It is not needed any more."""

    request_id: UUID
    part_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartDue(Event, name="requests.part_due"):
    """The timer of a part: its time is up."""

    part_id: UUID


@dataclass(frozen=True, kw_only=True)
class PartLate(Event, name="requests.part_late"):
    request_id: UUID
    part_id: UUID


@dataclass(frozen=True, kw_only=True)
class HelpAsked(Event, name="requests.help_asked"):
    """Somebody beside the two who are responsible is to help; an approval decides on it."""

    request_id: UUID
    help_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class HelpGranted(Event, name="requests.help_granted"):
    """They help from now on."""

    request_id: UUID
    help_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class HelpRefused(Event, name="requests.help_refused"):
    request_id: UUID
    help_id: UUID
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class HelpEnded(Event, name="requests.help_ended"):
    """They help no longer."""

    request_id: UUID
    help_id: UUID
    staff_id: UUID
