"""What happens to the handbook."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class HandbookDrafted(Event, name="policies.handbook_drafted"):
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class HandbookRetitled(Event, name="policies.handbook_retitled"):
    """What stands on a draft's cover is another: its title, its document number or its note."""

    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClauseWritten(Event, name="policies.clause_written"):
    version_id: UUID
    clause_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClauseRemoved(Event, name="policies.clause_removed"):
    version_id: UUID
    clause_id: UUID


@dataclass(frozen=True, kw_only=True)
class HandbookDiscarded(Event, name="policies.handbook_discarded"):
    """Nobody goes on with a draft."""

    version_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class HandbookSubmitted(Event, name="policies.handbook_submitted"):
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class HandbookReviewed(Event, name="policies.handbook_reviewed"):
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class HandbookReturned(Event, name="policies.handbook_returned"):
    """A version in review is a draft again; `why` is a word of `rules.versions.Why`."""

    version_id: UUID
    why: str = "by_hand"
    # The code of the refusal that made an approval void, such as OUTDATED_BASE.
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class HandbookRebased(Event, name="policies.handbook_rebased"):
    """A draft now rests on another version, whose changes it has taken in; `numbers` are those clauses."""

    version_id: UUID
    base_id: UUID
    numbers: list[str]


@dataclass(frozen=True, kw_only=True)
class HandbookWithdrawn(Event, name="policies.handbook_withdrawn"):
    """A published version was taken back before its effect, and never takes effect."""

    version_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class HandbookPublished(Event, name="policies.handbook_published"):
    version_id: UUID
    effective_at: datetime


@dataclass(frozen=True, kw_only=True)
class HandbookTookEffect(Event, name="policies.handbook_took_effect"):
    """The version is in force from now on; a timer says so when it was published for later."""

    version_id: UUID
