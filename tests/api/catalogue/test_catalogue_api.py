"""The catalogue and the requests that go by it, by GraphQL alone: companies with their own, another with nothing."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import AutoConfirm, ServiceLevel
from domain.policies.rules.scopes import Scope
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.identity import clients
from tests.conftest import found_company
from tests.domain.requests.company import Company, founded, service_company, software_clauses, software_company
from tests.handbooks import publish

LINE = """mutation($input: CreateServiceLineInput!) { createServiceLine(input: $input) {
  line { id code name active parent { code } department { name } } errors { code path message } } }"""
CHANGE_LINE = """mutation($input: ChangeServiceLineInput!) { changeServiceLine(input: $input) {
  line { code active parent { code } } errors { code path message } } }"""
OFFERING = """mutation($input: CreateServiceOfferingInput!) { createServiceOffering(input: $input) {
  offering { id code name description slaClass priceBasis priceNote standards active line { code }
    form { number fields { code kind label required minimum maximum decimals currency choices } } }
  errors { code path message } } }"""
CHANGE_OFFERING = """mutation($input: ChangeServiceOfferingInput!) { changeServiceOffering(input: $input) {
  offering { active slaClass form { number } } errors { code path message } } }"""
FORM = """mutation($input: ReplaceRequestFormInput!) { replaceRequestForm(input: $input) {
  offering { form { number fields { code } } forms { totalCount } } errors { code path message } } }"""
SUBMIT = """mutation($input: SubmitRequestInput!) { submitRequest(input: $input) {
  request { id answers serviceLines slaClass offering { code } serviceLine { code } department { name }
    form { number fields { code } } clocks { kind target clause { number } }
    decisions { nodes { decision inputs clause { number } } } }
  errors { code path message } } }"""
SHOW = """query($id: ID!) { request(id: $id) {
    answers serviceLines slaClass dueAt form { number fields { code label } } clocks { clause { number } } } }"""
LIST = """query($filter: ServiceRequestFilter) { requests(filter: $filter, order: OLDEST) { nodes { title } } }"""
TREE = """query { serviceLines { nodes { code name texts children { code } offerings { nodes { code } } } }
  serviceOfferings { totalCount nodes { code texts form { fields { code texts } } } } }"""

QUICK = ServiceLevel.model_validate({"targets": {"p1": {"response": {"working_minutes": 10}}}})
QUICKER = ServiceLevel.model_validate({"targets": {"p1": {"response": {"working_minutes": 5}}}})
FIELDS = [
    {"code": "serial", "label": {"en": "Serial number", "zhHans": "序列号"}, "required": True, "maximum": "20"},
    {"code": "machines", "label": {"en": "Machines"}, "kind": "NUMBER", "minimum": "1"},
    {"code": "worth", "label": {"en": "Worth"}, "kind": "MONEY", "currency": "CNY"},
    {"code": "since", "label": {"en": "Since"}, "kind": "INSTANT"},
    {
        "code": "parts",
        "label": {"en": "Parts"},
        "kind": "CHOICES",
        "choices": [{"code": "pump", "label": {"en": "Pump"}}, {"code": "valve", "label": {"en": "Valve"}}],
    },
    {"code": "asker", "label": {"en": "Who asks"}, "kind": "CONTACT"},
]


@pytest.fixture
async def software(pool: None) -> Company:
    """Fast service."""
    return await software_company()


@pytest.fixture
async def service(pool: None) -> Company:
    """Slower service."""
    return await service_company()


async def told(ask: Any, actor: Actor, document: str, **input: Any) -> Any:
    """A mutation's whole payload."""
    (payload,) = (await ask(actor, document, input=input)).values()
    return payload


async def done(ask: Any, actor: Actor, document: str, **input: Any) -> Any:
    """The record of a mutation that succeeds."""
    payload = await told(ask, actor, document, **input)
    assert payload["errors"] == [], payload
    return next(value for name, value in payload.items() if name != "errors")


async def refused(ask: Any, actor: Actor, document: str, **input: Any) -> tuple[str, str]:
    """The code and the path of a mutation's refusal."""
    payload = await told(ask, actor, document, **input)
    (error,) = payload["errors"]
    assert "{" not in error["message"]
    return error["code"], ".".join(error["path"])


async def line(ask: Any, company: Company, code: str, **more: Any) -> str:
    """The id of a new service line."""
    made: str = (await done(ask, company.admin, LINE, code=code, name={"en": code.title()}, **more))["id"]
    return made


