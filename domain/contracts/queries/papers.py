"""What stands on a contract's paper."""

from domain.contracts import queries
from domain.contracts.models import Contract
from domain.contracts.queries.rates import rates_of
from domain.contracts.rules.papers import Agreed, ContractText, Counted, Due
from domain.kernel.money import Money
from tenancy.work import Work


async def text_of(work: Work, contract: Contract) -> ContractText:
    """What stands on a contract's paper, as it holds now."""
    kept = (
        "number", "title", "state", "own_party", "customer_party", "scope", "acceptance_standard", "liability",
        "starts_on", "ends_on", "notice_days", "renewal_months", "signed_on", "own_signatory", "customer_signatory",
        "billing_months",
    )  # fmt: skip
    schedule = [
        Due(
            name=each.name,
            trigger=each.trigger,
            due_on=each.due_on,
            share_percent=each.share_percent,
            net=Money(each.net_minor, each.currency),
            tax=Money(each.tax_minor, each.currency),
        )
        for each in await queries.instalments_of(work, contract)
    ]
    signed = [
        Agreed(each.number, each.title, each.effective_on, each.signed_on, each.approved_digest)
        for each in await queries.amendments_of(work, contract)
        if each.signed_on is not None and each.approved_digest is not None
    ]
    return ContractText(
        schedule=schedule,
        net=Money(contract.net_minor, contract.currency),
        tax=Money(contract.tax_minor, contract.currency),
        amendments=signed,
        rates=[
            Counted(each.name, each.unit, Money(each.unit_price_minor, each.currency), each.tax_percent)
            for each in await rates_of(work, contract)
        ],
        digest=contract.approved_digest,
        **{name: getattr(contract, name) for name in kept},
    )
