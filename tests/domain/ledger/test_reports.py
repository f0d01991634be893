"""A customer's account, what is overdue and what is to come in: by hand, against the books, each in one statement."""

from datetime import date
from typing import Any

import pytest

from domain.billing import commands as billing
from domain.billing.rules.invoices import line
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Language
from domain.ledger import queries
from domain.ledger.queries import Aged, Expected
from domain.policies.rules.dunning import HoldKind
from tenancy.database import reading, writing
from tenancy.refusals import Invalid
from tenancy.work import Work
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, STRICT, Office, march, open_office
from tests.domain.ledger.books import balances, receive, refund, reverse

pytestmark = pytest.mark.usefixtures("pool")


async def second_customer(office: Office) -> Any:
    async with writing(office.admin, settle=settle) as work:
        made = await customers.create_customer(
            work, name="Dim", tier=CustomerTier.KEY, language=Language.EN, billing_email="dim@example.com"
        )
    return made.id


async def once(work: Work, asking: Any) -> Any:
    """What is asked, in one statement."""
    asked, ask = [], work.rows

    async def rows(statement: Any) -> Any:
        asked.append(statement)
        return await ask(statement)

    work.rows = rows  # type: ignore[method-assign]  # counted
    found = await asking(work)
    assert len(asked) == 1
    return found


async def ageing(office: Office, **more: Any) -> list[tuple[str | None, tuple[int, ...]]]:
    async with reading(office.admin) as work:
        given = {"on": None, "bounds": (30, 60)} | more
        found: list[Aged] = await once(work, lambda work: queries.ageing(work, **given))
    return [(each.customer_name, tuple(minor // 100 for minor in each.minor)) for each in found]


async def test_what_is_owed_by_how_late_it_is() -> None:
    office = await open_office(None)
    dim = await second_customer(office)
    await office.bill("100", due_on=date(2026, 3, 2))
    await office.bill("200", due_on=date(2026, 3, 20))
    billed = await office.bill("1000", due_on=date(2026, 3, 10), customer_id=dim)
    assert await ageing(office) == [
        (None, (1300, 0, 0, 0)),
        ("Dim", (1000, 0, 0, 0)),
        ("Bright", (300, 0, 0, 0)),
    ]
    await office.set_clock(march(31))
    await office.pay(billed, "400")
    found = dict(await ageing(office, bounds=(15, 28)))
    # 21 days, 11 days and 29 days late.
    assert found == {None: (0, 200, 600, 100), "Dim": (0, 0, 600, 0), "Bright": (0, 200, 0, 100)}
    assert sum(found[None]) == (await balances(office))["receivables"]
    # As it was: nothing was late and nothing paid.
    assert dict(await ageing(office, on=date(2026, 3, 2)))[None] == (1300, 0, 0, 0)
    assert dict(await ageing(office, customer_id=dim))[None] == (0, 600, 0, 0)
    assert await ageing(office, most=1) == [(None, (0, 900, 0, 0))]


async def test_bounds_that_make_no_sense_are_refused() -> None:
    office = await open_office(None)
    for bounds in ((), (30, 30), (60, 30), (0, 30), (1, 2, 3, 4, 5, 6, 7), (30, 99999)):
        with pytest.raises(Invalid, match="in rising order"):
            await ageing(office, bounds=bounds)


async def test_a_customer_s_account_with_its_balance_before_and_after() -> None:
    office = await open_office(STRICT)
    billed = await office.bill("10000")
    await office.live_until(march(12))
    await receive(office, 10060, (billed, 10060), reference="bank-1")
    extra = await receive(office, 500, reference="bank-2")
    await refund(office, extra.id, 100)
    wrong = await receive(office, 70, reference="bank-3")
    await reverse(office, wrong.id)

    async def account(since_on: date, until_on: date) -> Any:
        async with reading(office.admin) as work:
            return await once(
                work,
                lambda work: queries.statements(
                    work, customer_id=office.customer_id, since_on=since_on, until_on=until_on
                ),
            )

    [whole] = await account(date(2026, 3, 1), date(2026, 3, 31))
    assert (whole.opening_minor, whole.closing_minor) == (0, -40000)
    assert [(each.kind.value, each.minor // 100, each.balance_minor // 100) for each in whole.lines] == [
        ("invoice", 10000, 10000),
        ("payment", -10060, -60),
        ("allocation", 60, 0),
        ("payment", -500, -500),
        ("refund", 100, -400),
        ("payment", -70, -470),
        ("payment_reversal", 70, -400),
    ]
    assert (whole.lines[0].invoice_number, whole.lines[1].payment_reference) == (1, "bank-1")
    [later] = await account(date(2026, 3, 5), date(2026, 3, 31))
    assert (later.opening_minor, len(later.lines)) == (1_000_000, 6)
    [quiet] = await account(date(2026, 3, 5), date(2026, 3, 6))
    assert (quiet.opening_minor, quiet.closing_minor, quiet.lines) == (1_000_000, 1_000_000, ())
    assert await account(date(2026, 1, 1), date(2026, 1, 31)) == []
    for until_on in (date(2026, 2, 1), date(2027, 3, 3)):
        with pytest.raises(Invalid, match="A period"):
            await account(date(2026, 3, 1), until_on)


async def test_what_is_to_come_in_by_weeks_and_by_promise() -> None:
    office = await open_office(GENTLE)
    late = await office.bill("100", due_on=date(2026, 3, 3))
    await office.bill("200", due_on=date(2026, 3, 10))
    await office.bill("300", due_on=date(2026, 3, 16))
    await office.bill("400", due_on=date(2026, 3, 17))
    await office.bill("500", due_on=date(2026, 5, 1))
    async with writing(office.admin, settle=settle) as work:
        lines = [line("EUR", "Support", "1", "7")]
        made = await billing.draft_invoice(work, customer_id=office.customer_id, currency="EUR", lines=lines)
        await billing.issue_invoice(work, invoice_id=made.id, payment_days=10)
    await office.set_clock(march(10))

    async def forecast(weeks: int = 3) -> list[Expected]:
        async with reading(office.admin) as work:
            found: list[Expected] = await once(work, lambda work: queries.forecast(work, weeks=weeks))
        return found

    assert await forecast() == [
        Expected("CNY", None, 10000, 1),
        Expected("CNY", 0, 50000, 2),
        Expected("CNY", 1, 40000, 1),
        Expected("CNY", 3, 50000, 1),
        Expected("EUR", 0, 700, 1),
    ]
    await office.hold(HoldKind.PROMISE_TO_PAY, invoice_id=late, until_on=date(2026, 3, 20))
    assert (await forecast())[:2] == [Expected("CNY", 0, 50000, 2), Expected("CNY", 1, 50000, 2)]
    for weeks in (0, 54):
        with pytest.raises(Invalid, match="weeks ahead"):
            await forecast(weeks)


async def test_a_third_company_sees_nothing_of_it() -> None:
    office, third = await open_office(None), await found_company()
    await office.bill("100")
    async with reading(third) as work:
        assert await queries.ageing(work, on=None, bounds=(30,), customer_id=office.customer_id) == []
        assert await queries.forecast(work, weeks=3) == []
        period = {"since_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}
        assert await queries.statements(work, customer_id=office.customer_id, **period) == []
