"""Return visits by GraphQL: reading them, what can be done with one, reporting what was found."""

from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tests.conftest import found_company
from tests.domain.feedback.company import limited
from tests.domain.feedback.test_visits import closed, visiting
from tests.domain.requests.company import Company, at, founded, go_to, software_clauses
from tests.handbooks import publish

LIST = """query($filter: ReturnVisitFilter) { returnVisits(filter: $filter) { totalCount nodes {
  id state after step channel plannedOn overdue assignee { name } request { number } customer { name }
  clause { number } decisions { nodes { decision } } allowedMoves { move allowed blockers { code message } } } } }"""
REPORT = """mutation($input: ReportVisitInput!) { reportVisit(input: $input) {
  visit { state findings satisfied findingRequest { title } } errors { code path } } }"""
POSTPONE = """mutation($input: PostponeVisitInput!) { postponeVisit(input: $input) {
  visit { plannedOn } errors { code path } } }"""
CANCEL = """mutation($id: ID!) { cancelVisit(input: {visitId: $id, reason: "x"}) {
  visit { state } errors { code } } }"""
ASSIGN = """mutation($input: AssignVisitInput!) { assignVisit(input: $input) {
  visit { assignee { name } } errors { code } } }"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Calls two days after the resolution."""
    made = await founded()
    await publish(made.admin, *software_clauses(), ("9.2", visiting(after_days=[2])))
    return made


async def test_visits_are_read_moved_and_reported(ask: Any, company: Company) -> None:
    request = await closed(company)
    [visit] = (await ask(company.admin, LIST))["returnVisits"]["nodes"]
    assert (visit["state"], visit["after"], visit["plannedOn"], visit["overdue"]) == (
        "PLANNED",
        "RESOLUTION",
        "2026-06-03",
        False,
    )
    assert (visit["request"], visit["assignee"]) == ({"number": request.number}, {"name": "Head"})
    assert all(each["allowed"] for each in visit["allowedMoves"])
    own = limited(company.head, Permission.FEEDBACK_READ, Permission.FEEDBACK_HANDLE, Permission.POLICIES_READ)
    [mine] = (await ask(own, LIST, filter={"assignedToMe": True}))["returnVisits"]["nodes"]
    assert [each["move"] for each in mine["allowedMoves"] if each["allowed"]] == ["POSTPONE", "REPORT"]
    other = limited(company.boss, Permission.FEEDBACK_READ_ALL, Permission.FEEDBACK_HANDLE)
    [theirs] = (await ask(other, LIST))["returnVisits"]["nodes"]
    assert [each["blockers"][0]["code"] for each in theirs["allowedMoves"]] == [
        "FORBIDDEN",
        "NOT_YOURS",
        "NOT_YOURS",
        "FORBIDDEN",
    ]
    moved = {"visitId": visit["id"], "plannedOn": "2026-06-04"}
    assert (await ask(own, POSTPONE, input=moved))["postponeVisit"]["visit"] == {"plannedOn": "2026-06-04"}
    await go_to(company, at("Mon 8 09:00"))
    assert (await ask(company.admin, LIST, filter={"overdue": True}))["returnVisits"]["totalCount"] == 1
    given = {"visitId": visit["id"], "assigneeId": str(company.agent.id)}
    assert (await ask(company.admin, ASSIGN, input=given))["assignVisit"]["visit"] == {"assignee": {"name": "Agent"}}
    report = {"visitId": visit["id"], "findings": "Slow", "satisfied": False, "requestTitle": "Printer"}
    answered = (await ask(company.admin, REPORT, input=report))["reportVisit"]
    assert answered == {
        "visit": {"state": "MADE", "findings": "Slow", "satisfied": False, "findingRequest": {"title": "Printer"}},
        "errors": [],
    }


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    await closed(company)
    [visit] = (await ask(company.admin, LIST))["returnVisits"]["nodes"]
    stranger = await found_company()
    assert (await ask(stranger, LIST))["returnVisits"]["totalCount"] == 0
    refused = (await ask(stranger, CANCEL, id=visit["id"]))["cancelVisit"]
    assert refused == {"visit": None, "errors": [{"code": "NOT_FOUND"}]}
