"""A new version of the handbook goes through the chain of the version in force; without one it is approved by hand."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_queries
from domain.approvals.models import Approval
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications.models import Notification
from domain.policies import commands as policies
from domain.policies import queries
from domain.policies.events import HandbookReturned
from domain.policies.models import Clause, HandbookSignature, HandbookVersion
from domain.policies.rules.versions import SignedAs, State
from domain.rulebook import commands
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.approvals.company import Company, founded, waiting
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force
from workers.reactions import rulebook as reactions

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
HR_THEN_DIRECTOR: dict[str, Any] = {
    "subject_kind": "handbook_versions",
    "purpose": "publish",
    "steps": [
        {"name": {"en": "HR"}, "approvers": [{"by": "post", "value": "HR"}]},
        {"name": {"en": "Director"}, "approvers": [{"by": "post", "value": "Director"}]},
    ],
}
CHAIN = ("1.2", "approval_chain", HR_THEN_DIRECTOR)
SUPERIOR = {"name": {"en": "Superior"}, "approvers": [{"by": "superior", "level": 1}]}
TO_THE_SUPERIOR = ("1.2", "approval_chain", {**HR_THEN_DIRECTOR, "steps": [SUPERIOR]})
NOTICE = ("4.1", "notice_period", {"days": 30})


async def company(admin: Actor, *clauses: Any) -> Company:
    """A company whose first handbook, published by its only administrator, has these clauses."""
    people = await founded(admin)
    await in_force(admin, *(clauses or (CALENDAR, CHAIN)))
    return people


async def handed_in(actor: Actor, *clauses: Any, **more: Any) -> UUID:
    """The id of a version that has been submitted."""
    async with writing(actor, settle=settle) as work:
        version = await draft(work, *(clauses or (CALENDAR, CHAIN, NOTICE)))
        await commands.submit_version(work, version_id=version.id, **more)
    return version.id


async def approval_of(admin: Actor, version_id: UUID) -> Approval:
    """The newest approval of a version."""
    async with reading(admin) as work:
        found = await approvals_queries.about(
            work, Subject(SubjectKind.HANDBOOK_VERSION, version_id), purpose=queries.PUBLISHING
        )
    return found[-1]


async def decide(people: Company, version_id: UUID, *deciders: Actor) -> None:
    """Everybody agrees, one after the other."""
    for actor in deciders:
        approval = await approval_of(people.admin, version_id)
        seats = await waiting(people.admin, approval.id)
        async with writing(actor, settle=settle) as work:
            await approvals.approve(work, task_id=seats[actor.id])


async def state_of(admin: Actor, version_id: UUID) -> HandbookVersion:
    """A version as it stands now."""
    async with reading(admin) as work:
        return await queries.version(work, version_id)


async def why_returned(admin: Actor, version_id: UUID) -> str:
    """What the journal says of its return."""
    async with reading(admin) as work:
        facts = await work.all(
            select(JournalEntry).where(
                JournalEntry.subject_id == version_id, JournalEntry.name == "policies.handbook_returned"
            )
        )
    return str(facts[-1].payload["why"])


async def test_the_last_approver_s_consent_puts_the_version_in_force_and_both_are_recorded(acme: Actor) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    await decide(people, version_id, people.hr)
    assert (await state_of(acme, version_id)).state is State.IN_REVIEW
    await decide(people, version_id, people.boss)
    version = await state_of(acme, version_id)
    assert (version.state, version.author_id, version.reviewer_id, version.approver_id) == (
        State.PUBLISHED,
        acme.id,
        people.hr.id,
        people.boss.id,
    )
    assert version.issued_on is not None
    assert version.effective_at is not None
    async with reading(acme) as work:
        signed = await work.all(select(HandbookSignature).where(HandbookSignature.version_id == version_id))
        assert {(each.member_id, each.signed_as) for each in signed} == {
            (people.hr.id, SignedAs.REVIEWER),
            (people.boss.id, SignedAs.APPROVER),
        }
        in_force_now = await queries.version_in_force(work)
        assert in_force_now is not None
        assert in_force_now.id == version_id


async def test_each_signature_has_the_instant_of_its_own_decision(acme: Actor) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    await decide(people, version_id, people.hr)
    await decide(people, version_id, people.boss)
    approval = await approval_of(acme, version_id)
    async with reading(acme) as work:
        seats = await approvals_queries.tasks_of(work, approval.id)
        signed = {each.member_id: each.at for each in await queries.signatures(work, version_id)}
    assert signed == {seat.assignee_id: seat.ended_at for seat in seats}
    assert signed[people.hr.id] < signed[people.boss.id]


async def test_two_companies_publish_each_by_its_own_rule_and_a_third_sees_nothing(acme: Actor, globex: Actor) -> None:
    await company(acme)
    await founded(globex)
    await in_force(globex, CALENDAR)
    stranger = await found_company("Third")
    by_chain, by_hand = await handed_in(acme), await handed_in(globex, CALENDAR)
    with pytest.raises(Refusal) as refused:
        async with writing(acme, settle=settle) as work:
            await policies.publish_version(work, version_id=by_chain)
    assert refused.value.code == "NEEDS_APPROVAL"
    assert refused.value.clause is not None
    assert refused.value.clause.number == "1.2"
    async with writing(globex, settle=settle) as work:
        await policies.publish_version(work, version_id=by_hand)
    async with writing(stranger, settle=settle) as work:
        for version_id in (by_chain, by_hand):
            with pytest.raises(NotFound):
                await commands.return_version(work, version_id=version_id)
        assert await work.all(select(HandbookSignature)) == []


@pytest.mark.parametrize(("how", "why"), [("reject", "refused"), ("return_to_requester", "returned")])
async def test_a_version_that_is_refused_or_returned_is_a_draft_again_and_can_be_handed_in_anew(
    acme: Actor, how: str, why: str
) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    seats = await waiting(acme, (await approval_of(acme, version_id)).id)
    async with writing(people.hr, settle=settle) as work:
        await getattr(approvals, how)(work, task_id=seats[people.hr.id], comment="Not like this.")
    assert (await state_of(acme, version_id)).state is State.DRAFT
    assert await why_returned(acme, version_id) == why
    async with writing(acme, settle=settle) as work:
        await policies.remove_clause(work, version_id=version_id, number="4.1")
        await commands.submit_version(work, version_id=version_id)
    await decide(people, version_id, people.hr, people.boss)
    assert (await state_of(acme, version_id)).state is State.PUBLISHED


async def test_sending_it_back_by_hand_ends_what_its_approvers_were_asked(acme: Actor) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    await decide(people, version_id, people.hr)
    async with writing(acme, settle=settle) as work:
        await commands.return_version(work, version_id=version_id)
    assert await waiting(acme, (await approval_of(acme, version_id)).id) == {}
    version = await state_of(acme, version_id)
    assert (version.state, version.shown_to_ids) == (State.DRAFT, [])


async def test_taking_the_request_back_gives_a_draft(acme: Actor) -> None:
    await company(acme)
    version_id = await handed_in(acme)
    async with writing(acme, settle=settle) as work:
        await approvals.withdraw(work, approval_id=(await approval_of(acme, version_id)).id)
    assert (await state_of(acme, version_id)).state is State.DRAFT
    assert await why_returned(acme, version_id) == "withdrawn"


async def test_what_is_not_what_was_approved_does_not_take_effect(acme: Actor) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    await decide(people, version_id, people.hr)
    # No command lets a version in review be changed; what would do so all the same is noticed.
    async with writing(acme, settle=settle) as work:
        clause = await work.first(select(Clause).where(Clause.version_id == version_id, Clause.number == "4.1"))
        assert clause is not None
        clause.value = {**clause.value, "days": 1}
    await decide(people, version_id, people.boss)
    assert (await state_of(acme, version_id)).state is State.DRAFT
    assert await why_returned(acme, version_id) == "void"


async def test_what_another_version_has_overtaken_when_it_is_approved_does_not_take_effect(acme: Actor) -> None:
    people = await company(acme)
    first, second = await handed_in(acme), await handed_in(acme, CALENDAR, CHAIN, ("9.1", "provision", {}))
    await decide(people, first, people.hr, people.boss)
    await decide(people, second, people.hr, people.boss)
    assert (await state_of(acme, first)).state is State.PUBLISHED
    overtaken = await state_of(acme, second)
    assert (overtaken.state, overtaken.approver_id) == (State.DRAFT, None)
    assert await why_returned(acme, second) == "void"
    async with writing(acme, settle=settle) as work:
        await reactions.tell_of_a_void_approval(
            work, HandbookReturned(version_id=second, why="void", because="OUTDATED_BASE")
        )
    async with reading(acme) as work:
        told = await work.all(select(Notification).where(Notification.text.contains("another version has come")))
        assert [each.member_id for each in told] == [acme.id]
    async with writing(acme, settle=settle) as work:
        await policies.rebase_version(work, version_id=second)
        await commands.submit_version(work, version_id=second)
    await decide(people, second, people.hr, people.boss)
    assert (await state_of(acme, second)).state is State.PUBLISHED
    async with reading(acme) as work:
        assert [clause.number for clause in (await queries.content(work, second)).clauses] == [
            *("1.1", "1.2", "4.1", "9.1")
        ]


async def test_what_could_not_work_any_more_when_it_is_approved_does_not_take_effect(acme: Actor) -> None:
    people = await company(acme)
    chain = {"subject_kind": "resignations", "steps": [{"name": {"en": "X"}, "approvers": []}]}
    chain["steps"] = [{"name": {"en": "X"}, "approvers": [{"by": "member", "value": str(people.colleague.id)}]}]
    version_id = await handed_in(acme, CALENDAR, CHAIN, ("1.3", "approval_chain", chain))
    async with writing(acme, settle=settle) as work:
        member = await work.get(Member, people.colleague.id)
        member.active = False
    await decide(people, version_id, people.hr, people.boss)
    assert await why_returned(acme, version_id) == "void"


async def test_whoever_is_to_decide_may_read_the_version_and_nobody_else_may(acme: Actor) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)

    async def reads(actor: Actor) -> bool:
        async with reading(actor) as work:
            rows = await work.rows(
                select(Clause.id).where(Clause.version_id == version_id, queries.visible_clauses(actor, Clause))
            )
        return bool(rows)

    assert [await reads(actor) for actor in (people.hr, people.boss, people.engineer)] == [True, False, False]
    await decide(people, version_id, people.hr)
    assert [await reads(actor) for actor in (people.hr, people.boss, people.engineer)] == [True, True, False]


async def test_the_day_it_takes_effect_is_approved_with_it(acme: Actor) -> None:
    people = await company(acme)
    async with reading(acme) as work:
        next_week = work.now + timedelta(days=7)
    version_id = await handed_in(acme, effective_at=next_week)
    facts = (await approval_of(acme, version_id)).facts
    assert facts["changed_kinds"] == "notice_period"
    assert (facts["changed_clauses"], facts["clause_count"]) == (1, 3)
    await decide(people, version_id, people.hr, people.boss)
    assert (await state_of(acme, version_id)).effective_at == next_week


async def test_a_company_may_ask_for_days_between_issuing_a_version_and_its_taking_effect(
    acme: Actor, globex: Actor
) -> None:
    rules = ("1.3", "publishing_rules", {"least_days_before_effect": 10})
    people = await company(acme, CALENDAR, CHAIN, rules)
    async with reading(acme) as work:
        too_soon, now = work.now + timedelta(days=3), work.now
    with pytest.raises(Invalid) as refused:
        await handed_in(acme, effective_at=too_soon)
    assert (refused.value.path, refused.value.values) == (("effectiveAt",), {"days": 10})
    assert refused.value.clause is not None
    assert refused.value.earliest_at is not None
    assert now + timedelta(days=10) <= refused.value.earliest_at < now + timedelta(days=11)
    version_id = await handed_in(acme)
    await decide(people, version_id, people.hr, people.boss)
    effective_at = (await state_of(acme, version_id)).effective_at
    assert effective_at is not None
    assert effective_at >= now + timedelta(days=10)
    await founded(globex)
    await in_force(globex, CALENDAR)
    at_once = await handed_in(globex, CALENDAR)
    async with writing(globex, settle=settle) as work:
        version = await policies.publish_version(work, version_id=at_once)
        assert version.effective_at == work.now


async def test_conditions_are_judged_by_the_day_of_effect_by_the_publishing_rules(acme: Actor, globex: Actor) -> None:
    """Nobody wishes for a day: then it is the first that the rules allow, which another company's do at once."""
    async with reading(acme) as work:
        today = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    later = {**HR_THEN_DIRECTOR["steps"][1], "when": f"effective_on >= day('{today + timedelta(days=5)}')"}
    chain = {**HR_THEN_DIRECTOR, "steps": [HR_THEN_DIRECTOR["steps"][0], later]}
    for admin, days, both in ((acme, 10, True), (globex, 0, False)):
        rules = ("1.3", "publishing_rules", {"least_days_before_effect": days})
        people = await company(admin, CALENDAR, ("1.2", "approval_chain", chain), rules)
        version_id = await handed_in(admin)
        approval = await approval_of(admin, version_id)
        day = date.fromisoformat(approval.facts["effective_on"])
        assert timedelta(days) <= day - today <= timedelta(days + 1)
        await decide(people, version_id, people.hr)
        assert (await state_of(admin, version_id)).state is (State.IN_REVIEW if both else State.PUBLISHED)
        if both:
            await decide(people, version_id, people.boss)
        effective_at = (await state_of(admin, version_id)).effective_at
        assert effective_at is not None
        assert timedelta() <= effective_at.astimezone(ZoneInfo("Asia/Shanghai")).date() - day <= timedelta(1)
    async with reading(await found_company()) as work:
        assert await work.all(select(Approval)) == []


