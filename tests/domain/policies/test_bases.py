"""A version rests on the one before it, so that two drafts side by side don't undo each other."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.policies import commands, queries
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules.content import ClauseContent, Content, merge
from domain.policies.rules.versions import Control, State, check_effective
from domain.rulebook import queries as rulebook
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import ClauseReference, Conflict, Invalid, NotFound, WrongState
from tenancy.work import Work
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS, another_title, in_force, publish, write

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
NOTICE = ("11.5", "notice_period", {"days": 30})


async def copy_of(work: Work, version_id: UUID) -> HandbookVersion:
    return await commands.draft_version(work, title=another_title(), document_number="HB-01", copy_from=version_id)


async def notice(work: Work, version_id: UUID, days: int) -> None:
    await write(work, version_id, "11.5", "notice_period", {"days": days})


async def published(work: Work, version_id: UUID, effective_at: datetime | None = None) -> None:
    await commands.submit_version(work, version_id=version_id, effective_at=effective_at)
    await commands.publish_version(work, version_id=version_id)


async def days_in(work: Work, version_id: UUID) -> Mapping[str, Any]:
    """The values of a version's clauses by number, of notice periods only the days."""
    rows = await work.all(select(Clause).where(Clause.version_id == version_id))
    return {row.number: row.value.get("days") for row in rows}


async def side_by_side(actor: Actor, days: int) -> tuple[UUID, UUID]:
    """Two drafts of one base: the first changes 11.5 and is published, the second only adds 99.2 and is not yet."""
    base = await in_force(actor, CALENDAR, NOTICE)
    async with writing(actor, settle=settle) as work:
        first, second = await copy_of(work, base), await copy_of(work, base)
        assert (first.base_id, second.base_id) == (base, base)
        await notice(work, first.id, days)
        await write(work, second.id, "99.2", "provision", {})
    async with writing(actor, settle=settle) as work:
        await published(work, first.id)
    return first.id, second.id


async def test_who_wishes_for_no_instant_takes_effect_a_moment_after_whoever_does_now(acme: Actor) -> None:
    """A rehearsal's clock stands still; a moment is the same for a whole work here."""
    base = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        first = await copy_of(work, base)
        await notice(work, first.id, 60)
        await published(work, first.id)
        second = await copy_of(work, first.id)
        await notice(work, second.id, 90)
        await published(work, second.id)
        assert (first.effective_at, second.effective_at) == (work.now, work.now + timedelta(seconds=1))


async def test_an_instant_that_is_taken_is_refused_when_it_is_wished_for_and_not_after_everybody_has_agreed(
    acme: Actor,
) -> None:
    base = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        tomorrow = work.now + timedelta(days=1)
        first = await copy_of(work, base)
        await notice(work, first.id, 60)
        await published(work, first.id, tomorrow)
        second = await copy_of(work, first.id)
        await notice(work, second.id, 90)
    with pytest.raises(Conflict, match="that very instant") as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=second.id, effective_at=tomorrow)
    assert refused.value.path == ("effectiveAt",)
    async with writing(acme, settle=settle) as work:
        await commands.submit_version(work, version_id=second.id, effective_at=tomorrow + timedelta(days=1))


async def test_a_draft_of_an_outdated_version_does_not_undo_what_came_in_between(acme: Actor) -> None:
    first, second = await side_by_side(acme, 60)
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=second)
    assert (refused.value.code, refused.value.values) == ("OUTDATED_BASE", {"base": 1, "before": 2})
    async with writing(acme, settle=settle) as work:
        rebased = await commands.rebase_version(work, version_id=second)
        assert rebased.base_id == first
        await published(work, second)
    async with reading(acme) as work:
        assert await days_in(work, second) == {"1.1": None, "11.5": 60, "99.2": None}
        facts = await work.all(select(JournalEntry).where(JournalEntry.name == "policies.handbook_rebased"))
        assert [fact.payload["numbers"] for fact in facts] == [["11.5"]]


