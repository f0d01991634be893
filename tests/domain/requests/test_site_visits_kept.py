"""Visits on site that nobody begins, that go on with another request, and whose engineer has left."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.organisation import commands as organisation
from domain.policies.models import Decision
from domain.requests import commands, queries
from domain.requests.models import Message, SiteVisit
from tenancy.database import reading
from tenancy.journal import JournalEntry
from tests.conftest import found_company
from tests.domain.requests.company import ZONE, Company, assigned, at, do, go_to
from tests.domain.requests.sitevisits import act, company_with, plan


async def late(company: Company) -> list[tuple[int, str | None, str]]:
    """At which level somebody was told that nobody is there, who, and at which hour."""
    async with reading(company.admin) as work:
        found = select(JournalEntry).where(JournalEntry.name == "requests.site_visit_late").order_by(JournalEntry.id)
        return [
            (
                entry.payload["level"],
                entry.payload["told_id"],
                f"{entry.at.astimezone(ZONE):%a %H:%M}",
            )
            for entry in await work.all(found)
        ]


async def visit_of(company: Company, id: UUID) -> SiteVisit:
    async with reading(company.admin) as work:
        return await queries.site_visit(work, id)


async def test_whoever_does_not_come_is_reminded_and_then_their_superiors_learn_of_it_by_each_companys_clause(
    pool: None,
) -> None:
    strict, patient, other = (
        await company_with(visit_late_minutes=[15, 60]),
        await company_with(),
        await found_company(),
    )
    for company in (strict, patient):
        visit = await plan(company, await assigned(company))
        moved = {"starts_at": at("Mon 1 16:00"), "ends_at": at("Mon 1 17:00"), "reason": "They asked for it"}
        await act(company.agent, commands.reschedule_visit, site_visit_id=visit.id, **moved)
        await go_to(company, at("Tue 2 09:00"))
    engineer, head = str(strict.colleague.id), str(strict.head.id)
    assert await late(strict) == [(0, engineer, "Mon 16:15"), (1, head, "Mon 17:00")]
    async with reading(strict.admin) as work:
        cited = await work.all(select(Decision).where(Decision.decision == "requests.visit_late"))
        assert [each.result["level"] for each in cited] == [0, 1]
    assert await late(patient) == []
    async with reading(other) as work:
        assert await work.all(select(SiteVisit)) == []


async def test_whoever_has_checked_in_is_not_reminded(pool: None) -> None:
    company = await company_with(visit_late_minutes=[15])
    visit = await plan(company, await assigned(company))
    await act(company.colleague, commands.check_in, site_visit_id=visit.id)
    await go_to(company, at("Tue 2 09:00"))
    assert await late(company) == []


async def test_visits_go_on_for_the_request_into_which_theirs_was_merged(pool: None) -> None:
    company = await company_with(visit_late_minutes=[15])
    request, target = await assigned(company), await assigned(company)
    visit, over = await plan(company, request), await plan(company, request, "Tue 2 10:00")
    await act(company.colleague, commands.miss_visit, site_visit_id=over.id, reason="Nobody opened")
    await do(commands.merge, company.dispatcher, request, target_id=target.id, reason="The same")
    # What is over stays where it was.
    assert [(await visit_of(company, each.id)).request_id for each in (visit, over)] == [target.id, request.id]
    await go_to(company, at("Tue 2 15:00"))
    assert [level for level, _, _ in await late(company)] == [0]
    await act(company.colleague, commands.check_in, site_visit_id=visit.id)
    async with reading(company.admin) as work:
        assert (await queries.get(work, target.id)).state == "in_progress"


async def release(company: Company, staff_id: UUID | None) -> None:
    await act(company.admin, organisation.release, staff_id=staff_id, left_on=date(2026, 6, 1))


async def test_the_visits_of_who_leaves_go_to_who_has_the_request_or_somebody_is_told(pool: None) -> None:
    company = await company_with()
    request = await assigned(company)
    visit = await plan(company, request)
    await plan(company, request, "Tue 2 10:00", engineer_id=company.agent.id)
    clash = await plan(company, request, "Tue 2 11:00", ends_at=at("Tue 2 11:30"))
    await release(company, company.colleague.id)
    moved, kept = await visit_of(company, visit.id), await visit_of(company, clash.id)
    assert (moved.engineer_id, kept.engineer_id) == (company.agent.id, company.colleague.id)
    async with reading(company.admin) as work:
        entries = await work.all(select(JournalEntry).where(JournalEntry.name == "requests.site_visit_unmanned"))
        assert [(entry.payload["visit_id"], entry.payload["told_id"]) for entry in entries] == [
            (str(clash.id), str(company.head.id))
        ]
        said = await work.all(select(Message).where(Message.request_id == request.id).order_by(Message.id))
        assert "Agent" in said[-1].text
