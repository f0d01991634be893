"""Letters with a link, by real workers on a rehearsal company's clock: what leaves, what the ledger keeps of it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers.models import Contact, Customer
from domain.feedback import commands
from domain.feedback.models import Complaint, ReturnVisit
from domain.feedback.rules.surveys import SurveyState
from domain.kernel.permissions import Permission
from domain.kernel.terms import Language
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.requests import commands as requests
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.links import Purpose, read_token
from tenancy.rehearsal import advance_clock
from tests.domain.feedback.company import Company, answer, limited, resolved, service_company, software_company, surveys
from tests.domain.feedback.complaining import (
    HANDLES,
    MANAGES,
    SUBMITS,
    assigned,
    complain,
    fast_company,
    make,
    slow_company,
)
from tests.domain.feedback.test_visits import visiting
from tests.domain.requests.company import at, do, founded, service_clauses, software_clauses
from tests.handbooks import publish
from tests.workers.facts import work_off
from workers import effects
from workers.gateways.mail import Mail

pytestmark = pytest.mark.usefixtures("quiet", "configured")


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Mail, str | None]]:
    """What was handed to which mail server, instead of handing it over."""
    sent: list[tuple[Mail, str | None]] = []

    async def keep(letter: Mail, *, smtp_url: str | None = None) -> None:
        sent.append((letter, smtp_url))

    monkeypatch.setattr(effects.mail, "send", keep)
    return sent


async def closed(company: Company) -> ServiceRequest:
    """A request that the clerk has confirmed without a score, with all that follows."""
    request = await do(requests.confirm, company.clerk, await resolved(company))
    await work_off()
    return request


def to_the_contact(letters: list[tuple[Mail, str | None]]) -> list[tuple[Mail, str | None]]:
    """The letters to the customer's person."""
    return [(letter, server) for letter, server in letters if letter.to.endswith("<lin@big.example.com>")]


async def told(actor: Actor) -> list[str]:
    """What somebody was told of surveys, in English."""
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id, Notification.subject_kind == "surveys")
        found = await work.all(own.order_by(Notification.id))
        return [notifications.text_of(item, "en", "Asia/Shanghai") for item in found]


async def advance(company: Company, until: datetime) -> None:
    """Let the company's own clock run, with all that follows."""
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=until)
    await work_off()


async def test_the_contact_gets_a_link_in_their_language_that_the_ledger_does_not_keep(
    pool: None, configured: pytest.MonkeyPatch, letters: list[tuple[Mail, str | None]]
) -> None:
    configured.setenv("ZHIDU_SMTP_URL", "smtp://real.example:25")
    configured.setenv("ZHIDU_SINK_SMTP_URL", "smtp://sink.example:25")
    effects.settings.cache_clear()
    company = await software_company()
    async with writing(company.admin, settle=settle) as work:
        (await work.get(Contact, company.contact_id, lock=True)).language = Language.ZH_HANT
    await work_off()
    request = await closed(company)
    [(letter, server)] = to_the_contact(letters)
    # A rehearsal's letters go to the sink and nowhere else.
    assert server == "smtp://sink.example:25"
    assert (letter.language, letter.subject) == ("zh-Hant", f"您對我們的服務滿意嗎？請求 {request.number}")
    [survey] = await surveys(company)
    [token] = [line.rpartition("/survey/")[2] for line in letter.text.splitlines() if "/survey/" in line]
    opened = read_token(Purpose.SURVEY, token)
    assert opened is not None
    assert (opened[0], opened[1].id) == (company.admin.tenant_id, survey.id)
    async with reading(company.admin) as work:
        kept = await work.all(select(Effect).where(Effect.subject_id == survey.id))
        journal = await work.sql("SELECT changes::text || payload::text AS said FROM journal_entries")
    assert [("{link}" in effect.payload["text"], "zhl_" in str(effect.payload)) for effect in kept] == [(True, False)]
    assert not any("zhl_" in row["said"] for row in journal)


async def test_reminders_leave_until_somebody_answers(pool: None, letters: list[tuple[Mail, str | None]]) -> None:
    company = await software_company()
    await work_off()
    await closed(company)
    await advance(company, at("Thu 4 10:00"))
    assert len(to_the_contact(letters)) == 2
    assert "we would still like to know" in to_the_contact(letters)[1][0].text
    [survey] = await surveys(company)
    await answer(company, survey, score="5", answer_speed="5")
    await advance(company, at("Tue 30 10:00"))
    assert len(to_the_contact(letters)) == 2


