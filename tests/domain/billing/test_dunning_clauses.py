"""What a ladder's clause lays down for dunning: for whom, by whom, in which words, and for which invoices."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.billing import commands
from domain.billing.rules.invoices import State
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier, Language
from domain.notifications.models import Notification
from domain.organisation import commands as organisation
from domain.policies import commands as handbooks
from domain.policies import queries as policies
from domain.policies.models import Clause
from domain.policies.rules.kinds import DunningLadder
from domain.policies.rules.scopes import Scope
from tenancy import claims
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.refusals import WrongState
from tests.domain.billing.office import (
    CALENDAR,
    GENTLE,
    STRICT,
    Office,
    day_of,
    march,
    open_office,
    step,
)
from tests.domain.policies.handbooks import another_title, draft
from tests.handbooks import publish
from workers.attempts import attempt
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("pool")


async def test_every_step_cites_the_clause_that_it_followed() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.live_until(march(12))
    first, second = await office.steps(billed)
    async with reading(office.admin) as work:
        [decision] = await policies.decisions_about(work, Subject(SubjectKind.DUNNING, second.id))
        clause = await work.get(Clause, decision.clause_id)
        plans = await policies.decisions_about(work, Subject(SubjectKind.INVOICE, billed))
    assert (clause.number, clause.id) == ("7.1", second.clause_id)
    assert decision.decision == "billing.dunning_step"
    assert decision.inputs["outstanding"] == "10000.00 CNY"
    # 5 days at 36.5 per cent a year.
    assert decision.result == {
        "channel": "email",
        "fee": "50.00 CNY",
        "interest": "50.00 CNY",
        "formula": ["10000.00 CNY × 36.5 % × 5 / 365 = 50.00 CNY"],
    }
    assert decision.inputs["interest_percent_a_year"] == "36.5"
    assert decision.inputs["days_of_a_year"] == 365
    assert decision.inputs["interest_periods"] == [
        {"amount": "10000.00 CNY", "from_on": "2026-03-06", "until_on": "2026-03-11", "days": 5}
    ]
    assert (decision.inputs["fee"], decision.inputs["fee_percent"]) == ("50.00 CNY", "0")
    assert (first.fee_minor, first.interest_minor, second.fee_minor, second.interest_minor) == (0, 0, 5000, 5000)
    assert [plan.decision for plan in plans] == ["billing.dunning_plan"]


async def test_a_customers_importance_chooses_the_ladder_and_keeps_it() -> None:
    office = await open_office(None, tier=CustomerTier.KEY)
    key_customers = DunningLadder.model_validate(GENTLE), Scope(customer_tier=CustomerTier.KEY)
    await publish(
        office.admin, ("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(STRICT)), ("7.2", *key_customers)
    )
    billed = await office.bill()
    assert await office.planned(billed) == {1: date(2026, 3, 13), 2: date(2026, 3, 27)}
    async with writing(office.admin, settle=settle) as work:
        await customers.change_customer(
            work,
            customer_id=office.customer_id,
            name="Bright",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="billing@bright.example",
            owner_id=None,
        )
    await office.live_until(march(31))
    assert await office.days(billed) == [(1, date(2026, 3, 13)), (2, date(2026, 3, 27))]
    assert await office.planned(await office.bill(due_on=date(2026, 4, 30))) == {
        1: date(2026, 5, 1),
        2: date(2026, 5, 5),
        3: date(2026, 5, 11),
    }


async def test_a_step_that_needs_approval_waits_for_somebody_who_collects() -> None:
    ladder = {"steps": [step(1, 3, "calendar", needs_approval=True), step(2, 5, "calendar")]}
    office = await open_office(ladder)
    billed = await office.bill()
    async with writing(office.admin, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.approve_step(work, invoice_id=billed, step_number=1)
    await office.live_until(march(12))
    assert await office.steps(billed) == []
    async with reading(office.admin) as work:
        [told] = await work.all(select(Notification))
    assert told.text == "Step {step} of dunning {customer} for invoice {number} waits for approval."
    for _ in range(2):
        async with writing(office.admin, settle=settle) as work:
            await commands.approve_step(work, invoice_id=billed, step_number=1)
    await office.live_until(march(31))
    [first, second] = await office.steps(billed)
    assert first.approver_id == office.admin.id
    assert [day_of(row.taken_at) for row in (first, second)] == [date(2026, 3, 12), date(2026, 3, 13)]


async def test_a_call_is_a_task_of_the_account_owner() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", channel="telephone")]})
    async with writing(office.admin, settle=settle) as work:
        assert office.admin.id is not None
        department = await organisation.create_department(work, name="Sales")
        post = await organisation.create_post(work, name="Seller")
        await organisation.engage(
            work, member_id=office.admin.id, department_id=department.id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
        owned = await customers.create_customer(
            work,
            name="Owned",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="owned@example.com",
            owner_id=office.admin.id,
        )
    billed = await office.bill(customer_id=owned.id)
    await office.live_until(march(31))
    async with reading(office.admin) as work:
        [task] = await work.all(select(Notification))
    assert (task.member_id, task.subject_kind) == (office.admin.id, "dunning_steps")
    assert task.blanks["customer"] == "Owned"
    assert await office.letters() == []
    assert await office.days(billed) == [(1, date(2026, 3, 9))]


async def test_a_call_falls_to_all_who_collect_once_the_account_owner_has_left() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", channel="telephone")]})
    async with writing(office.admin, settle=settle) as work:
        department = await organisation.create_department(work, name="Sales")
        post = await organisation.create_post(work, name="Seller")
        seller = work.add(Member(name="Seller", email="seller@example.com", language="en"))
        await organisation.engage(
            work, member_id=seller.id, department_id=department.id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
        owned = await customers.create_customer(
            work,
            name="Owned",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="owned@example.com",
            owner_id=seller.id,
        )
        await organisation.release(work, staff_id=seller.id, left_on=date(2026, 3, 1))
    await office.bill(customer_id=owned.id)
    await office.live_until(march(31))
    async with reading(office.admin) as work:
        # Besides, somebody is told that the seller's customers need another account owner.
        [task] = await work.all(select(Notification).where(Notification.key.startswith("dunning-task/")))
    assert task.member_id == office.admin.id


async def test_letters_are_in_the_customers_language_and_the_companys_words() -> None:
    own = {
        "subject": {"zh_Hans": "催款:发票{number}"},
        "text": {"zh_Hans": "{customer}:{due_on}到期的{amount}已逾期{days_overdue}天。", "en": "{customer}"},
    }
    office = await open_office({"steps": [step(1, 3, "calendar", letter=own)]}, language=Language.ZH_HANT)
    await office.bill("1234.5")
    await office.live_until(march(31))
    [letter] = await office.letters()
    assert letter == {
        "to": "billing@bright.example",
        "subject": "催款:发票1",
        "text": "Bright:2026年3月6日到期的CN¥1,234.50已逾期3天。\n",
        "language": "zh-Hant",
    }


async def test_running_invoices_keep_their_ladder_unless_the_new_clause_says_otherwise() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    await office.set_clock(march(3))
    await publish(office.admin, ("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(STRICT)))
    await office.work_off()
    assert await office.planned(billed) == {1: date(2026, 3, 13), 2: date(2026, 3, 27)}
    await office.set_clock(march(4))
    strict_id = await _make_strict_for_all_open(office)
    await office.work_off()
    assert await office.planned(billed) == {1: date(2026, 3, 9), 2: date(2026, 3, 11), 3: date(2026, 3, 17)}
    followed = (await office.invoice(billed)).ladder_clause_id
    # One that says the very same of open invoices leaves it by the clause that it was told of.
    await office.set_clock(march(4))
    async with writing(office.admin, settle=settle) as work:
        again = await handbooks.draft_version(work, title=another_title(), document_number="HB-01", copy_from=strict_id)
        await handbooks.submit_version(work, version_id=again.id)
        await handbooks.publish_version(work, version_id=again.id)
    await office.work_off()
    assert (await office.invoice(billed)).ladder_clause_id == followed
    # The next version says nothing of open cases any more: the invoice is back with the ladder that it began under.
    await office.set_clock(march(5))
    await publish(office.admin, ("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(STRICT)))
    await office.work_off()
    assert await office.planned(billed) == {1: date(2026, 3, 13), 2: date(2026, 3, 27)}
    async with reading(office.admin) as work:
        facts = select(JournalEntry).where(JournalEntry.name == "billing.ladder_followed_new_clause")
        told = [each.payload["new_clause_id"] for each in await work.all(facts.order_by(JournalEntry.id))]
        plans = await policies.decisions_about(work, Subject(SubjectKind.INVOICE, billed))
    assert told == [str(followed), str((await office.invoice(billed)).ladder_clause_id)]
    assert [str(each.clause_id) for each in plans if each.decision == "billing.dunning_plan"][-2:] == told


async def _make_strict_for_all_open(office: Office) -> UUID:
    async with writing(office.admin, settle=settle) as work:
        version = await draft(work, ("5.1", "business_calendar", CALENDAR.stored()))
        await handbooks.put_clause(
            work,
            version_id=version.id,
            number="7.1",
            kind="dunning_ladder",
            value=STRICT,
            title={"en": "Dunning"},
            applies_to_open_cases=True,
        )
        await handbooks.submit_version(work, version_id=version.id)
        await handbooks.publish_version(work, version_id=version.id)
    return version.id


async def test_open_invoices_follow_a_new_ladder_though_another_one_is_paid_while_it_is_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("domain.billing.commands.ladder.BATCH", 1)
    office = await open_office(GENTLE)
    first, second = await office.bill(), await office.bill()
    await office.set_clock(march(4))
    await _make_strict_for_all_open(office)
    [due] = (await claims.claim_of(office.admin.tenant_id, [Task.FIRE], batch=1)).claims
    await attempt(due, DOING)
    await office.pay(first, "10000")
    await office.work_off()
    assert await office.planned(second) == {1: date(2026, 3, 9), 2: date(2026, 3, 11), 3: date(2026, 3, 17)}


async def test_where_the_handbook_is_silent_nobody_is_dunned() -> None:
    office = await open_office(None)
    billed = await office.bill()
    await office.live_until(march(31))
    assert (await office.steps(billed), await office.planned(billed)) == ([], {})
    await office.pay(billed, "4000")
    assert (await office.invoice(billed)).state is State.PART_PAID
