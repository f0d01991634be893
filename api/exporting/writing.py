"""Writing a sheet into a file, page by page, so that nothing is held of what is written."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from api.exporting import sheets
from api.exporting.rows import RowReader
from domain.views.rules import MOST_EXPORTED, Wanted
from tenancy.actor import Actor
from tenancy.opening import opened
from tenancy.refusals import Conflict, message

# How many rows are written between two tellings of how far it is.
TOLD_ROWS = 1_000

Progress = Callable[[int, int], Awaitable[None]]


async def write(actor: Actor, wanted: Wanted, path: Path, progress: Progress) -> int:
    """Write the rows that the actor sees into a new file, and tell how many of how many are written; how many they are
    in the end. Refuses with `Conflict` (TOO_MANY_ROWS), and as the list does."""
    reader = RowReader(wanted)
    total = await reader.count(actor)
    check_count(total, MOST_EXPORTED)
    await progress(0, total)
    written = told = 0
    out = await opened(path, "x+b")
    try:
        sheet = sheets.sheet(wanted.form, out, wanted.name, path.parent)
        sheet.write(reader.headings(actor.language))
        async for page in reader.pages(actor):
            check_count(written + len(page), MOST_EXPORTED)
            for row in page:
                sheet.write(row)
            written += len(page)
            if written - told >= TOLD_ROWS:
                told = written
                await progress(written, max(total, written))
        await asyncio.to_thread(sheet.close)
    finally:
        out.close()
    return written


def check_count(count: int, most: int) -> None:
    """Refuse more rows than one file takes."""
    if count > most:
        text = message("The view has {count} rows; at most {most} are given as one file. Narrow its filter.")
        raise Conflict(text, {"count": count, "most": most}, code="TOO_MANY_ROWS")
