"""The life of an archive, which archives have served their time, and when one is to be drilled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.kernel.lifecycle import Lifecycle
from tenancy.refusals import message

# How often writing or drilling is begun before it counts as failed; a worker that is killed counts too.
ATTEMPTS = 3


class State(StrEnum):
    """How far an archive has come."""

    RUNNING = "running"
    KEPT = "kept"
    FAILED = "failed"
    DELETED = "deleted"


class Move(StrEnum):
    """What can happen to an archive."""

    KEEP = "keep"
    FAIL = "fail"
    DELETE = "delete"


class Occasion(StrEnum):
    """Why an archive is made: by the schedule of the handbook, or because somebody asked."""

    SCHEDULED = "scheduled"
    REQUESTED = "requested"


class DrillState(StrEnum):
    """How the last rehearsal of an archive's restore went."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


LIFECYCLE = Lifecycle(
    initial=State.RUNNING,
    table={
        (State.RUNNING, Move.KEEP): State.KEPT,
        (State.RUNNING, Move.FAIL): State.FAILED,
        (State.KEPT, Move.DELETE): State.DELETED,
    },
    states={
        State.RUNNING: message("Being written"),
        State.KEPT: message("Kept"),
        State.FAILED: message("Failed"),
        State.DELETED: message("Deleted"),
    },
    moves={Move.KEEP: message("Keep"), Move.FAIL: message("Fail"), Move.DELETE: message("Delete")},
)


@dataclass(frozen=True)
class Problem:
    """Why something did not succeed, as a marked sentence and its values."""

    text: str
    values: Mapping[str, Any]


def as_value(text: str | None, values: Mapping[str, Any]) -> tuple[str, ...] | str:
    """A problem as a value inside another text: a marked word to translate, or in English when it has values itself."""
    return text.format_map(values) if text and values else (text or "",)


WORKER_ENDED = Problem(message("The worker ended each time before it was done."), {})


@dataclass(frozen=True)
class Kept:
    """An archive that is kept, and when it was begun."""

    id: UUID
    started_at: datetime


def expired(kept: Sequence[Kept], *, now: datetime, keep_days: int, keep_at_least: int) -> list[UUID]:
    """The archives that go: older than `keep_days`, and not among the newest `keep_at_least` (BK-1). Oldest first."""
    newest_first = sorted(kept, key=lambda archive: (archive.started_at, archive.id), reverse=True)
    oldest_allowed = now - timedelta(days=keep_days)
    return [archive.id for archive in reversed(newest_first[keep_at_least:]) if archive.started_at < oldest_allowed]


def is_drill_due(since_last_passed: int, drill_every: int | None) -> bool:
    """Whether an archive is drilled now, by how many were made since one was found good, this one included (BK-2)."""
    return drill_every is not None and since_last_passed >= drill_every


def object_prefix(archive_id: UUID, started_at: datetime) -> str:
    """How the stored objects of an archive begin, whichever attempt wrote them; they sort by time."""
    return f"archives/{started_at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{archive_id}-"
