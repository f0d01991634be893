"""Dunning as two companies lay it down differently: at its hours, in order, once, no letter after the payment."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from domain.billing import queries
from domain.billing.events import DunningStepDue
from domain.billing.models import DunningStep, Invoice
from domain.billing.rules.invoices import State
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.money import Money
from domain.kernel.terms import CustomerTier, Language
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.kinds import ContactBudget, Counterparty, DunningLadder
from tenancy import claims
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectState
from tenancy.refusals import NotFound, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import (
    CALENDAR,
    GENTLE,
    STRICT,
    march,
    open_office,
    step,
)
from tests.handbooks import publish
from workers.attempts import attempt
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("pool")


async def test_two_companies_dun_by_their_own_ladders_and_a_third_sees_nothing() -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    billed = await strict.bill(), await gentle.bill()
    await strict.live_until(march(31))
    await gentle.live_until(march(31))
    assert await strict.days(billed[0]) == [
        (1, date(2026, 3, 9)),
        (2, date(2026, 3, 11)),
        (3, date(2026, 3, 17)),
    ]
    assert await gentle.days(billed[1]) == [(1, date(2026, 3, 13)), (2, date(2026, 3, 27))]
    assert [letter["subject"] for letter in await strict.letters()] == [
        "Reminder: invoice 1 was due on Mar 6, 2026",
        "Payment is overdue: invoice 1",
        "Final notice: invoice 1",
    ]
    assert len(await gentle.letters()) == 2
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(Invoice)) == []
        with pytest.raises(NotFound):
            await queries.get(work, billed[0])


async def test_no_level_is_skipped_by_a_late_check_and_no_two_come_on_one_day() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.wake_at(march(18))
    assert await office.days(billed) == [(1, date(2026, 3, 18))]
    assert await office.planned(billed) == {2: date(2026, 3, 19), 3: date(2026, 3, 20)}
    await office.wake_at(march(18, 23))
    assert len(await office.letters()) == 1
    await office.wake_at(march(30))
    await office.live_until(march(31))
    assert await office.days(billed) == [
        (1, date(2026, 3, 18)),
        (2, date(2026, 3, 30)),
        (3, date(2026, 3, 31)),
    ]


async def test_the_same_step_is_not_taken_twice_whatever_is_repeated() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    await office.set_clock(march(13))
    timers = (await claims.claim_of(office.admin.tenant_id, [Task.FIRE])).claims
    await asyncio.gather(*(attempt(timer, DOING) for timer in [*timers] * 4))
    async with writing(office.admin, settle=settle) as work:
        for _ in range(3):
            work.record(DunningStepDue(invoice_id=billed, step_number=1, run=1))
    await office.work_off()
    assert await office.days(billed) == [(1, date(2026, 3, 13))]
    assert len(await office.letters()) == 1


async def test_payment_stops_the_ladder_at_once() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.live_until(march(10))
    await office.pay(billed, "10000")
    assert await office.planned(billed) == {}
    await office.live_until(march(31))
    assert await office.days(billed) == [(1, date(2026, 3, 9))]
    assert len(await office.letters()) == 1


async def test_no_letter_leaves_after_a_payment_that_came_between_planning_and_sending() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.set_clock(march(9))
    await office.work_off(Task.FIRE)
    assert len(await office.steps(billed)) == 1
    await office.pay(billed, "10000")
    await office.live_until(march(31))
    assert await office.letters() == []
    [step] = await office.steps(billed)
    assert step.withdrawn_at is not None
    async with reading(office.admin) as work:
        effect = await work.first(select(Effect).where(Effect.subject_id == step.id))
    assert effect is not None
    assert (effect.state, effect.key) == (EffectState.WITHDRAWN, f"dunning/{billed}/1/1")


async def test_a_letter_stopped_by_a_part_payment_is_written_anew_with_what_is_left() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.set_clock(march(11))
    await office.work_off(Task.FIRE)
    await office.pay(billed, "4000")
    await office.work_off()
    [stopped, written] = await office.steps(billed)
    assert (stopped.number, stopped.run, stopped.withdrawn_at is None) == (1, 1, False)
    assert (written.number, written.run, written.effect_key) == (1, 2, f"dunning/{billed}/2/1")
    [letter] = await office.letters()
    assert "CN¥6,000.00 of it is outstanding" in letter["text"]
    await office.live_until(march(31))
    assert [number for number, _ in await office.days(billed)] == [1, 2, 3]


async def test_a_letter_that_may_have_arrived_is_not_repeated_after_a_part_payment() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.set_clock(march(9))
    await office.work_off(Task.FIRE)
    async with writing(office.admin, settle=settle) as work:
        for effect in await work.all(select(Effect).where(Effect.key.startswith("dunning/"))):
            effect.attempts = 1
    await office.pay(billed, "4000")
    await office.live_until(march(31))
    assert [number for number, _ in await office.days(billed)] == [1, 2, 3]
    assert [letter["subject"].split(":")[0] for letter in await office.letters()] == [
        "Payment is overdue",
        "Final notice",
    ]


async def test_a_partial_payment_rebases_the_ladder_where_the_clause_says_so() -> None:
    strict, gentle = await open_office(STRICT), await open_office(GENTLE)
    billed = await strict.bill(), await gentle.bill()
    for office, invoice_id in zip((strict, gentle), billed, strict=True):
        await office.live_until(march(13))
        await office.pay(invoice_id, "4000")
    assert await strict.planned(billed[0]) == {3: date(2026, 3, 17)}
    assert await gentle.planned(billed[1]) == {2: date(2026, 4, 3)}
    await strict.live_until(march(18))
    final = (await strict.steps(billed[0]))[-1]
    # 7 days on the whole, 4 on what was left: none of the interest is lost.
    assert (final.outstanding_minor, final.interest_minor) == (600_000, 7000 + 2400)


async def test_interest_that_was_asked_for_is_not_taken_back_by_a_step_with_a_lower_rate() -> None:
    ladder = {
        "steps": [step(1, 10, "calendar", late_interest_rate="36.5"), step(2, 20, "calendar", late_interest_rate="0")]
    }
    office = await open_office(ladder)
    billed = await office.bill()
    await office.live_until(march(31))
    assert [row.interest_minor for row in await office.steps(billed)] == [10000, 10000]


async def test_a_dispute_holds_the_ladder_and_it_continues_where_it_stood() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    await office.live_until(march(14))
    hold = await office.hold(invoice_id=billed)
    assert await office.planned(billed) == {2: None}
    await office.live_until(march(30))
    assert await office.days(billed) == [(1, date(2026, 3, 13))]
    await office.release(hold)
    # Sixteen days were held; the fourteen between the steps are counted whole.
    assert await office.planned(billed) == {2: date(2026, 4, 12)}
    with pytest.raises(WrongState, match="over already"):
        await office.release(hold)


async def test_a_step_that_was_missed_is_not_taken_while_it_is_disputed() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    await office.set_clock(march(16))
    hold = await office.hold(invoice_id=billed)
    await office.work_off()
    assert await office.days(billed) == []
    await office.set_clock(march(18))
    await office.release(hold)
    await office.work_off()
    assert await office.days(billed) == [(1, date(2026, 3, 18))]


async def test_a_promise_ends_by_itself_and_the_ladder_goes_on() -> None:
    office = await open_office(STRICT)
    billed = await office.bill()
    await office.live_until(march(9))
    await office.hold(HoldKind.PROMISE_TO_PAY, invoice_id=billed, until_on=date(2026, 3, 16))
    await office.live_until(march(31))
    assert await office.days(billed) == [
        (1, date(2026, 3, 9)),
        (2, date(2026, 3, 19)),
        (3, date(2026, 3, 25)),
    ]


async def test_an_exempted_customer_is_left_alone_with_every_invoice() -> None:
    office = await open_office(STRICT)
    before = await office.bill()
    hold = await office.hold(HoldKind.EXEMPTION, customer_id=office.customer_id)
    after = await office.bill()
    async with writing(office.admin, settle=settle) as work:
        other = await customers.create_customer(
            work, name="Other", tier=CustomerTier.STANDARD, language=Language.EN, billing_email="other@example.com"
        )
    of_another = await office.bill(customer_id=other.id)
    await office.live_until(march(16))
    assert [await office.days(billed) for billed in (before, after)] == [[], []]
    assert len(await office.days(of_another)) == 2
    await office.release(hold)
    assert (await office.planned(before)).keys() == (await office.planned(after)).keys() == {1, 2, 3}
    assert None not in (await office.planned(before)).values()


async def test_payments_and_timers_at_once_do_not_wait_for_each_other() -> None:
    office = await open_office(STRICT)
    billed = [await office.bill() for _ in range(6)]
    await office.set_clock(march(9))
    timers = (await claims.claim_of(office.admin.tenant_id, [Task.FIRE])).claims
    await asyncio.gather(
        *(attempt(timer, DOING) for timer in timers), *(office.pay(invoice_id, "10000") for invoice_id in billed)
    )
    await office.live_until(march(31))
    assert await office.letters() == []
    for invoice_id in billed:
        assert (await office.invoice(invoice_id)).state is State.PAID
        assert all(row.withdrawn_at is not None for row in await office.steps(invoice_id))


async def test_a_step_that_stands_is_kept_single_by_the_database_itself() -> None:
    office = await open_office(GENTLE)
    billed = await office.bill()
    await office.live_until(march(14))
    [row] = await office.steps(billed)
    again = {name: value for name, value in vars(row).items() if name in DunningStep.__table__.c}
    for name in ("id", "tenant_id"):
        again.pop(name, None)
    with pytest.raises(Exception, match="uq_dunning_steps_standing"):
        async with writing(office.admin, settle=settle) as work:
            work.add(DunningStep(**{**again, "run": 2}))
    async with reading(office.admin) as work:
        assert queries.charges_of([row], "CNY").total == Money.zero("CNY")
        assert await queries.standing_steps(work, billed)


async def test_reminders_keep_to_the_contact_budget_and_a_final_notice_waits_for_nothing() -> None:
    office = await open_office(None)
    budget = ContactBudget(most_per_day=1, counted=Counterparty.CUSTOMER)
    ladder = DunningLadder.model_validate(STRICT)
    await publish(office.admin, ("5.1", CALENDAR), ("7.1", ladder), ("7.2", budget))
    billed = await office.bill(), await office.bill()
    for day, letters in ((9, 1), (10, 2), (11, 3), (12, 4)):
        await office.live_until(march(day, 23))
        assert len(await office.letters()) == letters
    await office.live_until(march(17, 23))
    subjects = [letter["subject"] for letter in await office.letters()]
    assert sorted(subjects[4:]) == ["Final notice: invoice 1", "Final notice: invoice 2"]
    assert [len(await office.days(each)) for each in billed] == [3, 3]
