"""What would happen: the path is foretold with people, reasons, deadlines and clause, and nothing is changed."""

from typing import Any
from uuid import uuid4

import pytest

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, entry, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_delegations import away
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force

SIMULATE = """query($facts: JSON!, $who: ID, $kind: String = "resignations", $at: DateTime) {
  simulateApproval(subjectKind: $kind, facts: $facts, requesterId: $who, at: $at) {
    clause { number } steps { step branch taken passedOver dueAt
      seats { memberId memberName reason delegateId delegateName } skipped { reason } } } }"""


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def foretold(ask: Ask, actor: Actor, facts: dict[str, Any] | None = None, **more: Any) -> Any:
    return (await ask.executed(actor, SIMULATE, facts=facts or {}, **more))["simulateApproval"]


def people(found: Any) -> list[list[str | None]]:
    return [[seat["memberId"] for seat in each["seats"]] for each in found["steps"]]


async def test_the_path_foretold_is_the_path_taken(ask: Ask, company: Company, globex: Actor) -> None:
    other, third = await founded(globex), await found_company()
    await lay_down(company.admin, step(HEAD), step(HR, when="key_post"), step(BOSS))
    await lay_down(other.admin, step(HR, branch="a"), step(BOSS, branch="b"))
    found = await foretold(ask, company.engineer, {"key_post": False})
    assert found["clause"] == {"number": "5.1"}
    assert people(found) == [[str(company.head.id)], [], [str(company.boss.id)]]
    assert [each["passedOver"] for each in found["steps"]] == [None, "CONDITION_NOT_MET", None]
    async with reading(company.admin) as work:
        assert await work.sql("SELECT id FROM approvals") == []
    approval = await ask_for(company.engineer, key_post=False)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    theirs = await foretold(ask, other.engineer)
    assert [(each["branch"], each["taken"]) for each in theirs["steps"]] == [("a", True), ("b", True)]
    (refused,) = await ask.errors(third, SIMULATE, facts={})
    assert refused.original_error.code == "NO_CLAUSE"


BY_VERSION = """query($id: ID!) { simulateApproval(subjectKind: "resignations", facts: {}, versionId: $id) {
  clause { number versionNumber } steps { step } } }"""


async def test_a_draft_is_followed_before_it_is_in_force_by_who_may_read_it(
    ask: Ask, company: Company, globex: Actor
) -> None:
    await lay_down(company.admin, step(HEAD))
    async with writing(company.admin, settle=settle) as work:
        chain = {"subject_kind": "resignations", "steps": [step(HEAD), step(HR)]}
        version = await draft(work, ("5.1", "approval_chain", chain))
    found = (await ask.executed(company.admin, BY_VERSION, id=str(version.id)))["simulateApproval"]
    assert len(found["steps"]) == 2
    assert len((await foretold(ask, company.admin))["steps"]) == 1
    for actor in (company.engineer, globex):
        (refused,) = await ask.errors(actor, BY_VERSION, id=str(version.id))
        assert (refused.original_error.code, refused.original_error.path) == ("NOT_FOUND", ("versionId",))


async def test_vacancies_and_absences_are_foretold_with_their_reasons(ask: Ask, company: Company) -> None:
    nobody = entry("customer_owner")
    await lay_down(company.admin, step(nobody), step(nobody, when_vacant="skip"), step(nobody, when_vacant="stop"))
    found = await foretold(ask, company.engineer)
    reasons = [[seat["reason"] for seat in each["seats"]] for each in found["steps"]]
    assert reasons == [["VACANT_ADMINISTRATOR"], [], ["VACANT_STOPPED"]]
    assert [each["passedOver"] for each in found["steps"]] == [None, "VACANT_SKIPPED", None]
    await lay_down(company.admin, step(HEAD))
    (own,) = (await foretold(ask, company.head))["steps"]
    assert own["seats"][0]["reason"] == "REQUESTER_SUPERIOR"
    await away(company.head, company.hr)
    (seat,) = (await foretold(ask, company.engineer))["steps"][0]["seats"]
    assert (seat["memberId"], seat["delegateId"]) == (str(company.head.id), str(company.hr.id))
    # Nobody has two voices in a step.
    await lay_down(company.admin, step(HEAD, HR, mode="all"))
    seats = (await foretold(ask, company.engineer))["steps"][0]["seats"]
    assert [each["delegateId"] for each in seats] == [None, None]
    await lay_down(company.admin, step(HEAD))
    # Who asks decides for nobody.
    (seat,) = (await foretold(ask, company.admin, who=str(company.hr.id)))["steps"][0]["seats"]
    assert seat["delegateId"] is None


