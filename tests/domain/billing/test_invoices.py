"""Invoices: their states, what is outstanding, and when they are late."""

from datetime import date

import pytest

from domain.billing import rules
from domain.billing.rules import LIFECYCLE, Move, State
from domain.kernel.money import Money
from tenancy.refusals import Invalid, WrongState


def yuan(amount: str) -> Money:
    return Money.of(amount, "CNY")


def test_an_invoice_is_issued_and_paid_in_parts() -> None:
    state = LIFECYCLE.initial
    for move in (Move.ISSUE, Move.PAY_IN_PART, Move.PAY_IN_PART, Move.PAY_IN_FULL):
        state = LIFECYCLE.next(state, move)
    assert state is State.PAID


def test_what_has_been_paid_in_part_is_not_cancelled() -> None:
    with pytest.raises(WrongState, match="“Cancel” is not possible in the state “Paid in part”"):
        LIFECYCLE.next(State.PART_PAID, Move.CANCEL)


def test_a_draft_takes_no_payment() -> None:
    assert LIFECYCLE.moves(State.DRAFT) == (Move.ISSUE, Move.CANCEL)


def test_payments_reduce_what_is_outstanding() -> None:
    owed = rules.outstanding(yuan("100"), [yuan("30"), yuan("20.50")])
    assert owed == yuan("49.50")
    assert rules.payment_move(owed, yuan("49.49")) is Move.PAY_IN_PART
    assert rules.payment_move(owed, yuan("49.50")) is Move.PAY_IN_FULL


@pytest.mark.parametrize("amount", [yuan("0"), yuan("-1"), yuan("49.51"), Money.of("1", "EUR")])
def test_a_payment_of_nothing_or_of_too_much_or_in_another_currency_is_refused(amount: Money) -> None:
    with pytest.raises(Invalid):
        rules.payment_move(yuan("49.50"), amount)


def test_an_invoice_is_late_from_the_day_after_its_due_date() -> None:
    due_on = date(2026, 3, 2)
    assert not rules.is_overdue(State.ISSUED, due_on, due_on)
    assert rules.is_overdue(State.PART_PAID, due_on, date(2026, 3, 3))
    assert not rules.is_overdue(State.PAID, due_on, date(2026, 3, 3))
    assert [rules.days_overdue(due_on, date(2026, 3, day)) for day in (1, 2, 3, 12)] == [0, 0, 1, 10]
