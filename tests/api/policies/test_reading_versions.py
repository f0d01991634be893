"""A version read as a whole by GraphQL: beside another one, with what is odd about it, with what its clauses did."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.organisation import commands as organisation
from domain.policies import commands, queries
from domain.policies.rules.kinds import NoticePeriod
from domain.rulebook import queries as rulebook
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.language import Language
from tenancy.refusals import Forbidden, NotFound
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.approvals.company import founded
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force

DIFFERENCE = """query($before: ID!, $after: ID!) { handbookDifference(beforeId: $before, afterId: $after) {
  number change before { kind title } after { value title standardText } fields { path before after } } }"""
FINDINGS = "query($id: ID!) { handbookFindings(versionId: $id) { severity code number message } }"
COVERAGE = """query($id: ID!, $since: DateTime!, $until: DateTime!) {
  handbookCoverage(versionId: $id, since: $since, until: $until) { number kind coveredBy decisions lastDecisionAt } }"""
CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)


async def test_the_difference_tells_clause_by_clause_what_is_new(ask, acme: Actor) -> None:
    before = await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30}), ("9", "provision", {}))
    after = await in_force(
        acme, CALENDAR, ("4.1", "notice_period", {"days": 45}), ("5", "auto_confirm", {"after_working_days": 3})
    )
    found = (await ask.executed(acme, DIFFERENCE, before=str(before), after=str(after)))["handbookDifference"]
    assert [(each["number"], each["change"]) for each in found] == [
        ("4.1", "CHANGED"),
        ("5", "ADDED"),
        ("9", "REMOVED"),
    ]
    assert found[0]["fields"] == [{"path": ["value", "days"], "before": 30, "after": 45}]
    assert found[0]["after"]["standardText"] == "Notice is given 45 calendar days ahead."
    chinese = replace(acme, language="zh_Hans")
    found = (await ask.executed(chinese, DIFFERENCE, before=str(before), after=str(after)))["handbookDifference"]
    assert found[0]["after"]["standardText"] == "须提前 45 个自然日提出离职。"


async def test_findings_have_severity_clause_and_a_sentence(ask, acme: Actor) -> None:
    await founded(acme)
    chain = {
        "subject_kind": "resignations",
        "steps": [{"name": {"en": "Vacant"}, "approvers": [{"by": "post", "value": "Auditor"}]}],
    }
    async with writing(acme, settle=settle) as work:
        await organisation.create_post(work, name="Auditor")
        version = await draft(
            work,
            ("4.1", "notice_period", {"days": 0, "allow_zero": True}),
            ("5.1", "approval_chain", chain),
            ("7.1", "document_review", {"level": "secret", "every_months": 12}),
        )
    found = (await ask.executed(acme, FINDINGS, id=str(version.id)))["handbookFindings"]
    said = {(each["severity"], each["code"], each["number"]) for each in found}
    assert {
        ("ERROR", "MISSING_GROUND", "4.1"),
        ("WARNING", "NO_NOTICE", "4.1"),
        ("WARNING", "EMPTY_POST", "5.1"),
        ("HINT", "NOT_AUTOMATIC", "7.1"),
    } <= said
    empty = next(each for each in found if each["code"] == "EMPTY_POST")
    assert empty["message"] == "Clause 5.1: nobody holds the post “Auditor”, which decides in step 1."


async def decided(actor: Actor, version_id: UUID, times: int) -> None:
    """So many decisions by the notice clause."""
    async with writing(actor, settle=settle) as work:
        ruling = await queries.rule(work, NoticePeriod, version_id=version_id)
        for _ in range(times):
            about = Subject(SubjectKind.HANDBOOK_VERSION, version_id)
            commands.cite(work, ruling, about=about, decision="test", inputs={}, result={})


async def test_the_coverage_says_who_acts_on_a_clause_and_how_often_it_was_used(
    ask, acme: Actor, globex: Actor
) -> None:
    clauses = (
        CALENDAR,
        ("4.1", "notice_period", {"days": 30}),
        ("8", "provision", {}),
        ("9", "document_review", {"level": "secret", "every_months": 12}),
    )
    mine, theirs = await in_force(acme, *clauses), await in_force(globex, *clauses)
    await decided(acme, mine, 3)
    await decided(globex, theirs, 1)
    async with reading(acme) as work:
        now = work.now
    period = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    for actor, version_id, times in ((acme, mine, 3), (globex, theirs, 1)):
        found = (await ask.executed(actor, COVERAGE, id=str(version_id), **period))["handbookCoverage"]
        assert [(each["number"], each["coveredBy"], each["decisions"]) for each in found] == [
            ("1.1", "ZHIDU", 0),
            ("4.1", "ZHIDU", times),
            ("8", "PEOPLE", 0),
            ("9", "NOBODY", 0),
        ]
    before = {"since": (now - timedelta(days=9)).isoformat(), "until": (now - timedelta(days=1)).isoformat()}
    found = (await ask.executed(acme, COVERAGE, id=str(mine), **before))["handbookCoverage"]
    assert all(each["decisions"] == 0 and each["lastDecisionAt"] is None for each in found)


async def test_nobody_reads_another_company_s_version_nor_a_draft_they_may_not_see(ask, acme: Actor) -> None:
    version_id = str(await in_force(acme, CALENDAR))
    async with writing(acme, settle=settle) as work:
        pending = str((await draft(work, CALENDAR)).id)
    period = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
    reader = replace(acme, permissions=frozenset({Permission.POLICIES_READ}))
    for actor, id in ((await found_company("Third"), version_id), (reader, pending)):
        for document, variables in (
            (FINDINGS, {"id": id}),
            (COVERAGE, {"id": id, **period}),
            (DIFFERENCE, {"before": id, "after": id}),
        ):
            (error,) = await ask.errors(actor, document, **variables)
            assert isinstance(error.original_error, NotFound)
    assert (await ask.executed(reader, FINDINGS, id=version_id))["handbookFindings"]


async def test_a_clause_without_words_reads_by_its_value(ask, acme: Actor) -> None:
    version_id = str(await in_force(acme, CALENDAR, ("4.1", "notice_period", {"days": 30})))
    document = """query($id: ID!) { handbookVersion(id: $id) {
      clauses(filter: {number: {eq: "4.1"}}) { nodes { text standardText } } } }"""
    found = await ask(acme, document, id=version_id)
    assert found["handbookVersion"]["clauses"]["nodes"] == [
        {"text": "", "standardText": "Notice is given 30 calendar days ahead."}
    ]


async def test_a_company_begins_with_a_starter_and_takes_it_elsewhere_as_a_document(
    ask, acme: Actor, globex: Actor
) -> None:
    listed = await ask.executed(replace(acme, language="zh_Hant"), "{ handbookStarters { name title clauseCount } }")
    assert {starter["name"] for starter in listed["handbookStarters"]} == {
        "software_company",
        "after_sales_group",
        "it_consulting",
        "small_support_team",
    }
    start = """mutation($name: String!) { startHandbook(input: {starter: $name}) {
      version { id control } errors { code path } } }"""
    begun = (await ask(acme, start, name="it_consulting"))["startHandbook"]
    assert begun["errors"] == []
    assert begun["version"]["control"] == "DRAFT"
    document = "query($id: ID!) { handbookDocument(versionId: $id) }"
    written = (await ask.executed(acme, document, id=begun["version"]["id"]))["handbookDocument"]
    take = """mutation($source: String!) { importVersion(input: {source: $source}) {
      version { id } errors { code path } } }"""
    taken = (await ask(globex, take, source=written))["importVersion"]
    assert (await ask.executed(globex, document, id=taken["version"]["id"]))["handbookDocument"] == written
    wrong = written.replace("probation_days: 14", "probation_days: -14")
    refused = (await ask(globex, take, source=wrong))["importVersion"]
    assert refused["version"] is None
    assert refused["errors"][0]["path"] == ["source", "clauses", "10.5", "value", "probation_days"]
    assert (await ask(acme, start, name="nonsense"))["startHandbook"]["errors"] == [
        {"code": "NOT_FOUND", "path": ["starter"]}
    ]


async def test_a_draft_is_tried_and_the_result_stands_with_it(ask, acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
    start = """mutation($id: ID!, $months: Int!) { startDryRun(input: {versionId: $id, months: $months}) {
      dryRun { id state months judged byClause findings { nodes { compared } } } errors { code path } } }"""
    begun = (await ask(acme, start, id=str(version.id), months=3))["startDryRun"]
    assert begun["errors"] == []
    assert begun["dryRun"] | {"id": ""} == {
        "id": "",
        "state": "RUNNING",
        "months": 3,
        "judged": 0,
        "byClause": {},
        "findings": {"nodes": []},
    }
    assert (await ask(acme, start, id=str(version.id), months=99))["startDryRun"]["errors"] == [
        {"code": "INVALID", "path": ["months"]}
    ]
    shown = "query($id: ID!) { handbookVersion(id: $id) { dryRuns { id startedBy { name } signedAt outdated } } }"
    (run,) = (await ask(acme, shown, id=str(version.id)))["handbookVersion"]["dryRuns"]
    assert run == {
        "id": begun["dryRun"]["id"],
        "startedBy": {"name": "Admin"},
        "signedAt": None,
        "outdated": False,
    }
    sign = "mutation($id: ID!) { signDryRun(input: {dryRunId: $id}) { dryRun { id } errors { code } } }"
    assert (await ask(acme, sign, id=run["id"]))["signDryRun"]["errors"] == [{"code": "WRONG_STATE"}]
    assert (await ask(globex, sign, id=run["id"]))["signDryRun"]["errors"] == [{"code": "NOT_FOUND"}]
    assert (await ask(globex, shown, id=str(version.id)))["handbookVersion"] is None
    async with writing(acme, settle=settle) as work:
        await commands.put_clause(
            work, version_id=version.id, number="9.9", kind="provision", value={}, title={"en": "New"}
        )
    (run,) = (await ask(acme, shown, id=str(version.id)))["handbookVersion"]["dryRuns"]
    assert run["outdated"] is True


async def test_who_has_read_a_version_and_who_has_not_is_seen(ask, acme: Actor, globex: Actor) -> None:
    await founded(acme)
    version_id = str(await in_force(acme, CALENDAR, ("1.2", "reading_confirmation", {"within_days": 7})))
    listed = "query($id: ID!) { outstandingReadings(versionId: $id) { name dueAt } }"
    assert len((await ask.executed(acme, listed, id=version_id))["outstandingReadings"]) == 5
    confirm = """mutation($id: ID!) { confirmReading(input: {versionId: $id}) {
      version { readByMe readings { nodes { member { name } } } } errors { code } } }"""
    done = (await ask(acme, confirm, id=version_id))["confirmReading"]
    assert done == {"version": {"readByMe": True, "readings": {"nodes": [{"member": {"name": "Admin"}}]}}, "errors": []}
    assert (await ask(globex, confirm, id=version_id))["confirmReading"]["errors"] == [{"code": "NOT_FOUND"}]
    async with writing(acme, settle=settle) as work:
        unpublished = str((await draft(work, CALENDAR)).id)
    (error,) = await ask.errors(acme, listed, id=unpublished)
    assert (error.original_error.code, error.original_error.path) == ("NOT_PUBLISHED", ("versionId",))
    reader = replace(acme, permissions=frozenset({Permission.POLICIES_READ}))
    (error,) = await ask.errors(reader, listed, id=version_id)
    assert isinstance(error.original_error, Forbidden)
    (error,) = await ask.errors(globex, listed, id=version_id)
    assert isinstance(error.original_error, NotFound)


async def test_a_chain_names_people_for_whoever_may_know_them(ask: Ask, acme: Actor) -> None:
    chain = {
        "subject_kind": "resignations",
        "steps": [{"name": {"en": "S"}, "approvers": [{"by": "member", "value": str(acme.id)}]}],
    }
    version_id = await in_force(acme, ("5.1", "approval_chain", chain))
    document = """query($id: ID!) { handbookVersion(id: $id) {
      clauses(filter: {number: {eq: "5.1"}}) { nodes { standardText } } } }"""
    stranger = replace(acme, id=uuid4(), permissions=frozenset({Permission.POLICIES_READ}))
    told = {}
    for actor in (acme, stranger):
        (clause,) = (await ask(actor, document, id=str(version_id)))["handbookVersion"]["clauses"]["nodes"]
        told[actor.id] = clause["standardText"].splitlines()[1]
    assert told == {
        acme.id: "Step 1, S: Admin; any one decides.",
        stranger.id: "Step 1, S: a named person; any one decides.",
    }


async def test_a_condition_names_the_department_it_compares_with(ask: Ask, acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        sales = (await organisation.create_department(work, name="Sales")).id
    compared = {"fact": "department_id", "operator": "one_of", "value": [str(sales), str(uuid4())]}
    step = {"name": {"en": "S"}, "approvers": [{"by": "administrator"}], "only_if": [compared]}
    version_id = await in_force(acme, ("5.1", "approval_chain", {"subject_kind": "resignations", "steps": [step]}))
    document = """query($id: ID!) { handbookVersion(id: $id) {
      clauses(filter: {number: {eq: "5.1"}}) { nodes { standardText } } } }"""
    (clause,) = (await ask(acme, document, id=str(version_id)))["handbookVersion"]["clauses"]["nodes"]
    assert "the department is one of Sales, a named department" in clause["standardText"]
    async with reading(acme) as work:
        assert (await rulebook.document(work, version_id)).names[sales] == "Sales"


async def test_a_condition_in_cel_names_customers_and_departments_for_whoever_may_know_them(
    ask: Ask, acme: Actor
) -> None:
    async with writing(acme, settle=settle) as work:
        sales = (await organisation.create_department(work, name="Sales")).id
        known = await customers.create_customer(
            work, name="Harbour Logistics", tier=CustomerTier.KEY, language=Language.EN, billing_email="b@harbour.hk"
        )
        harbour = known.id
    conditions = (
        f"customer_id == '{harbour}'",
        f"has(department_id) && department_id == '{sales}'",
        f"amount_minor * 2 > 5 && customer_id != '{str(harbour).upper()}'",
    )
    steps = [
        {"name": {"en": "S"}, "approvers": [{"by": "administrator"}], "when": condition} for condition in conditions
    ]
    version_id = await in_force(acme, ("5.1", "approval_chain", {"subject_kind": "contracts", "steps": steps}))
    document = """query($id: ID!) { handbookVersion(id: $id) {
      clauses(filter: {number: {eq: "5.1"}}) { nodes { standardText } } } }"""
    few = replace(acme, permissions=frozenset({Permission.POLICIES_READ}))
    told = {}
    for actor in (acme, few):
        (clause,) = (await ask(actor, document, id=str(version_id)))["handbookVersion"]["clauses"]["nodes"]
        told[actor.permissions] = [line for line in clause["standardText"].splitlines() if line.startswith("Only if")]
    assert told == {
        acme.permissions: [
            "Only if all of this holds: the customer is Harbour Logistics.",
            "Only if all of this holds: the department is Sales.",
            "Only if all of this holds: “amount_minor * 2 > 5 && customer_id != 'Harbour Logistics'” holds.",
        ],
        few.permissions: [
            "Only if all of this holds: the customer is a named customer.",
            "Only if all of this holds: the department is Sales.",
            f"Only if all of this holds: “amount_minor * 2 > 5 && customer_id != '{str(harbour).upper()}'” holds.",
        ],
    }
    async with reading(acme) as work:
        assert (await rulebook.document(work, version_id)).names[harbour] == "Harbour Logistics"
    async with reading(few) as work:
        assert harbour not in (await rulebook.document(work, version_id)).names
