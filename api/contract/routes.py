"""The address of a contract's paper: a PDF in three languages, for whoever may see the contract."""

from functools import partial
from uuid import UUID

from api.papers import Written, paper_at
from domain.contracts import queries
from domain.contracts.queries import papers
from domain.contracts.rules.papers import contract_paper
from domain.customers import queries as customers
from tenancy.work import Work


async def _contract(work: Work, id: UUID) -> Written:
    """A contract as it holds now."""
    contract = await queries.get(work, id, "contractId")
    said = await papers.text_of(work, contract)
    customer = await customers.get(work, contract.customer_id)
    return Written(partial(contract_paper, said), customer.language, said.number, work.now)


ROUTES = [paper_at("/contracts/{id}.pdf", "contractId", _contract)]
