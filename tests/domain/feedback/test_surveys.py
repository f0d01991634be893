"""Surveys in two companies that ask in different ways, and a third that sees nothing of either."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.queries import surveys as queries
from domain.feedback.rules.surveys import SurveyState
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.requests import commands as requests
from domain.requests import queries as requests_queries
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.feedback.company import (
    Company,
    answer,
    asking,
    cited,
    closed,
    confirmed,
    follow,
    limited,
    resolved,
    service_company,
    software_company,
    survey_of,
    surveys,
)
from tests.domain.requests.company import at, do, founded, go_to, software_clauses, stored
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")
GOOD = {"score": "5", "answer_speed": "4"}


@pytest.fixture
async def software(pool: None) -> Company:
    """Asks at once and leaves people in peace for a month."""
    return await software_company()


@pytest.fixture
async def service(pool: None) -> Company:
    """Asks after two working days, and opens a request for a bad score."""
    return await service_company()


async def test_who_closes_without_a_score_has_the_contact_asked_by_the_company_s_own_clause(
    software: Company, service: Company
) -> None:
    at_once = await survey_of(software, await closed(software))
    later = await survey_of(service, await closed(service))
    assert (at_once.state, at_once.sent_at, at_once.expires_at) == (
        SurveyState.SENT,
        at("Mon 1 09:00"),
        at("Mon 15 09:00"),
    )
    assert (later.state, later.send_at) == (SurveyState.PLANNED, at("Wed 3 09:00"))
    await go_to(service, at("Wed 3 10:00"))
    [sent] = await surveys(service)
    assert (sent.state, sent.sent_at, sent.expires_at) == (SurveyState.SENT, at("Wed 3 09:00"), at("Mon 8 09:00"))
    [decision] = await cited(service, SubjectKind.SURVEY, sent.id, "feedback.survey_sent")
    assert decision.clause_id == sent.clause_id


async def test_nobody_is_asked_who_has_given_a_score_or_where_nobody_can_be_asked(software: Company) -> None:
    await closed(software, score=5)
    await closed(software, contact_id=None)
    assert await surveys(software) == []
    silent = await founded()
    await publish(silent.admin, *[clause for clause in software_clauses() if clause[0] != "2.4"])
    await closed(silent)
    assert await surveys(silent) == []
    by_word_of_mouth = await software_company(by_mail=False, remind_after_days=[])
    await closed(by_word_of_mouth)
    assert await surveys(by_word_of_mouth) == []


async def test_planning_again_asks_once(software: Company) -> None:
    request = await closed(software)
    system = Actor.system(software.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        again = await commands.plan_survey(work, _confirmed(request.id))
    assert again is None
    assert len(await surveys(software)) == 1


def _confirmed(request_id: Any) -> Any:
    from domain.requests.events import RequestClosed

    return RequestClosed(request_id=request_id, change_id=request_id)


async def test_a_score_by_the_link_is_the_request_s_own(software: Company) -> None:
    request = await closed(software)
    survey = await survey_of(software, request)
    await go_to(software, at("Tue 2 10:00"))
    answered = await answer(software, survey, score="2", answer_speed="3", answer_again="yes", comment="Too slow")
    assert (answered.state, answered.satisfied) == (SurveyState.ANSWERED, False)
    assert (answered.answers, answered.comment) == ({"speed": 3, "again": True}, "Too slow")
    now = await stored(software, request)
    assert (now.satisfaction_score, now.satisfied, now.scored_at) == (2, False, at("Tue 2 10:00"))
    [decision] = await cited(software, SubjectKind.REQUEST, request.id, "requests.satisfaction")
    assert decision.clause_id == survey.clause_id
    async with reading(software.admin) as work:
        counted = await requests_queries.satisfaction(work, since=at("Tue 2 00:00"), until=at("Wed 3 00:00"))
    assert [(each.request_id, each.good) for each in counted] == [(request.id, False)]


async def test_a_link_works_once(software: Company) -> None:
    survey = await survey_of(software, await closed(software))
    await answer(software, survey, **GOOD)
    with pytest.raises(WrongState):
        await answer(software, survey, score="1", answer_speed="1", comment="Changed my mind")
    assert (await surveys(software))[0].score == 5
    async with reading(software.admin) as work:
        assert await queries.open_question(work, survey.id) is None


async def test_an_expired_link_opens_nothing(service: Company) -> None:
    survey = await survey_of(service, await closed(service))
    await go_to(service, at("Mon 8 08:59"))
    async with reading(service.admin) as work:
        assert await queries.open_question(work, survey.id) is not None
    await go_to(service, at("Mon 8 09:00"))
    with pytest.raises(WrongState):
        await answer(service, survey, score="9")
    assert (await surveys(service))[0].state is SurveyState.EXPIRED


async def test_whoever_was_not_satisfied_is_asked_why_once(software: Company) -> None:
    survey = await survey_of(software, await closed(software))
    with pytest.raises(Invalid) as refused:
        await answer(software, survey, score="1", answer_speed="1")
    assert (refused.value.code, refused.value.path) == ("SAY_WHY", ("comment",))
    assert (await surveys(software))[0].state is SurveyState.SENT
    kept = await answer(software, survey, score="1", answer_speed="1", asked_why="1")
    assert kept.satisfied is False


async def test_reminders_come_by_the_clause_and_end_with_an_answer(software: Company, service: Company) -> None:
    await closed(software)
    await closed(service)
    await go_to(software, at("Fri 5 09:00"))
    assert (await surveys(software))[0].reminders == 1
    await go_to(software, at("Tue 9 09:00"))
    [reminded] = await surveys(software)
    assert (reminded.reminders, reminded.state) == (2, SurveyState.SENT)
    await answer(software, reminded, **GOOD)
    await go_to(software, at("Tue 30 09:00"))
    assert [(each.reminders, each.state) for each in await surveys(software)] == [(2, SurveyState.ANSWERED)]
    await go_to(service, at("Tue 30 09:00"))
    assert [(each.reminders, each.state) for each in await surveys(service)] == [(0, SurveyState.EXPIRED)]


async def test_a_contact_is_left_in_peace_as_long_as_the_clause_says(software: Company, service: Company) -> None:
    await closed(software)
    second = await survey_of(software, await closed(software))
    assert second.state is SurveyState.SKIPPED
    [decision] = await cited(software, SubjectKind.SURVEY, second.id, "feedback.survey_skipped")
    assert decision.inputs["contact_rest_days"] == 30
    await closed(service)
    await closed(service)
    await go_to(service, at("Wed 3 10:00"))
    assert [each.state for each in await surveys(service)] == [SurveyState.SENT] * 2


async def test_a_skipped_survey_is_sent_by_hand_when_the_time_has_come(software: Company) -> None:
    await closed(software)
    second = await survey_of(software, await closed(software))
    manager = limited(software.boss, Permission.FEEDBACK_MANAGE)
    with pytest.raises(Refusal) as refused:
        await _send(manager, second.id)
    assert refused.value.code == "ASKED_LATELY"
    assert refused.value.clause is not None
    assert refused.value.clause.number == "2.4"
    await go_to(software, at("Tue 30 23:59"))
    with pytest.raises(Forbidden):
        await _send(software.agent, second.id)
    async with writing(manager, settle=settle) as work:
        work.now = work.now.replace(year=2027)
        sent = await commands.send_survey(work, survey_id=second.id)
    assert sent.state is SurveyState.SENT


async def _send(actor: Actor, survey_id: Any) -> None:
    async with writing(actor, settle=settle) as work:
        await commands.send_survey(work, survey_id=survey_id)


async def test_nobody_is_asked_about_a_request_that_is_open_again(software: Company) -> None:
    rested = await software_company(contact_rest_days=0)
    request = await closed(rested)
    first = await survey_of(rested, request)
    request = await do(requests.reopen, rested.clerk, request, reason="Not yet")
    with pytest.raises(WrongState):
        await answer(rested, first, **GOOD)
    assert (await survey_of(rested, request)).state is SurveyState.WITHDRAWN
    request = await do(requests.start, rested.agent, request)
    request = await do(requests.resolve, rested.agent, request, resolution="Now really")
    await confirmed(rested, request)
    assert [(each.round, each.state) for each in await surveys(rested, request)] == [
        (0, SurveyState.WITHDRAWN),
        (1, SurveyState.SENT),
    ]


async def test_a_request_that_was_reopened_before_its_survey_left_is_not_asked_about(service: Company) -> None:
    request = await closed(service)
    await do(requests.reopen, service.clerk, request, reason="Not yet")
    await go_to(service, at("Tue 30 09:00"))
    assert (await survey_of(service, request)).state is SurveyState.WITHDRAWN


async def test_who_takes_a_survey_back_ends_its_link(software: Company) -> None:
    survey = await survey_of(software, await closed(software))
    async with writing(limited(software.boss, Permission.FEEDBACK_MANAGE), settle=settle) as work:
        await commands.withdraw_survey(work, survey_id=survey.id)
    with pytest.raises(WrongState):
        await answer(software, survey, **GOOD)
    with pytest.raises(WrongState):
        async with writing(software.admin, settle=settle) as work:
            await commands.withdraw_survey(work, survey_id=survey.id)


async def test_a_bad_score_opens_a_request_where_the_clause_wants_one(software: Company, service: Company) -> None:
    told = await survey_of(software, await closed(software))
    await answer(software, told, score="1", answer_speed="1", comment="Rude")
    assert await follow(software, told) is None
    request = await closed(service)
    opens = await survey_of(service, request)
    await go_to(service, at("Wed 3 10:00"))
    await answer(service, opens, score="7", comment="Rude")
    opened = await follow(service, opens)
    assert opened is not None
    assert await follow(service, opens) == opened
    async with reading(service.admin) as work:
        new = await requests_queries.get(work, opened)
    assert (new.title, new.contact_id) == (f"Not satisfied with {request.number}: score 7", service.contact_id)
    assert new.description.endswith("Rude")
    assert new.department_id == request.department_id


async def test_a_good_score_opens_nothing(service: Company) -> None:
    survey = await survey_of(service, await closed(service))
    await go_to(service, at("Wed 3 10:00"))
    await answer(service, survey, score="8")
    assert await follow(service, survey) is None


async def test_surveys_are_seen_by_whom_they_concern(software: Company, service: Company) -> None:
    survey = await survey_of(software, await closed(software))

    async def sees(actor: Actor) -> bool:
        async with reading(actor) as work:
            found = select(queries.Survey.id).where(queries.Survey.id == survey.id)
            return await work.value(found.where(queries.visible(work.actor, queries.Survey))) is not None

    assert await sees(limited(software.boss, Permission.FEEDBACK_READ_ALL))
    assert await sees(limited(software.agent, Permission.FEEDBACK_READ, Permission.REQUESTS_READ))
    assert not await sees(limited(software.colleague, Permission.FEEDBACK_READ, Permission.REQUESTS_READ))
    assert not await sees(limited(software.agent, Permission.REQUESTS_READ_ALL))
    assert not await sees(service.admin)
    with pytest.raises(NotFound):
        await _send(service.admin, survey.id)
    with pytest.raises(NotFound):
        await answer(service, survey, **GOOD)


def test_a_reminder_comes_before_the_end_of_the_link() -> None:
    with pytest.raises(ValueError, match="before the link ends"):
        asking(valid_days=7, remind_after_days=[7])


async def test_nothing_is_asked_before_the_request_is_confirmed(software: Company) -> None:
    request = await resolved(software)
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        assert await commands.plan_survey(work, _confirmed(request.id)) is None
