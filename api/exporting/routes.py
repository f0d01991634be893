"""The addresses at which the rows of a saved view are given as files."""

import asyncio
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.exporting import sheets
from api.exporting.rows import ViewReader
from api.exporting.sheets import Cell
from domain.consequences import settle
from domain.views import commands, queries
from domain.views.models import SavedView
from tenancy.actor import NO_TENANT, Actor
from tenancy.database import reading, writing
from tenancy.quotas import QUOTAS
from tenancy.refusals import Conflict, NotFound, Refusal, Unauthenticated, message

MOST_ROWS = 20_000
# An export takes as many points of the caller's allowance as it has rows, and no fewer than these.
LEAST_POINTS = 500

Write = Callable[[str, Sequence[str], list[list[Cell]]], bytes]
FORMS: dict[str, tuple[str, Write]] = {
    "csv": ("text/csv; charset=utf-8", lambda _, heads, rows: sheets.as_csv(heads, rows)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.as_xlsx),
}


@refusing
async def export(request: Request) -> Response:
    """The rows of a saved view that whoever asks may see, as they are now, in its columns; it is written down."""
    try:
        return await _exported(request)
    except Refusal as refusal:
        if refusal.code != "RATE_LIMITED":
            raise
        return refused(request, refusal, status=429, more={"Retry-After": str(refusal.values["seconds"])})


async def _exported(request: Request) -> Response:
    actor = await authenticate(request.scope)
    if actor.tenant_id == NO_TENANT:
        raise Unauthenticated()
    form = request.path_params["form"]
    try:
        id = UUID(request.path_params["view_id"])
        kind, write = FORMS[form]
    except (ValueError, KeyError):
        raise NotFound(path=("viewId",)) from None
    _charge(actor, LEAST_POINTS)
    async with reading(actor) as work:
        view = await queries.seen(work, id)
    reader = ViewReader(view)
    count = await reader.count(actor)
    if count > MOST_ROWS:
        text = message("The view has {count} rows; at most {most} are given as one file. Narrow its filter.")
        raise Conflict(text, {"count": count, "most": MOST_ROWS}, code="TOO_MANY_ROWS")
    _charge(actor, max(0, count - LEAST_POINTS))
    rows = await reader.rows(actor, MOST_ROWS)
    async with writing(actor, settle=settle, while_suspended=True) as work:
        await commands.note_export(work, view_id=id, form=form, row_count=len(rows))
    # Thousands of rows take a while to be written, in which others are served.
    content = await asyncio.to_thread(write, view.name, reader.columns, rows)
    return Response(content, headers={**NOT_KEPT, **_headers(view, form), "Content-Type": kind})


def _charge(actor: Actor, points: int) -> None:
    wait = QUOTAS.charge(actor, points).wait_seconds if points else 0
    if wait:
        text = message("Too much was asked in a short time; wait {seconds} seconds.")
        raise Refusal(text, {"seconds": wait}, code="RATE_LIMITED")


def _headers(view: SavedView, form: str) -> dict[str, str]:
    name = re.sub(r'[\\/:*?"<>|]', "_", view.name)
    plain = re.sub(r"[^\x20-\x7e]|%", "_", name)
    whole = quote(f"{name}.{form}", safe="")
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"attachment; filename=\"{plain}.{form}\"; filename*=UTF-8''{whole}",
    }


ROUTES = [Route("/views/{view_id}.{form}", export, methods=["GET"])]
