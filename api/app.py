"""The application: its addresses, what it opens and closes, and how a process of it is run."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.routes import ROUTES as AUTH_ROUTES
from api.confirmation.routes import ROUTES as CONFIRMATION_ROUTES
from api.contract.routes import ROUTES as CONTRACT_ROUTES
from api.endpoint import Endpoint, sees
from api.exporting.routes import ROUTES as EXPORT_ROUTES
from api.handbook.routes import ROUTES as HANDBOOK_ROUTES
from api.http.files import ROUTES as FILE_ROUTES
from api.http.gathering import GatheringProtocol
from api.http.health import ROUTES as HEALTH_ROUTES
from api.inbound.webhook import ROUTES as MAIL_ROUTES
from api.invoice.routes import ROUTES as INVOICE_ROUTES
from api.letters.routes import ROUTES as LETTER_ROUTES
from api.live import Live, close_switchboard, open_switchboard
from api.portal.routes import ROUTES as PORTAL_ROUTES
from api.quotation.routes import ROUTES as QUOTATION_ROUTES
from api.schema.subscriptions import LIVE_SCHEMA
from api.sitevisit.routes import ROUTES as SITE_VISIT_ROUTES
from api.survey.routes import ROUTES as SURVEY_ROUTES
from tenancy import logs
from tenancy.config import settings
from tenancy.database import database, open_database
from tenancy.identity.watch import close_watch, open_watch
from tenancy.language import Language, negotiate, translate
from tenancy.refusals import message

log = structlog.get_logger(__name__)


def spare_the_collector() -> None:
    """What was loaded at the start stays for ever: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Open the database and refuse a role that row-level security does not bind."""
    await open_database(most_seconds=settings().statement_seconds)
    await open_switchboard()
    open_watch(database.url)
    spare_the_collector()
    try:
        yield
    finally:
        await close_watch()
        await close_switchboard()
        await database.close()


async def not_found(request: Request, _: Exception) -> JSONResponse:
    """There is nothing at this address."""
    language = negotiate(request.headers.get("accept-language"), Language.EN)
    sentence = translate(message("There is nothing at this address. GraphQL is at /graphql."), language)
    return JSONResponse({"errors": [{"message": sentence, "extensions": {"code": "NOT_FOUND"}}]}, status_code=404)


class Door:
    """GraphQL first, as most requests are that; everything else by its route."""

    def __init__(self, graphql: ASGIApp, live: ASGIApp, others: ASGIApp) -> None:
        self._graphql, self._live, self._others = graphql, live, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to its room."""
        if scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graphql(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == "/graphql":
            await self._live(scope, receive, send)
        else:
            await self._others(scope, receive, send)


def application() -> ASGIApp:
    """The ASGI application."""
    routes: list[Route] = [
        *HEALTH_ROUTES,
        *AUTH_ROUTES,
        *FILE_ROUTES,
        *EXPORT_ROUTES,
        *HANDBOOK_ROUTES,
        *SURVEY_ROUTES,
        *CONTRACT_ROUTES,
        *SITE_VISIT_ROUTES,
        *INVOICE_ROUTES,
        *QUOTATION_ROUTES,
        *CONFIRMATION_ROUTES,
        *LETTER_ROUTES,
        *PORTAL_ROUTES,
        *MAIL_ROUTES,
    ]
    others = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: not_found})
    return Door(Endpoint(), Live(LIVE_SCHEMA, sees), others)


async def _try_the_database() -> None:
    await open_database(size=1, most_seconds=settings().statement_seconds)
    await database.close()


def run(port: int) -> int:
    """Serve until a signal ends it.

    Raises, before anything is served, BypassingRole when the database's role could step around row-level security, and
    what the driver raises when the database does not answer: uvicorn would tell of both at length.
    """
    logs.configure()
    asyncio.run(_try_the_database())
    configured = uvicorn.Config(
        application(),
        host=settings().listen_host,
        port=port,
        loop="uvloop",
        http=GatheringProtocol,
        log_level=settings().log_level.lower(),
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(configured).run()
    return 0
