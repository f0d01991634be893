"""Who has read a version, and who has not yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.scopes import Scope
from domain.policies.rules.versions import State
from domain.rulebook.models import HandbookReading
from domain.rulebook.queries.trying import visible_runs
from domain.rulebook.rules.hindsight import Trial
from tenancy.actor import Actor
from tenancy.members import Member
from tenancy.models import current_member
from tenancy.refusals import WrongState, message
from tenancy.work import Work


def visible_readings(actor: Actor, readings: Any) -> ColumnElement[bool]:
    """Everybody sees their own; those who work on versions see all."""
    return or_(visible_runs(actor), readings.member_id == current_member())


def read_by_me(versions: Any) -> ColumnElement[bool]:
    """Whether the acting member has confirmed that they have read a version."""
    own = aliased(HandbookReading)
    return select(own.id).where(own.version_id == versions.id, own.member_id == current_member()).exists()


@dataclass(frozen=True)
class Outstanding:
    """Somebody who has not confirmed yet that they have read a version, and until when they should."""

    member_id: UUID
    name: str
    due_at: datetime | None
    clause_id: UUID


async def outstanding(work: Work, version_id: UUID) -> list[Outstanding]:
    """Everybody at work whom a clause of the version itself asks to read it and who has not confirmed, by name.

    Refuses a version that is not published: nobody is asked to read it yet.
    """
    version = await policies.version(work, version_id, "versionId")
    if version.state is not State.PUBLISHED:
        text = message("This version is not published, so nobody is asked yet to have read it.")
        raise WrongState(text, path=("versionId",), code="NOT_PUBLISHED")
    book, parents = await policies.handbook(work, version_id), await organisation.parents(work)
    trial = Trial(book, parents)
    done = {row["member_id"] for row in await work.rows(_confirmed(version_id))}
    names = {row["id"]: row["name"] for row in await work.rows(select(Member.id, Member.name).where(Member.active))}
    found = []
    for person in await organisation.at_work(work):
        scope = Scope(department_id=person.department_id, post_id=person.post_id)
        ruling = trial.rule(ReadingConfirmation, scope)
        if ruling is not None and person.id not in done and person.id in names:
            days = timedelta(days=ruling.value.within_days)
            due_at = version.effective_at + days if version.effective_at is not None else None
            found.append(Outstanding(person.id, names[person.id], due_at, ruling.clause.clause_id))
    return sorted(found, key=lambda each: (each.name, each.member_id))


async def missing_by(work: Work, version_id: UUID, clause_id: UUID) -> list[UUID]:
    """Who has not confirmed yet among those whom one clause asks."""
    return [each.member_id for each in await outstanding(work, version_id) if each.clause_id == clause_id]


def _confirmed(version_id: UUID) -> Select[Any]:
    return select(HandbookReading.member_id).where(HandbookReading.version_id == version_id)
