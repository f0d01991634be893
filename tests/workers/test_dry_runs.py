"""A draft is tried on past cases in the background: what it found, when it is begun anew, and who signs it."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.policies import commands as policies
from domain.policies.rules.kinds import PublishingRules, ServiceLevel
from domain.requests import commands as requests
from domain.rulebook import commands, queries
from domain.rulebook.models import DryRun, DryRunFinding
from domain.rulebook.rules.hindsight import Compared
from domain.rulebook.rules.trials import State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.policies.handbooks import draft, in_force
from tests.domain.requests.company import Company, at, do, founded, go_to, service_clauses, software_clauses, under_way
from tests.handbooks import publish
from tests.locks import is_done_or_waits
from tests.workers.facts import claim_all, work_off
from workers.attempts import attempt
from workers.performing import DOING

STRICT = ServiceLevel.model_validate(
    {"targets": {"p1": {"response": {"working_minutes": 30}, "resolution": {"working_minutes": 60}}}}
)


@pytest.fixture(autouse=True)
def _yard(quiet: None, configured: Any) -> None:
    """Nothing else is to be done."""


async def lived(*clauses: Any) -> Company:
    """A company that has resolved a request two hours after it came in on a Monday."""
    company = await founded()
    await publish(company.admin, *clauses)
    request = await under_way(company)
    await go_to(company, at("Mon 1 11:00"))
    await do(requests.resolve, company.agent, request, resolution="Restarted.")
    await go_to(company, at("Tue 2 09:00"))
    return company


async def drafted(company: Company, *clauses: Any) -> UUID:
    """A draft with these clauses."""
    async with writing(company.admin, settle=settle) as work:
        version = await draft(work, *((number, value.kind, value.stored()) for number, value in clauses))
    return version.id


async def tried(company: Company, version_id: UUID, months: int = 1) -> DryRun:
    """A dry run that has come to its end."""
    async with writing(company.admin, settle=settle) as work:
        run = await commands.start_dry_run(work, version_id=version_id, months=months)
    await work_off()
    return await run_of(company.admin, run.id)


async def run_of(actor: Actor, id: UUID) -> DryRun:
    async with reading(actor) as work:
        return await queries.dry_run(work, id)


async def found(actor: Actor) -> list[DryRunFinding]:
    async with reading(actor) as work:
        return await work.all(select(DryRunFinding).where(queries.visible_findings(actor, DryRunFinding)))


async def test_what_a_stricter_draft_would_have_changed_is_found_with_case_and_person() -> None:
    company = await lived(*software_clauses())
    run = await tried(company, await drafted(company, *software_clauses(level=STRICT)))
    assert (run.state, run.total, run.judged, run.unjudged, run.differing) == (State.FINISHED, 1, 1, 0, 1)
    assert run.by_clause == {"2.2": {"request_resolution": 1}}
    (finding,) = await found(company.admin)
    assert (finding.compared, finding.number, finding.member_id, finding.before, finding.after) == (
        Compared.REQUEST_RESOLUTION,
        "2.2",
        company.agent.id,
        {"value": "in_time"},
        {"value": "late"},
    )


async def test_two_companies_are_tried_each_on_its_own_cases_and_a_third_sees_nothing() -> None:
    one, other = await lived(*software_clauses()), await lived(*service_clauses())
    same = software_clauses(level=STRICT)
    first = await tried(one, await drafted(one, *same))
    second = await tried(other, await drafted(other, *same))
    assert first.by_clause == {"2.2": {"request_resolution": 1}}
    # There, such requests were of the second priority.
    assert second.by_clause == {"2.1": {"request_priority": 1}, "2.2": {"request_resolution": 1}}
    stranger = await found_company("Third")
    assert await found(stranger) == []
    async with reading(stranger) as work:
        with pytest.raises(NotFound):
            await queries.dry_run(work, first.id)


async def test_what_was_found_is_seen_by_who_may_read_such_records() -> None:
    company = await lived(*software_clauses())
    await tried(company, await drafted(company, *software_clauses(level=STRICT)))
    for permissions, seen in (
        ({Permission.POLICIES_DRAFT, Permission.REQUESTS_READ_ALL}, 1),
        ({Permission.POLICIES_DRAFT, Permission.BILLING_READ}, 0),
        ({Permission.REQUESTS_READ_ALL}, 0),
    ):
        actor = Actor(
            tenant_id=company.admin.tenant_id,
            kind=company.admin.kind,
            id=company.head.id,
            permissions=frozenset(permissions),
        )
        assert len(await found(actor)) == seen


async def test_a_trial_that_was_cut_off_begins_anew_and_finds_everything_once() -> None:
    company = await lived(*software_clauses())
    version_id = await drafted(company, *software_clauses(level=STRICT))
    async with writing(company.admin, settle=settle) as work:
        run = await commands.start_dry_run(work, version_id=version_id, months=1)
        with pytest.raises(Conflict):
            await commands.start_dry_run(work, version_id=version_id, months=1)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        await commands.note_begun(work, run.id)
        await commands.note_judged(work, run.id, judged=7, unjudged=1, found=[])
    await work_off()
    for claim in await claim_all(company.admin.tenant_id):
        await attempt(claim, DOING)
    again = await run_of(company.admin, run.id)
    assert (again.judged, again.unjudged, again.differing) == (1, 0, 1)
    assert len(await found(company.admin)) == 1


async def test_what_is_in_force_is_not_tried() -> None:
    company = await lived(*software_clauses())
    version_id = await in_force(company.admin, ("1.1", "provision", {}))
    async with writing(company.admin, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.start_dry_run(work, version_id=version_id, months=1)
    async with writing(company.clerk, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.start_dry_run(work, version_id=version_id, months=1)


async def test_what_nobody_goes_on_with_is_not_tried() -> None:
    company = await lived(*software_clauses())
    async with writing(company.admin, settle=settle) as work:
        given_up = await draft(work, ("1.1", "provision", {}))
        await policies.discard_version(work, version_id=given_up.id)
        with pytest.raises(WrongState) as refused:
            await commands.start_dry_run(work, version_id=given_up.id, months=1)
        assert (refused.value.code, refused.value.path) == ("WRONG_STATE", ("versionId",))
        assert await queries.dry_runs_of(work, given_up.id) == []


async def refused_code(company: Company, version_id: UUID) -> str | None:
    """Why a version can't be submitted; None when it was."""
    try:
        async with writing(company.admin, settle=settle) as work:
            await commands.submit_version(work, version_id=version_id)
    except Refusal as refusal:
        return refusal.code if refusal.clause is not None else "without a clause"
    return None


