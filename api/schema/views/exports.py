"""The rows of saved views as files: asking for them, and how far they are."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from api.reading.filters import InstantFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, one, rendered, shows
from api.schema.files.types import File
from api.schema.inputs import given, optional
from api.schema.views import types  # noqa: F401  # declares the enumeration of lists
from domain.views import commands, models, queries
from domain.views.rules import ExportForm, ExportState, Headings, ViewedList
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.work import Work

strawberry.enum(
    ExportForm,
    description="What kind of file: CSV in UTF-8 with its mark, or XLSX. Texts that a spreadsheet would take for "
    "formulas are texts in both.",
)
strawberry.enum(
    Headings,
    name="ExportHeadings",
    description="LABELS for people: columns are headed in your language, days and times are those of the company's "
    "zone, which the heading names. PATHS for programs: columns are headed by the names of fields, times are in ISO "
    "8601 with their offset.",
)
strawberry.enum(
    ExportState,
    description="RUNNING while it waits or is written, FINISHED while its file is there, FAILED with a problem, "
    "EXPIRED once its file is gone.",
)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str | None:
    return translate(values["text"], actor.language, values["blanks"]) if values["text"] else None


@shows(models.Export, visible=queries.visible_exports)
class Export(Node):
    """The rows of a saved view as a file, which is written in the background; seen by whoever asked for it, and by
    nobody else. It has what they may see at the time of writing, each row as it is when its turn comes."""

    name: str = column("The name of the view.")
    viewed_list: ViewedList = column("The list.")
    form: ExportForm = column("What kind of file.")
    headings: Headings = column("How its columns are headed.")
    state: ExportState = column("How far it is.")
    total: int | None = column("How many rows there are; null until they are counted.")
    written: int = column("How many of them are written; anew from nought where a worker was lost on the way.")
    started_at: datetime = column("When it was asked for.")
    finished_at: datetime | None = column("When its file was there, or it failed.")
    expires_at: datetime | None = column("When its file goes, or went: seven days after it was finished.")
    file: File | None = one("Its file, while it is there; a GET of its url is the way to its bytes.", "file_id")
    problem: str | None = rendered(
        "Why it failed, in your language; null where it did not.",
        _sentence,
        text=lambda row: row.problem,
        blanks=lambda row: row.problem_values,
    )


@strawberry.enum(description="How exports are ordered.")
class ExportOrder(Enum):
    """Orders of exports."""

    NEWEST = "newest"


EXPORT_ORDERS = {ExportOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which exports to give.")
class ExportFilter:
    """Conditions on exports."""

    state: WordFilter[ExportState] | None = filtered("By how far they are.")
    viewed_list: WordFilter[ViewedList] | None = filtered("By list.")
    started_at: InstantFilter | None = filtered("By when they were asked for.")


@strawberry.input(description="What is to be written into a file.")
class StartExportInput:
    """What is to be written into a file."""

    view_id: UUID = given("The saved view; later changes to it do not matter to the export.")
    form: ExportForm = optional("What kind of file.", default=ExportForm.XLSX)
    headings: Headings = optional("How its columns are headed.", default=Headings.LABELS)


async def start_export(work: Work, input: StartExportInput) -> models.Export:
    """Have all rows of a saved view written into a file in the background, up to 1,000,000; read `export` for how far
    it is, or wait for its notification. It has the rows and columns that you may see. At most five of yours are under
    way at once (TOO_MANY_EXPORTS)."""
    return await commands.start_export(work, view_id=input.view_id, form=input.form, headings=input.headings)


@strawberry.input(description="An export whose file is not needed any more.")
class DiscardExportInput:
    """An export whose file is not needed any more."""

    export_id: UUID = given("The export: one of yours.")


async def discard_export(work: Work, input: DiscardExportInput) -> models.Export:
    """Take away the file of one of your exports before it expires. Refused where there is none (WRONG_STATE)."""
    return await commands.discard_export(work, export_id=input.export_id)
