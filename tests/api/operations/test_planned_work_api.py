"""Planned work by GraphQL: from the plan to the finding that becomes a request, and what can be done told before."""

from datetime import date
from functools import partial
from typing import Any

from api.schema.operations.plans import WorkPlanContentInput
from domain.kernel.permissions import Permission
from domain.operations import commands, models
from domain.operations.queries.works import checks_of
from domain.operations.rules.works import Answer
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.api.requests.asking import with_names
from tests.conftest import found_company
from tests.domain.operations.planning import act, brought, planned, planner, ruled, with_more
from tests.domain.requests.company import founded
from tests.uploads import upload

PLAN = """mutation($input: CreateWorkPlanInput!) { createWorkPlan(input: $input) { errors { code path message }
  plan { id number title state nextOn opensOn rhythmUnit every customer { name } department { name } assignee { name }
    checks { position label kind minimum maximum unit required } allowedMoves { move allowed } } } }"""
WORKS = """query($filter: ScheduledWorkFilter) { scheduledWorks(filter: $filter, first: 9, order: DUE) {
  totalCount nodes { id number title state plannedOn dueOn overdue inTime clause { number } plan { number }
    checks { id label } } } }"""
START = """mutation($id: ID!) { startScheduledWork(input: {workId: $id}) { work { state } errors { code } } }"""
RECORD = """mutation($input: RecordWorkChecksInput!) { recordWorkChecks(input: $input) { errors { code path }
  work { checks { label yes number file { name } deviates } attachments { file { name } note } } } }"""
FIND = """mutation($input: AddWorkFindingInput!) { addWorkFinding(input: $input) { errors { code path }
  finding { id text request { title } improvement responsible { name } work { number } } } }"""
CLOSE = """mutation($id: ID!) { closeWorkImprovement(input: {findingId: $id, result: "Warned earlier."}) {
  finding { result } errors { code } } }"""
FINISH = """mutation($id: ID!) { finishScheduledWork(input: {workId: $id, report: "Well."}) {
  work { state report inTime } errors { code message } } }"""
FINDINGS = """query($filter: WorkFindingFilter) { workFindings(filter: $filter, first: 5) { nodes { text } } }"""
FIGURES = """{ scheduledWorkFigures(by: KIND, sinceOn: "2026-06-01", untilOn: "2026-06-30") {
  name due done inTime deviations findings } }"""


def given(**more: Any) -> dict[str, Any]:
    content = {
        "title": "Server room",
        "checks": [
            {"label": "Backups", "kind": "YES_NO"},
            {"label": "Space", "kind": "NUMBER", "minimum": "20", "unit": "%"},
            {"label": "Picture", "kind": "FILE", "required": False},
        ],
    }
    rhythm = {"unit": "MONTH", "every": 3, "firstOn": "2026-06-06"}
    return {"kind": "INSPECTION", "content": content, "rhythm": rhythm, **more}


async def test_an_inspection_from_the_plan_to_what_it_brings_to_light(ask: Any, pool: None) -> None:
    company = with_names(await ruled(on_closed_day="before"))
    input_ = given(customerId=str(company.standard_id))
    input_["content"]["departmentId"] = str(company.support_id)
    refused = (await ask(company.agent, PLAN, input=input_))["createWorkPlan"]
    assert (refused["plan"], refused["errors"][0]["code"]) == (None, "FORBIDDEN")
    made = (await ask(planner(company), PLAN, input=input_))["createWorkPlan"]
    assert made["errors"] == []
    plan = made["plan"]
    # The sixth is a Saturday that is worked; the next is a Sunday.
    assert (plan["number"], plan["nextOn"], plan["opensOn"]) == ("PLN-000001", "2026-09-06", "2026-08-28")
    assert (plan["department"], plan["assignee"]) == ({"name": "Support"}, None)
    assert [each["move"] for each in plan["allowedMoves"] if each["allowed"]] == ["CHANGE", "PAUSE", "END"]
    agent = with_more(company.agent, Permission.REQUESTS_SUBMIT)
    [work] = (await ask(agent, WORKS))["scheduledWorks"]["nodes"]
    assert (work["plannedOn"], work["dueOn"], work["clause"]) == ("2026-06-06", "2026-06-06", {"number": "8.1"})
    assert (await ask(agent, START, id=work["id"]))["startScheduledWork"] == {
        "work": {"state": "IN_PROGRESS"},
        "errors": [],
    }
    file_id = await upload(agent, name="room.pdf")
    backups, space, picture = (each["id"] for each in work["checks"])
    answers = [
        {"checkId": backups, "yes": True},
        {"checkId": space, "number": "12.5"},
        {"checkId": picture, "fileId": str(file_id)},
    ]
    recorded = (await ask(agent, RECORD, input={"workId": work["id"], "answers": answers}))["recordWorkChecks"]
    assert recorded["errors"] == []
    assert [each["deviates"] for each in recorded["work"]["checks"]] == [False, True, None]
    assert recorded["work"]["attachments"] == [{"file": {"name": "room.pdf"}, "note": "Picture"}]
    finding = {
        "workId": work["id"],
        "text": "Full soon",
        "checkId": space,
        "requestTitle": "Enlarge the disk",
        "improvement": "Warn earlier",
        "responsibleId": str(company.colleague.id),
        "improveByOn": "2026-06-20",
    }
    found = (await ask(agent, FIND, input=finding))["addWorkFinding"]
    assert found["errors"] == []
    assert found["finding"]["request"] == {"title": "Enlarge the disk"}
    closed = (await ask(company.colleague, CLOSE, id=found["finding"]["id"]))["closeWorkImprovement"]
    assert closed == {"finding": {"result": "Warned earlier."}, "errors": []}
    done = (await ask(agent, FINISH, id=work["id"]))["finishScheduledWork"]
    assert done == {"work": {"state": "DONE", "report": "Well.", "inTime": True}, "errors": []}
    shown = (await ask.executed(planner(company), FIGURES))["scheduledWorkFigures"]
    assert shown == [{"name": "inspection", "due": 1, "done": 1, "inTime": 1, "deviations": 1, "findings": 1}]


