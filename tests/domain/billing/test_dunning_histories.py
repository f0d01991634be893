"""Whatever happens to an invoice, in whatever order: every step at most once and in order, no letter after payment."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.billing.models import Hold, Payment
from domain.billing.rules.invoices import OPEN
from domain.policies.rules.dunning import HoldKind
from tenancy.agenda import Task
from tenancy.database import reading
from tests.domain.billing.office import BEGINNING, GENTLE, STRICT, Office, day_of, open_office, step

pytestmark = pytest.mark.usefixtures("pool", "post")

LADDERS: list[dict[str, Any]] = [
    STRICT,
    GENTLE,
    {"steps": [step(1, -2, "calendar"), step(2, 0, "working"), step(3, 1, "calendar", channel="telephone")]},
]
HAPPENINGS = st.one_of(
    st.tuples(st.just("sleep"), st.integers(1, 9)),
    st.tuples(st.just("work"), st.just(0)),
    st.tuples(st.just("fire"), st.just(0)),
    st.tuples(st.just("pay"), st.sampled_from([1, 4000, 20000])),
    # Money that comes while a letter is written and has not left is the case that matters most.
    st.tuples(st.just("fire and pay"), st.sampled_from([1, 4000, 20000])),
    st.tuples(st.just("hold"), st.integers(0, 9)),
    st.tuples(st.just("release"), st.just(0)),
)


class History:
    """One invoice, and what was seen of it."""

    def __init__(self, office: Office, billed: Any) -> None:
        self.office, self.billed, self.now = office, billed, BEGINNING
        self.after_payment: int | None = None

    async def happen(self, what: str, size: int) -> None:
        office = self.office
        match what:
            case "sleep":
                self.now += timedelta(days=size, hours=size % 5)
                await office.set_clock(self.now)
            case "work":
                await office.work_off()
            case "fire":
                await office.work_off(Task.FIRE)
            case "pay":
                await self._pay(size)
            case "fire and pay":
                await office.work_off(Task.FIRE)
                await self._pay(size)
            case "hold" if not await self._holds():
                until = {"until_on": day_of(self.now) + timedelta(days=size)} if size else {}
                await office.hold(HoldKind.PAYMENT_IN_TRANSIT, customer_id=office.customer_id, **until)
            case "release":
                for hold in await self._holds():
                    await office.release(hold)

    async def _pay(self, amount: int) -> None:
        invoice = await self.office.invoice(self.billed)
        if invoice.state not in OPEN:
            return
        left = invoice.total_minor // 100 - invoice.paid_minor // 100
        await self.office.pay(self.billed, str(min(amount, left)))
        if amount >= left:
            self.after_payment = len(await self.office.letters())

    async def _holds(self) -> list[Hold]:
        today = day_of(self.now)
        async with reading(self.office.admin) as work:
            holds = await work.all(select(Hold).where(Hold.released_on.is_(None)))
        return [hold for hold in holds if hold.until_on is None or hold.until_on >= today]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    ladder=st.sampled_from(LADDERS),
    first_sleep=st.integers(2, 12),
    happenings=st.lists(HAPPENINGS, min_size=2, max_size=12),
)
async def test_every_history_climbs_in_order_and_ends_with_the_payment(
    ladder: dict[str, Any], first_sleep: int, happenings: list[tuple[str, int]]
) -> None:
    office = await open_office(ladder)
    history = History(office, await office.bill())
    for what, size in [("sleep", first_sleep), *happenings]:
        await history.happen(what, size)
    await history.happen("release", 0)
    # Letters leave on the day they were written or later; afterwards nobody sleeps any more.
    await office.live_until(history.now + timedelta(days=60))
    await _check(history, len(ladder["steps"]))


async def _check(history: History, count: int) -> None:
    office, billed = history.office, history.billed
    standing = [row for row in await office.steps(billed) if row.withdrawn_at is None]
    assert [row.number for row in standing] == list(range(1, len(standing) + 1))
    days = [day_of(row.taken_at) for row in standing]
    assert days == sorted(set(days))
    invoice = await office.invoice(billed)
    letters = await office.letters()
    assert await office.letter_steps() == sorted(set(await office.letter_steps()))
    assert len(letters) <= sum(row.effect_key is not None for row in standing)
    if invoice.state in OPEN:
        assert len(standing) == count
    else:
        assert len(letters) == history.after_payment
        assert await office.planned(billed) == {}
    async with reading(office.admin) as work:
        payments = await work.all(select(Payment).where(Payment.invoice_id == billed))
    assert sum(payment.amount_minor for payment in payments) == invoice.paid_minor
    assert invoice.paid_minor <= invoice.total_minor + sum(row.fee_minor + row.interest_minor for row in standing)
    assert (invoice.state in OPEN) == (invoice.paid_minor < invoice.total_minor)
