"""Whatever happens to invoices and payments, in whatever order: the books agree with a model of a few lines."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.billing import queries
from tenancy.database import reading
from tenancy.refusals import Refusal
from tests.domain.billing.office import Office, open_office
from tests.domain.ledger.books import allocate, balances, check, give_up, receive, refund, release, reverse

pytestmark = pytest.mark.usefixtures("pool")

AMOUNTS = st.sampled_from([1, 30, 70, 100, 250])
PLACES = st.integers(0, 3)
HAPPENINGS = st.one_of(
    st.tuples(st.just("bill"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("receive"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("pay"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("allocate"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("release"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("reverse"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.just("refund"), AMOUNTS, PLACES, PLACES),
    st.tuples(st.sampled_from(["write off", "cancel"]), AMOUNTS, PLACES, PLACES),
)


class Model:
    """What is owed of each invoice, what is left of each payment, and what has become of the rest."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.owed: dict[UUID, int] = {}
        self.total: dict[UUID, int] = {}
        self.given_up: set[UUID] = set()
        self.left: dict[UUID, int] = {}
        self.allocated: dict[UUID, tuple[UUID, UUID, int]] = {}
        self.bank = self.lost = self.revenue = 0
        self.refunded: set[UUID] = set()

    async def happen(self, what: str, amount: int, one: int, other: int) -> None:
        if what == "bill":
            billed = await self.office.bill(str(amount))
            self.owed[billed] = self.total[billed] = amount
            self.revenue += amount
        elif what == "receive":
            self.left[(await receive(self.office, amount)).id] = amount
            self.bank += amount
        elif what in ("pay", "write off", "cancel"):
            if self.owed:
                await self._with_invoice(what, amount, _at(self.owed, one))
        elif what == "allocate":
            if self.owed and self.left:
                await self._allocate(_at(self.left, one), _at(self.owed, other), amount)
        elif what == "release":
            if self.allocated:
                await self._release(_at(self.allocated, one))
        elif self.left:
            await self._with_payment(what, amount, _at(self.left, one))

    async def _with_invoice(self, what: str, amount: int, billed: UUID) -> None:
        untouched = self.owed[billed] == self.total[billed]
        is_open = billed not in self.given_up and self.owed[billed] > 0
        if what == "pay":
            possible = is_open and amount <= self.owed[billed]
            payment = await self._tried(possible, receive(self.office, amount, (billed, amount)))
            if payment is not None:
                self.left[payment.id], self.bank = amount, self.bank + amount
                await self._note(payment.id, billed, amount)
            return
        possible = is_open and (what == "write off" or untouched)
        await self._tried(possible, give_up(self.office, billed, cancel=what == "cancel"))
        if possible:
            self.given_up.add(billed)
            if what == "cancel":
                self.revenue -= self.owed[billed]
            else:
                self.lost += self.owed[billed]
            self.owed[billed] = 0

    async def _allocate(self, paid: UUID, billed: UUID, amount: int) -> None:
        possible = billed not in self.given_up and 0 < amount <= min(self.owed[billed], self.left[paid])
        allocation = await self._tried(possible, allocate(self.office, paid, billed, amount))
        if allocation is not None:
            await self._note(paid, billed, amount, allocation.id)

    async def _note(self, paid: UUID, billed: UUID, amount: int, id: UUID | None = None) -> None:
        if id is None:
            async with reading(self.office.admin) as work:
                [found] = await queries.allocations_of(work, paid)
            id = found.id
        self.allocated[id] = (paid, billed, amount)
        self.left[paid] -= amount
        self.owed[billed] -= amount

    async def _release(self, allocation_id: UUID) -> None:
        billed = self.allocated[allocation_id][1]
        possible = billed not in self.given_up
        await self._tried(possible, release(self.office, allocation_id))
        if possible:
            self._free(allocation_id)

    def _free(self, allocation_id: UUID) -> None:
        paid, billed, amount = self.allocated.pop(allocation_id)
        self.left[paid] += amount
        self.owed[billed] += amount

    async def _with_payment(self, what: str, amount: int, paid: UUID) -> None:
        if what == "refund":
            possible = amount <= self.left[paid]
            await self._tried(possible, refund(self.office, paid, amount))
            if possible:
                self.left[paid] -= amount
                self.bank -= amount
                self.refunded.add(paid)
            return
        mine = [id for id, (payment_id, _, _) in self.allocated.items() if payment_id == paid]
        possible = paid not in self.refunded and not any(self.allocated[id][1] in self.given_up for id in mine)
        await self._tried(possible, reverse(self.office, paid))
        if possible:
            for id in mine:
                self._free(id)
            self.bank -= self.left.pop(paid)

    async def _tried(self, possible: bool, doing: Any) -> Any:
        if possible:
            return await doing
        with pytest.raises(Refusal):
            await doing
        return None


def _at(there: dict[UUID, Any], place: int) -> UUID:
    return list(there)[place % len(there)]


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(happenings=st.lists(HAPPENINGS, min_size=3, max_size=14))
async def test_every_history_leaves_the_books_as_the_model_has_it(happenings: list[tuple[str, int, int, int]]) -> None:
    office = await open_office(None)
    model = Model(office)
    for happening in [("bill", 100, 0, 0), ("receive", 250, 0, 0), *happenings]:
        await model.happen(*happening)
    await check(office)
    found = await balances(office)
    assert found["bank"] == model.bank
    assert found["receivables"] == sum(model.owed.values())
    assert found.get("customer_credit", 0) == -sum(model.left.values())
    assert found["revenue"] == -model.revenue
    assert found.get("write_offs", 0) == model.lost
