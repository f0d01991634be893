"""The routes of sign-in and OAuth as a small application, spoken to without a socket."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth.answers import refusing
from api.auth.authentication import authenticate
from api.auth.routes import ROUTES
from tenancy.config import settings


@pytest.fixture(autouse=True, scope="module")
def _installation_key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if not settings().secret_key.get_secret_value():
            patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
            settings.cache_clear()
        yield
    settings.cache_clear()


@refusing
async def _who(request: Request) -> Response:
    actor = await authenticate(request.scope)
    return JSONResponse({"id": str(actor.id), "tenant": str(actor.tenant_id), "permissions": sorted(actor.permissions)})


@pytest.fixture
async def browser(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the routes, and to `/who`, which tells the actor; keeps cookies as a browser does."""
    app = Starlette(routes=[*ROUTES, Route("/who", _who, methods=["GET", "POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=settings().public_url) as client:
        yield client
