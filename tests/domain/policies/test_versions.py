"""The life of a version: two pairs of eyes, nothing in the past, never two at once, and never changed afterwards."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.organisation import commands as organisation
from domain.policies import commands, queries
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules.versions import LIFECYCLE, Control, State, control
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.members import Member, MemberRole, Role
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.policies.handbooks import OFFICE_HOURS, TITLE, draft, in_force, publish

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
NOTICE = ("4.1", "notice_period", {"days": 30})


async def colleague(actor: Actor, *permissions: Permission) -> Actor:
    """Another person of the company, with these permissions by a role."""
    async with writing(actor, settle=settle) as work:
        member = work.add(Member(name="Colleague", email=f"{uuid4().hex}@example.com", language="en"))
        role = work.add(Role(name=f"role {uuid4().hex}", permissions=list(permissions)))
        work.add(MemberRole(member_id=member.id, role_id=role.id))
    return Actor(tenant_id=actor.tenant_id, kind=ActorKind.MEMBER, id=member.id, permissions=frozenset(permissions))


async def submitted(actor: Actor, *clauses: object) -> UUID:
    async with writing(actor, settle=settle) as work:
        version = await draft(work, *(clauses or (CALENDAR, NOTICE)))  # type: ignore[arg-type]  # a test's shorthand
        await commands.submit_version(work, version_id=version.id)
    return version.id


async def test_who_wrote_a_version_does_not_approve_it(acme: Actor) -> None:
    other = await colleague(acme, Permission.POLICIES_PUBLISH)
    version_id = await submitted(acme)
    with pytest.raises(Forbidden) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.publish_version(work, version_id=version_id)
    assert refused.value.code == "OWN_VERSION"
    async with writing(other, settle=settle) as work:
        await commands.review_version(work, version_id=version_id)
        version = await commands.publish_version(work, version_id=version_id)
    assert (version.author_id, version.reviewer_id, version.approver_id) == (acme.id, other.id, other.id)
    assert version.issued_on is not None


async def test_where_somebody_else_could_nobody_publishes_what_nobody_reviewed(acme: Actor, globex: Actor) -> None:
    other = await colleague(acme, Permission.POLICIES_PUBLISH)
    version_id = await submitted(acme)
    with pytest.raises(Refusal) as refused:
        async with writing(other, settle=settle) as work:
            await commands.publish_version(work, version_id=version_id)
    assert refused.value.code == "NEEDS_REVIEW"
    alone = await submitted(globex)
    async with writing(globex, settle=settle) as work:
        await commands.publish_version(work, version_id=alone)


async def test_who_changed_and_submitted_another_s_draft_does_not_approve_it_either(acme: Actor) -> None:
    other = await colleague(acme, Permission.POLICIES_DRAFT, Permission.POLICIES_PUBLISH)
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR, NOTICE)
    async with writing(other, settle=settle) as work:
        await commands.submit_version(work, version_id=version.id)
        with pytest.raises(Forbidden):
            await commands.publish_version(work, version_id=version.id)


async def test_the_only_administrator_may_begin_alone(acme: Actor) -> None:
    await in_force(acme, CALENDAR, NOTICE)
    async with reading(acme) as work:
        found = await queries.version_in_force(work)
        assert found is not None
        assert found.approver_id == acme.id


async def test_a_program_does_not_approve_a_handbook(acme: Actor) -> None:
    version_id = await submitted(acme)
    client = Actor(tenant_id=acme.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=acme.permissions)
    for act in (commands.publish_version, commands.review_version):
        with pytest.raises(Forbidden):
            async with writing(client, settle=settle) as work:
                await act(work, version_id=version_id)


async def test_a_version_skips_no_review_and_does_not_change_during_it(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
        with pytest.raises(WrongState):
            await commands.publish_version(work, version_id=version.id)
        await commands.submit_version(work, version_id=version.id)
        with pytest.raises(WrongState):
            await commands.remove_clause(work, version_id=version.id, number="1.1")
        await commands.return_version(work, version_id=version.id)
        await commands.remove_clause(work, version_id=version.id, number="1.1")
        with pytest.raises(NotFound):
            await commands.remove_clause(work, version_id=version.id, number="1.1")


async def test_a_published_version_never_changes(acme: Actor) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.put_clause(
                work, version_id=version_id, number="9.9", kind="provision", value={}, title=TITLE
            )
        with pytest.raises(WrongState):
            await commands.remove_clause(work, version_id=version_id, number="4.1")
        for act in (commands.submit_version, commands.return_version, commands.publish_version):
            with pytest.raises(WrongState):
                await act(work, version_id=version_id)


async def test_what_was_decided_can_neither_be_changed_nor_deleted(acme: Actor) -> None:
    for sql in ("UPDATE decisions SET decision = 'x'", "DELETE FROM decisions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with writing(acme, settle=settle) as work:
                await work.sql(sql)


async def test_nothing_takes_effect_before_it_is_issued(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
        await commands.submit_version(work, version_id=version.id)
        for wrong in (work.now - timedelta(days=1), datetime(2027, 1, 1)):  # noqa: DTZ001  # a wrong instant is the point
            with pytest.raises(Invalid) as refused:
                await commands.publish_version(work, version_id=version.id, effective_at=wrong)
            assert refused.value.path == ("effectiveAt",)
            version.state = State.IN_REVIEW


async def test_two_versions_never_take_effect_at_the_same_instant(acme: Actor) -> None:
    first, second = await submitted(acme), await submitted(acme)
    async with reading(acme) as work:
        at = work.now + timedelta(days=1)

    async def publishing(version_id: UUID) -> object:
        try:
            async with writing(acme, settle=settle) as work:
                return await commands.publish_version(work, version_id=version_id, effective_at=at)
        except Refusal as refusal:
            return refusal

    outcomes = await asyncio.gather(publishing(first), publishing(second))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "HandbookVersion"]


async def test_a_version_for_later_announces_itself_by_a_timer(acme: Actor) -> None:
    now_at_once = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        later = await publish(work, CALENDAR, effective_at=work.now + timedelta(days=3))
    async with reading(acme) as work:
        timer = await work.first(select(AgendaItem).where(AgendaItem.subject_id == later.id))
        assert timer is not None
        assert (timer.name, timer.due_at) == ("policies.handbook_took_effect", later.effective_at)
        facts = await work.all(select(JournalEntry).where(JournalEntry.subject_id == now_at_once))
        assert "policies.handbook_took_effect" in {fact.name for fact in facts}


async def test_readers_see_which_version_is_in_force_and_which_was(acme: Actor) -> None:
    old = await in_force(acme, CALENDAR)
    new = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        later = await publish(work, CALENDAR, effective_at=work.now + timedelta(days=3))
        pending = await draft(work, CALENDAR)
        rows = await work.rows(select(HandbookVersion.id, queries.control(HandbookVersion).label("control")))
    assert {row["id"]: row["control"] for row in rows} == {
        old: Control.SUPERSEDED,
        new: Control.IN_FORCE,
        later.id: Control.APPROVED,
        pending.id: Control.DRAFT,
    }


def test_the_status_inside_a_statement_is_the_status_the_rules_tell() -> None:
    now = datetime.fromisoformat("2026-11-21T00:00:00+00:00")
    day = timedelta(days=1)
    assert control(State.DRAFT, None, None, now) is Control.DRAFT
    assert control(State.IN_REVIEW, None, None, now) is Control.IN_REVIEW
    assert control(State.PUBLISHED, now + day, None, now) is Control.APPROVED
    assert control(State.PUBLISHED, now, now + day, now) is Control.IN_FORCE
    assert control(State.PUBLISHED, now - day, now, now) is Control.SUPERSEDED
    assert control(State.WITHDRAWN, now + day, None, now) is Control.WITHDRAWN
    assert LIFECYCLE.is_final(State.WITHDRAWN)


async def test_two_drafts_stand_side_by_side_and_a_copy_is_a_copy(acme: Actor) -> None:
    source = await in_force(acme, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        one = await commands.draft_version(work, title=TITLE, document_number="HB-01", copy_from=source)
        two = await commands.draft_version(work, title=TITLE, document_number="HB-01")
        await commands.put_clause(
            work, version_id=one.id, number="4.1", kind="notice_period", value={"days": 60}, title=TITLE
        )
        assert (one.number, two.number) == (2, 3)
        assert len(await work.all(select(Clause).where(Clause.version_id == one.id))) == 2
        assert len(await work.all(select(Clause).where(Clause.version_id == two.id))) == 0
        kept = await work.first(select(Clause).where(Clause.version_id == source, Clause.number == "4.1"))
        assert kept is not None
        assert kept.value["days"] == 30


async def test_two_editors_of_one_draft_notice_each_other(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work)
        seen = version.revision
        await commands.put_clause(
            work, version_id=version.id, number="1", kind="provision", value={}, title=TITLE, seen_revision=seen
        )
        with pytest.raises(Conflict):
            await commands.put_clause(
                work, version_id=version.id, number="1", kind="provision", value={}, title=TITLE, seen_revision=seen
            )


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        ((), "INVALID"),
        ((NOTICE,), "MISSING_GROUND"),
        ((CALENDAR, NOTICE, ("4.2", "notice_period", {"days": 60})), "CONTRADICTION"),
        (
            (
                (
                    "5.1",
                    "approval_chain",
                    {
                        "subject_kind": "resignations",
                        "steps": [{"name": {"en": "Boss"}, "approvers": [{"by": "post", "value": "Nobody's post"}]}],
                    },
                ),
            ),
            "UNKNOWN_APPROVER",
        ),
    ],
)
async def test_what_could_not_work_is_found_before_it_is_published(
    acme: Actor, clauses: tuple[tuple[str, str, dict[str, object]], ...], code: str
) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, *clauses)
        with pytest.raises(Refusal) as refused:
            await commands.submit_version(work, version_id=version.id)
    assert refused.value.code == code


async def test_rules_for_people_to_follow_never_contradict_each_other(acme: Actor) -> None:
    await in_force(acme, ("2.1", "provision", {}), ("2.2", "provision", {}))


async def test_a_limit_is_a_department_the_company_has_and_the_kind_allows(acme: Actor, globex: Actor) -> None:
    async with writing(globex, settle=settle) as work:
        foreign = await organisation.create_department(work, name="Theirs")
    async with writing(acme, settle=settle) as work:
        version = await draft(work)
        for unknown in (foreign.id, uuid4()):
            with pytest.raises(NotFound) as missing:
                await commands.put_clause(
                    work,
                    version_id=version.id,
                    number="4.1",
                    kind="notice_period",
                    value={"days": 30},
                    title=TITLE,
                    scope={"department_id": str(unknown)},
                )
            assert missing.value.path == ("scope", "department_id")
        with pytest.raises(Invalid) as refused:
            await commands.put_clause(
                work,
                version_id=version.id,
                number="4.1",
                kind="notice_period",
                value={"days": 30},
                title=TITLE,
                scope={"customer_tier": "key"},
            )
        assert refused.value.path == ("scope", "customer_tier")


async def test_drafts_are_seen_by_who_works_on_them_and_published_versions_by_readers(acme: Actor) -> None:
    published = await in_force(acme, CALENDAR)
    async with writing(acme, settle=settle) as work:
        await draft(work, CALENDAR)
    reader = Actor(
        tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id, permissions=frozenset({Permission.POLICIES_READ})
    )
    stranger = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    counts = []
    for actor in (acme, reader, stranger):
        async with reading(actor) as work:
            versions = await work.all(select(HandbookVersion).where(queries.visible(actor, HandbookVersion)))
            clauses = await work.all(select(Clause).where(queries.visible_clauses(actor, Clause)))
            counts.append((len(versions), len(clauses)))
            if actor is reader:
                assert [version.id for version in versions] == [published]
    assert counts == [(2, 2), (1, 1), (0, 0)]


async def test_another_company_s_version_is_no_version(acme: Actor, globex: Actor) -> None:
    mine = await in_force(acme, CALENDAR)
    async with writing(globex, settle=settle) as work:
        with pytest.raises(NotFound) as refused:
            await commands.draft_version(work, title=TITLE, document_number="HB", copy_from=mine)
        assert refused.value.path == ("copyFromId",)
        with pytest.raises(NotFound):
            await commands.publish_version(work, version_id=mine)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"title": {}}, ("title",)),
        ({"title": {"en": "x" * 300}}, ("title", "en")),
        ({"document_number": " "}, ("documentNumber",)),
        ({"note": "x" * 3000}, ("note",)),
    ],
)
async def test_a_version_needs_its_particulars(acme: Actor, given: dict[str, object], path: tuple[str, ...]) -> None:
    particulars: dict[str, object] = {"title": TITLE, "document_number": "HB-01", **given}
    async with writing(acme, settle=settle) as work:
        with pytest.raises(Invalid) as refused:
            await commands.draft_version(work, **particulars)  # type: ignore[arg-type]  # a test's shorthand
    assert refused.value.path == path


async def test_only_who_may_draft_drafts(acme: Actor) -> None:
    reader = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    async with writing(reader, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.draft_version(work, title=TITLE, document_number="HB-01")
