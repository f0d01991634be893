"""What can be asked of contracts."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.billing.usage import UsageQuery
from api.schema.contracts.amendments import ContractAmendment, ContractAsOf, contract_as_of
from api.schema.contracts.types import (
    CONTRACT_OBLIGATION_ORDERS,
    CONTRACT_ORDERS,
    Contract,
    ContractFilter,
    ContractObligation,
    ContractObligationFilter,
)


@strawberry.type(description="What can be asked of contracts.")
class ContractQuery(UsageQuery):
    """The part of the root that is about contracts."""

    contract = by_id("One contract.", Contract)
    contracts = page(
        "What was agreed with customers: what you have written, whose customers you look after, what you decide on,"
        " what your department has a copy of, and all of it with `contracts.read`.",
        Contract,
        orders=CONTRACT_ORDERS,
        filter=ContractFilter,
    )
    contract_as_of: ContractAsOf | None = strawberry.field(
        resolver=contract_as_of,
        description="What held of a contract on a day, also as it was known on another: as signed, with all amendments"
        " and renewals in effect by then. Null before its first day, and while it is not signed.",
    )
    contract_amendment = by_id("One supplementary agreement.", ContractAmendment)
    contract_obligations = page(
        "What is owed by the contracts that you see, or that you see to.",
        ContractObligation,
        orders=CONTRACT_OBLIGATION_ORDERS,
        filter=ContractObligationFilter,
    )
