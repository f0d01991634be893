"""Drafts: who gives one up, and what is kept of a clause that is written anew."""

from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands, queries
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules.versions import Control, State
from domain.rulebook import queries as rulebook
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.domain.policies.handbooks import OFFICE_HOURS, TITLE, draft, in_force, publish, write
from tests.domain.policies.test_versions import colleague

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
SAID = {"zh_Hans": "说明", "zh_Hant": "說明", "en": "Said."}


async def drafted(actor: Actor) -> UUID:
    async with writing(actor, settle=settle) as work:
        return (await draft(work, CALENDAR)).id


async def discard(actor: Actor, version_id: UUID, reason: str = "") -> HandbookVersion:
    async with writing(actor, settle=settle) as work:
        return await commands.discard_version(work, version_id=version_id, reason=reason)


async def test_whoever_began_a_draft_gives_it_up_and_says_why(acme: Actor, globex: Actor) -> None:
    drafter = await colleague(acme, Permission.POLICIES_DRAFT)
    version_id = await drafted(drafter)
    found = await discard(drafter, version_id, "twice")
    assert found.state is State.DISCARDED
    async with reading(acme) as work:
        assert await queries.control_of(work, version_id) is Control.DISCARDED
        facts = await work.all(select(JournalEntry).where(JournalEntry.name == "policies.handbook_discarded"))
        assert [fact.payload["reason"] for fact in facts] == ["twice"]
    with pytest.raises(NotFound):
        await discard(globex, version_id)


async def test_another_s_draft_is_given_up_by_who_may_publish_and_by_nobody_else(acme: Actor) -> None:
    version_id = await drafted(acme)
    drafter = await colleague(acme, Permission.POLICIES_DRAFT)
    with pytest.raises(Forbidden) as refused:
        await discard(drafter, version_id)
    assert refused.value.code == "NOT_YOURS"
    reader = await colleague(acme, Permission.POLICIES_READ)
    with pytest.raises(Forbidden):
        await discard(reader, version_id)
    async with reading(acme) as work:
        assert (await queries.version(work, version_id)).state is State.DRAFT
    publisher = await colleague(acme, Permission.POLICIES_DRAFT, Permission.POLICIES_PUBLISH)
    assert (await discard(publisher, version_id)).state is State.DISCARDED


async def test_only_a_draft_is_given_up_and_nothing_is_done_with_it_afterwards(acme: Actor) -> None:
    published = await in_force(acme, CALENDAR)
    with pytest.raises(WrongState):
        await discard(acme, published)
    version_id = await drafted(acme)
    with pytest.raises(Invalid) as refused:
        await discard(acme, version_id, "x" * 2001)
    assert refused.value.path == ("reason",)
    await discard(acme, version_id)
    async with writing(acme, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.remove_clause(work, version_id=version_id, number="1.1")
        with pytest.raises(WrongState):
            await commands.submit_version(work, version_id=version_id)
        copy = await commands.draft_version(work, title=TITLE, document_number="HB-01", copy_from=version_id)
        assert copy.base_id == published


async def wording(actor: Actor, version_id: UUID) -> str:
    async with reading(actor) as work:
        clause = await work.first(select(Clause).where(Clause.version_id == version_id, Clause.number == "2"))
        assert clause is not None
        return str(clause.text["en"])


async def test_a_clause_that_is_written_anew_keeps_its_wording_unless_it_is_said_or_cleared(acme: Actor) -> None:
    version_id = await drafted(acme)

    async def put(kind: str = "provision", **more: object) -> str:
        async with writing(acme, settle=settle) as work:
            value = {} if kind == "provision" else {"days": 3}
            await write(work, version_id, "2", kind, value, **more)
        return await wording(acme, version_id)

    assert await put(text=SAID) == "Said."
    assert await put() == "Said."
    assert await put(text={"en": "Other."}) == "Other."
    assert await put(text={}) == ""
    assert await put(text=SAID) == "Said."
    # A clause of another kind says something else.
    assert await put("notice_period") == ""


async def test_the_day_a_version_takes_effect_cites_the_publishing_rules_of_the_one_in_force(acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("1.2", "publishing_rules", {"least_days_before_effect": 3}))
    async with writing(acme, settle=settle) as work:
        version = await publish(work, CALENDAR)
    async with reading(acme) as work:
        about = Subject(SubjectKind.HANDBOOK_VERSION, version.id)
        (found,) = await queries.decisions_about(work, about)
        assert found.decision == "policies.effective_at"
        assert found.inputs["least_days_before_effect"] == 3


async def test_a_draft_s_cover_is_changed_where_it_is_told_to_and_by_who_has_read_it(
    acme: Actor, globex: Actor
) -> None:
    version_id = await drafted(acme)
    async with writing(acme, settle=settle) as work:
        before = await work.get(HandbookVersion, version_id)
        revision, number = before.revision, before.document_number
        after = await commands.retitle_version(
            work, version_id=version_id, title={"en": "Ours"}, seen_revision=revision
        )
        assert (after.title["en"], after.document_number, after.revision) == ("Ours", number, revision + 1)
        noted = await commands.retitle_version(work, version_id=version_id, document_number="AC-7", note="why")
        assert (noted.title["en"], noted.document_number, noted.note) == ("Ours", "AC-7", "why")
    for given, path in (
        ({"title": {"en": " "}}, "title"),
        ({"document_number": ""}, "documentNumber"),
        ({"note": "x" * 2001}, "note"),
    ):
        with pytest.raises(Invalid) as refused:
            async with writing(acme, settle=settle) as work:
                await commands.retitle_version(work, version_id=version_id, **given)
        assert refused.value.path[0] == path
    with pytest.raises(Conflict):
        async with writing(acme, settle=settle) as work:
            await commands.retitle_version(work, version_id=version_id, note="late", seen_revision=revision)
    with pytest.raises(NotFound):
        async with writing(globex, settle=settle) as work:
            await commands.retitle_version(work, version_id=version_id, note="theirs")
    async with reading(acme) as work:
        assert (await queries.version(work, version_id)).note == "why"


async def test_a_cover_stands_still_once_the_version_is_handed_in_and_who_changed_it_last_does_not_decide(
    acme: Actor,
) -> None:
    drafter = await colleague(acme, Permission.POLICIES_DRAFT)
    version_id = await drafted(acme)
    async with writing(drafter, settle=settle) as work:
        await commands.retitle_version(work, version_id=version_id, note="by a colleague")
    async with writing(acme, settle=settle) as work:
        assert drafter.id in await rulebook.writers_of(work, version_id)
        await commands.submit_version(work, version_id=version_id)
        with pytest.raises(WrongState):
            await commands.retitle_version(work, version_id=version_id, note="too late")
