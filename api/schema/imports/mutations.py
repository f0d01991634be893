"""Sending files whose rows become records, mapping their columns, and carrying them out."""

from uuid import UUID

import strawberry

from api.schema.imports import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.inputs import given, optional
from domain.imports import commands, models
from domain.imports.rules import ImportKind
from tenancy.refusals import Invalid, message
from tenancy.tables.reading import Encoding
from tenancy.work import Work


@strawberry.input(
    description="Where a field of the records comes from: a column of the file, or one value for all rows."
)
class ImportSourceInput:
    """Where a field comes from."""

    field: str = given("The field, as importFields names it.")
    column: str | None = optional("The heading of the column.")
    value: str | None = optional("In place of a column: the value in every row.")


def _mapping(sources: list[ImportSourceInput]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for place, source in enumerate(sources):
        path = ("mapping", str(place))
        if source.field in found:
            raise Invalid(message("The field “{field}” is mapped twice."), {"field": source.field[:100]}, path)
        if source.column is not None and source.value is None:
            found[source.field] = {"column": source.column}
        elif source.value is not None and source.column is None:
            found[source.field] = {"value": source.value[:2_000]}
        else:
            raise Invalid(message("A field comes from a column, or has a value: one of the two."), {}, path)
    return found


@strawberry.input(description="A file whose rows are to become records.")
class StartImportInput:
    """A file whose rows are to become records."""

    file_id: UUID = given(
        "A CSV or XLSX file that you have uploaded by POST /files: at most 20 MB, 20,000 rows and 100 columns; of a "
        "workbook the first visible sheet is read, and of formulas the values saved with them."
    )
    kind: ImportKind = given("What becomes of the rows.")
    mapping: list[ImportSourceInput] | None = optional(
        "Where the fields come from; without it as for the last file with the same headings, or by what the headings "
        "say in any of the three languages."
    )
    encoding: Encoding = optional("In which characters a CSV file is written.", default=Encoding.AUTO)


async def start_import(work: Work, input: StartImportInput) -> models.Import:
    """Have a file read and tried row by row in the background, which leaves nothing behind: read `fileImport` for what
    would be added, changed and refused, and why. Then map columns otherwise (mapImportColumns) or carry it out
    (runImport). Needs `customers.read`, and `customers.manage` for customers or `requests.submit` for requests. A file
    that somebody else has imported already is refused (SAME_FILE)."""
    mapping = _mapping(input.mapping) if input.mapping is not None else None
    return await commands.start_import(
        work, file_id=input.file_id, kind=input.kind, mapping=mapping, encoding=input.encoding
    )


@strawberry.input(description="Other columns for the fields of an import.")
class MapImportColumnsInput:
    """Other columns for the fields of an import."""

    import_id: UUID = given("The import: one of yours that was checked.")
    mapping: list[ImportSourceInput] = given("Where all fields come from now; what is left out is not imported.")


async def map_import_columns(work: Work, input: MapImportColumnsInput) -> models.Import:
    """Say which columns are which fields, and have the file tried again."""
    return await commands.map_columns(work, import_id=input.import_id, mapping=_mapping(input.mapping))


@strawberry.input(description="An import to carry out.")
class RunImportInput:
    """An import to carry out."""

    import_id: UUID = given("The import: one of yours that was checked.")


async def run_import(work: Work, input: RunImportInput) -> models.Import:
    """Carry out an import that was checked, in the background: each row by itself, in the order of the file, as if you
    had entered it; rows that are refused stay out. Whatever is interrupted goes on behind the last row that was done.
    What is there already is not made twice: a customer is known by its name, a contact by its e-mail address, a request
    by its source reference, or without one by all that its row says."""
    return await commands.run_import(work, import_id=input.import_id)