async def test_a_version_handed_in_before_there_was_a_chain_needs_it_all_the_same(acme: Actor) -> None:
    people = await founded(acme)
    await in_force(acme, CALENDAR)
    early = await handed_in(acme, CALENDAR, NOTICE)
    await in_force(acme, CALENDAR, CHAIN)
    with pytest.raises(Refusal) as refused:
        async with writing(acme, settle=settle) as work:
            await policies.publish_version(work, version_id=early)
    assert refused.value.code == "NEEDS_APPROVAL"
    async with writing(acme, settle=settle) as work:
        await commands.return_version(work, version_id=early)
        await policies.rebase_version(work, version_id=early)
        await commands.submit_version(work, version_id=early)
    await decide(people, early, people.hr, people.boss)
    assert (await state_of(acme, early)).state is State.PUBLISHED


async def test_a_program_lays_no_version_before_the_approvers(acme: Actor) -> None:
    await company(acme)
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR, CHAIN)
    client = Actor(tenant_id=acme.tenant_id, kind=ActorKind.CLIENT, id=acme.id, permissions=acme.permissions)
    with pytest.raises(Forbidden):
        async with writing(client, settle=settle) as work:
            await commands.submit_version(work, version_id=version.id)


async def test_a_version_in_review_is_not_handed_in_twice_and_nobody_submits_without_the_permission(
    acme: Actor,
) -> None:
    people = await company(acme)
    version_id = await handed_in(acme)
    with pytest.raises(WrongState):
        async with writing(acme, settle=settle) as work:
            await commands.submit_version(work, version_id=version_id)
    for act, permission in (
        (commands.submit_version, Permission.POLICIES_DRAFT),
        (commands.return_version, Permission.POLICIES_PUBLISH),
    ):
        with pytest.raises(Forbidden) as refused:
            async with writing(people.engineer, settle=settle) as work:
                await act(work, version_id=version_id)
        assert refused.value.values == {"permission": permission}


