"""What is refused around the handbook says where the fault is, as the client wrote it, and what is possible instead."""

from typing import Any

from domain.consequences import settle
from domain.policies import commands
from domain.policies.rules.kinds import DunningLadder
from domain.policies.rules.values import Wording
from domain.rulebook import commands as rulebook
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.identity import people
from tests.api.conftest import Ask
from tests.domain.policies.handbooks import OFFICE_HOURS, another_title, draft, in_force
from tests.domain.policies.test_versions import colleague

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
ERRORS = "errors { code path message }"
PUT = f"mutation($input: PutClauseInput!) {{ putClause(input: $input) {{ {ERRORS} }} }}"
START = f'mutation {{ startHandbook(input: {{starter: "nope"}}) {{ {ERRORS} }} }}'
REBASE = f'mutation($id: ID!) {{ rebaseVersion(input: {{versionId: $id, keep: ["77.1"]}}) {{ {ERRORS} }} }}'
COVERAGE = """query($id: ID!, $since: DateTime!, $until: DateTime!) {
  handbookCoverage(versionId: $id, since: $since, until: $until) { number } }"""
FINDINGS = "query($id: ID!) { handbookFindings(versionId: $id) { code message } }"
RUN = "query($id: ID!) { handbookVersion(id: $id) { dryRuns { summary } } }"


async def drafted(actor: Actor, *clauses: Any) -> str:
    async with writing(actor, settle=settle) as work:
        return str((await draft(work, *clauses)).id)


async def test_a_fault_in_a_text_is_found_where_the_client_wrote_it(ask: Ask, acme: Actor) -> None:
    version_id = await drafted(acme)
    clause = {"versionId": version_id, "number": "1", "kind": "provision", "value": {}, "title": {"zhHans": "长" * 999}}
    (long,) = (await ask(acme, PUT, input=clause))["putClause"]["errors"]
    assert long["path"] == ["title", "zhHans"]
    said = {**clause, "title": {"en": "T"}, "text": {"zhHant": "長" * 20_001}}
    (long,) = (await ask(acme, PUT, input=said))["putClause"]["errors"]
    assert long["path"] == ["text", "zhHant"]


async def test_the_form_that_is_needed_has_a_name(ask: Ask, acme: Actor) -> None:
    version_id = await drafted(acme)
    for kind, value, path, needed in (
        ("dunning_ladder", {"steps": "none"}, ["value", "steps"], "A list is needed here."),
        ("priority_matrix", {"matrix": 3}, ["value", "matrix"], "An object with fields of its own is needed here."),
    ):
        clause = {"versionId": version_id, "number": "1", "kind": kind, "value": value, "title": {"en": "T"}}
        (error, *_) = [
            each
            for each in (await ask(acme, PUT, input=clause))["putClause"]["errors"]
            if each["path"] == path or each["path"][:1] == ["value"]
        ]
        assert needed in error["message"], error


def test_no_language_of_a_text_is_needed_by_its_form() -> None:
    assert "required" not in Wording.model_json_schema()
    ladder = DunningLadder.model_json_schema()["$defs"]["Wording"]
    assert ("required" in ladder, ladder["minProperties"]) == (False, 1)


async def test_what_is_not_there_is_answered_with_what_is(ask: Ask, acme: Actor) -> None:
    (unknown,) = (await ask(acme, START))["startHandbook"]["errors"]
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["starter"])
    assert "small_support_team" in unknown["message"]
    first = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        copy = await commands.draft_version(work, title=another_title(), document_number="HB-01", copy_from=first)
    await in_force(acme, CALENDAR, ("1.2", "provision", {}))
    (strange,) = (await ask(acme, REBASE, id=str(copy.id)))["rebaseVersion"]["errors"]
    assert (strange["path"], "77.1" in strange["message"]) == (["keep"], True)
    span = {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    (backwards,) = await ask.errors(acme, COVERAGE, id=str(first), **span)
    assert "since comes before until" in str(backwards.message)


async def test_somebody_who_is_shut_out_is_named_by_name(ask: Ask, acme: Actor) -> None:
    other = await colleague(acme)
    chain = {
        "subject_kind": "resignations",
        "steps": [{"name": {"en": "S"}, "approvers": [{"by": "member", "value": str(other.id)}]}],
    }
    version_id = await drafted(acme, CALENDAR, ("1.2", "approval_chain", chain))
    async with writing(acme, settle=settle) as work:
        assert other.id is not None
        await people.deactivate_member(work, member_id=other.id)
    found = (await ask.executed(acme, FINDINGS, id=version_id))["handbookFindings"]
    (finding,) = [each["message"] for each in found if each["code"] == "UNKNOWN_APPROVER"]
    assert finding == "Clause 1.2 names Colleague, whose account is deactivated."


async def test_a_dry_run_over_nothing_says_so(ask: Ask, acme: Actor) -> None:
    version_id = await drafted(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        run = await rulebook.start_dry_run(work, version_id=(await draft(work, CALENDAR)).id, months=1)
        await rulebook.note_total(work, run.id, 0)
        await rulebook.note_finished(work, run.id)
    (shown,) = (await ask(acme, RUN, id=str(run.version_id)))["handbookVersion"]["dryRuns"]
    assert shown["summary"].startswith("There was nothing to judge")
    assert (await ask(acme, RUN, id=version_id))["handbookVersion"]["dryRuns"] == []
