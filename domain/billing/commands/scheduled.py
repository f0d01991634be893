"""Invoices by the schedules of contracts: drafted when an instalment falls due, once each, and issued by themselves
where the clause says so (AR-1)."""

from collections.abc import Sequence
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import invoices
from domain.billing.events import InvoiceDrafted, ScheduledInvoicesDue
from domain.billing.models import Invoice
from domain.billing.rules import scheduled as rules
from domain.billing.rules.invoices import State
from domain.contracts import commands as contracts
from domain.contracts import queries as contracts_seen
from domain.contracts.models import Contract, ContractInstalment
from domain.contracts.queries import instalments
from domain.contracts.rules.instalments import InstalmentMove
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.presales.queries import quotations
from tenancy.work import Work

# How many invoices are drafted in one transaction.
BATCH = 100


async def draft_due(work: Work, *, contract_id: UUID | None = None) -> None:
    """Draft an invoice for every instalment that has fallen due and never had one, of one contract or of all.

    However many do this at once, each instalment gets one. What is left over of many follows in other transactions.
    """
    due = await queries.due_instalments(work, contract_id=contract_id, most=BATCH)
    await _draft(work, due)
    if len(due) == BATCH:
        following = ScheduledInvoicesDue(contract_id=contract_id)
        work.schedule(work.now, following, about=due[-1].id, key="billing:scheduled")


async def draft_more(work: Work, event: ScheduledInvoicesDue) -> None:
    """What was left over of many instalments."""
    await draft_due(work, contract_id=event.contract_id)


@command(needs=Permission.BILLING_INVOICE)
async def draft_instalment(work: Work, *, instalment_id: UUID) -> Invoice:
    """Draft the invoice of an instalment by hand: at once when it has fallen due, or anew after it was cancelled."""
    instalment = await instalments.instalment(work, instalment_id, "instalmentId", lock=True)
    await contracts.refuse_instalment(work, instalment, InstalmentMove.INVOICE)
    [invoice] = await _draft(work, [instalment])
    return invoice


async def issue_by_clause(work: Work, event: InvoiceDrafted) -> None:
    """Issue an invoice by a contract's schedule where the payment terms say that it needs nobody."""
    invoice = await queries.get(work, event.invoice_id)
    if invoice.contract_id is None or invoice.state is not State.DRAFT:
        return
    contract = await contracts_seen.any_one(work, invoice.contract_id)
    terms = await invoices.payment_terms(work, contracts_seen.case_of(contract))
    if terms is not None and terms.value.issues_by_itself:
        await invoices.issue_invoice(work, invoice_id=invoice.id)


async def _draft(work: Work, due: Sequence[ContractInstalment]) -> list[Invoice]:
    drafted: list[Invoice] = []
    parts: dict[UUID, dict[UUID, list[rules.Part]]] = {}
    for instalment in due:
        contract = await contracts_seen.any_one(work, instalment.contract_id)
        if contract.id not in parts:
            parts[contract.id] = await _parts_of(work, contract)
        customer = await customers.get(work, contract.customer_id)
        name = str(instalment.name[customer.language.value])
        lines, found = rules.lines_of(parts[contract.id][instalment.id], f"{contract.number} {contract.title}: {name}")
        invoice = invoices.add(
            work,
            customer_id=contract.customer_id,
            currency=contract.currency,
            lines=lines,
            found=found,
            rounding=TaxRounding.PER_RATE,
            contract_id=contract.id,
            instalment_id=instalment.id,
        )
        drafted.append(invoice)
    await contracts.mark_invoiced(work, [instalment.id for instalment in due])
    return drafted


async def _parts_of(work: Work, contract: Contract) -> dict[UUID, list[rules.Part]]:
    """Of each instalment of a contract, what falls on which tax rate."""
    schedule = await contracts_seen.instalments_of(work, contract)
    net = Money(contract.net_minor, contract.currency)
    whole = rules.one_part(net, Money(contract.tax_minor, contract.currency))
    if contract.quotation_id is not None:
        offered = await quotations.lines_and_totals(work, contract.quotation_id)
        whole = rules.parts_of(*offered)
    amounts = [(Money(each.net_minor, each.currency), Money(each.tax_minor, each.currency)) for each in schedule]
    return dict(zip((each.id for each in schedule), rules.divided(whole, amounts), strict=True))
