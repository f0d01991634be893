"""The routes of people: sign in, sign out, change one's password."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth import cookies
from api.auth.answers import NOT_KEPT, read_object, refusing, text_of
from api.auth.authentication import authenticate, read_headers, refuse_cross_site
from domain.consequences import settle
from tenancy.identity import accounts
from tenancy.identity.actors import ACTORS
from tenancy.identity.sessions import close_session


@refusing
async def sign_in(request: Request) -> Response:
    """POST {email, password, company?}: a session cookie. A company is its short name, for who belongs to several."""
    # Else another site could sign a person in as somebody else and watch what they write.
    refuse_cross_site(read_headers(request.scope), unless_unknown=True)
    found = await read_object(request)
    header = request.headers.get("cookie")
    opened = await accounts.sign_in(
        text_of(found, "email"),
        text_of(found, "password"),
        company=text_of(found, "company") if found.get("company") is not None else None,
        user_agent=request.headers.get("user-agent", ""),
        device=cookies.read_cookie(header, cookies.device_cookie_name()),
    )
    await close_session(cookies.read_cookie(header, cookies.session_cookie_name()) or "")
    response = JSONResponse(
        {
            "company": opened.company,
            "memberId": str(opened.member_id),
            "expiresAt": opened.expires_at.isoformat(),
        },
        headers=NOT_KEPT,
    )
    cookies.set_session(response, opened.token, opened.expires_at)
    cookies.set_device(response, opened.device)
    return response


@refusing
async def sign_out(request: Request) -> Response:
    """POST: the session ends for whoever has the cookie: in this process at once, in others within three seconds."""
    headers = read_headers(request.scope)
    token = cookies.read_cookie(headers.get(b"cookie"), cookies.session_cookie_name())
    if token is not None:
        refuse_cross_site(headers)
        await close_session(token)
        ACTORS.forget(token)
    response = Response(status_code=204, headers=NOT_KEPT)
    cookies.clear_session(response)
    return response


@refusing
async def change_password(request: Request) -> Response:
    """POST {currentPassword, password}: another password for oneself; every session ends, this one too."""
    actor = await authenticate(request.scope)
    found = await read_object(request)
    await accounts.change_password(
        actor,
        current=text_of(found, "currentPassword"),
        new=text_of(found, "password"),
        settle=settle,
        device=cookies.read_cookie(request.headers.get("cookie"), cookies.device_cookie_name()),
    )
    response = Response(status_code=204, headers=NOT_KEPT)
    cookies.clear_session(response)
    return response
