"""Whatever happens to a customer's invoices: joint letters ask for each step of each once, and for nothing paid."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.billing.models import DunningLetter, Hold
from domain.policies.rules.dunning import HoldKind
from tenancy.agenda import Task
from tenancy.database import reading
from tests.domain.billing.office import BEGINNING, Office, day_of, open_office, step

pytestmark = pytest.mark.usefixtures("pool", "post")

STEPS = [step(1, 1, "calendar"), step(2, 3, "working", tone="firm"), step(3, 7, "calendar")]
LADDERS: list[dict[str, Any]] = [
    {"steps": STEPS, "joint_letters": True},
    {
        "steps": STEPS,
        "joint_letters": True,
        "joint_within_days": 3,
        "contact_hours": {"opens": "09:00", "closes": "18:00", "days": "working"},
    },
]
INVOICES = 3
WHICH = st.integers(0, INVOICES - 1)
HAPPENINGS = st.one_of(
    st.tuples(st.just("sleep"), st.integers(1, 5)),
    st.tuples(st.just("fire"), st.just(0)),
    st.tuples(st.just("minutes"), st.integers(1, 20)),
    st.tuples(st.just("work"), st.just(0)),
    st.tuples(st.just("pay"), WHICH),
    st.tuples(st.just("pay a part"), WHICH),
    st.tuples(st.just("hold"), WHICH),
    st.tuples(st.just("release"), st.just(0)),
)


class History:
    """The invoices, and how many letters had left when each was paid."""

    def __init__(self, office: Office, billed: list[UUID]) -> None:
        self.office, self.billed, self.now = office, billed, BEGINNING
        self.paid_after: dict[int, int] = {}

    async def happen(self, what: str, size: int) -> None:
        office = self.office
        match what:
            case "sleep":
                self.now += timedelta(days=size, hours=size)
                await office.set_clock(self.now)
            case "minutes":
                self.now += timedelta(minutes=size)
                await office.set_clock(self.now)
            case "fire":
                await office.work_off(Task.FIRE)
            case "work":
                await office.work_off()
            case "pay" if size not in self.paid_after:
                invoice = await office.invoice(self.billed[size])
                await office.pay(invoice.id, str((invoice.total_minor - invoice.paid_minor) // 100))
                self.paid_after[size] = len(await office.letters())
            case "pay a part" if size not in self.paid_after:
                await office.pay(self.billed[size], "1")
            case "hold" if size not in self.paid_after and not await self._held(size):
                await office.hold(HoldKind.DISPUTE, invoice_id=self.billed[size])
            case "release":
                for which in set(range(INVOICES)) - set(self.paid_after):
                    for hold in await self._held(which):
                        await office.release(hold)

    async def _held(self, which: int) -> list[Hold]:
        async with reading(self.office.admin) as work:
            mine = select(Hold).where(Hold.invoice_id == self.billed[which], Hold.released_on.is_(None))
            return await work.all(mine)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(ladder=st.sampled_from(LADDERS), happenings=st.lists(HAPPENINGS, min_size=4, max_size=12))
async def test_every_history_asks_once_for_each_step_of_each_invoice(
    ladder: dict[str, Any], happenings: list[tuple[str, int]]
) -> None:
    office = await open_office(ladder)
    history = History(
        office, [await office.bill("100", due_on=date(2026, 3, 3 + number)) for number in range(INVOICES)]
    )
    for what, size in happenings:
        await history.happen(what, size)
    await history.happen("release", 0)
    await office.live_until(history.now + timedelta(days=30))
    letters = [_numbers(letter) for letter in await office.letters()]
    async with reading(office.admin) as work:
        records = await work.all(select(DunningLetter))
    # A letter leaves once, and none stays behind.
    assert len(letters) == sum(each.withdrawn_at is None for each in records)
    assert all(each.written_at or each.withdrawn_at for each in records)
    for which, id in enumerate(history.billed):
        steps = [row for row in await office.steps(id) if row.withdrawn_at is None]
        days = [day_of(row.taken_at) for row in steps]
        assert [row.number for row in steps] == list(range(1, len(steps) + 1))
        assert days == sorted(set(days))
        named = sum(which + 1 in numbers for numbers in letters)
        assert named == len({row.letter_id for row in steps})
        if which in history.paid_after:
            assert not any(which + 1 in numbers for numbers in letters[history.paid_after[which] :])
        else:
            assert len(steps) == len(STEPS)


def _numbers(letter: dict[str, Any]) -> set[int]:
    """Which invoices a letter is about."""
    if "enclosures" in letter:
        return {int(row[0]) for row in letter["enclosures"][0]["paper"]["rows"]}
    return {int(letter["text"].split("Our invoice ")[1].split()[0])}
