"""Staff confirm that they have read the handbook; who has not is known, and reminded until they have."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.organisation import queries as organisation_queries
from domain.policies.models import Decision, HandbookVersion
from domain.policies.rules.kinds import ReadingConfirmation
from domain.policies.rules.scopes import Scope
from domain.rulebook import commands, queries
from domain.rulebook.models import HandbookReading
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity import people as identity
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.models import one_of
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


async def newcomer(people: Company, hired_on: date, department_id: UUID | None = None) -> Actor:
    """Somebody who is engaged now."""
    async with writing(people.admin, settle=settle) as work:
        member = work.add(Member(name="Newcomer", email=f"{uuid4().hex}@example.com", language="en"))
        post = await organisation_queries.post_named(work, "Colleague")
        assert post is not None
        await organisation.engage(
            work,
            member_id=member.id,
            department_id=department_id or people.sales_id,
            post_id=post.id,
            superior_id=people.boss.id,
            hired_on=hired_on,
        )
    return Actor(tenant_id=people.admin.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=frozenset())


async def due(people: Company, version_id: UUID, actor: Actor) -> datetime | None:
    """Until when somebody is to have read a version; None where they aren't asked."""
    async with reading(people.admin) as work:
        found = await queries.outstanding(work, version_id)
        return next((each.due_at for each in found if each.member_id == actor.id), None)


async def told_to(people: Company, actor: Actor) -> list[tuple[bool, datetime]]:
    """What a newcomer was told and when: that they are to read it, or a reminder. Of each there is one notice."""
    await work_off()
    of_theirs = JournalEntry.payload.op("->>")("member_id") == str(actor.id)
    names = ("rulebook.reading_asked", "rulebook.reading_reminded")
    async with reading(people.admin) as work:
        facts = await work.all(select(JournalEntry).where(of_theirs, one_of(JournalEntry.name, names)))
        told = await work.all(select(Notification).where(Notification.member_id == actor.id))
    found = sorted((fact.at, fact.name == names[1]) for fact in facts)
    assert [sum(kind is reminder for _, reminder in found) for kind in (False, True)] == [
        sum(("reminder" in each.text) is kind for each in told) for kind in (False, True)
    ]
    return [(reminder, instant) for instant, reminder in found]


async def test_a_newcomer_is_told_on_their_first_day_and_has_the_whole_time_from_then() -> None:
    people, version_id = await company(("1.9", RULE))
    silent, _ = await company()
    other, theirs = await company(("1.9", ReadingConfirmation(within_days=5, remind_every_days=1, most_reminders=0)))
    for each in (people, silent, other):
        await go_to(each, at("Tue 9 10:00"))
    here_since = await newcomer(people, date(2026, 5, 4))
    # Saturday: their first working day is Monday.
    later = await newcomer(people, date(2026, 6, 13))
    elsewhere, nowhere = await newcomer(other, date(2026, 6, 9)), await newcomer(silent, date(2026, 6, 9))
    assert await due(people, version_id, here_since) == at("Thu 11 10:00")
    assert await due(people, version_id, later) == at("Wed 17 09:00")
    assert await due(other, theirs, elsewhere) == at("Sun 14 10:00")
    assert await told_to(people, here_since) == [(False, at("Tue 9 10:00"))]
    assert await told_to(people, later) == await told_to(silent, nowhere) == []
    for each in (people, silent, other):
        await go_to(each, at("Thu 25 10:00"))
    assert await told_to(people, here_since) == [
        (False, at("Tue 9 10:00")),
        (True, at("Thu 11 10:00")),
        (True, at("Fri 12 10:00")),
    ]
    assert await told_to(people, later) == [
        (False, at("Mon 15 09:00")),
        (True, at("Wed 17 09:00")),
        (True, at("Thu 18 09:00")),
    ]
    assert await told_to(other, elsewhere) == [(False, at("Tue 9 10:00"))]
    assert await told_to(silent, nowhere) == []


async def test_a_newcomer_who_leaves_or_has_read_it_is_asked_nothing_more() -> None:
    people, version_id = await company(("1.9", RULE))
    await go_to(people, at("Tue 9 10:00"))
    leaver, reads, stays = [await newcomer(people, date(2026, 6, 15)) for _ in range(3)]
    async with writing(people.admin, settle=settle) as work:
        await organisation.release(work, staff_id=leaver.id or uuid4(), left_on=date(2026, 6, 9))
    await go_to(people, at("Tue 16 10:00"))
    assert await told_to(people, reads) == [(False, at("Mon 15 09:00"))]
    await confirm(reads, version_id)
    await go_to(people, at("Wed 17 10:00"))
    asked_then, reminder = (False, at("Mon 15 09:00")), (True, at("Wed 17 09:00"))
    for each, expected in ((leaver, []), (reads, [asked_then]), (stays, [asked_then, reminder])):
        assert await told_to(people, each) == expected
    # A new version asks everybody anew, and of the old one nobody is reminded.
    new = await publish(people.admin, *software_clauses(), ("1.9", RULE))
    assert await due(people, new, stays) == at("Fri 19 10:00")
    assert (await asked(people)).count(stays.id) == 2
    await go_to(people, at("Thu 25 10:00"))
    async with reading(people.admin) as work:
        facts = await work.all(select(JournalEntry).where(JournalEntry.name == "rulebook.reading_reminded"))
        later = [fact for fact in facts if fact.at > at("Wed 17 10:00")]
        assert {(fact.subject_id, fact.payload["member_id"]) for fact in later} == {(new, None)}


async def test_who_comes_under_a_clause_by_a_move_or_is_let_in_again_has_the_whole_time_from_then() -> None:
    people = await founded()
    version_id = await publish(people.admin, *software_clauses(), ("1.9", RULE, Scope(department_id=people.support_id)))
    assert len(await asked(people)) == 3
    await go_to(people, at("Tue 9 10:00"))
    async with writing(people.admin, settle=settle) as work:
        clerk = await organisation_queries.staff(work, people.clerk.id or uuid4())
        for department_id in (people.support_id, people.sales_id, people.support_id):
            await organisation.move(
                work, staff_id=clerk.id, department_id=department_id, post_id=clerk.post_id, superior_id=people.boss.id
            )
        await identity.deactivate_member(work, member_id=people.agent.id or uuid4())
        await identity.activate_member(work, member_id=people.agent.id or uuid4())
    for each in (people.clerk, people.agent):
        assert await due(people, version_id, each) == at("Thu 11 10:00")
    assert await due(people, version_id, people.head) == at("Wed 3 09:00")
    told = await asked(people)
    assert [told.count(each.id) for each in (people.clerk, people.agent, people.head)] == [1, 2, 1]
    await go_to(people, at("Wed 10 10:00"))
    async with writing(people.admin, settle=settle) as work:
        # Within the clause, a move changes nothing.
        await organisation.move(
            work, staff_id=clerk.id, department_id=people.support_id, post_id=clerk.post_id, superior_id=people.head.id
        )
    assert await due(people, version_id, people.clerk) == at("Thu 11 10:00")
    assert (await asked(people)).count(people.clerk.id) == 1
