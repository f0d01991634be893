"""Visits on site: planned by each company's calendar and course, begun by checking in, signed and finished (RQ-7)."""

import struct
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.money import Money
from domain.operations.models import TimeRecord
from domain.organisation import commands as organisation
from domain.policies.rules.kinds.handling import Step
from domain.requests import commands, queries
from domain.requests.models import Message, ServiceRequest, SiteVisit
from domain.requests.rules import Audience, ClockKind, ClockState, Move, State
from domain.requests.rules.visits import SiteVisitState, UsedPart
from tenancy.database import reading, writing
from tenancy.refusals import Refusal
from tests.conftest import found_company
from tests.domain.requests.company import (
    Company,
    assigned,
    at,
    clock,
    do,
    go_to,
    service_company,
    stored,
    submit,
)
from tests.domain.requests.sitevisits import PNG, act, company_with, drawing, plan, refused


async def there(company: Company, request: ServiceRequest) -> SiteVisit:
    """A visit at which the colleague is."""
    visit = await plan(company, request)
    found: SiteVisit = await act(company.colleague, commands.check_in, site_visit_id=visit.id)
    return found


async def test_each_company_plans_within_its_own_calendar(pool: None) -> None:
    # Saturday the 13th is worked by the second company alone; the first has made up Saturday the 6th.
    software, service = await company_with(), await service_company()
    outcomes = []
    for company in (software, service):
        request = await assigned(company)
        for begins in ("Sat 6 10:00", "Sat 13 10:00", "Mon 8 17:30"):
            try:
                outcomes.append((await plan(company, request, begins)).outside_hours)
            except Refusal as refusal:
                outcomes.append(f"{refusal.code} {refusal.clause and refusal.clause.number}")
    late = "OUTSIDE_HOURS 3.1"
    assert outcomes == [False, "OUTSIDE_HOURS 1.1", "OUTSIDE_HOURS 1.1", False, False, late]
    meant = await plan(software, await assigned(software), "Sat 13 10:00", outside_hours=True)
    assert meant.outside_hours
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(SiteVisit)) == []
    missing = await refused(third, commands.cancel_visit, site_visit_id=meant.id, reason="Mine now")
    assert missing.code == "NOT_FOUND"


async def test_checking_in_is_the_first_response_by_each_companys_course(pool: None) -> None:
    telephone = await company_with(complex=[], routine=[Step.DIAGNOSIS])
    straight = await company_with()
    for company, state, move in (
        (telephone, State.DIAGNOSING, Move.DIAGNOSE),
        (straight, State.IN_PROGRESS, Move.START),
    ):
        request = await assigned(company)
        assert (await clock(company, request, ClockKind.RESPONSE)).state is ClockState.RUNNING
        visit = await plan(company, request)
        await act(company.colleague, commands.set_out, site_visit_id=visit.id)
        await act(
            company.colleague, commands.check_in, site_visit_id=visit.id, latitude="31.2304000", longitude="121.5"
        )
        assert (await stored(company, request)).state is state
        assert (await clock(company, request, ClockKind.RESPONSE)).state is ClockState.MET
        async with reading(company.admin) as work:
            assert (await queries.history_of(work, request.id))[-1].move is move
            kept = await queries.site_visit(work, visit.id)
        assert (kept.state, kept.latitude, kept.longitude) == (SiteVisitState.CHECKED_IN, "31.2304", "121.5")


async def test_the_telephone_comes_first_and_the_visit_last_where_the_course_says_so(pool: None) -> None:
    strict = await company_with(before_visits=[Step.DIAGNOSIS], visits_over=True)
    silent = await company_with()
    request = await assigned(strict)
    early = await refused_plan(strict, request)
    assert (early.code, early.clause and early.clause.number) == ("STEP_MISSING", "2.9")
    await do(commands.diagnose, strict.agent, request)
    visit = await plan(strict, request)
    standing = await refused(strict.agent, commands.resolve, request_id=request.id, resolution="By telephone")
    assert (standing.code, standing.clause and standing.clause.number) == ("VISITS_OPEN", "2.9")
    await act(strict.agent, commands.cancel_visit, site_visit_id=visit.id, reason="Solved by telephone")
    assert (await do(commands.resolve, strict.agent, request, resolution="By telephone")).state is State.RESOLVED
    request = await assigned(silent)
    await plan(silent, request)
    assert (await do(commands.resolve, silent.agent, request, resolution="Done")).state is State.RESOLVED