async def offering(ask: Any, company: Company, line_id: str, code: str = "repair", **more: Any) -> str:
    """The id of a new offering."""
    usual = {"lineId": line_id, "code": code, "name": {"en": code.title()}, "priceBasis": "PER_VISIT"}
    made: str = (await done(ask, company.admin, OFFERING, **usual, **more))["id"]
    return made


def wanted(company: Company, **more: Any) -> dict[str, Any]:
    """Something urgent for the most important customer."""
    return {
        "customerId": str(company.strategic_id),
        "title": "The pump stands still",
        "channel": "HOTLINE",
        "impact": "HIGH",
        "urgency": "HIGH",
    } | more


def promises(request: Any) -> list[tuple[str, Any, str]]:
    """What a request's clocks go by."""
    return [(clock["kind"], clock["target"], clock["clause"]["number"]) for clock in request["clocks"]]


async def test_companies_have_trees_of_their_own_and_a_third_sees_nothing(
    ask: Any, software: Company, service: Company
) -> None:
    operations = await line(ask, software, "operations", departmentId=str(software.support_id))
    await offering(ask, software, await line(ask, software, "operations.hosting", parentId=operations), "monitoring")
    after_sales = await line(ask, service, "after-sales")
    repair = await offering(
        ask,
        service,
        after_sales,
        standards=[{"name": {"en": "Punctuality"}, "target": {"en": "On site at the agreed hour in 95 %"}}],
        fields=FIELDS[:1],
    )
    here, there = await ask(software.admin, TREE), await ask(service.admin, TREE)
    assert [
        (node["code"], [child["code"] for child in node["children"]], node["offerings"]["nodes"])
        for node in here["serviceLines"]["nodes"]
    ] == [
        ("operations", ["operations.hosting"], []),
        ("operations.hosting", [], [{"code": "monitoring"}]),
    ]
    assert there["serviceLines"]["nodes"][0]["texts"]["name"]["zh_Hans"] == "After-Sales"
    assert there["serviceOfferings"]["nodes"][0]["texts"]["standards"][0]["name"]["en"] == "Punctuality"
    assert there["serviceOfferings"]["nodes"][0]["form"]["fields"][0]["texts"]["label"]["zh_Hans"] == "序列号"
    # The same codes elsewhere are nobody's business.
    await line(ask, software, "after-sales")
    third = await found_company()
    assert await ask(third, TREE) == {"serviceLines": {"nodes": []}, "serviceOfferings": {"totalCount": 0, "nodes": []}}
    one = "query($id: ID!) { serviceOffering(id: $id) { code } node(id: $id) { id } }"
    for stranger in (third, software.admin):
        assert await ask(stranger, one, id=repair) == {"serviceOffering": None, "node": None}
    foreign = wanted(software, offeringId=repair)
    assert await refused(ask, software.clerk, SUBMIT, **foreign) == ("NOT_FOUND", "offeringId")


async def test_what_an_offering_says_is_read_in_one_s_language(ask: Any, service: Company) -> None:
    made = await done(
        ask,
        service.admin,
        OFFERING,
        lineId=await line(ask, service, "after-sales"),
        code="repair",
        name={"zhHans": "上门维修", "en": "Repair on site"},
        description={"en": "We come and mend it."},
        priceBasis="PER_VISIT",
        priceNote={"en": "Parts are charged as used."},
        slaClass="gold",
        standards=[{"name": {"en": "Punctuality"}, "target": {"en": "95 %"}}],
        fields=FIELDS,
    )
    assert (made["name"], made["slaClass"], made["priceBasis"]) == ("Repair on site", "gold", "PER_VISIT")
    assert made["standards"] == [{"name": "Punctuality", "target": "95 %"}]
    fields = {field["code"]: field for field in made["form"]["fields"]}
    assert list(fields) == ["serial", "machines", "worth", "since", "parts", "asker"]
    assert fields["serial"] | {"kind": "TEXT", "required": True, "maximum": "20"} == fields["serial"]
    assert fields["parts"]["choices"] == [{"code": "pump", "label": "Pump"}, {"code": "valve", "label": "Valve"}]
    assert fields["worth"]["currency"] == "CNY"


