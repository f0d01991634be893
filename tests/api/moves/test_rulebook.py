"""What can be done with versions of the handbook is known beforehand, also what only reading the whole of it tells."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.policies import commands as policies
from domain.rulebook import commands
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree, said
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS, another_title, draft, in_force
from tests.domain.policies.test_versions import colleague, submitted

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
CHAIN: dict[str, Any] = {
    "subject_kind": "handbook_versions",
    "purpose": "publish",
    "steps": [{"name": {"en": "Administrators"}, "approvers": [{"by": "administrator"}]}],
}
NOBODY: dict[str, Any] = {
    **CHAIN,
    "steps": [{"name": {"en": "Nobody"}, "approvers": [{"by": "post", "value": "Nowhere"}]}],
}


def tries(version_id: UUID) -> Tries:
    here = {"version_id": version_id}
    return {
        "EDIT": ("retitleVersion", {**here, "note": "Another one"}),
        "SUBMIT": ("submitVersion", here),
        "DISCARD": ("discardVersion", here),
        "REVIEW": ("reviewVersion", here),
        "RETURN": ("returnVersion", here),
        "PUBLISH": ("publishVersion", here),
        "WITHDRAW": ("withdrawVersion", {**here, "reason": "Too early"}),
    }


def people(admin: Actor, *others: Actor) -> list[Actor]:
    program = Actor(tenant_id=admin.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=admin.permissions)
    return [admin, *others, program, replace(admin, language="zh_Hans")]


async def drafted(admin: Actor, *clauses: Any) -> UUID:
    async with writing(admin, settle=settle) as work:
        return (await draft(work, *clauses)).id


async def test_versions_in_every_state_say_what_the_mutations_do(ask: Ask, acme: Actor) -> None:
    other = await colleague(acme, Permission.POLICIES_PUBLISH, Permission.POLICIES_DRAFT, Permission.POLICIES_READ)
    reader = replace(other, permissions=frozenset({Permission.POLICIES_READ}))
    empty = await drafted(acme)
    assert (await said(ask, acme, "HandbookVersion", empty))["SUBMIT"] == ["The version has no clauses yet."]
    await agree(ask, "HandbookVersion", empty, tries(empty), *people(acme, other))
    sound = await drafted(acme, CALENDAR)
    await agree(ask, "HandbookVersion", sound, tries(sound), *people(acme, other))
    async with writing(acme, settle=settle) as work:
        await commands.submit_version(work, version_id=sound)
    await agree(ask, "HandbookVersion", sound, tries(sound), *people(acme, other))
    async with writing(other, settle=settle) as work:
        await policies.review_version(work, version_id=sound)
        await policies.publish_version(work, version_id=sound)
    await agree(ask, "HandbookVersion", sound, tries(sound), *people(acme, other, reader))


async def test_findings_unchanged_copies_and_old_bases_are_told_beforehand(ask: Ask, acme: Actor) -> None:
    first = await in_force(acme, CALENDAR)
    broken = await drafted(acme, CALENDAR, ("1.2", "approval_chain", NOBODY))
    async with writing(acme, settle=settle) as work:
        copy = await policies.draft_version(work, title=another_title(), document_number="HB-01", copy_from=first)
        same = await policies.draft_version(work, title={"en": "x"}, document_number="HB-01", copy_from=first)
        stored = await work.get(type(same), first)
        same.title = stored.title
        later = await policies.draft_version(work, title=another_title(), document_number="HB-01", copy_from=first)
    blocked = {id: (await said(ask, acme, "HandbookVersion", id))["SUBMIT"] for id in (broken, copy.id, same.id)}
    assert "the company has not" in blocked[broken][0]
    assert blocked[copy.id] == []
    assert "Nothing in this version differs" in blocked[same.id][0]
    for each in blocked:
        await agree(ask, "HandbookVersion", each, tries(each), *people(acme))
    async with writing(acme, settle=settle) as work:
        await commands.submit_version(work, version_id=later.id)
        at = work.now + timedelta(days=30)
        await policies.publish_version(work, version_id=later.id, effective_at=at)
    await agree(ask, "HandbookVersion", later.id, tries(later.id), *people(acme))
    for each in (copy.id, broken):
        await agree(ask, "HandbookVersion", each, tries(each), *people(acme))
    async with writing(acme, settle=settle) as work:
        following = await policies.draft_version(
            work, title=another_title(), document_number="HB-01", copy_from=later.id
        )
        await commands.submit_version(work, version_id=following.id, effective_at=at + timedelta(days=1))
        await policies.publish_version(work, version_id=following.id, effective_at=at + timedelta(days=1))
    assert "rests on this one" in (await said(ask, acme, "HandbookVersion", later.id))["WITHDRAW"][0]
    await agree(ask, "HandbookVersion", later.id, tries(later.id), *people(acme))


async def test_where_the_clause_asks_for_a_signed_trial_it_is_named(ask: Ask, acme: Actor, globex: Actor) -> None:
    third = await found_company()
    asks = ("1.2", "publishing_rules", {"dry_run_months": 3, "dry_run_signed": True})
    for company, clauses, blocked in ((acme, (CALENDAR, asks), ["1.2"]), (globex, (CALENDAR,), [])):
        await in_force(company, *clauses)
        version_id = await drafted(company, CALENDAR)
        query = "query($id: ID!) { handbookVersion(id: $id) { allowedMoves { move blockers { clause { number } } } } }"
        found = (await ask(company, query, id=str(version_id)))["handbookVersion"]["allowedMoves"]
        (submit,) = [move["blockers"] for move in found if move["move"] == "SUBMIT"]
        assert [blocker["clause"]["number"] for blocker in submit] == blocked
        await agree(ask, "HandbookVersion", version_id, tries(version_id), *people(company))
        if blocked:
            async with writing(company, settle=settle) as work:
                run = await commands.start_dry_run(work, version_id=version_id, months=3)
                await commands.note_finished(work, run.id)
            await agree(ask, "HandbookVersion", version_id, tries(version_id), *people(company))
            async with writing(company, settle=settle) as work:
                await commands.sign_dry_run(work, dry_run_id=run.id)
            assert (await said(ask, company, "HandbookVersion", version_id))["SUBMIT"] == []
        await agree(ask, "HandbookVersion", version_id, tries(version_id), *people(company))
        assert (await ask(third, query, id=str(version_id)))["handbookVersion"] is None


async def test_a_chain_keeps_programs_from_submitting_and_anybody_from_publishing(ask: Ask, acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("1.2", "approval_chain", CHAIN))
    other = await colleague(acme, Permission.POLICIES_PUBLISH, Permission.POLICIES_READ, Permission.POLICIES_DRAFT)
    drafting = await drafted(acme, CALENDAR)
    await agree(ask, "HandbookVersion", drafting, tries(drafting), *people(acme, other))
    reviewing = await submitted(acme)
    await agree(ask, "HandbookVersion", reviewing, tries(reviewing), *people(acme, other))