async def refused_plan(company: Company, request: ServiceRequest, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await plan(company, request, **given)
    return caught.value


async def test_a_report_is_signed_and_a_later_change_voids_the_signature(pool: None, file_store: Any) -> None:
    company = await company_with(visit_signature=True)
    request = await assigned(company)
    visit = await there(company, request)
    me = company.colleague
    sign = {"site_visit_id": visit.id, "signer_name": "Lin"}
    file_id = await drawing(me)
    assert (await refused(me, commands.sign_visit, file_id=file_id, **sign)).code == "REPORT_MISSING"
    part = UsedPart("Fan", Decimal("2"), "F-12", "SN 7", Money(12_50, "CNY"))
    report = {"site_visit_id": visit.id, "found": "Dust", "done": "Cleaned", "parts": [part]}
    await act(me, commands.report_visit, **report)
    unsigned = await refused(me, commands.finish_visit, site_visit_id=visit.id)
    assert (unsigned.code, unsigned.clause and unsigned.clause.number) == ("SIGNATURE_MISSING", "2.9")
    signed = await act(me, commands.sign_visit, file_id=file_id, **sign)
    digest = signed.signed_digest
    # Written down the very same again, it is what was signed.
    assert (await act(me, commands.report_visit, **report)).signed_digest == digest
    changed = await act(me, commands.report_visit, **{**report, "done": "Cleaned, and a cable changed"})
    assert (changed.signed_at, changed.signed_digest, changed.signature_file_id) == (None, None, None)
    assert (await refused(me, commands.finish_visit, site_visit_id=visit.id)).code == "SIGNATURE_MISSING"
    again = await act(me, commands.sign_visit, file_id=file_id, **sign)
    assert again.signed_digest != digest
    note = "They pay late"
    spent = {"on_site_minutes": 100, "travel_minutes": 20, "billable": True}
    await go_to(company, at("Tue 2 16:00"))
    done = await act(me, commands.finish_visit, site_visit_id=visit.id, internal_note=note, **spent)
    assert done.state is SiteVisitState.FINISHED
    assert (await refused(me, commands.report_visit, **report)).code == "WRONG_STATE"
    async with reading(company.admin) as work:
        records = await work.all(select(TimeRecord).order_by(TimeRecord.minutes))
        assert [(each.minutes, each.activity.value, each.site_visit_id, each.billable) for each in records] == [
            (20, "travel", visit.id, True),
            (100, "on_site", visit.id, True),
        ]
        said = await work.all(select(Message).where(Message.request_id == request.id).order_by(Message.id))
        assert [(each.audience, each.text) for each in said][1:] == [(Audience.INTERNAL, note)]
        assert "Nanjing Road 1" in said[0].text
    assert (await stored(company, request)).recorded_minutes == 120


async def test_bad_input_is_refused_and_changes_nothing(pool: None, file_store: Any) -> None:
    company = await company_with()
    request, new = await assigned(company), await submit(company)
    async with writing(company.admin, settle=settle) as work:
        day = at("Wed 3 12:00").date()
        await organisation.record_absence(work, staff_id=company.colleague.id, starts_on=day, ends_on=day)
    clerk = company.clerk.id
    for given, code in (
        ({"begins": "Mon 1 08:00"}, "INVALID"),
        ({"ends_at": at("Tue 2 14:00")}, "INVALID"),
        ({"engineer_id": clerk}, "INVALID"),
        ({"engineer_id": company.admin.tenant_id}, "NOT_FOUND"),
        ({"contact_id": clerk}, "NOT_FOUND"),
        ({"begins": "Wed 3 10:00"}, "ABSENT"),
        ({"site": " "}, "INVALID"),
    ):
        assert (await refused_plan(company, request, **given)).code == code, given
    unassigned = {"starts_at": at("Tue 2 14:00"), "ends_at": at("Tue 2 16:00"), "site": "There"}
    sent = {"request_id": new.id, "engineer_id": company.colleague.id, **unassigned}
    assert (await refused(company.dispatcher, commands.plan_visit, **sent)).code == "WRONG_STATE"
    visit = await there(company, request)
    assert (await refused_plan(company, request, begins="Tue 2 15:00")).code == "ENGINEER_BUSY"
    mine = {"site_visit_id": visit.id}
    assert (await refused(company.agent, commands.report_visit, found="", done="Mine", **mine)).code == "NOT_YOURS"
    for parts in (
        [UsedPart("Fan", Decimal(0))],
        [UsedPart("Fan", Decimal("0.0001"))],
        [UsedPart("Fan", Decimal(1), price=Money(1, "CNY")), UsedPart("Fan", Decimal(1), price=Money(1, "USD"))],
    ):
        found = await refused(company.colleague, commands.report_visit, found="", done="Some", parts=parts, **mine)
        assert found.path[0] == "parts"
    await act(company.colleague, commands.report_visit, found="", done="Some", **mine)
    for content in (b"GIF89a" + bytes(40), PNG[:16] + struct.pack(">II", 90_000, 1), PNG + bytes(200_000)):
        file_id = await drawing(company.colleague, content)
        found = await refused(company.colleague, commands.sign_visit, signer_name="Lin", file_id=file_id, **mine)
        assert found.path == ("fileId",)
    theirs = await drawing(company.agent)
    stolen = await refused(company.colleague, commands.sign_visit, signer_name="Lin", file_id=theirs, **mine)
    assert stolen.code == "NOT_FOUND"
    async with reading(company.admin) as work:
        kept = await work.all(select(SiteVisit))
        assert [(each.state, each.done, each.signed_at) for each in kept] == [(SiteVisitState.CHECKED_IN, "Some", None)]


async def test_whoever_is_sent_sees_the_request_and_nobody_goes_for_a_cancelled_one(pool: None) -> None:
    company = await company_with()
    request = await assigned(company)
    assert (await refused(company.colleague, commands.comment, request_id=request.id, text="?")).code == "NOT_FOUND"
    visit = await plan(company, request)
    await act(company.colleague, commands.comment, request_id=request.id, text="I am coming")
    moved = {"starts_at": at("Fri 5 09:00"), "ends_at": at("Fri 5 10:00"), "reason": "They asked for it"}
    await act(company.agent, commands.reschedule_visit, site_visit_id=visit.id, **moved)
    missed = await plan(company, request, "Tue 2 10:00")
    await act(company.colleague, commands.miss_visit, site_visit_id=missed.id, reason="Nobody opened")
    await do(commands.cancel, company.clerk, request, reason="It works again")
    async with reading(company.admin) as work:
        visits = await work.all(select(SiteVisit).order_by(SiteVisit.id))
    told = [(each.state, each.reason) for each in visits]
    assert told == [(SiteVisitState.CANCELLED, "It works again"), (SiteVisitState.MISSED, "Nobody opened")]
    assert (await refused_plan(company, request)).code == "WRONG_STATE"
