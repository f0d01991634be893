"""OAuth 2.0 for partners' programs: the client credentials grant, revocation, introspection, keys and metadata.

Authlib's server speaks the protocol and is synchronous; so what it asks for, a client or a token, is looked up before
it is asked, and what it decides is carried out afterwards.
"""

import logging
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc.jwk import ECKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth.answers import content_type, read_body, refusing
from domain.kernel.permissions import Permission
from tenancy.identity import keys, partner_tokens
from tenancy.identity.clients import KnownClient, find_client
from tenancy.identity.partner_tokens import LIFETIME_SECONDS, PartnerToken, issue, issuer

METHODS = ["client_secret_basic", "client_secret_post"]
GRANT = "client_credentials"
MOST_FIELDS = 20

# Authlib writes the tokens that it issues into its debug lines.
logging.getLogger("authlib").setLevel(logging.INFO)


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib carries no types
    """A client, as Authlib asks about it. One that is not known has no secret, and is answered like a wrong one."""

    def __init__(self, known: KnownClient | None) -> None:
        self._known = known

    @property
    def known(self) -> KnownClient:
        """The client that has shown its secret."""
        assert self._known is not None
        return self._known

    def get_client_id(self) -> str:
        return self.known.name

    def check_client_secret(self, secret: str) -> bool:
        return self._known is not None and self._known.has_secret(secret)

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        return method in METHODS

    def check_grant_type(self, grant: str) -> bool:
        return bool(grant == GRANT)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of the client's scopes when it names none; None refuses one that it does not have."""
        wanted = self.known.scopes if scope is None else frozenset(scope.split())
        return " ".join(sorted(wanted)) if wanted <= self.known.scopes else None


class _Presented:
    """A recognised token that a client wants ended or described."""

    def __init__(self, token: PartnerToken, usable: bool) -> None:
        self.token, self.usable = token, usable

    def check_client(self, client: _Client) -> bool:
        return client.known.name == self.token.client_name

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return not self.usable


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib carries no types
    """A request in Authlib's form, made of the public address and not of what a proxy leaves of it."""

    def __init__(self, path: str, fields: dict[str, str], authorization: str | None) -> None:
        super().__init__("POST", issuer() + path, headers={"Authorization": authorization} if authorization else {})
        self.payload = BasicOAuth2Payload(fields)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data  # type: ignore[no-any-return]  # Authlib carries no types


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib carries no types
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib carries no types
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, *_: Any) -> _Presented | None:
        return self.server.presented  # type: ignore[no-any-return]  # Authlib carries no types

    def revoke_token(self, token: _Presented, _: Any) -> None:
        self.server.to_revoke = token.token


