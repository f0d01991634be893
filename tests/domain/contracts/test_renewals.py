"""Automatic renewal on a real database: by the clause, unless notice is given in time (CT-3)."""

from datetime import date
from typing import Any

import pytest

from domain.contracts import commands, queries
from domain.contracts.commands.amending import Term
from domain.contracts.models import Contract
from domain.contracts.rules import ContractState, renewed
from domain.contracts.rules.amendments import Origin
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import ContractRenewal
from tenancy.database import reading
from tenancy.refusals import Invalid, NotFound
from tests.conftest import found_company
from tests.domain.contracts.office import PLAIN, REMINDERS, clerk, do, drafted, fees, signed, signer, stored, wording
from tests.domain.contracts.test_amendments import agreed, change
from tests.domain.contracts.test_contracts import facts
from tests.domain.presales.company import Company, decisions_about, founded, go_to, on

MONTHLY = ContractRenewal.model_validate({"renews_by_months": 1, "most_renewals": 2})


@pytest.fixture
async def company(pool: None) -> Company:
    """Contracts renew by a month, twice; reminders ten and two days ahead of the last day for notice."""
    return await founded(("3.1", PLAIN), ("7.1", MONTHLY), ("7.3", REMINDERS))


@pytest.fixture
async def plain(pool: None) -> Company:
    """Nothing renews."""
    return await founded(("3.1", PLAIN))


async def renewals(company: Company, contract: Contract) -> list[tuple[date, date | None]]:
    async with reading(company.admin) as work:
        rows = await queries.terms_of(work, contract)
        return [(each.effective_on, each.ends_on) for each in rows if each.origin is Origin.RENEWAL]


async def test_two_companies_renew_or_not_by_their_own_clauses(company: Company, plain: Company) -> None:
    contract, other = await signed(company), await signed(plain)
    assert (contract.renewal_months, contract.most_renewals, other.renewal_months) == (1, 2, None)
    # With 14 days of notice, the 16th is the last day for it.
    await go_to(company, on(16, 23))
    assert (await stored(company, contract)).ends_on == date(2026, 6, 30)
    await go_to(company, on(17, 0))
    found = await stored(company, contract)
    assert (found.ends_on, found.renewals, found.state) == (date(2026, 7, 31), 1, ContractState.IN_FORCE)
    end = on(30, 23).replace(hour=16, minute=1)
    await go_to(plain, end)
    assert (await stored(plain, other)).state is ContractState.EXPIRED
    await go_to(company, end.replace(month=8, day=31))
    # Twice at most: then it expires.
    found = await stored(company, contract)
    assert (found.state, found.renewals) == (ContractState.EXPIRED, 2)
    assert await renewals(company, contract) == [
        (date(2026, 6, 17), date(2026, 7, 31)),
        (date(2026, 7, 18), date(2026, 8, 31)),
    ]
    assert await facts(plain, "contracts.renewed") == []
    decided = await decisions_about(company, SubjectKind.CONTRACT, contract.id)
    assert [each.decision for each in decided].count("contracts.renewal") == 2
    third = await found_company()
    async with reading(third) as work:
        with pytest.raises(NotFound):
            await queries.get(work, contract.id)


async def test_notice_before_the_last_day_for_it_keeps_a_contract_from_renewing(company: Company) -> None:
    contract = await signed(company)
    await go_to(company, on(16, 9))
    given = {"last_day_on": date(2026, 6, 30), "reason": "They move away."}
    await do(commands.terminate_contract, signer(company), contract, **given)
    await go_to(company, on(30, 23).replace(hour=16, minute=1))
    found = await stored(company, contract)
    assert (found.state, found.renewals) == (ContractState.TERMINATED, 0)


async def test_reminders_come_before_the_last_day_for_notice_and_anew_after_a_renewal(company: Company) -> None:
    await signed(company)
    await go_to(company, on(5, 23))
    assert await facts(company, "contracts.running_out") == []
    await go_to(company, on(15))
    assert [each["reminder"] for each in await facts(company, "contracts.running_out")] == [1, 2]
    await go_to(company, on(8).replace(month=7))
    assert [each["reminder"] for each in await facts(company, "contracts.running_out")] == [1, 2, 1]


async def test_what_a_contract_says_itself_goes_before_the_clause(company: Company) -> None:
    never = await signed(company, wording=wording(renewal_months=0))
    yearly = await signed(company, wording=wording(renewal_months=12))
    endless = await signed(company, wording=wording(ends_on=None))
    assert [each.renewal_months for each in (never, yearly, endless)] == [None, 12, None]
    await go_to(company, on(30, 23).replace(hour=16, minute=1))
    assert (await stored(company, never)).state is ContractState.EXPIRED
    assert (await stored(company, yearly)).ends_on == date(2027, 6, 30)


async def test_a_term_that_is_agreed_anew_for_later_does_not_renew_before(company: Company) -> None:
    contract = await signed(company)
    longer = change(term=Term(date(2026, 12, 31), 14), effective_on=date(2026, 6, 25))
    await agreed(company, contract, longer)
    await go_to(company, on(24))
    assert (await stored(company, contract)).renewals == 0
    await go_to(company, on(26))
    assert (await stored(company, contract)).ends_on == date(2026, 12, 31)


@pytest.mark.parametrize("months", [-1, 121])
async def test_a_renewal_out_of_bounds_is_refused(plain: Company, months: int) -> None:
    with pytest.raises(Invalid) as refused:
        await drafted(plain, wording=wording(renewal_months=months))
    assert refused.value.path == ("renewalMonths",)


async def test_a_change_of_the_draft_decides_anew_whether_it_renews(company: Company) -> None:
    contract = await drafted(company)
    given: dict[str, Any] = {"fees": fees(), "instalments": None}
    changed = await do(commands.change_contract, clerk(company), contract, wording=wording(ends_on=None), **given)
    assert (changed.renewal_months, changed.renewal_clause_id) == (None, None)


def test_what_ends_with_a_month_ends_with_one_again() -> None:
    assert renewed(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert renewed(date(2026, 2, 28), 12) == date(2027, 2, 28)
    assert renewed(date(2026, 6, 15), 1) == date(2026, 7, 15)
