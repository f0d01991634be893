"""Staff confirm that they have read the handbook; who has not is known, and reminded until they have."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.notifications.models import Notification
from domain.policies.models import Decision, HandbookVersion
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.scopes import Scope
from domain.rulebook import commands, queries
from domain.rulebook.models import HandbookReading
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.policies.handbooks import draft
from tests.domain.requests.company import Company, at, founded, go_to, software_clauses
from tests.handbooks import publish
from tests.workers.facts import work_off

RULE = ReadingConfirmation(within_days=2, remind_every_days=1, most_reminders=2)


@pytest.fixture(autouse=True)
def _yard(quiet: None, configured: Any) -> None:
    """Nothing else is to be done."""


async def company(*clauses: Any) -> tuple[Company, UUID]:
    """A company whose handbook, in force since Monday at nine, has these clauses."""
    people = await founded()
    return people, await publish(people.admin, *software_clauses(), *clauses)


def reader(actor: Actor) -> Actor:
    """The same person, who may read policies."""
    return Actor(
        tenant_id=actor.tenant_id,
        kind=actor.kind,
        id=actor.id,
        permissions=actor.permissions | {Permission.POLICIES_READ},
    )


async def confirm(actor: Actor, version_id: UUID) -> None:
    async with writing(reader(actor), settle=settle) as work:
        await commands.confirm_reading(work, version_id=version_id)


async def missing(people: Company, version_id: UUID) -> set[str]:
    async with reading(people.admin) as work:
        return {each.name for each in await queries.outstanding(work, version_id)}


async def reminded(people: Company) -> dict[UUID, int]:
    """How often each member was reminded."""
    await work_off()
    async with reading(people.admin) as work:
        told = await work.all(select(Notification).where(Notification.text.contains("read the handbook")))
    counts: dict[UUID, int] = {}
    for each in told:
        counts[each.member_id] = counts.get(each.member_id, 0) + 1
    return counts


async def asked(people: Company) -> list[UUID]:
    """Who was told that a version is in force which they are to read."""
    await work_off()
    async with reading(people.admin) as work:
        told = await work.all(select(Notification).where(Notification.text.contains("is in force: please read")))
    return [each.member_id for each in told]


EVERYBODY = {"Boss", "Head", "Agent", "Colleague", "Clerk", "Dispatcher"}


async def test_whoever_has_not_confirmed_is_known_and_reminded_until_they_have() -> None:
    people, version_id = await company(("1.9", RULE))
    assert await missing(people, version_id) == EVERYBODY
    await confirm(people.agent, version_id)
    await confirm(people.agent, version_id)
    assert await missing(people, version_id) == EVERYBODY - {"Agent"}
    await go_to(people, at("Wed 3 08:59"))
    assert await reminded(people) == {}
    await go_to(people, at("Wed 3 09:01"))
    first = await reminded(people)
    assert (people.agent.id in first, first[people.clerk.id]) == (False, 1)
    await confirm(people.clerk, version_id)
    await go_to(people, at("Wed 10 09:00"))
    counts = await reminded(people)
    # Two reminders at most, and none for who has confirmed since.
    assert (counts[people.clerk.id], counts[people.boss.id]) == (1, 2)
    async with reading(people.admin) as work:
        cited = await work.all(select(Decision).where(Decision.decision == "rulebook.reading_reminder"))
        assert [each.inputs["number"] for each in cited] == [1, 2]


async def test_a_company_that_asks_for_no_confirmation_reminds_nobody_and_a_third_sees_nothing() -> None:
    silent, version_id = await company()
    assert await missing(silent, version_id) == set()
    await go_to(silent, at("Wed 10 09:00"))
    assert await reminded(silent) == {}
    other, theirs = await company(("1.9", RULE))
    await confirm(other.boss, theirs)
    stranger = await found_company("Third")
    async with writing(stranger, settle=settle) as work:
        assert await work.all(select(HandbookReading)) == []
        with pytest.raises(NotFound):
            await commands.confirm_reading(work, version_id=theirs)


async def test_staff_learn_at_once_of_a_version_that_they_are_to_read_and_of_no_other() -> None:
    people, _ = await company(("1.9", RULE))
    other = await founded()
    await publish(other.admin, *software_clauses(), ("1.9", RULE, Scope(department_id=other.support_id)))
    silent, _ = await company()
    told = await asked(people)
    assert {people.agent.id, people.clerk.id, people.boss.id} <= set(told)
    assert len(told) == len(set(told)) == len(EVERYBODY)
    assert len(await asked(other)) == 3
    assert await asked(silent) == []


async def test_a_clause_may_ask_one_department_only() -> None:
    people = await founded()
    version_id = await publish(people.admin, *software_clauses(), ("1.9", RULE, Scope(department_id=people.support_id)))
    assert await missing(people, version_id) == {"Head", "Agent", "Colleague"}


async def test_nobody_is_reminded_of_a_version_that_another_has_taken_the_place_of() -> None:
    people, old = await company(("1.9", RULE))
    await go_to(people, at("Tue 2 09:00"))
    new = await publish(people.admin, *software_clauses(), ("1.9", RULE))
    # The fourth is a holiday, on which nobody is reminded.
    await go_to(people, at("Thu 4 23:00"))
    assert await reminded(people) == {}
    await go_to(people, at("Fri 5 09:01"))
    await reminded(people)
    async with reading(people.admin) as work:
        facts = await work.all(select(JournalEntry).where(JournalEntry.name == "rulebook.reading_reminded"))
        assert {fact.subject_id for fact in facts} == {new}
        version = await work.get(HandbookVersion, old)
        assert version.effective_at == work.now - timedelta(days=4, minutes=1)


async def test_only_people_confirm_and_only_what_is_published() -> None:
    people, version_id = await company(("1.9", RULE))
    async with writing(people.admin, settle=settle) as work:
        pending = await draft(work, ("1.1", "provision", {}))
        with pytest.raises(WrongState):
            await commands.confirm_reading(work, version_id=pending.id)
    program = Actor(
        tenant_id=people.admin.tenant_id,
        kind=ActorKind.CLIENT,
        id=version_id,
        permissions=frozenset({Permission.POLICIES_READ}),
    )
    async with writing(program, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.confirm_reading(work, version_id=version_id)
