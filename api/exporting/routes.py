"""The addresses at which the rows of a saved view are given as files at once; many rows are written by a worker."""

import asyncio
import io
import re
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refusing
from api.auth.authentication import authenticate
from api.exporting import sheets
from api.exporting.rows import RowReader
from api.exporting.writing import check_count
from domain.consequences import settle
from domain.views import commands, queries
from domain.views.rules import ExportForm, Headings, Wanted
from tenancy.actor import NO_TENANT
from tenancy.database import reading, writing
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unauthenticated, message
from tenancy.tables.writing import Cell

MOST_ROWS = 20_000
# An export takes as many points of the caller's allowance as it has rows, and no fewer than these.
LEAST_POINTS = 500


@refusing
async def export(request: Request) -> Response:
    """The rows of a saved view that whoever asks may see, as they are now, in its columns; it is written down."""
    actor = await authenticate(request.scope)
    if actor.tenant_id == NO_TENANT:
        raise Unauthenticated()
    try:
        id = UUID(request.path_params["view_id"])
        form = ExportForm(request.path_params["form"])
    except ValueError:
        raise NotFound(path=("viewId",)) from None
    QUOTAS.take(actor, LEAST_POINTS)
    async with reading(actor) as work:
        view = await queries.seen(work, id)
        wanted = queries.wanted(work, view, form, _headings(request))
    reader = RowReader(wanted)
    count = await reader.count(actor)
    check_count(count, MOST_ROWS)
    QUOTAS.take(actor, max(0, count - LEAST_POINTS))
    rows: list[list[Cell]] = [list(reader.headings(actor.language))]
    async for page in reader.pages(actor):
        rows += page
        check_count(len(rows) - 1, MOST_ROWS)
    async with writing(actor, settle=settle, while_suspended=True) as work:
        await commands.note_export(work, view_id=id, form=form, row_count=len(rows) - 1)
    # Thousands of rows take a while to be written, in which others are served.
    content = await asyncio.to_thread(_content, wanted, rows)
    return Response(content, headers={**NOT_KEPT, **_headers(wanted), "Content-Type": _kind(form)})


def _headings(request: Request) -> Headings:
    try:
        return Headings(request.query_params.get("headings", Headings.LABELS))
    except ValueError:
        text = message("Columns are headed by labels or by paths.")
        raise Invalid(text, path=("headings",)) from None


def _content(wanted: Wanted, rows: list[list[Cell]]) -> bytes:
    out = io.BytesIO()
    sheet = sheets.sheet(wanted.form, out, wanted.name)
    for row in rows:
        sheet.write(row)
    sheet.close()
    return out.getvalue()


def _kind(form: ExportForm) -> str:
    return f"{form.media_type}; charset=utf-8" if form is ExportForm.CSV else form.media_type


def _headers(wanted: Wanted) -> dict[str, str]:
    name = re.sub(r'[\\/:*?"<>|]', "_", wanted.name)
    plain = re.sub(r"[^\x20-\x7e]|%", "_", name)
    whole = quote(f"{name}.{wanted.form}", safe="")
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"attachment; filename=\"{plain}.{wanted.form}\"; filename*=UTF-8''{whole}",
    }


ROUTES = [Route("/views/{view_id}.{form}", export, methods=["GET"])]
