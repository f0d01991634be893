"""In which order credit notes are given, and which."""

from enum import Enum

import strawberry

from api.reading.filters import DayFilter, IdFilter, NumberFilter, combining, filtered
from api.reading.mapping import Order


@strawberry.enum(description="How credit notes are ordered.")
class CreditNoteOrder(Enum):
    """Orders of credit notes."""

    NEWEST = "newest"
    NUMBER = "number"


CREDIT_NOTE_ORDERS = {
    CreditNoteOrder.NEWEST: Order(lambda row: row.id, descending=True),
    CreditNoteOrder.NUMBER: Order(lambda row: row.number),
}


@strawberry.input(description="Which credit notes to give.")
class CreditNoteFilter:
    """Conditions on credit notes."""

    number: NumberFilter | None = filtered("By number.")
    customer_id: IdFilter | None = filtered("By whose they are.")
    invoice_id: IdFilter | None = filtered("By the invoice that they take back.")
    issued_on: DayFilter | None = filtered("By the day of issue.")
    and_: "list[CreditNoteFilter] | None" = combining("All of these hold.", "and")
    or_: "list[CreditNoteFilter] | None" = combining("One of these holds.", "or")
    not_: "CreditNoteFilter | None" = combining("This does not hold.", "not")