async def test_a_clause_for_a_service_line_promises_more_to_all_below_it(ask: Any, service: Company) -> None:
    software = await founded()
    await publish(
        software.admin,
        *software_clauses(),
        ("2.5", QUICK, Scope(service_line="operations")),
        ("2.6", QUICKER, Scope(sla_class="gold")),
    )
    operations = await line(ask, software, "operations", departmentId=str(software.support_id))
    hosting = await line(ask, software, "hosting", parentId=operations)
    training = await line(ask, software, "training")
    monitoring = await offering(ask, software, hosting, "monitoring")
    course = await offering(ask, software, training, "course", departmentId=str(software.sales_id))
    golden = await offering(ask, software, training, "coaching", slaClass="gold")
    clerk = software.clerk
    below = await done(ask, clerk, SUBMIT, **wanted(software, offeringId=monitoring))
    assert promises(below) == [("RESPONSE", {"working_minutes": 10}, "2.5")]
    assert (below["serviceLines"], below["offering"], below["department"]) == (
        ["hosting", "operations"],
        {"code": "monitoring"},
        {"name": "Support"},
    )
    rated = below["decisions"]["nodes"][0]
    assert rated["decision"] == "requests.priority"
    assert rated["inputs"] | {"offering": "monitoring", "service_line": "hosting"} == rated["inputs"]
    general = [("RESPONSE", {"working_minutes": 30}, "2.2"), ("RESOLUTION", {"working_minutes": 240}, "2.2")]
    beside = await done(ask, clerk, SUBMIT, **wanted(software, offeringId=course))
    assert (promises(beside), beside["department"]) == (general, {"name": "Sales"})
    without = await done(ask, clerk, SUBMIT, **wanted(software))
    assert (promises(without), without["serviceLines"], without["answers"]) == (general, [], {})
    assert "offering" not in without["decisions"]["nodes"][0]["inputs"]
    gold = await done(ask, clerk, SUBMIT, **wanted(software, offeringId=golden))
    assert promises(gold) == [("RESPONSE", {"working_minutes": 5}, "2.6")]
    # The other company has the same line, and no clause for it.
    elsewhere = await offering(ask, service, await line(ask, service, "operations"), "monitoring")
    request = await done(ask, service.clerk, SUBMIT, **wanted(service, offeringId=elsewhere))
    assert {number for _, _, number in promises(request)} == {"4.2"}


async def test_a_line_that_is_moved_moves_no_deadline_that_was_promised(ask: Any, pool: None) -> None:
    software = await founded()
    await publish(software.admin, *software_clauses(), ("2.5", QUICK, Scope(service_line="operations")))
    operations, training = await line(ask, software, "operations"), await line(ask, software, "training")
    hosting = await line(ask, software, "hosting", parentId=operations)
    monitoring = await offering(ask, software, hosting, "monitoring")
    before = await done(ask, software.clerk, SUBMIT, **wanted(software, offeringId=monitoring))
    moved = await done(ask, software.admin, CHANGE_LINE, lineId=hosting, name={"en": "Hosting"}, parentId=training)
    assert moved == {"code": "hosting", "active": True, "parent": {"code": "training"}}
    after = await done(ask, software.clerk, SUBMIT, **wanted(software, offeringId=monitoring))
    assert [number for _, _, number in promises(after)] == ["2.2", "2.2"]
    kept = (await ask(software.admin, SHOW, id=before["id"]))["request"]
    assert (kept["serviceLines"], kept["clocks"]) == (["hosting", "operations"], [{"clause": {"number": "2.5"}}])


async def test_silence_is_taken_for_consent_by_the_clause_of_the_service_line(ask: Any, pool: None) -> None:
    software = await founded()
    one_day = AutoConfirm(after_working_days=1)
    await publish(software.admin, *software_clauses(), ("2.5", one_day, Scope(service_line="hosting")))
    monitoring = await offering(ask, software, await line(ask, software, "hosting"), "monitoring")
    closes = []
    for more in ({"offeringId": monitoring}, {}):
        request = await done(ask, software.clerk, SUBMIT, **wanted(software, **more))
        for name, input in (
            ("assign", {"assigneeId": str(software.agent.id)}),
            ("start", {}),
            ("resolve", {"resolution": "Mended"}),
        ):
            document = f"""mutation($input: {name.title()}RequestInput!) {{ {name}Request(input: $input) {{
              request {{ closesAt }} errors {{ code }} }} }}"""
            actor = software.dispatcher if name == "assign" else software.agent
            moved = await done(ask, actor, document, requestId=request["id"], **input)
        closes.append(moved["closesAt"])
    # From Monday at nine: a working day, and three of them across the feast on Thursday.
    assert closes == ["2026-06-02T01:00:00+00:00", "2026-06-05T01:00:00+00:00"]


