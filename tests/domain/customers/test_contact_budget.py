"""No customer is written to more often than the handbook says: what is too much waits or goes together, never lost."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands, rules
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules import checks
from domain.policies.rules.kinds import KINDS, ContactBudget
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectState
from tenancy.ids import new_id
from tenancy.outbox import withdraw_effects
from tenancy.refusals import Invalid
from tests.domain.requests.company import Company, at, founded, go_to, software_clauses
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")


async def company_with(**budget: Any) -> Company:
    """A company with a contact budget, or without one."""
    company = await founded()
    clauses = [("2.7", ContactBudget.model_validate(budget))] if budget else []
    await publish(company.admin, *software_clauses(), *clauses)
    return company


async def write(
    company: Company, key: str, *, to: str = "Lin <lin@big.example.com>", about: UUID | None = None
) -> UUID:
    """Plan a letter to somebody of the most important customer; gives the record it is about."""
    subject = about or new_id()
    letter = {"to": to, "subject": key, "text": f"{key}.\n", "language": "en"}
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        subjects = Subject(SubjectKind.REQUEST, subject)
        await commands.plan_letter(work, customer_id=company.strategic_id, key=key, letter=letter, about=subjects)
    return subject


async def left(company: Company) -> set[str]:
    """The keys of the letters that may leave."""
    async with reading(company.admin) as work:
        items = await work.all(select(AgendaItem).where(AgendaItem.task == Task.SEND))
        return {(item.key or "").removeprefix("send:") for item in items}


async def ledger(company: Company) -> dict[str, Effect]:
    """The letters by key."""
    async with reading(company.admin) as work:
        return {effect.key: effect for effect in await work.all(select(Effect))}


async def test_what_is_too_much_waits_for_its_day_and_two_companies_have_budgets_of_their_own() -> None:
    daily = await company_with(most_per_day=1)
    weekly = await company_with(most_per_week=2, counted="customer")
    none = await company_with()
    for company in (daily, weekly, none):
        for key in ("one", "two", "three"):
            await write(company, key)
        await write(company, "other", to="ma@big.example.com")
    assert await left(daily) == {"one", "other"}
    assert await left(weekly) == {"one", "two"}
    assert await left(none) == {"one", "two", "three", "other"}
    await go_to(daily, at("Tue 2 09:00"))
    assert await left(daily) == {"one", "two", "other"}
    await go_to(daily, at("Wed 3 09:00"))
    assert await left(daily) == {"one", "two", "three", "other"}
    await go_to(weekly, at("Sun 7 23:00"))
    assert await left(weekly) == {"one", "two"}
    await go_to(weekly, at("Mon 8 09:00"))
    assert await left(weekly) == {"one", "two", "three", "other"}
    assert (await ledger(daily))["three"].planned_at == at("Wed 3 09:00")


async def test_the_wait_is_explained_by_its_clause() -> None:
    company = await company_with(most_per_day=1)
    await write(company, "one")
    about = await write(company, "two")
    async with reading(company.admin) as work:
        [cited] = await policies.decisions_about(work, Subject(SubjectKind.REQUEST, about))
    assert cited.decision == "customers.contact_budget"
    assert cited.result == {"leaves_at": "2026-06-02T01:00:00Z", "together": False}


async def test_news_of_one_record_that_waits_comes_in_one_letter() -> None:
    company = await company_with(most_per_day=1)
    await write(company, "one")
    about = await write(company, "two")
    await write(company, "three", about=about)
    await write(company, "three", about=about)
    await write(company, "four")
    found = await ledger(company)
    assert (found["two"].state, found["three"].state) == (EffectState.WITHDRAWN, EffectState.PLANNED)
    assert found["three"].payload["text"] == "two.\n\n* * *\n\nthree.\n"
    await go_to(company, at("Tue 2 09:00"))
    assert await left(company) == {"one", "three"}
    await go_to(company, at("Wed 3 09:00"))
    assert await left(company) == {"one", "three", "four"}


async def test_what_is_withdrawn_while_it_waits_never_leaves_and_gives_its_room_back() -> None:
    company = await company_with(most_per_day=1)
    await write(company, "one")
    about = await write(company, "two")
    async with writing(company.admin, settle=settle) as work:
        assert await withdraw_effects(work, about) == 1
    await write(company, "three")
    await go_to(company, at("Tue 2 09:00"))
    assert await left(company) == {"one", "three"}


async def test_a_letter_that_is_planned_again_is_one_and_takes_no_room_twice() -> None:
    company = await company_with(most_per_day=2)
    about = await write(company, "one")
    await write(company, "one", about=about)
    await write(company, "two")
    assert await left(company) == {"one", "two"}


def test_a_budget_that_limits_nothing_is_refused() -> None:
    for value in ({}, {"most_per_day": 0}, {"most_per_week": 501}, {"counted": "company", "most_per_day": 1}):
        with pytest.raises(Invalid):
            checks.parse(KINDS["contact_budget"], value, "value")


MONDAY = date(2026, 6, 1)


@given(
    letters=st.lists(st.integers(0, 3), max_size=30),
    per_day=st.none() | st.integers(1, 3),
    per_week=st.none() | st.integers(1, 5),
)
def test_no_day_and_no_week_has_more_than_its_budget_and_none_overtakes(
    letters: list[int], per_day: int | None, per_week: int | None
) -> None:
    today, taken = MONDAY, list[date]()
    for days in letters:
        today += timedelta(days=days)
        recent = [day for day in taken if day >= today - timedelta(days=7)]
        taken.append(rules.day_with_room(recent, today, per_day, per_week))
        assert taken[-1] >= today
    assert taken == sorted(taken)
    for day in set(taken):
        assert per_day is None or taken.count(day) <= per_day
        week = [each for each in taken if day - timedelta(days=6) <= each <= day]
        assert per_week is None or len(week) <= per_week
