"""Who has read a version, and who has not yet."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select

from domain.organisation import queries as organisation
from domain.organisation.events import StaffEngaged, StaffMoved
from domain.organisation.models import Staff
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import State
from domain.rulebook.models import HandbookReading
from domain.rulebook.queries.trying import visible_runs
from domain.rulebook.rules.hindsight import Trial
from tenancy.actor import Actor
from tenancy.identity.events import MemberActivated, PasswordChanged
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.refusals import WrongState, message
from tenancy.rows import another
from tenancy.work import Work

# The facts by which somebody comes to be asked who wasn't before.
ARRIVALS = (StaffEngaged.name, StaffMoved.name, MemberActivated.name, PasswordChanged.name)
# No company rests for longer in one go: who was hired before such a time had begun work by its end.
LONGEST_REST = timedelta(days=31)


def visible_readings(actor: Actor, readings: Any) -> ColumnElement[bool]:
    """Everybody sees their own; those who work on versions see all."""
    return or_(visible_runs(actor), readings.member_id == current_member())


def read_by_me(versions: Any) -> ColumnElement[bool]:
    """Whether the acting member has confirmed that they have read a version."""
    own = another(HandbookReading)
    return select(own.id).where(own.version_id == versions.id, own.member_id == current_member()).exists()


@dataclass(frozen=True)
class Outstanding:
    """Somebody who has not confirmed yet that they have read a version: since when they are asked, and until when they
    should have."""

    member_id: UUID
    name: str
    clause_id: UUID
    # The version's taking effect, or for whoever came later the instant from which they have the clause's days.
    asked_from: datetime
    due_at: datetime
    came_later: bool


async def outstanding(work: Work, version_id: UUID, *, member_id: UUID | None = None) -> list[Outstanding]:
    """Everybody at work whom a clause of the version itself asks to read it and who has not confirmed, by name; or of
    them one alone. Whoever comes after its taking effect has the clause's days from then on.

    Refuses a version that is not published: nobody is asked to read it yet.
    """
    version = await policies.version(work, version_id, "versionId")
    if version.state is not State.PUBLISHED or version.effective_at is None:
        text = message("This version is not published, so nobody is asked yet to have read it.")
        raise WrongState(text, path=("versionId",), code="NOT_PUBLISHED")
    book, parents = await policies.handbook(work, version_id), await organisation.parents(work)
    trial = Trial(book, parents)
    done = {row["member_id"] for row in await work.rows(_confirmed(version_id))}
    active = select(Member.id, Member.name).where(Member.active)
    if member_id is not None:
        active = active.where(Member.id == member_id)
    names = {row["id"]: row["name"] for row in await work.rows(active)}
    arrivals = await _Arrivals.since(work, version.effective_at, member_id)
    found = []
    for person in await organisation.at_work(work) if names else ():
        ruling = _asked_by(trial, person.department_id, person.post_id)
        if ruling is None or person.id in done or person.id not in names:
            continue
        asked_from = max([version.effective_at, *await arrivals.of(work, person, trial)])
        found.append(
            Outstanding(
                member_id=person.id,
                name=names[person.id],
                clause_id=ruling.clause.clause_id,
                asked_from=asked_from,
                due_at=asked_from + timedelta(days=ruling.value.within_days),
                came_later=asked_from > version.effective_at,
            )
        )
    return sorted(found, key=lambda each: (each.name, each.member_id))


def _asked_by(trial: Trial, department_id: UUID, post_id: UUID) -> Ruling[ReadingConfirmation] | None:
    return trial.rule(ReadingConfirmation, Scope(department_id=department_id, post_id=post_id))


@dataclass
class _Arrivals:
    """Who has come since an instant: was engaged, let in again, given a first account, or moved."""

    since_on: date
    entries: dict[UUID, list[JournalEntry]]
    # When work begins on a day.
    begins: dict[date, datetime] = field(default_factory=dict)

    @classmethod
    async def since(cls, work: Work, at: datetime, member_id: UUID | None) -> Self:
        """Those after the instant, of everybody or of one."""
        found = select(JournalEntry).where(one_of(JournalEntry.name, ARRIVALS), JournalEntry.at > at)
        if member_id is not None:
            kinds = one_of(JournalEntry.subject_kind, [Member.__tablename__, Staff.__tablename__])
            found = found.where(kinds, JournalEntry.subject_id == member_id)
        entries: dict[UUID, list[JournalEntry]] = {}
        for entry in await work.all(found.order_by(JournalEntry.id.desc())):
            if entry.subject_id is not None:
                entries.setdefault(entry.subject_id, []).append(entry)
        return cls(at.astimezone(ZoneInfo(work.opening.zone)).date(), entries)

    async def of(self, work: Work, person: Staff, trial: Trial) -> list[datetime]:
        """The instants before which somebody couldn't be asked: they were not there, or their place asked nothing."""
        found = []
        if person.hired_on > self.since_on - LONGEST_REST:
            if person.hired_on not in self.begins:
                self.begins[person.hired_on] = await policies.told_afterwards(work, person.hired_on)
            found.append(self.begins[person.hired_on])
        department_id, post_id = person.department_id, person.post_id
        for entry in self.entries.get(person.id, ()):
            if entry.name == StaffMoved.name:
                now = _asked_by(trial, department_id, post_id)
                department_id = _before(entry, "department_id", department_id)
                post_id = _before(entry, "post_id", post_id)
                before = _asked_by(trial, department_id, post_id)
                if now is None or (before is not None and before.clause.clause_id == now.clause.clause_id):
                    continue
            elif entry.name == PasswordChanged.name and entry.changes.get("account_id", [entry.id])[0] is not None:
                # Only a first password is a way in that wasn't there before.
                continue
            found.append(entry.at)
        return found


def _before(entry: JournalEntry, column: str, otherwise: Any) -> Any:
    """What a column held before a change; it holds that still where it didn't change."""
    if column not in entry.changes:
        return otherwise
    before = entry.changes[column][0]
    return UUID(before) if before is not None else None


async def missing_by(
    work: Work,
    version_id: UUID,
    clause_id: UUID,
    *,
    member_id: UUID | None = None,
    asked_from: datetime | None = None,
) -> list[UUID]:
    """Who has not confirmed yet among those whom one clause asks since the version took effect; or the one alone whom
    it asks since they came."""
    found = [each for each in await outstanding(work, version_id, member_id=member_id) if each.clause_id == clause_id]
    if member_id is None:
        return [each.member_id for each in found if not each.came_later]
    return [each.member_id for each in found if asked_from is None or each.asked_from == asked_from]


def _confirmed(version_id: UUID) -> Select[Any]:
    return select(HandbookReading.member_id).where(HandbookReading.version_id == version_id)
