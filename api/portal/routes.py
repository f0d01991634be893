"""The address of an invitation: looking at it changes nothing; its form, or a POST of a program, opens the portal."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth import cookies
from api.auth.answers import NOT_KEPT, refused, refusing
from api.linked import visiting
from api.portal import pages
from domain.consequences import settle
from domain.customers import commands
from domain.customers import queries as customers
from domain.organisation import queries as organisation
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.language import Language
from tenancy.links import Purpose, read_token
from tenancy.refusals import NotFound, Refusal

JSON = "application/json"


@dataclass(frozen=True)
class Invitation:
    """Who is invited, by whom, in which language."""

    company: str
    contact: str
    language: Language


@refusing
async def show(request: Request) -> Response:
    """The page of an invitation, or the one that says that the link opens nothing."""
    visiting.charge(request, Purpose.PORTAL)
    found = await _invitation(request)
    if found is None:
        return visiting.nothing(request, pages.closed)
    language = visiting.language_for(request, found.language)
    return visiting.answer(pages.invitation(language, company=found.company, contact=found.contact), language)


@refusing
async def enter(request: Request) -> Response:
    """Open the portal, once: a browser gets a cookie and a page, a program that accepts JSON the token."""
    visiting.charge(request, Purpose.PORTAL)
    program = JSON in request.headers.get("accept", "")
    link, found = read_token(Purpose.PORTAL, request.path_params["token"]), await _invitation(request)
    if link is None or found is None:
        return _nothing(request, program)
    tenant_id, access = link
    try:
        async with writing(Actor.system(tenant_id), settle=settle, reason="portal") as work:
            opened = await commands.open_portal(work, access_id=access.id)
    except NotFound:
        # Somebody was faster.
        return _nothing(request, program)
    ends_at = opened.ends_at.isoformat(timespec="seconds")
    if program:
        return JSONResponse({"token": opened.token, "expiresAt": ends_at}, headers=NOT_KEPT)
    language = visiting.language_for(request, found.language)
    response = visiting.answer(pages.opened(language, opened.token, ends_at), language)
    cookies.set_session(response, opened.token, opened.ends_at)
    return response


def _nothing(request: Request, program: bool) -> Response:
    return refused(request, NotFound(), status=404) if program else visiting.nothing(request, pages.closed)


async def _invitation(request: Request) -> Invitation | None:
    """Whom a link invites. A token that is not signed by us costs nothing but a look at it."""
    opened = read_token(Purpose.PORTAL, request.path_params["token"])
    if opened is None:
        return None
    tenant_id, link = opened
    try:
        async with reading(Actor.system(tenant_id)) as work:
            access = await customers.open_invitation(work, link.id)
            if access is None:
                return None
            contact = await customers.contact(work, access.contact_id)
            company = await organisation.company(work)
    except Refusal:
        # The company is not here any more.
        return None
    return Invitation(company.name, contact.name, Language(contact.language))


ROUTES = [
    Route("/portal/{token}", show, methods=["GET"]),
    Route("/portal/{token}", enter, methods=["POST"]),
]
