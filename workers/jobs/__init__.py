"""The table of long jobs, one file for each module: what a worker does for minutes, in no transaction of its own.

A job may be begun again at any moment, since workers are killed. It takes what it needs in one short transaction and
says what came of it in another, in which it also takes its item off the agenda (`attempts.hold` proves that it still
may). Its own failures are a matter of its record; only what it does not foresee is kept with the item.
"""

from collections.abc import Awaitable, Callable, Mapping

from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from workers.attempts import NotYet, renewed
from workers.jobs import backups, dry_runs, exports, files, imports

Job = Callable[[Claim, AgendaItem], Awaitable[None]]

JOBS: Mapping[str, Job] = {
    "backups.write": backups.write,
    "backups.drill": backups.drill,
    "backups.remove": backups.remove,
    "files.tidy": files.tidy,
    "imports.pass": imports.go_through,
    "rulebook.dry_run": dry_runs.try_out,
    "views.export": exports.write,
}

# A job that only a newer version knows waits for a worker of that version.
STRANGE_SECONDS = 30.0


async def run(claim: Claim, item: AgendaItem) -> None:
    """Do the job that the item names, and keep its lease meanwhile."""
    job = JOBS.get(item.name or "")
    if job is None:
        raise NotYet(STRANGE_SECONDS, f"the job “{item.name}” is unknown to this version")
    async with renewed(claim):
        await job(claim, item)