async def test_of_two_drafts_begun_before_anything_was_published_the_second_takes_in_the_first(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        first, second = [
            await commands.draft_version(work, title=another_title(), document_number="HB-01") for _ in range(2)
        ]
        await write(work, first.id, *CALENDAR)
        await notice(work, first.id, 30)
        await write(work, second.id, "99.2", "provision", {})
        await published(work, first.id)
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=second.id)
    assert (refused.value.code, refused.value.values) == ("OUTDATED_BASE", {"before": 1})
    async with writing(acme, settle=settle) as work:
        await commands.rebase_version(work, version_id=second.id)
        await published(work, second.id)
    async with reading(acme) as work:
        assert await days_in(work, second.id) == {"1.1": None, "11.5": 30, "99.2": None}


async def test_no_draft_slips_in_before_a_first_version_that_is_published_for_later(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        first, second = [
            await commands.draft_version(work, title=another_title(), document_number="HB-01") for _ in range(2)
        ]
        for each in (first, second):
            await write(work, each.id, "99.2", "provision", {})
        await published(work, first.id, work.now + timedelta(days=5))
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=second.id)
    assert refused.value.code == "LATER_VERSION"


async def test_a_copy_of_what_takes_effect_at_this_very_instant_is_handed_in_all_the_same(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        first = await commands.draft_version(work, title=another_title(), document_number="HB-01")
        await write(work, first.id, *CALENDAR)
        await published(work, first.id)
        # As in a rehearsal, whose clock stands still.
        copy = await copy_of(work, first.id)
        await write(work, copy.id, "99.2", "provision", {})
        assert await rulebook.hindrances(work, copy) == {}
        await commands.submit_version(work, version_id=copy.id)


async def test_a_copy_of_a_version_for_later_is_told_to_take_effect_later_still(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        first = await commands.draft_version(work, title=another_title(), document_number="HB-01")
        await write(work, first.id, *CALENDAR)
        await published(work, first.id, work.now + timedelta(days=5))
        copy = await copy_of(work, first.id)
        await write(work, copy.id, "99.2", "provision", {})
    with pytest.raises(Conflict, match="choose a later one as effectiveAt") as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=copy.id)
    assert (refused.value.code, refused.value.values) == ("OUTDATED_BASE", {"base": 1})


async def test_what_was_submitted_in_time_is_refused_when_another_has_been_published_since(acme: Actor) -> None:
    base = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        first, second = await copy_of(work, base), await copy_of(work, base)
        await commands.submit_version(work, version_id=second.id)
        await published(work, first.id)
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.publish_version(work, version_id=second.id)
    assert refused.value.code == "OUTDATED_BASE"


async def test_two_companies_rebase_each_onto_its_own_and_a_third_sees_nothing(acme: Actor, globex: Actor) -> None:
    drafts = {actor: (await side_by_side(actor, days))[1] for actor, days in ((acme, 60), (globex, 90))}
    third = await found_company("Third")
    for actor, days in ((acme, 60), (globex, 90)):
        with pytest.raises(NotFound):
            async with writing(third, settle=settle) as work:
                await commands.rebase_version(work, version_id=drafts[actor])
        async with writing(actor, settle=settle) as work:
            await commands.rebase_version(work, version_id=drafts[actor])
            assert (await days_in(work, drafts[actor]))["11.5"] == days


async def test_clauses_changed_in_both_are_told_and_nothing_is_changed_unless_they_are_kept(acme: Actor) -> None:
    first, second = await side_by_side(acme, 60)
    async with writing(acme, settle=settle) as work:
        await notice(work, second, 45)
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.rebase_version(work, version_id=second)
    assert (refused.value.code, refused.value.values["clauses"]) == ("CLAUSES_CLASH", "11.5")
    async with writing(acme, settle=settle) as work:
        assert (await queries.version(work, second)).base_id != first
        await commands.rebase_version(work, version_id=second, keep=["11.5"])
        assert (await days_in(work, second))["11.5"] == 45
        await published(work, second)


async def test_a_version_in_review_is_not_rebased(acme: Actor) -> None:
    base = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        version = await copy_of(work, base)
        await commands.submit_version(work, version_id=version.id)
        with pytest.raises(WrongState):
            await commands.rebase_version(work, version_id=version.id)


def test_a_merge_brings_in_what_the_draft_has_not_touched() -> None:
    def said(**clauses: str) -> Content:
        return Content(
            "HB",
            {},
            tuple(ClauseContent(n[1:], "provision", {"v": v}, {}, {}, {}) for n, v in sorted(clauses.items())),
        )

    found = merge(
        said(c1="a", c2="a", c3="a", c4="a", c5="a"),
        said(c1="b", c2="b", c3="b", c5="a", c6="b"),
        said(c1="a", c2="own", c3="b", c4="a", c5="own", c7="own"),
    )
    assert [clause.number for clause in found.written] == ["1", "6"]
    assert (found.removed, found.clashes) == (("4",), ("2",))


async def test_a_published_version_is_withdrawn_before_its_effect_and_counts_no_more(acme: Actor) -> None:
    base = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        later, urgent = await copy_of(work, base), await copy_of(work, base)
        await notice(work, later.id, 60)
        await published(work, later.id, work.now + timedelta(days=9))
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=urgent.id)
    assert refused.value.code == "LATER_VERSION"
    async with writing(acme, settle=settle) as work:
        withdrawn = await commands.withdraw_version(work, version_id=later.id, reason="A mistake")
        assert withdrawn.state is State.WITHDRAWN
    async with writing(acme, settle=settle) as work:
        assert await work.first(select(AgendaItem).where(AgendaItem.subject_id == later.id)) is None
        assert await queries.control_of(work, later.id) is Control.WITHDRAWN
        fact = await work.first(select(JournalEntry).where(JournalEntry.name == "policies.handbook_withdrawn"))
        assert fact is not None
        assert fact.payload["reason"] == "A mistake"
        await published(work, urgent.id)
        again = await copy_of(work, later.id)
        assert again.base_id == base


