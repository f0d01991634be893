"""Contracts for tests, in the companies of presales: a clerk of sales writes them, the boss signs."""

from dataclasses import replace
from datetime import date
from typing import Any

from domain.consequences import settle
from domain.contracts import commands, queries
from domain.contracts.commands.drafting import Fees, Wording
from domain.contracts.models import Contract
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import ContractChecklist, ExpiryReminders, PaymentTerms
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.presales.company import Company

CHECKLIST = ContractChecklist.model_validate(
    {
        "items": [{"en": "scope"}, {"en": "liability"}],
        "copies_to": ["Sales", "Nowhere"],
        "confirm_copy_within_days": 3,
    }
)
PLAIN = ContractChecklist.model_validate({"items": [{"en": "fees"}], "copies_to": []})
REMINDERS = ExpiryReminders.model_validate({"record": "contract", "days_before": [10, 2]})
TERMS = PaymentTerms.model_validate(
    {
        "due_days": 30,
        "instalments": [
            {"name": {"en": "On signing"}, "share_percent": "30"},
            {"name": {"en": "At the end"}, "share_percent": "70"},
        ],
    }
)


def clerk(company: Company) -> Actor:
    """The seller, who also writes contracts."""
    return replace(
        company.seller,
        permissions=company.seller.permissions | {Permission.CONTRACTS_READ, Permission.CONTRACTS_MANAGE},
    )


def signer(company: Company) -> Actor:
    """The boss, who signs them."""
    return replace(
        company.boss, permissions=company.boss.permissions | {Permission.CONTRACTS_READ, Permission.CONTRACTS_SIGN}
    )


def wording(**more: Any) -> Wording:
    """A contract of June 2026."""
    usual: dict[str, Any] = {
        "title": "Support",
        "own_party": "Acme",
        "customer_party": "Key",
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 6, 30),
        "notice_days": 14,
    }
    return Wording(**{**usual, **more})


def fees(net: str = "1000", tax: str = "130") -> Fees:
    """Fees in CNY, by the clause's schedule."""
    return Fees(Money.of(net, "CNY"), Money.of(tax, "CNY"))


async def drafted(company: Company, **given: Any) -> Contract:
    """A draft of the clerk for the key customer."""
    usual: dict[str, Any] = {
        "customer_id": company.key_id,
        "quotation_id": None,
        "wording": wording(),
        "fees": fees(),
        "department_id": company.sales_id,
    }
    async with writing(clerk(company), settle=settle) as work:
        return await commands.draft_contract(work, **{**usual, **given})


async def do(move: Any, actor: Actor, contract: Contract, **given: Any) -> Contract:
    """A move by somebody; the contract as it is then."""
    async with writing(actor, settle=settle) as work:
        found: Contract = await move(work, contract_id=contract.id, **given)
        return found


async def check_all(company: Company, contract: Contract) -> None:
    """Every item of the checklist is settled."""
    async with writing(clerk(company), settle=settle) as work:
        for check in await queries.checks_of(work, contract):
            await commands.settle_check(work, check_id=check.id, settled=True, note="§ 2")


async def sign(company: Company, contract: Contract) -> Contract:
    """Both sign today."""
    return await do(
        commands.sign_contract,
        signer(company),
        contract,
        signed_on=date(2026, 6, 1),
        own_signatory="Boss",
        customer_signatory="Lin",
    )


async def signed(company: Company, **given: Any) -> Contract:
    """A contract that needed no approval, checked and signed."""
    contract = await drafted(company, **given)
    await do(commands.submit_contract, clerk(company), contract)
    await check_all(company, contract)
    return await sign(company, contract)


async def stored(company: Company, contract: Contract) -> Contract:
    """The contract as it is stored."""
    async with reading(company.admin) as work:
        return await queries.any_one(work, contract.id)