class _Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib carries no types
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, *_: Any) -> _Presented | None:
        return self.server.presented  # type: ignore[no-any-return]  # Authlib carries no types

    def check_permission(self, token: _Presented, client: _Client, _: Any) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: _Presented) -> dict[str, Any]:
        said = token.token
        return {
            "client_id": said.client_name,
            "sub": said.client_name,
            "iss": issuer(),
            "aud": issuer(),
            "token_type": "Bearer",
            "scope": " ".join(sorted(said.scopes)),
            "jti": str(said.id),
            "iat": said.issued_at,
            "exp": said.expires_at,
        }


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib carries no types
    """Authlib's server for one request, which knows the one client and the one token that it may ask for."""

    def __init__(self, known: KnownClient | None, *, key: ECKey | None = None, presented: _Presented | None = None):
        super().__init__()
        self.client = _Client(known)
        self.key, self.presented = key, presented
        self.to_revoke: PartnerToken | None = None
        self.register_grant(_ClientCredentials)
        self.register_token_generator(
            "default", BearerTokenGenerator(self._sign, expires_generator=lambda client, grant: LIFETIME_SECONDS)
        )
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)

    def _sign(self, *, client: _Client, scope: str, **_: Any) -> str:
        assert self.key is not None
        return issue(client.known, scope.split(), self.key)

    def query_client(self, _: str) -> _Client:
        return self.client

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """A signed token is kept nowhere."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        return JSONResponse(body, status_code=status, headers=dict(headers))


@refusing
async def token(request: Request) -> Response:
    """POST grant_type=client_credentials: an access token for half an hour (RFC 6749 §4.4, RFC 9068)."""
    try:
        asked, known = await _read(request)
    except OAuth2Error as error:
        return _error(error)
    server = _Server(known, key=(await keys.keyring()).signing if known is not None else None)
    answer: Response = server.create_token_response(asked)
    return answer


@refusing
async def revoke(request: Request) -> Response:
    """POST token=…: a client ends one of its tokens; what is no token of ours has ended already (RFC 7009)."""
    try:
        asked, known = await _read(request)
    except OAuth2Error as error:
        return _error(error)
    server = _Server(known, presented=await _presented(asked))
    answer: Response = server.create_endpoint_response(_Revocation.ENDPOINT_NAME, asked)
    if server.to_revoke is not None:
        await partner_tokens.revoke(server.to_revoke)
    return answer


@refusing
async def introspect(request: Request) -> Response:
    """POST token=…: what a client's own token allows, and whether it still does (RFC 7662)."""
    try:
        asked, known = await _read(request)
    except OAuth2Error as error:
        return _error(error)
    server = _Server(known, presented=await _presented(asked))
    answer: Response = server.create_endpoint_response(_Introspection.ENDPOINT_NAME, asked)
    return answer


async def jwks(_: Request) -> Response:
    """GET: the public keys by which our tokens can be checked."""
    ring = await keys.keyring()
    return JSONResponse({"keys": ring.published()}, headers={"Cache-Control": "public, max-age=300"})


async def metadata(_: Request) -> Response:
    """GET: what a program needs to know of this server (RFC 8414)."""
    here = issuer()
    return JSONResponse(
        {
            "issuer": here,
            "token_endpoint": f"{here}/oauth/token",
            "token_endpoint_auth_methods_supported": METHODS,
            "revocation_endpoint": f"{here}/oauth/revoke",
            "revocation_endpoint_auth_methods_supported": METHODS,
            "introspection_endpoint": f"{here}/oauth/introspect",
            "introspection_endpoint_auth_methods_supported": METHODS,
            "jwks_uri": f"{here}/oauth/jwks.json",
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "scopes_supported": list(Permission),
        },
        headers={"Cache-Control": "public, max-age=300"},
    )


async def _read(request: Request) -> tuple[_Request, KnownClient | None]:
    """The request as Authlib takes it, and the client that it names; raises `OAuth2Error`."""
    if content_type(request) != "application/x-www-form-urlencoded":
        raise InvalidRequestError("Send a form, with the content type application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl(
            (await read_body(request)).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise InvalidRequestError("The form is malformed.") from None
    # An empty parameter is one that was left out (RFC 6749 §3.2).
    fields = {name: value for name, value in pairs if value}
    if len({name for name, _ in pairs}) < len(pairs):
        raise InvalidRequestError("A parameter is repeated.")
    authorization = request.headers.get("authorization")
    basic_id = _basic_id(authorization)
    if basic_id is not None and "client_secret" in fields:
        raise InvalidRequestError("Authenticate by one method only.")
    asked = _Request(request.url.path, fields, authorization if basic_id is not None else None)
    return asked, await find_client(basic_id or fields.get("client_id", ""))


def _basic_id(authorization: str | None) -> str | None:
    try:
        name, _ = extract_basic_authorization({"Authorization": authorization})
    except ValueError:
        # Not UTF-8 inside the base64.
        return None
    return name if isinstance(name, str) else None


async def _presented(asked: _Request) -> _Presented | None:
    said = await partner_tokens.recognise(asked.form.get("token", ""))
    if said is None:
        return None
    return _Presented(said, await partner_tokens.usable_scopes(said) is not None)


def _error(error: OAuth2Error) -> Response:
    status, body, headers = error()
    return JSONResponse(body, status_code=status, headers=dict(headers))
