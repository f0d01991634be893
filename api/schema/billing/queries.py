"""What can be asked of invoices, payments, dunning letters and the steps of ladders that were taken."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.billing.credit_notes import CREDIT_NOTE_ORDERS, CreditNoteFilter
from api.schema.billing.letters import (
    DUNNING_LETTER_ORDERS,
    DUNNING_STEP_ORDERS,
    DunningLetter,
    DunningLetterFilter,
    DunningStepFilter,
)
from api.schema.billing.types import (
    INVOICE_ORDERS,
    PAYMENT_ORDERS,
    CreditNote,
    DunningStep,
    Invoice,
    InvoiceFilter,
    Payment,
    PaymentFilter,
)


@strawberry.type(description="What can be asked of invoices, payments and dunning.")
class BillingQuery:
    """The part of the root that is about invoices, payments and dunning."""

    invoice = by_id("One invoice.", Invoice)
    invoices = page("What customers were asked to pay.", Invoice, orders=INVOICE_ORDERS, filter=InvoiceFilter)
    credit_note = by_id("One credit note.", CreditNote)
    credit_notes = page(
        "What took issued invoices back.", CreditNote, orders=CREDIT_NOTE_ORDERS, filter=CreditNoteFilter
    )
    payment = by_id("One payment.", Payment)
    payments = page("What has come in.", Payment, orders=PAYMENT_ORDERS, filter=PaymentFilter)
    dunning_letter = by_id("One dunning letter that is joint or goes by post.", DunningLetter)
    dunning_letters = page(
        "Dunning letters that are joint or go by post; those that wait for somebody to post them by `awaitsPosting`.",
        DunningLetter,
        orders=DUNNING_LETTER_ORDERS,
        filter=DunningLetterFilter,
    )
    dunning_steps = page(
        "The steps of dunning ladders that were taken; calls that are still to be made by `awaitsCall`.",
        DunningStep,
        orders=DUNNING_STEP_ORDERS,
        filter=DunningStepFilter,
    )