async def test_the_account_owner_learns_of_a_bad_score_or_else_the_head(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await software_company()
    await work_off()
    await closed(company)
    [survey] = await surveys(company)
    await answer(company, survey, score="1", answer_speed="1", comment="Rude")
    await work_off()
    [text] = await told(company.head)
    assert text.endswith("(score 1): Rude")
    owned = await software_company()
    async with writing(owned.admin, settle=settle) as work:
        (await work.get(Customer, owned.strategic_id, lock=True)).owner_id = owned.boss.id
    await work_off()
    await closed(owned)
    [survey] = await surveys(owned)
    await answer(owned, survey, score="1", answer_speed="1", asked_why="1")
    await work_off()
    assert (len(await told(owned.boss)), await told(owned.head)) == (1, [])


async def test_a_bad_score_opens_a_request_and_says_so(pool: None, letters: list[tuple[Mail, str | None]]) -> None:
    company = await service_company()
    await work_off()
    await closed(company)
    await advance(company, at("Wed 3 10:00"))
    [survey] = await surveys(company)
    await answer(company, survey, score="2", comment="Rude")
    await work_off()
    [followed] = await surveys(company)
    assert followed.follow_up_request_id is not None
    [text] = await told(company.head)
    assert "so REQ-000002 was opened: Rude" in text


async def test_a_bad_score_without_a_word_is_told_in_a_whole_sentence(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await service_company()
    await work_off()
    await closed(company)
    await advance(company, at("Wed 3 10:00"))
    [survey] = await surveys(company)
    await answer(company, survey, score="2", asked_why="1")
    await work_off()
    [text] = await told(company.head)
    assert text.endswith("so REQ-000002 was opened.")


async def test_a_request_that_cannot_be_opened_is_told_all_the_same(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await service_company()
    await work_off()
    await closed(company)
    await advance(company, at("Wed 3 10:00"))
    async with writing(company.admin, settle=settle) as work:
        (await work.get(Customer, company.strategic_id, lock=True)).active = False
    [survey] = await surveys(company)
    await answer(company, survey, score="2", comment="Rude")
    await work_off()
    [followed] = await surveys(company)
    assert (followed.follow_up_request_id, followed.state) == (None, SurveyState.ANSWERED)
    assert len(await told(company.head)) == 1


async def test_a_request_that_is_refused_half_way_is_not_kept(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await service_company()
    await work_off()
    await closed(company)
    await advance(company, at("Wed 3 10:00"))
    mondays = [(date(2026, 6, 8) + timedelta(weeks=week)).isoformat() for week in range(600)]
    never = {"zone": "Asia/Taipei", "weekly_hours": {"monday": [["08:00", "17:00"]]}, "holidays": mondays}
    others = [clause for clause in service_clauses() if clause[0] != "3.1"]
    await publish(company.admin, ("3.1", BusinessCalendarClause.model_validate(never)), *others)
    [survey] = await surveys(company)
    await answer(company, survey, score="2", comment="Rude")
    await work_off()
    [followed] = await surveys(company)
    assert (followed.follow_up_request_id, followed.state) == (None, SurveyState.ANSWERED)
    async with reading(company.admin) as work:
        assert len(await work.all(select(ServiceRequest))) == 1
    [text] = await told(company.head)
    assert text.endswith("(score 2): Rude")


async def told_of_complaints(actor: Actor) -> list[str]:
    """What somebody was told of complaints, in English."""
    async with reading(actor) as work:
        own = select(Notification).where(Notification.member_id == actor.id, Notification.subject_kind == "complaints")
        found = await work.all(own.order_by(Notification.id))
        return [notifications.text_of(item, "en", "Asia/Shanghai") for item in found]


async def test_who_complained_is_written_to_and_who_has_to_act_is_told(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await fast_company()
    await work_off()
    complaint = await complain(company)
    await work_off()
    manager = limited(company.dispatcher, *MANAGES)
    await make(commands.assign_complaint, manager, complaint, handler_id=company.agent.id)
    await work_off()
    assert await told_of_complaints(company.head) == [
        "Complaint CMP-000001 of Big waits to be dealt with: Nobody called back"
    ]
    assert await told_of_complaints(company.agent) == [
        "Complaint CMP-000001 has been assigned to you: Nobody called back"
    ]
    agent = limited(company.agent, *HANDLES)
    await make(commands.acknowledge_complaint, agent, complaint, text="We are sorry")
    await make(commands.investigate_complaint, agent, complaint)
    await make(commands.propose_remedy, agent, complaint, proposal="We call today")
    await make(commands.decline_remedy, limited(company.clerk, *SUBMITS), complaint, reason="Too late")
    await work_off()
    subjects = [letter.subject for letter, _ in to_the_contact(letters)]
    assert subjects == ["We have your complaint CMP-000001", "What we propose about your complaint CMP-000001"]
    assert "We are sorry" in to_the_contact(letters)[0][0].text
    [_, declined] = await told_of_complaints(company.agent)
    assert declined.endswith("the customer declines the remedy: Too late")


async def test_a_late_complaint_is_told_to_whoever_takes_it_over(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await fast_company()
    await work_off()
    await assigned(company)
    await work_off()
    await advance(company, at("Mon 1 11:00"))
    _, warned = await told_of_complaints(company.agent)
    assert warned.startswith("Complaint CMP-000001 has to be acknowledged by")
    assert "Complaint CMP-000001 has been escalated to you: Nobody called back" in await told_of_complaints(
        company.boss
    )


async def test_who_gets_a_complaint_twice_before_anybody_was_told_is_told_twice(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await slow_company()
    await work_off()
    complaint = await assigned(company)
    agent, clerk = limited(company.agent, *HANDLES), limited(company.clerk, *SUBMITS)
    await make(commands.acknowledge_complaint, agent, complaint, text="We are sorry")
    await make(commands.investigate_complaint, agent, complaint)
    for _ in range(2):
        await make(commands.propose_remedy, agent, complaint, proposal="We call today")
        await make(commands.escalate_complaint, clerk, complaint, reason="Not enough")
        manager = limited(company.dispatcher, *MANAGES)
        await make(commands.assign_complaint, manager, complaint, handler_id=company.agent.id)
        await make(commands.investigate_complaint, agent, complaint)
    await work_off()
    escalated = "Complaint CMP-000001 has been escalated to you: Nobody called back"
    assert (await told_of_complaints(company.head)).count(escalated) == 2


async def leave(company: Company, *people: Actor) -> None:
    """They leave the company, one after the other, by the hand of somebody who sees no complaints."""
    clerk = limited(company.admin, Permission.PEOPLE_MANAGE, Permission.ORGANISATION_READ)
    for person in people:
        assert person.id is not None
        async with writing(clerk, settle=settle) as work:
            await organisation.release(work, staff_id=person.id, left_on=at("Mon 1 09:00").date())
        await work_off()


async def test_what_a_leaver_had_to_deal_with_goes_to_who_stands_above_and_they_are_told(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company, other = await founded(), await fast_company()
    await publish(company.admin, *software_clauses(), ("9.2", visiting(after_days=[2])))
    await work_off()
    here, there = await assigned(company), await assigned(other)
    withdrawn = await assigned(company)
    await make(commands.withdraw_complaint, company.admin, withdrawn, reason="Settled")
    await do(requests.confirm, company.clerk, await resolved(company), score=5)
    await work_off()
    async with reading(company.admin) as work:
        [visit] = await work.all(select(ReturnVisit))
    async with writing(company.admin, settle=settle) as work:
        await commands.assign_visit(work, visit_id=visit.id, assignee_id=company.agent.id)
    # The nearest above is passed over where it is about them.
    concerned = await assigned(company, about_staff_id=company.head.id)
    await leave(company, company.agent)
    assert await _who_has(company, here.id, visit.id) == (company.head.id, company.head.id)
    assert await _who_has(company, concerned.id, visit.id) == (company.boss.id, company.head.id)
    assert await _who_has(company, withdrawn.id, visit.id) == (company.agent.id, company.head.id)
    assert "Complaint CMP-000001 is yours to deal with, since Agent has left: Nobody called back" in (
        await told_of_complaints(company.head)
    )
    # Where nobody is above, it waits, and whoever manages feedback knows it.
    await leave(company, company.head, company.boss)
    assert await _who_has(company, here.id, visit.id) == (None, None)
    assert "Nobody deals with complaint CMP-000001 any more, since Boss has left: Nobody called back" in (
        await told_of_complaints(company.admin)
    )
    async with reading(other.admin) as work:
        assert (await work.get(Complaint, there.id)).handler_id == other.agent.id


async def _who_has(company: Company, complaint_id: UUID, visit_id: UUID) -> tuple[UUID | None, UUID | None]:
    async with reading(company.admin) as work:
        return (await work.get(Complaint, complaint_id)).handler_id, (await work.get(ReturnVisit, visit_id)).assignee_id


async def test_who_makes_a_return_visit_is_reminded_and_its_delay_is_told(
    pool: None, letters: list[tuple[Mail, str | None]]
) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("9.2", visiting(after_days=[2])))
    await work_off()
    request = await do(requests.confirm, company.clerk, await resolved(company), score=5)
    await work_off()
    assert request.scored_at is not None
    await advance(company, at("Mon 8 10:00"))

    async def told_of_visits(actor: Actor) -> list[str]:
        async with reading(actor) as work:
            mine = (Notification.member_id == actor.id) & (Notification.subject_kind == "return_visits")
            found = await work.all(select(Notification).where(mine).order_by(Notification.id))
            return [notifications.text_of(item, "en", "Asia/Shanghai") for item in found]

    today, late = await told_of_visits(company.head)
    assert today == "Today Big is to be visited or called again."
    assert late.endswith("is overdue.")
    assert await told_of_visits(company.admin) == [late]


async def test_who_gets_a_visit_back_is_told_again(pool: None, letters: list[tuple[Mail, str | None]]) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("9.2", visiting(after_days=[2])))
    await work_off()
    await do(requests.confirm, company.clerk, await resolved(company), score=5)
    await work_off()
    async with reading(company.admin) as work:
        visit = await work.first(select(ReturnVisit))
    assert visit is not None
    for person in (company.agent, company.colleague, company.agent):
        async with writing(company.admin, settle=settle) as work:
            await commands.assign_visit(work, visit_id=visit.id, assignee_id=person.id)
        await work_off()
    async with reading(company.agent) as work:
        mine = (Notification.member_id == company.agent.id) & (Notification.subject_kind == "return_visits")
        assert len(await work.all(select(Notification).where(mine))) == 2