async def test_where_everybody_is_passed_over_the_last_resort_is_foretold(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, when="key_post"))
    found = await foretold(ask, company.engineer, {"key_post": False})
    assert people(found) == [[], [str(company.admin.id)]]


async def test_each_seat_and_time_names_the_clause_it_rests_on_where_they_differ(
    ask: Ask, company: Company, globex: Actor
) -> None:
    other = await founded(globex)
    simulate = """query { simulateApproval(subjectKind: "resignations", facts: {key_post: false}) {
      steps { seats { clause { number } } calendarClause { number } } } }"""
    panel = {"name": "Experts", "members": [HR]}
    experts = step(entry("expert_panel", value="Experts"))
    chain = {"subject_kind": "resignations", "steps": [step(HEAD, deadline={"working_days": 2}), experts]}
    calendar = ("1.1", "business_calendar", OFFICE_HOURS)
    await in_force(company.admin, calendar, ("5.1", "approval_chain", chain), ("5.2", "expert_panel", panel))
    await lay_down(other.admin, step(HEAD, when="key_post"))
    told = {}
    for actor in (company.engineer, other.engineer):
        found = (await ask.executed(actor, simulate))["simulateApproval"]["steps"]
        told[actor.id] = [
            ([seat["clause"] and seat["clause"]["number"] for seat in each["seats"]], each["calendarClause"])
            for each in found
        ]
    assert told == {
        company.engineer.id: [(["5.1"], {"number": "1.1"}), (["5.2"], None)],
        # No step is taken, and no clause lays down who decides then.
        other.engineer.id: [([], None), ([None], None)],
    }


async def test_a_time_beyond_the_last_holidays_that_are_entered_says_that_it_is_provisional(
    ask: Ask, company: Company
) -> None:
    simulate = """{ simulateApproval(subjectKind: "resignations", facts: {}, at: "2190-01-04T01:00:00Z") {
      steps { isProvisional } } }"""
    other = await founded(await found_company())
    steps = [step(HEAD, deadline={"working_days": 3}), step(HR)]
    chain = {"subject_kind": "resignations", "steps": steps}
    told = {}
    for each, until in ((company, "2190-01-05"), (other, "2190-12-31")):
        calendar = ("1.1", "business_calendar", {**OFFICE_HOURS, "known_until": until})
        await in_force(each.admin, calendar, ("5.1", "approval_chain", chain))
        found = (await ask.executed(each.engineer, simulate))["simulateApproval"]["steps"]
        told[until] = [shown["isProvisional"] for shown in found]
    # The second step has no time at all.
    assert told == {"2190-01-05": [True, False], "2190-12-31": [False, False]}


