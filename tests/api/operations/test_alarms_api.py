"""Alarms by GraphQL: raised by a partner's program, one or many, and read by those who work on requests."""

from typing import Any

from domain.kernel.permissions import Permission
from domain.policies.rules.kinds.operations import AlarmHandling
from tests.api.requests.asking import with_names
from tests.conftest import found_company
from tests.domain.requests.company import founded, program, software_clauses
from tests.handbooks import publish

RAISE = """mutation($input: RaiseAlarmInput!) { raiseAlarm(input: $input) {
  alarm { id fingerprint count state severity details customer { name } request { number title priority } }
  errors { code path } } }"""
RAISE_ALL = """mutation($input: RaiseAlarmsInput!) { raiseAlarms(input: $input) {
  outcomes { fingerprint count requestId } errors { code path } } }"""
LIST = """query($filter: AlarmFilter) { alarms(filter: $filter, first: 10) {
  totalCount nodes { fingerprint state request { number } } } }"""


async def test_a_program_raises_alarms_and_those_who_work_on_requests_see_them(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    await publish(company.admin, *software_clauses(), ("8.1", AlarmHandling(most_requests=1)))
    probe = await program(company, Permission.REQUESTS_SUBMIT, Permission.REQUESTS_READ, Permission.CUSTOMERS_READ)
    given = {
        "monitor": "Probe",
        "fingerprint": "disk",
        "title": "The disk is full",
        "severity": "CRITICAL",
        "customerId": str(company.strategic_id),
        "details": [{"name": "host", "value": "db1"}],
    }
    for count in (1, 2):
        payload = (await ask(probe, RAISE, input=given))["raiseAlarm"]
        assert payload["errors"] == []
        alarm = payload["alarm"]
        assert (alarm["count"], alarm["state"], alarm["details"]) == (count, "FIRING", {"host": "db1"})
        assert alarm["request"] == {"number": "REQ-000001", "title": "The disk is full", "priority": "P1"}
    one = {key: value for key, value in given.items() if key != "monitor"}
    many = [{**one, "fingerprint": "cpu"}, {**one, "fingerprint": "cpu"}, {**one, "recovered": True}]
    outcomes = (await ask(probe, RAISE_ALL, input={"monitor": "Probe", "alarms": many}))["raiseAlarms"]
    assert outcomes["errors"] == []
    assert [(each["fingerprint"], each["count"]) for each in outcomes["outcomes"]] == [("cpu", 2), ("disk", 2)]
    shown = (await ask(company.agent, LIST, filter={"state": {"eq": "FIRING"}}))["alarms"]
    assert shown["nodes"] == [{"fingerprint": "cpu", "state": "FIRING", "request": None}]
    assert (await ask(company.dispatcher, LIST))["alarms"]["totalCount"] == 2
    assert (await ask(probe, LIST))["alarms"]["totalCount"] == 2
    # A requester, and anybody of another company, sees none.
    assert (await ask(company.clerk, LIST))["alarms"]["totalCount"] == 0
    assert (await ask(await found_company(), LIST))["alarms"]["totalCount"] == 0


async def test_wrong_alarms_are_refused_with_their_place(ask: Any, pool: None) -> None:
    company = await founded()
    await publish(company.admin, *software_clauses())
    good = {
        "fingerprint": "disk",
        "title": "Full",
        "severity": "ERROR",
        "customerId": str(company.strategic_id),
    }
    for wrong, path in (
        ({"fingerprint": " "}, ["alarms", "1", "fingerprint"]),
        ({"details": [{"name": " ", "value": "x"}]}, ["alarms", "1", "details", "name"]),
    ):
        given = {"monitor": "Probe", "alarms": [good, good | wrong]}
        [error] = (await ask(company.clerk, RAISE_ALL, input=given))["raiseAlarms"]["errors"]
        assert (error["code"], error["path"]) == ("INVALID", path)
    refused = (await ask(company.agent, RAISE, input=good | {"monitor": "Probe"}))["raiseAlarm"]
    assert (refused["alarm"], refused["errors"][0]["code"]) == (None, "FORBIDDEN")
    unknown = (await ask(company.clerk, RAISE, input=good | {"monitor": "P", "recovered": True}))["raiseAlarm"]
    assert unknown == {"alarm": None, "errors": []}
