"""Moving several requests in one go: an outcome for each, by two rulebooks, and nothing of it in a third company."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.reading.requests import Call
from domain.policies.rules.kinds import RequestCourse
from domain.policies.rules.kinds.handling import Step
from tenancy.database import reading
from tenancy.journal import JournalEntry
from tests.api.conftest import PLANNED
from tests.api.requests.asking import submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, founded, software_clauses, software_company
from tests.handbooks import publish

MOVE_ALL = """mutation($input: MoveRequestsInput!) { moveRequests(input: $input) {
  outcomes { requestId done errors { code path clause { number } } } errors { code path } } }"""
STATES = "query($id: ID!) { request(id: $id) { state category assignee { name } resolution } }"

pytestmark = pytest.mark.usefixtures("pool")


async def strict_company() -> Company:
    company = with_names(await founded())
    await publish(company.admin, *software_clauses(), ("2.5", RequestCourse(routine=(Step.DIAGNOSIS,))))
    return company


async def several(ask: Any, company: Company, count: int = 2) -> list[str]:
    return [(await submit(ask, company, title=f"Number {number}"))["id"] for number in range(count)]


async def moved(ask: Any, actor: Any, ids: list[str], name: str, **more: Any) -> Any:
    return (await ask(actor, MOVE_ALL, input={"requestIds": ids, "move": name, **more}))["moveRequests"]


async def test_by_two_rulebooks_and_in_a_third_company(ask: Any) -> None:
    free, strict, third = with_names(await software_company()), await strict_company(), await found_company()
    for company in (free, strict):
        ids = await several(ask, company)
        given = {"complexity": "ROUTINE", "category": "Network"}
        triaged = await moved(ask, company.dispatcher, ids, "TRIAGE", triage=given)
        assigned = await moved(ask, company.dispatcher, ids, "ASSIGN", assign={"assigneeId": str(company.agent.id)})
        for payload in (triaged, assigned):
            assert payload["errors"] == []
            assert payload["outcomes"] == [{"requestId": id, "done": True, "errors": []} for id in ids]
        started = await moved(ask, company.agent, ids, "START")
        errors = [outcome["errors"] for outcome in started["outcomes"]]
        missing = {"code": "STEP_MISSING", "path": [], "clause": {"number": "2.5"}}
        assert errors == ([[], []] if company is free else [[missing], [missing]])
        for id in ids:
            shown = (await ask(company.dispatcher, STATES, id=id))["request"]
            assert shown["category"] == "Network"
            assert shown["state"] == ("IN_PROGRESS" if company is free else "ASSIGNED")
            assert shown["assignee"] == {"name": "Agent"}
        foreign = await moved(ask, third, ids, "CANCEL", cancel={"reason": "Not ours"})
        assert [outcome["errors"][0]["code"] for outcome in foreign["outcomes"]] == ["NOT_FOUND", "NOT_FOUND"]


async def test_the_journal_keeps_why_and_by_which_call_each_was_moved(ask: Any) -> None:
    company = with_names(await software_company())
    ids, call_id = await several(ask, company), uuid4()
    given = {"requestIds": ids, "move": "CANCEL", "cancel": {"reason": "Not needed"}}
    call = Call(MOVE_ALL, variables={"input": given}, reason="Spring cleaning", request_id=str(call_id))
    answer = await PLANNED.run(call, company.dispatcher)
    assert not answer.errors
    async with reading(company.admin) as work:
        kept = await work.all(select(JournalEntry).where(JournalEntry.name == "requests.cancelled"))
    assert {str(entry.subject_id) for entry in kept} == set(ids)
    assert {(entry.reason, entry.request_id) for entry in kept} == {("Spring cleaning", call_id)}
    # The next one says nothing of its own.
    await moved(ask, company.dispatcher, await several(ask, company, 1), "CANCEL", cancel={"reason": "Neither"})
    async with reading(company.admin) as work:
        last = await work.first(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1))
    assert last is not None
    assert last.reason is None


async def test_what_is_refused_keeps_none_of_the_others_back(ask: Any) -> None:
    company = with_names(await software_company())
    one, two = await several(ask, company)
    await moved(ask, company.dispatcher, [one], "ASSIGN", assign={"assigneeId": str(company.agent.id)})
    unknown = str(uuid4())
    payload = await moved(ask, company.agent, [two, unknown, one, one], "RESOLVE", resolve={"resolution": "Restarted"})
    assert [(item["requestId"], item["done"]) for item in payload["outcomes"]] == [
        (two, False),
        (unknown, False),
        (one, True),
    ]
    assert (await ask(company.dispatcher, STATES, id=one))["request"]["resolution"] == "Restarted"
    assert (await ask(company.dispatcher, STATES, id=two))["request"]["state"] == "NEW"
    again = await moved(ask, company.dispatcher, [one, two], "CANCEL", cancel={"reason": "Twice"})
    assert [item["done"] for item in again["outcomes"]] == [False, True]
    said = await moved(ask, company.dispatcher, [one, two], "COMMENT", message={"text": "Thank you"})
    assert all(item["done"] for item in said["outcomes"])


async def test_nothing_is_done_without_one_move_or_with_too_many_requests(ask: Any) -> None:
    company = with_names(await software_company())
    [one] = await several(ask, company, 1)
    wrong: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("START", {"assign": {}}, "assign"),
        ("RESOLVE", {}, "resolve"),
        ("HOLD", {"cancel": {"reason": "Why"}}, "cancel"),
        ("COMMENT", {}, "message"),
    )
    for name, more, path in wrong:
        payload = await moved(ask, company.dispatcher, [one], name, **more)
        assert payload == {"outcomes": None, "errors": [{"code": "INVALID", "path": [path]}]}
    payload = await moved(ask, company.dispatcher, [str(uuid4()) for _ in range(101)], "START")
    assert payload == {"outcomes": None, "errors": [{"code": "INVALID", "path": ["requestIds"]}]}
    assert (await moved(ask, company.dispatcher, [], "START")) == {"outcomes": [], "errors": []}
    assert (await ask(company.dispatcher, STATES, id=one))["request"]["state"] == "NEW"