async def test_another_company_and_who_only_asks_see_and_change_nothing(ask: Any, pool: None) -> None:
    company = await ruled()
    [work] = await brought(company, await planned(company, date(2026, 6, 1)))
    for stranger in (await found_company(), company.clerk):
        assert (await ask(stranger, WORKS))["scheduledWorks"] == {"totalCount": 0, "nodes": []}
        assert (await ask(stranger, FINDINGS))["workFindings"]["nodes"] == []
        started = (await ask(stranger, START, id=str(work.id)))["startScheduledWork"]
        assert started == {"work": None, "errors": [{"code": "NOT_FOUND"}]}
    refused = (await ask(company.agent, FINISH, id=str(work.id)))["finishScheduledWork"]
    assert [each["code"] for each in refused["errors"]] == ["WRONG_STATE"]


def of_plan(plan: models.WorkPlan) -> Tries:
    here = {"plan_id": plan.id}
    content = WorkPlanContentInput(title="Other", department_id=plan.department_id)
    return {
        "CHANGE": ("changeWorkPlan", {**here, "content": content}),
        "PAUSE": ("pauseWorkPlan", here),
        "RESUME": ("resumeWorkPlan", here),
        "END": ("endWorkPlan", here),
    }


async def test_plans_in_every_state_say_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await founded()
    plan = await planned(company, date(2026, 6, 20))
    boss = planner(company)
    all_agree = partial(agree, ask, "WorkPlan", plan.id, of_plan(plan), boss, company.agent)
    await all_agree()
    for command in (commands.pause_plan, commands.resume_plan, commands.end_plan):
        await act(boss, command, plan_id=plan.id)
        await all_agree()


async def test_planned_work_in_every_state_says_what_the_mutations_do(ask: Ask, pool: None) -> None:
    company = await ruled(missed_after_working_days=1)
    first, second = [(await brought(company, await planned(company, date(2026, 6, 1), every=9)))[0] for _ in range(2)]
    boss, people = planner(company), (planner(company), company.agent, company.colleague, company.dispatcher)

    async def agrees(work: models.ScheduledWork) -> None:
        here, [check, *_] = {"work_id": work.id}, await act(boss, checklist, work_id=work.id)
        tries: Tries = {
            "ASSIGN": ("assignScheduledWork", {**here, "assignee_id": company.colleague.id}),
            "POSTPONE": ("postponeScheduledWork", {**here, "due_on": date(2026, 6, 20), "reason": "Fair"}),
            "START": ("startScheduledWork", here),
            "RECORD": ("recordWorkChecks", {**here, "answers": [Answer(check.id, yes=True)]}),
            "ADD_FINDING": ("addWorkFinding", {**here, "text": "Something"}),
            "FINISH": ("finishScheduledWork", here),
            "CANCEL": ("cancelScheduledWork", {**here, "reason": "No need"}),
        }
        await agree(ask, "ScheduledWork", work.id, tries, *people)

    await agrees(first)
    await act(company.agent, commands.start_work, work_id=first.id)
    await agrees(first)
    checks = await act(boss, checklist, work_id=first.id)
    answers = [Answer(checks[0].id, yes=True), Answer(checks[1].id, number="50")]
    await act(company.agent, commands.record_checks, work_id=first.id, answers=answers)
    await agrees(first)
    await act(company.agent, commands.finish_work, work_id=first.id)
    await agrees(first)
    await act(boss, commands.cancel_work, work_id=second.id, reason="No need")
    await agrees(second)


async def checklist(work: Any, *, work_id: Any) -> Any:
    """What is looked at."""
    return await checks_of(work, work_id)