async def test_each_step_s_time_begins_when_the_time_of_those_before_is_up(ask: Ask, company: Company) -> None:
    hour, two = {"deadline": {"working_minutes": 60}}, {"deadline": {"working_minutes": 120}}
    await lay_down(
        company.admin, step(HEAD, **hour), step(HR, branch="a", **two), step(BOSS, branch="b"), step(HR, **hour)
    )
    # A Monday at nine in Shanghai; whatever handbook was in force then is none.
    monday = "2190-01-04T01:00:00Z"
    found = await foretold(ask, company.engineer, at=monday)
    assert [each["dueAt"] for each in found["steps"]] == [
        "2190-01-04T02:00:00+00:00",
        "2190-01-04T04:00:00+00:00",
        None,
        "2190-01-04T06:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"facts": {"key_post": "yes"}}, "INVALID"),
        ({"facts": {"weather": "fine"}}, "INVALID"),
        ({"facts": []}, "INVALID"),
        ({"facts": {"key_post": True}, "kind": "weather"}, "INVALID"),
        ({"facts": {"key_post": True}, "at": "2001-01-01T00:00:00Z"}, "NO_CLAUSE"),
    ],
)
async def test_what_cannot_be_foretold_says_why(ask: Ask, company: Company, variables: Any, code: str) -> None:
    await lay_down(company.admin, step(HEAD, when="key_post"))
    (refused,) = await ask.errors(company.engineer, SIMULATE, **variables)
    assert refused.original_error.code == code


async def test_a_fact_that_is_missing_is_the_problem_of_its_step_alone(ask: Ask, company: Company) -> None:
    simulate = """query($facts: JSON!) { simulateApproval(subjectKind: "resignations", facts: $facts) {
      steps { taken passedOver problem } } }"""
    when = "has(last_day_on) && last_day_on > day('2027-01-01')"
    await lay_down(company.admin, step(HEAD, when="key_post"), step(HR, when=when), step(BOSS))
    first, second, third = (await ask.executed(company.engineer, simulate, facts={}))["simulateApproval"]["steps"]
    assert first["problem"] == "The condition “key_post” can't be judged: the fact “key_post” is missing."
    assert (second["passedOver"], second["problem"]) == ("CONDITION_NOT_MET", None)
    assert (first["taken"], second["taken"], third["taken"]) == (False, False, True)


async def test_for_others_foretells_who_may_read_all_approvals(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    (refused,) = await ask.errors(company.hr, SIMULATE, facts={}, who=str(company.engineer.id))
    assert refused.original_error.code == "FORBIDDEN"
    assert people(await foretold(ask, company.admin, who=str(company.engineer.id))) == [[str(company.head.id)]]


async def test_values_that_no_record_has_are_refused_where_they_stand(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    found = await foretold(ask, company.engineer)
    assert [seat["memberName"] for each in found["steps"] for seat in each["seats"]] == ["Somebody"]
    simulate = """query($facts: JSON!, $purpose: String = "") {
      simulateApproval(subjectKind: "invoices", purpose: $purpose, facts: $facts) { steps { step } } }"""
    for more, path in (
        ({"facts": {}}, ("purpose",)),
        ({"facts": {}, "purpose": "nonsense"}, ("purpose",)),
        ({"facts": {"customer_tier": "gold"}, "purpose": "write_off"}, ("facts", "customer_tier")),
        ({"facts": {"amount_minor": -1}, "purpose": "write_off"}, ("facts", "amount_minor")),
        ({"facts": {"currency": "YUAN"}, "purpose": "write_off"}, ("facts", "currency")),
    ):
        (refused,) = await ask.errors(company.admin, simulate, **more)
        assert (refused.original_error.code, refused.original_error.path) == ("INVALID", path)
    for fact in ("customer_id", "account_owner_id"):
        strange = {"facts": {fact: str(uuid4())}, "purpose": "write_off"}
        (refused,) = await ask.errors(company.admin, simulate, **strange)
        assert (refused.original_error.code, refused.original_error.path) == ("NOT_FOUND", ("facts", fact))


async def test_an_instant_that_no_calendar_reaches_is_refused_where_it_stands(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 2}))
    simulate = """query($at: DateTime!) { simulateApproval(subjectKind: "resignations", facts: {}, at: $at) {
      steps { step } } }"""
    (refused,) = await ask.errors(company.engineer, simulate, at="9999-12-31T00:00:00Z")
    assert refused.original_error.path == ("at",)
