"""Staff confirm that they have read a version, and are reminded until they have (PO-9)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.versions import State
from domain.rulebook import queries
from domain.rulebook.events import ReadingConfirmed, ReadingReminded, ReadingReminderDue
from domain.rulebook.models import HandbookReading
from tenancy.refusals import Forbidden, WrongState, message
from tenancy.work import Work


@command(needs=Permission.POLICIES_READ)
async def confirm_reading(work: Work, *, version_id: UUID) -> HandbookReading:
    """Confirm that one has read a published version; once is enough, and again changes nothing."""
    if not work.actor.is_member or work.actor.id is None:
        raise Forbidden(message("A handbook is read by people."))
    version = await policies.version(work, version_id, "versionId")
    if version.state is not State.PUBLISHED:
        raise WrongState(message("Only a published version is confirmed as read."), path=("versionId",))
    own = select(HandbookReading).where(
        HandbookReading.version_id == version_id, HandbookReading.member_id == work.actor.id
    )
    known = await work.first(own)
    if known is not None:
        return known
    reading = work.add(HandbookReading(version_id=version_id, member_id=work.actor.id, confirmed_at=work.now))
    work.record(ReadingConfirmed(version_id=version_id, member_id=work.actor.id), about=reading)
    return reading


async def plan_reminders(work: Work, event: HandbookTookEffect) -> None:
    """From its taking effect staff have so many days to read a version; then the first reminder is due."""
    for ruling in await policies.rules_of(work, ReadingConfirmation, version_id=event.version_id):
        if ruling.value.most_reminders:
            await _plan(work, event.version_id, ruling.clause.clause_id, 1, days=ruling.value.within_days)


async def remind(work: Work, event: ReadingReminderDue) -> None:
    """Whoever has not confirmed by now is reminded; a version that another has taken the place of is not read any
    more."""
    in_force = await policies.version_in_force(work)
    if in_force is None or in_force.id != event.version_id:
        return
    ruling = await policies.rule_by_clause(
        work, ReadingConfirmation, clause_id=event.clause_id, version_id=event.version_id
    )
    missing = await queries.missing_by(work, event.version_id, event.clause_id)
    if not missing:
        return
    policies_commands.cite(
        work,
        ruling,
        about=Subject(SubjectKind.HANDBOOK_VERSION, event.version_id),
        decision="rulebook.reading_reminder",
        inputs={"number": event.number, "most_reminders": ruling.value.most_reminders},
        result={"missing": missing},
    )
    reminded = ReadingReminded(version_id=event.version_id, clause_id=event.clause_id, number=event.number)
    work.record(reminded, about=in_force)
    if event.number < ruling.value.most_reminders:
        days = ruling.value.remind_every_days
        await _plan(work, event.version_id, event.clause_id, event.number + 1, days=days)


async def _plan(work: Work, version_id: UUID, clause_id: UUID, number: int, *, days: int) -> None:
    work.schedule(
        await policies.told_from(work, work.now + timedelta(days=days)),
        ReadingReminderDue(version_id=version_id, clause_id=clause_id, number=number),
        about=version_id,
        key=f"handbook:{version_id}:read:{clause_id}:{number}",
    )
