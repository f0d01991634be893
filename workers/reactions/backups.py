"""What follows the facts of the module backups: whoever answers for backups is told."""

from typing import Any
from uuid import UUID

from domain.backups import queries, rules
from domain.backups.events import ArchiveFailed, DrillFailed, DrillPassed
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from tenancy.refusals import message
from tenancy.work import Work


async def tell_of_a_failed_archive(work: Work, event: ArchiveFailed) -> None:
    """A backup that fails unseen is none."""
    archive = await queries.archive(work, event.archive_id)
    await _tell(
        work,
        archive.id,
        message("Archive {number} could not be made. {problem} Earlier archives are kept."),
        {"number": archive.number, "problem": rules.as_value(archive.problem, archive.problem_values)},
        mail=True,
        key=f"archive-failed:{archive.id}",
    )


async def tell_of_a_passed_drill(work: Work, event: DrillPassed) -> None:
    """The report of a drill that succeeded stays in the product."""
    archive = await queries.archive(work, event.archive_id)
    await _tell(
        work,
        archive.id,
        message("The restore of archive {number} was rehearsed: {rows} rows, and every table as it should be."),
        {"number": archive.number, "rows": archive.drill_rows},
        mail=False,
        key=f"drill:{archive.id}:{archive.drilled_at}",
    )


async def tell_of_a_failed_drill(work: Work, event: DrillFailed) -> None:
    """An archive that does not restore is worth a mail."""
    archive = await queries.archive(work, event.archive_id)
    await _tell(
        work,
        archive.id,
        message("The restore of archive {number} was rehearsed and failed. {problem} No archive is deleted for now."),
        {"number": archive.number, "problem": rules.as_value(archive.drill_problem, archive.drill_problem_values)},
        mail=True,
        key=f"drill:{archive.id}:{archive.drilled_at}",
    )


async def _tell(work: Work, archive_id: UUID, text: str, values: dict[str, Any], *, mail: bool, key: str) -> None:
    await notifications.notify(
        work,
        member_ids=await members_who_may(work, Permission.BACKUPS_RUN),
        text=text,
        values=values,
        about=Subject(SubjectKind.ARCHIVE, archive_id),
        mail=mail,
        key=key,
    )