async def test_answers_are_checked_kept_and_found(ask: Any, software: Company) -> None:
    repair = await offering(ask, software, await line(ask, software, "repairs"), fields=FIELDS)
    other = await offering(ask, software, await line(ask, software, "pumps"), "pump")
    clerk = software.clerk
    given = {
        "serial": " A-17 ",
        "machines": 2,
        "worth": "1200.5",
        "since": "2026-06-01T08:50:00+08:00",
        "parts": ["valve", "pump"],
        "asker": str(software.contact_id).upper(),
    }
    request = await done(ask, clerk, SUBMIT, **wanted(software, offeringId=repair, answers=given))
    assert request["answers"] == {
        "serial": "A-17",
        "machines": 2,
        "worth": "1200.50",
        "since": "2026-06-01T00:50:00+00:00",
        "parts": ["pump", "valve"],
        "asker": str(software.contact_id),
    }
    await done(ask, clerk, SUBMIT, **wanted(software, title="Another", offeringId=repair, answers={"serial": "A-18"}))
    await done(ask, clerk, SUBMIT, **wanted(software, title="A pump", offeringId=other))
    await done(ask, clerk, SUBMIT, **wanted(software, title="None"))

    async def titles(**filter: Any) -> list[str]:
        found = await ask(software.admin, LIST, filter=filter)
        return [node["title"] for node in found["requests"]["nodes"]]

    first = "The pump stands still"
    for answer in (("serial", "A-17"), ("machines", "2"), ("worth", "1200.50"), ("parts", "pump"), ("parts", "valve")):
        assert await titles(answers=dict(zip(("code", "eq"), answer, strict=True))) == [first]
    assert await titles(answers={"code": "parts", "eq": "tap"}) == []
    assert await titles(**{"not": {"answers": {"code": "serial", "eq": "A-17"}}}) == ["Another", "A pump", "None"]
    both = [{"answers": {"code": "serial", "eq": "A-17"}}, {"answers": {"code": "machines", "eq": "3"}}]
    assert (await titles(**{"and": both}), await titles(**{"or": both})) == ([], [first])
    assert await titles(offeringId={"eq": other}) == ["A pump"]
    assert await titles(serviceLines={"has": "repairs"}) == [first, "Another"]
    assert await titles(offeringId={"isNull": True}) == ["None"]


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({}, "answers.serial"),
        ({"serial": "x" * 21}, "answers.serial"),
        ({"serial": 7}, "answers.serial"),
        ({"serial": "A", "machines": 0}, "answers.machines"),
        ({"serial": "A", "worth": "1.234"}, "answers.worth"),
        ({"serial": "A", "since": "yesterday"}, "answers.since"),
        ({"serial": "A", "parts": ["tap"]}, "answers.parts"),
        ({"serial": "A", "colour": "red"}, "answers.colour"),
        ([], "answers"),
        ("A-17", "answers"),
    ],
)
async def test_answers_that_do_not_fit_are_refused_with_the_place(
    ask: Any, software: Company, answers: Any, path: str
) -> None:
    repair = await offering(ask, software, await line(ask, software, "repairs"), fields=FIELDS)
    asked = wanted(software, offeringId=repair, answers=answers)
    assert await refused(ask, software.clerk, SUBMIT, **asked) == ("INVALID", path)


async def test_a_contact_in_an_answer_is_one_of_the_customer_s(ask: Any, software: Company) -> None:
    repair = await offering(ask, software, await line(ask, software, "repairs"), fields=FIELDS)
    small = wanted(software, customerId=str(software.standard_id), offeringId=repair)
    for contact, code in ((software.contact_id, "INVALID"), (uuid4(), "NOT_FOUND")):
        answers = {"serial": "A", "asker": str(contact)}
        assert await refused(ask, software.clerk, SUBMIT, **small, answers=answers) == (code, "answers.asker")
    assert await refused(ask, software.clerk, SUBMIT, **wanted(software, answers={"a": 1})) == ("INVALID", "answers")


async def test_a_request_keeps_the_form_that_it_answered(ask: Any, software: Company) -> None:
    repair = await offering(ask, software, await line(ask, software, "repairs"), fields=FIELDS)
    before = await done(
        ask, software.clerk, SUBMIT, **wanted(software, offeringId=repair, answers={"serial": "A-17", "machines": 2})
    )
    changed = await done(ask, software.admin, FORM, offeringId=repair, fields=FIELDS[3:4])
    assert changed == {"form": {"number": 2, "fields": [{"code": "since"}]}, "forms": {"totalCount": 2}}
    # The same again is no other form.
    assert await done(ask, software.admin, FORM, offeringId=repair, fields=FIELDS[3:4]) == changed
    kept = (await ask(software.admin, SHOW, id=before["id"]))["request"]
    assert (kept["form"]["number"], len(kept["form"]["fields"])) == (1, len(FIELDS))
    assert kept["form"]["fields"][0] == {"code": "serial", "label": "Serial number"}
    assert kept["answers"] == {"serial": "A-17", "machines": 2}
    after = await done(ask, software.clerk, SUBMIT, **wanted(software, offeringId=repair))
    assert (after["form"]["number"], after["answers"]) == (2, {})


