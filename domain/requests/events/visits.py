"""What happens with visits on site."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class SiteVisitPlanned(Event, name="requests.site_visit_planned"):
    """Somebody is to go to the customer."""

    request_id: UUID
    visit_id: UUID
    engineer_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitRescheduled(Event, name="requests.site_visit_rescheduled"):
    """It is to be at another time, or somebody else goes; `before_id` is who was to."""

    request_id: UUID
    visit_id: UUID
    engineer_id: UUID
    before_id: UUID
    notice_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitSetOut(Event, name="requests.site_visit_set_out"):
    """Whoever is sent is on the way."""

    request_id: UUID
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitCheckedIn(Event, name="requests.site_visit_checked_in"):
    """Whoever is sent is there."""

    request_id: UUID
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitReported(Event, name="requests.site_visit_reported"):
    """What was found and done is written down, or anew; a signature under the former report is `void` then."""

    request_id: UUID
    visit_id: UUID
    void: bool


@dataclass(frozen=True, kw_only=True)
class SiteVisitSigned(Event, name="requests.site_visit_signed"):
    """The customer has signed the report with this fingerprint."""

    request_id: UUID
    visit_id: UUID
    digest: str


@dataclass(frozen=True, kw_only=True)
class SiteVisitFinished(Event, name="requests.site_visit_finished"):
    """It is done. The minutes become working time of whoever was sent."""

    request_id: UUID
    visit_id: UUID
    on_site_minutes: int
    travel_minutes: int
    billable: bool


@dataclass(frozen=True, kw_only=True)
class SiteVisitMissed(Event, name="requests.site_visit_missed"):
    """Whoever was to be met was not there."""

    request_id: UUID
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitCancelled(Event, name="requests.site_visit_cancelled"):
    """Nobody goes."""

    request_id: UUID
    visit_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitFileAttached(Event, name="requests.site_visit_file_attached"):
    visit_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitFileRemoved(Event, name="requests.site_visit_file_removed"):
    visit_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitDue(Event, name="requests.site_visit_due"):
    """The clock looks whether somebody is there; 0 is the first `level`, at which whoever goes is reminded."""

    visit_id: UUID
    level: int


@dataclass(frozen=True, kw_only=True)
class SiteVisitLate(Event, name="requests.site_visit_late"):
    """Nobody has checked in though the visit was to have begun at `starts_at`; somebody is told of it."""

    request_id: UUID
    visit_id: UUID
    level: int
    told_id: UUID | None
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class SiteVisitMoved(Event, name="requests.site_visit_moved"):
    """Its request goes on as another one, and so does the visit."""

    request_id: UUID
    visit_id: UUID
    before_id: UUID
    engineer_id: UUID


@dataclass(frozen=True, kw_only=True)
class SiteVisitUnmanned(Event, name="requests.site_visit_unmanned"):
    """Whoever was to go has left, and nobody who has the request can go in their place."""

    request_id: UUID
    visit_id: UUID
    told_id: UUID | None
