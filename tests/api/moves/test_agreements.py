"""What people and programs can do with quotations and contracts is known beforehand, as the mutations have it."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from api.schema.contracts.amendment_mutations import (
    AmendmentTextInput,
    DraftContractAmendmentInput,
    draft_contract_amendment,
)
from api.schema.contracts.mutations import ContractTextInput
from api.schema.money import MoneyInput
from api.schema.presales.mutations import OfferLineInput
from api.schema.presales.solution_mutations import SolutionProposalInput
from domain.consequences import settle
from domain.contracts import commands as contracts
from domain.contracts.models import Contract
from domain.contracts.queries import checks_of
from domain.kernel.lines import LineKind
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.presales import commands as presales
from domain.presales.models import Quotation
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree, done, said
from tests.domain.contracts.office import CHECKLIST, check_all, clerk, do, drafted, sign, signed, signer
from tests.domain.presales.company import Company, chain, founded, limit
from tests.domain.presales.company import do as quotation_do
from tests.domain.presales.company import drafted as quotation_drafted
from tests.domain.presales.test_demands import evaluated
from tests.domain.presales.test_solutions import BOTH, review, with_experts
from tests.domain.presales.test_solutions import drafted as solution_drafted
from tests.domain.presales.test_solutions import move as solution_do

pytestmark = pytest.mark.usefixtures("pool")

PEOPLE = "This needs an approval, and only people ask for one."


def program(actor: Actor) -> Actor:
    """A client of the company that may do what somebody may."""
    return Actor(tenant_id=actor.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=actor.permissions)


async def contract_tries(company: Company, contract: Contract) -> Tries:
    here = {"contract_id": contract.id}
    async with reading(company.admin) as work:
        checks = await checks_of(work, contract)
    text = ContractTextInput(title="T", own_party="A", customer_party="B", starts_on=date(2026, 6, 1))
    amended = AmendmentTextInput(title="A", reason="R", effective_on=date(2026, 6, 10), liability="None")
    return {
        "CHANGE": ("changeContract", {**here, "text": text, "net": MoneyInput(amount="5.00", currency="CNY")}),
        "SUBMIT": ("submitContract", here),
        "SETTLE": ("settleContractCheck", {"check_id": checks[0].id if checks else uuid4()}),
        "COMPLETE": ("completeContract", here),
        "WITHDRAW": ("withdrawContract", here),
        "AMEND": ("draftContractAmendment", {**here, "text": amended}),
        "SIGN": (
            "signContract",
            {**here, "signed_on": date(2026, 6, 1), "own_signatory": "A", "customer_signatory": "B"},
        ),
        "TERMINATE": ("terminateContract", {**here, "last_day_on": date(2026, 6, 20), "reason": "R", "agreed": True}),
    }


async def test_contracts_in_every_state_say_what_the_mutations_do(ask: Ask) -> None:
    chained = await founded(("7.1", chain(SubjectKind.CONTRACT)), ("7.2", CHECKLIST))
    free, third = await founded(("7.2", CHECKLIST)), await founded()
    for company, blocked in ((chained, [PEOPLE]), (free, []), (third, [])):
        contract = await drafted(company)
        people = [clerk(company), signer(company), program(clerk(company)), program(signer(company))]
        all_agree = partial(agree, ask, "Contract", contract.id)
        but = () if company is not third else ("SETTLE",)
        tries = await contract_tries(company, contract)
        await all_agree(tries, *people, but=but)
        assert (await said(ask, program(clerk(company)), "Contract", contract.id))["SUBMIT"] == blocked
        await do(contracts.submit_contract, clerk(company), contract)
        await all_agree(tries, *people, but=but)
        if blocked:
            continue
        await check_all(company, contract)
        await all_agree(tries, *people, but=but)
        await sign(company, contract)
        # Nothing of an unsigned checklist is settled any more.
        await all_agree(tries, *people, but=but)
        await do(
            contracts.terminate_contract,
            signer(company),
            contract,
            last_day_on=date(2026, 6, 20),
            reason="R",
            agreed=True,
        )
        await all_agree(tries, *people, but=but)


async def test_programs_submit_nothing_that_a_chain_decides_on(ask: Ask) -> None:
    kinds = (SubjectKind.AMENDMENT, SubjectKind.DEMAND)
    chained = await founded(*((f"7.{number}", chain(kind)) for number, kind in enumerate(kinds, 1)))
    free = await founded()
    for company, blocked in ((chained, [PEOPLE]), (free, [])):
        contract = await signed(company)
        changes = AmendmentTextInput(title="A", reason="R", effective_on=date(2026, 6, 10), liability="None")
        async with writing(clerk(company), settle=settle) as work:
            given = DraftContractAmendmentInput(contract_id=contract.id, text=changes)
            amendment = await draft_contract_amendment(work, given)
        demand = await evaluated(company)
        for kind, mutation, here, person in (
            ("ContractAmendment", "submitContractAmendment", {"amendment_id": amendment.id}, clerk(company)),
            ("TechnologyDemand", "submitTechnologyDemand", {"demand_id": demand.id}, company.seller),
        ):
            (id,) = here.values()
            for actor, expected in ((program(person), blocked), (person, [])):
                assert (await said(ask, actor, kind, id))["SUBMIT"] == expected
                assert await done(actor, mutation, here) == (expected[0] if expected else None)


def quotation_tries(quotation: Quotation) -> Tries:
    here = {"quotation_id": quotation.id}
    lines = [OfferLineInput(kind=LineKind.SUPPORT, description="S", unit_price="100")]
    written = {"contact_id": quotation.contact_id, "title": "T", "currency": "CNY", "lines": lines}
    answer: dict[str, Any] = {**here, "answered_by": "Lin"}
    return {
        "CHANGE": ("changeQuotation", {**here, **written}),
        "SUBMIT": ("submitQuotation", here),
        "SEND": ("sendQuotation", here),
        "ACCEPT": ("recordQuotationAnswer", {**answer, "accepted": True}),
        "DECLINE": ("recordQuotationAnswer", {**answer, "accepted": False}),
        "WITHDRAW": ("withdrawQuotation", here),
        "REVISE": ("reviseQuotation", here),
    }


async def test_quotations_say_what_the_clauses_make_of_their_discount(ask: Ask) -> None:
    chained, unchained, third = (
        await founded(("7.1", limit("5", "30")), ("7.2", chain(SubjectKind.QUOTATION))),
        await founded(("7.1", limit("5", "30"))),
        await founded(),
    )
    for company in (chained, unchained, third):
        seller = company.seller
        reader = replace(seller, permissions=frozenset({Permission.PRESALES_READ}))
        people = [seller, reader, program(seller)]
        told: dict[str, tuple[list[str], list[str]]] = {}
        for discount in ("0", "10", "60"):
            quotation = await quotation_drafted(company, discount)
            tries = quotation_tries(quotation)
            await agree(ask, "Quotation", quotation.id, tries, *people)
            told[discount] = (
                (await said(ask, seller, "Quotation", quotation.id))["SUBMIT"],
                (await said(ask, program(seller), "Quotation", quotation.id))["SUBMIT"],
            )
        if company is chained:
            assert told["10"] == ([], [PEOPLE])
        elif company is unchained:
            assert all("Approval chain" in sentences[0] for sentences in told["10"])
        else:
            assert told["10"] == told["60"]
        assert company is third or all("may be granted" in sentences[0] for sentences in told["60"])
    free = await quotation_drafted(chained)
    await quotation_do(presales.submit_quotation, chained.seller, free)
    tries = quotation_tries(free)
    people = [chained.seller, program(chained.seller)]
    await agree(ask, "Quotation", free.id, tries, *people)
    await quotation_do(presales.send_quotation, chained.seller, free)
    await agree(ask, "Quotation", free.id, tries, *people)


async def test_solutions_say_what_the_mutations_do(ask: Ask) -> None:
    """By a chain, by experts alone, and where nobody has to agree."""
    chained, free = await with_experts(("6.1", review()), ("6.3", BOTH)), await founded()
    by_experts = await with_experts(("6.1", review()))
    major = {"budget": Money.of("900000", "CNY")}
    written = SolutionProposalInput(title="T", functions="F", budget="900000", currency="CNY")
    for company, blocked in ((chained, [PEOPLE]), (by_experts, [PEOPLE]), (free, [])):
        solution = await solution_drafted(company, **major)
        here: dict[str, Any] = {"solution_id": solution.id}
        answer = {**here, "answered_by": "Lin"}
        tries = {
            "CHANGE": ("changeSolution", {**here, "proposal": written}),
            "SUBMIT": ("submitSolution", here),
            "SEND": ("sendSolution", {**here, "contact_id": company.contact_id}),
            "CONFIRM": ("recordSolutionAnswer", {**answer, "confirmed": True}),
            "OBJECT": ("recordSolutionAnswer", {**answer, "confirmed": False, "comment": "C"}),
            "WITHDRAW": ("withdrawSolution", here),
            "REVISE": ("reviseSolution", {**here, "reason": "R"}),
        }
        people = [company.seller, program(company.seller)]
        await agree(ask, "Solution", solution.id, tries, *people)
        assert (await said(ask, people[1], "Solution", solution.id))["SUBMIT"] == blocked
        await solution_do(company, presales.submit_solution, solution)
        await agree(ask, "Solution", solution.id, tries, *people)
