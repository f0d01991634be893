"""One letter about several invoices of a customer, where the ladder says so: nobody is asked twice, nothing is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.billing import commands, queries
from domain.billing.models import DunningLetter
from domain.consequences import settle
from domain.notifications.models import Notification
from domain.policies.rules.dunning import CallOutcome, HoldKind
from domain.policies.rules.kinds import ContactBudget, Counterparty, DunningLadder
from tenancy.agenda import Task
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectState
from tenancy.refusals import Conflict, Invalid, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import CALENDAR, STRICT, Office, march, open_office, step
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

JOINT: dict[str, Any] = {
    "steps": [
        step(1, 3, "calendar"),
        step(2, 10, "calendar", tone="firm", fee={"minor": 5000, "currency": "CNY"}, late_interest_rate="36.5"),
    ],
    "joint_letters": True,
}


async def letters_of(office: Office) -> list[DunningLetter]:
    async with reading(office.admin) as work:
        return await work.all(select(DunningLetter).order_by(DunningLetter.id))


async def mails_of(office: Office) -> list[Effect]:
    async with reading(office.admin) as work:
        found = await work.all(select(Effect).order_by(Effect.id))
    return [effect for effect in found if effect.key.startswith("dunning/")]


async def written(office: Office, day: int = 9) -> None:
    """The morning on which the steps are due: the letter is written, and has not left."""
    await office.set_clock(march(day))
    await office.work_off(Task.FIRE)
    await office.set_clock(march(day, 13))
    await office.work_off(Task.FIRE)


async def test_one_company_writes_one_letter_about_all_and_another_one_about_each() -> None:
    joint, single = await open_office(JOINT), await open_office({**JOINT, "joint_letters": False})
    for office in (joint, single):
        for amount in ("10000", "500", "20"):
            await office.bill(amount)
        await office.live_until(march(9, 23))
    [letter] = await joint.letters()
    assert letter["subject"] == "Reminder: 3 invoices are overdue"
    assert "Invoice 2, due on Mar 6, 2026: CN¥500.00 (days overdue: 3)." in letter["text"]
    assert "Please pay CN¥10,520.00" in letter["text"]
    [enclosed] = letter["enclosures"]
    assert [row[0] for row in enclosed["paper"]["rows"]] == ["1", "2", "3"]
    assert len(await single.letters()) == 3
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(DunningLetter)) == []


async def test_a_letter_waits_for_invoices_within_the_window_and_speaks_as_the_gravest_step() -> None:
    office = await open_office({**JOINT, "joint_within_days": 2})
    first = await office.bill()
    second = await office.bill("500", due_on=date(2026, 3, 14))
    await office.bill("20", due_on=date(2026, 3, 30))
    await office.live_until(march(20))
    one, two = await office.letters()
    assert one["subject"] == "Reminder: invoice 1 was due on Mar 6, 2026"
    assert two["subject"] == "Payment is overdue: 2 invoices"
    assert "Fees: CN¥50.00. Interest for late payment: CN¥100.00." in two["text"]
    assert await office.days(second) == [(1, date(2026, 3, 17))]
    # Each step on its day; the letter once the window has ended.
    assert [day for _, day in await office.days(first)] == [date(2026, 3, 9), date(2026, 3, 16)]
    assert (await letters_of(office))[1].written_at == march(18, 10) + timedelta(minutes=10)


async def test_what_is_paid_between_writing_and_sending_is_taken_out_and_the_letter_stays_the_same_one() -> None:
    office = await open_office(JOINT)
    billed = [await office.bill(amount) for amount in ("10000", "500", "20")]
    await written(office)
    [planned] = await mails_of(office)
    await office.pay(billed[1], "500")
    [mail] = await mails_of(office)
    assert (mail.id, mail.state) == (planned.id, EffectState.PLANNED)
    assert "500.00" not in mail.payload["text"]
    await office.pay(billed[0], "10000")
    await office.live_until(march(9, 23))
    [letter] = await office.letters()
    # About a single one, it speaks as letters about one do.
    assert letter["subject"] == "Reminder: invoice 3 was due on Mar 6, 2026"
    assert "enclosures" not in letter
    assert await office.days(billed[1]) == []


async def test_nothing_leaves_once_all_is_paid_whether_written_or_not() -> None:
    office = await open_office(JOINT)
    early = [await office.bill(), await office.bill()]
    await office.set_clock(march(9))
    await office.work_off(Task.FIRE)
    for billed in early:
        await office.pay(billed, "10000")
    late = [await office.bill(due_on=date(2026, 3, 9)), await office.bill(due_on=date(2026, 3, 9))]
    await written(office, 12)
    for billed in late:
        await office.pay(billed, "10000")
    await office.live_until(march(31))
    assert await office.letters() == []
    assert [letter.withdrawn_at is not None for letter in await letters_of(office)] == [True, True]


async def test_a_disputed_invoice_stays_out_of_the_letter_and_its_step_is_not_lost() -> None:
    office = await open_office(JOINT)
    disputed, other = await office.bill("500"), await office.bill("20")
    await written(office)
    hold = await office.hold(HoldKind.DISPUTE, invoice_id=disputed)
    await office.live_until(march(11))
    assert [letter["subject"] for letter in await office.letters()] == ["Reminder: invoice 2 was due on Mar 6, 2026"]
    await office.release(hold)
    await office.live_until(march(12))
    assert [letter["subject"] for letter in await office.letters()][1:] == [
        "Reminder: invoice 1 was due on Mar 6, 2026"
    ]
    assert len(await office.days(other)) == 1


async def test_a_mail_that_was_tried_goes_on_without_what_is_paid_and_repeats_nothing() -> None:
    office = await open_office(JOINT)
    billed = [await office.bill("500"), await office.bill("20")]
    await written(office)
    async with writing(office.admin, settle=settle) as work:
        [effect] = await work.all(select(Effect).where(Effect.key.startswith("dunning/")))
        effect.attempts, effect.error = 1, "the mail server is away"
    await office.pay(billed[0], "100")
    [mail] = await mails_of(office)
    assert "20.00" in mail.payload["text"]
    assert "500.00" not in mail.payload["text"]
    # It may have arrived: the step counts.
    assert len(await office.days(billed[0])) == 1
    async with writing(office.admin, settle=settle) as work:
        [effect] = await work.all(select(Effect).where(Effect.key.startswith("dunning/")))
        effect.error = None
    await office.pay(billed[1], "20")
    # It is being handed over at this moment, and leaves as it is.
    assert (await mails_of(office))[0].payload == mail.payload


async def test_late_workers_still_write_one_letter_and_no_step_twice() -> None:
    office = await open_office(JOINT)
    billed = [await office.bill() for _ in range(3)]
    await office.set_clock(march(11))
    # Only one of three timers is taken; then the letter's own hour has passed already.
    async with writing(office.admin, settle=settle) as work:
        await work.sql("UPDATE agenda SET due_at = due_at + interval '30 days' WHERE subject_id = $1", billed[2])
    await office.work_off(Task.FIRE)
    await office.set_clock(march(11, 13))
    await office.work_off(Task.FIRE)
    assert await mails_of(office) == []
    async with writing(office.admin, settle=settle) as work:
        await work.sql("UPDATE agenda SET due_at = due_at - interval '30 days' WHERE subject_id = $1", billed[2])
    await office.live_until(march(11, 23))
    [letter] = await office.letters()
    assert letter["subject"] == "Reminder: 3 invoices are overdue"


async def test_joint_letters_keep_to_the_contact_budget() -> None:
    office = await open_office(None)
    budget = ContactBudget(most_per_week=1, counted=Counterparty.CUSTOMER)
    await publish(office.admin, ("5.1", CALENDAR), ("7.1", DunningLadder.model_validate(JOINT)), ("7.2", budget))
    for due_on in (date(2026, 3, 6), date(2026, 3, 6), date(2026, 3, 9)):
        await office.bill(due_on=due_on)
    await office.live_until(march(15))
    assert len(await office.letters()) == 1
    await office.live_until(march(17))
    assert len(await office.letters()) == 2


HOURS = {"opens": "09:00", "closes": "18:00", "days": "working"}


async def test_nobody_is_contacted_outside_the_hours_and_what_falls_there_comes_later() -> None:
    restful = await open_office({"steps": [step(1, 1, "calendar"), step(2, 3, "calendar")], "contact_hours": HOURS})
    restless = await open_office({"steps": [step(1, 1, "calendar"), step(2, 3, "calendar")]})
    billed = await restful.bill(), await restless.bill()
    # The day after the due date is a Saturday.
    assert await restful.planned(billed[0]) == {1: date(2026, 3, 9), 2: date(2026, 3, 10)}
    assert await restless.planned(billed[1]) == {1: date(2026, 3, 7), 2: date(2026, 3, 9)}
    # Workers come back in the night.
    await restful.wake_at(march(10, 22))
    await restless.wake_at(march(10, 22))
    assert await restful.letters() == []
    assert len(await restless.letters()) == 1
    await restful.live_until(march(12, 23))
    assert [row.taken_at for row in await restful.steps(billed[0])] == [march(11, 9), march(12, 10)]


async def test_a_step_is_not_approved_in_the_night() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", needs_approval=True)], "contact_hours": HOURS})
    billed = await office.bill()
    await office.live_until(march(9, 20))
    with pytest.raises(Refusal, match=r"can be approved from 2026-03-10 09:00") as refused:
        async with writing(office.admin, settle=settle) as work:
            await commands.approve_step(work, invoice_id=billed, step_number=1)
    assert refused.value.code == "OUTSIDE_CONTACT_HOURS"
    assert refused.value.clause is not None
    await office.set_clock(march(10, 9))
    async with writing(office.admin, settle=settle) as work:
        await commands.approve_step(work, invoice_id=billed, step_number=1)
    assert len(await office.days(billed)) == 1


async def test_letters_by_post_wait_for_somebody_who_posts_them_and_a_paid_one_does_not() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", channel="post"), step(2, 20, "calendar")]})
    posted, paid = await office.bill("500"), await office.bill("20")
    await office.live_until(march(10))
    one, two = await letters_of(office)
    assert one.paper is not None
    assert one.paper["rows"][0][:2] == ["1", "Step 1"]
    async with reading(office.admin) as work:
        told = await work.all(select(Notification).where(Notification.key.startswith("dunning-post/")))
    assert len(told) == 2
    for _ in range(2):
        async with writing(office.admin, settle=settle) as work:
            mark = await queries.fingerprint_of(work, one)
            letter = await commands.mark_posted(work, letter_id=one.id, fingerprint=mark.upper())
    assert letter.posted_by_id == office.admin.id
    await office.pay(posted, "100")
    await office.pay(paid, "20")
    # What was posted counts; what was not is asked for no more.
    assert [len(await office.days(each)) for each in (posted, paid)] == [1, 0]
    with pytest.raises(WrongState, match="do not post it"):
        async with writing(office.admin, settle=settle) as work:
            await commands.mark_posted(work, letter_id=two.id, fingerprint=mark)


async def test_what_was_printed_before_a_payment_is_not_what_was_posted() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", channel="post")], "joint_letters": True})
    kept, paid = await office.bill("500"), await office.bill("20")
    await office.live_until(march(10))
    [letter] = await letters_of(office)
    async with reading(office.admin) as work:
        _, printed = await queries.letter_to_print(work, letter.id)
    await office.pay(paid, "20")
    with pytest.raises(Conflict, match="print it again") as refused:
        async with writing(office.admin, settle=settle) as work:
            await commands.mark_posted(work, letter_id=letter.id, fingerprint=printed)
    assert (refused.value.code, refused.value.path) == ("LETTER_REWRITTEN", ("fingerprint",))
    [letter] = await letters_of(office)
    assert letter.posted_at is None
    async with writing(office.admin, settle=settle) as work:
        _, anew = await queries.letter_to_print(work, letter.id)
        posted = await commands.mark_posted(work, letter_id=letter.id, fingerprint=anew)
    assert posted.posted_at is not None
    # What is posted stays as it was, whatever is paid after that.
    await office.pay(kept, "100")
    async with reading(office.admin) as work:
        assert (await queries.letter_to_print(work, letter.id))[1] == anew != printed


async def test_who_has_no_ladder_for_joint_letters_cannot_let_them_wait() -> None:
    for wrong, complaint in (
        ({"joint_within_days": 3}, "Only joint letters"),
        ({"contact_hours": {"opens": "11:00", "closes": "18:00"}}, "outside the contact hours"),
        ({"contact_hours": {"opens": "11:00", "closes": "09:00"}}, "before they begin"),
    ):
        with pytest.raises(ValueError, match=complaint):
            DunningLadder.model_validate({**STRICT, **wrong})


async def test_a_call_ends_in_a_promise_that_is_kept_or_not() -> None:
    office = await open_office({"steps": [step(1, 3, "calendar", channel="telephone"), step(2, 5, "calendar")]})
    billed = await office.bill()
    await office.live_until(march(9, 23))
    [call] = await office.steps(billed)
    said = {"step_id": call.id, "note": "They pay after the fair."}
    with pytest.raises(Invalid, match="needs the date"):
        async with writing(office.admin, settle=settle) as work:
            await commands.record_call(work, outcome=CallOutcome.PROMISED, **said)
    with pytest.raises(Invalid, match="A day belongs to"):
        async with writing(office.admin, settle=settle) as work:
            await commands.record_call(work, outcome=CallOutcome.REFUSED, until_on=date(2026, 3, 20), **said)
    async with writing(office.admin, settle=settle) as work:
        await commands.record_call(work, step_id=call.id, outcome=CallOutcome.NOT_REACHED)
        found = await commands.record_call(work, outcome=CallOutcome.PROMISED, until_on=date(2026, 3, 20), **said)
    assert found.hold_id is not None
    await office.live_until(march(20, 23))
    assert await office.letters() == []
    await office.live_until(march(31))
    assert len(await office.letters()) == 1
    mailed = (await office.steps(billed))[1]
    with pytest.raises(Invalid, match="no telephone call"):
        async with writing(office.admin, settle=settle) as work:
            await commands.record_call(work, step_id=mailed.id, outcome=CallOutcome.REFUSED)


async def test_an_invoice_cancelled_while_its_letter_is_handed_over_is_asked_for_no_more() -> None:
    office = await open_office(JOINT)
    cancelled, other = await office.bill("500"), await office.bill("20")
    await written(office)
    async with writing(office.admin, settle=settle) as work:
        [effect] = await work.all(select(Effect).where(Effect.key.startswith("dunning/")))
        effect.attempts = 1
    async with writing(office.admin, settle=settle) as work:
        await commands.cancel_invoice(work, invoice_id=cancelled)
    await office.live_until(march(31))
    first, second = [letter["subject"] for letter in await office.letters()]
    # What was being handed over is what it was; what follows is about the other alone.
    assert (first, second) == ("Reminder: 2 invoices are overdue", "Payment is overdue: invoice 2")
    assert [len(await office.days(each)) for each in (cancelled, other)] == [1, 2]
