"""What people can do with requests, complaints and return visits is known beforehand, as the mutations have it."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from domain.consequences import settle
from domain.feedback import commands as feedback
from domain.kernel.permissions import Permission
from domain.kernel.terms import Complexity
from domain.policies.rules.kinds import RequestCourse, ReturnVisits
from domain.policies.rules.kinds.handling import Step
from domain.requests import commands
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.domain.feedback.company import closed as closed_request
from tests.domain.feedback.company import limited, software_company, survey_of
from tests.domain.feedback.complaining import HANDLES, MANAGES, SUBMITS, complain, fast_company, make
from tests.domain.feedback.test_visits import act, closed, visits
from tests.domain.requests.company import Company, do, founded, software_clauses, submit
from tests.handbooks import publish


def request_tries(company: Company, request_id: UUID, other_id: UUID) -> Tries:
    here: dict[str, Any] = {"request_id": request_id}
    because = {**here, "reason": "R"}
    return {
        "TRIAGE": ("triageRequest", {**here, "complexity": Complexity.ROUTINE}),
        "ASSIGN": ("assignRequest", {**here, "assignee_id": company.colleague.id}),
        "HAND_OVER": ("handOverRequest", {**here, "summary": "S"}),
        "HAND_BACK": ("handBackRequest", {**here, "summary": "S"}),
        "DIAGNOSE": ("diagnoseRequest", here),
        "PROPOSE": ("proposeSolution", {**here, "solution": "S"}),
        "AGREE": ("agreeToSolution", here),
        "DECLINE": ("declineSolution", because),
        "START": ("startRequest", here),
        "HOLD": ("holdRequest", because),
        "RESUME": ("resumeRequest", here),
        "RESOLVE": ("resolveRequest", {**here, "resolution": "R"}),
        "CONFIRM": ("confirmRequest", here),
        "CLOSE": ("closeRequest", here),
        "REOPEN": ("reopenRequest", because),
        "CANCEL": ("cancelRequest", because),
        "MERGE": ("mergeRequest", {**here, "target_id": other_id}),
        "RAISE": ("raiseRequest", {**here, "description": "D", "assignee_id": company.head.id}),
        "RETURN": ("returnRequest", {**here, "answer": "A"}),
    }


async def test_requests_in_every_state_say_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses(), ("2.5", RequestCourse(complex=(Step.SOLUTION,))))
    request, other = await submit(company), await submit(company)
    tries = request_tries(company, request.id, other.id)
    people = company.agent, company.clerk, company.dispatcher
    all_agree = partial(agree, ask, "ServiceRequest", request.id, tries, *people)
    await agree(ask, "ServiceRequest", request.id, tries, *people[1:])
    await do(commands.triage, company.dispatcher, request, complexity=Complexity.COMPLEX)
    for each in (request, other):
        await do(commands.assign, company.dispatcher, each, assignee_id=company.agent.id)
    await all_agree()
    await do(commands.diagnose, company.agent, request)
    await do(commands.propose, company.agent, request, solution="S")
    await all_agree()
    await do(commands.agree, company.clerk, request)
    await do(commands.start, company.agent, request)
    await do(commands.put_on_hold, company.agent, request, reason="R")
    await all_agree()
    await do(commands.resolve, company.agent, request, resolution="R")
    await all_agree()
    await do(commands.confirm, company.clerk, request)
    await all_agree()


def complaint_tries(company: Company, complaint_id: UUID) -> Tries:
    here: dict[str, Any] = {"complaint_id": complaint_id}
    because = {**here, "reason": "R"}
    return {
        "ASSIGN": ("assignComplaint", {**here, "handler_id": company.agent.id}),
        "ACKNOWLEDGE": ("acknowledgeComplaint", {**here, "text": "T"}),
        "INVESTIGATE": ("investigateComplaint", here),
        "PROPOSE": ("proposeRemedy", {**here, "proposal": "P"}),
        "AGREE": ("agreeToRemedy", here),
        "DECLINE": ("declineRemedy", because),
        "CARRY_OUT": ("carryOutRemedy", {**here, "result": "R"}),
        "SATISFY": ("settleComplaint", here),
        "ESCALATE": ("escalateComplaint", because),
        "ANALYSE": ("analyseComplaint", {**here, "cause": "C"}),
        "WITHDRAW": ("withdrawComplaint", because),
    }


async def test_complaints_in_every_state_say_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await fast_company()
    agent, clerk = limited(company.agent, *HANDLES), limited(company.clerk, *SUBMITS)
    people = agent, clerk, limited(company.dispatcher, *MANAGES)
    complaint = await complain(company)
    tries = complaint_tries(company, complaint.id)
    await agree(ask, "Complaint", complaint.id, tries, *people[1:])
    await make(feedback.assign_complaint, people[2], complaint, handler_id=agent.id)
    all_agree = partial(agree, ask, "Complaint", complaint.id, tries, *people)
    await all_agree()
    await make(feedback.acknowledge_complaint, agent, complaint, text="T")
    await make(feedback.investigate_complaint, agent, complaint)
    await make(feedback.propose_remedy, agent, complaint, proposal="P")
    await all_agree()
    await make(feedback.agree_to_remedy, clerk, complaint)
    await make(feedback.carry_out_remedy, agent, complaint, result="R")
    await all_agree()
    await make(feedback.settle_complaint, clerk, complaint)
    await make(feedback.analyse_complaint, agent, complaint, cause="C")
    await all_agree()
    # Who complained for themselves decides nothing of it, whatever they may.
    own = await complain(company, limited(company.head, *SUBMITS, *HANDLES), contact_id=None)
    await agree(ask, "Complaint", own.id, complaint_tries(company, own.id), limited(company.head, *SUBMITS, *HANDLES))


async def test_return_visits_say_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await founded()
    clause = ReturnVisits.model_validate({"after": "resolution", "after_days": [2, 10]})
    await publish(company.admin, *software_clauses(), ("9.2", clause))
    await closed(company)
    first, second = await visits(company)
    looks_on = limited(company.agent, *HANDLES, Permission.FEEDBACK_READ_ALL)
    people = limited(company.head, *HANDLES), looks_on, limited(company.dispatcher, *MANAGES)
    for visit in (first, second):
        here: dict[str, Any] = {"visit_id": visit.id}
        tries = {
            "ASSIGN": ("assignVisit", {**here, "assignee_id": company.agent.id}),
            "POSTPONE": ("postponeVisit", {**here, "planned_on": date(2026, 6, 20)}),
            "REPORT": ("reportVisit", {**here, "findings": "F"}),
            "CANCEL": ("cancelVisit", {**here, "reason": "R"}),
        }
        await agree(ask, "ReturnVisit", visit.id, tries, *people)
        if visit is first:
            await act(feedback.report_visit, people[0], visit, findings="F", satisfied=True)
            await agree(ask, "ReturnVisit", visit.id, tries, *people)


async def test_surveys_say_what_the_mutations_do(ask: Ask, pool: None) -> None:
    """Asked now, and not asked yet, since whoever was asked is left in peace for a while."""
    company = await software_company()
    asked = [await survey_of(company, await closed_request(company)) for _ in range(2)]
    people = limited(company.dispatcher, *MANAGES), limited(company.agent, Permission.FEEDBACK_READ_ALL)
    for survey in asked:
        here: dict[str, Any] = {"survey_id": survey.id}
        tries: Tries = {"SEND": ("sendSurvey", here), "WITHDRAW": ("withdrawSurvey", here)}
        await agree(ask, "Survey", survey.id, tries, *people)
    async with writing(people[0], settle=settle) as work:
        await feedback.withdraw_survey(work, survey_id=asked[0].id)
    tries = {move: (mutation, {"survey_id": asked[0].id}) for move, (mutation, _) in tries.items()}
    await agree(ask, "Survey", asked[0].id, tries, *people)
