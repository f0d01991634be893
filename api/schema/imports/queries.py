"""The imports that one has sent, and the fields that columns can be mapped to."""

from typing import Annotated, Any

import strawberry

from api.reading.mapping import by_id, page
from api.schema.imports.types import IMPORT_ORDERS, FileImport, ImportFilter
from domain.imports.rules import FIELDS, ImportKind
from tenancy.language import translate


@strawberry.type(description="A field that a column of a file can be mapped to.")
class ImportField:
    """A field that a column can be mapped to."""

    name: str = strawberry.field(description="Its name in mappings.")
    label: str = strawberry.field(description="What it is called, in your language; a column headed so is guessed.")
    required: bool = strawberry.field(description="Whether a file can't be imported without it.")


async def import_fields(
    info: strawberry.Info, kind: Annotated[ImportKind, strawberry.argument(description="What becomes of the rows.")]
) -> list[ImportField]:
    """The fields of a kind of import, in the order in which files for it are usually made."""
    context: Any = info.context
    language = context.actor.language
    return [
        ImportField(name=name, label=translate(field.label, language), required=field.required)
        for name, field in FIELDS[kind].items()
    ]


@strawberry.type(description="The imports.")
class ImportsQuery:
    """The part of the root that is about imports."""

    file_import = by_id("One import of yours.", FileImport)
    file_imports = page("The imports whose files you have sent.", FileImport, orders=IMPORT_ORDERS, filter=ImportFilter)
    import_fields: list[ImportField] = strawberry.field(
        resolver=import_fields, description="The fields that the columns of a file can be mapped to."
    )
