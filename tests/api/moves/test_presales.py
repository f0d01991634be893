"""What people and programs can do with inquiries, their papers and demands is known beforehand, as the mutations have
it."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.schema.contracts.amendment_mutations import (
    AmendmentTextInput,
    DraftContractAmendmentInput,
    draft_contract_amendment,
)
from api.schema.presales.demands import TechnologyDemandPartInput
from api.schema.presales.evaluations import EvaluationFindingsInput
from api.schema.presales.solution_mutations import SolutionProposalInput
from domain.consequences import settle
from domain.contracts import commands as contracts
from domain.contracts.commands.drafting import Fees
from domain.contracts.queries import instalments_of
from domain.contracts.rules import Trigger, instalment
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.presales import commands
from domain.presales.rules.requirements import NeedMethod
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.api.moves.test_agreements import program
from tests.domain.contracts.office import clerk, signed, signer
from tests.domain.presales.company import Company, chain, decide, founded
from tests.domain.presales.test_demands import evaluated
from tests.domain.presales.test_demands import move as demand_do
from tests.domain.presales.test_evaluations import STRICT
from tests.domain.presales.test_evaluations import drafted as evaluation_drafted
from tests.domain.presales.test_evaluations import move as evaluation_do
from tests.domain.presales.test_inquiries import do, registered

pytestmark = pytest.mark.usefixtures("pool")

FINDINGS = EvaluationFindingsInput(difficulty=1, risk=1, effort_days=1, rationale="R", go=True)


def people(company: Company) -> list[Actor]:
    """Who may all of it, who may only read it, and a program."""
    reader = replace(company.seller, permissions=frozenset({Permission.PRESALES_READ}))
    return [company.seller, reader, program(company.seller)]


def inquiry_tries(company: Company, inquiry_id: UUID) -> Tries:
    here: dict[str, Any] = {"inquiry_id": inquiry_id}
    proposal = SolutionProposalInput(title="T", functions="F", budget="1", currency="CNY")
    interview = {"method": NeedMethod.INTERVIEW, "held_on": date(2026, 6, 1), "findings": "F"}
    return {
        "ASSIGN": ("assignInquiry", {**here, "assignee_id": company.head.id}),
        "CONTACT": ("noteInquiryContact", {**here, "needs": "N"}),
        "QUALIFY": ("qualifyInquiry", here),
        "REFUSE": ("refuseInquiry", {**here, "reason": "R"}),
        "RECORD_NEED": ("recordInquiryNeed", {**here, **interview}),
        "WRITE_REQUIREMENTS": ("draftRequirements", {**here, "title": "T", "content": "C"}),
        "EVALUATE": ("draftInquiryEvaluation", {**here, "findings": FINDINGS}),
        "DRAFT_SOLUTION": ("draftSolution", {**here, "proposal": proposal}),
    }


async def test_inquiries_and_their_papers_say_what_the_mutations_do(ask: Ask) -> None:
    """In a company that offers nothing without a go, which a chain gives, and in one that has no clauses."""
    for company in (await founded(("6.1", STRICT), ("6.2", chain(SubjectKind.EVALUATION))), await founded()):
        inquiry = await registered(company)
        tries = inquiry_tries(company, inquiry.id)
        await agree(ask, "Inquiry", inquiry.id, tries, company.seller, program(company.seller))
        await do(commands.note_contact, company.seller, inquiry, needs="N")
        await agree(ask, "Inquiry", inquiry.id, tries, company.seller, program(company.seller))
        evaluation = await evaluation_drafted(company, inquiry)
        here: dict[str, Any] = {"evaluation_id": evaluation.id}
        of_evaluation: Tries = {
            "CHANGE": ("changeInquiryEvaluation", {**here, "findings": FINDINGS}),
            "SUBMIT": ("submitInquiryEvaluation", here),
        }
        await agree(ask, "InquiryEvaluation", evaluation.id, of_evaluation, company.seller, program(company.seller))
        await evaluation_do(company, commands.submit_evaluation, evaluation)
        await agree(ask, "InquiryEvaluation", evaluation.id, of_evaluation, company.seller, program(company.seller))
        async with writing(company.seller, settle=settle) as work:
            paper = await commands.draft_requirements(work, inquiry_id=inquiry.id, title="T", content="C")
        at: dict[str, Any] = {"requirements_id": paper.id}
        confirmed = {**at, "confirmed_by": "Lin", "confirmed_on": date(2026, 6, 1), "comment": "By mail"}
        of_paper: Tries = {
            "CHANGE": ("changeRequirements", {**at, "title": "T", "content": "C"}),
            "SEND": ("sendRequirements", {**at, "contact_id": company.contact_id}),
            "CONFIRM": ("confirmRequirements", confirmed),
            "REVISE": ("reviseRequirements", {**at, "reason": "R"}),
        }
        await agree(ask, "RequirementsDocument", paper.id, of_paper, company.seller, program(company.seller))
        await do(commands.refuse_inquiry, company.seller, inquiry, reason="R")
        await agree(ask, "Inquiry", inquiry.id, tries, company.seller, program(company.seller))
        await agree(ask, "RequirementsDocument", paper.id, of_paper, company.seller, program(company.seller))


async def test_demands_say_what_the_mutations_do(ask: Ask) -> None:
    company = await founded(("6.1", chain(SubjectKind.DEMAND)))
    demand = await evaluated(company)
    here: dict[str, Any] = {"demand_id": demand.id}
    parts = [TechnologyDemandPartInput(title="P", effort_days=1)]
    tries: Tries = {
        "EVALUATE": ("evaluateTechnologyDemand", {**here, "assessment": "A", "effort_days": 1}),
        "BREAK_DOWN": ("breakDownTechnologyDemand", {**here, "parts": parts}),
        "SUBMIT": ("submitTechnologyDemand", here),
        "REFUSE": ("refuseTechnologyDemand", {**here, "reason": "R"}),
        "HAND_ON": ("handOnTechnologyDemand", {**here, "project": "P"}),
    }
    await agree(ask, "TechnologyDemand", demand.id, tries, *people(company))
    await demand_do(company, commands.submit_demand, demand)
    await agree(ask, "TechnologyDemand", demand.id, tries, *people(company))
    await decide(company, company.head)
    await agree(ask, "TechnologyDemand", demand.id, tries, *people(company))


async def test_amendments_say_what_the_mutations_do(ask: Ask) -> None:
    company = await founded()
    contract = await signed(company)
    changes = AmendmentTextInput(title="A", reason="R", effective_on=date(2026, 6, 10), liability="None")
    async with writing(clerk(company), settle=settle) as work:
        given = DraftContractAmendmentInput(contract_id=contract.id, text=changes)
        amendment = await draft_contract_amendment(work, given)
    here: dict[str, Any] = {"amendment_id": amendment.id}
    signatures = {"signed_on": date(2026, 6, 1), "own_signatory": "A", "customer_signatory": "B"}
    tries: Tries = {
        "CHANGE": ("changeContractAmendment", {**here, "text": changes}),
        "SUBMIT": ("submitContractAmendment", here),
        "SIGN": ("signContractAmendment", {**here, **signatures}),
        "WITHDRAW": ("withdrawContractAmendment", here),
    }
    everybody = [clerk(company), signer(company), program(clerk(company))]
    await agree(ask, "ContractAmendment", amendment.id, tries, *everybody)
    async with writing(clerk(company), settle=settle) as work:
        await contracts.submit_amendment(work, amendment_id=amendment.id)
    await agree(ask, "ContractAmendment", amendment.id, tries, *everybody)


async def test_instalments_say_what_the_mutations_do(ask: Ask) -> None:
    """One that falls due with a milestone, and one on a day to come; before the milestone, and after it."""
    company = await founded()
    shares = [
        *instalment("Design", Trigger.MILESTONE, "30", None),
        *instalment("Later", Trigger.DATE, "70", date(2026, 6, 20)),
    ]
    contract = await signed(company, fees=Fees(Money.of("1000", "CNY"), Money.of("130", "CNY"), shares))
    async with reading(company.admin) as work:
        first, second = [row.id for row in await instalments_of(work, contract)]
    for id, completed in ((first, False), (second, False), (first, True)):
        here: dict[str, Any] = {"instalment_id": id}
        tries: Tries = {
            "COMPLETE": ("completeMilestone", {**here, "completed_on": date(2026, 6, 1)}),
            "INVOICE": ("draftInstalmentInvoice", here),
        }
        if completed:
            async with writing(company.admin, settle=settle) as work:
                await contracts.complete_milestone(work, instalment_id=id, completed_on=date(2026, 6, 1))
        await agree(ask, "ContractInstalment", id, tries, company.admin, clerk(company), signer(company))
