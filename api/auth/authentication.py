"""From a request to its actor, with the refusal of what another site writes through a person's cookie."""

from dataclasses import replace
from urllib.parse import urlsplit

from starlette.types import Scope

from api.auth.cookies import read_cookie, session_cookie_name
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.identity.actors import actor_for
from tenancy.language import Language, negotiate
from tenancy.refusals import Forbidden, message
from tenancy.secrets import same

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What a client that sent no good token is told, beside the status 401 (RFC 6750).
CHALLENGE = 'Bearer realm="zhidu"'

_WANTED = frozenset((b"authorization", b"cookie", b"accept-language", b"sec-fetch-site", b"origin", b"host"))


async def authenticate(scope: Scope, *, anew: bool = False) -> Actor:
    """Who sends this HTTP request or opens this WebSocket; `request.scope` is the scope.

    `anew` believes nothing that is remembered.

    Raises `Unauthenticated`, and `Forbidden` with the code CROSS_SITE where a cookie might be used by another site:
    on every WebSocket, and on every request that is not GET, HEAD or OPTIONS, which must therefore change nothing.
    """
    headers = read_headers(scope)
    authorization = headers.get(b"authorization")
    if authorization is not None and _is_operator(authorization):
        return replace(Actor.operator(), language=negotiate(headers.get(b"accept-language"), Language.EN))
    cookie = None
    if authorization is None:
        cookie = read_cookie(headers.get(b"cookie"), session_cookie_name())
        if cookie is not None and (scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS):
            refuse_cross_site(headers)
    return await actor_for(authorization, cookie, headers.get(b"accept-language"), anew=anew)


def _is_operator(authorization: str) -> bool:
    token = settings().operator_token.get_secret_value()
    return bool(token) and same(authorization, f"Bearer {token}")


def read_headers(scope: Scope) -> dict[bytes, str]:
    """Those headers that say who sends a request and from where; of several of one name the last."""
    given = dict(scope["headers"])
    return {name: given[name].decode("latin-1") for name in given.keys() & _WANTED}


def refuse_cross_site(headers: dict[bytes, str], *, unless_unknown: bool = False) -> None:
    """Refuse a browser's request that does not come from our own pages.

    A request that doesn't say where it comes from is refused too, `unless_unknown`: no cookie is at stake.
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        ours = site in ("same-origin", "none")
    else:
        # Browsers leave Sec-Fetch-Site out where the connection is neither encrypted nor local, and send the origin.
        origin = headers.get(b"origin")
        ours = unless_unknown if origin is None else _is_ours(origin, headers.get(b"host"))
    if not ours:
        raise Forbidden(
            message("This comes from another site. Programs send a token instead of a cookie."), code="CROSS_SITE"
        )


def _is_ours(origin: str, host: str | None) -> bool:
    public = urlsplit(settings().public_url)
    here = urlsplit(origin)
    return bool(here.netloc) and ((here.scheme, here.netloc) == (public.scheme, public.netloc) or here.netloc == host)
