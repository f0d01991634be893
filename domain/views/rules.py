"""What a saved view may be."""

from collections.abc import Sequence
from enum import StrEnum

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

MAX_NAME = 100
MOST_COLUMNS = 40
MOST_VIEWS = 200


class ViewedList(StrEnum):
    """Of which list a view is."""

    REQUESTS = "requests"
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    QUOTATIONS = "quotations"
    CONTRACTS = "contracts"
    INQUIRIES = "inquiries"
    COMPLAINTS = "complaints"
    APPROVALS = "approvals"


class ViewAudience(StrEnum):
    """Whom a view is for."""

    OWN = "own"
    DEPARTMENT = "department"
    COMPANY = "company"


def clean_name(name: str) -> str:
    """What a view is called: 1 to 100 characters on one line. Raises `Invalid`."""
    return one_line(name, MAX_NAME, "name")


def clean_columns(columns: Sequence[str]) -> list[str]:
    """The columns, each of them once. Raises `Invalid` for too many."""
    found = list(dict.fromkeys(columns))
    if len(found) > MOST_COLUMNS:
        raise Invalid(message("A view has at most {most} columns."), {"most": MOST_COLUMNS}, ("columns",))
    return found