async def test_a_company_of_one_publishes_in_spite_of_its_chain_and_the_reason_is_kept(acme: Actor) -> None:
    await in_force(acme, CALENDAR, TO_THE_SUPERIOR)
    version_id = await handed_in(acme, CALENDAR, TO_THE_SUPERIOR, NOTICE)
    subject = Subject(SubjectKind.HANDBOOK_VERSION, version_id)
    async with writing(acme, settle=settle) as work:
        assert await approvals_queries.about(work, subject, purpose=queries.PUBLISHING) == []
        await policies.publish_version(work, version_id=version_id)
    async with reading(acme) as work:
        assert (await queries.version(work, version_id)).state is State.PUBLISHED
        kept = await queries.decisions_about(work, subject)
        assert [(each.decision, each.result) for each in kept] == [
            ("policies.published_alone", {"reason": "no_other_member"})
        ]
        chain = await work.get(Clause, kept[0].clause_id)
        assert chain.number == "1.2"


async def test_as_soon_as_there_is_a_second_person_the_chain_decides(acme: Actor) -> None:
    await in_force(acme, CALENDAR, TO_THE_SUPERIOR)
    version_id = await handed_in(acme, CALENDAR, TO_THE_SUPERIOR, NOTICE)
    await founded(acme)
    with pytest.raises(Refusal) as refused:
        async with writing(acme, settle=settle) as work:
            await policies.publish_version(work, version_id=version_id)
    assert refused.value.code == "NEEDS_APPROVAL"
    async with writing(acme, settle=settle) as work:
        await commands.return_version(work, version_id=version_id)
        await commands.submit_version(work, version_id=version_id)
    # The author has no superior and is the only administrator: the seat waits for somebody to be named.
    async with writing(acme, settle=settle) as work:
        waiting_about = await approvals_queries.waiting_about(
            work, Subject(SubjectKind.HANDBOOK_VERSION, version_id), purpose=queries.PUBLISHING
        )
        assert waiting_about is not None
        assert [seat.assignee_id for seat in await approvals_queries.tasks_of(work, waiting_about.id)] == [None]
    assert (await state_of(acme, version_id)).state is State.IN_REVIEW
