"""The tables of invoices, payments, holds, and of dunning: what is planned and what was done."""

from domain.billing.models.dunning import DunningCall, DunningLetter, DunningStep, Hold, PlannedStep
from domain.billing.models.invoices import BillingParty, CreditNote, CreditNoteTax, Invoice, InvoiceLine, InvoiceTax
from domain.billing.models.payments import Allocation, Payment, Refund

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
]
