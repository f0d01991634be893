"""What happens to dry runs of drafts."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class DryRunStarted(Event, name="rulebook.dry_run_started"):
    dry_run_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class DryRunFinished(Event, name="rulebook.dry_run_finished"):
    dry_run_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class DryRunSigned(Event, name="rulebook.dry_run_signed"):
    dry_run_id: UUID
    version_id: UUID
