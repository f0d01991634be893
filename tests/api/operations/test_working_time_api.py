"""Working time by GraphQL: recorded, corrected, approved, added up, and asked for before a request is resolved."""

from typing import Any

from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.kinds.operations import TimeRecording
from tests.api.requests.asking import with_names
from tests.conftest import found_company
from tests.domain.operations.planning import planner, ruled, with_more
from tests.domain.requests.company import under_way

RECORD = """mutation($input: RecordTimeInput!) { recordTime(input: $input) {
  record { id minutes minutesNow activity workedOn billable monthClosed staff { name }
    request { number recordedMinutes } }
  errors { code path clause { number } } } }"""
CORRECT = """mutation($id: ID!) { correctTime(input: {recordId: $id, minutes: 20, reason: "Less"}) {
  record { minutes corrects { minutes minutesNow corrections { note } } } errors { code } } }"""
CLOSE = """mutation($id: ID!, $day: Date!) { closeTimeMonth(input: {departmentId: $id, monthOn: $day}) {
  month { id monthOn department { name } } errors { code path } } }"""
REOPEN = """mutation($id: ID!) { reopenTimeMonth(input: {monthId: $id, reason: "A mistake"}) {
  monthId errors { code } } }"""
LIST = (
    """query($filter: TimeRecordFilter) { timeRecords(filter: $filter, first: 9) { totalCount nodes { minutes } } }"""
)
MONTHS = "{ timeMonths(first: 3) { nodes { monthOn } } }"
LOAD = """{ workload(by: PERSON, sinceOn: "2026-06-01", untilOn: "2026-06-30") {
    name minutes billableMinutes requests }
  capacity(sinceOn: "2026-06-01", untilOn: "2026-06-01") { name workingMinutes recordedMinutes openRequests } }"""
MOVES = """query($id: ID!) { request(id: $id) { recordedMinutes allowedMoves { move allowed
  blockers { code message clause { number } } } } }"""


async def test_working_time_from_the_record_to_the_report(ask: Any, pool: None) -> None:
    clauses = ("8.3", TimeRecording(most_minutes_a_day=100)), ("8.4", RequestCourse(time_recorded=True))
    company = with_names(await ruled(*clauses))
    request = await under_way(company)

    async def resolving() -> list[Any]:
        shown = (await ask(company.agent, MOVES, id=str(request.id)))["request"]
        [resolve] = [each for each in shown["allowedMoves"] if each["move"] == "RESOLVE"]
        return [(each["code"], each["clause"]) for each in resolve["blockers"]]

    assert await resolving() == [("TIME_MISSING", {"number": "8.4"})]
    given = {"requestId": str(request.id), "workedOn": "2026-06-01", "minutes": 60, "activity": "SUPPORT"}
    made = (await ask(company.agent, RECORD, input=given | {"billable": True}))["recordTime"]
    assert made["errors"] == []
    assert made["record"]["request"]["recordedMinutes"] == 60
    assert await resolving() == []
    [full] = (await ask(company.agent, RECORD, input=given))["recordTime"]["errors"]
    assert (full["code"], full["path"], full["clause"]) == ("DAY_FULL", ["minutes"], {"number": "8.3"})
    fixed = (await ask(company.agent, CORRECT, id=made["record"]["id"]))["correctTime"]
    assert fixed["record"] == {
        "minutes": -40,
        "corrects": {"minutes": 60, "minutesNow": 20, "corrections": [{"note": "Less"}]},
    }
    boss = with_more(planner(company), Permission.MEMBERS_READ)
    shown = await ask.executed(boss, LOAD)
    assert shown["workload"] == [{"name": "Agent", "minutes": 20, "billableMinutes": 20, "requests": 1}]
    agent = {"name": "Agent", "workingMinutes": 480, "recordedMinutes": 20, "openRequests": 1}
    assert agent in shown["capacity"]
    early = (await ask(boss, CLOSE, id=str(company.support_id), day="2026-06-01"))["closeTimeMonth"]
    assert early == {"month": None, "errors": [{"code": "INVALID", "path": ["monthOn"]}]}
    closed = (await ask(boss, CLOSE, id=str(company.support_id), day="2026-05-20"))["closeTimeMonth"]
    assert closed["month"]["monthOn"] == "2026-05-01"
    assert (await ask(company.agent, MONTHS))["timeMonths"]["nodes"] == [{"monthOn": "2026-05-01"}]
    [late] = (await ask(company.agent, RECORD, input=given | {"workedOn": "2026-05-31"}))["recordTime"]["errors"]
    assert late["code"] == "MONTH_CLOSED"
    gone = (await ask(boss, REOPEN, id=closed["month"]["id"]))["reopenTimeMonth"]
    assert gone == {"monthId": closed["month"]["id"], "errors": []}
    # Who works beside them, who only asks, and another company see nothing of it.
    for stranger in (company.colleague, company.clerk, await found_company()):
        assert (await ask(stranger, LIST))["timeRecords"]["totalCount"] == 0
    assert (await ask(company.head, LIST))["timeRecords"]["totalCount"] == 2
    refused = (await ask(await found_company(), RECORD, input=given))["recordTime"]
    assert (refused["record"], [each["code"] for each in refused["errors"]]) == (None, ["NOT_FOUND"])