async def test_a_partner_s_program_sees_and_asks_for_what_is_offered(ask: Any, software: Company) -> None:
    repairs, old = await line(ask, software, "repairs"), await line(ask, software, "old")
    repair = await offering(ask, software, repairs, "repair", fields=FIELDS[:1])
    past = await offering(ask, software, repairs, "past")
    below = await offering(ask, software, await line(ask, software, "oldest", parentId=old), "fax")
    usual = {"lineId": repairs, "name": {"en": "Past"}, "priceBasis": "QUOTED", "active": False}
    await done(ask, software.admin, CHANGE_OFFERING, offeringId=past, **usual)
    await done(ask, software.admin, CHANGE_LINE, lineId=old, name={"en": "Old"}, active=False)
    scopes = [Permission.REQUESTS_SUBMIT.value]
    async with writing(software.admin, settle=settle) as work:
        client, *_ = await clients.create_client(work, name="Partner", scopes=scopes)
    partner = Actor(software.admin.tenant_id, ActorKind.CLIENT, client.id, frozenset(scopes))
    seen = await ask(partner, TREE)
    assert [node["code"] for node in seen["serviceLines"]["nodes"]] == ["repairs"]
    assert [node["code"] for node in seen["serviceOfferings"]["nodes"]] == ["repair"]
    assert [field["code"] for field in seen["serviceOfferings"]["nodes"][0]["form"]["fields"]] == ["serial"]
    nobody = replace(partner, permissions=frozenset())
    assert (await ask(nobody, TREE))["serviceOfferings"] == {"totalCount": 0, "nodes": []}
    reader = replace(partner, permissions=frozenset({Permission.CATALOGUE_READ.value}))
    assert (await ask(reader, TREE))["serviceOfferings"]["totalCount"] == 3
    asked = wanted(software, offeringId=repair, answers={"serial": "A-17"})
    assert (await told(ask, partner, SUBMIT, **asked))["errors"] == []
    for gone in (past, below):
        assert await refused(ask, partner, SUBMIT, **wanted(software, offeringId=gone)) == ("INVALID", "offeringId")


async def test_the_catalogue_refuses_what_would_not_be_a_tree(ask: Any, software: Company) -> None:
    ids: list[str] = []
    for level in range(6):
        ids.append(await line(ask, software, f"level{level}", parentId=ids[-1] if ids else None))
    admin, name = software.admin, {"en": "A name"}
    too_deep = {"code": "level6", "name": name, "parentId": ids[-1]}
    assert await refused(ask, admin, LINE, **too_deep) == ("INVALID", "parentId")
    assert await refused(ask, admin, CHANGE_LINE, lineId=ids[0], name=name, parentId=ids[3]) == ("INVALID", "parentId")
    assert await refused(ask, admin, LINE, code="level0", name=name) == ("CONFLICT", "code")
    assert await refused(ask, admin, LINE, code="Level 0", name=name) == ("INVALID", "code")
    assert await refused(ask, admin, LINE, code="x", name={}) == ("INVALID", "name")
    assert await refused(ask, admin, LINE, code="x", name=name, parentId=str(uuid4())) == ("NOT_FOUND", "parentId")
    assert await refused(ask, admin, LINE, code="x", name=name, departmentId=str(uuid4())) == (
        "NOT_FOUND",
        "departmentId",
    )
    usual = {"lineId": ids[0], "code": "repair", "name": name, "priceBasis": "FIXED"}
    await done(ask, admin, OFFERING, **usual)
    assert await refused(ask, admin, OFFERING, **usual) == ("CONFLICT", "code")
    usual["code"] = "other"
    assert await refused(ask, admin, OFFERING, **usual | {"slaClass": "!"}) == ("INVALID", "slaClass")
    assert await refused(ask, admin, OFFERING, **usual | {"lineId": str(uuid4())}) == ("NOT_FOUND", "lineId")
    many = [{"name": name, "target": name}] * 31
    assert await refused(ask, admin, OFFERING, **usual | {"standards": many}) == ("INVALID", "standards")
    twice = [FIELDS[0], FIELDS[0]]
    assert await refused(ask, admin, OFFERING, **usual | {"fields": twice}) == ("INVALID", "fields")
    for document, input in ((LINE, {"code": "x", "name": name}), (OFFERING, usual)):
        assert await refused(ask, software.clerk, document, **input) == ("FORBIDDEN", "")
