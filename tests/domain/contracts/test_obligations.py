"""What both sides owe by a contract: reminded of before its day and once after it, until it is done (CT-3)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.contracts import commands, queries
from domain.contracts.models import Contract, ContractObligation
from domain.contracts.rules import ObligationState, Party
from domain.policies.rules.kinds import BusinessCalendarClause
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.contracts.office import PLAIN, REMINDERS, clerk, do, signed, signer
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.domain.presales.company import Company, founded, go_to, on


@pytest.fixture
async def company(pool: None) -> Company:
    """One item to settle, nothing else."""
    return await founded(("3.1", PLAIN))


async def owed(company: Company, contract: Contract, **given: Any) -> ContractObligation:
    """A report of the company by the tenth, which is reminded of two days before."""
    usual: dict[str, Any] = {
        "title": "Report",
        "party": Party.COMPANY,
        "due_on": date(2026, 6, 10),
        "remind_days": 2,
        "responsible_id": company.head.id,
    }
    async with writing(clerk(company), settle=settle) as work:
        return await commands.add_obligation(work, contract_id=contract.id, **{**usual, **given})


async def close(actor: Actor, obligation: ContractObligation, **given: Any) -> ContractObligation:
    async with writing(actor, settle=settle) as work:
        return await commands.close_obligation(work, obligation_id=obligation.id, **given)


async def reminded(company: Company) -> list[bool]:
    """Of each reminder whether it told that the day has passed."""
    async with reading(company.admin) as work:
        found = select(JournalEntry).where(JournalEntry.name == "contracts.obligation_reminded")
        return [entry.payload["overdue"] for entry in await work.all(found.order_by(JournalEntry.id))]


async def told_at(company: Company, name: str) -> list[datetime]:
    """When facts of a name became known."""
    async with reading(company.admin) as work:
        found = select(JournalEntry).where(JournalEntry.name == name).order_by(JournalEntry.id)
        return [entry.at for entry in await work.all(found)]


def half_past(day: int, hour: int) -> datetime:
    return on(day, hour) + timedelta(minutes=30)


async def test_it_is_reminded_of_before_its_day_and_once_after_it(company: Company) -> None:
    contract = await signed(company)
    await owed(company, contract)
    await go_to(company, on(7, 23))
    assert await reminded(company) == []
    # Without a calendar, people are told at nine.
    await go_to(company, on(8, 8))
    assert await reminded(company) == []
    await go_to(company, on(8, 9))
    assert await reminded(company) == [False]
    await go_to(company, on(10, 23))
    assert await reminded(company) == [False]
    await go_to(company, on(20))
    assert await reminded(company) == [False, True]


async def test_two_companies_are_told_as_their_own_work_begins_and_a_third_sees_nothing(pool: None) -> None:
    offices = BusinessCalendarClause.model_validate(OFFICE_HOURS)
    shops = BusinessCalendarClause.model_validate(
        {"zone": "Asia/Shanghai", "weekly_hours": {"saturday": [["10:30", "18:00"]], "sunday": [["10:30", "18:00"]]}}
    )
    # Reminded of on Sunday the 7th and overdue on Saturday the 13th; the contract's end is reminded of on Saturday the
    # 20th and Sunday the 28th. What is to come is told before a day that is not worked, what has passed after it.
    for calendar, ahead, afterwards, running_out in (
        (offices, on(5, 9), on(15, 9), [on(19, 9), on(26, 9)]),
        (shops, half_past(7, 10), half_past(13, 10), [half_past(20, 10), half_past(28, 10)]),
    ):
        company = await founded(("1.1", calendar), ("3.1", PLAIN), ("7.3", REMINDERS))
        contract = await signed(company)
        await owed(company, contract, due_on=date(2026, 6, 12), remind_days=5)
        await go_to(company, on(29, 23))
        told = await told_at(company, "contracts.obligation_reminded")
        assert (told, await reminded(company)) == ([ahead, afterwards], [False, True])
        assert await told_at(company, "contracts.running_out") == running_out
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(ContractObligation)) == []


async def test_nobody_is_reminded_of_what_is_done_or_of_a_contract_that_is_over(company: Company) -> None:
    done, over = await signed(company), await signed(company)
    await close(company.head, await owed(company, done), fulfilled=True, note="Sent")
    await owed(company, over)
    await do(commands.complete_contract, clerk(company), over)
    await go_to(company, on(20))
    assert await reminded(company) == []


async def test_what_is_missed_while_nobody_is_awake_is_told_as_overdue_alone(company: Company) -> None:
    await owed(company, await signed(company))
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", company.admin.tenant_id, on(15))
    await go_to(company, on(15))
    assert await reminded(company) == [True]


async def test_it_is_closed_once_by_who_is_responsible_or_who_manages(company: Company) -> None:
    contract = await signed(company)
    mine, other = await owed(company, contract), await owed(company, contract, responsible_id=None)
    with pytest.raises(Forbidden) as refused:
        await close(signer(company), other, fulfilled=True)
    assert refused.value.code == "NOT_YOURS"
    # Whoever is responsible sees it without seeing the contract; others don't.
    with pytest.raises(NotFound):
        await close(company.head, other, fulfilled=True)
    assert (await close(company.head, mine, fulfilled=True)).state is ObligationState.FULFILLED
    with pytest.raises(WrongState):
        await close(clerk(company), mine, fulfilled=False, note="x")
    with pytest.raises(Invalid) as why:
        await close(clerk(company), other, fulfilled=False)
    assert why.value.path == ("note",)
    assert (await close(clerk(company), other, fulfilled=False, note="They agreed.")).state is ObligationState.WAIVED


async def test_bad_input_changes_nothing_and_another_company_sees_nothing(company: Company) -> None:
    contract = await signed(company)
    for given, path in (
        ({"due_on": date(2026, 7, 1)}, ("dueOn",)),
        ({"due_on": date(2026, 5, 31)}, ("dueOn",)),
        ({"remind_days": -1}, ("remindDays",)),
        ({"title": " "}, ("title",)),
    ):
        with pytest.raises(Invalid) as refused:
            await owed(company, contract, **given)
        assert refused.value.path == path
    await do(commands.complete_contract, clerk(company), contract)
    with pytest.raises(WrongState):
        await owed(company, contract)
    async with reading(await found_company()) as work:
        assert await work.all(select(ContractObligation)) == []
        with pytest.raises(NotFound):
            await queries.obligation(work, contract.id)
