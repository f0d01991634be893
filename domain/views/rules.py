"""What a saved view may be, and what becomes of an export of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

MAX_NAME = 100
MOST_COLUMNS = 40
MOST_VIEWS = 200
# How many rows an export has at most; a sheet of a workbook has room for few more.
MOST_EXPORTED = 1_000_000
# How long the file of an export is kept.
EXPORT_KEPT = timedelta(days=7)
# How many exports of one person are under way at most.
MOST_EXPORTING = 5
# An export that ended its worker as often is given up.
EXPORT_ATTEMPTS = 3


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


class ExportForm(StrEnum):
    """What kind of file an export is."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """As the file is served."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportForm.CSV: "text/csv",
    ExportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Headings(StrEnum):
    """For whom the columns are headed: people, in their language, or programs, by the names of fields."""

    LABELS = "labels"
    PATHS = "paths"


class ExportState(StrEnum):
    """How far an export has come."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Wanted:
    """What is to be written: which rows of which list, their columns, and how. `zone` is the one that times are told
    in where people read them."""

    name: str
    viewed_list: ViewedList
    conditions: Mapping[str, Any] | None
    ordering: str | None
    columns: Sequence[str]
    form: ExportForm
    headings: Headings
    zone: str


def clean_name(name: str) -> str:
    """What a view is called: 1 to 100 characters on one line. Raises `Invalid`."""
    return one_line(name, MAX_NAME, "name")


def clean_columns(columns: Sequence[str]) -> list[str]:
    """The columns, each of them once. Raises `Invalid` for too many."""
    found = list(dict.fromkeys(columns))
    if len(found) > MOST_COLUMNS:
        raise Invalid(message("A view has at most {most} columns."), {"most": MOST_COLUMNS}, ("columns",))
    return found
