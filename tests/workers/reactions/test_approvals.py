"""Who is told of an approval: who is to decide, once a seat, and who stands in for them; again when it presses."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from domain.approvals import commands
from domain.approvals.rules.states import EndReason
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications.models import Notification
from domain.notifications.rules import written
from domain.organisation import commands as organisation
from tenancy.actor import Actor
from tenancy.channels import Change
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind
from tenancy.identity import people as members
from tenancy.journal import JournalEntry
from tenancy.members import MemberRole, Role
from tenancy.rehearsal import advance_clock
from tests.domain.approvals.company import HEAD, HR, Company, ask, course, founded, lay_down, step, waiting
from tests.domain.approvals.test_delegations import away
from tests.workers.facts import found_rehearsal, work_off
from workers import live

LEAVING = {"staff_name": "Li Wei", "post": "Engineer", "last_day_on": "2026-07-31"}

pytestmark = pytest.mark.usefixtures("quiet", "configured")

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
async def company(pool: None) -> Company:
    """A company with a clock of its own."""
    return await founded(await found_rehearsal(NOW))


async def told(actor: Actor) -> list[str]:
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id, Notification.subject_kind == "approvals")
        return [item.text.split(":")[0].split(" ", 1)[1] for item in await work.all(own.order_by(Notification.id))]


async def test_whoever_is_to_decide_is_told_and_who_stands_in(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    await away(company.head, company.colleague)
    approval = await ask(company.engineer)
    await work_off()
    for actor, expected in ((company.head, 1), (company.colleague, 1), (company.hr, 0), (company.engineer, 0)):
        assert len(await told(actor)) == expected
    async with writing(company.engineer, settle=settle) as work:
        await commands.urge(work, approval_id=approval.id)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    await work_off()
    assert await told(company.head) == ["asks for your decision", "asks you to decide soon"]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    await work_off()
    assert len(await told(company.head)) == 2
    assert await told(company.hr) == ["asks for your decision"]


async def test_a_single_vote_of_a_quorum_is_called_out_to_whoever_follows_the_approval(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Change] = []

    async def announce(change: Change) -> None:
        heard.append(Change.load(change.dump(), tenant_id=company.admin.tenant_id))

    monkeypatch.setattr(live, "announce", announce)
    await lay_down(company.admin, step(HEAD, HR, mode="quorum", quorum=2))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    await work_off()
    (vote,) = [change for change in heard if change.name == "approvals.decided"]
    assert (vote.subject_id, vote.case_id) == (seat, approval.id)
    (opened,) = [change for change in heard if change.name == "approvals.opened"]
    assert (opened.subject_id, opened.case_id) == (approval.id, None)


async def test_who_is_late_is_told_so(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_minutes": 30}, most_reminders=1))
    await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=work.now + timedelta(days=1))
    await work_off()
    assert await told(company.head) == ["asks for your decision", "decision is overdue"]


async def test_who_gets_a_copy_learns_how_it_ended(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), informed=[HR])
    granted, withdrawn = await ask(company.engineer), await ask(company.engineer)
    seat = (await waiting(company.admin, granted.id))[company.head.id]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    async with writing(company.engineer, settle=settle) as work:
        await commands.withdraw(work, approval_id=withdrawn.id)
    await work_off()
    async with reading(company.hr) as work:
        own = select(Notification).where(Notification.member_id == company.hr.id).order_by(Notification.id)
        copies = [written(item.text, item.blanks, "en", UTC) for item in await work.all(own)]
    assert sorted(copy.rsplit(": ", 1)[1] for copy in copies) == ["Approved.", "Withdrawn."]


async def test_whoever_was_to_decide_learns_that_the_subject_has_changed(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), informed=[HR])
    approval = await ask(company.engineer)
    await work_off()
    async with writing(company.admin, settle=settle) as work:
        await commands.end_with_subject(work, subject=Subject(SubjectKind.RESIGNATION, approval.subject_id))
    await work_off()
    _, (seat,) = await course(company.admin, approval.id)
    assert seat.end_reason is EndReason.SUBJECT_CHANGED
    # Of a resignation its requester hears by its own module.
    for actor, expected in ((company.head, 2), (company.hr, 1), (company.engineer, 0)):
        async with reading(actor) as work:
            mine = (Notification.member_id == actor.id, Notification.subject_kind == "approvals")
            own = select(Notification).where(*mine)
            texts = [item.text for item in await work.all(own.order_by(Notification.id))]
            told_why = "needs no decision any more" in texts[-1] if texts else False
        assert (len(texts), told_why) == (expected, expected > 0)
    async with reading(company.admin) as work:
        ended = select(JournalEntry).where(JournalEntry.name == "approvals.withdrawn")
        assert [fact.payload["reason"] for fact in await work.all(ended)] == ["subject_changed"]


async def test_who_agreed_learns_that_what_was_granted_is_void(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), informed=[HR])
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    async with writing(company.admin, settle=settle) as work:
        await commands.void_granted(work, approval.id)
    await work_off()
    for actor in (company.head, company.hr, company.engineer):
        assert "is approved no more" in (await texts(actor))[-1]
    assert await texts(company.boss) == []


@pytest.mark.parametrize(("decides", "outcome"), [("approve", "Approved"), ("reject", "Refused")])
async def test_what_time_alone_decided_says_so(company: Company, decides: str, outcome: str) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_minutes": 30}, on_deadline=decides), informed=[HR])
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=work.now + timedelta(days=1))
    await work_off()
    copy = (await texts(company.hr))[-1]
    assert copy.endswith(f": {outcome}. The time was up: decided as the chain says.")
    async with reading(company.admin) as work:
        of_seats = select(JournalEntry).where(JournalEntry.name == "approvals.decided")
        (fact,) = [each for each in await work.all(of_seats) if each.payload["approval_id"] == str(approval.id)]
    assert fact.payload["reason"] == "deadline"


async def texts(actor: Actor, language: str = "en") -> list[str]:
    """What somebody was told about approvals, in a language, oldest first."""
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id, Notification.subject_kind == "approvals")
        every = await work.all(own.order_by(Notification.id))
    return [written(item.text, item.blanks, language, UTC) for item in every]


async def test_what_is_told_names_the_subject_the_deadline_and_the_clause_in_the_readers_language(
    company: Company,
) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 1}))
    approval = await ask(company.engineer, **LEAVING)
    await work_off()
    assert await texts(company.head) == [
        "Somebody asks for your decision: Resignation of Li Wei, Engineer, as of Jul 31, 2026."
        " Deadline: Jun 2, 2026, 02:00; clause 5.1 of version 1."
    ]
    (chinese,) = await texts(company.head, "zh_Hans")
    assert "Li Wei（Engineer）辞职" in chinese
    assert "2026年7月31日" in chinese
    assert approval.step_due_at is not None


async def test_what_is_not_known_of_a_subject_is_not_made_up(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    await ask(company.engineer)
    await work_off()
    (text,) = await texts(company.head)
    assert text == "Somebody asks for your decision: resignations. No deadline; clause 5.1 of version 1."


async def test_who_administers_approvals_is_told_of_a_vacant_seat_also_by_mail(company: Company) -> None:
    other = await founded(await found_rehearsal(NOW))
    # One company waits for an administrator, the other passes the step over; a third has none of it.
    for each, when in ((company, "stop"), (other, "skip")):
        async with writing(each.admin, settle=settle) as work:
            await work.rows(delete(MemberRole).where(MemberRole.member_id == each.hr.id))
        await lay_down(each.admin, step(HR, when_vacant=when), step(HEAD))
        await ask(each.engineer, **LEAVING)
    third = await found_rehearsal(NOW)
    await work_off()
    assert await texts(company.admin) == [
        "Step 1, “Step”, needs an administrator: Resignation of Li Wei, Engineer, as of Jul 31, 2026, asked "
        "for by Somebody. Whom the chain leads to may not decide, or not yet; name somebody. "
        "No deadline; clause 5.1 of version 1."
    ]
    for actor, mails in ((company.admin, 1), (other.admin, 0), (third, 0)):
        async with reading(actor) as work:
            planned = await work.all(select(Effect).where(Effect.kind == EffectKind.MAIL))
        assert len(planned) == mails
    assert await texts(other.admin) == []
    assert await texts(third) == []


async def test_an_administrator_is_not_asked_to_name_somebody_for_their_own_request(company: Company) -> None:
    other = await founded(await found_rehearsal(NOW))
    # Here somebody else administers approvals too; there it is for whoever says what roles may do.
    async with writing(company.admin, settle=settle) as work:
        role = work.add(Role(name="Second administrator", permissions=[Permission.APPROVALS_ADMINISTER]))
        assert company.boss.id is not None
        work.add(MemberRole(member_id=company.boss.id, role_id=role.id))
    for each in (company, other):
        async with writing(each.admin, settle=settle) as work:
            await work.rows(delete(MemberRole).where(MemberRole.member_id == each.hr.id))
        await lay_down(each.admin, step(HR, when_vacant="stop"))
        await ask(each.admin)
    third = await found_rehearsal(NOW)
    await work_off()
    assert [len(await texts(actor)) for actor in (company.boss, company.admin, other.admin, third)] == [1, 0, 1, 0]


async def test_who_administers_approvals_learns_that_a_condition_can_not_be_judged(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, when="days_employed * 9223372036854775807 > 1"))
    await ask(company.engineer, days_employed=100)
    await work_off()
    (text,) = await texts(company.admin)
    assert "Step 1, “Step”, needs an administrator: resignations, asked for by Somebody." in text
    assert "The condition “days_employed * 9223372036854775807 > 1” can't be judged: a number in it" in text
    assert text.endswith("No deadline; clause 5.1 of version 1.")
    (chinese,) = await texts(company.admin, "zh_Hans")
    assert "数值过大" in chinese


async def test_who_is_away_hears_that_nobody_stands_in_any_more(company: Company) -> None:
    await away(company.head, company.colleague)
    await away(company.hr, company.boss, timedelta(hours=5), timedelta(days=2))
    own = await away(company.engineer, company.boss)
    async with writing(company.engineer, settle=settle) as work:
        await commands.end_delegation(work, delegation_id=own.id)
    async with writing(company.admin, settle=settle) as work:
        await members.deactivate_member(work, member_id=company.colleague.id)
        await organisation.release(work, staff_id=company.boss.id, left_on=work.now.date())
    await work_off()
    found = {}
    for actor in (company.head, company.hr, company.engineer):
        async with reading(actor) as work:
            own_news = select(Notification).where(Notification.member_id == actor.id)
            found[actor.id] = [item.text for item in await work.all(own_news) if "decides for you" in item.text]
    assert [len(each) for each in found.values()] == [1, 1, 0]
    assert "can't sign in any more" in found[company.head.id][0]
    assert "has left the company" in found[company.hr.id][0]
