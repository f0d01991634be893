"""What holds of a contract on a day, and the schedule that an amendment makes: pure rules (CT-4)."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.rules import Trigger
from domain.contracts.rules.amendments import Item, Planned, Version, amended, as_of, plan, touched
from domain.kernel.money import Money
from tenancy.refusals import Invalid

START = date(2026, 6, 1)
DAYS = st.integers(0, 20).map(lambda count: START + timedelta(days=count))
CHANGES = st.lists(st.tuples(DAYS, st.sampled_from("abc"), st.integers()), max_size=8)


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


@given(CHANGES)
def test_on_every_day_holds_what_was_agreed_last_for_the_latest_day_of_each_part(
    changes: list[tuple[date, str, int]],
) -> None:
    versions = [Version(START, {"a": 0, "b": 0, "c": 0})]
    agreed: dict[str, list[tuple[date, int]]] = {part: [(START, 0)] for part in "abc"}
    for day, part, value in changes:
        if agreed[part][-1][0] > day:
            # That would contradict what was agreed for a later day.
            continue
        agreed[part].append((day, value))
        versions += amended(versions, [Version(day, {part: value})])
    for count in range(25):
        day = START + timedelta(days=count)
        found = as_of(versions, day)
        assert found is not None
        expected = {part: [value for since, value in told if since <= day][-1] for part, told in agreed.items()}
        assert found.values == expected
    assert as_of(versions, START - timedelta(days=1)) is None


def test_what_was_known_before_stays_answerable() -> None:
    first = [Version(START, {"a": 0, "b": 0})]
    later = first + amended(first, [Version(START + timedelta(days=9), {"a": 1})])
    known = later + amended(later, [Version(START + timedelta(days=3), {"b": 1})])
    before, after = as_of(later, START + timedelta(days=9)), as_of(known, START + timedelta(days=9))
    assert before is not None
    assert after is not None
    assert (before.values, after.values) == ({"a": 1, "b": 0}, {"a": 1, "b": 1})


def existing() -> dict[UUID, Planned]:
    ids = [uuid4(), uuid4()]
    return {
        ids[0]: Planned(ids[0], {"en": "Start"}, Trigger.SIGNING, None, cny("300"), cny("39")),
        ids[1]: Planned(ids[1], {"en": "End"}, Trigger.ACCEPTANCE, None, cny("700"), cny("91")),
    }


def test_an_item_keeps_what_is_not_said_and_its_tax_while_its_amount_is_the_same() -> None:
    there = existing()
    first, second = there
    planned = plan([Item(first), Item(second, net=cny("900"))], there, "CNY", Decimal(6))
    assert planned[0] == there[first]
    assert (planned[1].tax, planned[1].total, planned[1].trigger) == (cny("54"), cny("954"), Trigger.ACCEPTANCE)
    assert touched(planned, there) == {second}
    assert touched(planned[:1], there) == {second}


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([], ("instalments",)),
        ([Item(uuid4())], ("instalments", "0", "instalmentId")),
        ([Item(name="New", trigger=Trigger.SIGNING)], ("instalments", "0", "net")),
        ([Item(trigger=Trigger.SIGNING, net=cny("1"))], ("instalments", "0", "name")),
        ([Item(name="New", net=cny("1"))], ("instalments", "0", "trigger")),
        ([Item(name="New", trigger=Trigger.DATE, net=cny("1"))], ("instalments", "0", "dueOn")),
        ([Item(name="New", trigger=Trigger.SIGNING, net=cny("1"))], ("taxPercent",)),
        (
            [Item(name="New", trigger=Trigger.SIGNING, net=Money.of("1", "EUR"))],
            ("instalments", "0", "net", "currency"),
        ),
    ],
)
def test_what_makes_no_schedule_is_refused_where_it_stands(items: list[Item], path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        plan(items, existing(), "CNY", None)
    assert refused.value.path == path


def test_an_instalment_is_named_once_and_some_fee_is_left() -> None:
    there = existing()
    first, second = there
    for items in ([Item(first), Item(first)], [Item(first, net=cny("0")), Item(second, net=cny("0"))]):
        with pytest.raises(Invalid):
            plan(items, there, "CNY", Decimal(0))
