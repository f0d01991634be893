"""Supplementary agreements on a real database: review, signature, what holds when, and contradictions (CT-4)."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import queries as approvals
from domain.approvals.models import Approval
from domain.approvals.rules.states import State as ApprovalState
from domain.consequences import settle
from domain.contracts import commands, queries
from domain.contracts.commands.amending import Changes, Term
from domain.contracts.models import Contract, ContractAmendment, ContractInstalment
from domain.contracts.rules import ContractState, Trigger
from domain.contracts.rules.amendments import AmendmentState, Cause, Item
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.contracts.office import PLAIN, TERMS, clerk, do, drafted, signed, signer, stored, wording
from tests.domain.presales.company import Company, chain, decide, decisions_about, founded, go_to, on

LARGER = {"fact": "difference_minor", "operator": "at_least", "value": 1}
CHAIN = chain(
    "contract_amendments",
    {"approvers": [{"by": "department_head"}]},
    {"approvers": [{"by": "superior", "level": 2}], "only_if": [LARGER]},
)


@pytest.fixture
async def company(pool: None) -> Company:
    """The head decides on amendments, and the boss as well on those that cost more."""
    return await founded(("3.1", PLAIN), ("7.2", CHAIN), ("8.1", TERMS))


@pytest.fixture
async def plain(pool: None) -> Company:
    """No chain for amendments."""
    return await founded(("3.1", PLAIN))


def change(**more: Any) -> Changes:
    """Another liability from the 15th of June on."""
    usual: dict[str, Any] = {"title": "No. 1", "cause": Cause.CHANGE, "reason": "They asked for it."}
    usual |= {"effective_on": date(2026, 6, 15)} if more else {"effective_on": date(2026, 6, 15), "liability": "Double"}
    return Changes(**{**usual, **more})


async def begun(company: Company, contract: Contract, changes: Changes) -> ContractAmendment:
    async with writing(clerk(company), settle=settle) as work:
        return await commands.draft_amendment(work, contract_id=contract.id, changes=changes)


async def move(command: Any, actor: Actor, row: ContractAmendment, **given: Any) -> ContractAmendment:
    async with writing(actor, settle=settle) as work:
        found: ContractAmendment = await command(work, amendment_id=row.id, **given)
        return found


async def agreed(
    company: Company, contract: Contract, changes: Changes, on_: date = date(2026, 6, 1)
) -> ContractAmendment:
    """An amendment that needs no approval, signed."""
    row = await begun(company, contract, changes)
    await move(commands.submit_amendment, clerk(company), row)
    return await sign(company, row, on_)


async def sign(company: Company, row: ContractAmendment, on_: date = date(2026, 6, 1)) -> ContractAmendment:
    names = {"own_signatory": "Boss", "customer_signatory": "Lin"}
    return await move(commands.sign_amendment, signer(company), row, signed_on=on_, **names)


async def schedule(company: Company, contract: Contract) -> list[tuple[UUID, int]]:
    async with reading(company.admin) as work:
        return [(each.id, each.total_minor) for each in await queries.instalments_of(work, contract)]


async def held(company: Company, contract: Contract, day: date, known_on: date | None = None) -> Any:
    async with reading(clerk(company)) as work:
        found = await queries.held(work, contract.id, day, known_on)
        return found[0] if found is not None else None


async def test_two_companies_approve_by_their_own_chains_and_a_third_sees_nothing(
    company: Company, plain: Company
) -> None:
    contract, other = await signed(company), await signed(plain)
    row = await begun(company, contract, change())
    assert (row.number, row.parts) == (f"{contract.number}-1", ["liability"])
    row = await move(commands.submit_amendment, clerk(company), row)
    assert row.state is AmendmentState.IN_REVIEW
    # It costs no more, so the boss is not asked.
    await decide(company, company.head)
    row = await sign(company, row)
    assert row.state is AmendmentState.SIGNED
    theirs = await agreed(plain, other, change())
    assert (theirs.state, theirs.approval_id) == (AmendmentState.SIGNED, None)
    found = await decisions_about(company, SubjectKind.AMENDMENT, row.id)
    assert [each.decision for each in found] == ["approvals.chain"]
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(ContractAmendment)) == []
        with pytest.raises(NotFound):
            await queries.amendment(work, row.id)
        assert await queries.held(work, contract.id, date(2026, 6, 20), None) is None


async def test_the_contract_says_on_each_day_what_holds_by_then(plain: Company) -> None:
    contract = await signed(plain, wording=wording(liability="Single"))
    row = await agreed(plain, contract, change())
    assert (await stored(plain, contract)).liability == "Single"
    await go_to(plain, on(14, 23))
    assert (await stored(plain, contract)).liability == "Single"
    await go_to(plain, on(15, 0))
    assert (await stored(plain, contract)).liability == "Double"
    async with reading(plain.admin) as work:
        assert (await queries.amendment(work, row.id)).state is AmendmentState.IN_EFFECT
    for day, said in ((date(2026, 6, 14), "Single"), (date(2026, 6, 15), "Double"), (date(2027, 1, 1), "Double")):
        assert (await held(plain, contract, day)).liability == said
    assert await held(plain, contract, date(2026, 5, 31)) is None
    # Whoever asks what was known before it was signed gets what was signed then.
    assert await held(plain, contract, date(2026, 6, 20), date(2026, 5, 31)) is None


async def test_an_earlier_day_agreed_later_keeps_what_was_agreed_for_a_later_one(plain: Company) -> None:
    contract = await signed(plain)
    await agreed(plain, contract, change())
    await go_to(plain, on(2))
    await agreed(plain, contract, change(scope="More", effective_on=date(2026, 6, 5)), date(2026, 6, 2))
    told = [await held(plain, contract, date(2026, 6, day)) for day in (4, 5, 15)]
    assert [(each.scope, each.liability) for each in told] == [("", ""), ("More", ""), ("More", "Double")]
    known = await held(plain, contract, date(2026, 6, 15), date(2026, 6, 1))
    assert (known.scope, known.liability) == ("", "Double")


async def test_changed_fees_keep_the_ids_of_instalments_and_count_from_the_signature_on(company: Company) -> None:
    contract = await signed(company)
    (first, _), (second, _) = await schedule(company, contract)
    items = [
        Item(first),
        Item(second, net=Money.of("600", "CNY")),
        Item(name="More", trigger=Trigger.DATE, due_on=date(2026, 6, 20), net=Money.of("500", "CNY")),
    ]
    row = await begun(company, contract, change(items=items, tax_percent=Decimal(6)))
    assert (row.net_minor, row.tax_minor, row.former_total_minor) == (140_000, 3_900 + 3_600 + 3_000, 113_000)
    await move(commands.submit_amendment, clerk(company), row)
    await decide(company, company.head)
    # It costs more: the boss decides as well.
    await decide(company, company.boss)
    await sign(company, row)
    now = await schedule(company, contract)
    assert [each for each, _ in now[:2]] == [first, second]
    assert [total for _, total in now] == [33_900, 63_600, 53_000]
    assert (await stored(company, contract)).total_minor == 150_500
    assert (await held(company, contract, date(2026, 6, 1))).total_minor == 150_500
    async with reading(company.admin) as work:
        shares = [each.share_percent for each in await queries.instalments_of(work, contract)]
    assert round(sum(shares, Decimal(0)), 6) == 100


async def test_what_is_left_out_is_taken_away_and_its_position_is_never_given_again(plain: Company) -> None:
    contract = await signed(plain)
    [(only, _)] = await schedule(plain, contract)
    new = Item(name="New", trigger=Trigger.ACCEPTANCE, net=Money.of("10", "CNY"))
    row = await agreed(plain, contract, change(items=[new], tax_percent=Decimal(0)))
    [(added, total)] = await schedule(plain, contract)
    assert (added != only, total) == (True, 1_000)
    async with reading(plain.admin) as work:
        rows = await work.all(select(ContractInstalment).order_by(ContractInstalment.position))
    assert [(each.id, each.position, each.added_by_id, each.dropped_by_id) for each in rows] == [
        (only, 1, None, row.id),
        (added, 2, row.id, None),
    ]


async def test_what_is_invoiced_stays_as_it_is(plain: Company) -> None:
    contract = await signed(plain)
    [(only, _)] = await schedule(plain, contract)
    new = Item(name="New", trigger=Trigger.ACCEPTANCE, net=Money.of("10", "CNY"))
    row = await begun(plain, contract, change(items=[new], tax_percent=Decimal(0)))
    await move(commands.submit_amendment, clerk(plain), row)
    async with writing(plain.admin, settle=settle) as work:
        await commands.mark_invoiced(work, [only])
    with pytest.raises(WrongState) as refused:
        await sign(plain, row)
    assert (refused.value.code, await schedule(plain, contract)) == ("INVOICED", [(only, 113_000)])
    # With it unchanged among the instalments, the rest may be agreed.
    keeping = change(items=[Item(only), new], tax_percent=Decimal(0))
    row = await move(commands.change_amendment, clerk(plain), row, changes=keeping)
    await move(commands.submit_amendment, clerk(plain), row)
    await sign(plain, row)
    assert [total for _, total in await schedule(plain, contract)] == [113_000, 1_000]


async def test_two_under_way_never_change_the_same(plain: Company) -> None:
    contract = await signed(plain)
    outcomes = await asyncio.gather(
        *(begun(plain, contract, change(liability=text)) for text in ("One", "Two")), return_exceptions=True
    )
    [refused] = [each for each in outcomes if isinstance(each, Conflict)]
    [row] = [each for each in outcomes if isinstance(each, ContractAmendment)]
    assert refused.code == "OVERLAPS"
    await begun(plain, contract, change(scope="More"))
    await move(commands.withdraw_amendment, clerk(plain), row)
    await begun(plain, contract, change(liability="Two"))


async def test_what_was_agreed_for_the_same_day_or_a_later_one_is_not_contradicted(plain: Company) -> None:
    contract = await signed(plain)
    await agreed(plain, contract, change())
    for day in (date(2026, 6, 10), date(2026, 6, 15)):
        with pytest.raises(Conflict) as refused:
            await begun(plain, contract, change(liability="None", effective_on=day))
        assert refused.value.code == "CONTRADICTED"
    await begun(plain, contract, change(liability="None", effective_on=date(2026, 6, 16)))


async def test_a_changed_term_moves_the_end_and_not_once_notice_was_given(plain: Company) -> None:
    contract = await signed(plain)
    longer = change(term=Term(date(2026, 9, 30), 30), cause=Cause.IMPOSSIBILITY, effective_on=date(2026, 6, 10))
    await agreed(plain, contract, longer)
    await go_to(plain, on(30, 23))
    found = await stored(plain, contract)
    assert (found.state, found.ends_on, found.notice_days) == (ContractState.IN_FORCE, date(2026, 9, 30), 30)
    row = await begun(plain, contract, change(term=Term(None, 0), effective_on=date(2026, 7, 1)))
    await move(commands.submit_amendment, clerk(plain), row)
    given = {"last_day_on": date(2026, 8, 31), "reason": "They move away."}
    await do(commands.terminate_contract, signer(plain), contract, **given)
    with pytest.raises(WrongState) as refused:
        await sign(plain, row, date(2026, 6, 30))
    assert refused.value.code == "NOTICE_GIVEN"
    await go_to(plain, on(30, 23).replace(month=9))
    assert (await stored(plain, contract)).state is ContractState.TERMINATED
    async with reading(plain.admin) as work:
        # With the contract, what was under way to amend it is over.
        assert (await queries.amendment(work, row.id)).state is AmendmentState.WITHDRAWN


async def test_the_end_of_a_contract_voids_what_waits_for_approval(company: Company) -> None:
    contract = await signed(company)
    row = await begun(company, contract, change())
    await move(commands.submit_amendment, clerk(company), row)
    await do(commands.complete_contract, clerk(company), contract)
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval).where(Approval.subject_id == row.id))
    assert approval.state is ApprovalState.WITHDRAWN


async def test_the_end_of_a_contract_voids_what_was_approved_of_it(company: Company) -> None:
    contract = await signed(company)
    row = await begun(company, contract, change())
    await move(commands.submit_amendment, clerk(company), row)
    await decide(company, company.head)
    await do(commands.complete_contract, clerk(company), contract)
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval).where(Approval.subject_id == row.id))
        assert approval.state is ApprovalState.GRANTED
        assert await work.value(select(approvals.voided_at(Approval)).where(Approval.id == approval.id)) is not None


async def test_a_change_makes_void_what_is_asked_and_a_refusal_gives_the_draft_back(company: Company) -> None:
    contract = await signed(company)
    row = await begun(company, contract, change())
    await move(commands.submit_amendment, clerk(company), row)
    row = await move(commands.change_amendment, clerk(company), row, changes=change(liability="Triple"))
    assert (row.state, row.approval_id, row.liability) == (AmendmentState.DRAFT, None, "Triple")
    await move(commands.submit_amendment, clerk(company), row)
    await decide(company, company.head, agrees=False)
    async with reading(company.admin) as work:
        assert (await queries.amendment(work, row.id)).state is AmendmentState.DRAFT


async def test_nothing_is_signed_that_was_not_approved_like_this(plain: Company) -> None:
    contract = await signed(plain)
    row = await begun(plain, contract, change())
    await move(commands.submit_amendment, clerk(plain), row)
    async with writing(plain.admin, settle=settle) as work:
        await work.sql("UPDATE contract_amendments SET liability = 'None' WHERE id = $1", row.id)
    with pytest.raises(Conflict):
        await sign(plain, row)
    assert (await stored(plain, contract)).liability == ""


async def test_bad_input_changes_nothing(plain: Company) -> None:
    contract = await signed(plain)
    other = await drafted(plain)
    cases: list[tuple[Contract, Changes, type[Refusal], tuple[str, ...] | None]] = [
        (other, change(), WrongState, None),
        (contract, change(title="", liability="x"), Invalid, ("title",)),
        (contract, change(reason=" ", liability="x"), Invalid, ("reason",)),
        (contract, change(effective_on=date(2026, 5, 31), liability="x"), Invalid, ("effectiveOn",)),
        (contract, change(effective_on=date(2026, 7, 1), liability="x"), Invalid, ("effectiveOn",)),
        (contract, change(effective_on=date(2026, 6, 2)), Invalid, ("effectiveOn",)),
        (contract, change(term=Term(date(2026, 5, 31), 0)), Invalid, None),
        (contract, change(items=[]), Invalid, ("instalments",)),
    ]
    for where, changes, kind, path in cases:
        with pytest.raises(kind) as refused:
            await begun(plain, where, changes)
        assert path is None or refused.value.path == path
    async with reading(plain.admin) as work:
        assert await work.all(select(ContractAmendment)) == []
