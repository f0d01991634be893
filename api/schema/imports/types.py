"""Imports as clients see them: how far they are, how their columns are mapped, and what becomes of each row."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.reading.filters import TextFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, rendered, shows
from api.schema.files.types import File
from domain.imports import models, queries
from domain.imports.rules import ImportKind, ImportState, Outcome
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.tables.reading import Encoding

strawberry.enum(
    ImportKind,
    description="What becomes of the rows: CUSTOMERS, each with one of its contacts, whom a row names by its "
    "customer's name and the contact's e-mail address; REQUESTS, whom a row names by its source reference.",
)
strawberry.enum(
    ImportState,
    description="CHECKING while rows are tried, CHECKED when it is known what would become of each, RUNNING while they "
    "are carried out, FINISHED with a report, FAILED with a problem.",
)
strawberry.enum(
    Outcome,
    name="ImportOutcome",
    description="What became of a row, or would: ADDED, CHANGED, UNCHANGED where everything is so already, REFUSED "
    "with a code and a reason.",
)
strawberry.enum(
    Encoding,
    name="TableEncoding",
    description="In which characters a CSV file is written. AUTO knows UTF-8, UTF-16 by its mark, and GB 18030; BIG5 "
    "has to be told.",
)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str | None:
    return translate(values["text"], actor.language, values["blanks"]) if values["text"] else None


@shows(models.ImportRow, visible=queries.visible_rows)
class ImportRow:
    """What became of a row of an import, or would."""

    id: UUID = column("The row's id.")
    number: int = column("Its number, as spreadsheets count rows.")
    outcome: Outcome = column("What became of it, or would.")
    done: bool = column("Whether it was carried out; else it was only tried.")
    record_id: UUID | None = column("The customer or request; null while it was only tried, and where it is refused.")
    code: str | None = column("Why it is refused, as a code.")
    heading: str | None = column("At which heading of the file it is refused, or at which field.")
    problem: str | None = rendered(
        "Why it is refused, in your language.",
        _sentence,
        text=lambda row: row.problem,
        blanks=lambda row: row.problem_values,
    )


@strawberry.enum(description="How rows of an import are ordered.")
class ImportRowOrder(Enum):
    """Orders of rows."""

    NUMBER = "number"


IMPORT_ROW_ORDERS = {ImportRowOrder.NUMBER: Order(lambda row: row.number)}


@strawberry.input(description="Which rows of an import to give.")
class ImportRowFilter:
    """Conditions on rows."""

    outcome: WordFilter[Outcome] | None = filtered("By what became of them.")
    code: TextFilter | None = filtered("By why they are refused.")


@shows(models.Import, visible=queries.visible)
class FileImport(Node):
    """A file whose rows become records by the rules that hold for everybody; seen by whoever sent it. It is tried
    first, which leaves nothing behind, and carried out when `runImport` says so, each row by itself."""

    kind: ImportKind = column("What becomes of the rows.")
    name: str = column("The name of the file.")
    state: ImportState = column("How far it is.")
    columns: list[str] = column("The file's headings; empty until it was read.")
    mapping: JSON | None = column(
        "By field the column that it is, or the value that it has in every row: as it was given, as it was for a file "
        "with the same headings, or as the headings say; null until the file was read. See importFields."
    )
    total: int | None = column("How many rows the file has; null until it was read.")
    through: int = computed("How many of them have been tried, or while it runs carried out.", queries.rows_through)
    added: int = computed("How many add something, or would.", queries.counted(Outcome.ADDED))
    changed: int = computed("How many change something, or would.", queries.counted(Outcome.CHANGED))
    unchanged: int = computed("How many say what is so already.", queries.counted(Outcome.UNCHANGED))
    refused: int = computed("How many are refused, or would be.", queries.counted(Outcome.REFUSED))
    problem_code: str | None = column("Why it failed, or can't be run as it is mapped, as a code.")
    problem: str | None = rendered(
        "Why it failed, or can't be run as it is mapped, in your language.",
        _sentence,
        text=lambda row: row.problem,
        blanks=lambda row: row.problem_values,
    )
    started_at: datetime = column("When it was sent.")
    checked_at: datetime | None = column("When the last try was through.")
    finished_at: datetime | None = column("When it was carried out, or failed.")
    source: File | None = one("The file that was sent; null after thirty days.", "source_id")
    report: File | None = one(
        "The file with what became of each row beside it, as CSV; null until it is carried out, and after thirty days.",
        "report_id",
    )
    rows = page(
        "What became of each row, or would.",
        ImportRow,
        on="import_id",
        orders=IMPORT_ROW_ORDERS,
        filter=ImportRowFilter,
    )


@strawberry.enum(description="How imports are ordered.")
class ImportOrder(Enum):
    """Orders of imports."""

    NEWEST = "newest"


IMPORT_ORDERS = {ImportOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which imports to give.")
class ImportFilter:
    """Conditions on imports."""

    kind: WordFilter[ImportKind] | None = filtered("By what becomes of their rows.")
    state: WordFilter[ImportState] | None = filtered("By how far they are.")
