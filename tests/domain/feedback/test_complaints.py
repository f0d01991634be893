"""Complaints in two companies with different deadlines, and a third that sees nothing of either."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.models import Survey
from domain.feedback.queries import complaints as queries
from domain.feedback.rules import complaints as rules
from domain.feedback.rules.complaints import COMPLAINTS, ComplaintClockKind, ComplaintMove, ComplaintState, Standing
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.policies import commands as policies
from domain.policies.rules.kinds import BusinessCalendarClause, ComplaintHandling, Metric
from domain.quality.queries import records
from domain.requests import commands as requests
from domain.requests.rules import ClockState
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.feedback.company import cited, closed, limited, service_company
from tests.domain.feedback.complaining import (
    FAST,
    HANDLES,
    MANAGES,
    SUBMITS,
    agreed,
    assigned,
    clock,
    complain,
    fast_company,
    make,
    slow_company,
    stored,
)
from tests.domain.policies import handbooks
from tests.domain.requests.company import (
    WORKDAYS,
    Company,
    at,
    do,
    founded,
    go_to,
    program,
    software_clauses,
    told,
    under_way,
    week,
)
from tests.handbooks import publish

ACKNOWLEDGEMENT, PROPOSAL, RESULT = ComplaintClockKind


@pytest.fixture
async def fast(pool: None) -> Company:
    """An hour to acknowledge, a day to propose, three for the result."""
    return await fast_company()


@pytest.fixture
async def slow(pool: None) -> Company:
    """A day to acknowledge, five for the result."""
    return await slow_company()


def test_every_state_has_its_way_and_two_are_final() -> None:
    assert {state for state in ComplaintState if COMPLAINTS.is_final(state)} == {
        ComplaintState.ANALYSED,
        ComplaintState.WITHDRAWN,
    }


@pytest.mark.parametrize("move", list(ComplaintMove))
def test_whom_it_is_about_makes_no_move_whatever_they_may(move: ComplaintMove) -> None:
    standing = Standing(handler=True, bringer=True, concerned=True)
    for state in ComplaintState:
        found = rules.obstacles(move, state, lambda _: True, standing)
        assert rules.ComplaintObstacle.CONCERNS_YOU in found


async def test_deadlines_are_those_of_the_company_s_own_clause(fast: Company, slow: Company) -> None:
    here, there = await complain(fast), await complain(slow)
    assert (here.number, here.state, here.due_at) == ("CMP-000001", ComplaintState.RECEIVED, at("Mon 1 10:00"))
    assert there.due_at == at("Tue 2 17:00")
    assert (await clock(fast, here, RESULT)).due_at == at("Wed 3 18:00")
    async with reading(slow.admin) as work:
        kinds = [each.kind for each in await queries.clocks_of(work, there.id)]
    assert sorted(kinds) == sorted([ACKNOWLEDGEMENT, RESULT])
    deadlines = await cited(fast, SubjectKind.COMPLAINT, here.id, "feedback.complaint_deadline")
    assert len(deadlines) == 3


async def test_without_a_clause_there_is_no_limit(pool: None) -> None:
    silent = await founded()
    complaint = await complain(silent)
    assert (complaint.due_at, complaint.handbook_version_id) == (None, None)
    assert (await make(commands.withdraw_complaint, silent.admin, complaint, reason="Settled")).closed_at is not None


async def test_a_complaint_goes_its_way_to_the_analysis(fast: Company) -> None:
    complaint, agent = await agreed(fast), limited(fast.agent, *HANDLES)
    await make(commands.carry_out_remedy, agent, complaint, result="We called")
    await make(commands.settle_complaint, limited(fast.clerk, *SUBMITS), complaint)
    done = await make(commands.analyse_complaint, agent, complaint, cause="No list", improvement="A list")
    assert (done.state, done.result, done.cause, done.improvement) == (
        ComplaintState.ANALYSED,
        "We called",
        "No list",
        "A list",
    )
    assert done.closed_at == at("Mon 1 09:00")
    for kind in ComplaintClockKind:
        assert (await clock(fast, complaint, kind)).state is ClockState.MET
    assert (await stored(fast, complaint)).due_at is None
    [decision] = await cited(fast, SubjectKind.COMPLAINT, complaint.id, "feedback.complaint_analyse")
    assert decision.result == {"state": "analysed"}


async def test_what_is_late_is_warned_of_and_taken_over_by_whom_the_clause_names(fast: Company, slow: Company) -> None:
    here, there = await assigned(fast), await assigned(slow)
    await go_to(fast, at("Mon 1 11:00"))
    await go_to(slow, at("Wed 3 09:00"))
    assert (await stored(fast, here)).handler_id == fast.boss.id
    assert (await stored(slow, there)).handler_id == slow.head.id
    names = ("feedback.complaint_warned", "feedback.complaint_breached", "feedback.complaint_escalated")
    assert [name for name, _ in await told(fast, *names)] == list(names)
    assert [name for name, _ in await told(slow, *names)] == list(names[1:])
    late = await clock(fast, here, ACKNOWLEDGEMENT)
    assert (late.state, late.breached_at, late.warnings) == (ClockState.BREACHED, at("Mon 1 10:00"), 1)
    await go_to(fast, at("Mon 1 12:00"))
    assert len(await told(fast, *names)) == 3


async def test_who_acts_at_the_deadline_is_in_time(fast: Company) -> None:
    complaint = await assigned(fast)
    await go_to(fast, at("Mon 1 10:00"))
    await make(commands.acknowledge_complaint, limited(fast.agent, *HANDLES), complaint, text="We are sorry")
    assert (await clock(fast, complaint, ACKNOWLEDGEMENT)).state is ClockState.MET


async def test_the_superior_whom_it_is_about_does_not_take_it_over(slow: Company) -> None:
    complaint = await assigned(slow, about_staff_id=slow.head.id)
    await go_to(slow, at("Wed 3 09:00"))
    assert (await stored(slow, complaint)).handler_id == slow.boss.id


async def test_what_was_taken_over_does_not_come_back_down(fast: Company) -> None:
    complaint = await assigned(fast)
    await go_to(fast, at("Mon 1 12:00"))
    assert (await stored(fast, complaint)).handler_id == fast.boss.id
    await go_to(fast, at("Wed 3 09:00"))
    assert (await clock(fast, complaint, PROPOSAL)).breached_at is not None
    assert (await stored(fast, complaint)).handler_id == fast.boss.id


async def test_whoever_complained_for_themselves_does_not_take_it_over(slow: Company) -> None:
    complaint = await complain(slow, limited(slow.head, *SUBMITS), contact_id=None)
    await make(commands.assign_complaint, slow.admin, complaint, handler_id=slow.agent.id)
    await go_to(slow, at("Wed 3 09:00"))
    assert (await stored(slow, complaint)).handler_id == slow.boss.id


async def test_whom_it_is_about_neither_sees_nor_gets_nor_decides_it(fast: Company) -> None:
    complaint = await complain(fast, about_staff_id=fast.agent.id)
    agent = limited(fast.agent, *HANDLES, *SUBMITS)
    with pytest.raises(NotFound):
        await make(commands.investigate_complaint, agent, complaint)
    with pytest.raises(Invalid) as refused:
        await make(commands.assign_complaint, fast.admin, complaint, handler_id=fast.agent.id)
    assert refused.value.code == "CONCERNS_YOU"
    powerful = limited(fast.agent, *MANAGES, *HANDLES)
    with pytest.raises(Forbidden) as forbidden:
        await make(commands.acknowledge_complaint, powerful, complaint, text="Sorry")
    assert forbidden.value.code == "CONCERNS_YOU"
    assert (await stored(fast, complaint)).state is ComplaintState.RECEIVED


async def test_whoever_complains_for_themselves_does_not_decide_on_it(fast: Company) -> None:
    complaint = await complain(fast, contact_id=None)
    clerk = limited(fast.clerk, *SUBMITS, *HANDLES, *MANAGES)
    with pytest.raises(Invalid) as refused:
        await make(commands.assign_complaint, fast.admin, complaint, handler_id=fast.clerk.id)
    assert refused.value.code == "OWN_COMPLAINT"
    with pytest.raises(Forbidden) as forbidden:
        await make(commands.acknowledge_complaint, clerk, complaint, text="Sorry")
    assert forbidden.value.code == "OWN_COMPLAINT"
    assert (await make(commands.withdraw_complaint, clerk, complaint, reason="Never mind")).state == "withdrawn"


async def test_a_customer_who_is_not_satisfied_goes_to_the_superior(fast: Company) -> None:
    complaint, clerk = await agreed(fast), limited(fast.clerk, *SUBMITS)
    await make(commands.carry_out_remedy, limited(fast.agent, *HANDLES), complaint, result="We called")
    escalated = await make(commands.escalate_complaint, clerk, complaint, reason="Nobody was there")
    assert (escalated.state, escalated.handler_id) == (ComplaintState.ESCALATED, fast.boss.id)
    with pytest.raises(Refusal) as refused:
        await make(commands.investigate_complaint, limited(fast.agent, *MANAGES[:1], *HANDLES), complaint)
    assert refused.value.code == "NOT_YOURS"
    again = await make(commands.investigate_complaint, limited(fast.boss, *HANDLES), complaint)
    assert again.state is ComplaintState.INVESTIGATING


async def test_moves_are_refused_that_the_state_or_the_person_does_not_allow(fast: Company) -> None:
    complaint = await assigned(fast)
    with pytest.raises(WrongState):
        await make(commands.carry_out_remedy, limited(fast.agent, *HANDLES), complaint, result="Done")
    with pytest.raises(Forbidden):
        await make(commands.acknowledge_complaint, limited(fast.agent, Permission.FEEDBACK_READ), complaint, text="x")
    with pytest.raises(Invalid) as refused:
        await make(commands.acknowledge_complaint, limited(fast.agent, *HANDLES), complaint, text=" ")
    assert refused.value.path == ("text",)
    assert (await stored(fast, complaint)).state is ComplaintState.RECEIVED


async def test_a_complaint_belongs_to_its_customer(fast: Company) -> None:
    request = await under_way(fast)
    with pytest.raises(Invalid) as contact:
        await complain(fast, customer_id=fast.standard_id)
    assert contact.value.path == ("contactId",)
    with pytest.raises(Invalid) as other:
        await complain(fast, fast.admin, customer_id=fast.standard_id, contact_id=None, request_id=request.id)
    assert other.value.path == ("requestId",)


async def test_a_partner_s_program_sees_its_own_complaints_alone(fast: Company) -> None:
    one, other = await program(fast, *SUBMITS), await program(fast, *SUBMITS)
    complaint = await complain(fast, one)
    assert complaint.submitting_client_id == one.id
    with pytest.raises(NotFound):
        await make(commands.withdraw_complaint, other, complaint, reason="Not mine")
    assert (await make(commands.withdraw_complaint, one, complaint, reason="Settled")).state == "withdrawn"


async def test_another_company_sees_and_changes_nothing(fast: Company, slow: Company) -> None:
    complaint = await complain(fast)
    with pytest.raises(NotFound):
        await make(commands.withdraw_complaint, slow.admin, complaint, reason="x")
    async with reading(slow.admin) as work:
        assert await work.all(select(queries.Complaint)) == []


async def test_withdrawn_complaints_have_no_verdict(fast: Company) -> None:
    complaint = await make(commands.withdraw_complaint, fast.admin, await complain(fast), reason="Settled")
    assert (await clock(fast, complaint, RESULT)).state is ClockState.VOID
    await go_to(fast, at("Tue 30 09:00"))
    assert await told(fast, "feedback.complaint_breached") == []


async def test_a_later_handbook_moves_no_deadline_that_was_promised(fast: Company) -> None:
    complaint = await complain(fast)
    await go_to(fast, at("Mon 1 09:15"))
    slower = ComplaintHandling.model_validate({**FAST, "acknowledge": {"working_minutes": 120}})
    await publish(fast.admin, *software_clauses(), ("9.1", slower))
    assert (await stored(fast, complaint)).due_at == at("Mon 1 10:00")


async def test_a_handbook_for_open_complaints_is_followed_by_all_of_them_in_batches(
    fast: Company, slow: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.feedback.commands.complaint_time.BATCH", 2)
    elsewhere, here = await complain(slow), [await complain(fast) for _ in range(5)]
    await go_to(fast, at("Mon 1 09:05"))
    await _begin_at_ten(fast)
    await go_to(fast, at("Mon 1 09:05"))
    assert {(await stored(fast, each)).due_at for each in here} == {at("Mon 1 11:00")}
    assert (await stored(slow, elsewhere)).due_at == at("Tue 2 17:00")
    assert len(await told(fast, "feedback.complaint_review_due")) == 3
    assert len(await told(fast, "feedback.complaint_followed_new_clause")) >= 5
    assert await told(slow, "feedback.complaint_followed_new_clause") == []


async def _begin_at_ten(company: Company) -> None:
    """A new version for open cases, too, in whose calendar work begins at ten."""
    late = {"zone": "Asia/Shanghai", "weekly_hours": week(*WORKDAYS, hours=(("10:00", "18:00"),))}
    calendar = BusinessCalendarClause.model_validate(late)
    async with writing(company.admin, settle=settle) as work:
        version = await handbooks.draft(work)
        handling = ComplaintHandling.model_validate(FAST)
        for number, value in (*software_clauses()[1:], ("9.1", handling), ("1.1", calendar)):
            open_too = number == "1.1"
            await handbooks.write(work, version.id, number, value.kind, value.stored(), applies_to_open_cases=open_too)
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)


async def test_a_deadline_of_a_complaint_that_has_passed_stays_though_a_new_version_gives_more_time(
    fast: Company, slow: Company
) -> None:
    here, elsewhere = await complain(fast), await complain(slow)
    await go_to(fast, at("Mon 1 10:05"))
    missed = await clock(fast, here, ACKNOWLEDGEMENT)
    assert (missed.state, missed.due_at, missed.breached_at) == (
        ClockState.BREACHED,
        at("Mon 1 10:00"),
        at("Mon 1 10:00"),
    )
    await _begin_at_ten(fast)
    await go_to(fast, at("Mon 1 10:05"))
    after = await clock(fast, here, ACKNOWLEDGEMENT)
    kept = (after.due_at, after.clause_id, after.calendar_clause_id)
    assert kept == (missed.due_at, missed.clause_id, missed.calendar_clause_id)
    # What still runs follows; another company's knows nothing of it.
    assert (await clock(fast, here, RESULT)).calendar_clause_id != missed.calendar_clause_id
    assert (await stored(slow, elsewhere)).due_at == at("Tue 2 17:00")


async def test_quality_counts_closed_requests_without_a_complaint(fast: Company) -> None:
    good = await _closed(fast)
    bad, taken_back = await _closed(fast), await _closed(fast)
    await complain(fast, fast.admin, request_id=bad.id)
    forgiven = await complain(fast, fast.admin, request_id=taken_back.id)
    await make(commands.withdraw_complaint, fast.admin, forgiven, reason="Settled")
    async with reading(fast.admin) as work:
        found = await records(work, Metric.WITHOUT_COMPLAINT, at("Mon 1 00:00"), at("Tue 2 00:00"))
    assert {each.request_id: each.good for each in found} == {good.id: True, bad.id: False, taken_back.id: True}


async def _closed(company: Company) -> Any:
    request = await under_way(company)
    await do(requests.resolve, company.agent, request, resolution="Repaired")
    return await do(requests.confirm, company.clerk, request, score=5)


async def test_a_bad_score_is_recorded_as_a_complaint_where_the_clause_wants_one(pool: None) -> None:
    company = await service_company(when_not_satisfied="complaint", send_after_working_days=0)
    request = await closed(company)
    system = Actor.system(company.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        [survey] = await work.all(select(Survey))
        await commands.answer_survey(work, survey_id=survey.id, given={"score": "1", "comment": "Rude"})
        assert await commands.open_follow_up(work, survey.id)
        assert survey.follow_up_complaint_id is not None
        complaint = await queries.get(work, survey.follow_up_complaint_id)
    assert (complaint.request_id, complaint.contact_id) == (request.id, company.contact_id)
