"""Staff confirm that they have read a version, and are reminded until they have (PO-9)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation.events import StaffEngaged, StaffMoved
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.versions import State
from domain.rulebook import queries
from domain.rulebook.events import ReadingAsked, ReadingBegins, ReadingConfirmed, ReadingReminded, ReadingReminderDue
from domain.rulebook.models import HandbookReading
from tenancy.identity.events import MemberActivated, PasswordChanged
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
    """From its taking effect staff have so many days to read a version; then the first reminder is due. Who begins work
    later has them from then on."""
    rulings = await policies.rules_of(work, ReadingConfirmation, version_id=event.version_id)
    for ruling in rulings:
        if ruling.value.most_reminders:
            after = timedelta(days=ruling.value.within_days)
            reminder = ReadingReminderDue(version_id=event.version_id, clause_id=ruling.clause.clause_id, number=1)
            await _plan(work, reminder, work.now + after)
    for each in await queries.outstanding(work, event.version_id) if rulings else ():
        if each.came_later:
            await _ask(work, event.version_id, each)


async def ask_newcomer(
    work: Work, event: StaffEngaged | StaffMoved | MemberActivated | PasswordChanged | ReadingBegins
) -> None:
    """Somebody has come, or comes to be asked, after the version in force took effect: they are told on their first
    working day, and have the clause's days from then on."""
    in_force = await policies.version_in_force(work)
    if in_force is None or not await policies.rules_of(work, ReadingConfirmation, version_id=in_force.id):
        return
    person_id = event.staff_id if isinstance(event, StaffEngaged | StaffMoved) else event.member_id
    for each in await queries.outstanding(work, in_force.id, member_id=person_id):
        # A move within what one clause asks changes nothing, and a first day may have come and gone.
        if each.came_later and (isinstance(event, ReadingBegins) or each.asked_from >= work.now):
            await _ask(work, in_force.id, each)


async def _ask(work: Work, version_id: UUID, of: queries.Outstanding) -> None:
    if of.asked_from > work.now:
        begins = ReadingBegins(version_id=version_id, member_id=of.member_id)
        work.schedule(of.asked_from, begins, about=version_id, key=f"handbook:{version_id}:begins:{of.member_id}")
        return
    asked = ReadingAsked(version_id=version_id, clause_id=of.clause_id, member_id=of.member_id, due_at=of.due_at)
    work.record(asked, about=await policies.version(work, version_id))
    ruling = await policies.rule_by_clause(work, ReadingConfirmation, clause_id=of.clause_id, version_id=version_id)
    if ruling.value.most_reminders:
        reminder = ReadingReminderDue(
            version_id=version_id,
            clause_id=of.clause_id,
            number=1,
            member_id=of.member_id,
            asked_from=of.asked_from,
        )
        await _plan(work, reminder, of.due_at)


async def remind(work: Work, event: ReadingReminderDue) -> None:
    """Whoever has not confirmed by now is reminded; a version that another has taken the place of is not read any
    more."""
    in_force = await policies.version_in_force(work)
    if in_force is None or in_force.id != event.version_id:
        return
    ruling = await policies.rule_by_clause(
        work, ReadingConfirmation, clause_id=event.clause_id, version_id=event.version_id
    )
    missing = await queries.missing_by(
        work, event.version_id, event.clause_id, member_id=event.member_id, asked_from=event.asked_from
    )
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
    reminded = ReadingReminded(
        version_id=event.version_id,
        clause_id=event.clause_id,
        number=event.number,
        member_id=event.member_id,
        asked_from=event.asked_from,
    )
    work.record(reminded, about=in_force)
    if event.number < ruling.value.most_reminders:
        after = timedelta(days=ruling.value.remind_every_days)
        await _plan(work, replace(event, number=event.number + 1), work.now + after)


async def _plan(work: Work, reminder: ReadingReminderDue, at: datetime) -> None:
    version_id, whose = reminder.version_id, f":{reminder.member_id}" if reminder.member_id is not None else ""
    key = f"handbook:{version_id}:read:{reminder.clause_id}:{reminder.number}{whose}"
    work.schedule(await policies.told_from(work, at), reminder, about=version_id, key=key)