async def test_what_is_in_force_or_rested_upon_is_not_withdrawn(acme: Actor, globex: Actor) -> None:
    base = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.withdraw_version(work, version_id=base, reason="Late")
    async with writing(acme, settle=settle) as work:
        one = await publish(work, CALENDAR, effective_at=work.now + timedelta(days=3))
        two = await copy_of(work, one.id)
        await published(work, two.id, work.now + timedelta(days=5))
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.withdraw_version(work, version_id=one.id, reason="x")
    assert refused.value.code == "LATER_VERSION"
    with pytest.raises(NotFound):
        async with writing(globex, settle=settle) as work:
            await commands.withdraw_version(work, version_id=two.id, reason="x")


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-12:00", "2032-01-01T00:00:00+00:00"])
def test_nothing_is_laid_down_for_more_than_five_years_ahead(far: str) -> None:
    now = datetime.fromisoformat("2026-11-21T00:00:00+00:00")
    with pytest.raises(Invalid) as refused:
        check_effective(datetime.fromisoformat(far), now)
    assert (refused.value.path, refused.value.values) == (("effectiveAt",), {"years": 5})
    assert check_effective(now + timedelta(days=1826), now) == now + timedelta(days=1826)


def test_a_clause_is_named_for_what_it_lays_down_and_for_nothing_else() -> None:
    now, clause = datetime.fromisoformat("2026-11-21T00:00:00+00:00"), ClauseReference(uuid4(), "1.4", uuid4(), "3")
    for days, named in ((-1, None), (2, clause), (1831, None)):
        with pytest.raises(Invalid) as refused:
            check_effective(now + timedelta(days=days), now, 3, clause)
        assert refused.value.clause == named, days


async def test_a_copy_in_which_nothing_has_changed_is_not_handed_in(acme: Actor, globex: Actor) -> None:
    first = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        original = await queries.version(work, first)
        same = {"title": original.title, "document_number": original.document_number, "copy_from": first}
        copy = await commands.draft_version(work, **same, note="Looked through: nothing to change.")
        findings = await rulebook.findings(work, copy.id)
    assert ("NOTHING_CHANGED", None) in [(finding.code, finding.number) for finding in findings]
    with pytest.raises(WrongState) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=copy.id)
    assert (refused.value.code, refused.value.path) == ("NOTHING_CHANGED", ("versionId",))
    async with writing(acme, settle=settle) as work:
        assert (await queries.version(work, copy.id)).state is State.DRAFT
        # Another number of the document is a difference, as another clause is.
        await commands.retitle_version(work, version_id=copy.id, document_number="HB-02")
        assert (await commands.submit_version(work, version_id=copy.id)).state is State.IN_REVIEW
    # Another company, which has no version before it, lays down the same.
    await in_force(globex, CALENDAR, NOTICE)
