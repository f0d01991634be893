"""What a version says and what is odd about it; dry runs of drafts; who has read which version."""

from domain.rulebook.queries.checking import findings
from domain.rulebook.queries.confirming import Outstanding, missing_by, outstanding, read_by_me, visible_readings
from domain.rulebook.queries.contents import compared, coverage, document, exported, facts_about, writers_of
from domain.rulebook.queries.readiness import hindrances, unready, untried
from domain.rulebook.queries.trying import (
    dry_run,
    dry_runs_of,
    is_outdated,
    needed_to_read,
    outdated_runs,
    trial,
    visible_findings,
    visible_runs,
)

__all__ = [
    "Outstanding",
    "compared",
    "coverage",
    "document",
    "dry_run",
    "dry_runs_of",
    "exported",
    "facts_about",
    "findings",
    "hindrances",
    "is_outdated",
    "missing_by",
    "needed_to_read",
    "outdated_runs",
    "outstanding",
    "read_by_me",
    "trial",
    "unready",
    "untried",
    "visible_findings",
    "visible_readings",
    "visible_runs",
    "writers_of",
]
