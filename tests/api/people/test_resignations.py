"""A resignation from the letter to the last approval, by GraphQL alone, in two companies with different rulebooks."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tenancy.actor import Actor
from tests.conftest import found_company
from tests.domain.people.company import HEAD, HR, LEADERSHIP, Company, chain, founded, lay_down
from tests.workers.facts import found_rehearsal

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)

SUBMIT = """mutation($input: SubmitResignationInput!) { submitResignation(input: $input) {
  resignation { id lastDayOn earliestLastDayOn waivedDays noticeDays onProbation state leavesAt staff { name }
    submittedBy { name } allowedMoves { move allowed blockers { code message } }
    approval { state tasks { assignee { name } } }
    handbookVersion { number } decisions { nodes { decision clause { number } result } } }
  errors { code path message clause { number } } } }"""
INBOX = """{ approvals(first: 10, filter: {waitingForMe: true}) { nodes { id subjectId facts
  tasks { id mine assignee { name } } } } }"""
APPROVE = """mutation($input: DecideInput!) { approve(input: $input) { approval { state } errors { code message } } }"""
SHOW = """query($id: ID!) { resignation(id: $id) { __typename state lastDayOn leavesAt decidedAt
  allowedMoves { move allowed blockers { code message } } staff { name superior { name } } } node(id: $id) { id } }"""
LIST = """query($filter: ResignationFilter, $order: ResignationOrder! = NEWEST) {
  resignations(filter: $filter, order: $order) { totalCount nodes { lastDayOn staff { name } } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """Thirty days of notice for everybody; three steps agree."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company.admin, {"days": 30}, chain(HEAD, HR, LEADERSHIP))
    return with_more(company)


@pytest.fixture
async def service(pool: None) -> Company:
    """Fifteen days on probation and thirty otherwise; two steps agree."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company.admin, {"days": 30, "probation_days": 15, "waiver_allowed": True}, chain(HEAD, HR))
    return with_more(company)


def with_more(company: Company) -> Company:
    """The same people, who may also read names and posts."""
    more = {"members.read", "organisation.read"}
    people = ("boss", "head", "hr", "engineer", "newcomer", "outsider")
    actors = {name: getattr(company, name) for name in people}
    return replace(
        company, **{name: replace(actor, permissions=actor.permissions | more) for name, actor in actors.items()}
    )


async def submit(ask: Any, actor: Actor, **more: Any) -> Any:
    made = await ask(actor, SUBMIT, input={"letterOn": "2026-06-01", **more})
    assert made["submitResignation"]["errors"] == []
    return made["submitResignation"]["resignation"]


async def approve_next(ask: Any, actor: Actor, resignation_id: str) -> str:
    """What waits for somebody is approved; the state of the resignation then."""
    waiting = (await ask(actor, INBOX))["approvals"]["nodes"]
    [task] = [
        task["id"]
        for approval in waiting
        if approval["subjectId"] == resignation_id
        for task in approval["tasks"]
        if task["mine"]
    ]
    done = (await ask(actor, APPROVE, input={"taskId": task}))["approve"]
    assert done["errors"] == []
    state: str = (await ask(actor, SHOW, id=resignation_id))["resignation"]["state"]
    return state


def possible(resignation: Any) -> list[str]:
    """What can be done with it; everything else has a reason."""
    assert all(bool(move["blockers"]) is not move["allowed"] for move in resignation["allowedMoves"])
    return [move["move"] for move in resignation["allowedMoves"] if move["allowed"]]


async def test_what_keeps_one_from_a_move_is_what_the_command_says(ask: Any, service: Company) -> None:
    resignation = await submit(ask, service.hr)
    found = (await ask(service.hr, SHOW, id=resignation["id"]))["resignation"]
    blockers = {move["move"]: move["blockers"] for move in found["allowedMoves"]}
    assert [blocker["code"] for blocker in blockers["WAIVE"]] == ["OWN_NOTICE", "WRONG_STATE"]
    waive = """mutation($id: ID!) { waiveNotice(input: {resignationId: $id, lastDayOn: "2026-06-12"}) {
      errors { code message } } }"""
    [error] = (await ask(service.hr, waive, id=resignation["id"]))["waiveNotice"]["errors"]
    assert error == blockers["WAIVE"][0]
    seen = (await ask(service.head, SHOW, id=resignation["id"]))["resignation"]
    assert seen is None
    found = (await ask(service.boss, SHOW, id=resignation["id"]))["resignation"]
    assert {move["move"]: [blocker["code"] for blocker in move["blockers"]] for move in found["allowedMoves"]} == {
        "RESUBMIT": ["FORBIDDEN", "WRONG_STATE"],
        "WITHDRAW": ["FORBIDDEN"],
        "WAIVE": ["FORBIDDEN", "WRONG_STATE"],
    }


async def test_where_the_clause_lets_nothing_be_waived_the_blocker_names_it(
    ask: Any, software: Company, service: Company
) -> None:
    shown = """query($id: ID!) { resignation(id: $id) { allowedMoves { move blockers { code clause { number } } } } }"""
    found = {}
    for company in (software, service):
        resignation = await submit(ask, company.newcomer)
        moves = (await ask(company.hr, shown, id=resignation["id"]))["resignation"]["allowedMoves"]
        (waive,) = [move for move in moves if move["move"] == "WAIVE"]
        found[company.admin.tenant_id] = waive["blockers"]
    assert list(found.values()) == [
        [{"code": "WRONG_STATE", "clause": None}, {"code": "NO_WAIVER", "clause": {"number": "4.1"}}],
        [{"code": "WRONG_STATE", "clause": None}],
    ]


async def test_the_same_letter_leads_two_companies_to_other_days_and_approvers(
    ask: Any, software: Company, service: Company
) -> None:
    here, there = [await submit(ask, company.newcomer) for company in (software, service)]
    assert (here["lastDayOn"], here["noticeDays"]) == ("2026-07-01", 30)
    assert (there["lastDayOn"], there["noticeDays"], there["onProbation"]) == ("2026-06-16", 15, True)
    assert there["staff"] == there["submittedBy"] == {"name": "Newcomer"}
    assert [task["assignee"]["name"] for task in there["approval"]["tasks"]] == ["Head"]
    assert possible(there) == ["WITHDRAW"]
    assert {(node["decision"], node["clause"]["number"]) for node in there["decisions"]["nodes"]} == {
        ("people.last_day", "4.1"),
        ("approvals.chain", "5.1"),
    }
    states = [await approve_next(ask, actor, here["id"]) for actor in (software.head, software.hr, software.boss)]
    assert states == ["SUBMITTED", "SUBMITTED", "APPROVED"]
    states = [await approve_next(ask, actor, there["id"]) for actor in (service.head, service.hr)]
    assert states == ["SUBMITTED", "APPROVED"]
    found = (await ask(service.newcomer, SHOW, id=there["id"]))["resignation"]
    assert (found["leavesAt"], possible(found)) == ("2026-06-16T10:00:00+00:00", [])
    assert found["staff"] == {"name": "Newcomer", "superior": {"name": "Head"}}


async def test_a_refused_letter_names_the_clause(ask: Any, software: Company) -> None:
    wish = {"letterOn": "2026-06-01", "wishedOn": "2026-06-10"}
    refused = (await ask(software.engineer, SUBMIT, input=wish))["submitResignation"]
    assert refused["resignation"] is None
    [error] = refused["errors"]
    assert (error["code"], error["path"], error["clause"]) == ("INVALID", ["wishedOn"], {"number": "4.1"})


async def test_what_can_be_done_depends_on_who_asks_and_on_the_state(ask: Any, service: Company) -> None:
    resignation = await submit(ask, service.engineer)

    async def moves(actor: Actor) -> list[str]:
        return possible((await ask(actor, SHOW, id=resignation["id"]))["resignation"])

    assert [await moves(actor) for actor in (service.engineer, service.head, service.hr)] == [
        ["WITHDRAW"],
        [],
        ["WITHDRAW"],
    ]
    for approver in (service.head, service.hr):
        await approve_next(ask, approver, resignation["id"])
    assert [await moves(actor) for actor in (service.engineer, service.head, service.hr)] == [[], [], ["WAIVE"]]
    waived = await ask(
        service.hr,
        """mutation($input: WaiveNoticeInput!) { waiveNotice(input: $input) {
          resignation { lastDayOn leavesAt waivedDays waivedBy { name } waiverReason } errors { code } } }""",
        input={"resignationId": resignation["id"], "lastDayOn": "2026-06-12", "reason": "All handed over"},
    )
    assert waived["waiveNotice"] == {
        "resignation": {
            "lastDayOn": "2026-06-12",
            "leavesAt": "2026-06-12T10:00:00+00:00",
            "waivedDays": 19,
            "waivedBy": {"name": "Personnel"},
            "waiverReason": "All handed over",
        },
        "errors": [],
    }


async def test_lists_hold_what_one_may_see(ask: Any, service: Company) -> None:
    await submit(ask, service.engineer)
    await submit(ask, service.newcomer)
    await submit(ask, service.outsider, wishedOn="2026-08-01")

    async def names(actor: Actor, **filter: Any) -> list[str]:
        found = (await ask(actor, LIST, filter=filter, order="LAST_DAY"))["resignations"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["staff"]["name"] for node in found["nodes"]]

    assert await names(service.hr) == ["Newcomer", "Engineer", "Outsider"]
    assert await names(service.head) == ["Newcomer", "Engineer"]
    assert await names(service.engineer) == ["Engineer"]
    department = {"eq": str(service.department_id)}
    assert await names(service.hr, departmentId=department, state={"eq": "SUBMITTED"}) == ["Newcomer", "Engineer"]
    assert await names(service.hr, lastDayOn={"gte": "2026-07-02"}) == ["Outsider"]


async def test_a_letter_is_taken_back_and_handed_in_again_by_its_writer_alone(ask: Any, service: Company) -> None:
    resignation = await submit(ask, service.engineer)
    withdraw = """mutation($id: ID!) { withdrawResignation(input: {resignationId: $id}) {
      resignation { state approval { state } } errors { code message } } }"""
    refused = (await ask(service.head, withdraw, id=resignation["id"]))["withdrawResignation"]
    assert refused == {
        "resignation": None,
        "errors": [{"code": "FORBIDDEN", "message": "This needs the permission “people.manage”."}],
    }
    done = (await ask(service.engineer, withdraw, id=resignation["id"]))["withdrawResignation"]
    assert done["resignation"] == {"state": "WITHDRAWN", "approval": {"state": "WITHDRAWN"}}
    again = """mutation($id: ID!) { resubmitResignation(input: {resignationId: $id, letterOn: "2026-06-01"}) {
      resignation { state } errors { code } } }"""
    refused = (await ask(service.engineer, again, id=resignation["id"]))["resubmitResignation"]
    assert refused == {"resignation": None, "errors": [{"code": "WRONG_STATE"}]}


async def test_a_third_company_sees_nothing(ask: Any, service: Company) -> None:
    resignation = await submit(ask, service.engineer)
    third = await found_company()
    unknown = await ask(third, SHOW, id=str(uuid4()))
    assert await ask(third, SHOW, id=resignation["id"]) == unknown == {"resignation": None, "node": None}
    assert (await ask(third, LIST))["resignations"]["totalCount"] == 0


async def test_the_approval_s_title_names_the_person_in_the_reader_s_language(ask: Any, software: Company) -> None:
    await submit(ask, software.engineer)
    inbox = "{ approvals(filter: {waitingForMe: true}) { nodes { subjectTitle } } }"
    for language, title in (
        ("en", "Resignation of Engineer, Engineer, as of Jul 1, 2026"),
        ("zh_Hans", "Engineer（Engineer）辞职，最后工作日 2026年7月1日"),
        ("zh_Hant", "Engineer（Engineer）辭職，最後工作日 2026年7月1日"),
    ):
        found = await ask(replace(software.head, language=language), inbox)
        assert found["approvals"]["nodes"] == [{"subjectTitle": title}]


async def test_a_member_who_is_not_on_the_staff_has_nothing_to_resign_from(ask: Any, software: Company) -> None:
    refused = await ask(software.admin, SUBMIT, input={"letterOn": "2026-06-01"})
    (error,) = refused["submitResignation"]["errors"]
    assert (error["code"], error["path"]) == ("NOT_STAFF", [])
    assert error["message"] == "You are not on the staff of this company, so there is nothing to resign from."
    # Whoever names somebody else is told which input is wrong.
    other = await ask(
        software.admin, SUBMIT, input={"letterOn": "2026-06-01", "staffId": str(software.admin.tenant_id)}
    )
    assert [error["path"] for error in other["submitResignation"]["errors"]] == [["staffId"]]
