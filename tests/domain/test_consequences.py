"""What follows from a fact at once, and from what follows: to its end, and never for ever."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from domain import consequences
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.work import Work
from tests.workers.facts import BellBroke, BellRang


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Mapping[type[Any], Sequence[Any]]:
    """A table of consequences of the test's own."""
    table: dict[type[Any], Sequence[Any]] = {}
    monkeypatch.setattr(consequences, "CONSEQUENCES", table)
    return table


async def test_facts_are_followed_in_the_order_in_which_they_happened(acme: Actor, follow: Any) -> None:
    seen: list[tuple[str, int]] = []

    async def ring_once_more(work: Work, fact: BellRang) -> None:
        seen.append(("rang", fact.number))
        work.record(BellBroke(number=fact.number))

    async def note(_: Work, fact: BellBroke) -> None:
        seen.append(("broke", fact.number))

    follow.update({BellRang: [ring_once_more], BellBroke: [note]})
    async with writing(acme, settle=settle) as work:
        work.record(BellRang(number=1))
        work.record(BellRang(number=2))
    assert seen == [("rang", 1), ("rang", 2), ("broke", 1), ("broke", 2)]


async def test_however_many_facts_one_command_records_all_are_followed(acme: Actor, follow: Any) -> None:
    seen: list[int] = []

    async def note(_: Work, fact: BellRang) -> None:
        seen.append(fact.number)

    follow[BellRang] = [note]
    async with writing(acme, settle=settle) as work:
        for number in range(300):
            work.record(BellRang(number=number))
    assert seen == list(range(300))


async def test_a_table_that_leads_back_to_itself_is_found(acme: Actor, follow: Any) -> None:
    async def again(work: Work, fact: BellRang) -> None:
        work.record(BellRang(number=cast(int, fact.number) + 1))

    follow[BellRang] = [again]
    with pytest.raises(RuntimeError, match="lead in a circle"):
        async with writing(acme, settle=settle) as work:
            work.record(BellRang(number=0))