async def test_nobody_signs_what_they_may_not_read() -> None:
    company = await lived(*software_clauses())
    run = await tried(company, await drafted(company, *software_clauses(level=STRICT)), months=2)
    assert run.differing
    blind = replace(company.admin, permissions=company.admin.permissions - {Permission.REQUESTS_READ_ALL})
    async with writing(blind, settle=settle) as work:
        with pytest.raises(Forbidden, match=r"requests\.read_all") as refused:
            await commands.sign_dry_run(work, dry_run_id=run.id)
    assert (refused.value.code, refused.value.path) == ("UNSEEN_FINDINGS", ("dryRunId",))
    async with writing(company.admin, settle=settle) as work:
        assert (await commands.sign_dry_run(work, dry_run_id=run.id)).signed_by_id == company.admin.id


async def test_a_company_may_ask_for_a_signed_trial_before_a_version_is_submitted() -> None:
    rules = ("1.2", PublishingRules(dry_run_months=2, dry_run_signed=True))
    company = await lived(*software_clauses(), rules)
    version_id = await drafted(company, *software_clauses(level=STRICT))
    assert await refused_code(company, version_id) == "NEEDS_DRY_RUN"
    short = await tried(company, version_id, months=1)
    assert await refused_code(company, version_id) == "NEEDS_DRY_RUN"
    run = await tried(company, version_id, months=2)
    assert await refused_code(company, version_id) == "NEEDS_DRY_RUN"
    async with writing(company.admin, settle=settle) as work:
        await commands.sign_dry_run(work, dry_run_id=short.id)
    assert await refused_code(company, version_id) == "NEEDS_DRY_RUN"
    async with writing(company.admin, settle=settle) as work:
        signed = await commands.sign_dry_run(work, dry_run_id=run.id)
        assert signed.signed_by_id == company.admin.id
    # A draft that has changed since is another one.
    async with writing(company.admin, settle=settle) as work:
        await policies.put_clause(
            work, version_id=version_id, number="9.9", kind="provision", value={}, title={"en": "New"}
        )
    assert await refused_code(company, version_id) == "NEEDS_DRY_RUN"
    with pytest.raises(Conflict, match="has changed since it was tried") as refused:
        async with writing(company.admin, settle=settle) as work:
            await commands.sign_dry_run(work, dry_run_id=run.id)
    assert (refused.value.code, refused.value.path) == ("OUTDATED_DRY_RUN", ("dryRunId",))
    async with reading(company.admin) as work:
        assert set(await queries.outdated_runs(work)) == {str(short.id), str(run.id)}
    async with writing(company.admin, settle=settle) as work:
        await policies.remove_clause(work, version_id=version_id, number="9.9")
    assert await refused_code(company, version_id) is None


async def test_what_is_written_while_a_draft_is_handed_in_must_be_tried_too(owner_url: str) -> None:
    company = await lived(*software_clauses(), ("1.2", PublishingRules(dry_run_months=2)))
    version_id = await drafted(company, *software_clauses(level=STRICT))
    await tried(company, version_id, months=2)
    async with writing(company.admin, settle=settle) as writer:
        await policies.put_clause(
            writer, version_id=version_id, number="9.9", kind="provision", value={}, title={"en": "New"}
        )
        await writer.flush()
        handing_in = asyncio.create_task(refused_code(company, version_id))
        await is_done_or_waits(handing_in, owner_url)
    assert await handing_in == "NEEDS_DRY_RUN"


async def test_a_company_that_asks_for_none_needs_none() -> None:
    company = await lived(*software_clauses())
    assert await refused_code(company, await drafted(company, *software_clauses(level=STRICT))) is None
