"""The tables of invoices, payments, holds, dunning, and of what is billed by what is counted."""

from domain.billing.models.dunning import DunningCall, DunningLetter, DunningStep, Hold, PlannedStep
from domain.billing.models.invoices import BillingParty, CreditNote, CreditNoteTax, Invoice, InvoiceLine, InvoiceTax
from domain.billing.models.payments import Allocation, Payment, Refund
from domain.billing.models.usage import SettledItem, UsageSettlement

__all__ = [
    "Allocation",
    "BillingParty",
    "CreditNote",
    "CreditNoteTax",
    "DunningCall",
    "DunningLetter",
    "DunningStep",
    "Hold",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "Payment",
    "PlannedStep",
    "Refund",
    "SettledItem",
    "UsageSettlement",
]
